"""Where and when reflections diffract, and how strongly for their intensity.

Formulas: W. Kabsch, Acta Cryst. D66 (2010) 133: rocking curve, Lorentz and polarization factors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.detectors import PIXEL_MM, silicon_attenuation_per_mm
from sweepwright.simulate.placement import Matrix, Placement

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: a reflection that grazes the sphere would have an infinite Lorentz factor and rocking curve
_SMALLEST_LORENTZ_DIVISOR = 1e-4
_SMALLEST_ZETA = 0.03
#: cosine between ray and normal; other rays run along the detector or away from it
_SMALLEST_FACING = 1e-6
#: spots whose centre is a little outside may still reach onto the detector
_EDGE_PX = 6.0


@dataclass(frozen=True)
class Predictions:
    """Crossings of the Ewald sphere, one row each."""

    row: Integers
    """row of the reflection in the list given"""
    angle_deg: Floats
    x_px: Floats
    y_px: Floats
    zeta: Floats
    """reciprocal width of the rocking curve: sigma = mosaicity / zeta"""
    factor: Floats
    """recorded counts per intensity: Lorentz, polarization, absorption in the sensor"""


def predict(
    placement: Placement,
    ub: Matrix,
    hkl: NDArray[np.int32],
    span_deg: tuple[float, float],
    sensor_mm: float,
    polarization: float,
) -> Predictions:
    """All crossings within a span of scan angles that meet the detector."""
    start = placement.fixed @ ub @ hkl.T
    row, angle = _crossings(placement, start.T, span_deg)
    s1 = _turned(placement.axis, start.T[row], angle) + placement.s0
    direction = s1 * placement.wavelength_a
    facing = direction @ placement.normal > _SMALLEST_FACING
    row, angle, direction = row[facing], angle[facing], direction[facing]
    x, y, efficiency = _on_detector(placement, direction, sensor_mm)
    fast, slow = placement.panel.size_px
    hit = (x > -_EDGE_PX) & (x < fast + _EDGE_PX) & (y > -_EDGE_PX) & (y < slow + _EDGE_PX)
    zeta, factor = _strength(placement, direction[hit], polarization)
    return Predictions(row[hit], angle[hit], x[hit], y[hit], zeta, factor * efficiency[hit])


def _crossings(
    placement: Placement, q: Floats, span_deg: tuple[float, float]
) -> tuple[Integers, Floats]:
    """Rows and angles where |R(angle) q + s0| = |s0|, that is 2 s0.R q = -q^2.

    With q split along and across the axis, s0.R q = const + p cos(angle) + r sin(angle).
    """
    axis, s0 = placement.axis, placement.s0
    along = q @ axis
    across = q - np.outer(along, axis)
    p, r = across @ s0, np.cross(axis, across) @ s0
    wanted = -0.5 * (q * q).sum(1) - along * (axis @ s0)
    amplitude = np.hypot(p, r)
    rows = np.flatnonzero(amplitude > np.abs(wanted) + 1e-12)
    middle = np.degrees(np.arctan2(r[rows], p[rows]))
    half = np.degrees(np.arccos(wanted[rows] / amplitude[rows]))
    low, high = span_deg
    found: list[tuple[Integers, Floats]] = []
    for angle in (middle - half, middle + half):
        first = (angle - low) % 360.0 + low
        for turn in range(int((high - low) // 360) + 1):
            inside = first + 360 * turn <= high
            found.append((rows[inside], first[inside] + 360 * turn))
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _turned(axis: Matrix, vectors: Floats, angle_deg: Floats) -> Floats:
    """Each vector turned by its angle."""
    along = np.outer(vectors @ axis, axis)
    angle = np.radians(angle_deg)[:, None]
    across = vectors - along
    turned: Floats = along + across * np.cos(angle) + np.cross(axis, across) * np.sin(angle)
    return turned


def _on_detector(
    placement: Placement, direction: Floats, sensor_mm: float
) -> tuple[Floats, Floats, Floats]:
    """Pixel coordinates and the fraction absorbed; oblique rays are recorded deeper, so further out."""
    depth, efficiency = np.zeros(len(direction)), np.ones(len(direction))
    facing = direction @ placement.normal
    if sensor_mm > 0:
        mu = silicon_attenuation_per_mm(placement.wavelength_a)
        path = sensor_mm / facing
        passed = np.exp(-mu * path)
        # mean depth of photons along the ray, times the number recorded at all; readers of images
        # correct for this same quantity
        depth = 1 / mu - (path + 1 / mu) * passed
        efficiency = 1 - passed
    length = placement.distance_mm / facing + depth
    hit = direction * length[:, None] - placement.origin_mm
    x, y = placement.directions @ hit.T / PIXEL_MM
    return x, y, efficiency


def _strength(
    placement: Placement, direction: Floats, polarization: float
) -> tuple[Floats, Floats]:
    """zeta, and the product of Lorentz and polarization factors."""
    beam = np.array([0.0, 0.0, 1.0])
    normal = np.cross(direction, beam)
    normal /= np.linalg.norm(normal, axis=1)[:, None] + 1e-20
    zeta = np.maximum(np.abs(normal @ placement.axis), _SMALLEST_ZETA)
    divisor = np.abs(direction @ np.cross(placement.axis, beam))
    lorentz = 1 / np.maximum(divisor, _SMALLEST_LORENTZ_DIVISOR)
    out_of_plane = 1 - direction[:, 1] ** 2
    polarized = (1 - 2 * polarization) * out_of_plane + polarization * (1 + direction[:, 2] ** 2)
    return zeta, lorentz * polarized
