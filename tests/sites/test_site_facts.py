"""The records against the collected facts that they were made from, where those are present."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from ruamel.yaml import YAML
from shared_samples import SHARED

from sweepwright.resources import sites_folder
from sweepwright.sites.match import match_site
from sweepwright.sites.query import FORMAT_KINDS, SiteQuery
from sweepwright.sites.store import load_sites
from sweepwright.sites.strings import parse_detector

FACTS = SHARED / "facts/sites/sitedb_facts.yaml"
pytestmark = pytest.mark.skipif(not FACTS.exists(), reason=f"{FACTS} is not here")

SITES = load_sites(sites_folder())

#: entries that name no source
LEFT_OUT = {
    "bessy-bl14-3",
    "dls-i02-adsc-q315-era",
    "home-excillum",
    "indus2-bl21",
    "nsrrc-tps05a",
    "pal-5c-11c",
}
#: last days that the facts give, where ours is the first day after, or is drawn from a conflict
OTHER_END = {
    "dls-i02-pilatus6mf-0114": "2017-01-01",
    "dls-i03-pilatus3-0126-minikappa": "2017-11-23",
    "dls-i03-eiger2xe16m-dead-modules": "2021-06-23",
    "dls-i24-pilatus3-0119-before2015": "2015-01-01",
    "esrf-id29-pilatus6m-0104": "2015-03-04",
    "petra-p14-eiger16m-0107": "2021-06-22",
    "als-1232-q315-907": "2012-03-01",
}
#: serials that stand for none, were copied with a header, or stand in a public file
OTHER_SERIALS = {
    "dls-i03-eiger2xe16m": ["E-32-0117"],
    "dls-i03-eiger2xe16m-dead-modules": ["E-32-0117"],
    "dls-i04-eiger2xe16m-160-0001": ["160-0001", "E-32-0118"],
    "aps-21idf-mx300-sn0": [],
    "ssrf-bl19u1-pilatus-xx": [],
    "ed-timepix-su-512": ["901"],
    "ed-timepix-su-516": ["901"],
}


@cache
def facts() -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in YAML(typ="safe").load(FACTS)["entries"]}


def test_each_entry_is_a_record_or_left_out_for_a_reason() -> None:
    assert set(SITES.ids()) == set(facts()) - LEFT_OUT


def test_axes_serials_periods_and_confidence_are_those_of_the_facts() -> None:
    for id_, fact in facts().items():
        if id_ in LEFT_OUT:
            continue
        entry = SITES.get(id_)
        assert entry is not None
        record = entry.record
        axis = fact["rotation_axis"].get("xds")
        assert record.rotation_axis.sw == (tuple(axis) if axis else None), id_
        assert record.rotation_axis.confidence == fact["rotation_axis"]["confidence"], id_
        assert record.confidence == fact["confidence"], id_
        serials = OTHER_SERIALS.get(id_, fact["detector"].get("serials") or [])
        assert list(record.detector.serials) == serials, id_
        start, end = fact["valid"].get("from"), fact["valid"].get("to")
        assert str(record.valid.start) == str(start), id_
        assert str(record.valid.end) == str(OTHER_END.get(id_, end)), id_
        assert bool(fact.get("conflicts")) <= bool(record.conflicts), id_
        assert len(record.sources) >= len(fact["sources"]), id_


#: serial and first day from which a record is no longer possible though the facts give no end, or
#: still possible though they give one; see OTHER_END
INFERRED = {
    "60-0126": ("dls-i03-pilatus3-0126-minikappa", "2017-11-23"),
    "907": ("als-1232-q315-907", "2012-03-01"),
    "E-32-0107": ("petra-p14-eiger16m-0107", "2021-05-22"),
}
#: a serial that stands for none, and one that was copied into files of another camera
NO_KEY = {"aps-21idf-mx300-sn0", "ed-timepix-cbf"}


def test_on_both_sides_of_each_boundary_the_facts_that_hold_are_found() -> None:
    """An end is the last day, but where something else begins on it (`lookup_order` of the facts)."""
    starts = {str(fact["valid"]["from"]) for fact in facts().values()}
    of_serial: dict[str, list[dict[str, Any]]] = {}
    for fact in facts().values():
        for serial in fact["detector"].get("serials") or []:
            of_serial.setdefault(serial, []).append(fact)

    def holds(fact: dict[str, Any], day: str) -> bool:
        start, end = str(fact["valid"]["from"] or ""), str(fact["valid"]["to"] or "9999")
        return start <= day < end or (day == end and end not in starts)

    checked = 0
    for serial, group in of_serial.items():
        ends = [fact["valid"][key] for fact in group for key in ("from", "to")]
        days = {
            str(date.fromisoformat(str(end)) + timedelta(days=shift))
            for end in ends
            for shift in (-1, 0, 1)
            if end
        }
        for day in days or {"2012-06-01"}:
            wanted = {fact["id"] for fact in group if holds(fact, day)} - NO_KEY
            other, since = INFERRED.get(serial, ("", "9999"))
            if day >= since:
                wanted ^= {other}
            string = f"{group[0]['detector']['model']}, S/N {serial}"
            found = match_site(SiteQuery(detector=string, date=day), SITES)
            ids = {entry.record.id for entry in found.candidates}
            assert ids == wanted, (serial, day)
            assert found.outcome == (
                "unique" if len(wanted) == 1 else "ambiguous" if wanted else "none"
            )
            checked += 1
    assert checked > 200


def test_strings_are_taken_apart_as_the_facts_say() -> None:
    path = FACTS.with_name("detector_strings.csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        parsed = parse_detector(row["raw_string"])
        said = (parsed.family, parsed.size_class or "", parsed.fast, parsed.serial or "")
        # not a size, and a remark
        size = row["size_class"].replace("banana", "")
        serial = row["serial"].partition(" ")[0]
        assert said == (row["family"], size, row["fast_readout"] == "yes", serial)
        assert (parsed.site or "") == row["site_text_in_string"].lstrip("@")
    assert len(rows) == 65


def test_each_entry_is_among_those_that_its_own_header_finds() -> None:
    checked = 0
    for id_, fact in facts().items():
        for serial in OTHER_SERIALS.get(id_, fact["detector"].get("serials") or []):
            if id_ in LEFT_OUT or id_.startswith("ed-timepix"):
                continue
            form = next((name for name in fact.get("formats") or () if name in FORMAT_KINDS), None)
            query = SiteQuery(serial=serial, format=form, date=fact["valid"].get("from"))
            found = match_site(query, SITES)
            assert id_ in {entry.record.id for entry in found.candidates}, id_
            checked += 1
    assert checked > 150
