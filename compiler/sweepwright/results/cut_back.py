"""Whether the last images of a sweep do more harm than good to the merged intensities.

More observations make merged means better unless they differ from the others by more than their
errors say, as those of a damaged crystal do. The measure is CC1/2 by the sigma-tau method with and
without the images, made comparable by Fisher's transformation: Assmann, Brehm & Diederichs,
J. Appl. Cryst. 49 (2016) 1021, who find bad data sets and frames so. In each shell

    z = artanh(CC1/2) = ln(V / E) / 2

where V is the variance of the merged means among reflections and E the mean of their squared errors,
taken from the scatter of the observations about the mean, with the weights 1/sigma^2 of merging (so
that images that are only weaker are not held against the sweep). I+ and I- are two reflections here,
as their differences are no error. Two lengths of a sweep are compared on the reflections that have at
least two observations in both; the standard error of the gain in z comes from the same reflections,
pair by pair.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sweepwright.results.hashing import pack
from sweepwright.results.merge import Merged, in_order, merge
from sweepwright.results.observations import Floats, Integers, Observations, d_star_squared
from sweepwright.results.resolution import resolution_limit
from sweepwright.results.statistics import merging_statistics, shell_edges, shell_numbers

#: parts of a sweep that are tried
PARTS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
#: a shorter sweep is better when z gains more than this many standard errors (p about 0.001)
NOISE = 3.0
#: and when less than this part of the reflections is lost
MOST_LOST = 0.01
#: CC1/2 at the resolution to which it is judged
SIGNAL = 0.3
_SHELLS = 10
_LEAST_REFLECTIONS = 50
#: below it a single observation makes nearly all of the mean
_LEAST_FREE = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """The sweep up to image ``last``; ``gain`` is that of z against the whole sweep."""

    last: int
    completeness: float
    multiplicity: float
    cc_half: float | None
    mean_i_over_sigma: float
    gain: float
    sigma: float


@dataclass(frozen=True, slots=True)
class CutBack:
    """The last image to keep, and what was compared."""

    last: int
    d_min: float
    candidates: tuple[Candidate, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Value and evidence as plain data."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Means:
    """Merged means (m,) and their squared errors, NaN where there are less than two observations."""

    mean: Floats
    error: Floats


def cut_back(observations: Observations, image: Integers, first: int, last: int) -> CutBack:
    """How much of a sweep is kept: the longest part that no shorter one beats by more than noise.

    Judged to the resolution where CC1/2 of all data falls below 0.3: there is nothing to lose beyond.
    ``observations`` are those of the merged set; ``image`` (n,) is their image in the sweep, and 0
    for those of other sweeps.
    """
    d_min = resolution_limit(observations, criteria={"cc_half": SIGNAL}, anomalous=False).value
    with_signal = observations.d_star_squared <= d_min**-2.0
    observations, image = observations.select(with_signal), image[with_signal]
    merged = merge(in_order(observations), apart=True)
    keys = _keys(merged)
    square = observations.d_star_squared
    edges = shell_edges(float(square.min()) ** -0.5, float(square.max()) ** -0.5, _SHELLS)
    shell = shell_numbers(d_star_squared(merged.hkl, observations.cell), edges)
    lengths = list(dict.fromkeys(first - 1 + round(part * (last - first + 1)) for part in PARTS))
    candidates: list[Candidate] = []
    means: list[_Means] = []
    for length in lengths:
        kept = observations.select(image <= length)
        table = merging_statistics(kept, anomalous=False, shells=_SHELLS, **_limits(edges)).overall
        if candidates and candidates[0].completeness - (table.completeness or 0) >= MOST_LOST:
            break  # still shorter parts lose still more
        means.append(_means(kept, keys))
        gain, sigma = _gain(means[0], means[-1], shell)
        candidates.append(
            Candidate(
                last=length,
                completeness=table.completeness or 0.0,
                multiplicity=table.multiplicity or 0.0,
                cc_half=table.cc_half,
                mean_i_over_sigma=table.mean_i_over_sigma or 0.0,
                gain=gain,
                sigma=sigma,
            )
        )
    chosen = next(
        i
        for i in range(len(means))
        if not any(_beats(means[i], shorter, shell) for shorter in means[i + 1 :])
    )
    note = (
        "" if len(candidates) == len(lengths) else "shorter parts would lose too many reflections"
    )
    return CutBack(lengths[chosen], d_min, tuple(candidates), note)


def _limits(edges: Floats) -> dict[str, float]:
    return {"d_max": float(edges[0] ** -0.5), "d_min": float(edges[-1] ** -0.5)}


def _keys(apart: Merged) -> Integers:
    """A number (m,) for each reflection, rising, I+ and I- apart."""
    keys: Integers = (pack(apart.hkl) << 1) | ~apart.plus
    return keys


def _means(kept: Observations, keys: Integers) -> _Means:
    """Weighted means of the reflections with these keys (m,), and the squares of their errors."""
    ordered = in_order(kept)
    merged = merge(ordered, apart=True)
    weight = ordered.sigma**-2.0
    residual = weight * (ordered.intensity - np.repeat(merged.weighted_mean, merged.count))
    squares = np.add.reduceat(residual**2, merged.start) * merged.sigma**4
    # an observation of great weight draws the mean to itself; with equal weights this is (n-1)/n
    free = 1 - np.add.reduceat(weight**2, merged.start) * merged.sigma**4
    several = (merged.count > 1) & (free > _LEAST_FREE)
    place = np.searchsorted(keys, _keys(merged))[several]
    mean, error = (np.full(len(keys), np.nan) for _ in range(2))
    mean[place] = merged.weighted_mean[several]
    error[place] = squares[several] / free[several]
    return _Means(mean, error)


def _gain(longer: _Means, shorter: _Means, shell: Integers) -> tuple[float, float]:
    """By how much z of the shorter part is higher, over all shells, and the standard error."""
    total, variance, weight = 0.0, 0.0, 0
    common = np.isfinite(longer.error) & np.isfinite(shorter.error)
    for number in range(_SHELLS):
        rows = common & (shell == number)
        count = int(rows.sum())
        if count < _LEAST_REFLECTIONS:
            continue
        (z_longer, of_longer), (z_shorter, of_shorter) = (
            _z(means.mean[rows], means.error[rows]) for means in (longer, shorter)
        )
        if not math.isfinite(z_shorter - z_longer):
            continue
        total += count * (z_shorter - z_longer)
        variance += float(((of_shorter - of_longer) ** 2).sum())
        weight += count
    return (total / weight, math.sqrt(variance) / weight) if weight else (0.0, 0.0)


def _z(mean: Floats, error: Floats) -> tuple[float, Floats]:
    """artanh(CC1/2) of a shell, and how each of its reflections (n,) moves n times this value."""
    deviations = (mean - mean.mean()) ** 2
    variance, noise = float(deviations.mean()), float(error.mean())
    if variance <= 0 or noise <= 0:
        return math.inf, np.zeros(len(mean))
    return math.log(variance / noise) / 2, (deviations / variance - error / noise) / 2


def _beats(longer: _Means, shorter: _Means, shell: Integers) -> bool:
    gain, sigma = _gain(longer, shorter, shell)
    return gain > NOISE * sigma
