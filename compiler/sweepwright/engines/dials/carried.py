"""The orientation of one sweep as the first proposal for a related one: models with its crystal, a judge.

The models of DIALS state a crystal with all settings at zero and the turn by the axes that stand still
in the goniometer, so the crystal of one sweep is that of every related one. dials.index takes a crystal
that is in the models and does not search.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sweepwright.engines.base import JudgeFunction, PlannedStep, TemplateUse, one, sweep_folder
from sweepwright.engines.carried import believed
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef, Filled, Output, Step
from sweepwright.model.verdict import Verdict

CARRIED = "carried.expt"


def carried_step(sweep: ResolvedSweep, source: ResolvedSweep, given: FileRef) -> PlannedStep:
    """``carried@SWEEP``: the models of the sweep with the crystal of ``source``."""
    return PlannedStep(
        id=f"carried@{sweep.name}",
        program="sweepwright:carried_models",
        folder=sweep_folder(sweep, "carried"),
        argv=(given, one(f"index@{source.name}", "indexed.expt")),
        files=(TemplateUse("steps/nothing.json.j2", "parameters.json", "json", {}),),
        outputs=(Output(name=CARRIED, role="models"),),
        title=f"carry the orientation of sweep {source.name} over to sweep {sweep.name}",
    )


def follows(judge: JudgeFunction) -> JudgeFunction:
    """The judge of a ladder that may begin with an orientation that was carried over."""

    def judged(step: Step, folder: Path, exit_code: int) -> Verdict:
        verdict = judge(step, folder, exit_code)
        proposal = any(isinstance(word, Filled) and word.text == CARRIED for word in step.argv)
        if not proposal or not verdict.usable:
            return verdict
        proposed, found = (_axes(folder / name) for name in (CARRIED, "indexed.expt"))
        return believed(verdict, verdict.values["fraction_indexed"], proposed, found)

    return judged


def _axes(models: Path) -> Any:
    import numpy as np

    crystal = json.loads(models.read_bytes())["crystal"][0]
    return np.array([crystal[f"real_space_{axis}"] for axis in "abc"], float)
