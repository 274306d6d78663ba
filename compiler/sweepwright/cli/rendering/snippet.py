"""The lines of a file that some spans stand on, with a mark below or beside each span."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sweepwright.cli.rendering.cells import cells
from sweepwright.model.diagnostic import Span

BLUE = "34;1"
_MOST_LINES = 6
Ink = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to show, the sign and colour that it is drawn with, and what to say of it."""

    span: Span
    sign: str
    colour: str
    label: str


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A mark moved inside the text: lines from 1, columns from 0, the end exclusive."""

    mark: Mark
    first: int
    start: int
    last: int
    end: int


def snippet(text: Sequence[str], marks: Sequence[Mark], width: int, ink: Ink) -> list[str]:
    """The picture of the marks, at most ``width`` cells wide; empty for an empty file."""
    words = max((number for number, line in enumerate(text, 1) if line.strip()), default=0)
    text = text[:words]
    if not text:
        return []
    fitted = sorted((_fit(mark, text) for mark in marks), key=lambda one: (one.first, one.start))
    numbers = sorted({number for one in fitted for number in _lines(one)})
    gutter = len(str(numbers[-1]))
    bar = ink("|", BLUE)

    def row(number: str, side: str, content: str) -> str:
        return f" {ink(f'{number:>{gutter}}', BLUE)} {side} {content}".rstrip()

    picture = [row("", bar, "")]
    for before, number in pairwise((numbers[0], *numbers)):
        if number > before + 1:
            picture.append(ink("...", BLUE))
        here = [one for one in fitted if one.first <= number <= one.last]
        short = [one for one in here if one.first == one.last]
        long = next((one for one in here if one.first < one.last), None)
        side = bar if long is None else ink(">", long.mark.colour)
        line = _cut(text[number - 1], short, width - gutter - 4)
        picture.append(row(str(number), side, line.text))
        for one in short:
            begin, end = line.at(one.start), line.at(one.end)
            drawn = ink(one.mark.sign * max(1, end - begin), one.mark.colour)
            picture.append(row("", bar, f"{' ' * begin}{drawn} {one.mark.label}"))
        if long is not None and long.mark.label and number == long.last:
            picture.append(row("", side, long.mark.label))
    return picture


def _fit(mark: Mark, text: Sequence[str]) -> _Fitted:
    """The mark inside the text, without the blank lines and comments that follow a block."""
    first, start = _inside(text, mark.span.line, mark.span.column - 1)
    last, end = _inside(text, mark.span.end_line, mark.span.end_column - 1)
    while last > first and _idle(text[last - 1][:end]):
        last -= 1
        end = len(text[last - 1].rstrip())
    return _Fitted(mark, first, start, last, end)


def _inside(text: Sequence[str], line: int, column: int) -> tuple[int, int]:
    """A place moved into the text: from after the last words to their end."""
    if line > len(text):
        return len(text), len(text[-1])
    return max(line, 1), min(max(column, 0), len(text[max(line, 1) - 1]))


def _idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _lines(one: _Fitted) -> list[int]:
    numbers = list(range(one.first, one.last + 1))
    if len(numbers) > _MOST_LINES:
        numbers = [*numbers[: _MOST_LINES - 2], numbers[-1]]
    return numbers


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as shown, perhaps cut: the cells at which its characters begin."""

    text: str
    begins: Sequence[int]
    shift: int
    room: int

    def at(self, column: int) -> int:
        """The cell of a column (from 0) in the text as shown."""
        return min(max(self.begins[min(column, len(self.begins) - 1)] - self.shift, 0), self.room)


def _cut(line: str, marks: Sequence[_Fitted], room: int) -> _Line:
    """A line cut to the room, so that the first mark is seen."""
    shown, begins = cells(line)
    if begins[-1] <= room:
        return _Line("".join(shown), begins, 0, room)
    first = 0
    if marks:
        start, end = begins[marks[0].start], begins[marks[0].end]
        if end >= room:
            wanted = max(0, start - room // 3)
            first = bisect_left(begins, wanted)
    left = "…" if first else ""
    last = first
    while last < len(shown) and begins[last + 1] - begins[first] + len(left) < room:
        last += 1
    right = "…" if last < len(shown) else ""
    return _Line(left + "".join(shown[first:last]) + right, begins, begins[first] - len(left), room)
