"""``ctruncate@SET``: amplitudes from merged intensities, after French and Wilson."""

from __future__ import annotations

from sweepwright.engines.base import PlannedStep
from sweepwright.engines.ccp4.script import by_hand
from sweepwright.engines.own_steps import subject_of
from sweepwright.model.job_resolved import DataSet, ResolvedGroup
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Leaves

AMPLITUDES, XML = "amplitudes.mtz", "ctruncate.xml"
_MERGED = "merged.mtz"
_MEAN, _ANOMALOUS = "/*/*/[IMEAN,SIGIMEAN]", "/*/*/[I(+),SIGI(+),I(-),SIGI(-)]"
_ARGV = (
    "-hklin", _MERGED, "-hklout", AMPLITUDES, "-colin", _MEAN, "-colano", _ANOMALOUS,
    "-xmlout", XML,
)  # fmt: skip


def ctruncate_step(
    group: ResolvedGroup, dataset: DataSet, merged: FileRef, job: Leaves
) -> PlannedStep:
    """``merged`` holds IMEAN and the intensities of both mates; these are carried over."""
    subject, folder = subject_of(group, dataset)
    return PlannedStep(
        id=f"ctruncate@{subject}",
        program="ctruncate",
        folder=f"{folder}/ctruncate",
        argv=_ARGV,
        files=(by_hand(f"groups[{subject}].ctruncate.", "ctruncate", _ARGV, None, job),),
        inputs=(merged.model_copy(update={"link": _MERGED}),),
        outputs=(Output(name=AMPLITUDES, role="merged"), Output(name=XML, role=XML)),
        judge="ccp4.ctruncate",
        title=f"amplitudes of {subject}",
    )
