"""The stand-in of POINTLESS: symmetry, indexing, and a sorted multi-record file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin import indexing, pointless_report, solution, twinning, unmerged_mtz, xds_files
from ccp4_standin.indexing import Indexing
from ccp4_standin.inputs import Entry, Given
from ccp4_standin.logs import StopError, child
from ccp4_standin.observations import Columns, Names, Unmerged, operator_text
from ccp4_standin.solution import Solution

_READ = ("XDSIN", "HKLIN")
_WITHOUT_EFFECT = (
    "LABREF LABIN LATTICE KEEPLATTICE ASSUMESAMEINDEXING DONOTASSUMESAMEINDEXING NEIGHBOUR"
    " TESTFIRSTFILE NOTEST POLARISATION PARTIALS BLANK SCORE CENTRE OUTPUT MERGED WILDFILE RUN ALLOW"
).split()


def run(given: Given, root: ElementTree.Element) -> None:
    pointless_report.head(given, _WITHOUT_EFFECT)
    files = _read_files(given)
    if not files:
        raise StopError("No input file defined", 3)
    for file in files:
        pointless_report.file_element(root, file)
    tolerance = given.number("TOLERANCE", 2.0)
    reference = None
    if path := given.file("HKLREF"):
        reference = indexing.read_reference(path)
        pointless_report.reference_element(root, path, reference)
    _check(given, reference)
    if {"COPY", "SPACEGROUP"} & {e.name for e in given.entries} or (
        "REINDEX" in given and "LAUEGROUP" not in given
    ):
        _copy(given, root, _joined(files))
        return
    if reference is not None:
        _follow(given, root, files, reference, tolerance)
        return
    first, *others = files
    alike = [first, *(_as_first(root, first, other, tolerance) for other in others)]
    data = _joined(alike)
    pointless_report.summary(root, data)
    twinned = twinning.report(root, data)
    best = solution.find(given, root, data, tolerance)
    pointless_report.result(root, data, best, twinned=twinned)
    _possible(root, data, best, tolerance)
    _write(given, best.applied(data), best.operator, best.kind)


def _check(given: Given, reference: Any) -> None:
    for name in ("SPACEGROUP", "REINDEX"):
        if name in given and reference is not None:
            raise StopError(f"Cannot have both HKLREF filename given and {name}")
        if name in given and not given.file("HKLOUT"):
            raise StopError(f"If {name} given you must define an HKLOUT file")


def _copy(given: Given, root: ElementTree.Element, data: Unmerged) -> None:
    """No analysis: the group and the operator that were given, if any."""
    pointless_report.summary(root, data)
    operator, group = solution.told(given, data)
    message = "Copying data from input to output file"
    print(f"\n{message}\n")
    child(root, "CopyMessage", message)
    _write(given, data.reindexed(operator, group), operator, "space group")


def _read_files(given: Given) -> list[Unmerged]:
    """Every file under the names given above it, cut and without what is excluded."""
    names, found = Names(), []
    typed = [Entry(name, (given.files[name],)) for name in _READ if name in given.files]
    for entry in [*given.entries, *typed]:
        if entry.name == "NAME":
            words = {key: entry.after(key)[:1] for key in ("PROJECT", "CRYSTAL", "DATASET")}
            names = replace(names, **{k.lower(): v[0] for k, v in words.items() if v})
        elif entry.name in ("SCAIN", "XYZIN"):
            raise StopError(f"The stand-in cannot read {entry.name}")
        elif entry.name in _READ:
            found.append(_read_file(given, entry, names, len(found) + 1))
    return found


def _read_file(given: Given, entry: Entry, names: Names, number: int) -> Unmerged:
    path = entry.words[0]
    if entry.name == "HKLIN":
        data = unmerged_mtz.read(path)
    else:
        data = xds_files.read(path, names)
        pointless_report.xds_file(path, data)
    if wavelength := given.last("WAVELENGTH"):
        runs = (replace(run, wavelength=wavelength.numbers()[0]) for run in data.runs)
        data = replace(data, runs=tuple(runs))
    if cell := given.last("CELL"):
        data = replace(
            data, runs=tuple(replace(run, cell=tuple(cell.numbers())) for run in data.runs)
        )
    low, high = given.resolution()
    spacing = data.spacing()
    wanted = (spacing <= low) & (spacing >= high) & ~_excluded(given, data, number)
    factor = given.number("MULTIPLY", 1.0)
    columns = data.columns.select(wanted)
    if not len(columns.hkl):
        raise StopError(f"No reflections accepted from {path}")
    columns = replace(columns, intensity=factor * columns.intensity, error=factor * columns.error)
    return replace(data, columns=columns)


def _excluded(given: Given, data: Unmerged, number: int) -> Any:
    """Batches by the numbers of the file, before they are raised."""
    out = np.zeros(len(data.columns.hkl), bool)
    for entry in given.all("EXCLUDE"):
        of = entry.after("FILE") or entry.after("SERIES")
        if of and int(of[0]) != number:
            continue
        words = entry.after("BATCH")
        if "TO" in (word.upper() for word in words):
            out |= (data.columns.batch >= int(words[0])) & (data.columns.batch <= int(words[2]))
        else:
            out |= np.isin(data.columns.batch, [int(word) for word in words])
    return out


def _joined(files: list[Unmerged]) -> Unmerged:
    """One list of runs; the batches of a file are raised by thousands until they are free."""
    runs, columns, last = [], [], 0
    for file in files:
        top = max(run.batches()[1] for run in file.runs)
        bottom = min(run.batches()[0] for run in file.runs)
        raised = 0 if bottom > last else 1000 * (last // 1000 + 1)
        last = top + raised
        columns.append(
            replace(
                file.columns,
                run=file.columns.run + len(runs),
                batch=file.columns.batch + raised,
            )
        )
        runs += [replace(run, offset=run.offset + raised) for run in file.runs]
    return Unmerged(files[0].group, tuple(runs), Columns.joined(columns))


def _as_first(
    root: ElementTree.Element, first: Unmerged, other: Unmerged, tolerance: float
) -> Unmerged:
    found = indexing.scored(other, indexing.merged(first), tolerance)
    pointless_report.indexing(root, other, found, first.runs[0].file, "HKLIN")
    return other.reindexed(found[0].operator, first.group)


def _follow(
    given: Given,
    root: ElementTree.Element,
    files: list[Unmerged],
    reference: Any,
    tolerance: float,
) -> None:
    """Indices and group of the reference."""
    made, operators = [], []
    for file in files:
        found: list[Indexing] = indexing.scored(file, reference, tolerance)
        pointless_report.indexing(root, file, found, given.file("HKLREF"), "HKLREF")
        made.append(file.reindexed(found[0].operator, reference.space_group()))
        operators.append(found[0].operator)
    data = _joined(made)
    pointless_report.summary(root, data)
    _write(given, data, operators[0], "space group")


def _possible(root: ElementTree.Element, data: Unmerged, best: Solution, tolerance: float) -> None:
    """Other ways to index that the chosen group allows."""
    there = best.applied(data).symmetry()
    found = indexing.choices(there, there, tolerance)
    child(root, "NumberPossibleReindexing", len(found))
    if len(found) == 1:
        return
    print("\nFinal point group choice has alternative indexing possibilities\n")
    print("    CellDifference(A) ReindexOperator")
    for number, operator in enumerate(found, 1):
        print(f"{number:3d}      0.0          {operator_text(operator)}")
        one = child(root, "PossibleReindexing")
        child(one, "ReindexOperator", operator_text(operator))
        child(one, "CellDiff", "0.0")


def _write(given: Given, data: Unmerged, operator: Any, kind: str) -> None:
    path = given.file("HKLOUT")
    if not path:
        return
    path = path if "." in path.rpartition("/")[2] else path + ".mtz"
    title = given.last("TITLE")
    unmerged_mtz.write(path, data, " ".join(title.words) if title else f"From {data.runs[0].file}")
    pointless_report.written(path, data, operator, kind)
