"""Bruker frames: records, the pixel by its documented rule, the instrument's geometry by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from image_bytes_binary import bruker_bytes
from reading_images import (
    assert_only_image_errors,
    assert_packed_alike,
    doubts,
    read_bytes,
    said,
    spoilt,
)

from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.images import bruker
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts


def facts(folder: Path, *args: object, **kwargs: object) -> ImageFacts:
    return read_bytes(bruker, folder, bruker_bytes(*args, **kwargs))


def test_a_file_says_all_this(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert found.format == "bruker"
    assert found.doubts == ()
    values = said(found)
    assert values.pop("beam_center") == pytest.approx(
        # the beam meets an arm at 20 degrees D tan(20) off the place of two-theta 0
        (380.5 + 60 * math.tan(math.radians(20)) / (5 / 37.037037), 505.2)
    )
    assert values.pop("pixel_size") == pytest.approx((5 / 37.037037,) * 2)
    assert values == {
        "detector": "CMOS-PHOTONII",
        "serial": "A110247",
        "site": "University X",
        "date": "11-Mar-2015 14:05:11",
        "size": (768, 1024),
        "wavelength": 0.71073,
        "distance": 60.0,
        "overload": 163810,
        "exposure_time": 10.0,
        "two_theta": 20.0,
        "omega": -30.0,
        "phi": 120.0,
        "chi": 54.74,
        "scan_axis": "omega",
        "start": -30.0,
        "width": 0.3,
    }


def test_the_panel_on_its_arm(tmp_path: Path) -> None:
    """Columns to the right, rows upwards; two-theta about the axis upwards moves it to the left."""
    (panel,) = facts(tmp_path).panels
    q, c, s = 5 / 37.037037, math.cos(math.radians(20)), math.sin(math.radians(20))
    assert panel.fast == pytest.approx((c, 0.0, s))
    assert panel.slow == pytest.approx((0.0, -1.0, 0.0))
    middle = np.array([-60 * s, 0.0, 60 * c])  # the place of the beam at two-theta 0
    corner = middle - 380.5 * q * np.array([c, 0, s]) - 505.2 * q * np.array([0, -1.0, 0])
    assert np.allclose(panel.origin_mm, corner, atol=1e-9)


def test_phi_turns_where_generate_xds_inp_says(tmp_path: Path) -> None:
    """Its axis for a phi scan is sin(chi) cos(omega), cos(chi), sin(chi) sin(omega)."""
    found = facts(tmp_path, {"AXIS": "3"})
    axes = [GoniostatAxis(axis.name, axis.vector) for axis in found.axes]
    settings = {axis.name: axis.angle_deg or 0.0 for axis in found.axes}
    chi, omega = math.radians(54.74), math.radians(-30)
    along = (math.sin(chi) * math.cos(omega), math.cos(chi), math.sin(chi) * math.sin(omega))
    assert said(found)["scan_axis"] == "phi"
    assert scan_geometry(axes, "phi", settings).axis == pytest.approx(along)
    assert scan_geometry(axes, "omega", settings).axis == pytest.approx((0, -1, 0))


@pytest.mark.parametrize(
    ("rows", "per_cm", "pixel"),
    [
        ("512", "81.920000", 0.12207),  # APEX, 62.5 mm
        ("1024", "81.920000", 0.061035),
        ("1024", "56.020000", 0.089254),  # SMART 6500, 91.4 mm
        ("1024", "37.037037", 0.135),
    ],
)
def test_pixels_are_counted_on_a_frame_of_512_rows(
    tmp_path: Path, rows: str, per_cm: str, pixel: float
) -> None:
    records = {
        "NROWS": rows,
        "NCOLS": rows,
        "DETTYPE": f"CCD-PXL-KAF2   {per_cm} 0.8 0 0.254 0.05 1",
    }
    values = said(facts(tmp_path, records, format_="86"))
    assert values["pixel_size"] == pytest.approx((pixel, pixel), abs=1e-6)
    assert values["detector"] == "CCD-PXL-KAF2"


def test_two_theta_beyond_half_a_turn_and_a_scan_backwards(tmp_path: Path) -> None:
    angles = "330.000000 -30.000000 120.000000 54.740000"
    values = said(facts(tmp_path, {"ANGLES": angles, "INCREME": "-0.500000"}))
    assert (values["two_theta"], values["start"], values["width"]) == (-30.0, -30.0, -0.5)


def test_a_distance_of_one_value_and_a_corrected_centre(tmp_path: Path) -> None:
    found = facts(tmp_path, {"DISTANC": "4.500000", "CENTER": "380.5 505.2 384.0 511.0"})
    assert said(found)["distance"] == 45.0
    assert "384, 511 px" in doubts(found)["beam_center"]


def test_a_default_centre_is_no_fact_but_the_picture_stays_as_it_lies(tmp_path: Path) -> None:
    found = facts(tmp_path, {"CENTER": "384.0 512.0 384.0 512.0"})
    assert "beam_center" not in said(found)
    assert "middle" in doubts(found)["beam_center"]
    assert found.panels[0].slow == (0.0, -1.0, 0.0)


def test_a_beam_that_misses_the_plane(tmp_path: Path) -> None:
    found = facts(tmp_path, {"ANGLES": "100.0 -30.0 120.0 54.74"})
    assert "beam_center" not in said(found)
    assert "behind the crystal" in doubts(found)["beam_center"]


def test_detectors_of_others_in_this_format(tmp_path: Path) -> None:
    found = facts(tmp_path, {"DETTYPE": "EIGER2-1M 64.000000 0.8 0 0.2 0.05 1"})
    assert (found.panels, found.axes) == ((), ())
    assert "panels" in doubts(found)
    assert said(found)["two_theta"] == 20.0


def test_what_is_not_said_is_absent(tmp_path: Path) -> None:
    gone = ("CENTER", "DISTANC", "DETTYPE", "ANGLES", "AXIS", "START", "SITE", "DARK", "CCDPARM")
    found = facts(tmp_path, dict.fromkeys(gone))
    assert set(said(found)) == {"size", "date", "wavelength", "exposure_time", "width"}
    assert (found.panels, found.axes) == ((), ())
    assert "turns no crystal" in doubts(facts(tmp_path, {"AXIS": "1"}))["scan_axis"]


def test_a_long_header(tmp_path: Path) -> None:
    """More blocks than are read at once."""
    data = bruker_bytes(blocks=100)
    assert said(read_bytes(bruker, tmp_path, data))["distance"] == 60.0
    with pytest.raises(ImageError, match="truncated"):
        read_bytes(bruker, tmp_path, data[:20_000])


def test_damaged_headers(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="how long its header"):
        facts(tmp_path, {"HDRBLKS": None})
    with pytest.raises(ImageError, match="how many pixels"):
        facts(tmp_path, {"NROWS": None})


def test_packed_files(tmp_path: Path) -> None:
    assert_packed_alike(bruker, tmp_path, bruker_bytes())


def test_any_bytes(tmp_path: Path) -> None:
    assert_only_image_errors(bruker, tmp_path, spoilt(bruker_bytes()))
    for key in ("NROWS", "AXIS", "CENTER", "DISTANC", "ANGLES", "WAVELEN", "CCDPARM", "START"):
        for value in ("1e999 1e999 1e999 1e999 1e999", "0 0 0 0 0", "-1 -1 -1 -1 -1"):
            assert_only_image_errors(bruker, tmp_path, [bruker_bytes({key: value})])
    for value in ("X 0", "X 1e999", "X 1e-300", "X -5", "37.0"):
        assert_only_image_errors(bruker, tmp_path, [bruker_bytes({"DETTYPE": value})])
