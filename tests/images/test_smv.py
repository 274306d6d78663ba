"""ADSC SMV and its relatives, against numbers put into the header."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_bytes_smv import ADSC, smv_bytes
from reading_images import assert_only_image_errors, spoilt

from sweepwright.api.headers import headers_of
from sweepwright.images import smv
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.model.facts import ImageFacts


def read(
    folder: Path, length: int = 1024, pixels: bool = True, **changes: str | None
) -> ImageFacts:
    path = folder / "x_001.img"
    path.write_bytes(smv_bytes(ADSC, changes, length, pixels))
    return read_facts(path)


def doubts(found: ImageFacts) -> dict[str, str]:
    return {doubt.field: doubt.message for doubt in found.doubts}


@pytest.mark.parametrize("length", [512, 1024, 6656, 20480])
def test_every_field_is_read_in_our_units(tmp_path: Path, length: int) -> None:
    found = read(tmp_path, length)
    assert {name: fact.value for name, fact in found.fields.items()} == {
        "size": (300, 200),
        "pixel_size": (0.1024, 0.1024),
        "wavelength": 0.97918,
        "exposure_time": 0.5,
        "distance": 250.13,
        "serial": "777",
        "date": "Sat Jul 19 21:03:51 2014",
        "start": 12.25,
        "width": 0.333,
        "two_theta": 0.0,
        "phi": 12.25,
        "scan_axis": "phi",
        "beam_mm": (11.5, 14.25),
    }
    assert found.doubts == ()


def test_of_a_key_that_stands_twice_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "x_001.img"
    text = smv_bytes(ADSC, length=1024).replace(b"DIM=2;\n", b"DIM=2;\nSIZE1=2048;\n")
    path.write_bytes(text[:1024] + text[1024:])
    assert read_facts(path).fields["size"].value == (300, 200)


def test_axes_and_negative_lengths(tmp_path: Path) -> None:
    found = read(tmp_path, AXIS="Omega", OMEGA="3.5", DISTANCE="-499.99", OSC_RANGE="-0.5")
    assert found.fields["scan_axis"].value == "omega"
    assert found.fields["distance"].value == 499.99
    assert found.fields["width"].value == -0.5


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"BEAM_CENTER_X": "15.36", "BEAM_CENTER_Y": "10.24"}, "beam_center", "middle"),
        ({"BEAM_CENTER_X": "157.8", "BEAM_CENTER_Y": "160.2"}, "beam_center", "every header"),
        ({"BEAM_CENTER_X": "0", "BEAM_CENTER_Y": "0"}, "beam_center", "0, 0"),
        ({"WAVELENGTH": "0"}, "wavelength", "it is 0"),
        ({"DISTANCE": "0.0"}, "distance", "it is 0"),
        ({"OSC_RANGE": "0.0"}, "width", "still"),
        ({"DATE": "Thu Jan  1 00:00:09 1970"}, "date", "unset clock"),
        ({"DETECTOR_SN": "unknown"}, "serial", "no serial"),
    ],
)
def test_what_cannot_be_meant_is_a_doubt(
    tmp_path: Path, changes: dict[str, str], field: str, message: str
) -> None:
    found = read(tmp_path, **changes)
    assert message in doubts(found)[field]
    assert field not in found.fields or field == "width"
    assert field != "beam_center" or "beam_mm" not in found.fields


def test_a_header_that_says_how_its_centre_is_meant(tmp_path: Path) -> None:
    found = read(tmp_path, XDS_ORGX="151.5", XDS_ORGY="100.25")
    assert found.fields["beam_center"].value == (151.0, 99.75)


def test_a_site_record_reads_the_centre(tmp_path: Path) -> None:
    # serial 444 at ESRF: the header's y is along fast, its x along slow
    path = tmp_path / "x_001.img"
    changes = {"DETECTOR_SN": "444", "SIZE1": "2048", "SIZE2": "2048",
               "BEAM_CENTER_X": "105.026", "BEAM_CENTER_Y": "103.561"}  # fmt: skip
    path.write_bytes(smv_bytes(ADSC, changes, 512, pixels=False))
    (header,) = headers_of([path])
    fact = header.get("beam_center")
    assert fact is not None
    assert fact.value == pytest.approx((103.561 / 0.1024, 105.026 / 0.1024), rel=1e-9)
    assert fact.key.startswith("site record esrf-id14-1")


def test_cut_files(tmp_path: Path) -> None:
    assert "is truncated: 1024 bytes" in doubts(read(tmp_path, pixels=False))["data"]
    path = tmp_path / "x_001.img"
    path.write_bytes(smv_bytes(ADSC, length=1024)[:200])
    with pytest.raises(ImageError, match="within its header"):
        read_facts(path)
    whole = smv_bytes(ADSC, length=1024, pixels=False)
    assert_only_image_errors(smv, tmp_path, spoilt(whole))
