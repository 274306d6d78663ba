"""What CTRUNCATE says of mean intensities: Wilson plot, anisotropy, twinning, completeness."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin import logs
from ccp4_standin.logs import Table, cell_element, child
from ccp4_standin.observations import Floats, group_name
from ccp4_standin.resolution import normalised
from ccp4_standin.twinning import LTest, l_test

_STRONG_ANISOTROPY = 0.5
_SHELLS = 20
_RESIDUE = {"C": 4.9, "N": 1.35, "O": 1.5, "H": 8.0}
"""atoms"""
_COMPLETE = 0.85


def write(array: Any, names: str, residues: int) -> ElementTree.Element:
    """``array``: unique mean intensities without absences."""
    root = logs.root("CTRUNCATE")
    _head(root, array, names)
    _completeness(root, array)
    _anisotropy(root, array, residues or _residues(array))
    _twinning(root, array)
    _wilson(root, array, residues or _residues(array))
    return root


def _residues(array: Any) -> int:
    """Half of the asymmetric unit, 140 A^3 for each residue (with its share of solvent 2.4)."""
    volume = array.unit_cell().volume() / array.space_group().order_z()
    return max(1, int(volume / (2.4 * 110)))


def _head(root: ElementTree.Element, array: Any, names: str) -> None:
    spacing = array.d_spacings().data().as_numpy_array()
    centric = array.centric_flags().data().count(True)
    name, cell = group_name(array.space_group()), array.unit_cell().parameters()
    print(f"\nCRYSTAL INFO:\n\nCrystal/dataset names: {names}\n")
    print(f"\nNcentric = {centric}")
    print(f"Cell parameters: {''.join(f'{x:11.4f}' for x in cell)}\n")
    print(f"Number of reflections: {array.size()}\n")
    print(
        f"Minimum resolution = {spacing.max():7.3f} A\nMaximum resolution = {spacing.min():7.3f} A\n"
    )
    print(f"Spacegroup: {name} (number {array.space_group().type().number():4d})\n")
    file = child(root, "ReflectionFile")
    cell_element(file, cell)
    child(file, "SpacegroupName", name)
    child(file, "CrystalDatasetId", names)
    data = child(root, "ReflectionData")
    child(data, "ReflectionDataType", "Intensity")
    child(data, "NumberReflections", array.size())
    child(data, "NumberCentric", centric)
    child(data, "ResolutionLow", f"{spacing.max():.3f}")
    child(data, "ResolutionHigh", f"{spacing.min():.3f}")
    child(root, "DataStatistics")


def _completeness(root: ElementTree.Element, array: Any) -> None:
    square = array.d_star_sq().data().as_numpy_array()
    could = array.complete_set().d_star_sq().data().as_numpy_array()
    ratio = array.data().as_numpy_array() / array.sigmas().as_numpy_array()
    edges = np.linspace(0, max(square.max(), could.max()) + 1e-9, _SHELLS + 1)
    table = Table(
        "Intensity Completeness",
        "completeness",
        ("Completeness v resolution:N:1,2,3,4,5,6:",),
        ("1/resol^2", "completeness", "sig1", "sig2", "sig3", "standard"),
    )
    good = []
    for begin, end in itertools.pairwise(edges):
        inside = (square > begin) & (square <= end)
        possible = max(int(((could > begin) & (could <= end)).sum()), 1)
        parts = [inside.sum() / possible]
        parts += [(ratio[inside] > limit).sum() / possible for limit in (1, 2, 3)]
        spread = float((1 / np.maximum(ratio[inside], 1e-3)).mean()) if inside.any() else 0.0
        table.rows.append((f"{(begin + end) / 2:.6f}", *(f"{x:.4f}" for x in (*parts, spread))))
        good.append(parts[-1] > _COMPLETE)
    print(_log(table))
    root.append(table.element())
    shells = np.flatnonzero(good)
    if len(shells):
        low = min(edges[shells[0]] ** -0.5 if shells[0] else 1e9, square.min() ** -0.5)
        high = edges[shells[-1] + 1] ** -0.5
        print("COMPLETENESS ANALYSIS (using intensities):\n")
        print("Using I/sigI > 3 with completeness above 0.85, the estimated useful")
        print(f"Resolution Range of this data is {low:7.3f}A to {high:7.3f}A\n")


def _log(table: Table) -> str:
    """In the way of this program: no titles behind the rows."""
    rows = "\n".join("  " + " ".join(row) for row in table.rows)
    graphs = "\n".join((": " if n else " ") + graph for n, graph in enumerate(table.graphs))
    return f"\n$TABLE: {table.title}:\n$GRAPHS:{graphs}\n$$ {' '.join(table.titles)} $$\n$$\n{rows}\n$$\n"


def _anisotropy(root: ElementTree.Element, array: Any, residues: int) -> None:
    from mmtbx.scaling.absolute_scaling import ml_aniso_absolute_scaling

    try:
        b = ml_aniso_absolute_scaling(array, n_residues=residues).b_cart
    except (RuntimeError, AssertionError):
        return
    tensor = np.array([[b[0], b[3], b[4]], [b[3], b[1], b[5]], [b[4], b[5], b[2]]])
    values = np.sort(np.linalg.eigvalsh(tensor))[::-1]
    u = values / (8 * np.pi**2)
    ratios = u / u[0] if u[0] > 0 else np.ones(3)
    print("ANISOTROPY ANALYSIS (using intensities):\n")
    print("Eigenvalues: " + "".join(f"{x:9.4f}" for x in u))
    print("Eigenvalue ratios: " + "".join(f"{x:9.4f}" for x in ratios))
    if ratios.min() < _STRONG_ANISOTROPY:
        print("Warning: data is highly anisotropic.")
    else:
        print("Little or no anisotropy detected.")
    print()
    made = child(root, "AnisotropyAnalysis")
    for value in u:
        child(made, "Eigenvalue", f"{value:.4f}")
    numbers = " ".join(f"{x:.4f}" for x in tensor.ravel())
    child(child(made, "BAniso"), "Orthogonal", numbers)


def _twinning(root: ElementTree.Element, array: Any) -> None:
    test = l_test(array, 3.0)
    fraction = test.fraction()
    print("TWINNING ANALYSIS:\n")
    print("L test for twinning: (Padilla and Yeates Acta Cryst. D59 1124 (2003))")
    print(f"L statistic = {test.mean:6.3f}  (untwinned 0.5 perfect twin 0.375)")
    print(f"Data has used to {test.high:6.2f} A resolution\n")
    print(_log(_distribution(test)))
    z = _acentric(array)
    print("Mean acentric moments I from input data:\n")
    for power, expected, twin in ((2, 2.0, 1.5), (3, 6.0, 3.0), (4, 24.0, 7.5)):
        moment = (z**power).mean() / z.mean() ** power
        print(
            f"  <I^{power}>/<I>^{power} = {moment:6.3f} (Expected = {expected:6.3f},"
            f" Perfect Twin = {twin:6.3f})"
        )
    print("\nTwin fraction estimates excluding operators")
    print(f"  Twin fraction estimate from L-test:  {fraction:.3f}\n")
    print("TWINNING SUMMARY\n")
    verdict = "Twinning detected" if test.twinned else "NO Twinning detected"
    print(f"{verdict}\n")
    made = child(root, "Twinning")
    one = child(made, "L-test")
    child(one, "Result", f"{test.mean:.3f}")
    child(one, "Twinned", "yes" if test.twinned else "no")
    child(one, "TwinFraction", f"{fraction:.3f}")
    child(made, "Comment", verdict, id="TwinningSummary")


def _distribution(test: LTest) -> Table:
    return Table(
        "L test for twinning",
        "ltest",
        ("cumulative distribution function for |L|:0|1x0|1:1,2,3,4:",),
        ("|L|", "Observed", "Expected_untwinned", "Expected_twinned"),
        [tuple(f"{x:.6f}" for x in row) for row in test.cumulative()],
    )


def _acentric(array: Any) -> Floats:
    return normalised(array.select(~array.centric_flags().data()))[0]


def _wilson(root: ElementTree.Element, array: Any, residues: int) -> None:
    """A straight line through ln(<I>/sum f^2) of shells against 1/d^2; its slope is -B/2."""
    square = array.d_star_sq().data().as_numpy_array()
    epsilon = array.epsilons().data().as_double().as_numpy_array()
    values = array.data().as_numpy_array() / epsilon
    order = np.argsort(square)
    points = []
    for shell in np.array_split(order, min(_SHELLS, max(3, len(order) // 30))):
        if len(shell) and values[shell].mean() > 0:
            middle = float(square[shell].mean())
            expected = _scattering(middle, residues) * array.space_group().order_z()
            points.append((middle, float(np.log(values[shell].mean() / expected)), len(shell)))
    if len(points) < 3:
        return
    x, y, count = np.array(points).T
    (slope, intercept), covariance = np.polyfit(x, y, 1, w=np.sqrt(count), cov="unscaled")
    b, scale = -2 * slope, float(np.exp(intercept))
    sigb, siga = 2 * covariance[0, 0] ** 0.5, covariance[1, 1] ** 0.5
    print(f"WILSON SCALING:\nEstimated number of residues = {residues}\n\nResults Wilson plot:")
    print(f"B = {b:6.3f} intercept = {intercept:6.3f} siga = {siga:6.3f} sigb = {sigb:6.3f}")
    print(f"scale factor on intensity = {scale:10.4f}\n")
    table = Table(
        "Wilson plot",
        "WilsonPlot",
        (f"Wilson plot - estimated B factor = {b:5.1f} :A:1,2,3:",),
        ("1/resol^2", "ln(I/I_th)", "Best"),
        [(f"{one:.5f}", f"{two:.5f}", f"{slope * one + intercept:.5f}") for one, two, _ in points],
    )
    print(_log(table))
    root.append(table.element())
    data = root.find("DataStatistics")
    assert data is not None
    child(data, "WilsonB", f"{b:.3f}")
    child(data, "WilsonScale", f"{scale:.4f}")


def _scattering(square: float, residues: int) -> float:
    """Sum of f^2 of an average protein."""
    from cctbx.eltbx import xray_scattering

    return residues * sum(
        count * xray_scattering.wk1995(element).fetch().at_d_star_sq(square) ** 2
        for element, count in _RESIDUE.items()
    )
