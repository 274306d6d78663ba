"""Free-R flags that depend on the indices and a seed only, not on the data.

A reflection is reduced by the highest Laue group of its lattice type, hashed with the seed, and the
hash gives its flag. So all reflections that could ever be related by symmetry, twinning or an
indexing choice share a flag, and a crystal form keeps its flags through every run and resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from sweepwright.results.hashing import hash_indices, pack

# Crystal system -> a space group whose rotations are the highest Laue group of the lattice; the
# systems that are not here only lack the inversion, whatever their axes are called.
_HIGHEST = {
    "tetragonal": "P 4/m m m",
    "trigonal": "P 6/m m m",
    "hexagonal": "P 6/m m m",
    "cubic": "P m -3 m",
}
_RHOMBOHEDRAL = {"H": "R -3 m:H", "R": "R -3 m:R"}


Flags = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class FreeFlags:
    """How free flags are made: part of the reflections (flag 0) and the key of the hash."""

    fraction: float = 0.05
    seed: int = 1

    @property
    def bins(self) -> int:
        """Flags go from 0 to ``bins`` - 1. Raises ValueError for a fraction outside 0 to 0.5."""
        if not 0 < self.fraction <= 0.5:
            raise ValueError(f"a free fraction is above 0 and at most 0.5, not {self.fraction:g}")
        return round(1 / self.fraction)

    def __call__(self, hkl: NDArray[Any], space_group: str, cell: Sequence[float]) -> Flags:
        """The flags of some reflections."""
        return free_flags(hkl, space_group, self.seed, self.fraction)


def free_flags(hkl: NDArray[Any], space_group: str, seed: int, fraction: float) -> Flags:
    """The flag (n,) of each reflection (n, 3): 0 is free (CCP4's convention), the rest 1, 2, ..."""
    bins = FreeFlags(fraction, seed).bins
    words = hash_indices(reduce_indices(hkl, space_group), seed)
    return ((words >> np.uint64(32)) * np.uint64(bins) >> np.uint64(32)).astype(np.int32)


def reduce_indices(hkl: NDArray[Any], space_group: str) -> NDArray[np.int64]:
    """Of the equivalents in the lattice's highest Laue group the greatest, as (n, 3)."""
    best = np.asarray(hkl, dtype=np.int64)
    greatest = pack(best)
    for rotation in lattice_rotations(space_group):
        moved = np.asarray(hkl, dtype=np.int64) @ rotation
        packed = pack(moved)
        better = packed > greatest
        best, greatest = np.where(better[:, None], moved, best), np.maximum(packed, greatest)
    return best


def lattice_rotations(space_group: str) -> list[NDArray[np.int64]]:
    """Rotations (3, 3) of the highest Laue group of the lattice type, in the group's own setting.

    Raises ValueError for a name that is no space group.
    """
    group = gemmi.find_spacegroup_by_name(space_group)
    if group is None:
        raise ValueError(f"'{space_group}' is no space group")
    highest = _RHOMBOHEDRAL.get(group.ext) if group.crystal_system_str() == "trigonal" else None
    highest = highest or _HIGHEST.get(group.crystal_system_str())
    operations = gemmi.SpaceGroup(highest).operations() if highest else group.operations()
    operations.add_inversion()
    return [np.array(op.rot, dtype=np.int64) // op.DEN for op in operations.sym_ops]
