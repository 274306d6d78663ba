"""The point group of a group of sweeps, from the table of what CORRECT tried of each.

Where the job asks for a lattice only its rows count. CORRECT takes the group with the fewest unique reflections whose Rmeas is at most twice the lowest
(its MAX_FAC_Rmeas and MIN_RFL_Rmeas); here that must hold in every sweep. It looks at no screw axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sweepwright.geometry.cells import alike
from sweepwright.logs.correct import read
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision

_TABLE = "correct.groups"
_MAX_FACTOR, _LEAST_COMPARED = 2.0, 50
#: how much the cells of one setting may differ: relative in lengths, degrees in angles
_ALIKE, _ALIKE_DEG = 0.05, 3.0

Row = Mapping[str, Any]


def point_group(call: StepCall) -> None:
    """``space_group_number`` and ``cell`` (A, degrees) for all sweeps, with what each sweep said."""
    tables = [
        _of_lattice(_rows(path), lattice)
        for path, lattice in zip(call.inputs, call.parameters["lattices"], strict=True)
    ]
    common = [
        row
        for row in _acceptable(tables[0])
        if all(any(_alike(row, other) for other in _acceptable(rows)) for rows in tables[1:])
    ]
    if not common:
        raise StepError(
            "the sweeps agree in no lattice", "Look at their cells: are they of one crystal form?"
        )
    best = min(common, key=lambda row: row["n_unique"])
    values = {"space_group_number": best["space_group_number"], "cell": list(best["cell"])}
    note = "screw axes are not looked at: the group stands for its point group"
    evidence = {"sweeps": [_told(rows) for rows in tables], "note": note}
    write_decision(call, values, evidence)


def _rows(path: Path) -> Sequence[Row]:
    reading = read(path.read_text("latin-1"), "CORRECT.LP")
    if _TABLE not in reading.tables:
        why = "; ".join(map(str, reading.troubles)) or "it has no table of space groups"
        raise StepError(f"CORRECT.LP tells no point group: {why}", "Give 'space_group' and 'cell'.")
    return reading.tables[_TABLE].as_rows()


def _of_lattice(rows: Sequence[Row], lattice: str | None) -> Sequence[Row]:
    """The rows of the lattice that is asked for; all, where none is."""
    if lattice is None:
        return rows
    found = [row for row in rows if row["bravais_lattice"] in alike(lattice)]
    if not found:
        seen = ", ".join(dict.fromkeys(str(row["bravais_lattice"]) for row in rows))
        message = f"CORRECT finds no lattice {lattice}, but {seen}"
        raise StepError(message, "Write 'lattice: auto', or one of these.")
    return found


def _acceptable(rows: Sequence[Row]) -> list[Row]:
    """The groups whose equivalents agree about as well as in the best one; if none can be judged P1."""
    judged = [row for row in rows if row["n_compared"] >= _LEAST_COMPARED]
    lowest = min((row["r_meas_percent"] for row in judged), default=0.0)
    good = [row for row in judged if row["r_meas_percent"] <= _MAX_FACTOR * lowest]
    return good or [row for row in rows if row["space_group_number"] == 1] or list(rows)


def _alike(row: Row, other: Row) -> bool:
    """Whether two rows are of one group in one setting."""
    if row["space_group_number"] != other["space_group_number"]:
        return False
    pairs = list(zip(row["cell"], other["cell"], strict=True))
    return all(abs(a - b) <= _ALIKE * a for a, b in pairs[:3]) and all(
        abs(a - b) <= _ALIKE_DEG for a, b in pairs[3:]
    )


def _told(rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = ("space_group_number", "cell", "n_unique", "r_meas_percent", "n_compared", "selected")
    return [{name: row[name] for name in names} for row in rows]
