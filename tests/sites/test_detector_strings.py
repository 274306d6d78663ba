"""The detector strings of public headers: each is taken apart, and finds its record or plainly none.

``detector_strings.csv``: ``records`` are the ids that fit the string alone; several where date, axis
or format have to tell.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sweepwright.resources import sites_folder
from sweepwright.sites.findings import findings
from sweepwright.sites.match import match_site
from sweepwright.sites.query import SiteQuery
from sweepwright.sites.store import Sites, load_sites
from sweepwright.sites.strings import DetectorString, clean_serial, parse_detector

with Path(__file__).with_name("detector_strings.csv").open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sites() -> Sites:
    return load_sites(sites_folder())


def test_all_known_strings_are_here() -> None:
    assert len(ROWS) == 65


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["string"])
def test_a_string_is_taken_apart(row: dict[str, str]) -> None:
    assert parse_detector(row["string"]) == DetectorString(
        family=row["family"] or None,
        size_class=row["size"] or None,
        fast=row["fast"] == "fast",
        serial=row["serial"] or None,
        site=row["site"] or None,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["string"])
def test_a_string_finds_its_record_or_plainly_none(row: dict[str, str], sites: Sites) -> None:
    match = match_site(SiteQuery(detector=row["string"]), sites)
    wanted = row["records"].split()
    assert [entry.record.id for entry in match.candidates] == wanted
    assert match.outcome == ("none", "unique")[len(wanted)] if len(wanted) < 2 else "ambiguous"
    errors = {item.code for item in findings(match, asked=True) if item.severity == "error"}
    assert errors == ({"SW-S001"} if not wanted else {"SW-S002"} if len(wanted) > 1 else set())


@pytest.mark.parametrize(
    ("text", "serial", "site"),
    [
        ("PILATUS 6M SN: 60-0001", "60-0001", None),
        ("EIGER 16M XR4i S/N 160-0001 Diamond", "160-0001", "Diamond"),
        ("PILATUS 300K, 3-0101", "3-0101", None),
        ("DETECTOR_SN=413", "413", None),
        ("SERIAL_NUMBER=07400090", "07400090", None),
        ("MSC_REIT_A200_SN09250183", "SN09250183", None),
        ("Detector Serial Number = 4", "4", None),
        # a serial and nothing else, as HDF5 files and SMV headers have it; I03 is a place
        ("920", "920", None),
        ("07400090", "07400090", None),
        ("SN09250183", "SN09250183", None),
        ("H401", "H401", None),
        ("0", None, None),
        ("I03", None, None),
        ("X06SA", None, None),
        ("MARCCD serial 101", "101", None),
        ("detector_number E-18-0133", "E-18-0133", None),
        ("DETECTOR_SN=000", None, None),
        ("PILATUS XXX, S/N XX-XXX", None, None),
        ("GENERIC", None, None),
        ("", None, None),
    ],
)
def test_other_ways_to_write_a_serial(text: str, serial: str | None, site: str | None) -> None:
    parsed = parse_detector(text)
    assert (parsed.serial, parsed.site) == (serial, site)


def test_the_serial_decides_the_size_where_the_model_slips() -> None:
    assert parse_detector("PILATUS2 3M, S/N 24-0118, ESRF ID23").size_class == "2M"


@pytest.mark.parametrize("text", ["", None, "0", "000", "(null)", "XX-XXX", "unknown"])
def test_what_stands_for_a_serial_is_none(text: str | None) -> None:
    assert clean_serial(text) is None
