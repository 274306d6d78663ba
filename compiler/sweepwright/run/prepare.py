"""From a step to what is started: files taken, holes filled, links made, the command."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.emit.tables import Lookup, fill, fill_piece
from sweepwright.model.plan import (
    Argument,
    Attempt,
    FileRef,
    Filled,
    Hole,
    LineTable,
    Need,
    Piece,
    Step,
)
from sweepwright.records.digest import sha256_bytes
from sweepwright.records.ends import EndRecord, Taken
from sweepwright.run.graph import Standing, has
from sweepwright.run.load import DECISION
from sweepwright.run.values import StepError, own_function


@dataclass(frozen=True)
class Gathered:
    """What a step takes from the accepted attempts of others.

    ``files`` are the files of each of ``step.references``; ``decisions`` holds the values of its
    holes by their names (``symmetry@A.space_group``), those that are there.
    """

    files: tuple[tuple[Taken, ...], ...]
    folders: Mapping[str, str]
    decisions: Mapping[str, Any]

    @property
    def all_files(self) -> tuple[Taken, ...]:
        """Every file once, in order."""
        return tuple(dict.fromkeys(taken for files in self.files for taken in files))

    def path(self, taken: Taken) -> str:
        """The path of a file below the run folder."""
        return f"{self.folders[taken.step]}/{taken.attempt}/{taken.name}"


@dataclass(frozen=True)
class Prepared:
    """An attempt's folder made ready."""

    command: tuple[str, ...]
    links: Mapping[str, str]
    files: Mapping[str, str]


def patched(step: Step, rung: Attempt | None) -> Step:
    """The step as one rung of its ladder tries it: the named leaves have the rung's text."""
    if rung is None or not rung.set:
        return step
    origin = "ladder: " + " ".join(rung.reason.split())

    def change(piece: Any) -> Any:
        if isinstance(piece, Filled | Hole) and piece.leaf in rung.set:
            return Filled(text=rung.set[piece.leaf], leaf=piece.leaf, origin=origin)
        return piece

    def table(file: LineTable) -> LineTable:
        lines: tuple[tuple[Piece, ...], ...] = tuple(
            tuple(change(piece) for piece in line) for line in file.lines
        )
        return file.model_copy(update={"lines": lines})

    argv: tuple[Argument, ...] = tuple(change(item) for item in step.argv)
    files = tuple(table(file) for file in step.files)
    return step.model_copy(update={"argv": argv, "files": files})


def gather(
    step: Step, standings: Mapping[str, Standing], decided: Callable[[EndRecord], Mapping[str, Any]]
) -> Gathered:
    """The files and decisions of a step that can run."""
    decisions: dict[str, Any] = {}
    for hole in step.holes:
        if hole.decision is None:
            continue
        other, _, name = hole.decision.rpartition(".")
        values = decided(_end(standings, other))
        if name in values:
            decisions[hole.decision] = values[name]
    files = tuple(_files_of(reference, standings) for reference in step.references)
    ends = {other: standings[other].end for other in step.after}
    return Gathered(files, {k: end.folder for k, end in ends.items() if end}, decisions)


def _files_of(reference: FileRef, standings: Mapping[str, Standing]) -> tuple[Taken, ...]:
    there = [
        _taken(_end(standings, other), reference.name)
        for other in reference.steps
        if has(standings[other], reference.name)
    ]
    return tuple(there[-1:] if reference.need is Need.LAST else there)


def _end(standings: Mapping[str, Standing], step_id: str) -> EndRecord:
    end = standings[step_id].end
    if end is None:
        raise LookupError(f"{step_id} has not ended")
    return end


def _taken(end: EndRecord, name: str) -> Taken:
    return Taken(end.step, end.attempt, name, end.made[name].sha256)


def read_decision(run: Path, end: EndRecord) -> Mapping[str, Any]:
    """The values of a step's ``decision.json``; none where there is none."""
    try:
        values = json.loads((run / end.place / DECISION).read_bytes())["values"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return values if isinstance(values, dict) else {}


def prepare(
    step: Step, place: str, run: Path, gathered: Gathered, resources: Mapping[str, Any]
) -> Prepared:
    """Writes the files and links of an attempt. Raises OSError, StepError for a hole left open."""

    def lookup(hole: Hole) -> Any:
        known = resources if hole.decision is None else gathered.decisions
        name = str(hole.resource if hole.decision is None else hole.decision)
        if name not in known:
            source = hole.decided_by or "the machine"
            message = f"nothing fills '{hole.leaf}': {source} gave no value"
            raise StepError(message, f"Wanted: {name}.")
        return known[name] if hole.most is None else known[name][: hole.most]

    return Prepared(
        command=_command(step, place, gathered, lookup),
        links=_links(step, place, run, gathered),
        files=_files(step, run / place, lookup),
    )


def _files(step: Step, folder: Path, lookup: Lookup) -> Mapping[str, str]:
    digests: dict[str, str] = {}
    for table in step.files:
        content = fill(table, lookup).encode()
        path = folder / table.name
        if "/" in table.name:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digests[table.name] = sha256_bytes(content)
    return digests


def _links(step: Step, place: str, run: Path, gathered: Gathered) -> Mapping[str, str]:
    links: dict[str, str] = {}
    for reference, files in zip(step.references, gathered.files, strict=True):
        if reference.link is None or not files:
            continue
        path = run / place / reference.link
        path.parent.mkdir(parents=True, exist_ok=True)
        inside = posixpath.dirname(f"{place}/{reference.link}")
        links[reference.link] = relative(gathered.path(files[0]), inside)
        path.symlink_to(links[reference.link])
    return links


def _command(step: Step, place: str, gathered: Gathered, lookup: Lookup) -> tuple[str, ...]:
    """The command; an own function is given its inputs as arguments too, as in the shell."""
    rest = iter(gathered.files[len(step.inputs) :])
    words: list[str] = [step.program]
    if own_function(step) is not None:
        for reference, files in zip(step.inputs, gathered.files, strict=False):
            words += arguments(reference, files, place, gathered)
    for item in step.argv:
        if isinstance(item, FileRef):
            words += arguments(item, next(rest), place, gathered)
        else:
            words.append(fill_piece(item, lookup))
    return tuple(words)


def arguments(
    reference: FileRef, files: Sequence[Taken], place: str, gathered: Gathered
) -> list[str]:
    """How the files of a reference are named in an attempt's folder."""
    if reference.link is not None:
        return [reference.link] if files else []
    return [relative(gathered.path(taken), place) for taken in files]


def relative(path: str, start: str) -> str:
    """A path below the run folder as seen from another folder in it."""
    return posixpath.relpath(f"/{path}", f"/{start}")
