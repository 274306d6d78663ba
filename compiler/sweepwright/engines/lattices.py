"""``several_lattices@SWEEP``: whether the spots are those of one lattice. The first is gone on with.

No more is decided: what of the intensities is spoiled depends on which reflections overlap, and both
engines integrate one lattice at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sweepwright.engines import own_steps
from sweepwright.engines.base import PlannedStep, sweep_folder
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict

_NAME = "several_lattices"


def second_lattice_step(sweep: ResolvedSweep, files: Sequence[FileRef], judge: str) -> PlannedStep:
    """The step; ``files`` are the spots with their indices, and the models."""
    step = own_steps.deciding(
        f"{_NAME}@{sweep.name}",
        sweep_folder(sweep, _NAME),
        files,
        f"look for a second lattice in sweep {sweep.name}",
    )
    return replace(step, judge=judge)


def judged(folder: Path, subject: str) -> Verdict:
    """What ``decision.json`` says: success in any case, with the finding."""
    told = json.loads((folder / "decision.json").read_bytes())
    message, evidence = told["evidence"]["note"], told["evidence"]
    several = told["values"]["lattices"] > 1
    if several:
        message += "; the first one is integrated"
    state = FindingState.SEEN if several else FindingState.NOT_SEEN
    values = {key: evidence[key] for key in ("spots", "indexed", "left_over")}
    finding = Finding("SW-Q018", state, message, subject, values)
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values=values)
