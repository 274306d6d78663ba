"""The statistics of CORRECT and XSCALE as function of resolution, and a plainer table of XSCALE.

Which columns there are depends on the build: their titles tell. The shells must add up to the row
of totals, or the table is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sweepwright.logs.draft import Draft, places, titled
from sweepwright.logs.reading import UnreadableError, Value

_N = r"\d+"
_PERCENT = r"\d+\.\d%|-99\.9%|\*+"
_TITLE = r"SUBSET OF INTENSITY DATA WITH SIGNAL/NOISE >= -3\.0 AS FUNCTION OF RESOLUTION"
_HEAD = (
    "RESOLUTION NUMBER OF REFLECTIONS COMPLETENESS R-FACTOR R-FACTOR COMPARED I/SIGMA",
    "LIMIT OBSERVED UNIQUE POSSIBLE OF DATA observed expected",
)
#: name and form of each column under these titles; decimals part columns that touch
_FIRST = (
    ("n_observed", _N),
    ("n_unique", _N),
    ("n_possible", _N),
    ("completeness_percent", _PERCENT),
    ("r_observed_percent", _PERCENT),
    ("r_expected_percent", _PERCENT),
    ("n_compared", _N),
    ("i_over_sigma", r"-?\d+\.\d\d"),
)
#: further titles: what the second line adds, name and form
_FURTHER = {
    "R-meas": ("", "r_meas_percent", _PERCENT),
    "Rmrgd-F": ("", "rmrgd_f_percent", _PERCENT),
    "CC(1/2)": ("", "cc_half_percent", r"-?\d+\.\d(?!%)"),
    "Anomal": ("Corr", "anom_corr_percent", r"-?\d+%?"),
    "SigAno": ("", "sig_ano", r"\d+\.\d{3}"),
    "Nano": ("", "n_ano", _N),
    "S_norm/": ("S_ano", "s_norm_over_s_ano", r"\d+\.\d\d"),
}
#: columns that have a star where the correlation is significant, in builds with CC(1/2)
_STARRED = {"cc_half_percent": "cc_half_significant", "anom_corr_percent": "anom_corr_significant"}
_SUMS = ("n_observed", "n_unique", "n_possible")
#: without compared reflections these are placeholders
_COMPARED = (
    "r_observed_percent",
    "r_expected_percent",
    "r_meas_percent",
    "rmrgd_f_percent",
    "cc_half_percent",
    "cc_half_significant",
    "s_norm_over_s_ano",
)
_ANOMALOUS = ("anom_corr_percent", "anom_corr_significant", "sig_ano")
_NO_R = "-99.9%"
_NO_SIGNAL = -99.0

_PLAIN_HEAD = ("RESOLUTION R-FACTOR R-FACTOR COMPARED", "LIMIT observed expected")
_PLAIN = tuple(column for column in _FIRST if column[0] in _COMPARED[:2] or "compared" in column[0])

Row = dict[str, Value]
Columns = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shells:
    """Shells from low to high resolution, and all of them together."""

    shells: tuple[Row, ...]
    total: Row

    def into(self, draft: Draft, prefix: str) -> None:
        """``shell_{resolution_limit}`` and ``total`` under this name."""
        rows = tuple(tuple(row.values()) for row in self.shells)
        columns = tuple(self.shells[0])
        draft.table(f"{prefix}.shells", columns, rows, "shell_{resolution_limit}")
        draft.values |= {f"{prefix}.total.{name}": value for name, value in self.total.items()}


def statistics(lines: Sequence[str]) -> Shells:
    """The only table of the whole data set (I/sigma of at least -3) among these lines."""
    found = places(lines, _TITLE)
    if len(found) != 1:
        raise UnreadableError(f"{len(found)} tables where one belongs")
    columns, start = _columns(lines, found[0] + 1)
    shells = _rows(lines, start, columns)
    for row in (*shells.shells, shells.total):
        _complete(row)
    return _summed(shells, _SUMS, start)


def agreement(lines: Sequence[str], at: int) -> Shells:
    """The R-factors of one input data set, the titles of the table at or below this line."""
    while at < len(lines) and not lines[at]:
        at += 1
    start = titled(lines, at, *_PLAIN_HEAD)
    return _summed(_rows(lines, start, _PLAIN), ("n_compared",), start)


def _columns(lines: Sequence[str], at: int) -> tuple[Columns, int]:
    """Columns by the two lines of titles at this line, and the line below them."""
    titles = lines[at].split() if at < len(lines) else []
    known = _HEAD[0].split()
    names = titles[len(known) :]
    if titles[: len(known)] != known or not set(names) <= _FURTHER.keys():
        raise UnreadableError("unknown titles of its columns", at + 1)
    further = [_FURTHER[name] for name in names]
    below = titled(lines, at + 1, " ".join([_HEAD[1], *(below for below, _, _ in further)]))
    return (*_FIRST, *((name, form) for _, name, form in further)), below


def _rows(lines: Sequence[str], start: int, columns: Columns) -> Shells:
    """The rows from this line to that of the totals."""
    row_of = _row_of(columns)
    shells: list[Row] = []
    for at in range(start, len(lines)):
        if not lines[at]:
            continue
        match = row_of.fullmatch(lines[at])
        if not match:
            raise UnreadableError("a row that is not of this table", at + 1)
        row = _row(match.groupdict())
        if row["resolution_limit"] != "total":
            shells.append(row)
        elif shells:
            del row["resolution_limit"]
            return Shells(tuple(shells), row)
        else:
            break
    raise UnreadableError("it has no shells or no totals", start + 1)


def _row_of(columns: Columns) -> re.Pattern[str]:
    pattern = r" *(?P<resolution_limit>\d+\.\d\d|total\b)"
    starred = any(name == "cc_half_percent" for name, _ in columns)
    gap = " *"
    for name, form in columns:
        pattern += f"{gap}(?P<{name}>{form})"
        if starred and name in _STARRED:
            pattern += rf"(?P<{_STARRED[name]}>\*?)"
        # no blank is needed where decimals or a sign show where a column ends
        gap = " *" if r"\." in form else r"(?: +|(?=-)|(?<=[%*]))"
    return re.compile(pattern)


def _row(cells: dict[str, str]) -> Row:
    row: Row = {name: _cell(name, text) for name, text in cells.items()}
    if not row["n_compared"] or cells["r_observed_percent"] == _NO_R:
        row |= dict.fromkeys(set(_COMPARED) & row.keys())
        row |= dict.fromkeys(name for name in ("i_over_sigma",) if row.get(name) in (0, _NO_SIGNAL))
    if row.get("n_ano") == 0:
        row |= dict.fromkeys(set(_ANOMALOUS) & row.keys())
    return row


def _cell(name: str, text: str) -> Value:
    if name in _STARRED.values():
        return text == "*"
    number = text.removesuffix("%")
    if name == "resolution_limit":
        return text
    if "*" in number or text == _NO_R:
        return None
    return float(number) if "." in number else int(number)


def _complete(row: Row) -> None:
    """Completeness is that of the counts, or a column is not what it seems."""
    unique, possible, percent = (
        row[name] for name in ("n_unique", "n_possible", "completeness_percent")
    )
    assert isinstance(unique, int)
    assert isinstance(possible, int)
    if possible and (
        not isinstance(percent, float) or abs(100 * unique / possible - percent) > 0.11
    ):
        raise UnreadableError("the completeness is not that of the numbers of reflections")


def _summed(shells: Shells, names: Sequence[str], start: int) -> Shells:
    for name in names:
        if sum(_count(row[name]) for row in shells.shells) != _count(shells.total[name]):
            raise UnreadableError("the shells do not add up to the totals", start + 1)
    limits = [float(str(row["resolution_limit"])) for row in shells.shells]
    if limits != sorted(limits, reverse=True):
        raise UnreadableError("the shells are not in their order", start + 1)
    return shells


def _count(value: Value) -> int:
    assert isinstance(value, int)
    return value
