"""By how much two indexed lattices of one crystal are turned against each other."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Lattice = NDArray[np.float64]
"""Three rows: real-space axes, A, in any one frame."""

#: lattice vectors that may be an axis in another choice of axes: sums of so many of each
_REACH = 2
#: lengths and scalar products of one lattice in two choices of axes agree so well (refined cells)
_TOLERANCE = 0.02


def misset_deg(one: Lattice, other: Lattice) -> float | None:
    """The smallest rotation, degrees, that brings one lattice onto another.

    Each may be indexed in any of the ways that the lattice allows: every right-handed choice of axes
    in ``other`` with the lengths and angles of ``one`` counts. None when there is none: the lattices
    are not the same. The rotation of a choice is the one that fits best (Kabsch, Acta Cryst. A32, 922).
    """
    steps = np.array(list(product(range(-_REACH, _REACH + 1), repeat=3)), float)
    vectors = steps @ other
    lengths = np.linalg.norm(vectors, axis=1)
    candidates = [
        vectors[np.abs(lengths - size) <= _TOLERANCE * size] for size in np.linalg.norm(one, axis=1)
    ]
    angles = [
        _turn_deg(one, np.array(choice))
        for choice in product(*candidates)
        if _is_like(one, np.array(choice))
    ]
    return min(angles, default=None)


def _is_like(one: Lattice, choice: Lattice) -> bool:
    """The same hand, and the same angles between the axes."""
    if np.linalg.det(one) * np.linalg.det(choice) <= 0:
        return False
    sizes = np.linalg.norm(one, axis=1)
    off = np.abs(one @ one.T - choice @ choice.T) / np.outer(sizes, sizes)
    return bool(off.max() <= 2 * _TOLERANCE)


def _turn_deg(one: Lattice, choice: Lattice) -> float:
    left, _, right = np.linalg.svd(choice.T @ one)
    turn = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    skew = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return float(np.degrees(np.arctan2(np.linalg.norm(skew), np.trace(turn) - 1)))
