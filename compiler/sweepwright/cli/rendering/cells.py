"""A line of text on a terminal: which cell each character stands in, and nothing that acts on it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

TAB = 4
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """Text without characters that move the cursor, turn its direction or hide."""
    return "".join(_shown(char) for char in text)


def cells(line: str) -> tuple[Sequence[str], Sequence[int]]:
    """The characters as they are shown, and the cell at which each begins; last the line's end."""
    if line.isascii() and line.isprintable():  # nearly always; a line can be very long
        return line, range(len(line) + 1)
    shown, begins = [], [0]
    for text, width in _measured(line):
        shown.append(text)
        begins.append(begins[-1] + width)
    return shown, begins


def _measured(line: str) -> Iterator[tuple[str, int]]:
    column = 0
    for char in line:
        text = " " * (TAB - column % TAB) if char == "\t" else _shown(char)
        width = len(text) if char == "\t" else _width(text)
        yield text, width
        column += width


def _shown(char: str) -> str:
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _NOT_SHOWN else char


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
