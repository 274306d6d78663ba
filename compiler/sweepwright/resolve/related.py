"""Related sweeps: those of one crystal whose orientations follow from each other.

Two sweeps are related when the axes of the goniostat and all settings are known for both; or when the
scanned axis points the same way and every other setting that the headers tell is the same. What no
header tells is then assumed to be equal, so an orientation that is carried over is a proposal.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from sweepwright.geometry.rotation import Matrix, multiply, rows, transpose
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import Resolved, computed

KEY = "processing.indexing.related"
_AXES = ("omega", "kappa", "phi", "chi")
#: settings are compared to so many decimals of a degree, directions to so many of a unit vector
_SETTING_DECIMALS, _DIRECTION_DECIMALS = 1, 3


def sources(sweeps: Iterable[ResolvedSweep]) -> Mapping[str, ResolvedSweep]:
    """Sweep -> the first sweep that it is related to; nothing for sweeps that follow no other."""
    first: dict[Hashable, ResolvedSweep] = {}
    found = {}
    for sweep in sweeps:
        source = first.setdefault((sweep.crystal, *_relation(sweep)), sweep)
        if source is not sweep:
            found[sweep.name] = source
    return found


def turn(source: ResolvedSweep, sweep: ResolvedSweep) -> Matrix:
    """The rotation (frame sw) from one sweep's orientation at angle 0 of its scan to another's.

    With F the turn by the axes that stand still and U0 the crystal with all settings at zero an
    orientation is F U0, so the other one is F' F^T times it.
    """
    before, after = (rows(s.leaves["scan.fixed_rotation"].known) for s in (source, sweep))
    return multiply(after, transpose(before))


def has_axes(sweep: ResolvedSweep) -> bool:
    """Whether the axes of the goniostat and all settings are known, and say how the crystal stands."""
    axes = f"sweeps[{sweep.name}].goniostat.axes"
    return axes in sweep.leaves["scan.fixed_rotation"].of


def resolve_related(
    leaf: Resolved[Any], sweeps: Iterable[ResolvedSweep]
) -> tuple[Resolved[Any], list[Diagnostic]]:
    """`auto`: whether there is a related sweep. SW-E051: a sweep that is said to be and is not."""
    if leaf.value is False:
        return leaf, []
    ordered = list(sweeps)
    known = sources(ordered)
    if leaf.value == "auto":
        axes = [sweep.leaves["scan.fixed_rotation"] for sweep in ordered]
        return computed(leaf.path, bool(known), "where sweeps are related", leaf, *axes), []
    first: dict[str, ResolvedSweep] = {}
    for sweep in ordered:
        source = first.setdefault(sweep.crystal, sweep)
        if source is not sweep and sweep.name not in known:
            message = (
                f"sweep {sweep.name} cannot be related to sweep {source.name}: they stand "
                "differently, and the axes of the goniostat are not known for both"
            )
            help_ = "Give 'goniostat: {axes: ...}' and the settings, or write 'related: auto'."
            return leaf, [error("SW-E051", message, leaf.origin.span, help=help_)]
    return leaf, []


def _relation(sweep: ResolvedSweep) -> tuple[Hashable, ...]:
    """Equal for sweeps that are related, as far as they are of one crystal."""
    if has_axes(sweep):
        axes = sweep.leaves["goniostat.axes"].known
        return tuple((axis.name, *_direction(axis.vector)) for axis in axes)
    return min(_direction(sweep.leaves["scan.axis"].known, sign) for sign in (1, -1)), *_stood(
        sweep
    )


def _direction(vector: Iterable[float], sign: int = 1) -> tuple[float, ...]:
    return tuple(round(sign * component, _DIRECTION_DECIMALS) + 0.0 for component in vector)


def _stood(sweep: ResolvedSweep) -> tuple[tuple[str, float], ...]:
    """The settings that the header tells, without that of the scanned axis."""
    header = sweep.facts.first_header
    said = {name: float(str(fact.value)) for name in _AXES if (fact := header.get(name))}
    said |= {axis.name: axis.angle_deg for axis in header.axes if axis.angle_deg is not None}
    scanned = header.get("scan_axis")
    if scanned is None:
        start = sweep.leaves["geometry.oscillation.start"].known
        moved = next((name for name in ("omega", "phi") if _same(said.get(name), start)), None)
    else:
        moved = str(scanned.value)
    return tuple(
        (name, round(angle, _SETTING_DECIMALS) + 0.0)
        for name, angle in sorted(said.items())
        if name != moved
    )


def _same(angle: float | None, start: float) -> bool:
    return angle is not None and round(angle - start, _SETTING_DECIMALS) == 0
