"""The last step of a merged set: names, free flags, statistics."""

from __future__ import annotations

from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.model.verdict import FindingState
from sweepwright.records.digest import digest_file
from sweepwright.records.ends import plain
from sweepwright.results.damage import Damage
from sweepwright.results.free import FreeFlags
from sweepwright.results.hints import compared
from sweepwright.results.mtz import SetNames, finish_merged, tidy_unmerged
from sweepwright.results.observations import Observations, read_unmerged
from sweepwright.results.per_image import per_sweep
from sweepwright.results.reference import Extended, read_reference
from sweepwright.results.statistics import merging_statistics
from sweepwright.results.sweep_batches import SweepBatches, sweep_batches
from sweepwright.run import StepCall, StepError
from sweepwright.steps.damage import figures as sweep_figures

#: shells of Table 1, and of the curves of the summary
TABLE_SHELLS, CURVE_SHELLS = 10, 20


def finish(call: StepCall) -> None:
    """``merged.mtz`` with free flags, ``unmerged.mtz``, and ``set.json``: all about the set."""
    merged, unmerged = call.inputs
    asked = call.parameters
    names = SetNames(asked["project"], asked["group"], asked["dataset"], asked["wavelength_A"])
    title = f"{asked['project']} {asked['group']} {asked['dataset']}"
    try:
        free = _flagger(call)
        finish_merged(merged, call.folder / "merged.mtz", title=title, sets=[names], free=free)
        tidy_unmerged(unmerged, call.folder / "unmerged.mtz", title=title, sets=[names])
    except ValueError as problem:
        raise StepError(str(problem), "Look at the logs of merging and export.") from problem
    observations = read_unmerged(call.folder / "unmerged.mtz")
    if not len(observations):
        raise StepError("no observations are left after scaling", "Look at the log of scaling.")
    content = _set(asked, observations)
    if isinstance(free, Extended):
        content["findings"].append(_free(free))
    write_file(call.folder / "set.json", json_bytes(content))


def _flagger(call: StepCall) -> FreeFlags | Extended:
    """How free flags are made: kept from a reference, or by fraction and seed alone."""
    asked = call.parameters["free"]
    if asked["reference"] is None:
        return FreeFlags(asked["fraction"], asked["seed"])
    path = call.folder / asked["reference"]["file"]
    if not path.is_file() or digest_file(path).sha256 != asked["reference"]["sha256"]:
        message = f"the reference {path.name} is not the file that was compiled with"
        raise StepError(message, "Put it back, or compile the job again.")
    return Extended(read_reference(path), asked["seed"])


def _free(free: Extended) -> dict[str, Any]:
    """SW-Q021: the convention of the reference's flags, and how many were kept."""
    rule = free.reference.convention
    odd = rule is None or not rule.usual
    part = 0.0 if rule is None else 100 * rule.fraction
    return {
        "code": "SW-Q021",
        "state": (FindingState.SEEN if odd else FindingState.NOT_SEEN).value,
        "message": f"free flags as in the reference ({rule}, {part:.1f} %): {free.kept} kept, "
        f"{free.all - free.kept} made by the same rule",
    }


def _set(asked: Any, observations: Observations) -> dict[str, Any]:
    limits = {key: asked[key] for key in ("d_min", "d_max", "anomalous")}
    table = merging_statistics(observations, **limits, shells=TABLE_SHELLS)
    curve = merging_statistics(observations, **limits, shells=CURVE_SHELLS)
    damage = _damage(asked["damage"], observations)
    placed = _placed(asked["images"], observations)
    return {
        "asked": dict(asked),
        "space_group": observations.group.xhm(),
        "cell": list(observations.cell),
        "statistics": table.to_json(),
        "curve": curve.to_json(),
        "images": plain(per_sweep(observations, placed)),
        "batch_offsets": {sweep.name: sweep.offset for sweep in placed},
        "findings": [
            _completeness(table.overall.completeness),
            *_hints(asked["hint"], observations),
            *_damaged(damage),
        ],
        **({} if damage is None else {"damage": [one.to_json() for one in damage]}),
    }


def _hints(hint: Any, observations: Observations) -> list[dict[str, Any]]:
    """SW-Q017: group or cell are not those that the job expects without enforcing them."""
    if hint["space_group"] is None and hint["cell"] is None:
        return []
    wanted = hint["space_group"], hint["cell"]
    differences = compared(wanted, observations.group, observations.cell)
    state = FindingState.SEEN if differences else FindingState.NOT_SEEN
    message = "; ".join(differences) or "space group and cell are as expected"
    return [{"code": "SW-Q017", "state": state.value, "message": message}]


def _placed(images: Any, observations: Observations) -> tuple[SweepBatches, ...]:
    """Where the images of each sweep are in the file; nothing where that cannot be told."""
    try:
        return sweep_batches(observations, [tuple(one) for one in images])
    except ValueError:
        return ()


def _damage(sweeps: Any, observations: Observations) -> tuple[Damage, ...] | None:
    """Figures of radiation damage of each sweep; None where nobody asked for them."""
    if sweeps is None:
        return None
    try:
        return sweep_figures(observations, sweeps)
    except ValueError:
        return ()  # the sweeps cannot be told apart


def _damaged(damage: tuple[Damage, ...] | None) -> list[dict[str, Any]]:
    """SW-Q030: intensities change with dose."""
    if damage is None:
        return []
    trends = [(one.trend, one.sweep) for one in damage if one.trend is not None]
    if not trends:
        state, shown = FindingState.NOT_JUDGED, "no sweep could be judged"
    else:
        trend, sweep = max(trends, key=lambda item: (item[0].significant, item[0].rise))
        state = FindingState.SEEN if trend.significant else FindingState.NOT_SEEN
        shown = (
            f"R_d goes from {100 * trend.at_zero:.1f} % by {100 * trend.rise:+.1f} % "
            f"over sweep {sweep} (p = {trend.p:.1g})"
        )
    return [{"code": "SW-Q030", "state": state.value, "message": f"radiation damage: {shown}"}]


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
