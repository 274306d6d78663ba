"""The scan of a sweep as engines with one axis see it, from goniostat, settings and header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.geometry.goniostat import (
    GoniostatAxis,
    ScanGeometry,
    positive_scan,
    scan_geometry,
)
from sweepwright.geometry.rotation import IDENTITY, flat, unit
from sweepwright.language.compose import ComposedSweep
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.facts import Fact, ImageFacts
from sweepwright.model.proposals import proposal
from sweepwright.model.resolved import Edit, Layer, Origin, Resolved, Written, computed, settle

_AXES = ("omega", "kappa", "phi", "chi")


def resolve_scan(
    sweep: ComposedSweep, header: ImageFacts, table: Mapping[str, Resolved[Any]]
) -> tuple[dict[str, Resolved[Any]] | None, list[Diagnostic]]:
    """``scan.axis``, ``scan.start``, ``scan.width``, ``scan.fixed_rotation``, and ``settings.NAME``.

    The settings are those of the axes that were not scanned, where the axes are known.
    """
    start, width = table["geometry.oscillation.start"], table["geometry.oscillation.width"]
    if width.known == 0:
        message = f"sweep {sweep.name}: the oscillation width is 0, these are stills or a grid scan"
        hint = "If the header is wrong write 'geometry: {oscillation: {width: 0.1 deg}}'."
        return None, [error("SW-G003", message, width.origin.span or sweep.span, help=hint)]
    geometry, sources, diagnostics = _goniostat(sweep, header, table)
    if geometry is None:
        return None, diagnostics
    axis, start_deg, width_deg = positive_scan(geometry.axis, start.known, width.known)
    of_sweep = f"sweeps[{sweep.name}]."
    prefix = f"{of_sweep}scan."
    turned = (start, width) if width.known < 0 else ()
    leaves = {
        "scan.axis": _leaf(prefix + "axis", axis, "scanned axis", *sources, *turned),
        "scan.start": _leaf(
            prefix + "start", start_deg, "start of a positive scan", start, *turned[1:]
        ),
        "scan.width": _leaf(prefix + "width", width_deg, "positive width", width),
        "scan.fixed_rotation": _leaf(
            prefix + "fixed_rotation",
            flat(geometry.fixed),
            "axes that stand still",
            *sources,
        ),
    }
    _, *settings = sources
    return leaves | {leaf.path.removeprefix(of_sweep): leaf for leaf in settings}, diagnostics


def _leaf(path: str, value: Any, rule: str, *sources: Resolved[Any]) -> Resolved[Any]:
    """A computed leaf; where a single source was only passed on, it keeps that one's origin."""
    if len(sources) == 1 and sources[0].value == value:
        return sources[0].at(path)
    return computed(path, value, rule, *sources)


def _goniostat(
    sweep: ComposedSweep, header: ImageFacts, table: Mapping[str, Resolved[Any]]
) -> tuple[ScanGeometry | None, tuple[Resolved[Any], ...], list[Diagnostic]]:
    axes = table.get("goniostat.axes")
    settings = _settings(sweep, header, table)
    written = axes is not None and axes.origin.layer not in (Layer.SITE, Layer.HEADER)
    if (
        axes is None
        or axes.value is None
        or not (written or _usable(sweep, header, axes, settings))
    ):
        rotation_axis = table["geometry.rotation_axis"]
        geometry = ScanGeometry(unit(rotation_axis.known), IDENTITY)
        return geometry, (rotation_axis,), _unused_settings(sweep, header, table)
    chain = [GoniostatAxis(axis.name, axis.vector) for axis in axes.known]
    names = [axis.name for axis in chain]
    scanned = _scanned(header, names)
    if written:
        found = _contradiction(sweep, names, scanned, settings)
        if found is not None:
            return None, (), [found]
    values = {name: float(leaf.known) for name, leaf in settings.items()}
    used = tuple(settings[name] for name in names if name != scanned)
    assert scanned is not None  # else there is a contradiction, or the axes are not usable
    return scan_geometry(chain, scanned, values), (axes, *used), []


def _usable(
    sweep: ComposedSweep,
    header: ImageFacts,
    axes: Resolved[Any],
    settings: Mapping[str, Resolved[Any]],
) -> bool:
    """Whether axes that nobody wrote are used: a written rotation axis goes before them, and the
    scanned axis and all settings must be known."""
    if _axis_given(sweep) is not None:
        return False
    names = [axis.name for axis in axes.known or ()]
    scanned = _scanned(header, names)
    written = sweep.top("settings")
    foreign = {*((written.value if written else None) or ())} - {*names}
    return scanned is not None and {*names} <= {scanned, *settings} and not foreign


def _axis_given(sweep: ComposedSweep) -> Written | None:
    """The rotation axis, where people wrote it."""
    given = sweep.top("geometry.rotation_axis")
    return given if given is not None and given.edit is not Edit.DEFAULT else None


def _contradiction(
    sweep: ComposedSweep,
    names: list[str],
    scanned: str | None,
    settings: Mapping[str, Resolved[Any]],
) -> Diagnostic | None:
    """What does not fit the axes that a job gives."""
    axis_given = _axis_given(sweep)
    if axis_given is not None:
        message = (
            f"sweep {sweep.name}: both the axes of the goniostat and a rotation axis are given"
        )
        hint = "Keep one: 'rotation_axis' is short for a goniostat with one axis."
        return error("SW-G009", message, axis_given.origin.span, help=hint)
    written = sweep.top("settings")
    foreign = [name for name in (written.value if written else None) or () if name not in names]
    if foreign and written is not None:
        message = f"sweep {sweep.name}: the goniostat has no axis '{foreign[0]}'"
        hint = f"Its axes: {', '.join(names)}."
        meant = proposal(foreign[0], names, None, hint)
        return error("SW-G004", message, written.origin.span, **meant)
    if scanned is None:
        message = (
            f"sweep {sweep.name}: the header does not say which of {', '.join(names)} was scanned"
        )
        hint = (
            "Give the one scanned axis as 'geometry: {rotation_axis: [x, y, z]}' instead of axes."
        )
        return error("SW-G005", message, sweep.span, help=hint)
    lacking = [name for name in names if name != scanned and name not in settings]
    if lacking:
        message = (
            f"sweep {sweep.name}: where did '{lacking[0]}' stand? Neither header nor job says so"
        )
        hint = f"Write 'settings: {{{lacking[0]}: 0 deg}}' if it was 0; unknown is not 0."
        return error("SW-G006", message, sweep.span, help=hint)
    return None


def _settings(
    sweep: ComposedSweep, header: ImageFacts, table: Mapping[str, Resolved[Any]]
) -> dict[str, Resolved[Any]]:
    """Where the axes stood: the job's word over the header's, axis by axis."""
    stacks: dict[str, list[Written]] = {}
    written = table.get("settings")
    if written is not None:
        for name, angle in (written.known or {}).items():
            stacks[name] = [Written(angle, written.origin)]
    said = {name: fact for name in _AXES if (fact := header.get(name)) is not None}
    said |= {
        axis.name: Fact(axis.angle_deg, axis.key)
        for axis in header.axes
        if axis.angle_deg is not None
    }
    for name, fact in said.items():
        below = Written(fact.value, Origin(Layer.HEADER, fact.key))
        stacks.setdefault(name, []).append(below)
    prefix = f"sweeps[{sweep.name}].settings."
    return {name: settle(prefix + name, stack) for name, stack in stacks.items()}


def _scanned(header: ImageFacts, names: list[str]) -> str | None:
    if len(names) == 1:
        return names[0]
    fact = header.get("scan_axis")
    word = str(fact.value) if fact is not None else ""
    return word if word in names else None


def _unused_settings(
    sweep: ComposedSweep, header: ImageFacts, table: Mapping[str, Resolved[Any]]
) -> list[Diagnostic]:
    written = table.get("settings")
    if written is not None and written.value is not None:
        message = f"sweep {sweep.name}: 'settings' say nothing without the axes of the goniostat"
        hint = "Write 'goniostat: {axes: [{name: omega, vector: [1, 0, 0]}, ...]}' from base to crystal."
        return [error("SW-G007", message, written.origin.span, help=hint)]
    kappa = header.get("kappa")
    scanned = header.get("scan_axis")
    if kappa is not None and abs(float(str(kappa.value))) > 0.1:
        on = f" (scan about {scanned.value})" if scanned is not None else ""
        message = f"sweep {sweep.name}: the header says kappa {kappa.value}{on}, but the axes of the goniostat are not known"
        hint = (
            "The sweep is treated on its own; give 'goniostat: {axes: ...}' to relate it to others."
        )
        return [warning("SW-G008", message, sweep.span, help=hint)]
    return []
