"""A flat detector square to the beam (two-theta 0), in frame sw."""

from __future__ import annotations

from dataclasses import dataclass

from sweepwright.geometry.rotation import Vector, rounded


@dataclass(frozen=True, slots=True)
class FlatDetector:
    """Directions of a detector, and its origin: the outer corner of the first pixel, mm."""

    fast: Vector
    slow: Vector
    origin_mm: Vector


def square_detector(
    beam_center_px: tuple[float, float], pixel_mm: tuple[float, float], distance_mm: float
) -> FlatDetector:
    """The detector whose first pixel's corner is the origin of ``beam_center_px`` (fast, slow)."""
    origin = (-beam_center_px[0] * pixel_mm[0], -beam_center_px[1] * pixel_mm[1], distance_mm)
    return FlatDetector((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), rounded(origin))


def xds_origin(beam_center_px: tuple[float, float]) -> tuple[float, float]:
    """ORGX, ORGY of an untilted detector: XDS counts from 1 at the centre of the first pixel."""
    return float(f"{beam_center_px[0] + 0.5:.12g}"), float(f"{beam_center_px[1] + 0.5:.12g}")
