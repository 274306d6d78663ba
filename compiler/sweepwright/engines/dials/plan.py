"""The plan of the ``dials`` engine: one step a program, sweeps apart, then a group together.

Each sweep is imported, indexed and integrated on its own, so that nothing depends on a goniostat
model that may be wrong. Several sweeps of a group are brought to one indexing by dials.cosym and
scaled together. What is ``auto`` becomes a decision step between two scalings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sweepwright.engines import own_steps
from sweepwright.engines.base import (
    Draft,
    PlannedStep,
    TemplateUse,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.engines.dials import context
from sweepwright.engines.dials.orientations import orientation_steps
from sweepwright.engines.keywords import keyword_lines, replaced_keywords
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import FileRef, Output, Result
from sweepwright.model.resolved import Leaves

MODELS, REFLECTIONS = ".expt", ".refl"
#: how many steps of a sweep are planned
_STEPS_UNTIL = {"indexing": 5, "integration": 6, "end": 6}


def plan(job: ResolvedJob) -> Draft:
    """All steps in order, and the files that the run delivers."""
    steps: list[PlannedStep] = []
    results: list[Result] = []
    until = job.leaves["processing.until"].known
    for group in job.groups:
        for sweep in group.sweeps:
            steps += _sweep(sweep, group)[: _STEPS_UNTIL[until]]
        steps += orientation_steps(group)
        if until != "end":
            continue
        scaled, steps_of_group = _group(group, job.leaves)
        steps += steps_of_group
        apart = [scaled]
        if len(group.datasets) > 1:
            steps.append(_split(group, scaled, job.leaves))
            apart = [_both(steps[-1].id, f"split_{i}") for i in range(len(group.datasets))]
        for dataset, files in zip(group.datasets, apart, strict=True):
            steps += _dataset(group, dataset, files, job.leaves)
            results += own_steps.results(job, group, dataset)
    return Draft(tuple(steps), tuple(results))


def _files(stem: str) -> tuple[Output, ...]:
    return (
        Output(name=stem + MODELS, role="models"),
        Output(name=stem + REFLECTIONS, role="reflections"),
    )


def _both(step: str, stem: str) -> tuple[FileRef, FileRef]:
    return one(step, stem + MODELS), one(step, stem + REFLECTIONS)


def _program(
    name: str,
    subject: str,
    folder: str,
    values: Mapping[str, Any],
    leaves: Leaves,
    argv: tuple[FileRef, ...],
    outputs: tuple[Output, ...],
    *,
    step: str = "",
    template: str = "",
    **more: Any,
) -> PlannedStep:
    """A step that runs ``dials.NAME NAME.phil FILES...``; ``leaves`` hold keywords for it."""
    step = step or name
    phil = f"{step}.phil"
    values = {**values, "keywords": keyword_lines(leaves, (f"dials.{name}",), " = ")}
    replaced = replaced_keywords(leaves, (f"dials.{name}",))
    use = TemplateUse(f"dials/{template or name}.phil.j2", phil, "phil", values, replaced)
    more["files"] = (use, *more.pop("files", ()))
    return PlannedStep(
        id=f"{step}@{subject}",
        program=f"dials.{name}",
        folder=folder,
        argv=(phil, *argv),
        outputs=outputs,
        judge=f"dials.{name}",
        **more,
    )


def _sweep(sweep: ResolvedSweep, group: ResolvedGroup) -> list[PlannedStep]:
    """manifest, import, find_spots, index, refine, integrate."""
    name = sweep.name

    def at(step: str) -> str:
        return f"{step}@{name}"

    expected = TemplateUse(
        "dials/expected.json.j2", "expected.json", "json", context.expected(sweep)
    )
    reference = replace(expected, template="dials/reference.expt.j2", name="reference.expt")
    leaves = sweep.leaves
    return [
        own_steps.manifest(sweep),
        _program(
            "import", name, sweep_folder(sweep, "import"), context.for_import(sweep), leaves, (),
            (Output(name="imported.expt", role="models"),),
            files=(reference, expected), title=f"import sweep {name}",
        ),
        _program(
            "find_spots", name, sweep_folder(sweep, "find_spots"), context.find_spots(sweep),
            leaves, (one(at("import"), "imported.expt"),),
            (Output(name="strong.refl", role="reflections"),),
            inputs=(one(at("manifest"), "images.json"),),
            shares_threads=True, title=f"find spots of sweep {name}",
        ),
        _program(
            "index", name, sweep_folder(sweep, "index"), context.index(sweep, group),
            leaves, (one(at("import"), "imported.expt"), one(at("find_spots"), "strong.refl")),
            _files("indexed"), title=f"index sweep {name}",
        ),
        _program(
            "refine", name, sweep_folder(sweep, "refine"), {},
            leaves, _both(at("index"), "indexed"), _files("refined"), title=f"refine sweep {name}",
        ),
        _program(
            "integrate", name, sweep_folder(sweep, "integrate"), context.integrate(sweep),
            leaves, _both(at("refine"), "refined"), _files("integrated"),
            shares_threads=True, title=f"integrate sweep {name}",
        ),
    ]  # fmt: skip


def _group(
    group: ResolvedGroup, leaves: Leaves
) -> tuple[tuple[FileRef, FileRef], list[PlannedStep]]:
    """Symmetry, scaling, decisions, final scaling; and the scaled files."""
    name = group.name

    def at(step: str) -> str:
        return f"{step}@{name}"

    ready, steps = _symmetry(group, leaves)
    steps.append(
        _program(
            "scale", name, group_folder(name, "scale"), context.first_scale(group), leaves, ready,
            (*_files("scaled"), Output(name="scaled.mtz", role="unmerged")),
            title=f"scale group {name}",
        )
    )  # fmt: skip
    decisions = own_steps.decisions(group, [one(at("scale"), "scaled.mtz")])
    scaled = _both(at("scale"), "scaled")
    if decisions:
        steps += decisions
        steps.append(
            _program(
                "scale", name, group_folder(name, "rescale"), context.final_scale(group), leaves, scaled,
                (*_files("scaled"), Output(name="scaled.mtz", role="unmerged")),
                step="rescale", title=f"scale group {name} as decided",
            )
        )  # fmt: skip
        scaled = _both(at("rescale"), "scaled")
    return scaled, steps


def _symmetry(
    group: ResolvedGroup, leaves: Leaves
) -> tuple[tuple[FileRef, ...], list[PlannedStep]]:
    """The files to scale, and the steps that bring them to one indexing and one group."""
    name = group.name
    sweeps = [sweep.name for sweep in group.sweeps]
    integrated = tuple(ref for sweep in sweeps for ref in _both(f"integrate@{sweep}", "integrated"))
    given = group.leaves["space_group"].value is not None
    if len(sweeps) == 1 and given:
        return integrated, []
    if len(sweeps) == 1:
        step = _program(
            "symmetry", name, group_folder(name, "symmetry"), context.symmetry(group), leaves, integrated,
            _files("symmetrized"), title=f"find the symmetry of group {name}",
        )  # fmt: skip
        return _both(step.id, "symmetrized"), [step]
    cosym = _program(
        "cosym", name, group_folder(name, "cosym"), context.cosym(group), leaves, integrated,
        _files("symmetrized"), title=f"bring the sweeps of group {name} to one indexing",
    )  # fmt: skip
    if given:
        return _both(cosym.id, "symmetrized"), [cosym]
    absences = _program(
        "symmetry", name, group_folder(name, "absences"), context.symmetry(group), leaves,
        _both(cosym.id, "symmetrized"), _files("symmetrized"),
        step="absences", template="absences", title=f"find the screw axes of group {name}",
    )  # fmt: skip
    return _both(absences.id, "symmetrized"), [cosym, absences]


def _split(group: ResolvedGroup, scaled: tuple[FileRef, FileRef], leaves: Leaves) -> PlannedStep:
    """Data sets of a group apart: DIALS numbers them by rising wavelength, as we do."""
    return _program(
        "split_experiments", group.name, group_folder(group.name, "split"), {}, leaves,
        scaled, tuple(
            output for index in range(len(group.datasets)) for output in _files(f"split_{index}")
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
        _program(
            "merge", subject, f"{folder}/merge", names, leaves, scaled,
            (Output(name="merged.mtz", role="merged"),), title=f"merge {subject}",
        ),
        _program(
            "export", subject, f"{folder}/export", names, leaves, scaled,
            (Output(name="unmerged.mtz", role="unmerged"),), title=f"export {subject}",
        ),
        own_steps.finish(
            group, dataset,
            (one(f"merge@{subject}", "merged.mtz"), one(f"export@{subject}", "unmerged.mtz")),
        ),
    ]  # fmt: skip
