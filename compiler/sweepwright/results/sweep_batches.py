"""Which batches of an unmerged file are the images of which sweep.

Programs raise the batches of later sweeps so that no two are equal: POINTLESS and gemmi by
thousands and only where they would collide, DIALS to the next hundred. The file does not say by how
much, but the images of each sweep are known, and their places are found by what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sweepwright.results.observations import Flags, Observations

#: name, first and last image of a sweep
Images = tuple[str, int, int]
_RAISED_BY = 1000


@dataclass(frozen=True, slots=True)
class SweepBatches:
    """A sweep in a file: its images, and what was added to their numbers."""

    name: str
    first: int
    last: int
    offset: int

    def rows(self, observations: Observations) -> Flags:
        """Which observations (n,) are of this sweep."""
        batch = observations.batch
        mask: Flags = (batch >= self.first + self.offset) & (batch <= self.last + self.offset)
        return mask


def sweep_batches(observations: Observations, sweeps: Sequence[Images]) -> tuple[SweepBatches, ...]:
    """The sweeps (name, first and last image), in the order in which the file got them.

    Images may be missing from the file, at the ends too. Raises ValueError when no offsets can be
    found with which every batch belongs to a sweep.
    """
    for whole_first in (False, True):
        found = _placed(observations, sweeps, whole_first)
        rows = [one.rows(observations) for one in found]
        if len(found) == len(sweeps) and np.logical_or.reduce(rows).all():
            return found
    names = ", ".join(name for name, *_ in sweeps)
    raise ValueError(f"its batches are not those of the images of {names}")


def _placed(
    observations: Observations, sweeps: Sequence[Images], whole_first: bool
) -> tuple[SweepBatches, ...]:
    """Each sweep at the lowest place that is free; those that have none are left out."""
    present = np.unique(observations.batch)
    found: list[SweepBatches] = []
    for name, first, last in sweeps:
        for offset in _offsets(observations, first, last, whole_first):
            low, high = first + offset, last + offset
            free = all(high < o.first + o.offset or low > o.last + o.offset for o in found)
            if free and ((present >= low) & (present <= high)).any():
                found.append(SweepBatches(name, first, last, offset))
                break
    return tuple(found)


def _offsets(observations: Observations, first: int, last: int, whole_first: bool) -> list[int]:
    """Offsets to be tried, in rising order; ``whole_first``: before others those of whole stretches."""
    stretches = observations.batch_ranges
    begins = {low - first for low, _ in stretches}
    whole = {low - first for low, high in stretches if high - low == last - first}
    raised = range(0, int(observations.batch.max()) + 1, _RAISED_BY)
    possible = [offset for offset in sorted({*begins, *raised}) if offset >= 0]
    if not whole_first:
        return possible
    return sorted(possible, key=lambda offset: offset not in whole)
