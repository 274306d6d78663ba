"""The data set that CORRECT saved, the last part of its log: the numbers to report."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import INDEX, Draft, N, paragraph, piece, place, places, titled
from sweepwright.logs.reading import UnreadableError, Value
from sweepwright.logs.shells import statistics
from sweepwright.logs.wilson import TITLE, wilson

_SAVED = re.compile(
    r' *STATISTICS OF SAVED DATA SET "XDS_ASCII\.HKL" \(DATA_RANGE= *(\d+) +(\d+)\)'
)
_TYPE = re.compile(r" *FILE TYPE: +XDS_ASCII +MERGE=(TRUE|FALSE) +FRIEDEL'S_LAW=(TRUE|FALSE)")
_COUNTS = {
    "n_reflections": rf"NUMBER OF REFLECTIONS IN SELECTED SUBSET OF IMAGES +{N}",
    "n_rejected_misfits": rf"NUMBER OF REJECTED MISFITS +{N}",
    "n_systematic_absent": rf"NUMBER OF SYSTEMATIC ABSENT REFLECTIONS +{N}",
    "n_accepted": rf"NUMBER OF ACCEPTED OBSERVATIONS +{N}",
    "n_unique_accepted": rf"NUMBER OF UNIQUE ACCEPTED REFLECTIONS +{N}",
    "mean_absent_intensity_percent": rf"BE SYSTEMATICALLY ABSENT IS +{N}% OF MEAN INTENSITY",
}
_WRITTEN = {
    "n_records_written": rf'NUMBER OF REFLECTION(?: RECORDS ON OUTPUT FILE|S SAVED ON) "XDS_ASCII\.HKL" +{N}',
    "n_accepted_incl_absences": rf"NUMBER OF ACCEPTED OBSERVATIONS \(INCLUDING SYSTEMATIC ABSENCES\) +{N}",
    "n_rejected": rf"NUMBER OF REJECTED MISFITS & ALIENS \(marked by -1\*SIGMA\(IOBS\)\) +{N}",
    "n_aliens_above_limit": rf"NUMBER OF UNIQUE ALIEN REFLECTIONS WITH A Z-SCORE ABOVE LIMIT +{N}",
}
_ABSENCES = r"H +K +L +RESOLUTION +INTENSITY +SIGMA +INTENSITY/SIGMA +#OBSERVED"
_E = r"(-?\d\.\d{4}E[-+]\d\d)"
_ABSENCE = re.compile(INDEX * 3 + rf" +(\d+\.\d{{3}}) *{_E} *{_E} *(-?\d+\.\d\d) *(\d+)(\*?)")
_ABSENCE_COLUMNS = (
    "h",
    "k",
    "l",
    "resolution",
    "intensity",
    "sigma",
    "i_over_sigma",
    "n_observed",
    "expected_absent",
)
_QUALITY = "COMPLETENESS AND QUALITY OF DATA SET"
_OUTLIERS = r"List of +(\d+) reflections \*NOT\* obeying Wilson distribution \(Z *> *[\d.]+\)"
_OUTLIER_TITLE = "h k l RES Z Intensity Sigma"
_OUTLIER = re.compile(INDEX * 3 + rf" +(\d+\.\d\d) *(\d+\.\d\d) *{_E} *{_E}(?: \"alien\")?")
_OUTLIER_COLUMNS = ("h", "k", "l", "resolution", "z", "intensity", "sigma")
#: XDS lists no more than these
_LISTED = 500


def saved(lines: Sequence[str], draft: Draft) -> None:
    """``correct.saved.*``, the statistics behind it, and what was written."""
    with draft.part("the saved data set"):
        start = place(lines, _SAVED.pattern)
        if start is None:
            raise UnreadableError("the log has none")
        title = _SAVED.fullmatch(lines[start])
        assert title
        draft.values["correct.saved.data_range"] = (int(title[1]), int(title[2]))
        end = place(lines, TITLE.format('"XDS_ASCII\\.HKL"'))
        part = piece(lines, start, len(lines) if end is None else end)
        file_type(part, start + 1, draft, "correct")
        with draft.part("the statistics of the saved data set"):
            statistics(part).into(draft, "correct.saved")
        draft.numbers(part, "correct.saved", _COUNTS)
        _absences(part, draft)
        draft.numbers(lines, "correct", _WRITTEN)
        wilson(lines, draft, "correct")
        _outliers(lines, draft)


def file_type(lines: Sequence[str], at: int, draft: Draft, prefix: str) -> None:
    """The law of Friedel as it holds for the file; the corrections may have assumed another."""
    found = _TYPE.fullmatch(lines[at]) if places(lines, _TYPE.pattern) == [at] else None
    if not found:
        raise UnreadableError("not one type of the file below its title", at + 1)
    draft.values[f"{prefix}.merged"] = found[1] == "TRUE"
    draft.values[f"{prefix}.friedels_law"] = found[2] == "TRUE"


def _absences(part: Sequence[str], draft: Draft) -> None:
    """Axial reflections and those that the group has absent; ``absence_{h}_{k}_{l}``."""
    with draft.part("the table of absences"):
        at = place(part, _ABSENCES)
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(part, at + 1):
            if line.strip() == _QUALITY:
                break
            row = _ABSENCE.fullmatch(line)
            if not row:
                raise UnreadableError("a row that is not of this table", number)
            rows.append((*_reflection(row), float(row[7]), int(row[8]), row[9] == "*"))
        label = "absence_{h}_{k}_{l}"
        draft.table("correct.absences", _ABSENCE_COLUMNS, rows, label)


def _outliers(lines: Sequence[str], draft: Draft) -> None:
    """``correct.outliers``: too strong for their resolution, as of ice; the list ends at 500."""
    with draft.part("the list of outliers"):
        at = place(lines, _OUTLIERS)
        if at is None:
            return
        title = re.fullmatch(f" *{_OUTLIERS}", lines[at])
        assert title
        announced = int(title[1])
        draft.values["correct.n_outliers"] = announced
        draft.values["correct.n_outliers_capped"] = announced >= _LISTED
        if not announced:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(lines, titled(lines, at + 2, _OUTLIER_TITLE)):
            row = _OUTLIER.fullmatch(line)
            if not row:
                raise UnreadableError("a row that is not of this list", number)
            rows.append((*_reflection(row)[:3], *map(float, row.groups()[3:])))
        if len(rows) != announced:
            raise UnreadableError(f"{len(rows)} rows where {announced} are announced", at + 1)
        draft.table("correct.outliers", _OUTLIER_COLUMNS, rows)


def _reflection(row: re.Match[str]) -> tuple[Value, ...]:
    """Indices, resolution, intensity and sigma."""
    return (*(int(text) for text in row.groups()[:3]), *map(float, row.groups()[3:6]))
