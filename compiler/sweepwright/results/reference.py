"""A reference data set: its group, its cell, and its free flags with the convention they follow.

Two conventions are met: CCP4's 0 to n-1 with 0 free, and 0 or 1, where the rarer value is free (1 in
CNS and Phenix). Kept flags are never changed; what the reference has not gets a flag of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.cells import unlike
from sweepwright.results.free import Flags, free_flags
from sweepwright.results.hashing import pack

#: a free part outside these limits is no free set that anybody chose
_LEAST, _MOST = 0.005, 0.25


@dataclass(frozen=True)
class Convention:
    """How flags are written: ``values`` of them, the free one, and the part that is free."""

    values: tuple[int, ...]
    free: int
    fraction: float

    def __str__(self) -> str:
        first, last = self.values[0], self.values[-1]
        return f"{first} {'or' if len(self.values) == 2 else 'to'} {last}, {self.free} is free"

    @property
    def usual(self) -> bool:
        """Whether the free part is one that people choose."""
        return _LEAST <= self.fraction <= _MOST


@dataclass(frozen=True)
class Reference:
    """What a reference MTZ says; ``flags`` belong to ``hkl`` (n, 3), both None where it has none."""

    group: Any
    cell: tuple[float, ...]
    hkl: NDArray[np.int32] | None
    flags: Flags | None

    @property
    def convention(self) -> Convention | None:
        """How the flags are written; None where there are none."""
        return None if self.flags is None else convention(self.flags)


def read_reference(path: Path) -> Reference:
    """A merged MTZ. Raises ValueError that says what is wrong with it."""
    import gemmi

    try:
        mtz = gemmi.read_mtz_file(str(path))
    except (OSError, RuntimeError, ValueError) as problem:
        raise ValueError(f"it cannot be read as MTZ: {problem}") from problem
    if mtz.batches:
        raise ValueError("it is not merged")
    if mtz.spacegroup is None:
        raise ValueError("it names no space group")
    column = mtz.rfree_column()
    cell = tuple(float(value) for value in mtz.get_cell().parameters)
    if column is None:
        return Reference(mtz.spacegroup, cell, None, None)
    known = ~np.isnan(column.array)
    flags = column.array[known].astype(np.int32)
    if not len(flags):
        return Reference(mtz.spacegroup, cell, None, None)
    return Reference(mtz.spacegroup, cell, mtz.make_miller_array()[known], flags)


def convention(flags: Flags) -> Convention:
    """The convention of some flags. Raises ValueError where they do not differ."""
    values, counts = np.unique(flags, return_counts=True)
    if len(values) < 2:
        raise ValueError(f"all its free flags are {values[0]}")
    free = 0 if len(values) > 2 and 0 in values else int(values[np.argmin(counts)])
    part = float(counts[list(values).index(free)] / counts.sum())
    return Convention(tuple(int(value) for value in values), free, part)


@dataclass
class Extended:
    """Flags of a reference, kept and extended with a seed; ``kept`` counts those it has, of ``all``."""

    reference: Reference
    seed: int
    kept: int = 0
    all: int = 0

    def __call__(self, hkl: NDArray[Any], space_group: str, cell: Sequence[float]) -> Flags:
        """Raises ValueError for another crystal form, and for a reference without flags."""
        import gemmi

        group = gemmi.SpaceGroup(space_group)
        differs = unlike(cell, self.reference.cell)
        if group.laue_str() != self.reference.group.laue_str():
            differs = f"{group.xhm()} has another Laue group than {self.reference.group.xhm()}"
        if differs:
            raise ValueError(f"the reference is of another crystal form: {differs}")
        flags, self.kept = extended(self.reference, hkl, self.seed)
        self.all = len(flags)
        return flags


def extended(reference: Reference, hkl: NDArray[Any], seed: int) -> tuple[Flags, int]:
    """Flags for ``hkl`` in the reference's axes, and how many of them the reference has.

    Raises ValueError for a reference without flags.
    """
    if reference.hkl is None or reference.flags is None:
        raise ValueError("the reference has no free flags")
    rule = convention(reference.flags)
    kept = dict(zip(_keys(reference.hkl, reference.group), reference.flags.tolist(), strict=True))
    several = len(rule.values) > 2
    bins = len(rule.values) if several else max(2, round(1 / rule.fraction))
    made = free_flags(hkl, reference.group.xhm(), seed, 1 / bins)
    ours = made if several else np.where(made == 0, rule.free, _other(rule))
    there = [kept.get(key) for key in _keys(hkl, reference.group)]
    flags = [int(new) if old is None else old for old, new in zip(there, ours, strict=True)]
    return np.array(flags, np.int32), sum(old is not None for old in there)


def _other(rule: Convention) -> int:
    return next(value for value in rule.values if value != rule.free)


def _keys(hkl: NDArray[Any], group: Any) -> list[int]:
    """A number for each reflection, the same for all its equivalents in the Laue group."""
    operations = group.operations()
    operations.add_inversion()
    best: NDArray[Any] | None = None
    for operation in operations.sym_ops:
        turned = np.asarray(hkl, np.int64) @ (np.array(operation.rot, np.int64) // operation.DEN)
        packed = pack(turned)
        best = packed if best is None else np.maximum(best, packed)
    assert best is not None
    return [int(key) for key in best]
