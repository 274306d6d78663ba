"""Merged MTZ files, read column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccp4_standin.observations import Floats, Ints, indices


class NoFileError(Exception):
    """A file that is not there or no MTZ file, or a column that it lacks."""


def opened(path: str) -> Any:
    from iotbx import mtz

    try:
        return mtz.object(file_name=path)
    except (RuntimeError, OSError):
        raise NoFileError(f"Cannot open file {path}") from None


def hkl_of(made: Any) -> Ints:
    found = made.extract_miller_indices().as_vec3_double().as_numpy_array()
    return np.rint(found.reshape(-1, 3)).astype(int)


def column(made: Any, label: str) -> Floats:
    """Missing values are not numbers."""
    if not made.has_column(label):
        raise NoFileError(f"Column {label} is not in the file")
    wanted = made.get_column(label)
    values = wanted.extract_values().as_double().as_numpy_array()
    there = wanted.selection_valid().as_numpy_array()
    return np.where(there, values, np.nan)


def array(symmetry: Any, hkl: Ints, values: Floats, errors: Floats, *, anomalous: bool) -> Any:
    """A cctbx array of intensities."""
    from cctbx import miller
    from cctbx.array_family import flex

    made = miller.set(symmetry, indices(hkl), anomalous_flag=anomalous)
    columns = (flex.double(np.ascontiguousarray(x)) for x in (values, errors))
    return made.array(*columns).set_observation_type_xray_intensity()


def dataset_of(made: Any, label: str) -> tuple[Any, Any]:
    """Crystal and data set of a column."""
    for crystal in made.crystals():
        for dataset in crystal.datasets():
            if label in [each.label() for each in dataset.columns()]:
                return crystal, dataset
    raise NoFileError(f"Column {label} is not in the file")


def add(dataset: Any, label: str, kind: str, values: Floats) -> None:
    """A column with a value, or nan, for each row of the file."""
    from cctbx.array_family import flex

    known = np.isfinite(values)
    numbers = flex.double(np.ascontiguousarray(np.where(known, values, 0.0))).as_float()
    made = dataset.add_column(label, kind)
    made.set_values(numbers, flex.bool([bool(x) for x in known]))
