"""Hexagonal ice: rings of fine powder, and spots of grains on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.placement import Placement, crystal_of
from sweepwright.simulate.render import Spots
from sweepwright.simulate.specification import Specification, Sweep

Floats = NDArray[np.float64]

#: spacing (A) and rough relative strength of the rings
_RINGS = (
    (3.897, 1.0),
    (3.669, 0.7),
    (3.441, 0.6),
    (2.671, 0.35),
    (2.249, 0.4),
    (2.072, 0.3),
    (1.948, 0.25),
    (1.918, 0.2),
)
_SIGMA_PER_A = 0.0012


def powder(per_a: Floats) -> Floats:
    """Scattering over 1/d, 1 at the top of the strongest ring."""
    total = np.zeros_like(per_a)
    for spacing, strength in _RINGS:
        total += strength * np.exp(-0.5 * ((per_a - 1 / spacing) / _SIGMA_PER_A) ** 2)
    return total


def grains(specification: Specification, sweep: Sweep, number: int, placement: Placement) -> Spots:
    """Spots anywhere on the rings, each at some angle of the sweep, as bright as those of the crystal."""
    random = np.random.default_rng([specification.seed, 5, number])
    per_ring = sweep.faults.ice_grains * sweep.images * sweep.width
    per_a = np.concatenate(
        [
            random.normal(1 / spacing, _SIGMA_PER_A, round(strength * per_ring))
            for spacing, strength in _RINGS
        ]
    )
    two_theta = 2 * np.arcsin(placement.wavelength_a * per_a / 2)
    turn = random.uniform(0, 2 * np.pi, len(per_a))
    off = np.sin(two_theta)
    rays = np.stack([off * np.cos(turn), off * np.sin(turn), np.cos(two_theta)], axis=1)
    along = rays @ placement.normal
    ahead = along > 0
    hits = rays[ahead] * (placement.distance_mm / along[ahead])[:, None] - placement.origin_mm
    x_px, y_px = (hits @ placement.directions.T / placement.panel.pixel_mm[0]).T
    fast, slow = placement.panel.size_px
    seen = (x_px > 0) & (x_px < fast) & (y_px > 0) & (y_px < slow)
    count = int(seen.sum())
    mosaicity = specification.crystals[crystal_of(specification, sweep)].mosaicity
    return Spots(
        sweep.start + random.uniform(0, sweep.images * sweep.width, count),
        np.full(count, mosaicity),
        x_px[seen],
        y_px[seen],
        random.exponential(specification.signal.counts * sweep.exposure, count),
    )
