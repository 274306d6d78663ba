"""mar345 headers: text lines and integers, either byte order, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_bytes_binary import MAR345_LINES, mar345_bytes
from reading_images import (
    assert_only_image_errors,
    assert_packed_alike,
    doubts,
    read_bytes,
    said,
    spoilt,
)

from sweepwright.images import mar345
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts


def facts(folder: Path, *args: object, **kwargs: object) -> ImageFacts:
    return read_bytes(mar345, folder, mar345_bytes(*args, **kwargs))


def test_a_file_says_all_this(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert (found.format, found.panels, found.doubts) == ("mar345", (), ())
    assert said(found) == {
        "detector": "mar345",
        "serial": "91",
        "date": "Tue Oct 26 12:02:57 1999",
        "size": (2300, 2300),
        "pixel_size": (0.15, 0.15),
        "wavelength": 0.97934,
        "distance": 250.05,
        "beam_center": (1151.2, 1148.7),
        "exposure_time": 60.0,
        "two_theta": 0.0,
        "omega": 2.0,
        "chi": 1.5,
        "phi": 30.0,
        "scan_axis": "phi",
        "start": 30.0,
        "width": 0.5,
    }


@pytest.mark.parametrize("order", "<>")
def test_either_byte_order_with_and_without_the_text(tmp_path: Path, order: str) -> None:
    """Without its lines the sixteen integers say the same, but no centre, serial, date or time."""
    assert facts(tmp_path, order=order) == facts(tmp_path)
    bare = said(facts(tmp_path, dict.fromkeys(MAR345_LINES), order=order))
    whole = said(facts(tmp_path))
    for name in ("beam_center", "serial", "date", "exposure_time"):
        del whole[name]
    assert bare == whole


@pytest.mark.parametrize(
    ("size", "pixel_um"), [(1200, 150), (1600, 150), (2000, 150), (1800, 100), (3450, 100)]
)
def test_sizes(tmp_path: Path, size: int, pixel_um: int) -> None:
    lines = {"PIXEL": f"LENGTH {pixel_um}  HEIGHT {pixel_um}"}
    values = said(facts(tmp_path, lines, size=size, pixel_um=pixel_um))
    assert (values["size"], values["pixel_size"]) == ((size, size), (pixel_um / 1000,) * 2)


def test_an_omega_scan_and_a_negative_one(tmp_path: Path) -> None:
    lines = {"PHI": "START 5.0 END 5.0 OSC 1", "OMEGA": "START 359.9  END 359.6  OSC 1"}
    values = said(facts(tmp_path, lines))
    assert (values["scan_axis"], values["start"], values["width"]) == ("omega", 359.9, -0.3)
    assert values["phi"] == 5.0


def test_a_still_and_two_scans_at_once(tmp_path: Path) -> None:
    still = said(facts(tmp_path, {"PHI": "START 30.000 END 30.000 OSC 0"}))
    assert (still["start"], still["width"]) == (30.0, 0.0)
    assert "scan_axis" not in still
    both = facts(tmp_path, {"OMEGA": "START 0.0 END 1.0"})
    assert "width" not in said(both)
    assert "both turn" in doubts(both)["scan_axis"]


def test_the_default_centre_is_no_fact(tmp_path: Path) -> None:
    found = facts(tmp_path, {"CENTER": "X 1150.000  Y 1150.000"})
    assert "beam_center" not in said(found)
    assert "middle" in doubts(found)["beam_center"]


def test_a_swung_plate(tmp_path: Path) -> None:
    found = facts(tmp_path, {"TWOTHETA": "15.000"})
    assert said(found)["two_theta"] == 15.0
    assert "two-theta 0" in doubts(found)["panels"]


def test_only_mar345_files(tmp_path: Path) -> None:
    path = tmp_path / "x.mar2300"
    assert not mar345.understands(b"\xd2\x04\x00\x00" + bytes(200), path)
    assert not mar345.understands(b"mar research", path)
    with pytest.raises(ImageError, match="0 x 0 pixels"):
        facts(tmp_path, size=0)


def test_packed_files(tmp_path: Path) -> None:
    assert_packed_alike(mar345, tmp_path, mar345_bytes())


def test_any_bytes(tmp_path: Path) -> None:
    assert_only_image_errors(mar345, tmp_path, spoilt(mar345_bytes()))
    wild = {"DISTANCE": "1e999", "CENTER": "X 1e999 Y -1e999", "PHI": "START 1e999 END x OSC"}
    assert_only_image_errors(mar345, tmp_path, [mar345_bytes(wild)])
