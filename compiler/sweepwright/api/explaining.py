"""Who said a value: of each leaf of a job, and of each line of a file that a run emits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.compile import given_leaves
from sweepwright.emit.spell import SPELLERS
from sweepwright.emit.tables import fill, placeholder
from sweepwright.engines.registry import ENGINES, engine
from sweepwright.language.suggest import all_keys
from sweepwright.model.diagnostic import Diagnostic, advice, error, warning
from sweepwright.model.plan import Filled, Hole, LineTable, Plan
from sweepwright.model.proposals import closest
from sweepwright.model.resolved import Written
from sweepwright.records.ends import end_of
from sweepwright.records.folder import is_run
from sweepwright.records.lock import read_json
from sweepwright.records.origins import ORIGINS, Stack, level_to_json, read_origins, stacks
from sweepwright.run import load_plan
from sweepwright.run.load import DECISION

#: what a leaf belongs to; the rest is its key as a job has it
_OWNER = re.compile(r"(?:crystals|datasets|sweeps|groups)\[[^\]]*\]\.")


@dataclass(frozen=True)
class Decided:
    """What a step of the run has decided, and why."""

    value: Any
    evidence: Any


@dataclass(frozen=True)
class Explained:
    """A leaf with its stack, highest first, and the leaves that it was made from, if computed.

    Values are plain data. ``decided`` is there once the step that decides has run. Without a stack
    only ``said`` is known: the origin as the emitted line has it.
    """

    leaf: str
    stack: tuple[Written, ...]
    of: tuple[Explained, ...] = ()
    decided: Decided | None = None
    said: str = ""

    def to_json(self) -> dict[str, Any]:
        """For ``--json``; absent parts are left out."""
        told: dict[str, Any] = {
            "leaf": self.leaf,
            "stack": [level_to_json(w.value, w.origin, w.edit) for w in self.stack],
        }
        if self.of:
            told["of"] = [source.to_json() for source in self.of]
        if self.decided is not None:
            told["decided"] = {"value": self.decided.value, "evidence": self.decided.evidence}
        return told if self.stack else {**told, "origin": self.said}


@dataclass(frozen=True)
class Explanation:
    """The leaves that were asked for; nothing when the job is wrong or the key unknown.

    ``sources`` are the texts that diagnostics point into, by name.
    """

    leaves: tuple[Explained, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """For ``explain --json``."""
        return {
            "leaves": [leaf.to_json() for leaf in self.leaves],
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


@dataclass(frozen=True)
class ExplainedLine:
    """A line of a file, counted from 1; one without leaves stands so in the template."""

    number: int
    text: str
    leaves: tuple[Explained, ...]

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        leaves = [leaf.to_json() for leaf in self.leaves]
        return {"line": self.number, "text": self.text, "leaves": leaves}


@dataclass(frozen=True)
class FileExplanation:
    """The lines of a file that say something, or the one that was asked for."""

    lines: tuple[ExplainedLine, ...]
    diagnostics: tuple[Diagnostic, ...]

    def to_json(self) -> dict[str, Any]:
        """For ``explain --file --json``."""
        return {
            "lines": [line.to_json() for line in self.lines],
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


def explain_job(path: Path, options: Options, key: str | None = None) -> Explanation:
    """Every leaf of a job; or those of a key.

    A key is a path (``sweeps[A].geometry.distance``), or a key of the language for whatever has it
    (``geometry.distance``), or the beginning of one (``geometry``, ``sweeps[A]``). By key also the
    values are found that the engine makes of the job's (``sweeps[A].xds.ORGX``).
    """
    front = resolve_job(path, options)
    if front.job is None:
        return Explanation((), front.diagnostics, front.sources)
    job = front.job
    known, found = stacks(job.all_leaves()), list(front.diagnostics)
    chosen = tuple(known)
    if key is not None:
        draft = engine(job.engine.known).plan(job)
        known = {**known, **stacks(given_leaves(draft))}
        chosen = tuple(leaf for leaf in known if _fits(leaf, key))
        found += [] if chosen else [_no_leaf(key, known)]
    leaves = tuple(_explained(leaf, known) for leaf in chosen)
    return Explanation(leaves, tuple(found), front.sources)


def explain_file(path: Path, line: int | None = None) -> FileExplanation:
    """The lines of a file that a step of a run reads, in the step's folder or in an attempt's.

    Needs nothing but the run folder, which may have been moved.
    """
    whole = Path(os.path.abspath(path))
    run = next((folder for folder in whole.parents if is_run(folder)), None)
    if run is None:
        help_ = "Name a file of a run folder, e.g. RUN/sweeps/A/import/import.phil."
        return _refused("SW-P010", f"'{path}' is not in a run folder", help_)
    plan, found = load_plan(run)
    if plan is None:
        return FileExplanation((), tuple(found))
    place = whole.relative_to(run).as_posix()
    emitted = _emitted(plan, place)
    if emitted is None:
        return _no_file(path, place, plan)
    table, varies = emitted
    if line is not None and not 1 <= line <= len(table.lines):
        help_ = f"Its lines are 1 to {len(table.lines)}."
        return _refused("SW-P011", f"'{path}' has no line {line}", help_)
    strange = [hole.style for hole in table.holes if hole.style not in SPELLERS]
    if strange:  # in a plan that was written by hand
        message = f"the plan cannot emit '{path}': nothing is spelled in style '{strange[0]}'"
        return FileExplanation(
            (), (error("SW-P010", message, help=f"Styles: {', '.join(SPELLERS)}."),)
        )
    known, found = _origins(run)
    texts, more = _texts(whole, table, varies)
    lines = _lines(table, texts, lambda piece: _piece(piece, known, run, plan))
    asked = (item for item in lines if item.number == line or (line is None and _says(item, table)))
    return FileExplanation(tuple(asked), (*found, *more))


def _fits(leaf: str, key: str) -> bool:
    names = (leaf, _OWNER.sub("", leaf, count=1))
    return any(name == key or name.startswith((f"{key}.", f"{key}[")) for name in names)


def _no_leaf(key: str, known: Mapping[str, Stack]) -> Diagnostic:
    short = _OWNER.sub("", key, count=1)
    owner = key.removesuffix(short)
    if short in all_keys() and any(leaf.startswith(owner) for leaf in known):
        message = f"no value of this job is called '{key}'"
        help_ = (
            "Nobody gives it and it has no default; or it only says how the job is put together."
        )
        return advice("SW-L061", message, help=help_)
    words = dict.fromkeys(_OWNER.sub("", leaf, count=1) for leaf in known)
    ends = [word for word in words if word.endswith(f".{short}")]
    meant = ends[0] if ends else closest(key, known if owner else words)
    help_ = f"Did you mean '{meant}'?" if meant else "'sweepwright explain JOB' lists all."
    return error("SW-L060", f"this job has no value '{key}'", help=help_)


def _explained(
    leaf: str,
    known: Mapping[str, Stack],
    decided: Callable[[Any], Decided | None] = lambda _: None,
    above: tuple[str, ...] = (),
) -> Explained:
    """A leaf with all that it was made from, each leaf once on a way down."""
    stack = known.get(leaf, Stack(()))
    inner = (*above, leaf)
    of = (_explained(one, known, decided, inner) for one in stack.of if one not in inner)
    made = decided(stack.levels[0].value) if stack.levels else None
    return Explained(leaf, stack.levels, tuple(of), made)


def _emitted(plan: Plan, place: str) -> tuple[LineTable, bool] | None:
    """The file at a place below the run folder: of a step, of an attempt, or one for people.

    And whether a ladder writes other lines of it.
    """
    for step in plan.steps:
        if not place.startswith(f"{step.folder}/"):
            continue
        name = place.removeprefix(f"{step.folder}/")
        attempt, _, inner = name.partition("/")
        for table in step.files:
            if name == table.name or (attempt.isdecimal() and inner == table.name):
                return table, bool(step.attempts)
    made = _for_people(plan)
    return (made[place], False) if place in made else None


def _for_people(plan: Plan) -> Mapping[str, LineTable]:
    return engine(plan.engine).reading(plan) if plan.engine in ENGINES else {}


def _refused(code: str, message: str, help_: str) -> FileExplanation:
    return FileExplanation((), (error(code, message, help=help_),))


def _no_file(path: Path, place: str, plan: Plan) -> FileExplanation:
    names = [f"{step.folder}/{table.name}" for step in plan.steps for table in step.files]
    names += _for_people(plan)
    meant = closest(place, names)
    help_ = f"Did you mean '{meant}'?" if meant else f"It emits {', '.join(names[:3])} ..."
    return _refused("SW-P010", f"'{path}' is not a file that the plan emits", help_)


def _origins(run: Path) -> tuple[Mapping[str, Stack], list[Diagnostic]]:
    try:
        return read_origins(run), []
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is damaged"
        message = (
            f"cannot read '{ORIGINS}' of the run folder ({reason}): no place in a file is known"
        )
        help_ = "'sweepwright compile' of the job writes a new run folder."
        return {}, [warning("SW-P014", message, help=help_)]


def _texts(path: Path, table: LineTable, varies: bool) -> tuple[list[str], list[Diagnostic]]:
    """The lines as they stand in the file; as they were compiled, if it was changed or is gone."""
    alone = (table.model_copy(update={"lines": (line,)}) for line in table.lines)
    compiled = [fill(one, placeholder).removesuffix("\n") for one in alone]
    try:
        present = path.read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError):
        return compiled, []
    fixed = [not any(isinstance(piece, Hole) for piece in line) for line in table.lines]
    if len(present) == len(compiled) and all(
        # a rung of a ladder writes other lines
        a == b or not known or varies
        for a, b, known in zip(present, compiled, fixed, strict=True)
    ):
        return present, []
    message = f"'{path.name}' was changed since it was compiled; this explains it as it was"
    return compiled, [warning("SW-P015", message)]


def _lines(
    table: LineTable, texts: list[str], told: Callable[[Filled | Hole], Explained]
) -> Iterator[ExplainedLine]:
    for number, (line, text) in enumerate(zip(table.lines, texts, strict=True), start=1):
        leaves = (told(piece) for piece in line if isinstance(piece, Filled | Hole))
        yield ExplainedLine(number, text, tuple(leaves))


def _says(line: ExplainedLine, table: LineTable) -> bool:
    """Whether a line gives a value, and is no comment, blank or bracket."""
    written = line.text.lstrip()
    own = bool(table.comment) and "=" in written and not written.startswith(table.comment)
    return own or bool(line.leaves)


def _piece(piece: Filled | Hole, known: Mapping[str, Stack], run: Path, plan: Plan) -> Explained:
    if piece.leaf not in known:
        return Explained(piece.leaf, (), said=piece.origin or piece.leaf)
    return _explained(piece.leaf, known, lambda value: _decision(value, run, plan))


def _decision(value: Any, run: Path, plan: Plan) -> Decided | None:
    """What the accepted attempt of the step has decided, if it has."""
    if not isinstance(value, Mapping) or "decided_by" not in value:
        return None
    try:
        end = end_of(run, plan.step(str(value["decided_by"])))
        if end is None or not end.usable:
            return None
        data = read_json((run / end.place / DECISION).read_bytes())
        return Decided(data["values"][value["field"]], data.get("evidence"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
