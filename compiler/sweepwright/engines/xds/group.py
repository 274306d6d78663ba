"""What becomes of a group after CORRECT: space group, scale, merged data sets, amplitudes.

AIMLESS scales and merges what POINTLESS sorted; or XSCALE scales and we merge. POINTLESS finds the
space group and CTRUNCATE makes amplitudes in both ways, where they are here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sweepwright.engines import damage, own_steps
from sweepwright.engines.base import PlannedStep, TemplateUse, one
from sweepwright.engines.ccp4.aimless import (
    aimless_step,
    merged_file,
    unmerged_file,
    unmerged_files,
)
from sweepwright.engines.ccp4.ctruncate import AMPLITUDES, ctruncate_step
from sweepwright.engines.ccp4.pointless import decided, pointless_step, space_group_step
from sweepwright.engines.own_steps import subject_of
from sweepwright.engines.xds.scale import scale_step, scaled, scaled_file
from sweepwright.engines.xds.setting import to_the_named_setting
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob
from sweepwright.model.plan import FileRef, Need, Output

Corrected = Mapping[str, str]
#: merged and unmerged file of each data set
Merged = list[tuple[FileRef, FileRef]]


def group_steps(group: ResolvedGroup, job: ResolvedJob, corrected: Corrected) -> list[PlannedStep]:
    """All steps to the finished sets; ``corrected`` is the step that made each XDS_ASCII.HKL."""
    by_aimless = job.leaves["processing.scaling.program"].known == "aimless"
    steps, merged = (_aimless if by_aimless else _xscale)(group, job, corrected)
    for dataset, (intensities, unmerged) in zip(group.datasets, merged, strict=True):
        last = intensities
        if "ctruncate" in job.machine.tools:
            steps.append(ctruncate_step(group, dataset, intensities, job.leaves))
            last = one(steps[-1].id, AMPLITUDES)
        steps.append(own_steps.finish(group, dataset, (last, unmerged)))
    return steps


def scaling_programs(job: ResolvedJob) -> list[str]:
    """The programs that scale and find the space group in this job."""
    if job.leaves["processing.scaling.program"].known == "aimless":
        return ["pointless", "aimless"]
    unknown = any(group.leaves["space_group"].value is None for group in job.groups)
    return ["xscale", *(["pointless"] if unknown and "pointless" in job.machine.tools else [])]


def _aimless(
    group: ResolvedGroup, job: ResolvedJob, corrected: Corrected
) -> tuple[list[PlannedStep], Merged]:
    """The steps, and of each data set the merged and the unmerged file."""
    steps = _space_group(group, job, corrected)
    first = aimless_step(group, job.leaves, final=False)
    steps.append(first)
    scaled_data = unmerged_files(first.id, group)
    decisions = own_steps.decisions(group, scaled_data)
    decisions += damage.cut_back_steps(group, scaled_data, _sweeps_of(group))
    if decisions:
        steps += [*decisions, aimless_step(group, job.leaves, final=True)]
    last = steps[-1].id
    merged = [
        (one(last, merged_file(group, dataset)), one(last, unmerged_file(group, dataset)))
        for dataset in group.datasets
    ]
    return steps, merged


def _xscale(
    group: ResolvedGroup, job: ResolvedJob, corrected: Corrected
) -> tuple[list[PlannedStep], Merged]:
    """As `_aimless`; without POINTLESS the group is the point group that CORRECT worked in."""
    unknown = group.leaves["space_group"].value is None
    found = unknown and "pointless" in job.machine.tools
    steps = _space_group(group, job, corrected) if found else []
    first = scale_step(group, job.leaves, corrected, final=False)
    steps.append(first)
    scaled_data = scaled(first.id, group)
    decisions = own_steps.decisions(group, scaled_data)
    decisions += damage.cut_back_steps(group, scaled_data, _sweeps_of(group))
    decisions += damage.zero_dose_steps(group, scaled_data, _sweeps_of(group))
    last = [first]
    if decisions:
        cuts, kept = damage.shortened(group, corrected)
        last = _final(group, job, kept)
        steps += [*decisions, *cuts, *last]
    merges = [
        _merge(group, dataset, _scaled_by(last, dataset), found) for dataset in group.datasets
    ]
    merged = [(one(step.id, "merged.mtz"), one(step.id, "unmerged.mtz")) for step in merges]
    return [*steps, *merges], merged


def _final(group: ResolvedGroup, job: ResolvedJob, kept: Corrected) -> list[PlannedStep]:
    """The final scaling; two of them, of which one runs, where zero dose is to be decided."""
    plain = scale_step(group, job.leaves, kept, final=True)
    if not damage.is_asked(group, damage.ZERO_DOSE):
        return [plain]
    extrapolated = scale_step(group, job.leaves, kept, final=True, zero_dose=True)
    return damage.either(group, plain, extrapolated)


def _scaled_by(last: list[PlannedStep], dataset: DataSet) -> FileRef:
    """The scaled data of the one step that ran."""
    if len(last) == 1:
        return one(last[0].id, scaled_file(dataset))
    ids = tuple(step.id for step in last)
    return FileRef(steps=ids, name=scaled_file(dataset), need=Need.PRESENT)


def _sweeps_of(group: ResolvedGroup) -> list[tuple[str, ...]]:
    """The sweeps of each scaled file, in the order in which they were given to the program."""
    return [
        tuple(sweep.name for sweep in group.sweeps if sweep.name in dataset.sweeps)
        for dataset in group.datasets
    ]


def _space_group(group: ResolvedGroup, job: ResolvedJob, corrected: Corrected) -> list[PlannedStep]:
    """POINTLESS, and what it found where the job does not say it."""
    reindex = to_the_named_setting(f"groups[{group.name}].pointless.REINDEX", group)
    sorted_data = pointless_step(group, job.leaves, corrected, reindex)
    if group.leaves["space_group"].value is not None:
        return [sorted_data]
    return [sorted_data, space_group_step(group)]


def _merge(group: ResolvedGroup, dataset: DataSet, unmerged: FileRef, found: bool) -> PlannedStep:
    """``merge@SET``; ``found``: POINTLESS says the group and how to index in it."""
    subject, folder = subject_of(group, dataset)
    path = f"groups[{group.name}].{dataset.name}.merge."
    given = group.leaves["space_group"]
    setting = {
        "space_group": decided(group, path + "space_group", "space_group") if found else given,
        "reindex": decided(group, path + "reindex", "reindex")
        if found
        else to_the_named_setting(path + "reindex", group),
    }
    return PlannedStep(
        id=f"merge@{subject}",
        program="sweepwright:merge",
        folder=f"{folder}/merge",
        argv=(unmerged,),
        files=(
            TemplateUse(
                "steps/merge.json.j2",
                "parameters.json",
                "json",
                own_steps.merged_names(group, dataset) | setting,
            ),
        ),
        outputs=(
            Output(name="merged.mtz", role="merged"),
            Output(name="unmerged.mtz", role="unmerged"),
        ),
        title=f"merge {subject}",
    )
