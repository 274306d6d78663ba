"""Whether spots that a lattice does not explain are those of the same lattice in another orientation.

Two spots of low resolution and two points of the lattice with the same lengths and the same angle between
them give a rotation; that of most spots is taken. So a second crystal of the same form is found, and a
split one; not one of another form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from sweepwright.results.orientations import Lattice, misset_deg

Floats = NDArray[np.float64]

#: a spot is on a lattice when each of its indices is this near to a whole number; by chance (0.3)^3
#: of all spots are, and about four times as many at the best of all rotations that are tried
NEAR = 0.15
#: spots of lowest resolution that pairs are made of; spots that a rotation is judged by; rotations tried
_POOL, _JUDGED, _TRIED = 40, 300, 20_000
#: two spots place a lattice roughly: how often it is fitted to all that are then on it
_FITTED = 3
#: how well lengths (a part of them, and 1/A besides) and cosines of angles must agree
_LENGTH, _LENGTH_PER_A, _COSINE = 0.004, 0.0005, 0.015
#: directions nearer than this (cosine) give no rotation
_ALONG = 0.94


@dataclass(frozen=True, slots=True)
class SecondLattice:
    """How many spots it has, and by how many degrees it is turned against the first."""

    spots: int
    turn_deg: float | None


def second_lattice(place: Floats, axes: Lattice) -> SecondLattice | None:
    """The lattice that explains most of the spots; None where no rotation can be tried.

    ``place`` (n, 3) are the spots that the first lattice leaves over, 1/A, and the rows of ``axes`` its
    real-space axes, A, in the same frame.
    """
    judged = place[np.random.default_rng(0).permutation(len(place))[:_JUDGED]]
    most, best = 0.0, None
    for turns in _rotations(place, axes):
        turned = axes @ np.swapaxes(turns, -1, -2)
        parts = on_lattice(judged, turned).mean(axis=-1)
        if parts.max() > most:
            most, best = float(parts.max()), turned[parts.argmax()]
    if best is None:
        return None
    for _ in range(_FITTED):
        best = _fitted(place, best)
    return SecondLattice(int(on_lattice(place, best).sum()), misset_deg(axes, best))


def _fitted(place: Floats, axes: Lattice) -> Lattice:
    """The lattice turned so that it fits its spots best (Kabsch, Acta Cryst. A32 (1976) 922)."""
    near = place[on_lattice(place, axes)]
    points = np.round(near @ axes.T) @ np.linalg.inv(axes).T
    left, _, right = np.linalg.svd(near.T @ points)
    turn = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    fitted: Lattice = axes @ turn.T
    return fitted


def on_lattice(place: Floats, axes: Floats) -> NDArray[np.bool_]:
    """Which spots (..., n) are on lattices (..., 3, 3), whose rows are axes, A."""
    indices = place @ np.swapaxes(axes, -1, -2)
    near: NDArray[np.bool_] = np.abs(indices - np.round(indices)).max(axis=-1) < NEAR
    return near


def _rotations(place: Floats, axes: Lattice) -> Iterator[Floats]:
    """Rotations (m, 3, 3) that bring two points of the lattice onto two spots."""
    pool = place[np.argsort(np.linalg.norm(place, axis=1))[:_POOL]]
    if not len(pool):
        return
    points = _points(axes, float(np.linalg.norm(pool[-1])))
    lengths = np.linalg.norm(points, axis=1)
    tried = 0
    for one, other in combinations(pool, 2):
        sizes = np.linalg.norm(one), np.linalg.norm(other)
        cosine = one @ other / (sizes[0] * sizes[1])
        if abs(cosine) > _ALONG:
            continue
        like_one, like_other = (
            points[np.abs(lengths - size) < _LENGTH * size + _LENGTH_PER_A] for size in sizes
        )
        between = like_one @ like_other.T / (sizes[0] * sizes[1])
        first, second = np.nonzero(np.abs(between - cosine) < _COSINE)
        if not len(first):
            continue
        frames = _frames(like_one[first], like_other[second])
        yield _frames(one, other) @ np.swapaxes(frames, -1, -2)
        tried += len(first)
        if tried > _TRIED:
            return


def _points(axes: Lattice, largest: float) -> Floats:
    """Points of the reciprocal lattice but the origin, a little further out than ``largest``, 1/A."""
    reach = 1.02 * largest
    limits = np.ceil(reach * np.linalg.norm(axes, axis=1)).astype(int)
    indices = np.array(list(product(*(range(-limit, limit + 1) for limit in limits))))
    points = indices @ np.linalg.inv(axes).T
    length = np.linalg.norm(points, axis=1)
    within: Floats = points[(length > 0) & (length < reach)]
    return within


def _frames(one: Floats, other: Floats) -> Floats:
    """Axes (..., 3, 3) as columns: along the first vectors, and square to both."""
    along = one / np.linalg.norm(one, axis=-1, keepdims=True)
    normal = np.cross(one, other)
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    frames: Floats = np.stack([along, np.cross(normal, along), normal], axis=-1)
    return frames
