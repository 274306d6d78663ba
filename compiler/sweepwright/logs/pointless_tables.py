"""The tables of POINTLESS in which it weighs symmetry: elements, groups, zones, indexing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import Table, UnreadableError, Value

_P = r"(-?\d+\.\d+)"


@dataclass(frozen=True, slots=True)
class _Form:
    """The words of the titles, one row as a pattern with a group for each column, the columns."""

    name: str
    label: str | None
    titles: str
    row: str
    columns: tuple[str, ...]
    numbers: frozenset[str]


def _form(name: str, label: str | None, titles: str, row: str, columns: str) -> _Form:
    """``columns`` are names in order; those behind ``=`` are text."""
    names = columns.split()
    return _Form(
        name,
        label,
        titles,
        row,
        tuple(column.lstrip("=") for column in names),
        frozenset(column for column in names if not column.startswith("=")),
    )


_FORMS = (
    _form(
        "elements.list",
        "element_{number}",
        "Nelmt Lklhd Z-cc CC N Rmeas Symmetry & operator (in Lattice Cell)",
        rf" *(\d+) +{_P} +{_P} +{_P} +(\d+) +{_P} +(\**) *([^*{{]+?)(?: *(\{{.*\}}))? *",
        "number likelihood z_cc cc n r_meas =stars =element =operators",
    ),
    _form(
        "laue_groups.list",
        "laue_group_{number}",
        "Laue Group Lklhd NetZc Zc+ Zc- CC CC- Rmeas R- Delta ReindexOperator",
        rf"([>=-]?) *(\d+) +([A-Z].*?) +(\**) *([01]\.\d+) +{' +'.join([_P] * 8)} +(\[\S+\]) *",
        "=accepted number =name =stars likelihood net_z_cc z_cc_plus z_cc_minus cc cc_minus r_meas"
        " r_minus delta_deg =reindex",
    ),
    _form(
        "space_groups.list",
        None,
        "Spacegroup TotProb SysAbsProb Reindex Conditions",
        rf" *<?([A-Z][^(<>]*?)>? *\( *(\d+)\) +{_P} +{_P} *(\[[^\]]+\])? *(\S.*?)? *",
        "=name number total_probability sysabs_probability =reindex =conditions",
    ),
    _form(
        "index.scores",
        None,
        "Alternative reindexing Lklhd CC R(E^2) Number Cell_deviation",
        rf" *(?:\d+ +)?(\[\S+\]) +{_P} +{_P} +{_P} +(\d+) +{_P} *",
        "=reindex likelihood cc r_e_squared n cell_deviation",
    ),
)
_ZONES = "Zone Number PeakHeight SD Probability ReflectionCondition".split()
_ZONE_GROUP = re.compile(r"Zones for Laue group (\S.*?) *")
_ZONE = re.compile(
    rf" *(\d+) +(\S.*?)(?:  +No observations|  +(\d+) +{_P} +{_P} +(\**) *{_P}(?: +(\S.*?))?) *"
)
_ZONE_COLUMNS = (
    "laue_group",
    "zone",
    "element",
    "n",
    "peak_height",
    "peak_height_sd",
    "probability",
    "condition",
)


def symmetry_tables(draft: Draft, lines: Sequence[str]) -> None:
    """``elements.list``, ``laue_groups.list``, ``space_groups.list``, ``zones.list``, ``index.scores``."""
    for form in _FORMS:
        with draft.part(f"the table {form.name}"):
            tables = {
                _table(form, lines, at)
                for at, line in enumerate(lines)
                if line.split() == form.titles.split()
            }
            if len(tables) > 1:
                raise UnreadableError("the log has several")
            for table in tables:
                draft.tables[form.name] = table
    with draft.part("the table zones.list"):
        _zones(draft, lines)


def _table(form: _Form, lines: Sequence[str], title: int) -> Table:
    row_of = re.compile(form.row)
    at = title + 1
    while at < len(lines) and not lines[at].strip():
        at += 1
    rows = []
    while at < len(lines) and lines[at].strip():
        match = row_of.fullmatch(lines[at])
        if match:
            rows.append(_row(form, match))
        elif lines[at].strip(" ."):  # a line of dots parts groups of one probability
            raise UnreadableError("a row that is not of this table", at + 1)
        at += 1
    if at == len(lines):
        raise UnreadableError("the file ends within it", at)
    return Table(form.columns, tuple(rows), form.label)


def _row(form: _Form, match: re.Match[str]) -> tuple[Value, ...]:
    cells = zip(form.columns, match.groups(), strict=True)
    return tuple(
        cell(text) if name in form.numbers and text else text or None for name, text in cells
    )


def _zones(draft: Draft, lines: Sequence[str]) -> None:
    starts = [at for at, line in enumerate(lines) if line.split() == _ZONES]
    if len(starts) > 1:
        raise UnreadableError("the log has several", starts[1] + 1)
    rows: list[tuple[Value, ...]] = []
    group = None
    for start in starts:
        for at in range(start + 1, len(lines)):
            if (match := _ZONE_GROUP.fullmatch(lines[at])) is not None:
                group = match[1]
            elif match := _ZONE.fullmatch(lines[at]):
                n, height, sd, _, probability, condition = match.groups()[2:]
                known = (cell(text) if text else None for text in (height, sd, probability))
                rows.append((group, int(match[1]), match[2], int(n or 0), *known, condition))
            elif lines[at].strip():
                break
        else:
            raise UnreadableError("the file ends within it", len(lines))
        if not rows or not lines[at].lstrip().startswith("<!--SUMMARY_END"):
            raise UnreadableError("a row that is not of this table", at + 1)
        draft.tables["zones.list"] = Table(_ZONE_COLUMNS, tuple(rows))
