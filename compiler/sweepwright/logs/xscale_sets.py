"""The input data sets of XSCALE: how each was scaled, and how they agree with each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import Draft, paragraph, place, places, titled
from sweepwright.logs.error_model import error_models
from sweepwright.logs.reading import UnreadableError, Value
from sweepwright.logs.shells import agreement

_SETS = r"DATA +MEAN +REFLECTIONS +INPUT FILE NAME"
_SETS_BELOW = "SET# INTENSITY ACCEPTED REJECTED"
_SET = re.compile(r" *(\d+) +(-?\d\.\d{4}E[-+]\d\d) *(\d+) +(\d+) +(\S.*)")
_SCALES = r"K +B +DATA SET NAME"
_SCALE = re.compile(r" *(\d+\.\d{4}|\d\.\d{3}E[-+]\d\d) *(-?\d+\.\d{3}) +(\S.*)")
_SET_COLUMNS = ("set", "file", "mean_i", "n_accepted", "n_rejected", "k", "b")
_MODEL_COLUMNS = ("error_a", "error_b", "isa", "isa0")

_PAIRS = r"DATA SETS +NUMBER OF COMMON +CORRELATION +RATIO OF COMMON +B-FACTOR"
_PAIRS_BELOW = "#i #j REFLECTIONS BETWEEN i,j INTENSITIES (i/j) BETWEEN i,j"
_PAIR = re.compile(r" *(\d+) +(\d+) +(\d+) +(-?\d\.\d{3}) *(-?\d+\.\d{4}|\*+) *(-?\d+\.\d{4}|\*+)")
_PAIR_COLUMNS = (
    "i",
    "j",
    "n_common",
    "correlation",
    "intensity_ratio",
    "b_factor_difference",
)
_WITHIN = r"R-FACTORS FOR INTENSITIES OF DATA SET +(\S.*)"


def data_sets(lines: Sequence[str], draft: Draft) -> None:
    """``set_{set}``: from three tables, which must have the same sets."""
    with draft.part("the data sets"):
        sets = _read_sets(lines)
        if not sets:
            return
        files = [row[4] for row in sets]
        scales = _scales(lines, files)
        models = error_models(lines)
        if models and [model.data_set for model in models] != files:
            raise UnreadableError("the error models are not those of the data sets")
        if models:
            draft.values["xscale.n_data_sets"] = len(sets)
        rows: list[tuple[Value, ...]] = []
        for at, row in enumerate(sets):
            fit = models[at] if models else None
            model = (fit.a, fit.b, fit.isa, fit.isa0) if fit else (None,) * 4
            rows.append((*row[:1], row[4], *row[1:4], *scales[at], *model))
        columns = (*_SET_COLUMNS, *_MODEL_COLUMNS)
        draft.table("xscale.sets", columns, rows, "set_{set}")


def _read_sets(lines: Sequence[str]) -> list[tuple[int, float, int, int, str]]:
    at = place(lines, _SETS)
    if at is None:
        return []
    sets: list[tuple[int, float, int, int, str]] = []
    for number, line in paragraph(lines, titled(lines, at + 1, _SETS_BELOW)):
        if "!!!" in line:
            break
        row = _SET.fullmatch(line)
        if not row or int(row[1]) != len(sets) + 1:
            raise UnreadableError("a row that is not of this table", number)
        sets.append((int(row[1]), float(row[2]), int(row[3]), int(row[4]), row[5]))
    return sets


def _scales(lines: Sequence[str], files: Sequence[str]) -> list[tuple[Value, Value]]:
    """K and B of each set; a single set has none."""
    at = place(lines, _SCALES)
    if at is None:
        return [(None, None)] * len(files)
    rows = []
    for number, line in paragraph(lines, at + 1):
        row = _SCALE.fullmatch(line)
        if not row:
            raise UnreadableError("a row that is not of this table", number)
        rows.append(row)
    if [row[3] for row in rows] != list(files):
        raise UnreadableError("the scales are not those of the data sets", at + 1)
    return [(float(row[1]), float(row[2])) for row in rows]


def pairs(lines: Sequence[str], draft: Draft) -> None:
    """``pair_{i}_{j}``: each with each; few common reflections make a correlation worthless."""
    with draft.part("the correlations between data sets"):
        at = place(lines, _PAIRS)
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        seen: set[tuple[int, int]] = set()
        for number, line in paragraph(lines, titled(lines, at + 1, _PAIRS_BELOW)):
            if "!!!" in line:
                break
            row = _PAIR.fullmatch(line)
            if not row:
                raise UnreadableError("a row that is not of this table", number)
            i, j, common = (int(text) for text in row.groups()[:3])
            ratio, b = (None if "*" in text else float(text) for text in row.groups()[4:])
            seen.add((i, j))
            rows.append((i, j, common, float(row[4]) if common else None, ratio, b))
        last = max((j for _, j in seen), default=0)
        if len(rows) != len(seen) or seen != {(i, j) for j in range(last + 1) for i in range(1, j)}:
            raise UnreadableError("it has not each pair once", at + 1)
        draft.table("xscale.pairs", _PAIR_COLUMNS, rows, "pair_{i}_{j}")


def within_sets(lines: Sequence[str], draft: Draft) -> None:
    """``set_{set}.shell_{resolution_limit}`` and ``set_{set}.total``: R-factors within a set."""
    sets = draft.tables.get("xscale.sets")
    files = sets.column("file") if sets else []
    for at in places(lines, _WITHIN):
        with draft.part("the R-factors of a data set"):
            title = re.fullmatch(f" *{_WITHIN}", lines[at])
            assert title
            if files.count(title[1]) != 1:
                raise UnreadableError("no certain number of the set", at + 1)
            number = files.index(title[1]) + 1
            agreement(lines, at + 1).into(draft, f"xscale.set_{number}")
