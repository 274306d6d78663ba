"""Unmerged intensities in memory, as POINTLESS and AIMLESS pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: bits of the column FLAG
FLAGS = {
    "BGratio too large": 1,
    "PKratio too large": 2,
    "Negative < 5sigma": 4,
    "Gradient too large": 8,
    "Profile-fitted overloads": 16,
    "Spots on edge": 32,
    "XDS misfits (outliers)": 64,
}
MISFIT = 64


@dataclass(frozen=True)
class Names:
    project: str = "XDSproject"
    crystal: str = "XDScrystal"
    dataset: str = "XDSdataset"

    def path(self) -> str:
        return f"{self.project}/{self.crystal}/{self.dataset}"

    def line(self) -> str:
        return f"Project: {self.project} Crystal: {self.crystal} Dataset: {self.dataset}"


@dataclass(frozen=True)
class Run:
    """Images with one number of batches; axes of the cell are at spindle angle 0."""

    file: str
    names: Names
    offset: int
    """batch = image + offset"""
    images: tuple[int, int]
    phi: tuple[float, float]
    """spindle at the start of the first image and at the end of the last, degrees"""
    wavelength: float
    cell: tuple[float, ...]
    axes: Floats
    """rows a, b, c"""
    spindle: Floats
    beam: Floats
    """from source to crystal"""

    @property
    def width(self) -> float:
        return (self.phi[1] - self.phi[0]) / (self.images[1] - self.images[0] + 1)

    def batches(self) -> tuple[int, int]:
        return self.images[0] + self.offset, self.images[1] + self.offset


@dataclass(frozen=True)
class Columns:
    """One row for each observation."""

    hkl: Ints
    """original indices"""
    intensity: Floats
    error: Floats
    run: Ints
    """number of the run, from 0"""
    batch: Ints
    place: Floats
    """XDET, YDET (pixels), ROT (degrees)"""
    fraction: Floats
    flag: Ints

    def select(self, wanted: NDArray[Any]) -> Columns:
        return Columns(**{name: values[wanted] for name, values in vars(self).items()})

    @staticmethod
    def joined(parts: Sequence[Columns]) -> Columns:
        return Columns(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in vars(parts[0])
            }
        )


@dataclass(frozen=True)
class Unmerged:
    """Observations with their runs; ``group`` is a cctbx space group."""

    group: Any
    runs: tuple[Run, ...]
    columns: Columns

    def datasets(self) -> list[Names]:
        return list(dict.fromkeys(run.names for run in self.runs))

    def of(self, names: Names) -> NDArray[np.bool_]:
        """Which observations are of this data set."""
        those = [number for number, run in enumerate(self.runs) if run.names == names]
        return np.isin(self.columns.run, those)

    def cell(self) -> tuple[float, ...]:
        """The mean of all runs."""
        return tuple(np.mean([run.cell for run in self.runs], axis=0).tolist())

    def symmetry(self) -> Any:
        from cctbx import crystal

        return crystal.symmetry(
            unit_cell=self.cell(), space_group=self.group, assert_is_compatible_unit_cell=False
        )

    def miller(self, *, anomalous: bool = True, group: Any = None) -> Any:
        """A cctbx array of all observations, not merged."""
        from cctbx import crystal, miller
        from cctbx.array_family import flex

        symmetry = crystal.symmetry(
            unit_cell=self.cell(),
            space_group=group or self.group,
            assert_is_compatible_unit_cell=False,
        )
        made = miller.set(symmetry, indices(self.columns.hkl), anomalous_flag=anomalous)
        values = (
            flex.double(np.ascontiguousarray(x))
            for x in (self.columns.intensity, self.columns.error)
        )
        return made.array(*values).set_observation_type_xray_intensity()

    def spacing(self) -> Floats:
        """Angstrom."""
        from cctbx import uctbx

        found: Floats = uctbx.unit_cell(self.cell()).d(indices(self.columns.hkl)).as_numpy_array()
        return found

    def select(self, wanted: NDArray[Any]) -> Unmerged:
        return replace(self, columns=self.columns.select(wanted))

    def reindexed(self, operator: Any, group: Any) -> Unmerged:
        """With a change of basis of cctbx applied to indices, cells and axes."""
        from cctbx import uctbx

        matrix = matrix_of(operator)
        hkl = np.rint(self.columns.hkl @ matrix.T).astype(int)
        runs = []
        for run in self.runs:
            cell = uctbx.unit_cell(run.cell).change_basis(operator)
            cell = group.average_unit_cell(cell)
            runs.append(replace(run, axes=matrix @ run.axes, cell=cell.parameters()))
        return Unmerged(group, tuple(runs), replace(self.columns, hkl=hkl))


def indices(hkl: Ints) -> Any:
    from cctbx.array_family import flex

    return flex.miller_index([tuple(map(int, index)) for index in hkl])


def matrix_of(operator: Any) -> Floats:
    """M with h' = M h and a' = M a, of a change of basis of cctbx."""
    inverse = np.array(operator.c_inv().r().as_double()).reshape(3, 3)
    return np.asarray(inverse.T, float)


def operator_text(operator: Any) -> str:
    return f"[{operator.as_hkl().replace('*', '')}]"


def group_name(group: Any) -> str:
    """As CCP4 writes it: H for the hexagonal setting of rhombohedral groups."""
    symbol = str(group.info())
    return "H" + symbol[1:-3] if symbol.endswith(" :H") else symbol
