"""What lies on the detector besides spots: background, ice rings, shadows, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.detectors import PIXEL_MM, detector_model
from sweepwright.simulate.ice import powder
from sweepwright.simulate.instrument import BeamStop, Detector
from sweepwright.simulate.placement import Placement
from sweepwright.simulate.specification import Signal, Sweep

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

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
    place_mm = _pixels_mm(placement)
    ahead_mm, off_mm = place_mm[..., 2], np.hypot(place_mm[..., 0], place_mm[..., 1])
    per_a = 2 * np.sin(np.arctan2(off_mm, ahead_mm) / 2) / placement.wavelength_a
    background = signal.background * _water(per_a) + sweep.faults.ice_rings * powder(per_a)
    # a flat pixel sees the inverse square and its own slant: the cube of the cosine
    slant = placement.distance_mm / np.linalg.norm(place_mm, axis=-1)
    shadow = _shadow(detector.beam_stop, place_mm, placement.distance_mm)
    return Scene(
        background * slant**3,
        np.where(shadow, _SHADOW_PASSES, 1.0),
        detector_model(detector.model).gaps() if detector.gaps else np.zeros(shadow.shape, bool),
    )


def _pixels_mm(placement: Placement) -> Floats:
    """Where the middle of each pixel is: slow, fast, xyz."""
    fast, slow = placement.panel.size_px
    y_px, x_px = np.mgrid[0.5:slow, 0.5:fast]
    places: Floats = np.stack([x_px, y_px], axis=-1) * PIXEL_MM @ placement.directions
    return places + placement.origin_mm


def _water(per_a: Floats) -> Floats:
    """Scattering by water and air over 1/d: a ring near 3.4 A, a rise towards the beam, a floor."""
    ring = np.exp(-0.5 * ((per_a - 0.29) / 0.09) ** 2)
    air = np.exp(-((per_a / 0.08) ** 2))
    total: Floats = 0.2 + 0.8 * ring + 0.7 * air
    return total


def _shadow(stop: BeamStop, place_mm: Floats, distance_mm: float) -> Mask:
    """Pixels whose rays pass the beam stop, as seen on a plane square to the beam."""
    ahead = place_mm[..., 2] > 0
    scale = np.divide(distance_mm, place_mm[..., 2], where=ahead, out=np.zeros(ahead.shape))
    x_mm, y_mm = place_mm[..., 0] * scale, place_mm[..., 1] * scale
    shadow: Mask = np.hypot(x_mm, y_mm) < stop.radius
    if stop.arm_width > 0:
        sign = 1.0 if stop.arm_direction[0] == "+" else -1.0
        along, across = (x_mm, y_mm) if stop.arm_direction[1] == "x" else (y_mm, x_mm)
        shadow = shadow | ((np.abs(across) < stop.arm_width / 2) & (along * sign > 0))
    return shadow & ahead
