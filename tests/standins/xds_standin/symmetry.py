"""Which group the intensities have, and how the indices of INTEGRATE are brought to it.

A transformation is a matrix M with h' = M h; the cell's axes go the same way, a' = M a.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xds_standin.geometry import vector
from xds_standin.inputs import Inputs
from xds_standin.lattices import cell_of, metric_of, similar
from xds_standin.parameters import Lattice
from xds_standin.statistics import r_meas

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tested:
    """A group that the lattice allows, and how well the intensities obey it."""

    lattice: Lattice
    matrix: Floats
    unique: int
    r_meas: float
    compared: int


def transformed(lattice: Lattice, matrix: Floats, group: int) -> Lattice:
    a, b, c = map(vector, matrix @ np.array(lattice.axes))
    return Lattice(group, (a, b, c))


def apply(matrix: Floats, indices: Ints) -> Ints:
    return np.rint(indices @ matrix.T).astype(int)


def tested(
    lattice: Lattice, indices: Ints, intensities: Floats, errors: Floats, inputs: Inputs
) -> list[Tested]:
    """All groups without screw axes that the cell allows, lowest first."""
    found: dict[tuple[int, tuple[float, ...]], Tested] = {}
    spacing = spacings(lattice, indices)
    low, high = inputs.numbers("TEST_RESOLUTION_RANGE", 10, 5)[:2]
    use = (spacing <= low) & (spacing >= high) & (intensities > 3 * errors)
    for number, matrix in _groups(lattice, inputs):
        new = transformed(lattice, matrix, number)
        unique, rate, compared = r_meas(apply(matrix, indices[use]), intensities[use], number)
        found.setdefault(
            (number, tuple(np.round(new.cell(), 1))), Tested(new, matrix, unique, rate, compared)
        )
    return sorted(found.values(), key=lambda one: one.lattice.group)


def chosen(groups: list[Tested], inputs: Inputs) -> Tested | None:
    """The one with the fewest unique reflections among those with an acceptable Rmeas."""
    enough = [one for one in groups if one.compared >= inputs.number("MIN_RFL_Rmeas", 50)]
    if not enough:
        return None
    limit = inputs.number("MAX_FAC_Rmeas", 2.0) * min(one.r_meas for one in enough)
    return min((one for one in enough if one.r_meas <= limit), key=lambda one: one.unique)


def _groups(lattice: Lattice, inputs: Inputs) -> Iterator[tuple[int, Floats]]:
    from cctbx import crystal
    from cctbx.sgtbx import lattice_symmetry

    given = crystal.symmetry(
        unit_cell=lattice.cell(), space_group=lattice.crystal().get_space_group()
    )
    allowed = inputs.number("MAX_CELL_ANGLE_ERROR", 2.0)
    options = lattice_symmetry.metric_subgroups(
        given, allowed, enforce_max_delta_for_generated_two_folds=True
    )
    for option in options.result_groups:
        best = option["best_subsym"]
        standard = best.change_of_basis_op_to_reference_setting()
        group = best.change_basis(standard).space_group().build_derived_acentric_group()
        group = group.build_derived_reflection_intensity_group(anomalous_flag=True)
        matrix = _matrix(standard * option["cb_op_inp_best"])
        number = group.type().number()
        yield number, _ascending(lattice, matrix, number)


def _matrix(operator: Any) -> Floats:
    """M of a change of basis of cctbx, which turns coordinates."""
    inverse = np.array(operator.c_inv().r().as_double()).reshape(3, 3)
    return np.asarray(inverse.T, float)


def _ascending(lattice: Lattice, matrix: Floats, group: int) -> Floats:
    """Orthorhombic axes by length, as XDS has them where no screw axis is known."""
    if group not in (16, 22, 23):
        return matrix
    lengths = np.array(transformed(lattice, matrix, group).cell()[:3])
    order = np.eye(3)[np.argsort(lengths, kind="stable")]
    return (order * np.linalg.det(order)) @ matrix


def spacings(lattice: Lattice, indices: Ints) -> Floats:
    """Angstrom."""
    reciprocal = np.linalg.inv(np.array(lattice.axes))
    return 1 / np.maximum(np.linalg.norm(indices @ reciprocal.T, axis=1), 1e-9)


def divisor(group: int) -> int:
    """IDXV: by what the integers of REIDX are divided."""
    from cctbx import sgtbx

    letter = sgtbx.space_group_info(number=group).type().lookup_symbol()[0]
    return {"P": 1, "R": 3, "F": 4}.get(letter, 2)


def to_given_cell(
    lattice: Lattice, group: int, cell: Sequence[float], limits: tuple[float, float]
) -> list[Floats]:
    """All different ways of indexing that give this cell and group; none if it does not fit."""
    first = _by_reduced_cells(lattice, group, cell)
    found: list[Floats] = []
    if first is None:
        return found
    for turn in _turns(cell, limits):
        matrix = turn @ first
        fits = similar(transformed(lattice, matrix, group).cell(), cell, limits)
        if fits and not any(_same(matrix, other, group) for other in found):
            found.append(matrix)
    return found


def _by_reduced_cells(lattice: Lattice, group: int, cell: Sequence[float]) -> Floats | None:
    from cctbx import crystal, sgtbx

    wanted = sgtbx.space_group_info(number=group).group()
    now = crystal.symmetry(
        unit_cell=lattice.cell(), space_group=lattice.crystal().get_space_group()
    )
    then = crystal.symmetry(
        unit_cell=tuple(cell), space_group=wanted, assert_is_compatible_unit_cell=False
    )
    try:
        back = then.change_of_basis_op_to_niggli_cell().inverse()
        matrix = _matrix(back * now.change_of_basis_op_to_niggli_cell())
    except RuntimeError:
        return None
    return matrix


def _turns(cell: Sequence[float], limits: tuple[float, float]) -> list[Floats]:
    """Rotations that leave a cell nearly as it is; the identity comes first."""
    entries = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=9))).reshape(-1, 3, 3)
    proper = entries[np.rint(np.linalg.det(entries)) == 1]
    metric = metric_of(cell)
    turns = [turn for turn in proper if similar(cell_of(turn @ metric @ turn.T), cell, limits)]
    return sorted(turns, key=lambda turn: float(np.abs(turn - np.eye(3)).sum()))


def _same(matrix: Floats, other: Floats, group: int) -> bool:
    """Whether an operation of the group turns one way of indexing into the other."""
    from cctbx import sgtbx

    between = matrix @ np.linalg.inv(other)
    point_group = sgtbx.space_group_info(number=group).group().build_derived_point_group()
    operations = (np.array(op.r().as_double()).reshape(3, 3) for op in point_group)
    return any(np.allclose(between, operation.T) for operation in operations)
