"""What every engine offers, and what they share: names of folders and links, constants with origin.

An engine is three functions: ``plan`` (a resolved job to steps and templates to fill), its judges,
and, in its module ``checks``, ``check`` (what it cannot do of this job). It starts no process and
writes no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sweepwright.model.facts import ImageTemplate, PanelFact
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.model.plan import Condition, FileRef, LineTable, Output, Plan, Result, Step
from sweepwright.model.resolved import AtRun, Decision, Layer, Origin, Resolved, computed
from sweepwright.model.verdict import Verdict

#: an attempt's folder is four deep below the run folder: sweeps/A/index/1
TO_RUN = "../../../.."


@dataclass(frozen=True)
class Part:
    """Lines that several files have in common: a template, and leaves to fill it with.

    A template prints it like a leaf, on a line of its own.
    """

    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class TemplateUse:
    """A file to be rendered into a step: template, file name, dialect, and leaves and parts to fill it with.

    Lines of the template that begin with a keyword of ``replaced`` are left out.
    """

    template: str
    name: str
    dialect: str
    context: dict[str, Any]
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rung:
    """One attempt of a ladder: why it is made, and the values that leaves have in it, by their paths."""

    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedStep:
    """A step whose files are not rendered yet; ``argv`` holds text, references and leaves."""

    id: str
    program: str
    folder: str
    argv: tuple[str | FileRef | Resolved[Any], ...] = ()
    files: tuple[TemplateUse, ...] = ()
    inputs: tuple[FileRef, ...] = ()
    outputs: tuple[Output, ...] = ()
    stdin: str | None = None
    judge: str = "exit-code"
    shares_threads: bool = False
    attempts: tuple[Rung, ...] = ()
    when: Condition | None = None
    title: str = ""


@dataclass(frozen=True)
class Draft:
    """What an engine plans: steps in order, and the files that the run delivers."""

    steps: tuple[PlannedStep, ...]
    results: tuple[Result, ...]


JudgeFunction = Callable[[Step, Path, int], Verdict]


@dataclass(frozen=True)
class Engine:
    """One engine; `sweepwright.engines.registry` gives it by name."""

    name: str
    plan: Callable[[ResolvedJob], Draft]
    judges: Callable[[], Mapping[str, JudgeFunction]]
    reading: Callable[[Plan], Mapping[str, LineTable]] = lambda _: {}
    """Files that no step reads, made for people, by their paths below the run folder."""


def constant(path: str, value: Any, why: str) -> Resolved[Any]:
    """A value that the engine's recipe sets; ``why`` is its key in the origin."""
    return Resolved(path, value, _recipe(why))


@cache
def _recipe(why: str) -> Origin:
    """The recipe says the same of every sweep."""
    return Origin(Layer.DEFAULT, why)


def until_decided(leaf: Resolved[Any], path: str, value: Any, why: str) -> Resolved[Any]:
    """The leaf; while a step of the run has yet to decide it, a value that hides nothing from it."""
    return constant(path, value, why) if isinstance(leaf.value, Decision) else leaf


def threads(path: str, asked: Resolved[Any] | None = None) -> Resolved[Any]:
    """The number of threads that a step gets when it starts, or the one that the job asks for."""
    if asked is not None and not isinstance(asked.value, AtRun):
        return asked.at(path)
    return Resolved(path, AtRun("threads"), Origin(Layer.MACHINE, "threads"))


def images_named(path: str, sweep: ResolvedSweep, named: str) -> Resolved[Any]:
    """The template of the images: ``named``, or what the step says that unpacks them."""
    unpacked, images = sweep.leaves.get("images.unpacked"), sweep.leaves["images"]
    return computed(path, named, "template", images) if unpacked is None else unpacked.at(path)


def template_path(template: ImageTemplate, mark: str = "#") -> str:
    """The images as seen from an attempt's folder, through links of the run folder."""
    return f"{images_folder(template)}/{template.hashes(mark)}"


def images_folder(template: ImageTemplate) -> str:
    """Their folder as seen from there: through the link of their root, or through their own."""
    roots = ("roots", template.root) if template.root else ()
    return "/".join(part for part in (TO_RUN, *roots, template.folder) if part)


def panel_of(sweep: ResolvedSweep) -> PanelFact:
    """The detector of a sweep; of several panels the plane that stands for them."""
    leaves = sweep.leaves
    fast, slow, origin = (leaves[f"detector.{key}"].known for key in ("fast", "slow", "origin"))
    size, pixel = leaves["geometry.size"].known, leaves["geometry.pixel_size"].known
    return PanelFact(fast, slow, origin, size, pixel)


def panels_of(sweep: ResolvedSweep) -> tuple[PanelFact, ...]:
    """The panels of a detector that has several of them; empty for a flat one."""
    panels = sweep.leaves.get("detector.panels")
    return () if panels is None else panels.known


def placed_by(sweep: ResolvedSweep) -> list[Resolved[Any]]:
    """The leaves that say where the detector of a sweep is."""
    prefix = f"sweeps[{sweep.name}]."
    return [sweep.leaves[path.removeprefix(prefix)] for path in sweep.leaves["detector.origin"].of]


def sweep_folder(sweep: ResolvedSweep, step: str) -> str:
    """The folder of a step of a sweep."""
    return f"sweeps/{sweep.name}/{step}"


def group_folder(group: str, step: str) -> str:
    """The folder of a step of a group."""
    return f"groups/{group}/{step}"


def one(step: str, name: str, link: str | None = None) -> FileRef:
    """One output of one step."""
    return FileRef(steps=(step,), name=name, link=link)
