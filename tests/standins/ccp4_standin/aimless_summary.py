"""The final summary of AIMLESS: its "table 1", and where it thinks that the data end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from ccp4_standin.aimless_tables import anomalous_cells, percent
from ccp4_standin.inputs import Given
from ccp4_standin.logs import cell_element, child, six
from ccp4_standin.merging import Merging, Shells
from ccp4_standin.observations import Floats, Names, group_name
from ccp4_standin.rejection import ErrorModel

_CONE = 20.0
"""degrees about a direction"""
_LEAST = 8
"""reflections of a shell that count in a direction"""
#: element, label in the log, decimals
_ROWS = (
    ("ResolutionLow", "Low resolution limit", 2),
    ("ResolutionHigh", "High resolution limit", 2),
    ("", "", 0),
    ("Rmerge", "Rmerge  (within I+/I-)", 3),
    ("RmergeOverall", "Rmerge  (all I+ and I-)", 3),
    ("Rmeas", "Rmeas (within I+/I-)", 3),
    ("RmeasOverall", "Rmeas (all I+ & I-)", 3),
    ("Rpim", "Rpim (within I+/I-)", 3),
    ("RpimOverall", "Rpim (all I+ & I-)", 3),
    ("RmergeTopI", "Rmerge in top intensity bin", 3),
    ("NumberObservations", "Total number of observations", 0),
    ("NumberReflections", "Total number unique", 0),
    ("MeanIoverSD", "Mean((I)/sd(I))", 1),
    ("CChalf", "Mn(I) half-set correlation CC(1/2)", 3),
    ("Completeness", "Completeness", 1),
    ("Multiplicity", "Multiplicity", 1),
    ("MeanChiSq", "Mean(Chi^2)", 2),
    ("", "", 0),
    ("AnomalousCompleteness", "Anomalous completeness", 1),
    ("AnomalousMultiplicity", "Anomalous multiplicity", 1),
    ("AnomalousCChalf", "DelAnom correlation between half-sets", 3),
    ("AnomalousNPslope", "Mid-Slope of Anom Normal Probability", 3),
)
_ONE_NUMBER = ("RmergeTopI", "AnomalousNPslope")
_SHELLS = ("Overall", "Inner", "Outer")


@dataclass(frozen=True)
class Limit:
    direction: str
    kind: str
    threshold: float
    resolution: float
    message: str

    def line(self) -> str:
        name = "half-dataset correlation CC(1/2)" if self.kind == "CChalf" else "Mn(I/sd)"
        left = f"from {name} > {self.threshold:5.2f}:"
        return f"{left:<46} limit = {self.resolution:5.2f}A  {self.message}".rstrip()


def write(
    given: Given,
    root: ElementTree.Element,
    merged: dict[Names, Merging],
    models: dict[int, ErrorModel],
    status: str,
) -> None:
    bins = next((int(e.numbers()[0]) for e in given.all("BINS") if not e.says("INTENSITY")), 10)
    high = min(float(one.spacing.min()) for one in merged.values())
    shells = Shells.of(high - 1e-6, bins)
    values = {names: _values(one, shells) for names, one in merged.items()}
    limits = {names: list(_limits(given, one, shells)) for names, one in merged.items()}
    print(f"{'=' * 62}\n\n<!--SUMMARY_BEGIN--> $TEXT:Result: $$ $$")
    _table(merged, values)
    _log_limits(limits)
    for names, one in merged.items():
        _facts(names, one, models, several=len(merged) > 1)
    print(f"{status}\n\n$$ <!--SUMMARY_END-->\n{'=' * 62}\n")
    result = child(root, "Result")
    for names, one in merged.items():
        _element(result, names, one, values[names], limits[names])
    _sd_element(root, models)


def _values(merging: Merging, shells: Shells) -> dict[str, tuple[float, ...]]:
    at, unique_at = shells.number(merging.spacing), shells.number(merging.unique_spacing)
    possible, centric = merging.possible()
    could = shells.number(possible)
    low, high = float(merging.spacing.max()), float(merging.spacing.min())
    last = len(shells.edges) - 2
    columns = []
    for shell in (None, 0, last):
        observed, unique, able = (
            np.ones(len(x), bool) if shell is None else x == shell for x in (at, unique_at, could)
        )
        limits = (low, high) if shell is None else shells.limits(shell, low, high)
        one, all_ = (merging.rates(observed, within=within) for within in (True, False))
        complete, _, several = anomalous_cells(merging, unique, able & ~centric)
        columns.append(
            {
                "ResolutionLow": limits[0],
                "ResolutionHigh": limits[1],
                "Rmerge": one.merge,
                "RmergeOverall": all_.merge,
                "Rmeas": one.meas,
                "RmeasOverall": all_.meas,
                "Rpim": one.pim,
                "RpimOverall": all_.pim,
                "NumberObservations": observed.sum(),
                "NumberReflections": unique.sum(),
                "MeanIoverSD": merging.signal(unique),
                "CChalf": merging.cc_half(unique)[0],
                "Completeness": percent(unique.sum(), able.sum()),
                "Multiplicity": observed.sum() / max(unique.sum(), 1),
                "MeanChiSq": merging.chi_squared(observed),
                "AnomalousCompleteness": float(complete),
                "AnomalousMultiplicity": float(several),
                "AnomalousCChalf": merging.cc_anomalous(unique)[0],
            }
        )
    found = {name: tuple(float(column[name]) for column in columns) for name in columns[0]}
    strongest = merging.intensity >= np.quantile(merging.intensity, 0.95)
    found["RmergeTopI"] = (merging.rates(strongest, within=True).merge,)
    found["AnomalousNPslope"] = (merging.slope(),)
    return found


def _table(merged: dict[Names, Merging], values: dict[Names, dict[str, tuple[float, ...]]]) -> None:
    several = len(merged) > 1
    if several:
        print("\nSummary data for datasets")
        for names in merged:
            print(f"   {names.line()}")
        print("\n" + " " * 40 + "".join(f"{names.path():^27}" for names in merged) + "\n")
        print(" " * 39 + "   Overall   Inner   Outer" * len(merged))
    else:
        (names,) = merged
        print(f"Summary data for        {names.line()}\n")
        print(" " * 43 + "Overall  InnerShell  OuterShell")
    for name, label, decimals in _ROWS:
        if not name:
            print()
            continue
        cells = []
        for one in values.values():
            numbers = [f"{value:.{decimals}f}" for value in one[name]]
            cells += ([*numbers, "-", "-"])[:3]
        print(f"{label:<38}" + "".join(f"{cell:>{9 if several else 10}}" for cell in cells))
    print()


def _directions(merging: Merging) -> dict[str, list[Floats]]:
    """Names of directions and the reciprocal vectors (Cartesian) that they hold for."""
    axes = np.array(merging.data.symmetry().unit_cell().fractionalization_matrix()).reshape(3, 3)
    a, b, c = axes
    system = merging.data.group.crystal_system()
    if system == "Cubic":
        return {}
    if system in ("Tetragonal", "Trigonal", "Hexagonal"):
        return {"Along h k plane": [], "Along l axis": [c]}
    return {"Along h axis": [a], "Along k axis": [b], "Along l axis": [c]}


def _limits(given: Given, merging: Merging, shells: Shells) -> Iterator[Limit]:
    axes = np.array(merging.data.symmetry().unit_cell().fractionalization_matrix()).reshape(3, 3)
    vectors = merging.unique @ axes
    lengths = np.linalg.norm(vectors, axis=1)
    half = _threshold(given, "CCMINIMUM", 0.3)
    signal = _threshold(given, "ISIGMINIMUM", 1.5)
    everything = np.ones(len(merging.unique), bool)
    chosen = {"Overall": everything}
    for name, those in _directions(merging).items():
        if those:
            near = np.abs(vectors @ those[0]) / (lengths * np.linalg.norm(those[0]))
            chosen[name] = near >= np.cos(np.radians(_CONE))
        else:
            along = np.abs(vectors @ axes[2]) / (lengths * np.linalg.norm(axes[2]))
            chosen[name] = along <= np.sin(np.radians(_CONE))
    for name, wanted in chosen.items():
        for kind, threshold in (("CChalf", half), ("I/sd", signal), ("I/sd", 2.0)):
            if kind == "I/sd" and threshold == 2.0 and signal == 2.0:
                continue
            found = _limit(merging, shells, wanted, kind, threshold)
            if found is not None:
                yield Limit(name, kind, threshold, *found)


def _threshold(given: Given, name: str, default: float) -> float:
    for entry in given.all("ANALYSIS"):
        if found := entry.after(name):
            return float(found[0])
    return default


def _limit(
    merging: Merging, shells: Shells, wanted: Floats, kind: str, threshold: float
) -> tuple[float, str] | None:
    """Where the curve falls below the threshold, in A, and what is said of it; None without data."""
    at = shells.number(merging.unique_spacing)
    curve = []
    for shell, middle in enumerate(shells.middles()):
        those = wanted & (at == shell)
        if those.sum() < _LEAST:
            continue
        value = merging.cc_half(those)[0] if kind == "CChalf" else merging.signal(those)
        curve.append((middle, value))
    if not curve:
        return None
    if curve[0][1] < threshold:
        low = float(merging.spacing.max())
        return low, "WARNING: weak data, all data below threshold"
    for (before, high_value), (middle, value) in itertools.pairwise(curve):
        if value < threshold:
            part = (high_value - threshold) / (high_value - value)
            return float((before + part * (middle - before)) ** -0.5), ""
    return float(merging.spacing.min()), "== maximum resolution"


def _log_limits(limits: dict[Names, list[Limit]]) -> None:
    several = len(limits) > 1
    print("Estimates of resolution limits: overall")
    for names, found in limits.items():
        if several:
            print(f"   Dataset: {names.path()}")
        for one in found:
            if one.direction == "Overall":
                print(f"   {one.line()}")
    print("\nEstimates of resolution limits in reciprocal lattice directions:")
    for names, found in limits.items():
        if several:
            print(f"   Dataset: {names.path()}")
        before = "Overall"
        for one in found:
            if one.direction != before:
                print(f"  {one.direction}")
                before = one.direction
            if one.direction != "Overall":
                print(f"   {one.line()}")
    print()


def _facts(names: Names, merging: Merging, models: dict[int, ErrorModel], *, several: bool) -> None:
    used = [models[run] for run in sorted(set(merging.data.columns.run.tolist()))]
    if several:
        print(f"Dataset: {names.path()}\n")
    first = next(run for run in merging.data.runs if run.names == names)
    print(f"Average unit cell: {six(first.cell)}")
    print(f"Space group: {group_name(merging.data.group)}")
    print("Average mosaicity:   0.00\n")
    low, high = min(one.factor for one in used), max(one.factor for one in used)
    print(
        f"Minimum and maximum SD correction factors: Fulls {low:6.2f} {high:6.2f}"
        " Partials   0.00   0.00"
    )


def _element(
    result: ElementTree.Element,
    names: Names,
    merging: Merging,
    values: dict[str, tuple[float, ...]],
    limits: list[Limit],
) -> None:
    made = child(result, "Dataset", name=names.path())
    for name, _, decimals in _ROWS:
        if name in _ONE_NUMBER:
            child(made, name, f"{values[name][0]:.{decimals}f}")
        elif name:
            one = child(made, name)
            for shell, value in zip(_SHELLS, values[name], strict=True):
                child(one, shell, f"{value:.{decimals}f}")
    for limit in limits:
        one = child(made, "ResolutionLimitEstimate", type=limit.kind)
        child(one, "Direction", limit.direction)
        child(one, "Threshold", f"{limit.threshold:.2f}")
        child(one, "MaximumResolution", f"{limit.resolution:.2f}")
        if limit.message:
            child(one, "Message", limit.message)
    first = next(run for run in merging.data.runs if run.names == names)
    cell_element(made, first.cell)
    child(made, "SpacegroupName", group_name(merging.data.group))


def _sd_element(root: ElementTree.Element, models: dict[int, ErrorModel]) -> None:
    made = child(root, "SDcorrection")
    for run, model in models.items():
        one = child(made, "Run")
        child(one, "number", run + 1)
        fulls = child(one, "Fulls")
        child(fulls, "SDfac", f"{model.factor:.2f}")
        child(fulls, "SDb", f"{model.b:.2f}")
        child(fulls, "SDadd", f"{model.add:.4f}")
        child(fulls, "ISa", f"{model.isa:.1f}")
