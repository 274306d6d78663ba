"""Which space groups of a Laue group the axial reflections allow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ccp4_standin.laue import LaueGroup
from ccp4_standin.observations import Floats, Ints, Unmerged, group_name, indices

#: space groups without inversion or mirror
_CHIRAL = {
    *(1, 3, 4, 5, *range(16, 25), *range(75, 81), *range(89, 99), *range(143, 147)),
    *(*range(149, 156), *range(168, 174), *range(177, 183), *range(195, 200), *range(207, 215)),
}
_OUTLIERS = 0.01
"""reflections where absent ones should be that break the rule all the same"""
_SPREAD = 1.5
"""of I/sigma of an absent reflection"""


@dataclass(frozen=True)
class Candidate:
    """A space group in the setting of its Laue group."""

    laue: LaueGroup
    group: Any
    probability: float
    """of its absences"""
    conditions: str

    @property
    def name(self) -> str:
        return group_name(self.group)

    @property
    def total(self) -> float:
        return self.probability * self.laue.likelihood


@dataclass(frozen=True)
class Zone:
    """A screw axis that is possible."""

    name: str
    order: int
    """every so many along the axis are there"""
    condition: str
    rows: list[tuple[int, float, float]]
    """index, I and sigma"""
    peak: float = 0.0
    spread: float = 0.0
    probability: float = 0.0

    def known(self) -> bool:
        return any(index % self.order for index, _, _ in self.rows)


def candidates(data: Unmerged, laue: LaueGroup) -> list[Candidate]:
    """All of them, the likeliest first. ``data`` is in the setting of the Laue group."""
    hkl, ratio = _axial(data, laue.group)
    mean = max(2.0, float(np.median(ratio[ratio > 2])) if (ratio > 2).any() else 2.0)
    groups = _groups(laue.group)
    scores: dict[tuple[bool, ...], float] = {}
    patterns = []
    for group in groups:
        absent = np.array([group.is_sys_absent(tuple(map(int, index))) for index in hkl], bool)
        patterns.append(tuple(absent.tolist()))
        scores[patterns[-1]] = float(
            np.where(absent, np.log(_absent(ratio, mean)), np.log(_present(ratio, mean))).sum()
        )
    best = max(scores.values())
    weights = {pattern: math.exp(score - best) for pattern, score in scores.items()}
    total = sum(weights.values())
    found = [
        Candidate(laue, group, weights[pattern] / total, "")
        for group, pattern in zip(groups, patterns, strict=True)
    ]
    return sorted(found, key=lambda one: (-round(one.probability, 3), one.group.type().number()))


def with_conditions(found: list[Candidate], zones: list[Zone]) -> list[Candidate]:
    made = []
    for one in found:
        needed = [zone for zone in zones if _has(one.group, zone)]
        text = ", ".join(f"{z.condition} (zone {zones.index(z) + 1})" for z in needed)
        made.append(Candidate(one.laue, one.group, one.probability, text))
    return made


def zones(data: Unmerged, laue: LaueGroup, found: list[Candidate]) -> list[Zone]:
    """Every screw axis that tells groups apart; those that symmetry repeats come once."""
    made: list[Zone] = []
    hkl, _ = _axial(data, laue.group)
    _, values, errors = _merged(data, laue.group)
    seen: set[tuple[int, ...]] = set()
    for axis in np.eye(3, dtype=int):
        key = _representative(laue.group, axis)
        if key in seen:
            continue
        seen.add(key)
        along = [
            (int(abs(index).max()), float(value), float(error))
            for index, value, error in zip(hkl, values, errors, strict=True)
            if _representative(laue.group, np.sign(index)) == key
        ]
        for order in (6, 4, 3, 2):
            zone = _zone(axis, _fold(laue.group, axis), order, sorted(along))
            having = [_has(one.group, zone) for one in found]
            if not any(having) or all(having) or _has(laue.group, zone):
                continue  # no choice, or what the lattice leaves out anyway
            weight = sum(
                {
                    _pattern(one): one.probability
                    for one, has in zip(found, having, strict=True)
                    if has
                }.values()
            )
            made.append(_scored(zone, weight))
    return made


def _pattern(one: Candidate) -> float:
    """Groups that cannot be told apart share one probability."""
    return round(one.probability, 12)


def _fold(laue: Any, axis: Ints) -> int:
    """The order of the rotation along an axis."""
    turns = (operation.r() for operation in laue.build_derived_acentric_group())
    return max((t.order() for t in turns if (np.abs(t.info().ev()) == axis).all()), default=1)


def _zone(axis: Ints, fold: int, order: int, along: list[tuple[int, float, float]]) -> Zone:
    at = int(np.argmax(axis))
    index = "".join("hkl"[n] if n == at else "0" for n in range(3))
    name = f"screw axis {fold}({fold // order}) [{'abc'[at]}]"
    return Zone(name, order, f"{index}: {'hkl'[at]}={order}n", along)


def _has(group: Any, zone: Zone) -> bool:
    """Whether only every so many reflections along this axis are present in the group."""
    at = "abc".index(zone.name[-2])
    present = [
        n
        for n in range(1, 13)
        if not group.is_sys_absent(tuple(n if k == at else 0 for k in range(3)))
    ]
    return math.gcd(*present) == zone.order if present else False


def _scored(zone: Zone, probability: float) -> Zone:
    index, value, error = (
        (np.array(column) for column in zip(*zone.rows, strict=True)) if zone.rows else ([], [], [])
    )
    if not zone.known():
        return zone
    ratio = np.maximum(np.asarray(value) / np.asarray(error), 0)
    turn = np.cos(2 * np.pi * np.asarray(index) / zone.order)
    peak = float((ratio * turn).sum() / max(ratio.sum(), 1e-9))
    spread = float(np.sqrt((ratio**2).sum() / 2) / max(ratio.sum(), 1e-9))
    return Zone(
        zone.name, zone.order, zone.condition, zone.rows, peak, spread, min(probability, 1.0)
    )


def _groups(laue: Any) -> list[Any]:
    """All settings in the tables that have this Laue group."""
    from cctbx import sgtbx

    found: dict[str, Any] = {}
    for symbols in sgtbx.space_group_symbol_iterator():
        group = sgtbx.space_group(symbols)
        if symbols.number() in _CHIRAL and group.build_derived_patterson_group() == laue:
            found.setdefault(group_name(group), group)
    return list(found.values())


def _representative(laue: Any, axis: Ints) -> tuple[int, ...]:
    from cctbx import miller

    made = indices(np.array([axis]))
    miller.map_to_asu(laue.type(), False, made)
    return tuple(map(int, made[0]))


def _merged(data: Unmerged, laue: Any) -> tuple[Ints, Floats, Floats]:
    """Axial reflections, merged over the Laue group; in P 1 they would count several times."""
    group = laue.build_derived_acentric_group()
    axial = data.select(
        (np.count_nonzero(data.columns.hkl, axis=1) == 1) & (data.columns.flag == 0)
    )
    if not len(axial.columns.hkl):
        return np.zeros((0, 3), int), np.zeros(0), np.zeros(0)
    array = axial.miller(anomalous=False, group=group).merge_equivalents().array()
    array = array.select(~array.sys_absent_flags().data())
    hkl = np.array(array.indices().as_vec3_double().as_numpy_array()).reshape(-1, 3)
    return np.rint(hkl).astype(int), array.data().as_numpy_array(), array.sigmas().as_numpy_array()


def _axial(data: Unmerged, laue: Any) -> tuple[Ints, Floats]:
    hkl, values, errors = _merged(data, laue)
    return hkl, values / np.maximum(errors, 1e-9)


def _absent(ratio: Floats, mean: float) -> Floats:
    normal = np.exp(-(ratio**2) / (2 * _SPREAD**2)) / (_SPREAD * math.sqrt(2 * math.pi))
    return (1 - _OUTLIERS) * normal + _OUTLIERS * _present(ratio, mean)


def _present(ratio: Floats, mean: float) -> Floats:
    """Density of I/sigma: an exponential law of this mean, blurred by the error."""
    from scipy.stats import exponnorm

    return np.maximum(exponnorm.pdf(ratio, mean), 1e-12)
