"""How spans count: the lines of a text as the YAML reader sees them, and the offset of a place."""

from __future__ import annotations

import re
from bisect import bisect_right

from sweepwright.model.diagnostic import Span

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def lines(source: str) -> list[str]:
    """The lines without their ends; one more, empty, after a final line break."""
    return _BREAK.split(source)


class Offsets:
    """Places of a text as offsets; a place outside is moved to the nearest one before it."""

    def __init__(self, source: str) -> None:
        breaks = list(_BREAK.finditer(source))
        self._starts = [0, *(match.end() for match in breaks)]
        self._ends = [*(match.start() for match in breaks), len(source)]

    def at(self, line: int, column: int) -> int:
        """The offset of a line and column, both counted from 1."""
        if line > len(self._starts):
            return self._ends[-1]
        index = max(line, 1) - 1
        return min(self._starts[index] + max(column, 1) - 1, self._ends[index])

    def of(self, span: Span) -> tuple[int, int]:
        """First offset of a span, and the one after its last."""
        start = self.at(span.line, span.column)
        return start, max(start, self.at(span.end_line, span.end_column))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def inside(self, span: Span) -> Span:
        """The span moved into the text: the reader marks an end of file beyond its last line."""
        start, end = self.of(span)
        return Span(span.file, *self.place(start), *self.place(end))
