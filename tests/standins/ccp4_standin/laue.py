"""Which Laue group the intensities have: correlations over the symmetry of the lattice.

Elements and groups are scored as Evans (2011), Acta Cryst. D67, 282-292, appendices A1 and A2, has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ccp4_standin.logs import StopError
from ccp4_standin.observations import Floats, Ints, Unmerged, group_name, operator_text
from ccp4_standin.resolution import falls_below, normalised

_LEAST_SPREAD = 0.1
"""of a correlation coefficient"""
_SPREAD = 1.0
"""of the correlation of one pair"""
_LEAST_PAIRS = 10


@dataclass(frozen=True)
class Element:
    """A rotation of the lattice group, and the pairs of normalised intensities that it relates."""

    operation: Any
    name: str
    operators: str
    pairs: Floats
    expected: float

    @property
    def count(self) -> int:
        return len(self.pairs)

    @property
    def cc(self) -> float:
        return correlation(self.pairs)

    @property
    def spread(self) -> float:
        return max(_LEAST_SPREAD, _SPREAD / math.sqrt(max(self.count, 1)))

    @property
    def z_cc(self) -> float:
        return self.cc / self.spread

    def probabilities(self) -> tuple[float, float]:
        """Densities of this correlation with the element, and without it."""
        if self.count < _LEAST_PAIRS:
            return 1.0, 1.0
        m = np.linspace(0, 1, 201)
        weights = np.sqrt(1 - m**2)
        without = float((_cauchy(self.cc, m, self.spread) * weights).sum() / weights.sum())
        return float(_cauchy(self.cc, np.array(self.expected), self.spread)), without

    @property
    def likelihood(self) -> float:
        with_it, without = self.probabilities()
        return with_it / (with_it + without)


@dataclass(frozen=True)
class LaueGroup:
    """``group`` is centrosymmetric, in the setting that ``operator`` leads to from the file's."""

    group: Any
    operator: Any
    delta: float
    members: Sequence[Element]
    others: Sequence[Element]
    likelihood: float
    original: bool
    accepted: bool = False

    @property
    def name(self) -> str:
        return group_name(self.group)

    def mark(self) -> str:
        return ("=" if self.accepted else "-") if self.original else ">" if self.accepted else " "


@dataclass(frozen=True)
class Analysis:
    lattice: str
    lattice_operator: Any
    lattice_cell: tuple[float, ...]
    delta: float
    high: float
    """resolution (A) that was used"""
    expected: float
    """of the correlation if an element is there"""
    elements: list[Element]
    groups: list[LaueGroup]


def correlation(pairs: Floats) -> float:
    if len(pairs) < 3 or not pairs.std(axis=0).all():
        return 0.0
    return float(np.corrcoef(pairs.T)[0, 1])


def z_score(elements: Sequence[Element]) -> float:
    scores = [one.z_cc for one in elements if one.count >= _LEAST_PAIRS]
    return math.sqrt(sum(z * z for z in scores) / len(scores)) if scores else 0.0


def joint_cc(elements: Sequence[Element]) -> float:
    return correlation(np.concatenate([one.pairs for one in elements])) if elements else 0.0


def r_meas(elements: Sequence[Element]) -> float:
    """Of pairs: the multiplicity of each is 2."""
    pairs = np.concatenate([one.pairs for one in elements]) if elements else np.zeros((0, 2))
    total = float(pairs.sum())
    return (
        math.sqrt(2) * float(np.abs(pairs[:, 0] - pairs[:, 1]).sum()) / total if total > 0 else 0.0
    )


def analyse(
    data: Unmerged, *, tolerance: float, accept: float, signal: float, centred: bool
) -> Analysis:
    """``signal``: I/sigma that limits the resolution; ``centred``: whether I 2 may be taken for C 2."""
    from cctbx.sgtbx import lattice_symmetry

    subgroups = lattice_symmetry.metric_subgroups(
        data.symmetry(), tolerance, bravais_types_only=False, best_monoclinic_beta=centred
    )
    usable = data.select((data.columns.flag == 0) & _integral(data))
    array = usable.miller().change_basis(subgroups.cb_op_inp_minimum)
    array = array.customized_copy(space_group_info=_p1()).merge_equivalents().array()
    high = falls_below(array, signal)
    array = array.resolution_filter(d_min=high)
    if array.size() < _LEAST_PAIRS:
        raise StopError("All reflection pairs rejected")
    hkl = np.rint(array.indices().as_vec3_double().as_numpy_array()).astype(int).reshape(-1, 3)
    values, errors = normalised(array)
    identity = _pairs(hkl, values, -np.eye(3, dtype=int))
    expected = _expected(values, errors, identity)
    top = subgroups.result_groups[0]
    elements = [
        _element(operation, hkl, values, identity, expected)
        for operation in top["subsym"].space_group().make_tidy().smx()
        if operation.r().info().sense() >= 0
    ]
    return Analysis(
        lattice=group_name(top["best_subsym"].space_group().build_derived_acentric_group()),
        lattice_operator=top["cb_op_inp_best"],
        lattice_cell=top["best_subsym"].unit_cell().parameters(),
        delta=top["max_angular_difference"],
        high=high,
        expected=expected,
        elements=elements,
        groups=_groups(data, subgroups.result_groups, elements, accept),
    )


def chosen_laue(groups: Sequence[LaueGroup], symbol: str) -> list[LaueGroup]:
    """Those of this name, the best first; ``symbol`` may be of a space group."""
    from cctbx import sgtbx

    try:
        wanted = sgtbx.space_group_info(symbol=symbol).group().build_derived_patterson_group()
    except RuntimeError:
        raise StopError(f"Unrecognised group name {symbol}", 2) from None
    number = wanted.type().number()
    return [
        replace(group, accepted=True) for group in groups if group.group.type().number() == number
    ]


def _p1() -> Any:
    from cctbx import sgtbx

    return sgtbx.space_group_info("P 1")


def _integral(data: Unmerged) -> Any:
    """Not absent by the centring of the file."""
    return ~data.miller().sys_absent_flags(integral_only=True).data().as_numpy_array()


def _expected(values: Floats, errors: Floats, identity: Floats) -> float:
    """The correlation over a true element, from errors and from Friedel mates."""
    variance = float(values.var())
    by_errors = variance / (variance + float((errors**2).mean()))
    if len(identity) < _LEAST_PAIRS:
        return by_errors
    weights = (
        1 / max(0.05, _SPREAD / math.sqrt(200)) ** 2,
        1 / max(0.05, _SPREAD / math.sqrt(len(identity))) ** 2,
    )
    return (weights[0] * by_errors + weights[1] * correlation(identity)) / sum(weights)


def _element(
    operation: Any, hkl: Ints, values: Floats, identity: Floats, expected: float
) -> Element:
    turn = operation.r()
    order = turn.order()
    if order == 1:
        return Element(operation, "identity", "", identity, expected)
    axis = "".join(f"{n:2d}" for n in turn.info().ev())
    operators = "".join(
        "{" + operator_text(_basis(each))[1:-1] + "}"
        for each in ([operation, operation.inverse()] if order > 2 else [operation])
    )
    matrix = np.array(turn.as_double()).reshape(3, 3).astype(int)
    pairs = np.concatenate([_pairs(hkl, values, matrix), _pairs(hkl, values, -matrix)])
    return Element(operation, f"{order}-fold   ({axis})", operators, pairs, expected)


def _basis(operation: Any) -> Any:
    from cctbx import sgtbx

    return sgtbx.change_of_basis_op(operation)


def _pairs(hkl: Ints, values: Floats, matrix: Ints) -> Floats:
    """Values of h and of h times the matrix, where that is another reflection; mates are one."""
    turned = hkl @ matrix
    friedel = (matrix == -np.eye(3)).all()
    key, other = keys(hkl), keys(turned)
    order = np.argsort(key)
    at = np.clip(np.searchsorted(key[order], other), 0, len(key) - 1)
    found = (key[order][at] == other) & (other != key)
    if not friedel:
        found &= (turned != -hkl).any(axis=1)
    return np.stack([values[found], values[order][at][found]], axis=1)


def keys(hkl: Ints) -> Ints:
    return np.asarray(((hkl[:, 0] + 1000) * 2001 + hkl[:, 1] + 1000) * 2001 + hkl[:, 2] + 1000)


def _groups(
    data: Unmerged, found: Sequence[Any], elements: Sequence[Element], accept: float
) -> list[LaueGroup]:
    own = data.group.build_derived_patterson_group()
    made = []
    for each in found:
        inside = each["subsym"].space_group()
        members = [one for one in elements if one.operation in inside]
        others = [one for one in elements if one.operation not in inside]
        score = sum(math.log(one.probabilities()[0]) for one in members)
        score += sum(math.log(one.probabilities()[1]) for one in others)
        operator, group = each["cb_op_inp_best"], each["best_subsym"].space_group()
        original = _same(own, operator, group)
        made.append(
            LaueGroup(
                group, operator, each["max_angular_difference"], members, others, score, original
            )
        )
    best = max(one.likelihood for one in made)
    total = sum(math.exp(one.likelihood - best) for one in made)
    return sorted(
        (
            replace(
                one,
                likelihood=math.exp(one.likelihood - best) / total,
                accepted=one.likelihood >= best + math.log(accept),
            )
            for one in made
        ),
        key=lambda one: -one.likelihood,
    )


def _same(own: Any, operator: Any, group: Any) -> bool:
    try:
        return bool(own.change_basis(operator) == group)
    except RuntimeError:  # the other lattice does not have its symmetry
        return False


def _cauchy(x: float, centre: Floats, width: float) -> Floats:
    """The density of Cauchy, cut to -1 ... 1."""
    inside = np.arctan((1 - centre) / width) + np.arctan((1 + centre) / width)
    return np.asarray(1 / (width * (1 + ((x - centre) / width) ** 2) * inside))
