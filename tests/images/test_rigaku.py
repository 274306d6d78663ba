"""CrysAlis images: sections, steps of motors, the kappa goniostat, flat and curved detectors."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from image_bytes_binary import rigaku_bytes
from reading_images import (
    assert_only_image_errors,
    assert_packed_alike,
    doubts,
    read_bytes,
    said,
    spoilt,
)

from sweepwright.images import rigaku
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts


def facts(folder: Path, *args: object, **kwargs: object) -> ImageFacts:
    return read_bytes(rigaku, folder, rigaku_bytes(*args, **kwargs))


def test_a_file_says_all_this(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert (found.format, found.doubts) == ("rigaku", ())
    values = said(found)
    # the beam meets an arm at 20 degrees D tan(20) off the place of theta 0
    assert values.pop("beam_center") == pytest.approx(
        (390.2 - 40 * math.tan(math.radians(20)) / 0.1, 405.6)
    )
    assert values == {
        "detector": "OD SAPPHIRE, detector type 7",
        "date": "Tue Mar 06 12:40:56 2018",
        "size": (775, 800),
        "pixel_size": (0.1, 0.1),
        "wavelength": 1.54184,
        "distance": 40.0,
        "overload": 1000000,
        "exposure_time": 2.0,
        "two_theta": 20.0,
        "omega": -40.0,
        "kappa": 30.0,
        "phi": 12.0,
        "scan_axis": "omega",
        "start": -40.0,
        "width": 0.5,
    }


def test_the_kappa_goniostat(tmp_path: Path) -> None:
    """All about the axis downwards, kappa 50 degrees from it, towards the source."""
    omega, kappa, phi = facts(tmp_path).axes
    assert (omega.name, kappa.name, phi.name) == ("omega", "kappa", "phi")
    assert omega.vector == phi.vector == (0.0, 1.0, 0.0)
    alpha = math.radians(50)
    assert kappa.vector == pytest.approx((0, math.cos(alpha), -math.sin(alpha)), abs=1e-12)
    assert (omega.angle_deg, kappa.angle_deg, phi.angle_deg) == (-40.0, 30.0, 12.0)


def test_a_beta_or_an_alpha_that_is_not_understood(tmp_path: Path) -> None:
    assert "0.3 degrees" in doubts(facts(tmp_path, doubles={680: (50.0, 0.3)}))["axes"]
    none = facts(tmp_path, doubles={680: (0.0, 0.0)})
    assert none.axes == ()
    assert "axes" in doubts(none)


def turn(axis: int, angle_deg: float) -> np.ndarray:
    """A right-handed turn about x, y or z."""
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    one, two = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[one, one] = matrix[two, two] = c
    matrix[one, two], matrix[two, one] = -s, s
    return matrix


def test_the_panel_on_its_arm_with_its_rotations(tmp_path: Path) -> None:
    """e1 is to the source (-z), e2 to the right (x), e3 upwards (-y); the turn about e2 is -e2."""
    (panel,) = facts(tmp_path, doubles={640: (1.5, 0.7, 0.0)}).panels
    whole = turn(1, 20) @ turn(0, -0.7) @ turn(2, -1.5)
    assert np.allclose(panel.fast, whole @ [1, 0, 0], atol=1e-11)
    assert np.allclose(panel.slow, whole @ [0, -1, 0], atol=1e-11)
    assert np.allclose(panel.origin_mm, whole @ [-39.02, 40.56, 40.0], atol=1e-9)
    assert "e3" in doubts(facts(tmp_path, doubles={640: (0.0, 0.0, 2.0)}))["panels"]


def test_binned_pictures(tmp_path: Path) -> None:
    found = facts(tmp_path, bins=(2, 2), size=(512, 512), starts=(0, 0, 0, 0), ends=(1, 0, 0, 0))
    assert said(found)["beam_center"] == (195.1, 202.8)


def test_phi_scans_stills_and_two_scans(tmp_path: Path) -> None:
    phi = said(facts(tmp_path, ends=(-400000, 200000, 300000, 115000)))
    assert (phi["scan_axis"], phi["start"], phi["width"]) == ("phi", 12.0, -0.5)
    still = said(facts(tmp_path, ends=(-400000, 200000, 300000, 120000)))
    assert still["width"] == 0.0
    assert "scan_axis" not in still
    both = facts(tmp_path, ends=(-395000, 200000, 300000, 125000))
    assert "width" not in said(both)
    assert "both turn" in doubts(both)["scan_axis"]


def test_the_first_line_of_the_source_where_there_is_no_mean(tmp_path: Path) -> None:
    assert said(facts(tmp_path, doubles={568: (0.7093, 0.71359, 0.0)}))["wavelength"] == 0.7093
    assert said(facts(tmp_path, doubles={568: (0.0, 0.0, 0.0251)}))["wavelength"] == 0.0251
    assert "wavelength" in doubts(facts(tmp_path, doubles={568: (0.0, 0.0, 0.0)}))


def test_a_version_before_4_has_a_text_of_any_length(tmp_path: Path) -> None:
    assert facts(tmp_path, version="3.0", text_bytes=512) == facts(tmp_path)


def test_a_curved_detector_of_three_pieces(tmp_path: Path) -> None:
    """Each outer piece is turned by 38 degrees towards the crystal about the middle of its gap."""
    found = facts(
        tmp_path,
        size=(1215, 775),
        kind=12,
        arc=(3, 1, 385, 775, 30, 0),
        starts=(0, 0, 0, 0),
        ends=(5000, 0, 0, 0),
        doubles={664: (600.0, 400.0)},
    )
    assert "beam_center" not in said(found)
    assert said(found)["distance"] == 40.0
    left, middle, right = found.panels
    assert [panel.first_px for panel in found.panels] == [(0, 0), (415, 0), (830, 0)]
    assert {panel.size_px for panel in found.panels} == {(385, 775)}
    assert middle.origin_mm == pytest.approx((-18.5, 40.0, 40.0))
    c, s = math.cos(math.radians(38)), math.sin(math.radians(38))
    assert left.fast == pytest.approx((c, 0, s))
    assert left.origin_mm == pytest.approx((-20.0 - 40.0 * c, 40.0, 40.0 - 40.0 * s))
    assert right.fast == pytest.approx((c, 0, -s))
    assert right.origin_mm == pytest.approx((21.5 + 1.5 * c, 40.0, 40.0 - 1.5 * s))


def test_a_curved_detector_of_two_pieces(tmp_path: Path) -> None:
    arc = {"size": (800, 775), "kind": 14, "arc": (2, 1, 385, 775, 30, 0)}
    left, right = facts(tmp_path, starts=(0,) * 4, ends=(1, 0, 0, 0), **arc).panels
    c, s = math.cos(math.radians(19)), math.sin(math.radians(19))
    assert left.fast == pytest.approx((c, 0, s))
    assert right.fast == pytest.approx((c, 0, -s))


def test_a_type_that_may_be_curved_without_its_description(tmp_path: Path) -> None:
    found = facts(tmp_path, kind=12)
    assert len(found.panels) == 1
    assert "may be curved" in doubts(found)["panels"]


def test_defaults(tmp_path: Path) -> None:
    assert "never set" in doubts(facts(tmp_path, doubles={712: (0.0,)}))["distance"]
    middle = facts(tmp_path, doubles={664: (387.5, 400.0)})
    assert "beam_center" not in said(middle)
    assert middle.panels[0].slow == (0.0, -1.0, 0.0)


def test_damaged_headers(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="truncated"):
        read_bytes(rigaku, tmp_path, rigaku_bytes()[:3000])
    with pytest.raises(ImageError, match="0 x 0 pixels"):
        facts(tmp_path, size=(0, 0))
    with pytest.raises(ImageError, match="no NG"):
        read_bytes(rigaku, tmp_path, rigaku_bytes().replace(b"NG=", b"XX="))
    with pytest.raises(ImageError, match="longer than its header"):
        read_bytes(rigaku, tmp_path, rigaku_bytes().replace(b"NG=    512", b"NG= 999512"))


def test_packed_files(tmp_path: Path) -> None:
    assert_packed_alike(rigaku, tmp_path, rigaku_bytes())


def test_any_bytes(tmp_path: Path) -> None:
    assert_only_image_errors(rigaku, tmp_path, spoilt(rigaku_bytes()))
    for place in (368, 376, 568, 584, 640, 648, 664, 672, 680, 688, 712):
        for value in (math.nan, math.inf, -math.inf, 1e300, 1e-300, -1.0):
            data = rigaku_bytes(doubles={place: (value,) * (4 if place == 368 else 1)})
            assert_only_image_errors(rigaku, tmp_path, [data])
