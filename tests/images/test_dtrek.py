"""d*TREK's SMV, against geometry worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from image_bytes_smv import DTREK, smv_bytes
from reading_images import assert_only_image_errors, spoilt

from sweepwright.images import smv
from sweepwright.images.formats import read_facts
from sweepwright.model.facts import ImageFacts


def read(folder: Path, **changes: str | None) -> ImageFacts:
    path = folder / "x_001.img"
    path.write_bytes(smv_bytes(DTREK, changes))
    return read_facts(path)


def test_numbers_and_words(tmp_path: Path) -> None:
    found = {name: fact.value for name, fact in read(tmp_path).fields.items()}
    assert found["size"] == (400, 300)
    assert found["pixel_size"] == (0.09, 0.09)
    assert found["wavelength"] == 1.5418
    assert (found["start"], found["width"], found["exposure_time"]) == (-90.0, 0.5, 5.0)
    assert found["scan_axis"] == "omega"
    assert (found["omega"], found["chi"], found["phi"]) == (-90.0, 45.0, 10.0)
    assert found["two_theta"] == 20.0
    assert found["polarization"] == 0.5
    assert found["overload"] == 65535
    assert found["date"] == "27-Jan-2015 03:18:35"


def test_the_goniostat_in_our_frame(tmp_path: Path) -> None:
    # d*TREK has z to the source: (a, b, c) is (a, -b, -c) here
    axes = read(tmp_path).axes
    assert [(axis.name, axis.vector, axis.angle_deg) for axis in axes] == [
        ("omega", (1.0, 0.0, 0.0), -90.0),
        ("chi", (0.0, 0.0, -1.0), 45.0),
        ("phi", (1.0, 0.0, 0.0), 10.0),
    ]


def test_a_swung_detector_by_hand(tmp_path: Path) -> None:
    """80 mm away, then swung by 20 degrees about x, which is x here too; slow is -y at first."""
    (panel,) = read(tmp_path).panels
    sine, cosine = math.sin(math.radians(20)), math.cos(math.radians(20))
    assert panel.fast == pytest.approx((1, 0, 0))
    assert panel.slow == pytest.approx((0, -cosine, -sine))
    corner = (-190.5 * 0.09, 160.25 * 0.09, 80.0)  # before the swing
    turned = (corner[0], corner[1] * cosine - corner[2] * sine,
              corner[1] * sine + corner[2] * cosine)  # fmt: skip
    assert panel.origin_mm == pytest.approx(turned)
    found = read(tmp_path)
    assert found.fields["distance"].value == pytest.approx(80.0)
    # the detector went to -y, so the beam meets it 80 tan 20 mm from the foot towards +y: against slow
    against = 160.25 - 80 * math.tan(math.radians(20)) / 0.09
    assert found.fields["beam_center"].value == pytest.approx((190.5, against))


def test_distortion_vectors_turn_the_detector(tmp_path: Path) -> None:
    swing = "0 0 0 0 0 80"
    mixed = {"CCD_SPATIAL_DISTORTION_VECTORS": "0 -1 1 0", "CCD_GONIO_VALUES": swing}
    (panel,) = read(tmp_path, **mixed).panels
    # fast is -1 times the second detector vector (0 1 0 there, 0 -1 0 here)
    assert panel.fast == pytest.approx((0, 1, 0))
    assert panel.slow == pytest.approx((1, 0, 0))
    assert panel.origin_mm == pytest.approx((-160.25 * 0.09, -190.5 * 0.09, 80.0))


def test_what_is_missing_is_a_doubt(tmp_path: Path) -> None:
    found = read(tmp_path, CCD_GONIO_VECTORS="1 0 0")
    assert found.panels == ()
    assert [doubt.field for doubt in found.doubts] == ["panels"]
    middle = read(tmp_path, CCD_SPATIAL_DISTORTION_INFO="200 150 0.09 0.09")
    assert "middle" in {doubt.field: doubt.message for doubt in middle.doubts}["beam_center"]
    assert_only_image_errors(smv, tmp_path, spoilt(smv_bytes(DTREK)))
