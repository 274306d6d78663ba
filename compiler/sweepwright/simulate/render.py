"""From crossings of the Ewald sphere to pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: spots and rocking curves are cut off here, in sigmas
_REACH = 4.5
#: what a spot must leave on an image to be drawn, counts
_LEAST_COUNTS = 0.02
_ROOT_2 = math.sqrt(2.0)
# numpy has no erf: interpolating a table is exact to 2e-7
_ERF_X = np.linspace(-4.5, 4.5, 8193)
_ERF_Y = np.array([math.erf(x) for x in _ERF_X])


@dataclass(frozen=True)
class Spots:
    """Spots of one lattice in one sweep, one row each."""

    angle_deg: Floats
    """scan angle of the centre"""
    sigma_deg: Floats
    """of the rocking curve"""
    x_px: Floats
    y_px: Floats
    counts: Floats
    """expected when fully recorded, nothing in the way"""


def erf(x: Floats) -> Floats:
    """The error function."""
    value: Floats = np.interp(x, _ERF_X, _ERF_Y)
    return value


def gauss_between(low: Floats, high: Floats, sigma: Floats | float) -> Floats:
    """The part of a Gauss curve around 0 that lies between two limits."""
    part: Floats = 0.5 * (erf(high / (sigma * _ROOT_2)) - erf(low / (sigma * _ROOT_2)))
    return part


class Canvas:
    """Draws the spots of an image on a detector of a size (fast, slow)."""

    def __init__(self, size_px: tuple[int, int], spot_sigma_px: float) -> None:
        self._fast, self._slow = size_px
        self._sigma = spot_sigma_px
        self._reach = math.ceil(_REACH * spot_sigma_px)
        # spots centred off the edge by this much still fit on the padded array
        self._pad = self._reach + 8

    def draw(self, lattices: Sequence[Spots], begin_deg: float, end_deg: float) -> Floats:
        """Expected counts (slow, fast) of the spots between two scan angles."""
        width = self._fast + 2 * self._pad
        height = self._slow + 2 * self._pad
        total = np.zeros(width * height)
        for spots in lattices:
            x, y, counts = _recorded(spots, begin_deg, end_deg)
            pixels, values = self._footprints(x, y, counts, width)
            total += np.bincount(pixels, values, minlength=len(total))
        inner = slice(self._pad, self._pad + self._slow), slice(self._pad, self._pad + self._fast)
        drawn: Floats = total.reshape(height, width)[inner]
        return drawn

    def _footprints(
        self, x: Floats, y: Floats, counts: Floats, width: int
    ) -> tuple[Integers, Floats]:
        """Flat pixel numbers on the padded array and what falls on them."""
        steps = np.arange(-self._reach, self._reach + 1)
        columns = np.floor(x).astype(np.int64)[:, None] + steps
        rows = np.floor(y).astype(np.int64)[:, None] + steps
        along = gauss_between(columns - x[:, None], columns + 1 - x[:, None], self._sigma)
        down = gauss_between(rows - y[:, None], rows + 1 - y[:, None], self._sigma)
        values = (counts[:, None] * down)[:, :, None] * along[:, None, :]
        pixels = ((rows + self._pad) * width)[:, :, None] + (columns + self._pad)[:, None, :]
        return pixels.ravel(), values.ravel()


def _recorded(spots: Spots, begin_deg: float, end_deg: float) -> tuple[Floats, Floats, Floats]:
    """Positions and counts of the spots an image records a part of."""
    margin = _REACH * spots.sigma_deg
    near = (spots.angle_deg + margin > begin_deg) & (spots.angle_deg - margin < end_deg)
    angle, sigma = spots.angle_deg[near], spots.sigma_deg[near]
    counts = spots.counts[near] * gauss_between(begin_deg - angle, end_deg - angle, sigma)
    enough = counts > _LEAST_COUNTS
    return spots.x_px[near][enough], spots.y_px[near][enough], counts[enough]
