"""What was read from a file that a program wrote.

A reading holds numbers under dotted names (``correct.refined.cell``) and tables of rows with named
columns. Percentages stay as printed. A number that a program prints as a placeholder (-99.9%) is
None; what the file does not hold has no name here. A table that cannot be read for certain gives a
`Trouble` and none of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: a number, a text, a truth, several of them; None for a placeholder of the program
Value = bool | int | float | str | None | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with named columns.

    ``label`` names the rows as a pattern over columns (``shell_{resolution_limit}``), so that a cell
    has a dotted name as well: ``correct.saved.shell_1.69.r_meas_percent``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    label: str | None = None

    def as_rows(self) -> list[dict[str, Value]]:
        """Each row as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> list[Value]:
        """The values of one column, from top to bottom."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of the file that cannot be read; ``line`` counts from 1, 0 for the whole file."""

    what: str
    line: int
    why: str

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        return f"cannot read {self.what}{where}: {self.why}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One file. ``kind`` is a name of `logs.kinds`; ``built`` is yyyymmdd, the sortable version."""

    kind: str
    program: str
    version: str | None = None
    built: int | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()

    def cells(self) -> Iterator[tuple[str, Value]]:
        """Every cell of a labelled table with its dotted name."""
        for name, table in self.tables.items():
            if table.label is None:
                continue
            group = name.rpartition(".")[0]
            for row in table.as_rows():
                label = table.label.format_map(row)
                for column, value in row.items():
                    yield f"{group}.{label}.{column}" if group else f"{label}.{column}", value


class UnreadableError(Exception):
    """A table or a file that cannot be read for certain; ``args[0]`` says why."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line
