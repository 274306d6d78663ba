"""Unmerged, scaled intensities as one value: a column an array, an observation a row.

Read from the MTZ that ``dials.export`` (or AIMLESS, POINTLESS) writes; everything that judges data
(statistics, resolution, anomalous signal, per-image figures) starts from here.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Cell = tuple[float, float, float, float, float, float]

# The names under which a scaled intensity is found, with its sigma; the first pair present is read.
_INTENSITY_COLUMNS = (("I", "SIGI"), ("IOBS", "SIGIOBS"), ("IPR", "SIGIPR"))


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set as the file names it; cell in A and degrees, wavelength in A (0: not stated)."""

    id: int
    project: str
    crystal: str
    name: str
    wavelength_a: float
    cell: Cell


@dataclass(frozen=True, slots=True)
class Setting:
    """A space group, and the operator on the indices of a file that leads to it: ``l,h,k``."""

    space_group: str
    reindex: str


@dataclass(frozen=True, eq=False)
class Observations:
    """n observations of one crystal form.

    ``hkl`` (n, 3) are indices in the asymmetric unit; ``plus`` (n,) tells I+ from I- (always true
    for centric reflections); ``intensity`` and ``sigma`` (n,) are scaled, in any one unit, with
    sigma > 0; ``batch`` (n,) is the image's number in the file; ``dataset`` (n,) an id of
    ``datasets``; ``scale`` (n,) the scale factor as the file gives it, or None. ``batch_ranges``
    are the first and last batch of each stretch of batch headers: one for each sweep.
    """

    hkl: NDArray[np.int32]
    plus: Flags
    intensity: Floats
    sigma: Floats
    batch: Integers
    dataset: Integers
    cell: Cell
    space_group: str
    wavelength_a: float = 0.0
    datasets: tuple[DataSet, ...] = ()
    scale: Floats | None = None
    batch_ranges: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.hkl)

    @cached_property
    def group(self) -> gemmi.SpaceGroup:
        """The space group as gemmi's object."""
        return gemmi.SpaceGroup(self.space_group)

    @cached_property
    def d_star_squared(self) -> Floats:
        """1/d^2 of each observation (n,), in 1/A^2, from the cell of the set."""
        return d_star_squared(self.hkl, self.cell)

    def select(self, mask: Flags | Integers) -> Observations:
        """The observations under a mask, or in the order of an index array."""
        rows = ("hkl", "plus", "intensity", "sigma", "batch", "dataset")
        scale = None if self.scale is None else self.scale[mask]
        return replace(self, scale=scale, **{name: getattr(self, name)[mask] for name in rows})

    def of_dataset(self, dataset: DataSet) -> Observations:
        """The observations of one data set, with its cell and wavelength."""
        part = self.select(self.dataset == dataset.id)
        return replace(
            part, cell=dataset.cell, wavelength_a=dataset.wavelength_a, datasets=(dataset,)
        )

    def by_dataset(self) -> tuple[Observations, ...]:
        """One value for each data set that has observations, in the order of the file."""
        present = set(np.unique(self.dataset).tolist())
        return tuple(self.of_dataset(item) for item in self.datasets if item.id in present)


def d_star_squared(hkl: NDArray[np.int32], cell: Cell) -> Floats:
    """1/d^2 in 1/A^2 (n,) of indices (n, 3) for a cell in A and degrees."""
    values: Floats = gemmi.UnitCell(*cell).calculate_1_d2_array(np.ascontiguousarray(hkl, np.int32))
    return values


def read_unmerged(path: Path | str, setting: Setting | None = None) -> Observations:
    """Read unmerged, scaled intensities: an MTZ, or a file of CORRECT or XSCALE (MERGE=FALSE).

    Observations without a finite intensity or with a sigma of 0 or less (rejected or misfits) are
    left out; ``setting`` is taken in the place of the file's own. Raises ValueError with the reason
    when the file holds no such data.
    """
    path = Path(path)
    mtz = _from_xds(path) if path.suffix == ".HKL" else _from_mtz(path)
    if setting is not None:
        mtz = _in_setting(mtz, setting)
    labels = mtz.column_labels()
    pair = next((pair for pair in _INTENSITY_COLUMNS if set(pair) <= set(labels)), None)
    if pair is None or "M/ISYM" not in labels or "BATCH" not in labels:
        raise ValueError(f"{path.name} is not an unmerged, scaled MTZ: it has {' '.join(labels)}")
    if mtz.spacegroup is None:
        raise ValueError(f"{path.name} has no space group that gemmi knows")
    return _observations(mtz, *pair)


def _from_mtz(path: Path) -> Any:
    try:
        mtz = gemmi.read_mtz_file(str(path))
    except (OSError, RuntimeError) as problem:
        raise ValueError(f"{path.name} cannot be read as MTZ: {problem}") from problem
    if mtz.batches and mtz.spacegroup is not None:
        # Programs differ in the asymmetric unit they choose; gemmi's own makes files comparable.
        mtz.switch_to_original_hkl()
        mtz.switch_to_asu_hkl()
    return mtz


def _from_xds(path: Path) -> Any:
    """As an MTZ in memory: a batch an image, those of each input file of XSCALE apart.

    Misfits, which have a negative sigma in the file, are left out.
    """
    try:
        mtz = gemmi.read_xds_ascii(str(path)).to_mtz()
    except (OSError, RuntimeError, ValueError) as problem:
        raise ValueError(f"{path.name} cannot be read as a file of XDS: {problem}") from problem
    mtz.set_data(np.array(mtz)[_column(mtz, "FLAG") == 0])
    # the sweeps of a file are one data set, whose number is that of the first
    for batch in mtz.batches:
        batch.dataset_id = mtz.batches[0].dataset_id
    return mtz


def _in_setting(mtz: Any, setting: Setting) -> Any:
    """Reindexed, with indices of the asymmetric unit of the group. Raises ValueError."""
    group = gemmi.find_spacegroup_by_name(setting.space_group)
    if group is None:
        raise ValueError(f"'{setting.space_group}' is no space group")
    if not mtz.nsymop:
        mtz = _through_a_file(mtz)
    mtz.switch_to_original_hkl()
    # gemmi moves the group along, and refuses one that has no name in the new axes; it leaves the
    # indices in the asymmetric unit
    mtz.spacegroup = gemmi.SpaceGroup("P 1")
    mtz.reindex(gemmi.Op(setting.reindex))
    mtz.switch_to_original_hkl()
    mtz.spacegroup = group
    mtz.switch_to_asu_hkl()
    return mtz


def _through_a_file(mtz: Any) -> Any:
    """gemmi keeps the operators behind M/ISYM only of an MTZ that it has read."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "unmerged.mtz")
        mtz.write_to_file(path)
        return gemmi.read_mtz_file(path)


def _observations(mtz: Any, intensity_label: str, sigma_label: str) -> Observations:
    intensity = _column(mtz, intensity_label)
    sigma = _column(mtz, sigma_label)
    good = np.isfinite(intensity) & np.isfinite(sigma) & (sigma > 0)
    hkl = np.ascontiguousarray(mtz.make_miller_array()[good], dtype=np.int32)
    batch = _column(mtz, "BATCH")[good].astype(np.int64)
    datasets = tuple(
        DataSet(
            item.id,
            item.project_name,
            item.crystal_name,
            item.dataset_name,
            item.wavelength,
            cell_numbers(item.cell),
        )
        for item in mtz.datasets
    )
    present = {item.dataset_id for item in mtz.batches}
    first = next((item for item in datasets if item.id in present), None)
    scale = _column(mtz, "SCALEUSED")[good] if "SCALEUSED" in mtz.column_labels() else None
    centric = mtz.spacegroup.operations().centric_flag_array(hkl)
    odd = _column(mtz, "M/ISYM")[good].astype(np.int64) % 2 == 1
    return Observations(
        hkl=hkl,
        plus=odd | centric,
        intensity=intensity[good],
        sigma=sigma[good],
        batch=batch,
        dataset=_dataset_of_batch(mtz, batch),
        cell=first.cell if first else cell_numbers(mtz.cell),
        space_group=mtz.spacegroup.xhm(),
        wavelength_a=first.wavelength_a if first else 0.0,
        datasets=datasets,
        scale=scale,
        batch_ranges=_stretches(sorted(item.number for item in mtz.batches)),
    )


def _column(mtz: Any, label: str) -> Floats:
    values: Floats = mtz.column_with_label(label).array.astype(np.float64)
    return values


def _dataset_of_batch(mtz: Any, batch: Integers) -> Integers:
    """The data set of each observation (n,), through the header of its batch; 0 without a header."""
    numbers = np.array([item.number for item in mtz.batches], dtype=np.int64)
    owners = np.array([item.dataset_id for item in mtz.batches], dtype=np.int64)
    if not len(numbers):
        return np.zeros(len(batch), dtype=np.int64)
    order = np.argsort(numbers)
    place = np.clip(np.searchsorted(numbers[order], batch), 0, len(numbers) - 1)
    found: Integers = np.where(numbers[order][place] == batch, owners[order][place], 0)
    return found


def _stretches(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """First and last of each run of consecutive numbers; programs leave a gap between sweeps."""
    starts = [i for i, number in enumerate(numbers) if i == 0 or number != numbers[i - 1] + 1]
    ends = [*(i - 1 for i in starts[1:]), len(numbers) - 1]
    return (
        tuple((numbers[i], numbers[j]) for i, j in zip(starts, ends, strict=True))
        if numbers
        else ()
    )


def cell_numbers(cell: gemmi.UnitCell) -> Cell:
    """gemmi's cell as six numbers, rounded to the precision of an MTZ header (4 decimals)."""
    a, b, c, alpha, beta, gamma = (round(float(value), 4) for value in cell.parameters)
    return a, b, c, alpha, beta, gamma
