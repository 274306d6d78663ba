"""Merging for engines that leave it to us: scaled, unmerged intensities to two MTZ files."""

from __future__ import annotations

from sweepwright.results.merged_mtz import write_merged
from sweepwright.results.observations import read_unmerged
from sweepwright.results.unmerged_mtz import write_unmerged
from sweepwright.run import StepCall, StepError


def merge(call: StepCall) -> None:
    """``merged.mtz`` and ``unmerged.mtz`` of one data set within its limits of resolution (A)."""
    observations = read_unmerged(call.inputs[0])
    low, high = call.parameters["d_max"], call.parameters["d_min"]
    values = observations.d_star_squared
    keep = (values >= (low**-2 if low else 0)) & (values <= (high**-2 if high else values.max()))
    kept = observations.select(keep)
    if not len(kept):
        raise StepError("no observations are left to merge", "Look at the log of scaling.")
    write_merged(kept, call.folder / "merged.mtz")
    write_unmerged(kept, call.folder / "unmerged.mtz")
