"""Wilson statistics of CORRECT and XSCALE, and the moments of the intensity distribution."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import SIGNED, Draft, place, titled
from sweepwright.logs.reading import UnreadableError, Value

#: with the name of the file
TITLE = r"WILSON STATISTICS OF (?:SCALED )?DATA SET:? +{}"
_LINE = rf"WILSON LINE \(using all data\) : A= *{SIGNED} B= *{SIGNED} CORRELATION= *{SIGNED}"
_ROW_TITLES = "# RES SS <I> log(<I>) BO"
_ROW = re.compile(
    r" *(\d+) +(\d+\.\d{3}) *(\d+\.\d{3}) *(-?\d\.\d{4}E[-+]\d\d) *(-?\d+\.\d{3}) *(-?\d+\.\d)"
)
_COLUMNS = ("n", "resolution", "ss", "mean_i", "log_mean_i", "b")
#: the logarithm of a mean that is negative
_NO_LOG = -999.999
_MOMENTS = r"HIGHER ORDER MOMENTS OF WILSON DISTRIBUTION OF +{} DATA"
_MOMENT_TITLES = ("# RES <I**2>/ <I**3>/ <I**4>/", "{} {} {}")
_FACTORS = {
    "centric": "3<I>**2 15<I>**3 105<I>**4",
    "acentric": "2<I>**2 6<I>**3 24<I>**4",
}
#: three fields of 13 characters that touch, or overflow
_MOMENT = r" *(-?\d+\.\d{3}|\*{13})"
_MOMENT_ROW = re.compile(rf" *(\d+) +(\d+\.\d{{3}}|overall){_MOMENT * 3}")
_MOMENT_COLUMNS = ("n", "resolution", "second", "third", "fourth")


def wilson(lines: Sequence[str], draft: Draft, prefix: str) -> None:
    """``wilson.*`` and ``moments.*`` under this name from the lines below the title."""
    with draft.part("the Wilson line"):
        at = place(lines, _LINE)
        if at is not None:
            found = re.fullmatch(f" *{_LINE}", lines[at])
            assert found
            for name, number in zip(("a", "b", "correlation"), found.groups(), strict=True):
                draft.values[f"{prefix}.wilson.{name}"] = float(number)
            with draft.part("the Wilson table"):
                rows = _shells(lines, titled(lines, at + 1, _ROW_TITLES))
                draft.table(f"{prefix}.wilson.shells", _COLUMNS, rows, "shell_{resolution}")
    for kind in _FACTORS:
        with draft.part(f"the moments of {kind} data"):
            _moments(lines, draft, f"{prefix}.moments.{kind}", kind)


def _shells(lines: Sequence[str], start: int) -> list[tuple[Value, ...]]:
    rows: list[tuple[Value, ...]] = []
    for at in range(start, len(lines)):
        if not lines[at]:
            return rows
        row = _ROW.fullmatch(lines[at])
        if not row:
            raise UnreadableError("a row that is not of this table", at + 1)
        log, b = (None, None) if float(row[5]) == _NO_LOG else (float(row[5]), float(row[6]))
        rows.append((int(row[1]), row[2], float(row[3]), float(row[4]), log, b))
    raise UnreadableError("the file ends within it", len(lines))


def _moments(lines: Sequence[str], draft: Draft, name: str, kind: str) -> None:
    at = place(lines, _MOMENTS.format(kind.upper()))
    if at is None:
        return
    start = titled(lines, at + 2, _MOMENT_TITLES[0], _FACTORS[kind])
    rows: list[tuple[Value, ...]] = []
    for number in range(start, len(lines)):
        if not lines[number]:
            continue
        row = _MOMENT_ROW.fullmatch(lines[number])
        if not row:
            raise UnreadableError("a row that is not of this table", number + 1)
        moments = [None if "*" in text else float(text) for text in row.groups()[2:]]
        if row[2] != "overall":
            rows.append((int(row[1]), row[2], *moments))
            continue
        if not rows:
            return
        resolutions = [float(str(resolution)) for _, resolution, *_ in rows]
        if resolutions != sorted(resolutions, reverse=True):
            raise UnreadableError("the shells are not in their order", number + 1)
        draft.table(f"{name}.shells", _MOMENT_COLUMNS, rows, "shell_{resolution}")
        totals = zip(_MOMENT_COLUMNS[2:], moments, strict=True)
        draft.values |= {f"{name}.overall.{which}": moment for which, moment in totals}
        return
    raise UnreadableError("the file ends within it", len(lines))
