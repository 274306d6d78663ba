"""Compares what processing made of simulated images with the truth of the simulation.

``compare`` takes a merged MTZ file and, for the exact relation of its indices to the true ones, the
DIALS experiments of the same run (or the matrix itself). Without either it tries all matrices that
carry the found cell into the true one and takes the best: right for intensities, but it cannot tell
which of several equally good descriptions was meant.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hkl = tuple[int, int, int]

#: dxtbx's frame is sw turned by 180 degrees about x
_SW_TO_DXTBX = np.diag([1.0, -1.0, -1.0])
_ENANTIOMORPHS = {
    76: 78, 91: 95, 92: 96, 144: 145, 151: 153, 152: 154, 169: 170, 171: 172, 178: 179,
    180: 181, 212: 213,
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Measured against true."""

    observations: int
    """merged I(+) and I(-) (or mean) values compared"""
    cc_intensity: float
    pairs: int
    """acentric Bijvoet pairs with both mates"""
    cc_anomalous: float | None
    """correlation of I(+) - I(-)"""
    right_signs: float | None
    """fraction of right signs, on the half of the pairs with the larger true difference"""
    completeness: float
    """fraction of the true unique reflections that was measured"""
    cell_deviation: float
    """largest relative deviation of a, b, c after transformation to the true setting"""
    angle_deviation_deg: float
    space_group: str
    same_group: bool
    """the true group or its enantiomorph, in any setting"""
    reindex: tuple[tuple[float, ...], ...]
    """true indices = reindex (found indices)"""
    reindex_error: float
    """how far from integers the matrix was"""


@dataclass(frozen=True)
class _True:
    cell: gemmi.UnitCell
    group: gemmi.SpaceGroup
    intensities: dict[Hkl, tuple[float, float]]


def compare(
    folder: Path,
    merged: Path,
    experiments: Path | None = None,
    *,
    sweep: str | None = None,
    reindex: Floats | None = None,
    d_max: float = 20.0,
    d_min: float = 0.0,
    suffix: str = "",
) -> Comparison:
    """Compares ``merged`` with the truth in ``folder``.

    ``sweep``: the one whose orientation and f', f'' count (the first by default; it must be the
    first of ``experiments``). ``suffix``: of the column names, e.g. ``_WAVE2``. Reflections beyond
    ``d_max`` A are left out: the beam stop's shadow spoils them.
    """
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    described = _sweep(truth, sweep)
    expected = _read_truth(folder / described["mtz"])
    mtz = gemmi.read_mtz_file(str(merged))
    cell = mtz.datasets[-1].cell
    found = _measured(mtz, suffix)
    if experiments is not None:
        candidates = [_matrix_of_experiments(truth, described, experiments)]
    elif reindex is not None:
        candidates = [np.asarray(reindex, float)]
    else:
        candidates = _matrices_of_cells(cell, expected.cell)
    results = [
        _compare(expected, mtz.spacegroup, cell, found, matrix, (d_max, d_min))
        for matrix in candidates
    ]
    return max(results, key=lambda result: result.cc_intensity)


def _sweep(truth: dict[str, Any], name: str | None) -> dict[str, Any]:
    sweeps: list[dict[str, Any]] = truth["sweeps"]
    return next(sweep for sweep in sweeps if name in (None, sweep["name"]))


def _read_truth(path: Path) -> _True:
    mtz = gemmi.read_mtz_file(str(path))
    plus, minus = (mtz.column_with_label(label).array for label in ("I(+)", "I(-)"))
    table = {
        _hkl(index): (float(p), float(m))
        for index, p, m in zip(mtz.make_miller_array(), plus, minus, strict=True)
    }
    return _True(mtz.cell, mtz.spacegroup, table)


def _hkl(index: Sequence[int] | NDArray[np.int64]) -> Hkl:
    return int(index[0]), int(index[1]), int(index[2])


def _measured(mtz: gemmi.Mtz, suffix: str) -> list[tuple[NDArray[np.int64], float]]:
    """Indices as measured (those of I(-) negated) and values; means when mates were not kept."""
    hkl = np.asarray(mtz.make_miller_array(), dtype=np.int64)
    labels = [column.label for column in mtz.columns]
    wanted = [("I(+)", 1), ("I(-)", -1)] if f"I(+){suffix}" in labels else [("IMEAN", 1)]
    found: list[tuple[NDArray[np.int64], float]] = []
    for label, sign in wanted:
        values = mtz.column_with_label(label + suffix).array
        found += [
            (sign * index, float(value))
            for index, value in zip(hkl, values, strict=True)
            if not np.isnan(value)
        ]
    return found


def _matrix_of_experiments(
    truth: dict[str, Any], sweep: dict[str, Any], experiments: Path
) -> Floats:
    """From the orientations at scan angle 0: A_true h_true = A_found h_found."""
    content = json.loads(experiments.read_text(encoding="utf-8"))
    experiment = content["experiment"][0]
    crystal = content["crystal"][experiment["crystal"]]
    axes = np.array([crystal[f"real_space_{name}"] for name in "abc"])
    fixed = _fixed_rotation(content["goniometer"][experiment["goniometer"]])
    a_found = fixed @ np.linalg.inv(axes)
    a_true = np.array(sweep["fixed_rotation"]) @ np.array(sweep["u"]) @ np.array(truth["b"])
    matrix: Floats = np.linalg.inv(_SW_TO_DXTBX @ a_true) @ a_found
    return matrix


def _fixed_rotation(goniometer: dict[str, Any]) -> Floats:
    """Everything between the scanned axis and the crystal, and the setting rotation."""
    if "axes" in goniometer:
        axes, angles, scan = goniometer["axes"], goniometer["angles"], goniometer["scan_axis"]
        turns = [_turn(axis, angle) for axis, angle in zip(axes, angles, strict=True)]
        # dxtbx lists the axis nearest to the crystal first
        fixed, setting = np.eye(3), np.eye(3)
        for turn in turns[:scan]:
            fixed = turn @ fixed
        for turn in turns[scan + 1 :]:
            setting = turn @ setting
        product: Floats = setting @ fixed
        return product
    fixed = np.reshape(goniometer.get("fixed_rotation", np.eye(3).ravel()), (3, 3))
    setting = np.reshape(goniometer.get("setting_rotation", np.eye(3).ravel()), (3, 3))
    both: Floats = setting @ fixed
    return both


def _turn(axis: list[float], angle_deg: float) -> Floats:
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(angle_deg)
    turned: Floats = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    return turned


def _matrices_of_cells(found: gemmi.UnitCell, true: gemmi.UnitCell) -> list[Floats]:
    """All matrices of -1, 0, 1 (and determinant 1) that carry one cell into the other within 2 %."""
    entries = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=9))).reshape(-1, 3, 3)
    proper = entries[np.rint(np.linalg.det(entries)) == 1]
    metric, wanted = _metric(found), _metric(true)
    made = proper @ metric @ proper.transpose(0, 2, 1)
    lengths = np.sqrt(np.diag(wanted))
    fits = np.abs((made - wanted) / np.outer(lengths, lengths)).max((1, 2)) < 0.04
    if not fits.any():
        raise AssertionError(f"no re-indexing carries {found} into the true {true}")
    return list(proper[fits])


def _metric(cell: gemmi.UnitCell) -> Floats:
    axes = np.array(cell.orth.mat.tolist())
    product: Floats = axes.T @ axes
    return product


def _compare(
    true: _True,
    group: gemmi.SpaceGroup,
    cell: gemmi.UnitCell,
    found: list[tuple[NDArray[np.int64], float]],
    exact: Floats,
    limits_a: tuple[float, float],
) -> Comparison:
    matrix = np.rint(exact * 2) / 2  # primitive against centred settings have halves
    pairs = _match(true, found, matrix, limits_a)
    values = np.array(
        [(np.mean(v), t) for vs, ts in pairs.values() for v, t in zip(vs, ts, strict=True) if v]
    )
    both = [
        (np.mean(vs[0]) - np.mean(vs[1]), ts[0] - ts[1])
        for vs, ts in pairs.values()
        if vs[0] and vs[1]
    ]
    differences = np.array(
        [d for d in both if abs(d[1]) > 1e-3 * abs(values[:, 1]).mean()]
    ).reshape(-1, 2)
    enough = len(differences) > 10
    larger = (
        differences[np.abs(differences[:, 1]) >= np.median(np.abs(differences[:, 1]))]
        if enough
        else differences
    )
    lengths, angles = _cell_deviation(true.cell, cell, matrix)
    numbers = {group.number, _enantiomorph(group.number)}
    return Comparison(
        observations=len(values),
        cc_intensity=float(np.corrcoef(values.T)[0, 1]),
        pairs=len(differences),
        cc_anomalous=float(np.corrcoef(differences.T)[0, 1]) if enough else None,
        right_signs=float(np.mean(larger[:, 0] * larger[:, 1] > 0)) if enough else None,
        completeness=len(pairs)
        / sum(_within(true.cell, hkl, limits_a) for hkl in true.intensities),
        cell_deviation=lengths,
        angle_deviation_deg=angles,
        space_group=group.xhm(),
        same_group=true.group.number in numbers,
        reindex=tuple(tuple(float(value) for value in row) for row in matrix),
        reindex_error=float(np.abs(exact - matrix).max()),
    )


def _match(
    true: _True,
    found: list[tuple[NDArray[np.int64], float]],
    matrix: Floats,
    limits_a: tuple[float, float],
) -> dict[Hkl, tuple[tuple[list[float], list[float]], tuple[float, float]]]:
    """By true unique indices: values measured for I(+) and for I(-), and the true ones."""
    asu, operations = gemmi.ReciprocalAsu(true.group), true.group.operations()
    matched: dict[Hkl, tuple[tuple[list[float], list[float]], tuple[float, float]]] = {}
    for measured, value in found:
        whole = [round(index) for index in matrix @ measured]
        unique, isym = asu.to_asu(whole, operations)
        hkl = _hkl(unique)
        if hkl in true.intensities and _within(true.cell, hkl, limits_a):
            values, _ = matched.setdefault(hkl, (([], []), true.intensities[hkl]))
            values[0 if isym % 2 == 1 else 1].append(value)
    return matched


def _within(cell: gemmi.UnitCell, hkl: Hkl, limits_a: tuple[float, float]) -> bool:
    d_max, d_min = limits_a
    return bool(d_min <= cell.calculate_d(list(hkl)) <= d_max)


def _cell_deviation(
    true: gemmi.UnitCell, found: gemmi.UnitCell, matrix: Floats
) -> tuple[float, float]:
    """Largest relative deviation of a length, largest deviation of an angle in degrees."""
    metric = matrix @ _metric(found) @ matrix.T
    lengths = np.sqrt(np.diag(metric))
    cosines = (metric / np.outer(lengths, lengths))[[1, 0, 0], [2, 2, 1]]
    wanted = np.array(true.parameters)
    angles = np.degrees(np.arccos(cosines))
    return (
        float(np.abs(lengths / wanted[:3] - 1).max()),
        float(np.abs(angles - wanted[3:]).max()),
    )


def _enantiomorph(number: int) -> int:
    return (_ENANTIOMORPHS | {v: k for k, v in _ENANTIOMORPHS.items()}).get(number, number)
