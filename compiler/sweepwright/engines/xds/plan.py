"""The plan of the ``xds`` engine: an XDS run for each sweep, XSCALE for each group."""

from __future__ import annotations

from sweepwright.engines.base import (
    Draft,
    Engine,
    PlannedStep,
    TemplateUse,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.engines.xds.context import xds_context, xscale_context
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Output, Result


def plan(job: ResolvedJob) -> Draft:
    """Steps ``xds@SWEEP`` and ``xscale@GROUP``."""
    steps: list[PlannedStep] = []
    results: list[Result] = []
    for group in job.groups:
        steps += [_xds(sweep, group) for sweep in group.sweeps]
        steps.append(_xscale(group))
        folder = "results" if len(job.groups) == 1 else f"results/{group.name}"
        results.append(
            Result(
                path=f"{folder}/XSCALE.HKL", step=steps[-1].id, name="XSCALE.HKL", role="unmerged"
            )
        )
    return Draft(tuple(steps), tuple(results))


def check(job: ResolvedJob) -> list[Diagnostic]:
    """What this release cannot do with XDS."""
    found = [
        warning(
            "SW-E003",
            "with XDS this release ends after XSCALE: no statistics, no merged MTZ, no report",
            help="Choose 'processing: {engine: dials}' for the whole way.",
        )
    ]
    for group in job.groups:
        number, cell = group.leaves["space_group_number"], group.leaves["cell"]
        if number.value is not None and cell.value is None:
            message = f"XDS wants the cell together with the space group (crystal {group.name})"
            found.append(error("SW-E004", message, number.origin.span, help="Add 'cell:'."))
    for sweep in job.sweeps:
        if sweep.extent[0] < 1:
            message = (
                f"sweep {sweep.name}: XDS counts images from 1, the first is {sweep.extent[0]}"
            )
            found.append(error("SW-E005", message, help="Leave image 0 out with 'range:'."))
    return found


def _xds(sweep: ResolvedSweep, group: ResolvedGroup) -> PlannedStep:
    return PlannedStep(
        id=f"xds@{sweep.name}",
        program="xds_par",
        folder=sweep_folder(sweep, "xds"),
        files=(TemplateUse("xds/XDS.INP.j2", "XDS.INP", "xds", xds_context(sweep, group)),),
        outputs=tuple(Output(name=name, role=name) for name in ("XDS_ASCII.HKL", "CORRECT.LP")),
        shares_threads=True,
        title=f"index and integrate sweep {sweep.name}",
    )


def _xscale(group: ResolvedGroup) -> PlannedStep:
    return PlannedStep(
        id=f"xscale@{group.name}",
        program="xscale_par",
        folder=group_folder(group.name, "xscale"),
        files=(TemplateUse("xds/XSCALE.INP.j2", "XSCALE.INP", "xds", xscale_context(group)),),
        inputs=tuple(
            one(f"xds@{sweep.name}", "XDS_ASCII.HKL", link=f"{sweep.name}.HKL")
            for sweep in group.sweeps
        ),
        outputs=(Output(name="XSCALE.HKL", role="unmerged"), Output(name="XSCALE.LP")),
        shares_threads=True,
        title=f"scale group {group.name}",
    )


ENGINE = Engine("xds", plan, check, dict)
