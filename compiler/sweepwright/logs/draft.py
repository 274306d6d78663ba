"""A reading in the making, and how the parts of a log of XDS are found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sweepwright.logs.printed import value
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value
from sweepwright.logs.xds_banner import banner, logs_in
from sweepwright.logs.xds_messages import messages

#: a number in a pattern; the whole line must match, so that nothing of it is left behind
N = r"(\d+(?:\.\d*)?)"
#: one that may be negative
SIGNED = r"(-?\d+(?:\.\d*)?)"
#: an index in a row of them
INDEX = r"(?: +|(?=-))(-?\d+)"
#: no line of a log is as long
_LONG = 1000
TIMING = rf"elapsed wall-clock time +{N} sec"


@dataclass
class Draft:
    """What has been read of a log so far."""

    values: dict[str, Value] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """What is unreadable within the block is a trouble of this part, and the rest goes on."""
        try:
            yield
        except UnreadableError as why:
            self.troubles.append(Trouble(what, why.line, why.args[0]))

    def numbers(self, lines: Sequence[str], prefix: str, patterns: Mapping[str, str]) -> None:
        """The numbers of whole lines, by name; one that the lines have twice must be the same."""
        for name, pattern in patterns.items():
            line_of = re.compile(rf" *{pattern} *")
            found = {match.groups() for match in map(line_of.fullmatch, lines) if match}
            with self.part(name.replace("_", " ")):
                if len(found) > 1:
                    raise UnreadableError("the log has several")
                if found:
                    numbers = tuple(map(value, found.pop()))
                    self.values[f"{prefix}.{name}"] = numbers if len(numbers) > 1 else numbers[0]

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[tuple[Value, ...]],
        label: str | None = None,
    ) -> None:
        """A table; where two rows have the same label, none of its cells has a name."""
        table = Table(tuple(columns), tuple(rows), label)
        if label is not None:
            labels = {label.format_map(row) for row in table.as_rows()}
            if len(labels) < len(rows):
                table = replace(table, label=None)
        self.tables[name] = table


def read_log(text: str, program: str) -> tuple[list[str], Draft]:
    """The lines of one log, and a draft with its banner and messages.

    A line that the file ends within is left out, and so is everything of a file of several runs.
    """
    draft = Draft({**banner(text).values(), **messages(text)})
    whole, _, cut = text.rpartition("\n")
    lines = [line.rstrip() if len(line) < _LONG else "?" for line in whole.split("\n")]
    if cut.strip():
        draft.troubles.append(Trouble("the last line", len(lines) + 1, "the file ends within it"))
    if logs_in(text, program) > 1:
        return [], Draft(troubles=[Trouble("the log", 0, "it is of several runs")])
    return lines, draft


def finished(text: str, kind: str, draft: Draft, proof: str) -> Reading:
    """The reading, with a trouble if its log has neither the value that comes last nor an error."""
    if not draft.troubles and proof not in draft.values and "error.hard" not in draft.values:
        draft.troubles.append(Trouble("the log", 0, "it ends too early"))
    program = banner(text)
    return Reading(
        kind,
        program.program if program.program in {"XSCALE", "XDSCONV"} else "XDS",
        program.version,
        program.built,
        draft.values,
        draft.tables,
        tuple(draft.troubles),
    )


def places(lines: Sequence[str], title: str) -> list[int]:
    """Where lines are that the pattern of a title matches as a whole, blanks around aside."""
    line_of = re.compile(rf" *{title}")
    return [at for at, line in enumerate(lines) if line_of.fullmatch(line)]


def place(lines: Sequence[str], title: str) -> int | None:
    """Where the only line of this title is; None if there is none."""
    found = places(lines, title)
    if len(found) > 1:
        raise UnreadableError("the log has several", found[1] + 1)
    return found[0] if found else None


def piece(lines: Sequence[str], start: int, end: int) -> list[str]:
    """These lines alone, empty ones for those above them: they keep their numbers."""
    return [""] * start + list(lines[start:end])


def paragraph(lines: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines up to the next empty one, the first of them not empty, each with its number."""
    at = start
    while at < len(lines) and not lines[at]:
        at += 1
    while at < len(lines) and lines[at]:
        yield at + 1, lines[at]
        at += 1
    if at == len(lines):
        raise UnreadableError("the file ends within it", at)


def titled(lines: Sequence[str], at: int, *titles: str) -> int:
    """The line below these titles, word by word. Raises UnreadableError for other words."""
    for title in titles:
        if at >= len(lines) or lines[at].split() != title.split():
            raise UnreadableError("unknown titles of its columns", at + 1)
        at += 1
    return at
