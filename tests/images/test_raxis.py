"""R-AXIS headers: both byte orders and names, old fields and axis table, how the plate lies."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from image_bytes_binary import raxis_bytes
from reading_images import (
    assert_only_image_errors,
    assert_packed_alike,
    doubts,
    read_bytes,
    said,
    spoilt,
)

from sweepwright.geometry.xds import xds_geometry
from sweepwright.images import raxis
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts

AXES = (
    ("Omega", (1.0, 0.0, 0.0), 30.0, 30.25),
    ("Chi", (0.0, 0.0, 1.0), 45.0, 45.0),
    ("Phi", (1.0, 0.0, 0.0), 10.0, 10.0),
)


def facts(folder: Path, *args: object, **kwargs: object) -> ImageFacts:
    return read_bytes(raxis, folder, raxis_bytes(*args, **kwargs))


def test_a_file_says_all_this(tmp_path: Path) -> None:
    """Numbers of four bytes are those that were meant: 0.1, not 0.10000000149."""
    found = facts(tmp_path)
    assert (found.format, found.axes, found.doubts) == ("raxis", (), ())
    assert said(found) == {
        "detector": "R-AXIS4, SGI",
        "date": "2003-5-14",
        "size": (3000, 2900),
        "pixel_size": (0.1, 0.1),
        "wavelength": 1.5418,
        "distance": 150.0,
        "beam_center": (1503.3, 1495.8),
        "overload": 262136,
        "exposure_time": 300.0,
        "two_theta": 0.0,
        "omega": 3.0,
        "chi": 4.0,
        "phi": 12.5,
        "scan_axis": "phi",
        "start": 12.5,
        "width": 0.5,
    }


@pytest.mark.parametrize("name", [b"RAXIS", b"R-AXIS4", b"R-AXIS5", b"R-AXIS"])
@pytest.mark.parametrize(
    ("order", "host"), [(">", b"SGI"), (">", b"IRIS"), ("<", b"PC"), ("<", b"")]
)
def test_names_and_byte_orders(tmp_path: Path, name: bytes, order: str, host: bytes) -> None:
    found = said(facts(tmp_path, name=name, order=order, host=host))
    detector = ", ".join(word.decode() for word in (name, host) if word)
    assert found == {**said(facts(tmp_path)), "detector": detector}


def test_the_picture_is_that_of_generate_xds_inp(tmp_path: Path) -> None:
    """For R-AXIS it writes the Y axis 0 -1 0 and a negative distance."""
    found = facts(tmp_path)
    xds = xds_geometry(found.panels)
    assert (xds.x_axis, xds.y_axis) == ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0))
    assert xds.distance_mm == -150.0
    assert found.panels[0].origin_mm == pytest.approx((-150.33, 149.58, 150.0))


def test_the_axis_table_goes_before_the_old_fields(tmp_path: Path) -> None:
    """d*TREK's x is along the spindle, XDS's 0 1 0 here; its z is to the source."""
    found = facts(tmp_path, axes=AXES)
    values = said(found)
    assert (values["scan_axis"], values["start"], values["width"]) == ("omega", 30.0, 0.25)
    assert (values["omega"], values["chi"], values["phi"]) == (30.0, 45.0, 10.0)
    assert [axis.name for axis in found.axes] == ["omega", "chi", "phi"]
    assert [axis.vector for axis in found.axes] == [(0, 1, 0), (0, 0, -1), (0, 1, 0)]
    scanned_phi = said(facts(tmp_path, axes=AXES, scanned=2))
    assert (scanned_phi["scan_axis"], scanned_phi["start"], scanned_phi["width"]) == ("phi", 10, 0)


def test_a_table_that_cannot_be(tmp_path: Path) -> None:
    no_axis = facts(tmp_path, axes=AXES, scanned=7)
    assert "start" not in said(no_axis)
    assert "axis 7" in doubts(no_axis)["scan_axis"]
    empty = (("Omega", (0.0, 0.0, 0.0), 1.0, 2.0), *AXES[1:])
    assert facts(tmp_path, axes=empty).axes == ()
    assert said(facts(tmp_path, axes=empty))["start"] == 1.0
    # a count that no table has: the old fields speak
    assert said(facts(tmp_path, ints={852: (1, 9)}))["start"] == 12.5


def test_a_swung_plate_turns_about_the_spindle_and_says_so(tmp_path: Path) -> None:
    found = facts(tmp_path, {548: (0.0, 0.0, 30.0)})
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))
    assert found.panels[0].fast == pytest.approx((c, 0.0, -s))
    assert found.panels[0].slow == pytest.approx((0.0, -1.0, 0.0))
    assert "spindle" in doubts(found)["panels"]
    assert said(found)["two_theta"] == 30.0


@pytest.mark.parametrize("codes", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_a_plate_that_is_read_otherwise_is_not_guessed(
    tmp_path: Path, codes: tuple[int, int, int]
) -> None:
    found = facts(tmp_path, ints={832: codes}, axes=AXES)
    assert (found.panels, found.axes) == ((), ())
    assert "scan codes" in doubts(found)["panels"]
    assert said(found)["beam_center"] == (1503.3, 1495.8)
    swung = facts(tmp_path, {548: (0.0, 0.0, 30.0)}, ints={832: codes})
    assert said(swung)["two_theta"] == 30.0


def test_r_axis_2_and_cylinders(tmp_path: Path) -> None:
    assert facts(tmp_path, name=b"R-AXIS2").panels == ()
    assert "cylinder" in doubts(facts(tmp_path, ints={448: 1}))["panels"]


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    (panel,) = facts(tmp_path, {776: (0.1051, 0.1025)}).panels
    assert panel.pixel_mm == (0.1051, 0.1025)
    assert panel.origin_mm[:2] == pytest.approx((-1503.3 * 0.1051, 1495.8 * 0.1025))


def test_defaults(tmp_path: Path) -> None:
    assert "never set" in doubts(facts(tmp_path, {540: (0.0, 0.0)}))["beam_center"]
    assert "middle" in doubts(facts(tmp_path, {540: (1500.0, 1450.0)}))["beam_center"]
    assert "never set" in doubts(facts(tmp_path, {344: (0.0,)}))["distance"]
    still = said(facts(tmp_path, {520: (0.0, 90.0, 90.0)}))
    assert (still["start"], still["width"]) == (90.0, 0.0)


def test_damaged_headers(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="how many pixels"):
        facts(tmp_path, ints={768: (0, 0)})
    with pytest.raises(ImageError, match="truncated"):
        read_bytes(raxis, tmp_path, raxis_bytes()[:600])


def test_packed_files(tmp_path: Path) -> None:
    assert_packed_alike(raxis, tmp_path, raxis_bytes(axes=AXES))


def test_any_bytes(tmp_path: Path) -> None:
    assert_only_image_errors(raxis, tmp_path, spoilt(raxis_bytes(axes=AXES)))
    for place in (292, 344, 520, 524, 528, 536, 540, 544, 548, 552, 556, 776, 780, 796, 860, 920):
        for value in (math.nan, math.inf, -math.inf, 3e38, 1e-45, -1.0):
            data = raxis_bytes({place: (value,)})
            assert_only_image_errors(raxis, tmp_path, [data])
    nan_axis = ("Omega", (math.nan, 0.0, 0.0), math.nan, math.inf)
    assert_only_image_errors(raxis, tmp_path, [raxis_bytes(axes=(nan_axis,))])
