"""The stand-in of FREERFLAG: a set of free reflections, new or completed."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin.inputs import Given
from ccp4_standin.logs import StopError
from ccp4_standin.merged_files import NoFileError, add, column, hkl_of, opened
from ccp4_standin.observations import Floats, Ints, indices

LABEL = "FreeR_flag"
_SEED = 20210101


def run(given: Given, _: ElementTree.Element) -> None:
    if "FREERFRAC" in given and "COMPLETE" in given:
        raise StopError("FREERFRAC and COMPLETE exclude each other")
    if not given.file("HKLIN") or not given.file("HKLOUT"):
        raise StopError("HKLIN and HKLOUT must be given")
    try:
        made = opened(given.file("HKLIN"))
        label = given.all("COMPLETE")[-1].words[-1] if "COMPLETE" in given else ""
        before = column(made, label) if label else np.full(made.n_reflections(), np.nan)
        if label and not np.isfinite(before).any():
            raise StopError(f"Column {label} has no flags")
        if "UNIQUE" in given:
            before = _with_all(made, before, given.number("RESOL", 0.0))
    except NoFileError as problem:
        raise StopError(str(problem)) from None
    flags = _completed(before, given.number("FREERFRAC", 0.05))
    for number, count in zip(*np.unique(flags, return_counts=True), strict=True):
        print(f" Number of reflections with flag {int(number):4d}: {count:8d}")
    if label:
        made.get_column(label).set_values(_single(flags))
    else:
        dataset = next(d for c in made.crystals() for d in c.datasets() if d.n_columns())
        add(dataset, LABEL, "I", flags)
    made.write(given.file("HKLOUT"))


def _completed(before: Floats, fraction: float) -> Floats:
    """Flags that are there stay; the others are drawn at random from as many sets."""
    known = np.isfinite(before)
    if known.any():
        sets = int(before[known].max()) + 1
    else:
        if not 0 < fraction < 1:
            raise StopError("FREERFRAC must be between 0 and 1")
        sets = round(1 / fraction)
    # a file with 0 and 1 alone: as many free ones as it has
    share = float((before[known] == 0).mean()) if known.any() else 1 / sets
    chance = np.random.default_rng(_SEED).random(len(before))
    drawn = np.floor(chance * sets) if sets > 2 else (chance >= share).astype(float)
    return np.where(known, before, drawn)


def _with_all(made: Any, before: Floats, high: float) -> Floats:
    """Adds a row for each reflection that could be there; the flags of all rows."""
    from cctbx import miller

    rows = hkl_of(made)
    symmetry = max(
        (c for c in made.crystals() if any(d.n_columns() for d in c.datasets())),
        key=lambda c: sum(d.n_columns() for d in c.datasets()),
    ).crystal_symmetry()
    own = miller.set(symmetry, indices(rows), anomalous_flag=False)
    limit = high or own.d_min()
    everything = miller.build_set(symmetry, anomalous_flag=False, d_min=limit - 1e-4)
    missing = everything.lone_set(own.map_to_asu()).indices()
    size = made.n_reflections()
    made.adjust_column_array_sizes(size + missing.size())
    made.set_n_reflections(size + missing.size())
    wanted = np.concatenate([rows, _numbers(missing)])
    made.replace_miller_indices(indices(wanted))
    for each in made.columns():
        if each.label() not in ("H", "K", "L"):
            values = each.extract_values().as_double().as_numpy_array()
            known = each.selection_valid().as_numpy_array()
            known[size:] = False
            _set(each, values, known)
    return np.concatenate([before, np.full(missing.size(), np.nan)])


def _numbers(found: Any) -> Ints:
    if not found.size():
        return np.zeros((0, 3), int)
    return np.rint(found.as_vec3_double().as_numpy_array().reshape(-1, 3)).astype(int)


def _set(each: Any, values: Floats, known: Any) -> None:
    from cctbx.array_family import flex

    each.set_values(_single(np.where(known, values, 0.0)), flex.bool([bool(x) for x in known]))


def _single(values: Floats) -> Any:
    from cctbx.array_family import flex

    return flex.double(np.ascontiguousarray(values)).as_float()
