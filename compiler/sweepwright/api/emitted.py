"""The files of a plan for XDS and CCP4 held against the tables of keywords: a last look at our work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sweepwright.emit.tables import fill_piece, placeholder
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.plan import Attempt, Line, LineTable, Piece, Plan
from sweepwright.programs.emitted import READERS, Slip, slips

_HELP = (
    "This is a fault of sweepwright, unless the line comes from 'keywords' of the job; "
    "please report it with the line and the job."
)


def emitted_wrongly(plan: Plan, files: Mapping[str, bytes]) -> list[Diagnostic]:
    """SW-P018: lines that a program would not understand, each said once.

    ``files`` are those of the run folder by their names, as `files_of` gives them.
    """
    first: dict[str, tuple[str, Slip]] = {}
    times: Counter[str] = Counter()
    for path, slip in _all(plan, files):
        first.setdefault(slip.message, (path, slip))
        times[slip.message] += 1
    return [_told(path, slip, times[message] - 1) for message, (path, slip) in first.items()]


def _all(plan: Plan, files: Mapping[str, bytes]) -> Iterator[tuple[str, Slip]]:
    for step in plan.steps:
        for file in step.files:
            program = READERS.get(file.name)
            if program is None:
                continue
            path = f"{step.folder}/{file.name}"
            for slip in slips(files[path].decode(), program):
                if not (slip.unread and _of_job(file.lines[slip.line])):
                    yield path, slip
            for rung in step.attempts:
                for number, text in _tried(file, rung):
                    for slip in slips(text, program):
                        yield path, replace(slip, line=number)


def _of_job(line: Line) -> bool:
    """Whether a line is straight from ``keywords``: those stand in the files of all steps."""
    return any(not isinstance(piece, str) and "keywords[" in piece.leaf for piece in line)


def _tried(file: LineTable, rung: Attempt) -> Iterator[tuple[int, str]]:
    """The lines that an attempt changes, with their numbers."""
    for number, line in enumerate(file.lines):
        if any(not isinstance(piece, str) and piece.leaf in rung.set for piece in line):
            yield number, "".join(_piece(piece, rung) for piece in line)


def _piece(piece: Piece, rung: Attempt) -> str:
    if not isinstance(piece, str) and piece.leaf in rung.set:
        return rung.set[piece.leaf]
    return fill_piece(piece, placeholder)


def _told(path: str, slip: Slip, more: int) -> Diagnostic:
    others = f" (and {more} more like it)" if more else ""
    line = " ".join(slip.text.split())
    message = f"{path}, line {slip.line + 1}: {slip.message}{others}: '{line}'"
    return error("SW-P018", message, help=_HELP)
