"""The stand-in of AIMLESS: scales, weighs, rejects, merges, and tells how good it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ccp4_standin import (
    aimless_summary,
    aimless_tables,
    merged_mtz,
    pointless_report,
    rejection,
    scaling_model,
    unmerged_mtz,
)
from ccp4_standin.inputs import Entry, Given, limits_of
from ccp4_standin.logs import StopError, child
from ccp4_standin.merging import Merging
from ccp4_standin.observations import FLAGS, Floats, Names, Unmerged, group_name
from ccp4_standin.rejection import ErrorModel, Rejected

_WITHOUT_EFFECT = (
    "INITIAL INTENSITIES PARTIALS TIE LINK UNLINK REFINE CYCLES BLANK USESDPARAMETER TITLE NAME"
).split()
_KEPT = {
    "OVERLOADS": "Profile-fitted overloads",
    "EDGE": "Spots on edge",
    "MISFIT": "XDS misfits (outliers)",
    "BGRATIO": "BGratio too large",
    "PKRATIO": "PKratio too large",
    "GRADIENT": "Gradient too large",
}
_SIDE_FILES = ("SCALES", "ROGUES")
_PLOTS = ("NORMPLOT", "ANOMPLOT", "CORRELPLOT", "ROGUEPLOT")
_STRONG = 0.15
"""CC(anom) above which there is a signal"""


def run(given: Given, root: ElementTree.Element) -> None:
    pointless_report.head(given, _WITHOUT_EFFECT)
    if "RESTORE" in given:
        raise StopError("The stand-in cannot RESTORE scales")
    if given.file("HKLREF") and given.file("XYZIN"):
        raise StopError("HKLREF and XYZIN exclude each other")
    if not given.file("HKLIN"):
        raise StopError("No input file defined", 3)
    data = _read(given, root)
    if "ONLYMERGE" in given:
        child(root, "OnlyMerge", "True")
    scaled, factors = _scaled(given, root, data)
    anomalous, status = _anomalous(given, scaled)
    child(root, "AnomalousStatus", status)
    models, weighed = _weighed(given, scaled, anomalous=anomalous)
    rejected = _rejected(given, root, weighed, anomalous=anomalous)
    print(f"{status}\n")
    kept = weighed.select(~rejected.any())
    _tables(given, root, kept, factors[~rejected.any()], rejected, models, anomalous=anomalous)
    merged = {
        names: Merging(kept.select(kept.of(names)), names, anomalous=anomalous)
        for names in kept.datasets()
    }
    aimless_summary.write(given, root, merged, models, status)
    _outputs(given, kept, merged)
    _side_files(given, kept, factors[~rejected.any()], weighed.select(rejected.any()))


def _read(given: Given, root: ElementTree.Element) -> Unmerged:
    data = unmerged_mtz.read(given.file("HKLIN"))
    spacing = data.spacing()
    print(f"Reading data from HKLIN filename: {given.file('HKLIN')}\n")
    print(f"   Space group from HKLIN file : {group_name(data.group)}")
    print(f"   Resolution range in file: {spacing.max():9.2f}    {spacing.min():9.2f}\n")
    pointless_report.file_element(root, data)
    data = _runs(given, data)
    wanted = _within(given, data) & ~_excluded(given, data)
    if not wanted.any():
        raise StopError("*** No observations *** in run 1")
    cut = data.select(wanted)
    columns, spacing = cut.columns, cut.spacing()
    batches = len(np.unique(columns.batch))
    unique = cut.miller(anomalous=False).merge_equivalents().array().size()
    print(f"   Resolution range accepted: {spacing.max():8.2f}    {spacing.min():8.2f}\n")
    print(f"   Number of reflections  = {unique:13d}")
    print(f"   Number of observations = {len(columns.hkl):13d}")
    print(f"   Number of parts        = {len(columns.hkl):13d}")
    print(f"   Number of batches      = {batches:13d}")
    print(f"   Number of datasets     = {len(cut.datasets()):13d}\n\n * Dataset information *")
    made = child(root, "ReflectionData")
    child(made, "NumberReflections", unique)
    child(made, "NumberObservations", len(columns.hkl))
    child(made, "NumberBatches", batches)
    child(made, "NumberDatasets", len(cut.datasets()))
    child(made, "ResolutionHigh", f"{spacing.min():.3f}")
    for names in cut.datasets():
        pointless_report.runs(made, cut, names)
    kept = sum(
        FLAGS[name] for word, name in _KEPT.items() if any(e.says(word) for e in given.all("KEEP"))
    )
    pointless_report.flags(cut, kept)
    return cut.select(cut.columns.flag & ~kept == 0)


def _runs(given: Given, data: Unmerged) -> Unmerged:
    """Runs as RUN defines them; batches that are in none are dropped."""
    lines = [entry for entry in given.all("RUN") if not entry.says("ALL")]
    if not lines:
        return data
    number = np.full(len(data.columns.hkl), -1)
    runs = []
    for wanted in sorted({int(entry.words[0]) for entry in lines}):
        inside = np.zeros(len(number), bool)
        for entry in lines:
            if int(entry.words[0]) == wanted:
                first, _, last = _batches(entry)[:3]
                inside |= (data.columns.batch >= int(first)) & (data.columns.batch <= int(last))
        if not inside.any():
            raise StopError(f"*** No observations *** in run {wanted}")
        number[inside] = len(runs)
        runs.append(data.runs[int(np.bincount(data.columns.run[inside]).argmax())])
    columns = replace(data.columns, run=number)
    return Unmerged(data.group, tuple(runs), columns).select(number >= 0)


def _within(given: Given, data: Unmerged) -> Floats:
    low, high = given.resolution()
    spacing = data.spacing()
    wanted = (spacing <= low + 1e-3) & (spacing >= high - 1e-3)
    for entry in given.all("RESOLUTION"):
        if entry.says("RUN"):
            low, high = limits_of(entry)
            mine = data.columns.run == int(entry.after("RUN")[0]) - 1
            wanted &= ~mine | ((spacing <= low + 1e-3) & (spacing >= high - 1e-3))
    return wanted


def _excluded(given: Given, data: Unmerged) -> Floats:
    out = np.zeros(len(data.columns.hkl), bool)
    for entry in given.all("EXCLUDE"):
        words = _batches(entry)
        if "TO" in (word.upper() for word in words):
            out |= (data.columns.batch >= int(words[0])) & (data.columns.batch <= int(words[2]))
        else:
            out |= np.isin(data.columns.batch, [int(word) for word in words])
    return out


def _batches(entry: Entry) -> list[str]:
    """The words of the batches; FILE can only be 1, HKLIN."""
    words = entry.after("BATCH")
    if words[0].upper() in ("FILE", "SERIES", "SERI"):
        words = words[2:]
    file = (entry.after("FILE") or entry.after("SERIES") or ["1"])[0]
    if file != "1":
        raise StopError(f"There is no file {file}")
    return words


def _scaled(given: Given, root: ElementTree.Element, data: Unmerged) -> tuple[Unmerged, Floats]:
    asked = given.last("ANOMALOUS")
    factors, model = scaling_model.factors(
        given, data, anomalous=asked is not None and not asked.says("OFF")
    )
    print(f">>>> Layout of scale factors: <<<<\n\n{model}\n\n========= Initial scaling =========\n")
    child(root, "ScalingType", model)
    known = np.isfinite(factors)
    columns = data.columns.select(known)
    factors = factors[known]
    columns = replace(columns, intensity=columns.intensity * factors, error=columns.error * factors)
    return replace(data, columns=columns), factors


def _anomalous(given: Given, data: Unmerged) -> tuple[bool, str]:
    """Whether I+ and I- are kept apart, and AIMLESS's sentence for why."""
    asked = given.last("ANOMALOUS")
    if asked is not None and asked.says("OFF"):
        return False, "Anomalous flag switched OFF in input"
    signals = []
    for names in data.datasets():
        merging = Merging(data.select(data.of(names)), names, anomalous=True)
        cc, count, _ = merging.cc_anomalous(np.ones(len(merging.unique), bool))
        signals.append(cc if count >= 10 else 0.0)
    strong = max(signals) > _STRONG
    if asked is not None:
        end = ", strong anomalous signal found" if strong else " but the anomalous signal is weak"
        return True, f"Anomalous flag switched ON in input{end}"
    if strong:
        return True, "Anomalous signal found, anomalous flag was switched ON"
    return False, "The anomalous signal appears to be weak so anomalous flag was left OFF"


def _weighed(
    given: Given, data: Unmerged, *, anomalous: bool
) -> tuple[dict[int, ErrorModel], Unmerged]:
    """Errors corrected, run by run if that is asked for."""
    start = rejection.error_model(given)
    used = sorted(set(data.columns.run.tolist()))
    alone = any(entry.says("INDIVIDUAL", "SIMILAR") for entry in given.all("SDCORRECTION"))
    groups = [[run] for run in used] if alone else [used]
    models, error = {}, data.columns.error.copy()
    for group in groups:
        mine = np.isin(data.columns.run, group)
        part = data.select(mine)
        model = start
        if start.refined:
            model = rejection.fitted(Merging(part, part.runs[0].names, anomalous=anomalous), start)
        models |= dict.fromkeys(group, model)
        error[mine] = model.applied(part.columns.intensity, part.columns.error)
    return models, replace(data, columns=replace(data.columns, error=error))


def _rejected(
    given: Given, root: ElementTree.Element, data: Unmerged, *, anomalous: bool
) -> Rejected:
    limit = rejection.limits(given)
    slopes = [
        Merging(data.select(data.of(names)), names, anomalous=True).slope()
        for names in data.datasets()
    ]
    if anomalous and not limit.off and max(slopes) > 1:
        print("Outlier rejection limits for I+ v I-")
        print(f"    have been adjusted by a factor    1.00 * {max(slopes):7.2f}\n")
        limit = replace(limit, between=limit.between * max(slopes))
    parts = [np.zeros(len(data.columns.hkl), bool) for _ in range(3)]
    for names in data.datasets():
        rows = np.flatnonzero(data.of(names))
        found = rejection.reject(data.select(rows), names, limit, anomalous=anomalous)
        for part, flags in zip(parts, (found.within, found.between, found.e_max), strict=True):
            part[rows] = flags
    rejected = Rejected(*parts)
    counts = [int(part.sum()) for part in parts]
    print("Outlier analysis\n================")
    print(
        f"Number of rejected outliers within I+ || I- sets: {counts[0]:6d},"
        f"  between I+ & I- {counts[1]:6d}, on |E|max {counts[2]:6d}\n"
    )
    made = child(root, "Outliers")
    for name, count in zip(("Unique", "Friedel", "Emax"), counts, strict=True):
        child(made, f"RejectNumber{name}", count)
    return rejected


def _tables(
    given: Given,
    root: ElementTree.Element,
    kept: Unmerged,
    factors: Floats,
    rejected: Rejected,
    models: dict[int, ErrorModel],
    *,
    anomalous: bool,
) -> None:
    print("********************\n* Final statistics *\n********************\n")
    for names in kept.datasets():
        mine = kept.of(names)
        merging = Merging(kept.select(mine), names, anomalous=anomalous)
        bins = next((int(e.numbers()[0]) for e in given.all("BINS") if not e.says("INTENSITY")), 10)
        aimless_tables.write(root, merging, factors[mine], rejected, models, bins)


def _outputs(given: Given, kept: Unmerged, merged: dict[Names, Merging]) -> None:
    path = given.file("HKLOUT")
    wanted = given.all("OUTPUT")
    kinds = {kind for kind in ("MERGED", "UNMERGED", "NONE") if any(e.says(kind) for e in wanted)}
    if any(e.says("SCALEPACK", "POLISH") for e in wanted):
        raise StopError("The stand-in writes no SCALEPACK files")
    if not path or "NONE" in kinds:
        return
    stem = path.removesuffix(".mtz")
    for names, merging in merged.items():
        mine = stem if len(merged) == 1 else f"{stem}_{names.dataset}"
        if "MERGED" in kinds or not kinds:
            name = f"{mine}.mtz"
            print(f"\n==== Writing merged data for dataset {names.path()} to file {name}\n")
            count, high = merged_mtz.write(name, merging)
            print(f"Number of reflections written {count:8d} maximum resolution {high:8.3f}\n")
        if "UNMERGED" in kinds:
            name = given.files.get("UNMERGEDOUT") or f"{mine}_unmerged.mtz"
            print(f"\n==== Writing unmerged data for dataset {names.path()} to file {name}\n")
            own = tuple(run for run in kept.runs if run.names == names)
            numbers = {n: own.index(run) for n, run in enumerate(kept.runs) if run in own}
            part = kept.select(kept.of(names))
            columns = replace(
                part.columns, run=np.array([numbers[n] for n in part.columns.run.tolist()])
            )
            unmerged_mtz.write(name, Unmerged(kept.group, own, columns), "From AIMLESS")


def _side_files(given: Given, kept: Unmerged, factors: Floats, rogues: Unmerged) -> None:
    names = dict.fromkeys(_SIDE_FILES, "")
    if not any(entry.says("NOXMGR") for entry in given.all("PLOT")):
        names |= dict.fromkeys(_PLOTS, "")
    names = {name: given.files.get(name, name) for name in names}
    if dump := given.last("DUMP"):
        names["SCALES"] = dump.words[0] if dump.words else names["SCALES"]
    batches = np.unique(kept.columns.batch)
    text = {
        "SCALES": "\n".join(
            f"Batch {batch} scale {factors[kept.columns.batch == batch].mean():.4f}"
            for batch in batches
        ),
        "ROGUES": "\n".join(
            f"{hkl} {batch:6d} {i:10.2f} {s:8.2f}"
            for hkl, batch, i, s in zip(
                rogues.columns.hkl,
                rogues.columns.batch,
                rogues.columns.intensity,
                rogues.columns.error,
                strict=True,
            )
        ),
    }
    for name, path in names.items():
        Path(path).write_text(f"# {name}\n{text.get(name, '')}\n", encoding="utf-8")
