"""Which rings of hexagonal ice are in the data, from spots and from integrated intensities.

Both are compared between a narrow shell on the ring and shells on either side, which lie clear of all
rings. Grains of ice give spots that no lattice explains: their number in the ring is held against the
larger density beside it, taken two standard errors too high. Fine powder adds to the intensities that are integrated on it: the measure is
the probability that an intensity on the ring is above one beside it (the statistic of the rank-sum test
over the product of the numbers; 0.5: no difference), the smaller of both sides. A crystal's own intensities
are uneven too, and equivalent reflections are not independent; so the same is done where ice has no ring,
and what is seen there says how far the measure wanders without ice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from sweepwright.programs.ice import Ring, ice_rings
from sweepwright.results.observations import Flags, Floats

#: half the width of the shell on a ring, A: half of what is left out, so that a slightly wrong distance
#: still has the ring in it
_CORE_A = 0.015
#: width of the shells beside it, 1/A: about half of what lies between the first rings
_BESIDE = 0.008
#: spots on a ring: that many at least, that many times the density beside it, and so many standard errors
LEAST_SPOTS, SPOT_FACTOR, SPOT_ERRORS = 10, 2.0, 5.0
#: intensities in a shell that can be compared
_LEAST_INTENSITIES = 20
#: step between the shells without a ring, 1/A, and how many are needed to know how far they wander
_STEP, _LEAST_FREE = 0.004, 10
#: standard deviations (of shells without a ring) and probability from which a ring is ice; once one is,
#: the others are likely, and the second pair counts
FIRST, FURTHER = (4.0, 0.7), (2.0, 0.6)
#: two rings are never without the first three, the strongest of ice: where these hide, in the strong intensities
#: of low resolution or because a bright ring swallows its spots, they count as found
_TOGETHER, _STRONGEST = 2, 3


class Shell(NamedTuple):
    """Limits in 1/A."""

    low: float
    high: float

    def holds(self, values: Floats) -> Flags:
        inside: Flags = (values > self.low) & (values < self.high)
        return inside

    def count(self, values: Floats) -> int:
        return int(np.count_nonzero(self.holds(values)))

    @property
    def volume(self) -> float:
        """Of the shell in reciprocal space but for a factor."""
        return self.high**3 - self.low**3


class Around(NamedTuple):
    """A narrow shell and those on either side."""

    core: Shell
    inside: Shell
    outside: Shell


@dataclass(frozen=True, slots=True)
class RingEvidence:
    """A ring (A), and whether it is ice; spots that no lattice explains, and what was expected.

    ``above`` is the probability that an intensity on the ring is larger than one beside it; None where
    too few were measured.
    """

    hkl: str
    d: float
    found: bool
    spots: int
    expected: float
    above: float | None


@dataclass(frozen=True, slots=True)
class Ice:
    """The evidence of every ring; ``free_mean`` and ``free_deviation`` of ``above`` without a ring."""

    rings: tuple[RingEvidence, ...]
    free_mean: float | None
    free_deviation: float | None

    @property
    def found(self) -> tuple[float, ...]:
        """Spacings of the rings that are ice, A."""
        return tuple(ring.d for ring in self.rings if ring.found)

    def to_json(self) -> dict[str, Any]:
        """The evidence as plain data."""
        return asdict(self)


def find_ice(unindexed: Floats, integrated: Floats, intensity: Floats) -> Ice:
    """The rings of ice in a sweep.

    ``unindexed`` (n,) is 1/d of the spots that the lattice does not explain, ``integrated`` (m,) that of
    the reflections with an ``intensity`` (m,) in any one unit; all in 1/A, and each may be empty.
    """
    order = np.argsort(integrated)
    integrated, intensity = integrated[order], intensity[order]
    free = [
        above
        for around in _free_shells(integrated)
        if (above := _above(integrated, intensity, around)) is not None
    ]
    judged = len(free) >= _LEAST_FREE
    mean, deviation = (float(np.mean(free)), float(np.std(free))) if judged else (0.0, 0.0)
    shells = [_around_ring(ring) for ring in ice_rings()]
    spots = [(shell.core.count(unindexed), _expected(unindexed, shell)) for shell in shells]
    over = [_above(integrated, intensity, shell) if judged else None for shell in shells]
    found = np.array([_many(unindexed, shell) for shell in shells])
    found |= _over(over, mean, deviation, FIRST)
    if found.any():
        found |= _over(over, mean, deviation, FURTHER)
    if np.count_nonzero(found) >= _TOGETHER:
        found[:_STRONGEST] = True
    evidence = zip(ice_rings(), found.tolist(), spots, over, strict=True)
    return Ice(
        tuple(
            RingEvidence(ring.hkl, ring.d, yes, number, round(expected, 2), value)
            for ring, yes, (number, expected), value in evidence
        ),
        *((mean, deviation) if judged else (None, None)),
    )


def off_rings(values: Floats) -> Flags:
    """Which of these 1/d (n,) lie on no ring of ice, as far as rings are left out."""
    on = np.zeros(len(values), bool)
    for block in _blocks():
        on |= block.holds(values)
    return ~on


def _blocks() -> list[Shell]:
    """What is left out for all rings; those that overlap are one."""
    blocks: list[Shell] = []
    for ring in ice_rings():
        low, high = (1 / limit for limit in ring.excluded)
        if blocks and low <= blocks[-1].high:
            blocks[-1] = Shell(blocks[-1].low, high)
        else:
            blocks.append(Shell(low, high))
    return blocks


def _around_ring(ring: Ring) -> Around:
    core = _core(1 / ring.d)
    blocks = _blocks()
    at = next(i for i, block in enumerate(blocks) if block.low < core.low < block.high)
    low, high = blocks[at]
    before = blocks[at - 1].high if at else 0.0
    after = blocks[at + 1].low if at + 1 < len(blocks) else high + _BESIDE
    return Around(
        core, Shell(max(low - _BESIDE, before), low), Shell(high, min(high + _BESIDE, after))
    )


def _core(middle: float) -> Shell:
    half = _CORE_A * middle**2
    return Shell(middle - half, middle + half)


def _free_shells(values: Floats) -> Iterator[Around]:
    """Shells of the same make in the range of rising 1/d (n,) that touch no ring."""
    if not len(values):
        return
    blocks = _blocks()
    for middle in np.arange(values[0], values[-1], _STEP):
        core, gap = _core(middle), 2 * _CORE_A * middle**2
        around = Around(
            core,
            Shell(middle - gap - _BESIDE, middle - gap),
            Shell(middle + gap, middle + gap + _BESIDE),
        )
        first, last = around.inside.low, around.outside.high
        if all(last < block.low or first > block.high for block in blocks):
            yield around


def _expected(spots: Floats, around: Around, errors: float = 0.0) -> float:
    """Spots in the core at the larger of the densities beside it, or so many standard errors higher."""
    counts = ((shell.count(spots), shell.volume) for shell in (around.inside, around.outside))
    density = max((count + errors * math.sqrt(count + 1)) / volume for count, volume in counts)
    return density * around.core.volume


def _many(spots: Floats, around: Around) -> bool:
    """Whether there are far more spots in the core than beside it; Poisson, with one to spare for few."""
    count, most = around.core.count(spots), _expected(spots, around, errors=2.0)
    return count >= max(LEAST_SPOTS, SPOT_FACTOR * most, most + SPOT_ERRORS * math.sqrt(most + 1))


def _above(values: Floats, intensity: Floats, around: Around) -> float | None:
    """The smaller probability, of both sides, that an intensity in the core is above one beside it.

    ``values`` (n,) rise.
    """
    core, *beside = (
        intensity[slice(*np.searchsorted(values, [shell.low, shell.high]))] for shell in around
    )
    if min(map(len, (core, *beside))) < _LEAST_INTENSITIES:
        return None
    return min(_probability(core, other) for other in beside)


def _probability(one: Floats, other: Floats) -> float:
    """That a value of the first is above one of the second, ties as half."""
    ordered = np.sort(other)
    below = [np.searchsorted(ordered, one, side) for side in ("left", "right")]
    return float(np.mean(below) / len(other))


def _over(
    above: Sequence[float | None], mean: float, deviation: float, limits: tuple[float, float]
) -> Flags:
    least = max(mean + limits[0] * deviation, limits[1])
    return np.array([value is not None and value > least for value in above])
