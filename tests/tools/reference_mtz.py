"""Small merged MTZ files with intensities and free flags, as references."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gemmi
import numpy as np


def write_reference(
    path: Path,
    group: str,
    cell: Sequence[float],
    flags: Callable[[Any], Any] | None = lambda hkl: np.arange(len(hkl)) % 20,
    d_min: float = 6.0,
) -> Path:
    """All reflections to ``d_min``; ``flags`` gives one for each of them, None leaves them out."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup(group)
    mtz.set_cell_for_all(gemmi.UnitCell(*cell))
    mtz.add_dataset("reference")
    hkl = gemmi.make_miller_array(mtz.cell, mtz.spacegroup, d_min)
    columns = [hkl, 100 + np.arange(len(hkl)), np.full(len(hkl), 5)]
    mtz.add_column("IMEAN", "J")
    mtz.add_column("SIGIMEAN", "Q")
    if flags is not None:
        mtz.add_column("FreeR_flag", "I")
        columns.append(flags(hkl))
    mtz.set_data(np.column_stack(columns).astype(np.float32))
    mtz.write_to_file(str(path))
    return path
