"""The files of a plan for XDS and CCP4 held against the tables of keywords: a last look at our work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sweepwright.emit.tables import fill_piece, placeholder
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.plan import Attempt, Line, LineTable, Piece, Plan
from sweepwright.programs.emitted import READERS, ReadLine, Slip, read_line, slips
from sweepwright.programs.xds_builds import doubts_of_build
from sweepwright.programs.xds_lint import doubts

_HELP = (
    "This is a fault of sweepwright, unless the line comes from 'keywords' of the job; "
    "please report it with the line and the job."
)


def emitted_wrongly(
    plan: Plan, files: Mapping[str, bytes], build: int | None = None
) -> list[Diagnostic]:
    """SW-P018: lines that a program would not understand; and what else is known to be doubtful.

    ``files`` are those of the run folder by their names, as `files_of` gives them, and ``build`` is that
    of XDS here, where it is known. What is wrong with several files is said once.
    """
    seen: dict[tuple[str, str], list[tuple[str, Diagnostic]]] = {}
    for path, found in _all(plan, files, build):
        seen.setdefault((found.code, found.message), []).append((path, found))
    return [_told(several) for several in seen.values()]


def _all(
    plan: Plan, files: Mapping[str, bytes], build: int | None
) -> Iterator[tuple[str, Diagnostic]]:
    """What is wrong with each file of the plan, with the file's name and line."""
    known: dict[int, ReadLine] = {}  # files share lines
    for step in plan.steps:
        for file in step.files:
            program = READERS.get(file.name)
            if program is None:
                continue
            path = f"{step.folder}/{file.name}"
            texts = files[path].decode().split("\n")[:-1]
            lines = [
                known.get(id(line)) or known.setdefault(id(line), read_line(text, program))
                for line, text in zip(file.lines, texts, strict=True)
            ]
            for slip in slips(lines, program):
                if not (slip.unread and _of_job(file.lines[slip.line])):
                    yield f"{path}, line {slip.line + 1}", _slipped(slip, texts[slip.line])
            for number, text in _tried(file, step.attempts):
                for slip in slips([read_line(text, program)], program):
                    yield f"{path}, line {number + 1} when tried again", _slipped(slip, text)
            said = [one for line in lines for one in line.statements]
            for found in doubts(said, program, lambda _: None):
                yield path, found
            if build is not None and said:
                for found in doubts_of_build(said, program, build, lambda _: None):
                    yield path, found


def _slipped(slip: Slip, text: str) -> Diagnostic:
    return error("SW-P018", f"{slip.message}: '{' '.join(text.split())}'", help=_HELP)


def _told(several: list[tuple[str, Diagnostic]]) -> Diagnostic:
    """The first of several that are alike, with its place."""
    path, found = several[0]
    more = f" (and {len(several) - 1} more like it)" if several[1:] else ""
    return replace(found, message=f"{path}{more}: {found.message}")


def _of_job(line: Line) -> bool:
    """Whether a line is straight from ``keywords``: those stand in the files of all steps."""
    return any(not isinstance(piece, str) and "keywords[" in piece.leaf for piece in line)


def _tried(file: LineTable, rungs: Iterable[Attempt]) -> Iterator[tuple[int, str]]:
    """The lines that attempts change, with their numbers, each line once for each text."""
    changed = {leaf for rung in rungs for leaf in rung.set}
    for number, line in enumerate(file.lines if changed else ()):
        own = {piece.leaf for piece in line if not isinstance(piece, str)} & changed
        if own:
            by = [rung for rung in rungs if not own.isdisjoint(rung.set)]
            for text in dict.fromkeys(
                "".join(_piece(piece, rung) for piece in line) for rung in by
            ):
                yield number, text


def _piece(piece: Piece, rung: Attempt) -> str:
    if not isinstance(piece, str) and piece.leaf in rung.set:
        return rung.set[piece.leaf]
    return fill_piece(piece, placeholder)
