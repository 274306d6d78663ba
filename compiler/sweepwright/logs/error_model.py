"""The error model of CORRECT and XSCALE, v(I) = a*(v0(I) + b*I^2), and ISa = 1/sqrt(a*b)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sweepwright.logs.draft import place
from sweepwright.logs.reading import UnreadableError

_E = r"(-?\d\.\d{3}E[-+]\d\d)"
_TITLE = r"a +b(?P<isa> +ISa)?(?P<isa0> +ISa0)?(?P<name> +INPUT DATA SET)?"
_ROWS = {
    (True, False): re.compile(rf" *{_E} *{_E} +(\d+\.\d\d)()(.*)"),
    (True, True): re.compile(rf" *{_E} *{_E} +(-?\d+\.\d\d) *(-?\d+\.\d\d)(?: (.*))?"),
    (False, False): re.compile(rf" *{_E} *{_E}()()(?: (.*))?"),
}
#: printed where the model could not be determined, since about 2010 and before
_DEFAULTS = {(4.0, 1e-4), (1.0, 0.0)}
_DEFAULT_ISA = 50.0


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """The model of one data set; what could not be determined is None."""

    a: float | None
    b: float | None
    isa: float | None
    isa0: float | None
    data_set: str


def error_models(lines: Sequence[str]) -> list[ErrorModel]:
    """One model a data set, in the order of the log; none if it has no table of them."""
    at = place(lines, _TITLE)
    if at is None:
        return []
    title = re.fullmatch(f" *{_TITLE}", lines[at])
    assert title
    row_of = _ROWS.get((bool(title["isa"]), bool(title["isa0"])))
    if not row_of:
        raise UnreadableError("unknown titles of its columns", at + 1)
    models: list[ErrorModel] = []
    for number in range(at + 1, len(lines)):
        if not lines[number]:
            return models
        row = row_of.fullmatch(lines[number])
        if not row:
            raise UnreadableError("a row that is not of this table", number + 1)
        models.append(_model(row, number + 1))
    raise UnreadableError("the file ends within it", len(lines))


def _model(row: re.Match[str], number: int) -> ErrorModel:
    a, b = float(row[1]), float(row[2])
    name = (row[5] or "").strip()
    isa = float(row[3]) if row[3] and float(row[3]) > 0 else None
    isa0 = float(row[4]) if row[4] and float(row[4]) not in (-1, _DEFAULT_ISA) else None
    if (a, b) in _DEFAULTS:
        return ErrorModel(None, None, None, isa0, name)
    if isa is not None and (a * b <= 0 or abs(isa * (a * b) ** 0.5 - 1) > 0.01 + 0.006 / isa):
        raise UnreadableError("ISa is not that of a and b", number)
    return ErrorModel(a, b, isa, isa0, name)
