"""What CORRECT finds out about the symmetry, since about 2010: lattices and point groups."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import Draft, paragraph, place, titled
from sweepwright.logs.echo import crystal
from sweepwright.logs.lattices import CELL, cell, lattices
from sweepwright.logs.printed import words
from sweepwright.logs.reading import UnreadableError, Value

_GROUPS = r"SPACE-GROUP +UNIT CELL CONSTANTS +UNIQUE +Rmeas +COMPARED +LATTICE-"
_GROUPS_BELOW = "NUMBER a b c alpha beta gamma CHARACTER"
_GROUP = re.compile(rf" *(\*)? +(\d+) +{CELL} +(\d+) +(\d+\.\d) +(\d+) +(\d+) ([a-z][A-Z])")
_GROUP_COLUMNS = (
    "space_group_number",
    "cell",
    "n_unique",
    "r_meas_percent",
    "n_compared",
    "lattice_character",
    "bravais_lattice",
    "selected",
)
_SETTINGS = r"CORRELATION +NPAIR +Rmeas +COMPARED +ESD +REINDEX TRANSFORMATION"
_SETTING = re.compile(
    r" *(\*)? +(-?\d+\.\d\d) +(\d+) +(\d+\.\d) +(\d+) +(\d+\.\d\d)((?: +-?\d+| *-\d+){12})"
)
_SETTING_COLUMNS = (
    "correlation",
    "n_pairs",
    "r_meas_percent",
    "n_compared",
    "esd",
    "reindexing",
    "selected",
)
_SELECTED = r"\*+ SELECTED SPACE GROUP AND UNIT CELL FOR THIS DATA SET \*+"
_REINDEXED = r'REFLECTIONS H,K,L FROM "INTEGRATE\.HKL" WILL BE REINDEXED BY'
_I = r" *(-?\d+)"
_INDEX = re.compile(rf" *[HKL]' = \({_I}\*H \+{_I}\*K \+{_I}\*L\)/{_I} \+{_I}")


def symmetry(lines: Sequence[str], draft: Draft) -> None:
    """The tables that the choice rests on, and how the indices of INTEGRATE.HKL were changed.

    A group is told up to screw axes: it stands for its point group.
    """
    lattices(lines, draft, "correct")
    _groups(lines, draft)
    _settings(lines, draft)
    with draft.part("the reindexing"):
        at = place(lines, _REINDEXED)
        if at is not None:
            draft.values["correct.reindexing"] = _reindexing(lines, at + 1)


def selected(lines: Sequence[str], draft: Draft) -> None:
    """Group and cell that CORRECT goes on with before it refines them."""
    at = place(lines, _SELECTED)
    if at is not None:
        crystal(lines, at + 2, draft, "correct")


def _groups(lines: Sequence[str], draft: Draft) -> None:
    with draft.part("the table of space groups"):
        at = place(lines, _GROUPS)
        if at is None:
            return
        rows = []
        for number, line in paragraph(lines, titled(lines, at + 1, _GROUPS_BELOW)):
            found = _GROUP.fullmatch(line)
            if not found:
                raise UnreadableError("a row that is not of this table", number)
            rows.append(_group(found))
        label = "group_{space_group_number}_lattice_{lattice_character}"
        draft.table("correct.groups", _GROUP_COLUMNS, rows, label)


def _group(found: re.Match[str]) -> tuple[Value, ...]:
    compared = int(found[6])
    return (
        int(found[2]),
        cell(found[3]),
        int(found[4]),
        float(found[5]) if compared else None,
        compared,
        int(found[7]),
        found[8],
        found[1] == "*",
    )


def _settings(lines: Sequence[str], draft: Draft) -> None:
    """Indexings that fit a given group; the correlation is that with a reference data set."""
    with draft.part("the table of indexings"):
        at = place(lines, _SETTINGS)
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(lines, at + 1):
            found = _SETTING.fullmatch(line)
            if not found:
                raise UnreadableError("a row that is not of this table", number)
            pairs, compared = int(found[3]), int(found[5])
            rows.append(
                (
                    float(found[2]) if pairs else None,
                    pairs,
                    float(found[4]) if compared else None,
                    compared,
                    float(found[6]),
                    tuple(map(int, words(found[7]))),
                    found[1] == "*",
                )
            )
        draft.table("correct.settings", _SETTING_COLUMNS, rows)


def _reindexing(lines: Sequence[str], at: int) -> Value:
    """Three rows: what H, K and L are multiplied with, the divisor, and what is added."""
    rows = [_INDEX.fullmatch(line) for line in lines[at : at + 3]]
    if len(rows) != 3 or any(row is None for row in rows):
        raise UnreadableError("not three rows", at + 1)
    return tuple(tuple(map(int, row.groups())) for row in rows if row)
