"""The table of the 44 lattice characters, in IDXREF.LP and CORRECT.LP."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import Draft, paragraph, place
from sweepwright.logs.printed import words
from sweepwright.logs.reading import UnreadableError, Value

#: one decimal each: touching columns come apart
CELL = r"((?: *\d+\.\d){6})"
ANGSTROM = re.compile(r"\d+\.\d")
_TITLE = r"LATTICE- +BRAVAIS- +QUALITY +UNIT CELL CONSTANTS \(ANGSTROEM & DEGREES\)(?: +REINDEXING (?:TRANSFORMATION|CARD \(CORRECT\)))?"
_BELOW = "CHARACTER LATTICE OF FIT a b c alpha beta gamma".split()
_ROW = re.compile(
    rf" *(\*)? +(\d{{1,2}}) +([a-z][A-Z]) +(\d+\.\d){CELL}((?: +-?\d+| *-\d+){{12}})?"
)
_COLUMNS = ("character", "bravais_lattice", "quality_of_fit", "cell", "reindexing", "accepted")
_CHARACTERS = 44


def lattices(lines: Sequence[str], draft: Draft, prefix: str) -> None:
    """``lattice_{character}``, best first or as printed, and ``n_lattices_accepted``.

    Builds before about 2010 mark none: there ``accepted`` is None.
    """
    with draft.part("the table of lattices"):
        at = place(lines, _TITLE)
        if at is None:
            return
        if at + 1 >= len(lines) or lines[at + 1].split() != _BELOW:
            raise UnreadableError("unknown titles of its columns", at + 2)
        rows = [_row(line, number) for number, line in paragraph(lines, at + 2)]
        if {row[0] for row in rows} != set(range(1, _CHARACTERS + 1)) or len(rows) != _CHARACTERS:
            raise UnreadableError("it has not each of the 44 characters once", at + 1)
        marked = sum(row[-1] is True for row in rows)
        if marked:
            draft.values[f"{prefix}.n_lattices_accepted"] = marked
        else:
            rows = [(*row[:-1], None) for row in rows]
        draft.table(f"{prefix}.lattices", _COLUMNS, rows, "lattice_{character}")


def cell(text: str) -> Value:
    """Six numbers of one decimal."""
    return tuple(map(float, ANGSTROM.findall(text)))


def _row(line: str, number: int) -> tuple[Value, ...]:
    found = _ROW.fullmatch(line)
    if not found:
        raise UnreadableError("a row that is not of this table", number)
    reindexing = tuple(map(int, words(found[6]))) if found[6] else None
    return (int(found[2]), found[3], float(found[4]), cell(found[5]), reindexing, found[1] == "*")
