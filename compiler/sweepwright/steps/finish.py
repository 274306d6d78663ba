"""The last step of a merged set: names, free flags, statistics."""

from __future__ import annotations

from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.model.verdict import FindingState
from sweepwright.records.ends import plain
from sweepwright.results.free import FreeFlags
from sweepwright.results.mtz import SetNames, finish_merged, tidy_unmerged
from sweepwright.results.observations import Observations, read_unmerged
from sweepwright.results.per_image import per_sweep
from sweepwright.results.statistics import merging_statistics
from sweepwright.run import StepCall, StepError

#: shells of Table 1, and of the curves of the summary
TABLE_SHELLS, CURVE_SHELLS = 10, 20


def finish(call: StepCall) -> None:
    """``merged.mtz`` with free flags, ``unmerged.mtz``, and ``set.json``: all about the set."""
    merged, unmerged = call.inputs
    asked = call.parameters
    names = SetNames(asked["project"], asked["group"], asked["dataset"], asked["wavelength_A"])
    title = f"{asked['project']} {asked['group']} {asked['dataset']}"
    try:
        free = FreeFlags(asked["free"]["fraction"], asked["free"]["seed"])
        finish_merged(merged, call.folder / "merged.mtz", title=title, sets=[names], free=free)
        tidy_unmerged(unmerged, call.folder / "unmerged.mtz", title=title, sets=[names])
    except ValueError as problem:
        raise StepError(str(problem), "Look at the logs of merging and export.") from problem
    observations = read_unmerged(call.folder / "unmerged.mtz")
    if not len(observations):
        raise StepError("no observations are left after scaling", "Look at the log of scaling.")
    write_file(call.folder / "set.json", json_bytes(_set(asked, observations)))


def _set(asked: Any, observations: Observations) -> dict[str, Any]:
    limits = {key: asked[key] for key in ("d_min", "d_max", "anomalous")}
    table = merging_statistics(observations, **limits, shells=TABLE_SHELLS)
    curve = merging_statistics(observations, **limits, shells=CURVE_SHELLS)
    return {
        "asked": dict(asked),
        "space_group": observations.group.xhm(),
        "cell": list(observations.cell),
        "statistics": table.to_json(),
        "curve": curve.to_json(),
        "images": plain(per_sweep(observations)),
        "findings": [_completeness(table.overall.completeness)],
    }


def _completeness(completeness: float | None) -> dict[str, Any]:
    """SW-Q001: low completeness is a finding, never a cut."""
    known = completeness is not None
    low = completeness is not None and completeness < 0.9
    shown = f"{100 * completeness:.1f} %" if completeness is not None else "not known"
    state = (
        FindingState.NOT_JUDGED
        if not known
        else FindingState.SEEN
        if low
        else FindingState.NOT_SEEN
    )
    return {
        "code": "SW-Q001",
        "state": state.value,
        "message": f"low completeness: {shown} of the reflections were measured",
    }
