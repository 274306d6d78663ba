"""Line tables: files with holes, and the one function that fills them, early or late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sweepwright.emit.spell import SPELLERS
from sweepwright.model.plan import Filled, Hole, LineTable, Piece

#: gives the value of a hole; raises KeyError where it is not known (yet)
Lookup = Callable[[Hole], Any]


def fill(table: LineTable, lookup: Lookup, known: dict[int, str] | None = None) -> str:
    """The text of a file, every hole filled by ``lookup`` and each line followed by its origins.

    ``known`` are texts of lines by their id, for tables of one plan, which share lines.
    """
    known = {} if known is None else known
    for line in table.lines:
        if id(line) not in known:
            known[id(line)] = _line(line, table.comment, lookup)
    return "".join(known[id(line)] + "\n" for line in table.lines)


def fill_piece(piece: Piece, lookup: Lookup) -> str:
    """The text of one piece."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Filled):
        return piece.text
    return SPELLERS[piece.style](lookup(piece))


def without_keywords(table: LineTable, names: Iterable[str]) -> LineTable:
    """The table without its lines ``NAME= value`` or ``NAME value`` of these names."""
    begins = tuple(f"{name}{after}" for name in names for after in ("=", " "))
    if not begins:
        return table
    kept = (line for line in table.lines if not _begins(line, begins))
    return table.model_copy(update={"lines": tuple(kept)})


def _begins(line: Iterable[Piece], begins: tuple[str, ...]) -> bool:
    first = next(iter(line), None)
    return isinstance(first, str) and first.lstrip().startswith(begins)


def _line(line: Iterable[Piece], comment: str, lookup: Lookup) -> str:
    texts: list[str] = []
    origins: dict[str, None] = {}
    for piece in line:
        texts.append(fill_piece(piece, lookup))
        if not isinstance(piece, str) and piece.origin:
            origins[piece.origin] = None
    text = "".join(texts)
    if not comment or not origins:
        return text
    return f"{text.rstrip():<55} {comment} {'; '.join(origins)}"


def placeholder(hole: Hole) -> str:
    """How a hole reads before the run, for people who look at the compiled files."""
    return f"<{hole.decision or 'at run: ' + str(hole.resource)}>"
