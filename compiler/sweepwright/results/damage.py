"""How the intensities of a sweep change with dose, from scaled, unmerged observations.

``R_d`` of pairs of observations of one reflection (I+ and I- apart) that are d images apart is

    R_d = sum |I_i - I_j| / sum (I_i + I_j)/2        (Diederichs, Acta Cryst. D62 (2006) 96)

Without damage it does not depend on d; scaling cannot take damage away, as reflections change in
different ways. The slope is that of the straight line through all pairs, weighted by their mean
intensity. Pairs share observations, so its standard error is summed over reflections, which are
independent (the cluster-robust error: White, Econometrica 48 (1980) 817).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sweepwright.results.hashing import hash_indices, pack
from sweepwright.results.merge import in_order, merge
from sweepwright.results.observations import Floats, Integers, Observations, d_star_squared
from sweepwright.results.statistics import shell_edges, shell_numbers

SIGNIFICANCE = 0.001
#: a rise of R_d over the sweep that is smaller than this part of R_0 harms nobody
LEAST_RISE = 0.1
_BINS, _TENTHS, _SHELLS = 20, 10, 10
#: pairs grow with the square of the multiplicity: more than this many say nothing new
_PAIRS = 5_000_000
_LEAST_REFLECTIONS = 50


@dataclass(frozen=True, slots=True)
class Distance:
    """R_d of ``pairs`` whose images are ``images`` apart in the mean."""

    images: float
    r_d: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Trend:
    """R_d = ``at_zero`` + ``slope`` d, d in images; ``p``: that noise gives so large a slope.

    ``rise`` is that of the line between d = 0 and the longest distance.
    """

    at_zero: float
    slope: float
    sigma: float
    p: float
    rise: float
    distances: tuple[Distance, ...]

    @property
    def significant(self) -> bool:
        """A rise that is not chance, and not negligible."""
        return self.p < SIGNIFICANCE and self.rise > LEAST_RISE * self.at_zero


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the sweep against its first tenth, on ``common`` reflections.

    The mean intensity falls by ``scale`` and ``relative_b`` (A^2) as scale exp(-relative_b/(2 d^2));
    what scaling took up is not in them. ``r`` is sum |I - I_1| / sum (I + I_1)/2. None: too few.
    """

    first: int
    last: int
    common: int
    scale: float | None
    relative_b: float | None
    r: float | None


@dataclass(frozen=True, slots=True)
class Damage:
    """What a sweep shows; ``trend`` is None when no reflection was seen twice."""

    sweep: str
    trend: Trend | None
    tenths: tuple[Tenth, ...]

    @property
    def significant(self) -> bool | None:
        """Whether there is damage; None when it cannot be judged."""
        return None if self.trend is None else self.trend.significant

    def to_json(self) -> dict[str, Any]:
        """All figures as plain data."""
        return asdict(self) | {"significant": self.significant}


def damage(sweep: str, observations: Observations, first: int, last: int) -> Damage:
    """The figures of one sweep, whose batches are its images ``first`` to ``last``."""
    return Damage(sweep, trend(observations), tenths(observations, first, last))


def trend(observations: Observations) -> Trend | None:
    """The line through R_d of the observations of one sweep; None when no two can be compared."""
    ordered = in_order(observations)
    reflection, i, j = _pairs(ordered)
    distance = (ordered.batch[j] - ordered.batch[i]).astype(np.float64)
    difference = np.abs(ordered.intensity[i] - ordered.intensity[j])
    mean = (ordered.intensity[i] + ordered.intensity[j]) / 2
    weight = mean.sum()
    reflections = len(np.unique(reflection))
    if reflections < 3 or weight <= 0:
        return None
    centre = (mean * distance).sum() / weight
    spread = (mean * (distance - centre) ** 2).sum()
    if spread <= 0:
        return None
    slope = float((difference * (distance - centre)).sum() / spread)
    at_zero = float(difference.sum() / weight - slope * centre)
    share = (distance - centre) / spread * (difference - (at_zero + slope * distance) * mean)
    variance = float((np.bincount(reflection, weights=share) ** 2).sum())
    sigma = math.sqrt(variance * reflections / (reflections - 2))
    return Trend(
        at_zero=at_zero,
        slope=slope,
        sigma=sigma,
        p=_one_sided(slope, sigma),
        rise=slope * float(distance.max()),
        distances=_distances(distance, difference, mean),
    )


def tenths(observations: Observations, first: int, last: int) -> tuple[Tenth, ...]:
    """Tenths of equally many images, each against the first."""
    edges = np.linspace(first, last + 1, _TENTHS + 1).round().astype(int)
    limits = [(int(low), int(high) - 1) for low, high in pairwise(edges)]
    parts = [
        observations.select((observations.batch >= low) & (observations.batch <= high))
        for low, high in limits
    ]
    return tuple(_tenth(ends, parts[0], part) for ends, part in zip(limits, parts, strict=True))


def _pairs(ordered: Observations) -> tuple[Integers, Integers, Integers]:
    """Of each pair the number of its reflection and its two rows (p,), of not too many reflections."""
    if not len(ordered):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    merged = merge(ordered, apart=True)
    pairs = merged.count * (merged.count - 1) // 2
    by_chance = np.argsort(hash_indices(merged.hkl, 0))
    enough = int(np.searchsorted(np.cumsum(pairs[by_chance]), _PAIRS, side="right"))
    used = np.zeros(len(pairs), dtype=bool)
    used[by_chance[: max(enough, 1)]] = True
    number = np.repeat(np.arange(len(pairs)), merged.count)
    rows = np.flatnonzero(used[number])
    numbers = number[rows]
    found = []
    for step in range(1, int(merged.count[used].max())):
        same = np.flatnonzero(numbers[step:] == numbers[:-step])
        found.append((numbers[same], rows[same], rows[same + step]))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    reflection, i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    return reflection, i, j


def _distances(distance: Floats, difference: Floats, mean: Floats) -> tuple[Distance, ...]:
    width = float(distance.max()) / _BINS
    place = np.minimum((distance / width).astype(np.int64), _BINS - 1)
    pairs, sums, differences, means = (
        np.bincount(place, weights=values, minlength=_BINS)
        for values in (None, distance, difference, mean)
    )
    return tuple(
        Distance(float(sums[k] / pairs[k]), float(differences[k] / means[k]), int(pairs[k]))
        for k in range(_BINS)
        if means[k] > 0
    )


def _tenth(ends: tuple[int, int], one: Observations, other: Observations) -> Tenth:
    """``other``, of the images between ``ends``, against ``one``."""
    if not len(one) or not len(other):
        return Tenth(*ends, 0, None, None, None)
    a, b = merge(in_order(one), apart=True), merge(in_order(other), apart=True)
    key_a, key_b = ((pack(m.hkl) << 1) | ~m.plus for m in (a, b))
    _, i, j = np.intersect1d(key_a, key_b, return_indices=True)
    if len(i) < _LEAST_REFLECTIONS:
        return Tenth(*ends, len(i), None, None, None)
    first, then = a.weighted_mean[i], b.weighted_mean[j]
    total = float((first + then).sum()) / 2
    r = float(np.abs(first - then).sum()) / total if total > 0 else None
    scale, relative_b = _fall(first, then, d_star_squared(a.hkl[i], one.cell))
    return Tenth(*ends, len(i), scale, relative_b, r)


def _fall(first: Floats, then: Floats, square: Floats) -> tuple[float | None, float | None]:
    """ln(sum I / sum I_1) of shells against 1/(2 d^2), a straight line by least squares."""
    edges = shell_edges(float(square.min()) ** -0.5, float(square.max()) ** -0.5, _SHELLS)
    shell = shell_numbers(square, edges)
    before, after, count, where = (
        np.bincount(shell, weights=values, minlength=_SHELLS)
        for values in (first, then, None, square / 2)
    )
    good = (before > 0) & (after > 0)
    if good.sum() < 2:
        return None, None
    x = where[good] / count[good]
    slope, constant = np.polyfit(x, np.log(after[good] / before[good]), 1, w=np.sqrt(count[good]))
    return float(np.exp(constant)), -float(slope)


def _one_sided(value: float, sigma: float) -> float:
    """The p value of a normal deviate; without any scatter the sign of the value decides."""
    if sigma == 0:
        return 0.0 if value > 0 else 1.0
    return math.erfc(value / sigma / math.sqrt(2)) / 2
