"""What lies on the detector besides spots: background, ice rings, shadows, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.detectors import PIXEL_MM
from sweepwright.simulate.placement import Placement
from sweepwright.simulate.specification import BeamStop, Detector, Signal, Sweep

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: hexagonal ice: spacing (A) and rough relative strength of the rings
_ICE_RINGS = (
    (3.897, 1.0),
    (3.669, 0.7),
    (3.441, 0.6),
    (2.671, 0.35),
    (2.249, 0.4),
    (2.072, 0.3),
    (1.948, 0.25),
    (1.918, 0.2),
)
_ICE_SIGMA_PER_A = 0.0012
#: the beam stop lets this much through, enough to be not quite 0
_SHADOW_PASSES = 0.01


@dataclass(frozen=True)
class Scene:
    """Everything still during a sweep; arrays are (slow, fast)."""

    background: Floats
    """expected counts per pixel and degree at relative exposure 1"""
    transmission: Floats
    """1, or less in the shadow"""
    dead: Mask


def make_scene(placement: Placement, detector: Detector, signal: Signal, sweep: Sweep) -> Scene:
    """Background and masks of a sweep."""
    fast, slow = placement.model.size_px
    y_px, x_px = np.mgrid[0.5:slow, 0.5:fast]
    x_mm: Floats = (x_px - placement.beam_center_px[0]) * PIXEL_MM
    y_mm: Floats = (y_px - placement.beam_center_px[1]) * PIXEL_MM
    radius_mm = np.hypot(x_mm, y_mm)
    two_theta = np.arctan2(radius_mm, placement.distance_mm)
    per_a = 2 * np.sin(two_theta / 2) / placement.wavelength_a
    background = signal.background * _water(per_a) + sweep.faults.ice_rings * _ice(per_a)
    shadow = _shadow(detector.beam_stop, x_mm, y_mm)
    return Scene(
        # a flat pixel sees the inverse square and its own slant: cos^3
        background * np.cos(two_theta) ** 3,
        np.where(shadow, _SHADOW_PASSES, 1.0),
        placement.model.gaps() if detector.gaps else np.zeros((slow, fast), bool),
    )


def _water(per_a: Floats) -> Floats:
    """Scattering by water and air over 1/d: a ring near 3.4 A, a rise towards the beam, a floor."""
    ring = np.exp(-0.5 * ((per_a - 0.29) / 0.09) ** 2)
    air = np.exp(-((per_a / 0.08) ** 2))
    total: Floats = 0.2 + 0.8 * ring + 0.7 * air
    return total


def _ice(per_a: Floats) -> Floats:
    total = np.zeros_like(per_a)
    for spacing, strength in _ICE_RINGS:
        total += strength * np.exp(-0.5 * ((per_a - 1 / spacing) / _ICE_SIGMA_PER_A) ** 2)
    return total


def _shadow(stop: BeamStop, x_mm: Floats, y_mm: Floats) -> Mask:
    shadow: Mask = np.hypot(x_mm, y_mm) < stop.radius
    if stop.arm_width > 0:
        sign = 1.0 if stop.arm_direction[0] == "+" else -1.0
        along, across = (x_mm, y_mm) if stop.arm_direction[1] == "x" else (y_mm, x_mm)
        shadow = shadow | ((np.abs(across) < stop.arm_width / 2) & (along * sign > 0))
    return shadow
