"""The symmetry that POINTLESS settles on: found in the data, or told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from ccp4_standin import absences, laue, symmetry_report
from ccp4_standin.absences import Candidate
from ccp4_standin.inputs import Entry, Given
from ccp4_standin.laue import Analysis, LaueGroup
from ccp4_standin.logs import StopError
from ccp4_standin.observations import Unmerged, group_name

_TIE = 0.001
_ENANTIOMORPHS = {
    *((76, 78), (91, 95), (92, 96), (144, 145), (151, 153), (152, 154), (169, 170)),
    *((171, 172), (178, 179), (180, 181), (212, 213)),
}


@dataclass(frozen=True)
class Solution:
    """``kind``: space group or point group; ``operator`` leads from the indices of the file."""

    kind: str
    group: Any
    operator: Any
    laue_probability: float
    absence_probability: float
    confidence: float
    laue_confidence: float
    high: float
    """resolution used for the Laue group, A"""
    chosen: bool
    """by the user"""

    @property
    def name(self) -> str:
        return group_name(self.group)

    @property
    def total(self) -> float:
        return self.laue_probability * self.absence_probability

    def applied(self, data: Unmerged) -> Unmerged:
        return data.reindexed(self.operator, self.group)


def identity() -> Any:
    from cctbx import sgtbx

    return sgtbx.change_of_basis_op()


def group_of(symbol: str) -> Any:
    from cctbx import sgtbx

    try:
        return sgtbx.space_group_info(symbol=symbol).group()
    except (RuntimeError, ValueError):
        raise StopError(f"Unrecognised space group {symbol}", 2) from None


def find(given: Given, root: ElementTree.Element, data: Unmerged, tolerance: float) -> Solution:
    setting = given.last("SETTING")
    by_cell = setting is None or setting.says("CELL-BASED", "C2")
    analysis = laue.analyse(
        data,
        tolerance=tolerance,
        accept=given.number("ACCEPT", 0.2),
        signal=_signal(given),
        centred=setting is None or setting.says("CELL-BASED"),
    )
    symmetry_report.laue(root, data, analysis)
    groups = _allowed(given, data, analysis)
    found = _candidates(given, root, data, groups)
    return _settled(given, data, analysis, groups, found, by_cell=by_cell)


def _signal(given: Given) -> float:
    """No cut where a resolution is given."""
    limit = given.last("ISIGLIMIT")
    if "RESOLUTION" in given:
        return -1e9
    return limit.numbers()[0] if limit and not limit.says("CCHALF") else 6.0


def told(given: Given, data: Unmerged) -> tuple[Any, Any]:
    """Operator and group of SPACEGROUP and REINDEX, taken as they are."""
    wanted, turn = given.last("SPACEGROUP"), given.last("REINDEX")
    operator = _operator(turn) if turn else identity()
    here = data.group.change_basis(operator)
    group = here if wanted is None or wanted.says("HKLIN") else group_of(" ".join(wanted.words))
    same = group.build_derived_patterson_group() == here.build_derived_patterson_group()
    if not turn and not same:
        raise StopError(
            f"**** Incompatible symmetries **** {group_name(data.group)} and {group_name(group)}"
        )
    if not group.is_compatible_unit_cell(
        data.symmetry().unit_cell().change_basis(operator), 0.05, 2.0
    ):
        raise StopError(f"Unit cell is not compatible with space group {group_name(group)}")
    return operator, group


def _operator(entry: Entry) -> Any:
    from cctbx import sgtbx

    words = [word for word in entry.words if word.upper()[:4] not in ("LEFT", "MATR")]
    if entry.says("MATRIX"):
        rows = [words[n : n + 3] for n in (0, 3, 6)]
        text = ",".join(
            "".join(f"{float(x):+g}*{axis}" for x, axis in zip(row, "hkl", strict=True) if float(x))
            for row in rows
        )
    else:
        text = words[0].strip("[]")
    if "*" in text and not entry.says("MATRIX"):
        raise StopError(f"Cannot understand reindex operator {text}", 2)
    try:
        operator = sgtbx.change_of_basis_op(text)
    except (RuntimeError, ValueError):
        raise StopError(f"Cannot understand reindex operator {text}", 2) from None
    if operator.c().r().determinant() < 0 and not entry.says("LEFTHAND"):
        raise StopError(f"Reindex operator {text} changes hand")
    return operator


def _allowed(given: Given, data: Unmerged, analysis: Analysis) -> list[LaueGroup]:
    """The Laue groups to look into, the best first."""
    fixed = given.last("LAUEGROUP")
    chosen = given.last("CHOOSE")
    groups = [one for one in analysis.groups if one.accepted]
    if fixed and fixed.says("HKLIN"):
        groups = [one for one in analysis.groups if one.original]
    elif fixed and not fixed.says("ALL"):
        groups = laue.chosen_laue(analysis.groups, " ".join(fixed.words))
    elif chosen and chosen.says("LAUEGROUP"):
        groups = laue.chosen_laue(analysis.groups, " ".join(chosen.after("LAUEGROUP")))[:1]
    elif chosen and chosen.says("SPACEGROUP"):
        groups = laue.chosen_laue(analysis.groups, " ".join(chosen.after("SPACEGROUP")))
    if not groups:
        raise StopError("The Laue group given is not possible for the lattice")
    return groups


def _candidates(
    given: Given, root: ElementTree.Element, data: Unmerged, groups: Sequence[LaueGroup]
) -> list[Candidate]:
    found = []
    tested = given.last("SYSTEMATICABSENCES")
    tables = []
    for one in groups:
        there = data.reindexed(one.operator, one.group.build_derived_acentric_group())
        if tested and tested.says("OFF"):
            there = there.select((there.columns.hkl != 0).sum(axis=1) > 1)
        each = absences.candidates(there, one)
        zones = absences.zones(there, one, each)
        tables.append((one, zones))
        found += absences.with_conditions(each, zones)
    symmetry_report.absences(root, tables)
    found.sort(key=lambda one: (-round(one.total, 3), one.group.type().number()))
    symmetry_report.space_groups(root, found)
    return found


def _settled(
    given: Given,
    data: Unmerged,
    analysis: Analysis,
    groups: Sequence[LaueGroup],
    found: Sequence[Candidate],
    *,
    by_cell: bool,
) -> Solution:
    best = [one for one in found if found[0].total - one.total <= _TIE]
    chosen, wanted = given.last("CHOOSE"), None
    if chosen and chosen.says("SPACEGROUP"):
        wanted = group_of(" ".join(chosen.after("SPACEGROUP")))
        best = [one for one in found if one.group == wanted] or [
            one for one in found if one.group.type().number() == wanted.type().number()
        ]
        if not best:
            raise StopError(f"Chosen space group {group_name(wanted)} is not among those possible")
    elif chosen and not chosen.says("LAUEGROUP"):
        number = int(chosen.words[-1])
        if not 0 < number <= len(found):
            raise StopError(f"There is no solution {number}")
        best = [found[number - 1]]
    first = _preferred(best, data, wanted)
    kind = "space group" if wanted or _one_group(best) else "point group"
    group = first.group if kind == "space group" else _without_screws(first.group)
    operator = first.laue.operator
    if wanted is not None and group != wanted:
        operator, group = _into(group, wanted, operator)
    elif not by_cell:
        standard = group.info().change_of_basis_op_to_reference_setting()
        operator, group = standard * operator, group.change_basis(standard)
    symmetry_report.choice(best, kind, group_name(group))
    next_group = next((one.total for one in found if one.total < best[0].total - _TIE), 0.0)
    confidence = _confidence(best[0].total, best[0].total if kind == "point group" else next_group)
    other_laue = [one.likelihood for one in analysis.groups if one is not first.laue]
    laue_confidence = _confidence(first.laue.likelihood, max(other_laue, default=0.0))
    symmetry_report.confidence(confidence, laue_confidence)
    return Solution(
        kind,
        group,
        operator,
        first.laue.likelihood,
        first.probability,
        confidence,
        laue_confidence,
        analysis.high,
        chosen=chosen is not None,
    )


def _confidence(best: float, after: float) -> float:
    return math.sqrt(max(best * (best - after), 0.0))


def _one_group(best: Sequence[Candidate]) -> bool:
    """One group, or two that are mirror images of each other."""
    numbers = tuple(sorted({one.group.type().number() for one in best}))
    return len(best) == 1 or (len(best) == 2 and numbers in _ENANTIOMORPHS)


def _preferred(best: Sequence[Candidate], data: Unmerged, wanted: Any) -> Candidate:
    """That of the input file, or else the first."""
    like = wanted or data.group
    return next((one for one in best if one.group == like), best[0])


def _without_screws(group: Any) -> Any:
    """Its point group with its lattice."""
    return group.build_derived_reflection_intensity_group(anomalous_flag=True)


def _into(group: Any, wanted: Any, operator: Any) -> tuple[Any, Any]:
    """The setting that was asked for."""
    here = group.info().change_of_basis_op_to_reference_setting()
    there = wanted.info().change_of_basis_op_to_reference_setting()
    return there.inverse() * here * operator, wanted
