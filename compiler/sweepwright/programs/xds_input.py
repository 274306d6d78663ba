"""XDS.INP, XSCALE.INP and XDSCONV.INP as statements in their order, each with its place.

A line holds one or more ``NAME= values``. What stands right of ``!`` is a comment, nothing continues
a line, and there are no quotes. Known names are looked for first, so that a path may hold a ``=``.
(XDS documentation, "Input Parameters")
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from sweepwright.programs.keyword_tables import Keyword, table

Program = Literal["xds", "xscale", "xdsconv"]
_NAME = re.compile(r"([^\s=]+)([ \t]*)=")
#: letters of a line that are quoted in a message
_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Statement:
    """``NAME= value``: line and column of the name from 1; offsets of the name, the value, the end.

    An empty value can have a meaning: ``CORRECTIONS=`` asks for none of them.
    """

    name: str
    value: str
    line: int
    column: int
    begin: int
    value_begin: int
    end: int

    @property
    def words(self) -> list[str]:
        """The values one by one; Fortran takes commas between them, too."""
        return self.value.replace(",", " ").split()

    def __str__(self) -> str:
        return f"{self.name}= {' '.join(self.value.split())}".rstrip()


@dataclass(frozen=True, slots=True)
class Misread:
    """What is no statement, or one that the program may not read; with its place as in `Statement`."""

    kind: Literal["unknown", "no value", "text", "blank"]
    message: str
    help: str | None
    line: int
    column: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Input:
    """A file as it was read; what is wrong in one place hides nothing else."""

    program: Program
    statements: tuple[Statement, ...]
    problems: tuple[Misread, ...]


def program_of(name: str, text: str) -> Program:
    """The program that a file is for: by its name, else by the order of the files named in it."""
    stem = PurePosixPath(name).name.upper()
    if "XDSCONV" in stem:
        return "xdsconv"
    if "XSCALE" in stem:
        return "xscale"
    names = (one.name for one in parse(text, "xdsconv").statements)
    first = next((name for name in names if name in ("INPUT_FILE", "OUTPUT_FILE")), "")
    if not first or stem == "XDS.INP":
        return "xds"
    return "xscale" if first == "OUTPUT_FILE" else "xdsconv"


def known_keywords(program: Program) -> Mapping[str, Keyword] | None:
    """The keyword table of a program. None: there is none, so every name is taken."""
    return None if program == "xdsconv" else table(program)


def parse(text: str, program: Program = "xds") -> Input:
    """The statements of a file and what is wrong with it. No text is too bad to be read."""
    known = known_keywords(program)
    statements: list[Statement] = []
    problems: list[Misread] = []
    begin = 0
    for number, whole in enumerate(text.split("\n"), 1):
        line = _Line(whole.partition("!")[0], number, begin, program, known)
        begin += len(whole) + 1
        if line.code.strip():
            statements += line.statements()
            problems += line.problems()
    return Input(program, tuple(statements), tuple(problems))


@dataclass(frozen=True)
class _Line:
    """A line without its comment, its number and its offset."""

    code: str
    number: int
    begin: int
    program: Program
    known: Mapping[str, Keyword] | None

    def statements(self) -> Iterator[Statement]:
        ends = [start.start() for start in self._starts[1:]] + [len(self.code)]
        for start, end in zip(self._starts, ends, strict=False):
            raw = self.code[start.end() : end]
            value = raw.strip()
            at = start.end() + (len(raw) - len(raw.lstrip()) if value else 0)
            first, last = self.begin + at, self.begin + at + len(value)
            column = start.start() + 1
            yield Statement(
                start[1], value, self.number, column, self.begin + column - 1, first, last
            )

    def problems(self) -> Iterator[Misread]:
        free = self.code[: self._starts[0].start()] if self._starts else self.code
        if free.strip():
            first = len(free) - len(free.lstrip())
            message = f"'{' '.join(free.split())[:_QUOTED]}' belongs to no keyword"
            help_ = "A line is 'NAME= values'; remarks stand behind '!'."
            yield self._misread("text", message, help_, first, len(free.rstrip()))
        for start, statement in zip(self._starts, self.statements(), strict=True):
            name, place = start[1], start.span(1)
            row = self.known.get(name) if self.known is not None else None
            if start[2]:
                message = f"a blank stands before the '=' of {name}: XDS may not read it"
                yield self._misread("blank", message, f"Write '{name}='.", *place)
            if self.known is not None and row is None:
                yield self._misread("unknown", *_unknown(self.program, name), *place)
            elif row is not None and row.least and not statement.value:
                yield self._misread("no value", f"{name} has no value", row.meaning, *place)

    @cached_property
    def _starts(self) -> list[re.Match[str]]:
        """Where statements begin: at known names, and at other words before ``=`` not in a path."""
        starts: list[re.Match[str]] = []
        for match in _NAME.finditer(self.code):
            if self.known is not None and match[1] not in self.known:
                row = self.known.get(starts[-1][1]) if starts else None
                in_path = row is not None and row.kinds == ("file",) and "/" in match[1]
                if match[2] or in_path:
                    continue
            starts.append(match)
        return starts

    def _misread(
        self,
        kind: Literal["unknown", "no value", "text", "blank"],
        message: str,
        help_: str | None,
        first: int,
        last: int,
    ) -> Misread:
        begin, end = self.begin + first, self.begin + last
        return Misread(kind, message, help_, self.number, first + 1, begin, end)


def _unknown(program: Program, name: str) -> tuple[str, str | None]:
    """What to say of a name that the table has not, with the name that may be meant."""
    from sweepwright.programs.keywords import check_keyword

    problem = check_keyword(program, name, "")[0]
    return problem.message, problem.help
