"""The space group that POINTLESS found, from its XML, as a decision with its evidence.

Groups that intensities cannot tell apart, above all mirror images such as P 41 21 2 and P 43 21 2,
are told together.
"""

from __future__ import annotations

import re
from typing import Any

import gemmi

from sweepwright.logs.pointless_xml import read
from sweepwright.logs.reading import Reading
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision

#: groups whose probability is as near to the best one's as this are told beside it
_EQUALLY_LIKELY = 0.01


def space_group(call: StepCall) -> None:
    """``space_group``, ``space_group_number`` and ``reindex``, the operator that led to it."""
    reading = read(call.inputs[0].read_text("utf-8", "replace"), "pointless.xml")
    name = reading.values.get("best.name")
    group = gemmi.find_spacegroup_by_name(str(name)) if name else None
    if group is None:
        said = "; ".join(map(str, reading.troubles)) or f"its best solution is '{name}'"
        raise StepError(f"POINTLESS names no space group: {said}", "Give 'space_group'.")
    values = {
        "space_group": group.xhm(),
        "space_group_number": group.number,
        "reindex": _operator(reading.values.get("best.reindex")),
    }
    write_decision(call, values, _evidence(reading, group))


def _operator(text: object) -> str:
    """``[k,h,-l]`` without its brackets."""
    return re.sub(r"[\[\]\s]", "", str(text or "h,k,l")).lower()


def _evidence(reading: Reading, group: gemmi.SpaceGroup) -> dict[str, Any]:
    found: dict[str, Any] = {
        key.removeprefix("best."): value
        for key, value in reading.values.items()
        if key.startswith("best.") and isinstance(value, str | int | float)
    }
    rows = _rows(reading, "space_groups.list")
    chances = [float(row["total_probability"] or 0.0) for row in rows]
    found |= {
        "space_groups": rows,
        "laue_groups": _rows(reading, "laue_groups.list"),
        "equally_likely": [
            row["name"]
            for row, chance in zip(rows, chances, strict=True)
            if chance > 0 and max(chances) - chance <= _EQUALLY_LIKELY
        ],
    }
    if group.is_enantiomorphic():
        found["note"] = "its mirror image has the same intensities: phasing decides between them"
    return found


def _rows(reading: Reading, name: str) -> list[dict[str, Any]]:
    table = reading.tables.get(name)
    return [] if table is None else [dict(row) for row in table.as_rows()]
