"""The step that compares the orientations of the sweeps of one crystal with the goniostat's word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sweepwright.engines.base import PlannedStep, TemplateUse, constant, group_folder, one
from sweepwright.geometry.frames import IMGCIF, matrix_from_sw
from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.geometry.rotation import flat
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.plan import Output
from sweepwright.model.resolved import Resolved, computed

#: settings that differ by less are one setting, degrees
_SAME_DEG = 0.01
_PREFIX = "settings."


def orientation_steps(group: ResolvedGroup) -> Iterator[PlannedStep]:
    """One step a crystal with several sweeps whose settings are all known."""
    for crystal in dict.fromkeys(sweep.crystal for sweep in group.sweeps):
        sweeps = [s for s in group.sweeps if s.crystal == crystal and "goniostat.axes" in _of(s)]
        if len(sweeps) > 1:
            yield _step(crystal or group.name, sweeps)


def _of(sweep: ResolvedSweep) -> set[str]:
    """The leaves that the rotation by the standing axes was made from."""
    prefix = f"sweeps[{sweep.name}]."
    return {path.removeprefix(prefix) for path in sweep.leaves["scan.fixed_rotation"].of}


def _step(crystal: str, sweeps: list[ResolvedSweep]) -> PlannedStep:
    path = f"crystals[{crystal}].orientations."
    names = [sweep.name for sweep in sweeps]
    sources = [
        sweep.leaves[key] for sweep in sweeps for key in ("goniostat.axes", *_settings(sweep))
    ]
    context: dict[str, Resolved[Any]] = {
        "sweeps": constant(path + "sweeps", names, "sweeps of the crystal"),
        "believed": computed(path + "believed", _turns(sweeps, {}), "standing axes", *sources),
        "misreadings": computed(
            path + "misreadings", _misreadings(sweeps), "settings read otherwise", *sources
        ),
    }
    return PlannedStep(
        id=f"orientations@{crystal}",
        program="sweepwright:orientations",
        folder=group_folder(crystal, "orientations"),
        argv=tuple(one(f"refine@{name}", "refined.expt") for name in names),
        files=(TemplateUse("steps/orientations.json.j2", "parameters.json", "json", context),),
        outputs=(Output(name="orientations.json", role="evidence"),),
        judge="dials.orientations",
        title=f"compare the orientations of crystal {crystal}",
    )


def _settings(sweep: ResolvedSweep) -> dict[str, float]:
    """Setting leaf -> angle of the axes that stood still."""
    return {key: float(leaf.known) for key, leaf in sweep.leaves.items() if key.startswith(_PREFIX)}


def _misreadings(sweeps: list[ResolvedSweep]) -> dict[str, dict[str, tuple[float, ...]]]:
    """Each setting that differs between the sweeps, turned round and left out."""
    first = _settings(sweeps[0])
    differing = [
        key.removeprefix(_PREFIX)
        for key in first
        if any(abs(_settings(sweep).get(key, 0.0) - first[key]) > _SAME_DEG for sweep in sweeps)
    ]
    found = {}
    for name in differing:
        found[f"{name} turns the other way"] = _turns(sweeps, {name: -1.0})
        found[f"{name} has no effect"] = _turns(sweeps, {name: 0.0})
    if len(differing) > 1:
        found["no setting has an effect"] = _turns(sweeps, dict.fromkeys(differing, 0.0))
    return found


def _turns(
    sweeps: list[ResolvedSweep], factors: Mapping[str, float]
) -> dict[str, tuple[float, ...]]:
    """Sweep -> rotation of the crystal by the standing axes, imgCIF frame; settings times a factor."""
    found = {}
    for sweep in sweeps:
        chain = [GoniostatAxis(a.name, a.vector) for a in sweep.leaves["goniostat.axes"].known]
        settings = {
            key.removeprefix(_PREFIX): angle * factors.get(key.removeprefix(_PREFIX), 1.0)
            for key, angle in _settings(sweep).items()
        }
        scanned = next(axis.name for axis in chain if axis.name not in settings)
        fixed = scan_geometry(chain, scanned, settings).fixed
        found[sweep.name] = flat(matrix_from_sw(IMGCIF, fixed))
    return found
