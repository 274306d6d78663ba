"""TIFF images: the MarCCD header by its documented places, its dialects, PILATUS TIFFs, plain TIFFs."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_bytes_binary import PILATUS_LINES, marccd_bytes, tiff_bytes
from reading_images import (
    assert_only_image_errors,
    assert_packed_alike,
    doubts,
    read_bytes,
    said,
    spoilt,
)

from sweepwright.images import marccd
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts


def facts(folder: Path, *args: object, **kwargs: object) -> ImageFacts:
    return read_bytes(marccd, folder, marccd_bytes(*args, **kwargs))


def test_a_file_says_all_this(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert (found.format, found.panels, found.axes, found.doubts) == ("marccd", (), (), ())
    assert said(found) == {
        "detector": "MARCCD",
        "serial": "39",
        "date": "030612002016.30",
        "size": (3072, 3072),
        "pixel_size": (0.073242, 0.073242),
        "wavelength": 0.97625,
        "distance": 182.025,
        "beam_center": (1520.25, 1530.5),
        "overload": 65535,
        "exposure_time": 1.0,
        "two_theta": 0.0,
        "omega": 30.0,
        "chi": 0.0,
        "kappa": 0.0,
        "phi": 45.0,
        "scan_axis": "omega",
        "start": 30.0,
        "width": 0.5,
    }
    assert found.fields["distance"].key == "xtal_to_detector"
    assert found.fields["start"].key == "start_omega"


@pytest.mark.parametrize("order", "<>")
def test_either_byte_order(tmp_path: Path, order: str) -> None:
    assert facts(tmp_path, order=order) == facts(tmp_path)


def test_a_centre_in_mm_is_told_by_its_size(tmp_path: Path) -> None:
    """ESRF: 112.05 mm on a detector of 225 mm; 112.05 / 0.073242 = 1529.860..."""
    found = facts(tmp_path, {1668: (112050, 110200)})
    assert said(found)["beam_center"] == pytest.approx((112.05 / 0.073242, 110.2 / 0.073242))
    assert found.fields["beam_center"].key.endswith("in mm")
    assert "beam_center" not in said(facts(tmp_path, {1668: (112050, 110200), 1796: (0, 0)}))


@pytest.mark.parametrize(
    ("beam", "word"),
    [((0, 0), "never set"), ((1536000, 1536000), "middle"), ((-(2**31), 5), "far")],
)
def test_a_centre_that_is_none(tmp_path: Path, beam: tuple[int, int], word: str) -> None:
    found = facts(tmp_path, {1668: beam})
    assert "beam_center" not in said(found)
    assert word in doubts(found)["beam_center"]


def test_one_coordinate_in_the_middle_is_no_default(tmp_path: Path) -> None:
    assert said(facts(tmp_path, {1668: (1536000, 1530500)}))["beam_center"] == (1536.0, 1530.5)


def test_the_distance_of_the_start_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    found = facts(tmp_path, {1664: 0})
    assert said(found)["distance"] == 182.025
    assert found.fields["distance"].key == "start_xtal_to_detector"
    other = facts(tmp_path, {1720: 120000})
    assert said(other)["distance"] == 182.025
    assert "120 mm" in doubts(other)["distance"]
    assert "never set" in doubts(facts(tmp_path, {1664: 0, 1720: 0}))["distance"]


def test_a_width_of_zero_is_a_still_or_unset(tmp_path: Path) -> None:
    still = {1724: (0, 30000, 0, 0, 45000, 0, 0), 1756: (1, 0)}
    found = facts(tmp_path, still)
    assert "width" not in said(found)
    assert said(found)["start"] == 30.0
    assert "rotation_range is 0" in doubts(found)["width"]


def test_the_axis_that_turned(tmp_path: Path) -> None:
    """By start and end where range or name of the axis are wrong."""
    phi = {1692: (0, 0, 0, 0, 45000, 0, 0), 1724: (0, 0, 0, 0, 45250, 0, 0)}
    without_range = said(facts(tmp_path, {**phi, 1756: (0, 0)}))
    assert (without_range["scan_axis"], without_range["start"]) == ("phi", 45.0)
    assert without_range["width"] == 0.25
    named_wrongly = facts(tmp_path, {**phi, 1756: (1, 250)})
    assert said(named_wrongly)["scan_axis"] == "phi"
    assert doubts(named_wrongly)["scan_axis"] == "omega is named but phi turned"
    ends_unset = said(facts(tmp_path, {**phi, 1724: (0,) * 7, 1756: (4, 250)}))
    assert (ends_unset["scan_axis"], ends_unset["width"]) == ("phi", 0.25)


def test_an_axis_that_turns_no_crystal(tmp_path: Path) -> None:
    still = {1692: (0, 0, 0, 0, 0, 0, 0), 1724: (0,) * 7}
    found = facts(tmp_path, {**still, 1756: (0, 1000)})
    assert "scan_axis" not in said(found)
    assert (said(found)["start"], said(found)["width"]) == (0.0, 1.0)
    assert (
        "rotation_axis is 99" in doubts(facts(tmp_path, {**still, 1756: (99, 1000)}))["scan_axis"]
    )


def test_a_scan_that_goes_back(tmp_path: Path) -> None:
    found = facts(tmp_path, {1724: (0, 29500, 0, 0, 45000, 0, 0)})
    assert said(found)["width"] == 0.5
    assert "turned by -0.5" in doubts(found)["width"]


def test_a_swung_or_tilted_detector_is_never_silent(tmp_path: Path) -> None:
    swung = facts(tmp_path, {1692: (20000, 0, 0, 0, 0, 0, 0)})
    assert said(swung)["two_theta"] == 20.0
    assert swung.panels == ()
    assert "two-theta 0" in doubts(swung)["panels"]
    assert "turned by 0, 1.5, 0" in doubts(facts(tmp_path, {1764: (0, 1500, 0)}))["panels"]
    assert "mirrored" in doubts(facts(tmp_path, {1140: (0, 1, 0)}))["panels"]


@pytest.mark.parametrize(
    ("comment", "serial"),
    [
        (b"Detector Serial Number = 106\n", "106"),
        (b"SPring-8 BL44XU\nDetector serial number: 42\x00\x00", "42"),
        (b"Detector Serial Number = 0\n", None),
        (b"", None),
        (b"\xff\xfe\x00nothing", None),
    ],
)
def test_the_serial_of_the_comment(tmp_path: Path, comment: bytes, serial: str | None) -> None:
    assert said(facts(tmp_path, comment=comment)).get("serial") == serial


def test_dates(tmp_path: Path) -> None:
    assert "date" not in said(facts(tmp_path, date=b""))
    assert "no date" in doubts(facts(tmp_path, date=b"yesterday"))["date"]
    assert "unset clock" in doubts(facts(tmp_path, date=b"010100001970.00"))["date"]


def test_a_detector_that_was_never_told_anything(tmp_path: Path) -> None:
    """LCLS: distance, wavelength and angles are whatever was in memory."""
    unset = {1664: (-1, -1, -1), 1676: (0, 0), 1720: 0, 1796: (-5, -5), 1932: 0, 1128: 0}
    found = facts(tmp_path, unset, name=b"")
    assert {"wavelength", "distance", "pixel_size", "exposure_time", "overload"} <= set(
        doubts(found)
    )
    assert set(said(found)) & {"wavelength", "distance", "pixel_size", "detector"} == set()


def test_a_pilatus_tiff_has_the_lines_of_a_mini_cbf(tmp_path: Path) -> None:
    found = read_bytes(marccd, tmp_path, tiff_bytes())
    assert found.format == "tiff"
    values = said(found)
    assert values["detector"] == "PILATUS 1M-F"
    assert values["date"] == "2014:10:24 16:33:09"
    assert (values["size"], values["pixel_size"]) == ((981, 1043), (0.172, 0.172))
    assert (values["wavelength"], values["distance"]) == (0.97918, 211.43)
    assert values["beam_center"] == (498.18, 515.77)
    assert (values["start"], values["width"]) == (10.0, 0.1)


@pytest.mark.parametrize("order", "<>")
def test_a_directory_far_behind(tmp_path: Path, order: str) -> None:
    """It may stand behind the pixels."""
    data = tiff_bytes(order=order, directory_at=300_000)
    assert said(read_bytes(marccd, tmp_path, data))["distance"] == 211.43


def test_a_plain_tiff_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="981 x 1043 pixels without the header") as problem:
        read_bytes(marccd, tmp_path, tiff_bytes(description="a picture"))
    assert "geometry in the job" in problem.value.hint
    with pytest.raises(ImageError, match="without the header"):
        read_bytes(marccd, tmp_path, marccd_bytes(private_size=(5, 5)))


def test_a_file_cut_in_its_header(tmp_path: Path) -> None:
    for length in (6, 100, 3000):
        with pytest.raises(ImageError, match="truncated"):
            read_bytes(marccd, tmp_path, marccd_bytes()[:length])


def test_packed_files(tmp_path: Path) -> None:
    assert_packed_alike(marccd, tmp_path, marccd_bytes())
    assert_packed_alike(marccd, tmp_path, tiff_bytes(directory_at=40_000))


def test_any_bytes(tmp_path: Path) -> None:
    assert_only_image_errors(marccd, tmp_path, spoilt(marccd_bytes()))
    assert_only_image_errors(marccd, tmp_path, spoilt(tiff_bytes(description=PILATUS_LINES)))
