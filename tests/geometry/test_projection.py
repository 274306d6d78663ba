"""Rings and resolution on detectors, against plain trigonometry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sweepwright.geometry.detector import panel_at, turned
from sweepwright.geometry.projection import gaps_px, ray_px, resolution_a, ring_px

FLAT = panel_at((500.0, 400.0), (0.1, 0.1), 200.0, (1000, 900))


def test_resolution_follows_bragg() -> None:
    # 100 px of 0.1 mm at 200 mm: tan 2theta = 0.05
    two_theta = math.atan(0.05)
    assert resolution_a(FLAT, (600, 400), 1.0) == pytest.approx(0.5 / math.sin(two_theta / 2))
    assert resolution_a(FLAT, (500, 400), 1.0) == math.inf


def test_a_ring_on_a_square_detector_is_a_circle() -> None:
    d_a = 0.5 / math.sin(math.atan(0.05) / 2)
    places = np.array(ring_px(FLAT, d_a, 1.0, 37))
    assert np.hypot(*(places - (500, 400)).T) == pytest.approx(np.full(37, 100.0))
    assert places[9] == pytest.approx((500, 500))  # a quarter turn on, from x to y


@pytest.mark.parametrize("angle", [-35.0, 10.0, 60.0])
def test_each_place_of_a_ring_sees_its_spacing(angle: float) -> None:
    swung = turned(turned(FLAT, (1, 0, 0), angle), (0, 1, 0), 7.0, FLAT.origin_mm)
    places = [place for place in ring_px(swung, 2.0, 1.0) if place is not None]
    assert len(places) > 90
    for place in places:
        assert resolution_a(swung, place, 1.0) == pytest.approx(2.0)


def test_what_never_meets_the_detector() -> None:
    assert ray_px(FLAT, (0.0, 0.0, -1.0)) is None
    assert ray_px(FLAT, (1.0, 0.0, 0.0)) is None
    assert ring_px(FLAT, 0.49, 1.0) == []
    # beyond 90 degrees all rays of a ring miss a detector ahead
    assert set(ring_px(FLAT, 0.6, 1.0)) == {None}


def test_gaps_of_a_pilatus_6m() -> None:
    gaps = gaps_px((2463, 2527), (487, 195), (7, 17))
    across = [(x1, x2) for x1, x2, y1, y2 in gaps if (y1, y2) == (0, 2527)]
    down = [(y1, y2) for x1, x2, y1, y2 in gaps if (x1, x2) == (0, 2463)]
    # DECTRIS, PILATUS 6M: 5 x 12 modules
    assert across == [(487, 494), (981, 988), (1475, 1482), (1969, 1976)]
    assert len(down) == 11
    assert down[-1] == (2315, 2332)
    assert gaps_px((487, 195), (487, 195), (7, 17)) == []
