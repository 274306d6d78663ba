"""The step that compares the orientations of the sweeps of one crystal with the goniostat's word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.engines.base import PlannedStep, TemplateUse, constant, group_folder, one
from sweepwright.geometry.frames import Frame, matrix_from_sw
from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.geometry.rotation import flat
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.plan import Output
from sweepwright.model.resolved import Resolved, computed
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.resolve import related

#: settings that differ by less are one setting, degrees
_SAME_DEG = 0.01
_PREFIX = "settings."
#: sweeps of one crystal turned further than this from where the goniostat puts them, degrees
LARGE_MISSET_DEG = 1.0


@dataclass(frozen=True)
class Indexed:
    """Where an engine states the axes of the crystal: step, its file, the frame, and the judge."""

    step: str
    file: str
    frame: Frame
    judge: str


def orientation_steps(group: ResolvedGroup, indexed: Indexed) -> Iterator[PlannedStep]:
    """One step a crystal with several sweeps whose settings are all known, if they are related."""
    if not group.leaves[related.KEY].known:
        return
    for crystal in dict.fromkeys(sweep.crystal for sweep in group.sweeps):
        sweeps = [s for s in group.sweeps if s.crystal == crystal and related.has_axes(s)]
        if len(sweeps) > 1:
            yield _step(crystal or group.name, sweeps, indexed)


def _step(crystal: str, sweeps: list[ResolvedSweep], indexed: Indexed) -> PlannedStep:
    path = f"crystals[{crystal}].orientations."
    names = [sweep.name for sweep in sweeps]
    sources = [
        sweep.leaves[key] for sweep in sweeps for key in ("goniostat.axes", *_settings(sweep))
    ]
    context: dict[str, Resolved[Any]] = {
        "sweeps": constant(path + "sweeps", names, "sweeps of the crystal"),
        "believed": computed(
            path + "believed", _turns(sweeps, {}, indexed.frame), "standing axes", *sources
        ),
        "misreadings": computed(
            path + "misreadings",
            _misreadings(sweeps, indexed.frame),
            "settings read otherwise",
            *sources,
        ),
    }
    return PlannedStep(
        id=f"orientations@{crystal}",
        program="sweepwright:orientations",
        folder=group_folder(crystal, "orientations"),
        argv=tuple(one(f"{indexed.step}@{name}", indexed.file) for name in names),
        files=(TemplateUse("steps/orientations.json.j2", "parameters.json", "json", context),),
        outputs=(Output(name="orientations.json", role="evidence"),),
        judge=indexed.judge,
        title=f"compare the orientations of crystal {crystal}",
    )


def _settings(sweep: ResolvedSweep) -> dict[str, float]:
    """Setting leaf -> angle of the axes that stood still."""
    return {key: float(leaf.known) for key, leaf in sweep.leaves.items() if key.startswith(_PREFIX)}


def _misreadings(
    sweeps: list[ResolvedSweep], frame: Frame
) -> dict[str, dict[str, tuple[float, ...]]]:
    """Each setting that differs between the sweeps, turned round and left out."""
    first = _settings(sweeps[0])
    differing = [
        key.removeprefix(_PREFIX)
        for key in first
        if any(abs(_settings(sweep).get(key, 0.0) - first[key]) > _SAME_DEG for sweep in sweeps)
    ]
    found = {}
    for name in differing:
        found[f"{name} turns the other way"] = _turns(sweeps, {name: -1.0}, frame)
        found[f"{name} has no effect"] = _turns(sweeps, {name: 0.0}, frame)
    if len(differing) > 1:
        found["no setting has an effect"] = _turns(sweeps, dict.fromkeys(differing, 0.0), frame)
    return found


def _turns(
    sweeps: list[ResolvedSweep], factors: Mapping[str, float], frame: Frame
) -> dict[str, tuple[float, ...]]:
    """Sweep -> rotation of the crystal by the standing axes in a frame; settings times a factor."""
    found = {}
    for sweep in sweeps:
        chain = [GoniostatAxis(a.name, a.vector) for a in sweep.leaves["goniostat.axes"].known]
        settings = {
            key.removeprefix(_PREFIX): angle * factors.get(key.removeprefix(_PREFIX), 1.0)
            for key, angle in _settings(sweep).items()
        }
        scanned = next(axis.name for axis in chain if axis.name not in settings)
        fixed = scan_geometry(chain, scanned, settings).fixed
        found[sweep.name] = flat(matrix_from_sw(frame, fixed))
    return found


def compared(folder: Path, subject: str) -> Verdict:
    """What ``orientations.json`` says: success in any case, with the finding."""
    told = json.loads((folder / "orientations.json").read_bytes())
    missets, best = told["misset_deg"], told["best_misreading"]
    unlike = sorted(sweep for sweep, misset in missets.items() if misset is None)
    if unlike:
        message = (
            f"sweeps {', '.join(unlike)} have another lattice than the first: nothing to compare"
        )
        finding = Finding("SW-Q014", FindingState.NOT_JUDGED, message, subject)
        return Verdict(Outcome.SUCCESS, message, findings=(finding,), values={"missets": missets})
    worst = max(missets, key=lambda sweep: missets[sweep])
    message = (
        f"sweep {worst} is {missets[worst]:.2f} degrees off where goniostat and settings put it"
    )
    off = missets[worst] > LARGE_MISSET_DEG
    if off and best is not None and told["its_misset_deg"] <= LARGE_MISSET_DEG:
        message += f"; it fits to {told['its_misset_deg']:.2f} degrees if {best}"
    state = FindingState.SEEN if off else FindingState.NOT_SEEN
    values = {"missets": missets, "best_misreading": best}
    finding = Finding("SW-Q014", state, message, subject, values)
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values={"missets": missets})
