"""The stand-in of CAD: columns of several merged files in one."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin.inputs import Entry, Given
from ccp4_standin.logs import NOTICE, StopError
from ccp4_standin.merged_files import NoFileError, column, dataset_of, hkl_of, opened
from ccp4_standin.observations import Floats, indices

_WITHOUT_EFFECT = {"CTYPIN", "XNAME", "DNAME", "TITLE"}


def run(given: Given, _: ElementTree.Element) -> None:
    paths = {int(name[5:]): path for name, path in given.files.items() if name.startswith("HKLIN")}
    if not paths or "HKLOUT" not in given.files:
        raise StopError("HKLIN1 and HKLOUT must be given")
    for entry in given.entries:
        number = _file(entry)
        if entry.name in _WITHOUT_EFFECT:
            print(f" WITHOUT EFFECT IN THE STAND-IN: {entry.name}")
        elif number and number not in paths:
            raise StopError(f"There is no file number {number}")
    try:
        _join(given, {number: opened(paths[number]) for number in sorted(paths)})
    except NoFileError as problem:
        raise StopError(str(problem)) from None


def _file(entry: Entry) -> int:
    words = entry.after("FILE_NUMBER")
    return int(words[0]) if words else 0


def _join(given: Given, files: dict[int, Any]) -> None:
    """All reflections of all files, in the asymmetric unit of the first one's group."""
    from iotbx import mtz

    group = next(iter(files.values())).space_group()
    rows: dict[tuple[int, ...], int] = {}
    parts = []
    for number, file in files.items():
        if (
            file.space_group().build_derived_patterson_group()
            != group.build_derived_patterson_group()
        ):
            raise StopError(f"File {number} is of another symmetry")
        parts.append((number, *_reflections(given, number, file, group)))
    for _, hkl, _, _ in parts:
        for index in hkl:
            rows.setdefault(index, len(rows))
    ordered = {index: n for n, index in enumerate(sorted(rows))}
    made = mtz.object()
    made.set_title(f"From CAD ({NOTICE})")
    made.set_space_group_info(group.info())
    sets: dict[tuple[Any, ...], Any] = {}
    for number, hkl, inside, flipped in parts:
        for old, new in _columns(given, number, files[number]):
            if any(new == each.label() for each in made.columns()):
                raise StopError(f"Column label {new} is there twice")
            dataset = _dataset(given, made, sets, number, files[number], old)
            if len(made.column_labels()) == 0:
                made.adjust_column_array_sizes(len(ordered))
                made.set_n_reflections(len(ordered))
                for label in "HKL":
                    dataset.add_column(label, "H")
                made.replace_miller_indices(indices(np.array(list(ordered))))
            values = np.full(len(ordered), np.nan)
            at = [ordered[index] for index in hkl]
            values[at] = column(files[number], _mate(old, files[number]))[inside]
            straight = column(files[number], old)[inside]
            values[at] = np.where(flipped, values[at], straight)
            _add(dataset, new, files[number].get_column(old).type(), values)
    made.write(given.files["HKLOUT"])
    print(f" Number of reflections written {len(ordered):8d}")


def _reflections(
    given: Given, number: int, file: Any, group: Any
) -> tuple[list[tuple[int, ...]], Floats, Floats]:
    """Unique indices of the rows in use, which rows, and whether they were of the other side."""
    from cctbx import miller

    hkl = hkl_of(file)
    crystal = max(file.crystals(), key=lambda one: sum(d.n_columns() for d in one.datasets()))
    spacing = crystal.unit_cell().d(indices(hkl)).as_numpy_array()
    inside = np.ones(len(hkl), bool)
    for entry in given.all("RESOLUTION"):
        if _file(entry) in (0, number):
            limits = [float(word) for word in entry.words[-2:]]
            inside &= (spacing <= max(limits) + 1e-4) & (spacing >= min(limits) - 1e-4)
    unique = indices(hkl[inside])
    miller.map_to_asu(group.type(), False, unique)
    signed = indices(hkl[inside])
    miller.map_to_asu(group.type(), True, signed)
    flipped = np.array([a != b for a, b in zip(unique, signed, strict=True)], bool)
    return [tuple(index) for index in unique], inside, flipped


def _mate(label: str, file: Any) -> str:
    """The label of the other side, if there is one."""
    other = {"(+)": "(-)", "(-)": "(+)"}.get(label[-3:])
    mate = label[:-3] + other if other else label
    return mate if file.has_column(mate) else label


def _columns(given: Given, number: int, file: Any) -> list[tuple[str, str]]:
    """Labels in the file and in the output."""
    chosen: dict[str, str] = {}
    for entry in given.all("LABIN"):
        if _file(entry) == number:
            words = entry.after("FILE_NUMBER")[1:]
            if words[0].upper() == "ALL":
                chosen = {label: label for label in file.column_labels() if label not in "HKL"}
            else:
                chosen |= dict(zip(words[::2], words[1::2], strict=True))
    renamed: dict[str, str] = {}
    for entry in given.all("LABOUT"):
        if _file(entry) == number:
            words = entry.after("FILE_NUMBER")[1:]
            renamed |= dict(zip(words[::2], words[1::2], strict=True))
    if unknown := set(renamed) - set(chosen):
        raise StopError(f"LABOUT names {sorted(unknown)[0]}, which LABIN does not")
    return [(label, renamed.get(key, label)) for key, label in chosen.items()]


def _dataset(
    given: Given, made: Any, sets: dict[tuple[Any, ...], Any], number: int, file: Any, label: str
) -> Any:
    """The data set of a column, with the names that DRENAME, DPNAME and DCELL give it."""
    crystal, dataset = dataset_of(file, label)
    names = [crystal.project_name(), crystal.name(), dataset.name()]
    cell = crystal.unit_cell_parameters()
    for entry in given.entries:
        words = entry.after("FILE_NUMBER")
        if entry.name not in ("DRENAME", "DPNAME", "DCELL") or _file(entry) != number:
            continue
        if int(words[1]) != dataset.id():
            continue
        if entry.name == "DRENAME":
            names[1:] = words[2:4]
        elif entry.name == "DPNAME":
            names[0] = words[2]
        else:
            cell = tuple(float(word) for word in words[2:8])
    key = tuple(names)
    if key not in sets:
        there = made.add_crystal(names[1], names[0], cell)
        sets[key] = there.add_dataset(names[2], dataset.wavelength())
    return sets[key]


def _add(dataset: Any, label: str, kind: str, values: Floats) -> None:
    from ccp4_standin.merged_files import add

    add(dataset, label, kind, values)
