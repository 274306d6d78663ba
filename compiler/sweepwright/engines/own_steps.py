"""Steps of our own that the plan of every engine has: digests of images, decisions, the finished set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sweepwright.engines.base import (
    TO_RUN,
    PlannedStep,
    TemplateUse,
    constant,
    group_folder,
    images_folder,
    one,
    sweep_folder,
)
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.plan import FileRef, Output, Result
from sweepwright.model.resolved import Decision, Resolved, computed

Context = dict[str, Any]

#: what may be left to the data: the kind of the decision, and the leaf of a group that waits for it
_DECIDED = (("resolution", "processing.resolution.high"), ("anomalous", "processing.anomalous"))
_MANIFEST = Output(name="images.json", role="manifest")
_DECISION = Output(name="decision.json", role="decision")
_CRITERIA = "processing.resolution.criteria."


def images_ready(sweep: ResolvedSweep, mark: str) -> list[PlannedStep]:
    """What comes before any step reads the images of a sweep.

    ``manifest@SWEEP`` digests all images; ``unpack@SWEEP`` unpacks them, if that is wanted, and names
    them with ``mark`` for each digit.
    """
    return [_manifest(sweep), *_unpack(sweep, mark)]


def _manifest(sweep: ResolvedSweep) -> PlannedStep:
    name = sweep.name
    asked = _files(sweep, "manifest") | {"plugin": _plugin(sweep)}
    return PlannedStep(
        id=f"manifest@{name}",
        program="sweepwright:manifest",
        folder=sweep_folder(sweep, "manifest"),
        files=(_parameters("manifest", asked),),
        outputs=(_MANIFEST,),
        title=f"digest the images of sweep {name}",
    )


def _unpack(sweep: ResolvedSweep, mark: str) -> list[PlannedStep]:
    if "images.unpacked" not in sweep.leaves:
        return []
    name, path = sweep.name, f"sweeps[{sweep.name}].unpack.mark"
    asked = _files(sweep, "unpack") | {"mark": constant(path, mark, "engine")}
    step = deciding(
        f"unpack@{name}",
        sweep_folder(sweep, "unpack"),
        [one(f"manifest@{name}", "images.json")],
        f"unpack the images of sweep {name}",
        _parameters("unpack", asked),
    )
    return [step]


def _files(sweep: ResolvedSweep, step: str) -> Context:
    """The files of a sweep as parameters of a step, their folder as seen from an attempt."""
    template, images = sweep.template, sweep.leaves["images"]
    folder = images_folder(sweep.seen)
    return {
        key: computed(f"sweeps[{sweep.name}].{step}.{key}", value, "template", images)
        for key, value in (
            ("folder", folder),
            ("prefix", template.prefix),
            ("width", template.width),
            ("suffix", template.suffix),
        )
    } | {"range": sweep.leaves["range"]}


def _plugin(sweep: ResolvedSweep) -> Resolved[Any]:
    """The plug-in that reads the images, as seen from an attempt, and its digest."""
    path = f"sweeps[{sweep.name}].manifest.plugin"
    file = sweep.leaves.get("plugin.file")
    if file is None:
        return constant(path, None, "no plug-in is needed")
    digest = sweep.leaves["plugin.sha256"]
    value = {"file": f"{TO_RUN}/{file.known}", "sha256": digest.known}
    return computed(path, value, "it reads the images", file, digest)


def deciding(
    id_: str,
    folder: str,
    argv: Sequence[FileRef],
    title: str,
    parameters: TemplateUse | None = None,
    outputs: tuple[Output, ...] = (),
) -> PlannedStep:
    """A step that reads files and writes ``decision.json``; its function has the name before ``@``."""
    function = id_.partition("@")[0].rstrip("0123456789")
    return PlannedStep(
        id=id_,
        program=f"sweepwright:{function}",
        folder=folder,
        argv=tuple(argv),
        files=(parameters or _parameters("nothing", {}),),
        outputs=(_DECISION, *outputs),
        title=title,
    )


def decisions(group: ResolvedGroup, scaled: Sequence[FileRef]) -> list[PlannedStep]:
    """A step for each thing of a group that its scaled, unmerged data decide."""
    return [
        deciding(
            f"{kind}@{group.name}",
            group_folder(group.name, kind),
            scaled,
            f"decide {kind} of group {group.name}",
            _asked(kind, group),
        )
        for kind, key in _DECIDED
        if isinstance(group.leaves[key].value, Decision)
    ]


def _asked(kind: str, group: ResolvedGroup) -> TemplateUse:
    if kind != "resolution":
        return _parameters("nothing", {})
    names = ("cc_half", "i_over_sigma", "r_pim", "completeness")
    return _parameters(kind, {name: group.leaves[_CRITERIA + name] for name in names})


def merged_names(group: ResolvedGroup, dataset: DataSet) -> Context:
    """Limits and names of the merged and of the unmerged file."""
    return {
        "d_min": dataset.leaves["processing.resolution.high"],
        "d_max": dataset.leaves["processing.resolution.low"],
        "project": group.leaves["project"],
        "crystal": constant(f"groups[{group.name}].name", group.name, "group"),
        "dataset": constant(f"groups[{group.name}].{dataset.name}.name", dataset.name, "data set"),
    }


def subject_of(group: ResolvedGroup, dataset: DataSet) -> tuple[str, str]:
    """What the steps of a data set are called after ``@``, and their folder."""
    if len(group.datasets) == 1:
        return group.name, f"groups/{group.name}"
    return f"{group.name}.{dataset.name}", f"groups/{group.name}/{dataset.name}"


def finish(group: ResolvedGroup, dataset: DataSet, files: Sequence[FileRef]) -> PlannedStep:
    """``finish@SET``: names, free flags and statistics; ``files`` are the merged and the unmerged MTZ."""
    subject, folder = subject_of(group, dataset)
    leaves, prefix = group.leaves, f"groups[{group.name}].{dataset.name}."
    wavelengths: list[Resolved[Any]] = [
        sweep.leaves["geometry.wavelength"]
        for sweep in group.sweeps
        if sweep.name in dataset.sweeps
    ]
    asked = merged_names(group, dataset) | {
        "sweeps": constant(prefix + "sweeps", dataset.sweeps, "sweeps of the data set"),
        "images": images_of(prefix + "images", _sweeps_of(group, dataset)),
        "wavelength": computed(
            prefix + "wavelength", dataset.wavelength_a, "mean weighted by images", *wavelengths
        ),
        "anomalous": leaves["processing.anomalous"],
        "damage": _damage(prefix, group, dataset),
        "hint_group": _hint(prefix, group, "space_group"),
        "hint_cell": _hint(prefix, group, "cell"),
        "free_fraction": leaves["processing.free.fraction"],
        "free_seed": leaves["processing.free.seed"],
        "reference": _reference(f"{folder}/finish", group),
    }
    return PlannedStep(
        id=f"finish@{subject}",
        program="sweepwright:finish",
        folder=f"{folder}/finish",
        argv=tuple(files),
        files=(_parameters("finish", asked),),
        outputs=(
            Output(name="merged.mtz", role="merged"),
            Output(name="unmerged.mtz", role="unmerged"),
            Output(name="set.json", role="statistics"),
        ),
        title=f"free flags and statistics of {subject}",
    )


def _hint(prefix: str, group: ResolvedGroup, key: str) -> Resolved[Any]:
    """What the job expects and does not enforce; None where it says nothing of the kind."""
    leaf = group.leaves.get(f"hint.{key}")
    return leaf or constant(f"{prefix}hint.{key}", None, "no hint")


def _reference(folder: str, group: ResolvedGroup) -> Resolved[Any]:
    """The file whose free flags are kept, as seen from an attempt of a step, and its digest."""
    path = f"groups[{group.name}].free.reference"
    asked = group.leaves.get("reference")
    if asked is None or asked.value is None or "free" not in asked.known.use:
        return constant(path, None, "no reference for free flags")
    place, digest = (group.leaves[f"reference.{key}"] for key in ("place", "sha256"))
    up = "../" * (folder.count("/") + 2)
    file = {"file": up + place.known, "sha256": digest.known}
    return computed(path, file, "its free flags are kept", place, digest)


def images_of(path: str, sweeps: Sequence[ResolvedSweep], *why: Resolved[Any]) -> Resolved[Any]:
    """Name, first and last image of each sweep."""
    value = tuple((sweep.name, *sweep.extent) for sweep in sweeps)
    said = [leaf for sweep in sweeps for leaf in sweep.said_of_images]
    return computed(path, value, "first and last image", *why, *said)


def _damage(prefix: str, group: ResolvedGroup, dataset: DataSet) -> Resolved[Any]:
    """The sweeps that are judged for radiation damage; None where that is not asked for."""
    asked = group.leaves["processing.damage.report"]
    if not asked.known:
        return computed(prefix + "damage", None, "not asked for", asked)
    return images_of(prefix + "damage", _sweeps_of(group, dataset), asked)


def _sweeps_of(group: ResolvedGroup, dataset: DataSet) -> list[ResolvedSweep]:
    return [sweep for sweep in group.sweeps if sweep.name in dataset.sweeps]


def results(job: ResolvedJob, group: ResolvedGroup, dataset: DataSet) -> list[Result]:
    """The files of a finished set; with one merged set they are in ``results/`` itself."""
    alone = len(job.groups) == 1 and len(group.datasets) == 1
    folder = "results" if alone else f"results/{group.name}/{dataset.name}"
    step = f"finish@{subject_of(group, dataset)[0]}"
    return [
        Result(path=f"{folder}/{name}", step=step, name=name, role=role)
        for name, role in (("merged.mtz", "merged"), ("unmerged.mtz", "unmerged"))
    ]


def _parameters(kind: str, context: Context) -> TemplateUse:
    return TemplateUse(f"steps/{kind}.json.j2", "parameters.json", "json", context)
