"""Tables for plots in CCP4 logs: ``$TABLE: title:``, ``$GRAPHS``, and four ``$$``.

The first two ``$$`` enclose the titles of the columns, the last two the rows. Below a table may
stand a line of totals. Columns run together when a number is too long: such a row is a trouble.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.reading import Table, Trouble, UnreadableError, Value

_TITLE = re.compile(r" *\$TABLE *: *(.+?) *:? *")
_WORD = re.compile(r"[-+.\deEdD*]+|[-+]?nan|[-+]?inf", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d.]+")
_TOTAL = re.compile(r" *Overall: +(\S.*?) *")


@dataclass(frozen=True, slots=True)
class Graph:
    """Titles as printed and rows of cells; ``total`` is the words behind ``Overall:``."""

    title: str
    titles: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[str, ...] = ()

    def columns(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """A name for each title; a title that comes again is ``title 2`` among the names."""
        found: list[str] = []
        for at, title in enumerate(self.titles):
            count = self.titles[: at + 1].count(title)
            key = f"{title} {count}" if count > 1 else title
            found.append(names.get(key) or re.sub(r"[^0-9a-z*]+", "_", key.lower()).strip("_"))
        return tuple(found)

    def table(self, names: Mapping[str, str], label: str | None = None) -> Table:
        """The table with its columns named. Raises UnreadableError if its labels are not unique."""
        columns = self.columns(names)
        rows = [dict(zip(columns, row, strict=True)) for row in self.rows]
        if len(set(columns)) < len(columns):
            raise UnreadableError("two columns have one title")
        if label:
            labels = [label.format_map(row) for row in rows]
            if len(set(labels)) < len(labels) or any(each.endswith("_None") for each in labels):
                raise UnreadableError("a row has no name of its own")
        return Table(columns, self.rows, label)


def graphs(lines: Sequence[str]) -> Iterator[tuple[Graph, list[Trouble]]]:
    """Every table; one that cannot be read has no rows and its trouble."""
    starts = [at for at, line in enumerate(lines) if _TITLE.fullmatch(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        match = _TITLE.fullmatch(lines[start])
        assert match
        try:
            yield _graph(match[1], lines[start + 1 : end], start + 2)
        except UnreadableError as why:
            what = f"the table '{match[1]}'"
            yield Graph(match[1], (), ()), [Trouble(what, why.line or start + 1, why.args[0])]


def _graph(title: str, lines: Sequence[str], first: int) -> tuple[Graph, list[Trouble]]:
    parts = "\n".join(lines).split("$$", 4)
    if len(parts) < 5:
        raise UnreadableError("the file ends within it")
    before, heads, _, body, after = parts
    at = first + (before + heads + parts[2]).count("\n")
    return graph(title, heads, body, at, _total(after))


def graph(
    title: str, heads: str, body: str, first: int = 0, total: tuple[str, ...] = ()
) -> tuple[Graph, list[Trouble]]:
    """A table from its titles and rows; ``first`` is the number of the line of the first row."""
    titles = tuple(heads.split())
    if not titles or any(map(_NUMBER.fullmatch, titles)):
        raise UnreadableError("unknown titles of its columns")
    rows, troubles = [], []
    for at, line in enumerate(body.strip("\n").split("\n"), first + body.startswith("\n")):
        words = line.split()
        if not all(map(_WORD.fullmatch, words)) or (not words and body.strip()):
            raise UnreadableError("a row that is not of this table", at)
        try:
            if len(words) != len(titles):
                raise UnreadableError(f"{len(words)} columns where {len(titles)} belong")
            rows.append(tuple(map(cell, words)))
        except UnreadableError as why:
            troubles.append(Trouble(f"a row of the table '{title}'", at, why.args[0]))
    if not rows and len(troubles) > 1:
        raise UnreadableError("its rows have not the columns of its titles")
    return Graph(title, titles, tuple(rows), total), troubles if body.strip() else []


def _total(text: str) -> tuple[str, ...]:
    for line in text.split("\n"):
        if line.strip():
            match = _TOTAL.fullmatch(line)
            return tuple(match[1].split()) if match else ()
    return ()
