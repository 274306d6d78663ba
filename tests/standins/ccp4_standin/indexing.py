"""Files that can be indexed in several ways, compared with a first file or a reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ccp4_standin.laue import correlation
from ccp4_standin.logs import StopError
from ccp4_standin.observations import Unmerged, matrix_of
from ccp4_standin.resolution import normalised

_LEAST_COMMON = 10
_SPREAD = 0.1
"""of the correlation of a right indexing about 1"""


@dataclass(frozen=True)
class Indexing:
    """A way to index a file as another one is indexed."""

    operator: Any
    cc: float
    r: float
    common: int
    deviation: float
    """of the cells, A"""
    likelihood: float = 0.0


def compatible(cell: tuple[float, ...], other: tuple[float, ...], tolerance: float) -> bool:
    """Angles within ``tolerance`` degrees, lengths within the same in radians."""
    lengths = np.abs(np.array(cell[:3]) / np.array(other[:3]) - 1).max()
    angles = np.abs(np.array(cell[3:]) - np.array(other[3:])).max()
    return bool(lengths <= math.radians(tolerance) and angles <= tolerance)


def choices(symmetry: Any, other: Any, tolerance: float) -> list[Any]:
    """Operators from one lattice to another that its symmetry does not make alike, identity first."""
    from cctbx import sgtbx
    from cctbx.sgtbx import lattice_symmetry

    to_other = other.change_of_basis_op_to_niggli_cell().inverse()
    first = to_other * symmetry.change_of_basis_op_to_niggli_cell()
    identity = sgtbx.change_of_basis_op()
    if compatible(symmetry.unit_cell().parameters(), other.unit_cell().parameters(), tolerance):
        first = identity
    lattice = lattice_symmetry.group(other.niggli_cell().unit_cell(), max_delta=tolerance)
    own = other.space_group().build_derived_acentric_group().build_derived_point_group()
    found: list[Any] = []
    for operation in lattice.smx():
        basis = sgtbx.change_of_basis_op(operation).new_denominators(to_other)
        turn = to_other * basis * to_other.inverse()
        if turn.c().r().determinant() < 0 or not _whole(turn):
            continue
        if not any(_alike(turn, one, own) for one in found):
            found.append(turn)
    made = [turn * first for turn in found]
    return sorted(
        made, key=lambda one: (not one.is_identity_op(), abs(matrix_of(one) - np.eye(3)).sum())
    )


def _whole(operator: Any) -> bool:
    matrix = matrix_of(operator)
    return bool(np.allclose(matrix, np.rint(matrix)))


def _alike(one: Any, other: Any, group: Any) -> bool:
    between = matrix_of(one) @ np.linalg.inv(matrix_of(other))
    turns = (np.array(op.r().as_double()).reshape(3, 3) for op in group)
    return any(np.allclose(between, turn.T) for turn in turns)


def scored(data: Unmerged, reference: Any, tolerance: float) -> list[Indexing]:
    """All ways to index data as a merged cctbx array is, the best first. Raises StopError."""
    found = []
    for operator in choices(data.symmetry(), reference.crystal_symmetry(), tolerance):
        there = data.reindexed(operator, reference.space_group())
        cell, wanted = there.cell(), reference.unit_cell().parameters()
        raw = data.symmetry().unit_cell().change_basis(operator).parameters()
        if not compatible(raw, wanted, tolerance):
            continue
        one, other = _common(there, reference)
        pairs = np.stack([normalised(one)[0], normalised(other)[0]], axis=1)
        off = np.abs(pairs[:, 0] - pairs[:, 1]).sum() / max(pairs.mean(axis=1).sum(), 1e-9)
        deviation = float(np.abs(np.array(cell[:3]) - np.array(wanted[:3])).max())
        found.append(Indexing(operator, correlation(pairs), float(off), len(pairs), deviation))
    if not found:
        raise StopError("Stopping because cell discrepancy between files")
    if max(one.common for one in found) < _LEAST_COMMON:
        raise StopError("Reference data and observed data do not overlap")
    return _likely(found)


def _common(data: Unmerged, reference: Any) -> tuple[Any, Any]:
    usable = data.select(data.columns.flag == 0)
    merged = usable.miller(anomalous=False).merge_equivalents().array()
    merged = merged.customized_copy(crystal_symmetry=reference.crystal_symmetry())
    one, other = merged.common_sets(reference)
    return one, other


def _likely(found: list[Indexing]) -> list[Indexing]:
    weights = [math.exp(-((1 - one.cc) ** 2) / (2 * _SPREAD**2)) + 1e-6 for one in found]
    made = [
        Indexing(one.operator, one.cc, one.r, one.common, one.deviation, weight / sum(weights))
        for one, weight in zip(found, weights, strict=True)
    ]
    return sorted(made, key=lambda one: -one.cc)


def merged(data: Unmerged) -> Any:
    """The reference that a first file makes for those behind it."""
    usable = data.select(data.columns.flag == 0)
    return usable.miller(anomalous=False).merge_equivalents().array()


def read_reference(path: str) -> Any:
    """Mean intensities of a merged MTZ file, from amplitudes if it has no others."""
    from iotbx.reflection_file_reader import any_reflection_file
    from libtbx.utils import Sorry

    try:
        arrays = any_reflection_file(path).as_miller_arrays(merge_equivalents=False) or []
    except (RuntimeError, OSError, Sorry):
        arrays = []
    for wanted in ("is_xray_intensity_array", "is_xray_amplitude_array"):
        for array in arrays:
            if getattr(array, wanted)():
                mean = array.average_bijvoet_mates() if array.anomalous_flag() else array
                mean = (
                    mean.merge_equivalents().array()
                    if not mean.is_unique_set_under_symmetry()
                    else mean
                )
                squared = mean if mean.is_xray_intensity_array() else mean.f_as_f_sq()
                return squared.map_to_asu()
    raise StopError(f"Cannot read reference reflections from {path}")
