"""The last tables of INTEGRATE.LP: what was learned of the shape of the reflections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sweepwright.logs.printed import number, value
from sweepwright.logs.reading import Table, Trouble, UnreadableError, Value

#: title of a table of batches (blocks of images) by positions on the detector -> its name
_BATCHES = {
    "STANDARD DEVIATION (DEGREES) OF BEAM DIVERGENCE": "sigmab_deg",
    "STANDARD DEVIATION (DEGREES) OF REFLECTING RANGE": "sigmar_deg",
    "NUMBER OF STRONG REFLECTIONS USED FOR LEARNING REFERENCE PROFILES": "n_learned",
    "CORRELATIONS BETWEEN REFERENCE PROFILES WITH CENTRAL PROFILE #1": "correlation_with_central",
    "CORRELATIONS BETWEEN REFERENCE PROFILES WITH RUN-AVERAGED PROFILES": "correlation_with_mean",
}
_BATCH_TITLE = "BATCH- PROFILE NUMBER NUMBER".split()
_FIT = "CORRELATION BETWEEN OBSERVED AND EXPECTED PROFILES"
_FIT_TITLE = "I/Sigma CORR E.S.D. <I> NUMBER".split()
_FIT_ROW = re.compile(r"\s*(-?\d{1,9})\.\.\.\s*(-?\d{1,9})\s+(\S+)\s+(\S+)\s+(\S+)\s+(\d{1,9})\s*")
_FIT_COLUMNS = ("from", "to", "correlation", "correlation_esd", "mean_i", "n")


def last_tables(lines: Sequence[str]) -> tuple[dict[str, Table], list[Trouble]]:
    """Tables over batches, ``integrate.sigmab_deg.batch_{batch}``, and that over I/Sigma."""
    tables: dict[str, Table] = {}
    troubles: list[Trouble] = []
    for at, line in enumerate(lines):
        title = line.strip()
        try:
            if title in _BATCHES:
                tables[f"integrate.{_BATCHES[title]}.batches"] = _batches(lines, at + 1)
            elif title == _FIT:
                tables["integrate.profile_fit.ranges"] = _fit(lines, at + 1)
        except UnreadableError as why:
            troubles.append(Trouble(f"the table '{title.capitalize()}'", why.line, why.args[0]))
    return tables, troubles


def _batches(lines: Sequence[str], start: int) -> Table:
    body = list(_paragraph(lines, start))
    titles = [word for _, line in body[:2] for word in line.split()]
    positions = titles[len(_BATCH_TITLE) :]
    if titles != [*_BATCH_TITLE, *(str(n) for n in range(1, len(positions) + 1))]:
        raise UnreadableError("unknown titles", start + 1)
    rows: list[tuple[Value, ...]] = []
    for at, line in body[2:]:
        words = line.split()
        if len(words) != 1 + len(positions):
            raise UnreadableError(f"{len(words)} columns where {1 + len(positions)} belong", at)
        batch = words[0] if words[0] == "margin" else value(words[0])
        rows.append((batch, *map(value, words[1:])))
    return Table(("batch", *(f"position_{n}" for n in positions)), tuple(rows), "batch_{batch}")


def _fit(lines: Sequence[str], start: int) -> Table:
    top = next((at for at in range(start, len(lines)) if lines[at].split() == _FIT_TITLE), None)
    if top is None:
        raise UnreadableError("no titles of its columns", start)
    rows = []
    for at, line in _paragraph(lines, top + 1):
        if not (row := _FIT_ROW.fullmatch(line)):
            raise UnreadableError("a row that is not of this table", at)
        rows.append((int(row[1]), int(row[2]), *map(number, row.group(3, 4, 5)), int(row[6])))
    return Table(_FIT_COLUMNS, tuple(rows), "i_over_sigma_{from}_{to}")


def _paragraph(lines: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines up to the next empty one with their numbers, the first of them not empty."""
    at = start
    while at < len(lines) and not lines[at].strip():
        at += 1
    while at < len(lines) and lines[at].strip():
        yield at + 1, lines[at]
        at += 1
    if at == len(lines):
        raise UnreadableError("the file ends within it", at)
