"""Merged MTZ files as AIMLESS writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccp4_standin.logs import NOTICE
from ccp4_standin.merging import Merging
from ccp4_standin.observations import indices


def write(path: str, merging: Merging) -> tuple[int, float]:
    """IMEAN, I(+), I(-), their errors and N(+), N(-); how many rows, and their resolution."""
    from cctbx import miller
    from iotbx import mtz

    data, names = merging.data, merging.names
    first = next(run for run in data.runs if run.names == names)
    made = mtz.object()
    made.set_title(f"From AIMLESS ({NOTICE})")
    made.add_history(f"From Aimless ({NOTICE})")
    made.set_space_group_info(data.group.info())
    base = made.add_crystal("HKL_base", "HKL_base", first.cell).add_dataset("HKL_base", 0.0)
    base.set_id(0)
    crystal = made.add_crystal(names.crystal, names.project, first.cell)
    dataset = crystal.add_dataset(names.dataset, first.wavelength)
    symmetry = crystal.crystal_symmetry()
    mean, error, _ = merging.overall
    rows = miller.set(symmetry, indices(merging.unique), anomalous_flag=False)
    dataset.add_miller_array(_array(rows, mean, error), "IMEAN", column_types="JQ")
    side, side_error, count = merging.sides
    plus, minus = count[::2] > 0, count[1::2] > 0
    both = np.concatenate([merging.unique[plus], -merging.unique[minus]])
    signed = miller.set(symmetry, indices(both), anomalous_flag=True)

    def joined(values: Any) -> Any:
        return np.concatenate([values[::2][plus], values[1::2][minus]])

    dataset.add_miller_array(
        _array(signed, joined(side), joined(side_error)), "I", column_types="KM"
    )
    dataset.add_miller_array(_array(signed, joined(count).astype(float)), "N", column_types="R")
    made.write(path)
    return len(merging.unique), float(merging.unique_spacing.min())


def _array(rows: Any, *columns: Any) -> Any:
    from cctbx.array_family import flex

    return rows.array(*(flex.double(np.ascontiguousarray(column)) for column in columns))
