"""What POINTLESS says of its files, and of its result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin import xds_files
from ccp4_standin.indexing import Indexing
from ccp4_standin.inputs import Given
from ccp4_standin.logs import cell_element, child, six
from ccp4_standin.observations import (
    FLAGS,
    MISFIT,
    Names,
    Unmerged,
    group_name,
    matrix_of,
    operator_text,
)
from ccp4_standin.solution import Solution
from ccp4_standin.unmerged_mtz import COLUMNS

_INCOMPLETE = 0.98


def head(given: Given, without_effect: Sequence[str]) -> None:
    print("OS type:      linux\nRelease Date: 1st January 2021\n")
    ignored = sorted({entry.name for entry in given.entries} & set(without_effect))
    if ignored:
        print(f"WITHOUT EFFECT IN THE STAND-IN: {' '.join(ignored)}\n")


def xds_file(path: str, data: Unmerged) -> None:
    columns = data.columns
    spacing = data.spacing()
    print(f"\nReading XDS ascii file from file\n{path}\n\nHeader lines:\n")
    print("\n".join(xds_files.header(path)))
    print(f"\n\n{len(columns.hkl):8d} observations accepted")
    print(f"         Resolution range {spacing.max():8.3f} {spacing.min():8.3f}")
    few = columns.fraction < _INCOMPLETE
    if few.any():
        least = columns.fraction.min()
        print(
            f"{few.sum():8d} accepted incomplete observations with PART < {_INCOMPLETE},"
            f" minimum {least:.2f}"
        )
    misfits = int((columns.flag & MISFIT > 0).sum())
    print(f"{misfits:8d} observations flagged as MISFITS in XDS\n")


def file_element(root: ElementTree.Element, data: Unmerged) -> None:
    made = child(root, "ReflectionFile", stream="HKLIN", name=data.runs[0].file)
    cell_element(made, data.cell())
    child(made, "SpacegroupName", group_name(data.group))
    child(made, "MergedData", "False")
    child(made, "CrystalDatasetId", data.runs[0].names.path())


def reference_element(root: ElementTree.Element, path: str, reference: Any) -> None:
    made = child(root, "ReflectionFile", stream="HKLREF", name=path)
    cell_element(made, reference.unit_cell().parameters())
    child(made, "SpacegroupName", group_name(reference.space_group()))
    child(made, "MergedData", "True")


def summary(root: ElementTree.Element, data: Unmerged) -> None:
    columns, spacing = data.columns, data.spacing()
    batches = len(np.unique(columns.batch))
    unique = data.miller(anomalous=False).merge_equivalents().array().size()
    print(f"\n{'=' * 63}\n\n>*> Summary of test data read in:")
    print(f"   Resolution range accepted: {spacing.max():8.2f}    {spacing.min():8.2f}\n")
    print(f"   Number of reflections      = {unique:13d}")
    print(f"   Number of observations     = {len(columns.hkl):13d}")
    print(f"   Number of parts            = {len(columns.hkl):13d}")
    print(f"   Number of batches in file  = {batches:13d}")
    print(f"   Number of datasets         = {len(data.datasets()):13d}\n")
    made = child(root, "ReflectionData")
    child(made, "NumberReflections", unique)
    child(made, "NumberObservations", len(columns.hkl))
    child(made, "NumberParts", len(columns.hkl))
    child(made, "NumberBatches", batches)
    child(made, "NumberDatasets", len(data.datasets()))
    child(made, "ResolutionHigh", f"{spacing.min():.3f}")
    for names in data.datasets():
        runs(made, data, names)
    flags(data)


def runs(parent: ElementTree.Element, data: Unmerged, names: Names) -> None:
    """A data set with its runs, in the form that both programs have."""
    spacing, columns = data.spacing(), data.columns
    dataset = child(parent, "Dataset", name=names.path())
    those = [number for number, run in enumerate(data.runs) if run.names == names]
    print(f"      {names.line()}")
    child(dataset, "Wavelength", f"{data.runs[those[0]].wavelength:.5f}")
    for number in those:
        run = data.runs[number]
        mine = columns.run == number
        batches = columns.batch[mine]
        if not len(batches):
            continue
        first, last = int(batches.min()), int(batches.max())
        begin = run.phi[0] + run.width * (first - run.batches()[0])
        end = run.phi[0] + run.width * (last - run.batches()[0] + 1)
        print(f"      Run number: {number + 1:3d} consists of batches {first:6d} to {last:6d}")
        print(
            f"         Resolution range for run: {spacing[mine].max():8.2f}"
            f"    {spacing[mine].min():8.2f}"
        )
        print(
            f"         Phi range: {begin:8.2f} to {end:8.2f}"
            f"   Time range: {begin:8.2f} to {end:8.2f}"
        )
        made = child(dataset, "Run")
        child(made, "number", number + 1)
        child(made, "BatchRange", f"{first} {last}")
        child(made, "PhiRange", f"{begin:.2f} {end:.2f}")
    print(f"   Unit cell for dataset: {six(data.runs[those[0]].cell)}")
    print(f"         Wavelength: {data.runs[those[0]].wavelength:8.5f}\n")


def flags(data: Unmerged, kept: int = 0) -> None:
    """``kept``: the bits that are accepted all the same."""
    flag = data.columns.flag
    print("\nNumbers of observations marked in the FLAG column")
    print("By default all flagged observations are rejected")
    print("Observations may be counted in more than one category\n")
    print("                             Flagged  Accepted   Maximum   MaxAccepted")
    for name, bit in FLAGS.items():
        count = int((flag & bit > 0).sum())
        print(f"   {name:<24} {count:7d} {count if kept & bit else 0:7d}")
    print("\n")


def indexing(
    root: ElementTree.Element, data: Unmerged, found: list[Indexing], other: str, stream: str
) -> None:
    """The ways to index a file as another is."""
    path = data.runs[0].file
    print(f"\n{'=' * 63}\n\nComparing file {path} with {other}\n")
    if len(found) == 1:
        print("No alternative indexing possible\n")
    print("<!--SUMMARY_BEGIN-->\n")
    print("Alternative reindexing        Lklhd      CC     R(E^2)    Number Cell_deviation\n")
    scores = child(root, "IndexScores") if stream == "HKLREF" else None
    for number, one in enumerate(found, 1):
        text = operator_text(one.operator)
        print(
            f"{number:3d} {text:>24} {one.likelihood:8.3f} {one.cc:8.3f} {one.r:8.3f}"
            f" {one.common:8d} {one.deviation:8.2f}"
        )
        if scores is not None:
            made = child(scores, "Index")
            child(made, "number", number)
            child(made, "Likelihood", f"{one.likelihood:.3f}")
            child(made, "CC", f"{one.cc:.3f}")
            child(made, "NCC", one.common)
            child(made, "R", f"{one.r:.3f}")
            _operator(made, one.operator)
    print("\n<!--SUMMARY_END-->\n")
    best = child(root, "BestReindex")
    child(best, "Filename", path)
    _operator(best, found[0].operator)
    child(best, "Likelihood", f"{found[0].likelihood:.3f}")
    child(best, stream, other)
    print(f"Best reindex operator for file {path}: {operator_text(found[0].operator)}\n")


def _operator(parent: ElementTree.Element, operator: Any) -> None:
    child(parent, "ReindexOperator", operator_text(operator))
    numbers = " ".join(f"{x:g}" for x in matrix_of(operator).ravel())
    child(parent, "ReindexMatrix", numbers)


def result(root: ElementTree.Element, data: Unmerged, best: Solution, *, twinned: bool) -> None:
    there = best.applied(data)
    cell = there.symmetry().unit_cell().parameters()
    spacing = data.spacing()
    word = "Chosen" if best.chosen else "Best"
    print("<!--SUMMARY_BEGIN--> $TEXT:Result: $$ $$")
    print(f"{word} Solution:    {best.kind} {best.name}\n")
    print(f"   Reindex operator:       {operator_text(best.operator):^42}")
    print(f"   Laue group probability:          {best.laue_probability:8.3f}")
    print(f"   Systematic absence probability:  {best.absence_probability:8.3f}")
    print(f"   Total probability:               {best.total:8.3f}")
    print(f"   Space group confidence:          {best.confidence:8.3f}")
    print(f"   Laue group confidence            {best.laue_confidence:8.3f}\n")
    warning = "You will have to determine the true space group later"
    if best.kind == "point group":
        print(f"WARNING:\n{warning}\n")
    print(f"   Unit cell: {six(cell)}\n")
    low, high = spacing.max(), spacing.min()
    print(
        f"{low:8.2f} to {best.high:6.2f}   - Resolution range used for Laue group search\n\n"
        f"{low:8.2f} to {high:6.2f}   - Resolution range in file,"
        " used for systematic absence check\n"
    )
    print(f"   Number of batches in file: {len(np.unique(data.columns.batch)):6d}\n")
    print(f"The data {'may be' if twinned else 'do not appear to be'} twinned, from the L-test\n")
    print("$$ <!--SUMMARY_END-->\n\n")
    made = child(root, "BestSolution", Type=best.kind.replace(" ", ""))
    child(made, "GroupName", best.name)
    _operator(made, best.operator)
    child(made, "Confidence", f"{best.confidence:.3f}")
    child(made, "LGconfidence", f"{best.laue_confidence:.3f}")
    child(made, "LGProb", f"{best.laue_probability:.3f}")
    child(made, "SysAbsProb", f"{best.absence_probability:.3f}")
    child(made, "TotalProb", f"{best.total:.3f}")
    if best.kind == "point group":
        child(root, "SolutionWarning", warning)
    child(child(root, "ResolutionUsed"), "ResolutionHigh", f"{best.high:.3f}")
    print(f"HKLIN spacegroup: {group_name(data.group)}  {data.group.crystal_system().lower()}\n")


def written(path: str, data: Unmerged, operator: Any, kind: str) -> None:
    name = group_name(data.group)
    cell = data.symmetry().unit_cell().parameters()
    print(f"\nWriting unmerged data to file {path}  in {kind} {name}\n")
    print(f"   Reindexing operator         {operator_text(operator)}\n")
    print(f"   Real space transformation   ({operator.as_xyz()})\n")
    print(f" * Title:\n\n From {data.runs[0].file}, {time.strftime('%d-%b-%Y')}\n")
    print(f" * Number of Datasets = {len(data.datasets())}\n")
    print(" * Dataset ID, project/crystal/dataset names, cell dimensions, wavelength:\n")
    for number, names in enumerate(data.datasets(), 1):
        first = next(run for run in data.runs if run.names == names)
        print(f"{number:9d} {names.project}\n          {names.crystal}\n          {names.dataset}")
        print("        " + "".join(f"{x:10.4f}" for x in first.cell))
        print(f"            {first.wavelength:8.5f}\n")
    print(f" * Number of Columns = {len(COLUMNS)}\n")
    print(f" * Number of Reflections = {len(data.columns.hkl)}\n")
    print(f" * Number of Batches = {len(np.unique(data.columns.batch))}\n")
    print(f" * Column Labels :\n\n {' '.join(COLUMNS)}\n")
    print(f" * Column Types :\n\n {' '.join(COLUMNS.values())}\n")
    print(
        f" * Cell Dimensions : (obsolete - refer to dataset cell dimensions above)\n\n  {six(cell, 10)}\n"
    )
    print(" * Sort Order :\n\n      1     2     3     4     5\n")
    print(f" * Space group = '{name}' (number {data.group.type().number():6d})\n")
    known = "spacegroup is known" if kind == "space group" else "only pointgroup is fixed so far"
    print(f"  ({known})\n")
