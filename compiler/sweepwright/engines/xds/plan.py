"""The plan of the ``xds`` engine: sweeps indexed and integrated apart, then a group together.

A group's sweeps get one point group and one way of indexing in CORRECT; what is ``auto`` is decided
between two scalings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from sweepwright.engines import carried, own_steps
from sweepwright.engines.base import (
    Draft,
    PlannedStep,
    TemplateUse,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.engines.ice import ice_steps
from sweepwright.engines.lattice_checks import LATTICE
from sweepwright.engines.lattices import second_lattice_step
from sweepwright.engines.orientations import Indexed, orientation_steps
from sweepwright.engines.xds.carried import carried_step
from sweepwright.engines.xds.correct import correct_id, correct_step, correction, lattices_step
from sweepwright.engines.xds.group import group_steps
from sweepwright.engines.xds.index import index_step
from sweepwright.engines.xds.instrument import Context, instrument
from sweepwright.engines.xds.integrate import integrate_id, integrate_step, integration
from sweepwright.geometry.frames import XDS
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Condition, FileRef, Need, Output, Result
from sweepwright.model.resolved import Leaves, computed

_INDEXED = Indexed("index", "XPARM.XDS", XDS, "xds.orientations")


def plan(job: ResolvedJob) -> Draft:
    """All steps in order, and the files that the run delivers."""
    steps: list[PlannedStep] = []
    results: list[Result] = []
    until = job.leaves["processing.until"].known
    for group in job.groups:
        told = {sweep.name: _told(sweep, group, job.leaves) for sweep in group.sweeps}
        followed = carried.sources(group)
        for sweep in group.sweeps:
            said, source = told[sweep.name], followed.get(sweep.name)
            steps += own_steps.images_ready(sweep, "?")
            if source is not None:
                steps.append(carried_step(sweep, source))
            steps.append(index_step(sweep, group, job.leaves, said.instrument, source))
            integrated = []
            if until != "indexing":
                first = one(f"index@{sweep.name}", "XPARM.XDS", link="XPARM.XDS")
                steps.append(integrate_step(sweep, said.integration, 1, first))
                integrated = [one(steps[-1].id, "INTEGRATE.HKL")]
            spots = [one(f"index@{sweep.name}", name) for name in ("SPOT.XDS", "XPARM.XDS")]
            log = one(f"index@{sweep.name}", "IDXREF.LP")
            steps.append(second_lattice_step(sweep, [*spots, log], "xds.several_lattices"))
            steps += ice_steps(sweep, [*spots, *integrated], "xds.ice")
        steps += orientation_steps(group, _INDEXED)
        if until == "indexing":
            continue
        steps += _symmetry(group, told)
        corrected = {}
        for sweep in group.sweeps:
            made = _corrected(sweep, group, told[sweep.name])
            steps += made
            corrected[sweep.name] = made[-1].id
        if until != "end":
            continue
        steps += group_steps(group, job, corrected)
        for dataset in group.datasets:
            results += own_steps.results(job, group, dataset)
    return Draft(tuple(steps), tuple(results))


class _Told(NamedTuple):
    """What the files of a sweep say, by stage; made once, as each stage runs several times."""

    instrument: Context
    integration: Context
    correction: Context


def _told(sweep: ResolvedSweep, group: ResolvedGroup, job: Leaves) -> _Told:
    common = instrument(sweep, job)
    return _Told(common, common | integration(sweep, job), common | correction(sweep, group, job))


def _symmetry(group: ResolvedGroup, told: Mapping[str, _Told]) -> list[PlannedStep]:
    """With an unknown group: CORRECT over all lattices of each sweep, and one decision for all."""
    if group.leaves["space_group_number"].value is not None:
        return []
    lattices = [sweep.leaves[LATTICE] for sweep in group.sweeps]
    wanted = [leaf.known for leaf in lattices]
    asked = computed(f"groups[{group.name}].lattices", wanted, "of each sweep", *lattices)
    tried = [lattices_step(sweep, told[sweep.name].correction) for sweep in group.sweeps]
    decision = own_steps.deciding(
        f"point_group@{group.name}",
        group_folder(group.name, "point_group"),
        [one(step.id, "CORRECT.LP") for step in tried],
        f"decide the point group of group {group.name}",
        TemplateUse("steps/point_group.json.j2", "parameters.json", "json", {"lattices": asked}),
    )
    return [*tried, decision]


def _corrected(sweep: ResolvedSweep, group: ResolvedGroup, said: _Told) -> list[PlannedStep]:
    """CORRECT; then as often as is asked for, INTEGRATE again with its geometry, and the best of all."""
    name = sweep.name
    steps = [correct_step(sweep, group, said.correction, 1)]
    cycles = sweep.leaves["processing.integration.cycles"].known
    for cycle in range(2, cycles + 1):
        before = f"{correct_id(cycle - 1)}@{name}"
        again = own_steps.deciding(
            f"again{cycle}@{name}",
            sweep_folder(sweep, f"again{cycle}"),
            [
                one(before, "CORRECT.LP"),
                one(f"{integrate_id(cycle - 1)}@{name}", "INTEGRATE.LP"),
            ],
            f"is sweep {name} integrated again",
        )
        when = Condition(step=again.id, field="again", equals=True)
        refined = one(before, "GXPARM.XDS", link="XPARM.XDS")
        without_ice = said.integration | {"ice": said.correction["ice"]}
        repeated = (
            integrate_step(sweep, without_ice, cycle, refined),
            correct_step(sweep, group, said.correction, cycle),
        )
        steps += [again, *(replace(step, when=when) for step in repeated)]
    if cycles > 1:
        made = tuple(f"{correct_id(cycle)}@{name}" for cycle in range(1, cycles + 1))
        candidates = [
            FileRef(steps=made, name=file, need=Need.PRESENT)
            for file in ("CORRECT.LP", "XDS_ASCII.HKL")
        ]
        steps.append(
            own_steps.deciding(
                f"best@{name}",
                sweep_folder(sweep, "best"),
                candidates,
                f"choose the best integration of sweep {name}",
                outputs=(Output(name="XDS_ASCII.HKL", role="corrected"),),
            )
        )
    return steps
