"""Unmerged, scaled intensities as an MTZ that POINTLESS, AIMLESS and `read_unmerged` take."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np

from sweepwright.results.observations import Observations


def write_unmerged(observations: Observations, target: Path) -> None:
    """Writes the file: H K L M/ISYM BATCH I SIGI, a batch header for each image."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = observations.group
    cell = gemmi.UnitCell(*observations.cell)
    mtz.set_cell_for_all(cell)
    dataset = mtz.add_dataset("unnamed")
    dataset.wavelength = observations.wavelength_a
    for label, kind in (("M/ISYM", "Y"), ("BATCH", "B"), ("I", "J"), ("SIGI", "Q")):
        mtz.add_column(label, kind)
    # indices of the asymmetric unit: the first operator, odd for I+ and even for I-
    isym = np.where(observations.plus, 1, 2)
    columns = (
        observations.hkl,
        isym,
        observations.batch,
        observations.intensity,
        observations.sigma,
    )
    mtz.set_data(np.column_stack(columns).astype(np.float32))
    for number in np.unique(observations.batch).tolist():
        batch = gemmi.Mtz.Batch()
        batch.number = number
        batch.dataset_id = dataset.id
        batch.cell = cell
        mtz.batches.append(batch)
    mtz.write_to_file(str(target))
