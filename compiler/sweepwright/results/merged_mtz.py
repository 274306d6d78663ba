"""A merged MTZ of intensities, made from unmerged ones: mean, I+ and I-, with their numbers.

Means are weighted by 1/sigma^2 as in `results.merge`; no amplitudes are estimated.
"""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np

from sweepwright.results.merge import Merged, in_order, merge
from sweepwright.results.observations import Floats, Observations

#: column and type of MTZ; see "MTZ format", CCP4 program documentation
_COLUMNS = (
    ("IMEAN", "J"), ("SIGIMEAN", "Q"), ("I(+)", "K"), ("SIGI(+)", "M"), ("I(-)", "K"),
    ("SIGI(-)", "M"), ("N(+)", "I"), ("N(-)", "I"),
)  # fmt: skip


def write_merged(observations: Observations, target: Path) -> None:
    """Writes the file. Raises ValueError without observations."""
    if not len(observations):
        raise ValueError("no observations are left to merge")
    ordered = in_order(observations)
    mean, apart = merge(ordered, apart=False), merge(ordered, apart=True)
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = observations.group
    mtz.set_cell_for_all(gemmi.UnitCell(*observations.cell))
    dataset = mtz.add_dataset("unnamed")
    dataset.wavelength = observations.wavelength_a
    for label, kind in _COLUMNS:
        mtz.add_column(label, kind)
    table = np.column_stack([mean.hkl, mean.weighted_mean, mean.sigma, *_sides(mean, apart)])
    mtz.set_data(table.astype(np.float32))
    mtz.write_to_file(str(target))


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
