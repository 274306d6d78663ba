"""The plan of the ``dials`` engine: one step a program, sweeps apart, then a group together.

Each sweep is imported, indexed and integrated on its own. Of related sweeps the first one's orientation
is tried first and believed only where it fits, so that nothing depends on a goniostat model that may be
wrong. Several sweeps of a group are brought to one indexing by dials.cosym and
scaled together. What is ``auto`` becomes a decision step between two scalings.
"""

from __future__ import annotations

from dataclasses import replace

from sweepwright.engines import carried, damage, own_steps
from sweepwright.engines.base import (
    Draft,
    PlannedStep,
    Rung,
    TemplateUse,
    constant,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.engines.dials import context
from sweepwright.engines.dials.index import index_steps
from sweepwright.engines.dials.masks import MASK, mask_file, mask_ice_step, mask_steps
from sweepwright.engines.dials.program import both, both_files, program
from sweepwright.engines.ice import ice_steps, is_looked_for
from sweepwright.engines.lattices import second_lattice_step
from sweepwright.engines.orientations import Indexed, orientation_steps
from sweepwright.geometry.frames import IMGCIF
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Condition, FileRef, Need, Output, Result
from sweepwright.model.resolved import Leaves

_REFINED = Indexed("refine", "refined.expt", IMGCIF, "dials.orientations")


def plan(job: ResolvedJob) -> Draft:
    """All steps in order, and the files that the run delivers."""
    steps: list[PlannedStep] = []
    results: list[Result] = []
    until = job.leaves["processing.until"].known
    for group in job.groups:
        followed = carried.sources(group)
        for sweep in group.sweeps:
            steps += _sweep(sweep, group, followed.get(sweep.name))
            models, *spots = both(f"index@{sweep.name}", "indexed")
            steps.append(second_lattice_step(sweep, [*spots, models], "dials.several_lattices"))
            if until == "indexing":
                steps += ice_steps(sweep, spots, "dials.ice")
                continue
            steps.append(_integrate(sweep))
            found = ice_steps(sweep, [*spots, one(steps[-1].id, "integrated.refl")], "dials.ice")
            steps += [*found, *_without_ice(sweep)] if found else []
        steps += orientation_steps(group, _REFINED)
        if until != "end":
            continue
        scaled, steps_of_group = _group(group, job.leaves)
        steps += steps_of_group
        apart = [scaled]
        if len(group.datasets) > 1:
            steps.append(_split(group, scaled, job.leaves))
            apart = [both(steps[-1].id, f"split_{i}") for i in range(len(group.datasets))]
        for dataset, files in zip(group.datasets, apart, strict=True):
            steps += _dataset(group, dataset, files, job.leaves)
            results += own_steps.results(job, group, dataset)
    return Draft(tuple(steps), tuple(results))


def _sweep(
    sweep: ResolvedSweep, group: ResolvedGroup, source: ResolvedSweep | None
) -> list[PlannedStep]:
    """What makes the images ready, import, find_spots, index with what its ladder needs, refine.

    ``source`` is the sweep whose orientation it is given.
    """
    name = sweep.name

    def at(step: str) -> str:
        return f"{step}@{name}"

    expected = TemplateUse(
        "dials/expected.json.j2", "expected.json", "json", context.expected(sweep)
    )
    reference = replace(expected, template="dials/reference.expt.j2", name="reference.expt")
    leaves, spots = sweep.leaves, context.find_spots(sweep)
    tried = leaves["processing.indexing.attempts"].known
    weak = {spots["sigma_strong"].path: 2, spots["min_spot_size"].path: 2}
    weaker = Rung("smaller, weaker spots", weak)
    return [
        *own_steps.images_ready(sweep, "#"),
        program(
            "import", name, sweep_folder(sweep, "import"), context.for_import(sweep), leaves, (),
            (Output(name="imported.expt", role="models"),),
            files=(reference, expected), title=f"import sweep {name}",
        ),
        *mask_steps(sweep),
        program(
            "find_spots", name, sweep_folder(sweep, "find_spots"), spots,
            leaves, (one(at("import"), "imported.expt"),),
            (Output(name="strong.refl", role="reflections"),),
            inputs=(one(at("manifest"), "images.json"), *mask_file(sweep)), attempts=(Rung("as resolved"), weaker)[:tried],
            shares_threads=True, title=f"find spots of sweep {name}",
        ),
        *index_steps(sweep, group, source),
        program(
            "refine", name, sweep_folder(sweep, "refine"), {},
            leaves, both(at("index"), "indexed"), both_files("refined"), title=f"refine sweep {name}",
        ),
    ]  # fmt: skip


def _integrate(sweep: ResolvedSweep) -> PlannedStep:
    return program(
        "integrate", sweep.name, sweep_folder(sweep, "integrate"), context.integrate(sweep),
        sweep.leaves, both(f"refine@{sweep.name}", "refined"), both_files("integrated"),
        inputs=mask_file(sweep), shares_threads=True, title=f"integrate sweep {sweep.name}",
    )  # fmt: skip


def _without_ice(sweep: ResolvedSweep) -> list[PlannedStep]:
    """Integration again with rings of ice masked, where there are any."""
    when = Condition(step=f"ice@{sweep.name}", field="ice", equals=True)
    masked = mask_ice_step(sweep)
    path = f"sweeps[{sweep.name}].dials.mask_ice"
    values = context.integrate(sweep) | {"mask": constant(path, MASK, "rings of ice masked")}
    again = program(
        "integrate", sweep.name, sweep_folder(sweep, "reintegrate"), values, sweep.leaves,
        both(f"refine@{sweep.name}", "refined"), both_files("integrated"),
        inputs=(one(masked.id, MASK, MASK),), step="reintegrate", shares_threads=True,
        title=f"integrate sweep {sweep.name} without rings of ice",
    )  # fmt: skip
    return [replace(step, when=when) for step in (masked, again)]


def _integrated(sweep: ResolvedSweep) -> tuple[FileRef, ...]:
    """Models and intensities of the last integration."""
    if not is_looked_for(sweep):
        return both(f"integrate@{sweep.name}", "integrated")
    steps = tuple(f"{step}@{sweep.name}" for step in ("integrate", "reintegrate"))
    return tuple(
        FileRef(steps=steps, name=output.name, need=Need.LAST)
        for output in both_files("integrated")
    )


def _group(
    group: ResolvedGroup, leaves: Leaves
) -> tuple[tuple[FileRef, FileRef], list[PlannedStep]]:
    """Symmetry, scaling, decisions, final scaling; and the scaled files."""
    name = group.name

    def at(step: str) -> str:
        return f"{step}@{name}"

    ready, steps = _symmetry(group, leaves)
    steps.append(
        program(
            "scale", name, group_folder(name, "scale"), context.first_scale(group), leaves, ready,
            (*both_files("scaled"), Output(name="scaled.mtz", role="unmerged")),
            title=f"scale group {name}",
        )
    )  # fmt: skip
    unmerged = [one(at("scale"), "scaled.mtz")]
    decisions = own_steps.decisions(group, unmerged)
    decisions += damage.cut_back_steps(
        group, unmerged, [[sweep.name for sweep in group.sweeps]], context.excluded(group)
    )
    scaled = both(at("scale"), "scaled")
    if decisions:
        steps += decisions
        steps.append(
            program(
                "scale", name, group_folder(name, "rescale"), context.final_scale(group), leaves, scaled,
                (*both_files("scaled"), Output(name="scaled.mtz", role="unmerged")),
                step="rescale", title=f"scale group {name} as decided",
            )
        )  # fmt: skip
        scaled = both(at("rescale"), "scaled")
    return scaled, steps


def _symmetry(
    group: ResolvedGroup, leaves: Leaves
) -> tuple[tuple[FileRef, ...], list[PlannedStep]]:
    """The files to scale, and the steps that bring them to one indexing and one group."""
    name = group.name
    sweeps = [sweep.name for sweep in group.sweeps]
    integrated = tuple(ref for sweep in group.sweeps for ref in _integrated(sweep))
    given = group.leaves["space_group"].value is not None
    follows = context.reference(group).value is not None
    if len(sweeps) == 1 and given and not follows:
        return integrated, []
    if len(sweeps) == 1 and not follows:
        step = program(
            "symmetry", name, group_folder(name, "symmetry"), context.symmetry(group), leaves, integrated,
            both_files("symmetrized"), title=f"find the symmetry of group {name}",
        )  # fmt: skip
        return both(step.id, "symmetrized"), [step]
    cosym = program(
        "cosym", name, group_folder(name, "cosym"), context.cosym(group), leaves, integrated,
        both_files("symmetrized"), title=f"bring the sweeps of group {name} to one indexing",
    )  # fmt: skip
    if given or follows:
        return both(cosym.id, "symmetrized"), [cosym]
    absences = program(
        "symmetry", name, group_folder(name, "absences"), context.symmetry(group), leaves,
        both(cosym.id, "symmetrized"), both_files("symmetrized"),
        step="absences", template="absences", title=f"find the screw axes of group {name}",
    )  # fmt: skip
    return both(absences.id, "symmetrized"), [cosym, absences]


def _split(group: ResolvedGroup, scaled: tuple[FileRef, FileRef], leaves: Leaves) -> PlannedStep:
    """Data sets of a group apart: DIALS numbers them by rising wavelength, as we do."""
    return program(
        "split_experiments", group.name, group_folder(group.name, "split"), {}, leaves,
        scaled, tuple(
            output for index in range(len(group.datasets)) for output in both_files(f"split_{index}")
        ),
        step="split", template="split", title=f"take the data sets of group {group.name} apart",
    )  # fmt: skip


def _dataset(
    group: ResolvedGroup, dataset: DataSet, scaled: tuple[FileRef, FileRef], leaves: Leaves
) -> list[PlannedStep]:
    """merge, export, finish."""
    subject, folder = own_steps.subject_of(group, dataset)
    names = own_steps.merged_names(group, dataset)
    return [
        program(
            "merge", subject, f"{folder}/merge", names, leaves, scaled,
            (Output(name="merged.mtz", role="merged"),), title=f"merge {subject}",
        ),
        program(
            "export", subject, f"{folder}/export", names, leaves, scaled,
            (Output(name="unmerged.mtz", role="unmerged"),), title=f"export {subject}",
        ),
        own_steps.finish(
            group, dataset,
            (one(f"merge@{subject}", "merged.mtz"), one(f"export@{subject}", "unmerged.mtz")),
        ),
    ]  # fmt: skip
