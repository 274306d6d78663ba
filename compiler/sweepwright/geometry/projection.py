"""What a detector sees: the places of rays on it, and resolution.

A ray at 2theta from the beam comes from spacing d = lambda / (2 sin theta) (Bragg).
"""

from __future__ import annotations

import math

from sweepwright.geometry.detector import Pair, normal, place_px, point_mm, signed_distance_mm
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.rotation import Vector, angle_between_deg, combine, dot
from sweepwright.model.facts import PanelFact

#: a ray this near to the plane of the panel never meets it
_EDGE_ON = 1e-6


def ray_px(panel: PanelFact, direction: Vector) -> Pair | None:
    """Where a ray from the crystal meets the panel's plane, inside its borders or not."""
    along = dot(direction, normal(panel))
    if abs(along) < _EDGE_ON:
        return None
    path = signed_distance_mm(panel) / along
    return place_px(panel, combine((path, direction))) if path > 0 else None


def resolution_a(panel: PanelFact, place: Pair, wavelength_a: float) -> float:
    """The spacing d (A) that a place on the panel sees; infinite where the beam meets it."""
    half = math.radians(angle_between_deg(BEAM, point_mm(panel, place))) / 2
    return wavelength_a / (2 * math.sin(half)) if half > 0 else math.inf


def ring_px(
    panel: PanelFact, d_a: float, wavelength_a: float, points: int = 181
) -> list[Pair | None]:
    """The ring of a spacing around the beam; None where it misses the panel's plane.

    Empty when no reflection has this spacing: d < lambda / 2.
    """
    if d_a * 2 < wavelength_a:
        return []
    two_theta = 2 * math.asin(wavelength_a / (2 * d_a))
    out, along = math.sin(two_theta), math.cos(two_theta)
    turns = [2 * math.pi * i / (points - 1) for i in range(points)]
    return [ray_px(panel, (out * math.cos(turn), out * math.sin(turn), along)) for turn in turns]


def gaps_px(
    size_px: tuple[int, int], module_px: tuple[int, int], gap_px: tuple[int, int]
) -> list[tuple[int, int, int, int]]:
    """Dead strips between modules: fast from, to, slow from, to; from 0, the end exclusive."""
    nx, ny = size_px
    across, down = (
        [(start, start + gap) for start in range(module, size, module + gap)]
        for size, module, gap in zip(size_px, module_px, gap_px, strict=True)
    )
    return [(*strip, 0, ny) for strip in across] + [(0, nx, *strip) for strip in down]
