"""Tables of CORRECT on its way to the saved data set: corrections, errors, ranges of images."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import Draft, N, paragraph, piece, place, places, titled
from sweepwright.logs.reading import UnreadableError, Value
from sweepwright.logs.shells import statistics

_RANGE = r"SUMMARY OF DATA SET STATISTICS FOR IMAGE +DATA_RANGE= *(\d+) +(\d+)"
_AFTER = rf"(?:{_RANGE}|STATISTICS OF SAVED DATA SET .*)"
#: how a title of a part of CORRECT.LP is set apart
_RULE = r"\*{78}"

_CORRECTION = r"CORRECTION FACTORS AS FUNCTION OF {}"
#: title and image of each
_CORRECTIONS = {
    "decay": ("IMAGE NUMBER & RESOLUTION", "DECAY"),
    "modulation": (r"X \(fast\) & Y\(slow\) IN THE DETECTOR PLANE", "MODPIX"),
    "absorption": ("IMAGE NUMBER & DETECTOR SURFACE POSITION", "ABSORP"),
}
_FIT = {
    "n_factors": rf"TOTAL NUMBER OF CORRECTION FACTORS DEFINED +{N}",
    "degrees_of_freedom": rf"DEGREES OF FREEDOM OF CHI\^2 FIT +{N}",
    "chi2": rf"CHI\^2-VALUE OF FIT OF CORRECTION FACTORS +{N}",
    "n_cycles": rf"NUMBER OF CYCLES CARRIED OUT +{N}",
    "n_reflections": rf"NUMBER OF REFLECTIONS USED FOR DETERMINING CORRECTION FACTORS +{N}",
}

_SPINDLE_TITLE = r"INTERVAL +NUMBER +INTENSITY +FACTOR"
_SPINDLE_ROW = re.compile(r" *(-?\d\.\d+) *(\d\.\d+) +(\d+) +(-?\d+\.\d{3}) *(-?\d+\.\d{3})")
_SPINDLE_COLUMNS = ("from", "to", "n", "mean_i", "factor")

_ERRORS = r"RESOLUTION RANGE +I/Sigma +Chi\^2 +R-FACTOR +R-FACTOR +NUMBER ACCEPTED REJECTED"
_ERRORS_BELOW = "observed expected"
_ERROR_ROW = re.compile(
    r" *(\d+\.\d{3}) *(\d+\.\d{3}) *(-?\d+\.\d\d) *(-?\d+\.\d\d|\*+) *(-?\d+\.\d\d|\*+)"
    r" *(-?\d+\.\d\d|\*+) *(\d+) +(\d+) +(\d+)"
)
_ERROR_COLUMNS = (
    "resolution_low",
    "resolution_high",
    "i_over_sigma",
    "chi2",
    "r_observed_percent",
    "r_expected_percent",
    "n_compared",
    "n_accepted",
    "n_rejected",
)
_DASHES = re.compile(r" *-{20,}")


def ranges(lines: Sequence[str], draft: Draft) -> None:
    """``range_{first_image}_{last_image}``: the whole data set up to an image, to see damage."""
    rows: list[dict[str, Value]] = []
    for at in places(lines, _RANGE):
        with draft.part("the statistics of a range of images"):
            end = next((next_ for next_ in places(lines, _AFTER) if next_ > at), None)
            found = re.fullmatch(f" *{_RANGE}", lines[at])
            assert found
            if end is None:
                raise UnreadableError("the file ends within it", at + 1)
            images: dict[str, Value] = {"first_image": int(found[1]), "last_image": int(found[2])}
            rows.append(images | statistics(piece(lines, at, end)).total)
    if rows:
        columns = tuple(rows[0])
        cells = tuple(tuple(row[name] for name in columns) for row in rows)
        label = "range_{first_image}_{last_image}"
        draft.table("correct.ranges", columns, cells, label)


def corrections(lines: Sequence[str], draft: Draft) -> None:
    """``decay``, ``modulation`` and ``absorption``; those that were not asked for are not there."""
    for name, (title, image) in _CORRECTIONS.items():
        with draft.part(f"the {name} correction"):
            at = place(lines, _CORRECTION.format(title))
            if at is None:
                continue
            end = next((rule for rule in places(lines, _RULE) if rule > at + 1), len(lines))
            if len(places(lines[at:end], rf".*\b{image}\.(?:pck|cbf)")) != 1:
                raise UnreadableError("it has not the name of its image", at + 1)
            draft.numbers(lines[at:end], f"correct.{name}", _FIT)


def spindle(lines: Sequence[str], draft: Draft) -> None:
    """Mean intensities within an image: they differ if the shutter is late."""
    with draft.part("the table of spindle positions"):
        at = place(lines, _SPINDLE_TITLE)
        if at is None:
            return
        rows = [_spindle_row(line, number) for number, line in paragraph(lines, at + 1)]
        number, line = next(paragraph(lines, at + 1 + len(rows)))
        # intervals without intensity are left out, and their reflections are in the totals
        if sum(int(str(row[2])) for row in rows) > int(str(_spindle_row(line, number)[2])):
            raise UnreadableError("the rows do not add up to the totals", number)
        label = "interval_{from}_{to}"
        draft.table("correct.spindle.intervals", _SPINDLE_COLUMNS, rows, label)


def _spindle_row(line: str, number: int) -> tuple[Value, ...]:
    row = _SPINDLE_ROW.fullmatch(line)
    if not row:
        raise UnreadableError("a row that is not of this table", number)
    return (row[1], row[2], int(row[3]), float(row[4]), float(row[5]))


def standard_errors(lines: Sequence[str], draft: Draft) -> None:
    """``standard_error.shell_{resolution_high}``, of observations before they are merged."""
    with draft.part("the table of standard errors"):
        at = place(lines, _ERRORS)
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        start = titled(lines, at + 1, _ERRORS_BELOW)
        for number in range(start, len(lines)):
            if not lines[number] or _DASHES.fullmatch(lines[number]):
                continue
            row = _error_row(lines[number], number + 1)
            rows.append(row)
            if _DASHES.fullmatch(lines[number - 1]):
                break
        else:
            raise UnreadableError("the file ends within it", len(lines))
        *shells, total = rows
        for column in (6, 7, 8):
            _sum(shells, total, column, number + 1)
        name = "correct.standard_error"
        label = "shell_{resolution_high}"
        draft.table(f"{name}.shells", _ERROR_COLUMNS, shells, label)
        totals = zip(_ERROR_COLUMNS[2:], total[2:], strict=True)
        draft.values |= {f"{name}.total.{column}": value for column, value in totals}


def _error_row(line: str, number: int) -> tuple[Value, ...]:
    row = _ERROR_ROW.fullmatch(line)
    if not row:
        raise UnreadableError("a row that is not of this table", number)
    compared = int(row[7])
    fit = [float(text) if compared and "*" not in text else None for text in row.groups()[3:6]]
    return (row[1], row[2], float(row[3]), *fit, compared, int(row[8]), int(row[9]))


def _sum(
    rows: Sequence[tuple[Value, ...]], total: tuple[Value, ...], column: int, number: int
) -> None:
    if sum(int(str(row[column])) for row in rows) != total[column]:
        raise UnreadableError("the rows do not add up to the totals", number)
