"""Observations -> unique reflections: means, spreads and half-set means, one row a reflection.

Every sum over the observations of a reflection is made here; ``statistics`` sums over reflections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweepwright.results.hashing import hash_indices, pack
from sweepwright.results.observations import Flags, Floats, Integers, Observations


@dataclass(frozen=True, eq=False)
class Merged:
    """m unique reflections, ascending in (h, k, l), I+ before its I-; arrays (m,), hkl (m, 3).

    ``mean`` is the plain mean, ``weighted_mean`` that with weights 1/sigma^2 and ``sigma`` its
    propagated error; ``variance`` the sample variance of the observations (0 for a single one),
    ``deviation`` the sum of |I - weighted mean|. ``plus`` tells I+ from I- when they were kept apart.
    ``start`` (m,) is the first row of each reflection among the ordered observations.
    """

    hkl: NDArray[np.int32]
    plus: Flags
    start: Integers
    count: Integers
    mean: Floats
    weighted_mean: Floats
    sigma: Floats
    variance: Floats
    deviation: Floats


def in_order(observations: Observations) -> Observations:
    """The observations by (hkl, I+ before I-, batch, intensity): one order whatever came in."""
    number = _digits((*observations.hkl.T, ~observations.plus, observations.batch))
    order = np.argsort(number)
    # Equivalents on one image are rare: sorting only them by intensity halves the time.
    same = np.diff(number[order]) == 0
    rows = np.flatnonzero(np.append(same, False) | np.append(False, same))
    tied = order[rows]
    order[rows] = tied[np.lexsort((observations.intensity[tied], number[tied]))]
    return observations.select(order)


def _digits(columns: tuple[NDArray[Any], ...]) -> Integers:
    """Columns (n,) of integers as one number each (n,) that sorts like the tuple of them.

    Each column is a digit in the base of its own span: 64 bits hold any real data set (indices
    within +-1000, a million images), and one sort does for five.
    """
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        low = int(column.min())
        number = number * (int(column.max()) - low + 1) + (column.astype(np.int64) - low)
    return number


def merge(ordered: Observations, *, apart: bool) -> Merged:
    """Merge observations that stand in order; ``apart`` takes I+ and I- as two reflections."""
    start = _first_rows(ordered, apart)
    count = np.diff(np.append(start, len(ordered)))
    weight = ordered.sigma**-2.0
    total_weight = _sums(weight, start)
    mean = _sums(ordered.intensity, start) / count
    weighted_mean = _sums(weight * ordered.intensity, start) / total_weight
    squares = _sums((ordered.intensity - np.repeat(mean, count)) ** 2, start)
    return Merged(
        hkl=ordered.hkl[start],
        plus=ordered.plus[start],
        start=start,
        count=count,
        mean=mean,
        weighted_mean=weighted_mean,
        sigma=total_weight**-0.5,
        variance=squares / np.maximum(count - 1, 1),
        deviation=_sums(np.abs(ordered.intensity - np.repeat(weighted_mean, count)), start),
    )


def mates(apart: Merged) -> tuple[Integers, Integers]:
    """Rows of I+ and of I- of the reflections that have both, two arrays (p,)."""
    key = pack(apart.hkl)
    plus: Integers = np.flatnonzero(key[1:] == key[:-1])
    return plus, plus + 1


def half_means(ordered: Observations, apart: Merged) -> tuple[Floats, Floats]:
    """Plain means (m,) of two halves of the observations of each reflection; NaN for an empty half.

    Observations go to the halves in turn, in the order of their images, and a coin that is a hash
    of the indices says which half is first, as AIMLESS does with random numbers; so the halves
    depend neither on the order in the file nor on the scale of the intensities.
    """
    coin = hash_indices(apart.hkl, 0) ^ apart.plus
    rank = np.arange(len(ordered)) - np.repeat(apart.start, apart.count)
    second = ((rank + np.repeat(coin & np.uint64(1), apart.count).astype(np.int64)) & 1).astype(
        np.float64
    )
    in_second = _sums(second, apart.start)
    in_first = apart.count - in_second
    total_second = _sums(second * ordered.intensity, apart.start)
    total_first = _sums((1 - second) * ordered.intensity, apart.start)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total_first / in_first, total_second / in_second


def _first_rows(ordered: Observations, apart: bool) -> Integers:
    key = pack(ordered.hkl)
    if apart:
        key = (key << 1) | ~ordered.plus
    rows: Integers = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    return rows


def _sums(values: NDArray[Any], start: Integers) -> Floats:
    """Sums over the stretches of an array that begin at ``start``."""
    if not len(start):
        return np.zeros(0)
    sums: Floats = np.add.reduceat(values, start, dtype=np.float64)
    return sums
