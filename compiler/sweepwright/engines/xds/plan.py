"""The plan of the ``xds`` engine: an XDS run for each sweep, XSCALE for each group."""

from __future__ import annotations

from sweepwright.engines.base import (
    Draft,
    PlannedStep,
    TemplateUse,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.engines.xds.context import XDS_PROGRAMS, scaled_file, xds_context, xscale_context
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Output, Result
from sweepwright.model.resolved import Leaves


def plan(job: ResolvedJob) -> Draft:
    """Steps ``xds@SWEEP`` and ``xscale@GROUP``."""
    steps: list[PlannedStep] = []
    results: list[Result] = []
    until = job.leaves["processing.until"].known
    for group in job.groups:
        steps += [_xds(sweep, group, job.leaves, until) for sweep in group.sweeps]
        if until != "end":
            continue
        steps.append(_xscale(group, job.leaves))
        folder = "results" if len(job.groups) == 1 else f"results/{group.name}"
        for dataset in group.datasets:
            name = scaled_file(group, dataset)
            results.append(
                Result(path=f"{folder}/{name}", step=steps[-1].id, name=name, role="unmerged")
            )
    return Draft(tuple(steps), tuple(results))


def _xds(sweep: ResolvedSweep, group: ResolvedGroup, job: Leaves, until: str) -> PlannedStep:
    made = ("XPARM.XDS",) if until == "indexing" else ("XDS_ASCII.HKL", "CORRECT.LP")
    return PlannedStep(
        id=f"xds@{sweep.name}",
        program="xds_par",
        folder=sweep_folder(sweep, "xds"),
        files=(
            TemplateUse(
                "xds/XDS.INP.j2",
                "XDS.INP",
                "xds",
                xds_context(sweep, group, job),
                replaced_keywords(sweep.leaves, XDS_PROGRAMS),
            ),
        ),
        outputs=tuple(Output(name=name, role=name) for name in made),
        shares_threads=True,
        title=f"index and integrate sweep {sweep.name}",
    )


def _xscale(group: ResolvedGroup, job: Leaves) -> PlannedStep:
    scaled = tuple(
        Output(name=scaled_file(group, dataset), role="unmerged") for dataset in group.datasets
    )
    return PlannedStep(
        id=f"xscale@{group.name}",
        program="xscale_par",
        folder=group_folder(group.name, "xscale"),
        files=(
            TemplateUse(
                "xds/XSCALE.INP.j2",
                "XSCALE.INP",
                "xds",
                xscale_context(group, job),
                replaced_keywords(job, ("xscale",)),
            ),
        ),
        inputs=tuple(
            one(f"xds@{sweep.name}", "XDS_ASCII.HKL", link=f"{sweep.name}.HKL")
            for sweep in group.sweeps
        ),
        outputs=(*scaled, Output(name="XSCALE.LP")),
        shares_threads=True,
        title=f"scale group {group.name}",
    )
