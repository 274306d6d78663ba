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
from sweepwright.engines.xds.context import XDS_PROGRAMS, scaled_file, xds_context, xscale_context
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Output, Result
from sweepwright.model.resolved import Leaves, Resolved


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
        found += _setting(group)
    for sweep in job.sweeps:
        found += _masks(sweep)
    jobs = job.leaves["run.jobs"]
    if jobs.known.colspot != jobs.known.integrate:
        message = "one XDS.INP serves all steps yet: COLSPOT and INTEGRATE have equal jobs"
        found.append(error("SW-E014", message, jobs.origin.span, help="Write one number."))
    return found


def _setting(group: ResolvedGroup) -> list[Diagnostic]:
    """XDS takes a number, which says nothing of the setting."""
    symbol: Resolved[str] = group.leaves["space_group"]
    if symbol.value is None:
        return []
    import gemmi

    known = gemmi.SpaceGroup(symbol.known)
    standard = gemmi.find_spacegroup_by_number(known.number)
    if known == standard:
        return []
    message = f"XDS knows space group {known.number} only as {standard.hm}, not as {known.hm}"
    help_ = "Give the standard setting and its cell, or use DIALS, which keeps the setting."
    return [error("SW-E006", message, symbol.origin.span, help=help_)]


def _masks(sweep: ResolvedSweep) -> list[Diagnostic]:
    leaf = sweep.leaves.get("masks")
    found = []
    for mask in leaf.known or () if leaf is not None else ():
        if mask.kind == "polygon" and len(mask.numbers) != 8:
            message = f"sweep {sweep.name}: XDS takes polygons of four corners only"
            found.append(error("SW-E013", message, leaf.origin.span if leaf else None))
    return found


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


ENGINE = Engine("xds", plan, check, dict)
