"""The orientation of one sweep as the first proposal for a related one: axes for IDXREF, and a judge.

XDS takes the axes of the cell (laboratory frame, spindle angle 0) with the space group in the place of
the cell's lengths and angles (XDSwiki, IDXREF), so an unknown group is given as that of the axes: P1.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sweepwright.engines import own_steps
from sweepwright.engines.base import JudgeFunction, PlannedStep, TemplateUse, one, sweep_folder
from sweepwright.engines.carried import believed
from sweepwright.engines.xds.left import text_of
from sweepwright.geometry.frames import XDS, matrix_from_sw
from sweepwright.geometry.rotation import flat
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import Step
from sweepwright.model.resolved import Decision, Resolved, computed
from sweepwright.model.verdict import Verdict
from sweepwright.resolve import related

RULE = "the axes of the first related sweep, turned as the goniostat turned the crystal"
_AXES = tuple((axis, f"UNIT_CELL_{axis.upper()}-AXIS") for axis in "abc")
#: what XDS takes for no axis
_UNKNOWN = (0.0, 0.0, 0.0)


def carried_step(sweep: ResolvedSweep, source: ResolvedSweep) -> PlannedStep:
    """``carried@SWEEP``: the axes of ``source``, turned."""
    turn = flat(matrix_from_sw(XDS, related.turn(source, sweep)))
    sources = (s.leaves["scan.fixed_rotation"] for s in (source, sweep))
    path = f"sweeps[{sweep.name}].carried.turn"
    asked = {"turn": computed(path, turn, f"from sweep {source.name}", *sources)}
    return own_steps.deciding(
        f"carried@{sweep.name}",
        sweep_folder(sweep, "carried"),
        [one(f"index@{source.name}", "XPARM.XDS")],
        f"carry the orientation of sweep {source.name} over to sweep {sweep.name}",
        TemplateUse("steps/carried.json.j2", "parameters.json", "json", asked),
    )


def carried_values(
    path: str, sweep: ResolvedSweep, source: ResolvedSweep | None, group: Resolved[Any]
) -> dict[str, Any]:
    """Variables of ``index.inp.j2``: the axes; with an unknown group also the cell that they span."""
    if source is None:
        return {"carried": []}
    axes = [_hole(path + keyword, sweep, f"{axis}_axis", source) for axis, keyword in _AXES]
    values: dict[str, Any] = {"carried": axes}
    if group.value is None:
        values["space_group_number"] = _hole(
            path + "SPACE_GROUP_NUMBER", sweep, "space_group_number", source
        )
        values["cell"] = _hole(path + "UNIT_CELL_CONSTANTS", sweep, "cell", source)
    return values


def _hole(path: str, sweep: ResolvedSweep, field: str, source: ResolvedSweep) -> Resolved[Any]:
    leaves = sweep.leaves["scan.fixed_rotation"], source.leaves["scan.fixed_rotation"]
    decision = Decision(f"carried@{sweep.name}", field, RULE)
    return computed(path, decision, f"from sweep {source.name}", *leaves)


def searched_instead(context: dict[str, Any], group: Resolved[Any]) -> dict[str, Any]:
    """What a rung sets so that XDS searches by itself; nothing where nothing is carried over."""
    values: dict[str, Any] = {leaf.path: _UNKNOWN for leaf in context["carried"]}
    if values and group.value is None:
        values[context["space_group_number"].path] = 0
    return values


def follows(judge: JudgeFunction) -> JudgeFunction:
    """The judge of a ladder that may begin with an orientation that was carried over."""

    def judged(step: Step, folder: Path, exit_code: int) -> Verdict:
        verdict = judge(step, folder, exit_code)
        if not verdict.usable or not _is_proposal(step):
            return verdict
        spots, indexed = (verdict.values[f"idxref.n_{key}"] for key in ("spots_used", "indexed"))
        proposed, found = _proposed(text_of(folder / "XDS.INP")), _lattice(folder / "XPARM.XDS")
        return believed(verdict, indexed / spots, proposed, found)

    return judged


def _is_proposal(step: Step) -> bool:
    """Whether this attempt has the axes that were carried over; a search has zeros."""
    return any(hole.leaf.endswith(_AXES[0][1]) for hole in step.holes)


def _proposed(text: str) -> Any:
    """The axes in XDS.INP as rows."""
    import numpy as np

    lines = (re.search(rf"^{keyword}= ([^!\n]+)", text, re.MULTILINE) for _, keyword in _AXES)
    return np.array([line[1].split() for line in lines if line], float)


def _lattice(path: Path) -> Any:
    """The axes in XPARM.XDS as rows, all zero where it cannot be read: no lattice is like that."""
    import numpy as np

    from sweepwright.logs.xparm import read

    values = read(text_of(path), "XPARM.XDS").values
    return np.array([values.get(f"xparm.{axis}_axis", _UNKNOWN) for axis, _ in _AXES], float)
