"""MTZ files of intensities for engines that write none: merged ones, and the unmerged they are made of.

Means are weighted by 1/sigma^2 as in `results.merge`; no amplitudes are estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from sweepwright.results.merge import Merged, in_order, merge
from sweepwright.results.observations import Floats, Observations

#: column -> its type, see "MTZ format" of the CCP4 program documentation
_MERGED = {
    "IMEAN": "J", "SIGIMEAN": "Q", "I(+)": "K", "SIGI(+)": "M", "I(-)": "K", "SIGI(-)": "M",
    "N(+)": "I", "N(-)": "I",
}  # fmt: skip
_UNMERGED = {"M/ISYM": "Y", "BATCH": "B", "I": "J", "SIGI": "Q"}


def write_merged(observations: Observations, target: Path) -> None:
    """Writes mean, I+ and I-, with sigmas and numbers, of one or more observations."""
    ordered = in_order(observations)
    mean, apart = merge(ordered, apart=False), merge(ordered, apart=True)
    columns: list[NDArray[Any]] = [mean.hkl, mean.weighted_mean, mean.sigma]
    columns += _sides(mean, apart)
    _filled(observations, _MERGED, columns).write_to_file(str(target))


def write_unmerged(observations: Observations, target: Path) -> None:
    """Writes what POINTLESS, AIMLESS and `read_unmerged` take: a batch header for each image."""
    # indices of the asymmetric unit: the first operator, odd for I+ and even for I-
    isym = np.where(observations.plus, 1, 2)
    values = observations.batch, observations.intensity, observations.sigma
    mtz = _filled(observations, _UNMERGED, [observations.hkl, isym, *values])
    for number in np.unique(observations.batch).tolist():
        batch = gemmi.Mtz.Batch()
        batch.number = number
        batch.dataset_id = mtz.datasets[-1].id
        batch.cell = mtz.cell
        mtz.batches.append(batch)
    mtz.write_to_file(str(target))


def _filled(
    observations: Observations, kinds: Mapping[str, str], columns: Sequence[NDArray[Any]]
) -> gemmi.Mtz:
    """A file of one data set: H, K, L and columns of these kinds, with what stands in them."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = observations.group
    mtz.set_cell_for_all(gemmi.UnitCell(*observations.cell))
    mtz.add_dataset("unnamed").wavelength = observations.wavelength_a
    for label, kind in kinds.items():
        mtz.add_column(label, kind)
    mtz.set_data(np.column_stack(columns).astype(np.float32))
    return mtz


def _sides(mean: Merged, apart: Merged) -> list[Floats]:
    """I+, its sigma, I-, its sigma, and the numbers of both, in the order of ``mean``."""
    # both are ascending in hkl, and each reflection of one side is among the means
    changes = np.any(np.diff(apart.hkl, axis=0, prepend=apart.hkl[:1]) != 0, axis=1)
    rows = np.cumsum(changes)
    sides: list[Floats] = []
    counts: list[Floats] = []
    for mine in (apart.plus, ~apart.plus):
        for values in (apart.weighted_mean, apart.sigma):
            column = np.full(len(mean.hkl), np.nan)
            column[rows[mine]] = values[mine]
            sides.append(column)
        number = np.zeros(len(mean.hkl))
        number[rows[mine]] = apart.count[mine]
        counts.append(number)
    return sides + counts
