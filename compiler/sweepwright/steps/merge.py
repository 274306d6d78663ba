"""Merging for engines that leave it to us: scaled, unmerged intensities to two MTZ files."""

from __future__ import annotations

from sweepwright.results.intensity_mtz import write_merged, write_unmerged
from sweepwright.results.observations import Setting, read_unmerged
from sweepwright.run import StepCall, StepError


def merge(call: StepCall) -> None:
    """``merged.mtz`` and ``unmerged.mtz`` of one data set within its limits of resolution (A).

    In the space group that the parameters name, else in that of the file.
    """
    asked = call.parameters
    low, high = asked["d_max"], asked["d_min"]
    named = Setting(asked["space_group"], asked["reindex"]) if asked["space_group"] else None
    try:
        observations = read_unmerged(call.inputs[0], named)
    except ValueError as problem:
        raise StepError(str(problem), "Look at the steps of symmetry and scaling.") from problem
    values = observations.d_star_squared
    keep = (values >= (low**-2 if low else 0)) & (values <= (high**-2 if high else values.max()))
    kept = observations.select(keep)
    if not len(kept):
        raise StepError("no observations are left to merge", "Look at the log of scaling.")
    write_merged(kept, call.folder / "merged.mtz")
    write_unmerged(kept, call.folder / "unmerged.mtz")
