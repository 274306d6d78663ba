"""Jobs in which one leaf is set to something else, and what comes of them.

What counts as made: text and arguments of every step (not the comments that name origins),
resources, places, and what the report reads of the job. The lock does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from image_bytes_hdf5 import write_nxmx
from reference_mtz import write_reference
from ruamel.yaml import YAML
from tiny_images import write_series

from sweepwright.api.build import plan_of
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.tables import fill_piece, placeholder
from sweepwright.language.leaves import schema_leaves
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic, Severity
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.plan import FileRef, Plan

TABLE = Path(__file__).parents[1] / "acceptance/perturbations.yaml"
ENGINES = ("xds", "dials")
WHERE: Mapping[str, tuple[str, ...]] = {
    "job": (),
    "crystal": ("crystals", "x1"),
    "dataset": ("datasets", "peak"),
    "sweep": ("sweeps", "A"),
}
BASE: Mapping[str, Any] = {
    "sweepwright": 1,
    "name": "base",
    "roots": {"raw": "data"},
    "crystals": {"x1": {}, "x2": {}},
    "sweeps": {
        "A": {"images": "a/x_####.cbf", "crystal": "x1"},
        "B": {"images": "b/x_####.cbf", "crystal": "x1"},
        "C": {"images": "$raw/c/x_####.cbf", "crystal": "x2"},
    },
}
#: of a series of images: folder and wavelength
SERIES = {"a": 0.97918, "b": 1.2, "b2": 0.97918, "data/c": 0.97918, "elsewhere/c": 0.97918}
#: a master beside them, and what stands for plug-ins of XDS
MASTER = "h5/x_master.h5"
PLUGINS = ("durin", "neggia")
HEADER = {"Oscillation_axis": "OMEGA", "Kappa": "30.0000 deg.", "Phi": "10.0000 deg."}


#: the word, which JSON would quote
DEFAULT = "default"


@dataclass(frozen=True)
class Case:
    """One value of a leaf, as in ``perturbations.yaml``; ``beside`` is its ``with``."""

    value: Any
    beside: dict[str, Any] = field(default_factory=dict)
    same: tuple[str, ...] = ()
    engines: tuple[str, ...] = ENGINES
    wrong: bool = False


@dataclass(frozen=True)
class Value:
    """A value of a leaf, in a job that is otherwise sections."""

    of: Any


@dataclass(frozen=True)
class Seen:
    """What came of a job: ``made`` is None when it did not compile."""

    made: Any
    told: tuple[Diagnostic, ...]
    source: str

    @property
    def errors(self) -> list[str]:
        return [item.message for item in self.told if item.severity is Severity.ERROR]


@cache
def table() -> dict[str, list[Case]]:
    path = TABLE
    return {key: [case(item) for item in said] for key, said in YAML(typ="safe").load(path).items()}


def case(item: Any) -> Case:
    if not isinstance(item, dict) or "value" not in item:
        return Case(item)
    same, only = item.get("same", ()), item.get("only")
    return Case(
        item["value"],
        item.get("with", {}),
        ENGINES if same == "all" else tuple(same.split()) if same else (),
        ENGINES if only is None else (only,),
        item.get("wrong", False),
    )


def merged(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in patch.items():
        inner = both.get(key)
        both[key] = (
            merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
        )
    return both


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return value


def text_of(job: Mapping[str, Any]) -> str:
    """The job as YAML, each leaf on a line of its own."""

    def lines(node: Mapping[str, Any], indent: str) -> Iterator[str]:
        for key, value in node.items():
            if key == "sweeps" and not indent:
                yield "sweeps:\n"
                for name, sweep in value.items():
                    first, *rest = lines({"name": Value(name), **sweep}, "    ")
                    yield from (f"  - {first.lstrip()}", *rest)
            elif isinstance(value, dict) and value:
                yield f"{indent}{key}:\n"
                yield from lines(value, indent + "  ")
            else:
                plain = value.of if isinstance(value, Value) else value
                shown = plain if plain is DEFAULT else json.dumps(plain, default=str)
                yield f"{indent}{key}: {shown}\n"

    return "".join(lines(job, ""))


def write_images(folder: Path) -> None:
    """All series of the base job and of those beside it."""
    for name, wavelength in SERIES.items():
        header = {**HEADER, "Wavelength": f"{wavelength} A"}
        write_series(folder, f"{name}/x_####.cbf", "1-6", header=header)
    write_series(folder, "packed/x_####.cbf.gz", "1-6", header=HEADER)
    write_nxmx(folder / MASTER, 1)
    for name in PLUGINS:
        (folder / f"{name}.so").write_text(name)
    write_reference(folder / "ref.mtz", "P 21 21 21", (40, 50, 60, 90, 90, 90))


@cache
def compiled(folder: Path, text: str, *settings: str) -> Seen:
    loaded, told = loads(text, "job.yaml")
    plugins = {name: str(folder / f"{name}.so") for name in PLUGINS}
    assert loaded is not None, told
    front = resolve_job(folder / "job.yaml", Options(settings=settings, plugins=plugins), loaded)
    if front.job is None:
        return Seen(None, front.diagnostics, text)
    job = front.job
    _, plan = plan_of(job)
    return Seen(made(plan, job), front.diagnostics, text)


def made(plan: Plan, job: ResolvedJob) -> Any:
    """All that a job has an effect on, without the comments that name origins."""
    steps = [
        (
            step.model_dump(mode="json", exclude={"files", "argv"}),
            [
                argument if isinstance(argument, FileRef) else fill_piece(argument, placeholder)
                for argument in step.argv
            ],
            {
                file.name: [
                    "".join(fill_piece(piece, placeholder) for piece in line) for line in file.lines
                ]
                for file in step.files
            },
        )
        for step in plan.steps
    ]
    reported = any(step.id.startswith("finish@") for step in plan.steps)
    return {
        "name": plan.name,
        "engine": plan.engine,
        "steps": steps,
        "results": plan.results,
        "modules": plan.modules,
        "caveats": plan.caveats,
        "places": dict(job.places),
        "threads of the run": job.leaves["run.threads"].value,
        "title of the report": job.leaves["title"].value if reported else None,
    }


def both(folder: Path, engine: str, key: str, scope: str, one: Case) -> tuple[Seen, Seen]:
    """The base job with the company of a case, and the same with the leaf."""
    base = merged(BASE, {"processing": {"engine": engine}})
    if scope == "dataset":
        base = merged(base, {"datasets": {"peak": {}}, "sweeps": {"A": {"dataset": "peak"}}})
    base = merged(base, one.beside)
    leaf = nested((*WHERE[scope], *key.split(".")), Value(one.value))
    return compiled(folder, text_of(base)), compiled(folder, text_of(merged(base, leaf)))


def changed(reference: Seen, seen: Seen) -> bool:
    """Whether the job compiled, and to something else."""
    return seen.made is not None and seen.made != reference.made


def news(reference: Seen, seen: Seen, key: str) -> list[Diagnostic]:
    """Diagnostics that the reference has not and that name the key, or stand at its line."""
    known = {(item.code, item.message) for item in reference.told}
    word = re.compile(rf"(?<![\w-]){re.escape(key.rpartition('.')[2])}(?![\w-])")
    lines = seen.source.splitlines()

    def named(item: Diagnostic) -> bool:
        line = lines[item.span.line - 1] if item.span is not None else ""
        return word.search(f"{item.message}\n{item.help}\n{line}") is not None

    return [item for item in seen.told if (item.code, item.message) not in known and named(item)]


#: key (without the name of a crystal or sweep) and scope of every leaf, wherever it may stand
LEAVES = sorted(
    (re.sub(r"^(crystals|datasets|sweeps)(\.NAME|\[\])\.", "", leaf.key), place.name.lower())
    for leaf in schema_leaves()
    for place in leaf.places
)
KEYS = sorted({key for key, _ in LEAVES})
