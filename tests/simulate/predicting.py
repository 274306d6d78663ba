"""Where reflections must be, from the truth alone and in small steps, unlike the simulation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sweepwright.simulate import Truth
from sweepwright.simulate.truth import SweepTruth

_STEP_DEG = 0.05


class Crossings(NamedTuple):
    """Crossings of the Ewald sphere whose rays meet the detector's plane, one row each."""

    hkl: Any
    angle_deg: Any
    place_px: Any
    """fast, slow; for an ideal sensor"""


def crossings(truth: Truth, sweep: SweepTruth, begin_deg: float, end_deg: float) -> Crossings:
    """What crosses between two angles to the resolution of the simulation."""
    d_min = truth.specification["structure"]["d_min"]
    limits = [int(length / d_min) + 1 for length in truth.cell[:3]]
    hkl = np.mgrid[tuple(slice(-n, n + 1) for n in limits)].reshape(3, -1)
    b, u, fixed = (np.array(matrix) for matrix in (truth.b, sweep.u, sweep.fixed_rotation))
    hkl = hkl[:, np.linalg.norm(b @ hkl, axis=0) <= 1 / d_min]
    q = fixed @ u @ b @ hkl
    s0 = np.array(sweep.beam_vector)[:, None]
    angles = np.arange(begin_deg, end_deg + _STEP_DEG, _STEP_DEG)
    rays = np.array([turn(sweep.rotation_axis, angle) @ q + s0 for angle in angles])
    excess = np.linalg.norm(rays, axis=1) * sweep.wavelength_a - 1
    step, which = np.nonzero(excess[:-1] * excess[1:] < 0)
    before, after = excess[step, which], excess[step + 1, which]
    part = (before / (before - after))[:, None]
    s1 = rays[step, :, which] * (1 - part) + rays[step + 1, :, which] * part
    frame = np.column_stack([sweep.fast, sweep.slow, sweep.origin_mm])
    x, y, along = np.linalg.inv(frame) @ s1.T
    ahead = along > 0
    place = np.column_stack([x, y])[ahead] / along[ahead, None] / sweep.pixel_mm
    angle = angles[step] + part[:, 0] * _STEP_DEG
    return Crossings(hkl.T[which][ahead], angle[ahead], place)


def turn(axis: Any, angle_deg: float) -> Any:
    """A right-handed turn: the exponential of a skew matrix, as its series."""
    x, y, z = axis
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]]) * np.radians(angle_deg)
    total, term = np.eye(3), np.eye(3)
    for order in range(1, 60):
        term = term @ skew / order
        total = total + term
    return total
