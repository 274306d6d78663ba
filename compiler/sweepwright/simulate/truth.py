"""What is true of a simulated data set, as told to those who test programs with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.atoms import Atom, StructureFactors

Floats = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]
#: a noise-free intensity has no error; programs want one above 0
_RELATIVE_SIGMA = 0.01


@dataclass(frozen=True, kw_only=True)
class Described:
    """What truth and headers both tell of a sweep; directions and matrices in frame sw."""

    wavelength_a: float
    start_deg: float
    """scan angle at the beginning of image ``first_image``"""
    width_deg: float
    settings_deg: dict[str, float]
    """of the axes that stand still"""
    rotation_axis: tuple[float, ...]
    fixed_rotation: Rows
    """orientation at an angle: R(rotation_axis, angle) fixed_rotation U B"""
    distance_mm: float
    """from the crystal to the plane of the detector"""
    beam_center_px: tuple[float, ...]
    """with two-theta at 0"""
    two_theta_deg: float
    fast: tuple[float, ...]
    """as the detector stands, two-theta included; ``slow`` and ``origin_mm`` likewise"""
    slow: tuple[float, ...]
    origin_mm: tuple[float, ...]
    """outer corner of the first pixel"""


@dataclass(frozen=True, kw_only=True)
class HeaderTruth(Described):
    """What the headers say, and of what their format is silent: what those who trust them believe."""

    detector: str
    serial: str
    date: str
    """of the first image"""


@dataclass(frozen=True, kw_only=True)
class SweepTruth(Described):
    """One sweep as it really is."""

    name: str
    format: str
    template: str
    """file names relative to the folder, #### for the number; the master file where there is one"""
    crystal: str
    image_numbers: tuple[int, ...]
    """of the images there are"""
    first_image: int
    images: int
    """as planned, missing ones counted"""
    scan_axis: str
    f_prime: float
    f_second: float
    u: Rows
    beam_vector: tuple[float, ...]
    """s0, length 1/wavelength, 1/A"""
    size_px: tuple[int, ...]
    pixel_mm: float
    crossings: int
    """reflections of the first lattice that cross the sphere and meet the detector"""
    mtz: str
    """file with the noise-free intensities at this sweep's f', f''"""
    faults: dict[str, Any]
    """those that were asked for"""
    header: HeaderTruth


@dataclass(frozen=True)
class Truth:
    """Everything ``truth.json`` holds."""

    specification: dict[str, Any]
    space_group: str
    space_group_number: int
    cell: tuple[float, ...]
    u: Rows
    """orientation of the first crystal as mounted, frame sw"""
    b: Rows
    crystals: dict[str, Rows]
    """U of every crystal as mounted"""
    scale: float
    """counts per squared electron (before Lorentz factor and the like); the MTZ files hold counts"""
    atoms: tuple[Atom, ...]
    sweeps: tuple[SweepTruth, ...]
    files: tuple[str, ...]
    """every file of the simulation, relative to the folder"""
    frame: str = (
        "sw: z along the beam, x along the fast direction of a detector that is not turned, "
        "y = z cross x"
    )

    def to_json(self) -> str:
        """The text of ``truth.json``."""
        return json.dumps(asdict(self), indent=1) + "\n"


def rows(matrix: Floats) -> Rows:
    """A matrix as nested tuples."""
    return tuple(tuple(float(value) for value in row) for row in matrix)


def write_mtz(path: Path, factors: StructureFactors, plus: Floats, minus: Floats) -> None:
    """I(+), I(-), F(+), F(-) without noise; the sigmas are nominal."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.title = "simulated: noise-free truth"
    mtz.spacegroup = factors.group
    mtz.set_cell_for_all(factors.cell)
    mtz.add_dataset("truth")
    columns = [factors.hkl.astype(float)]
    for label, kind, kind_of_sigma, values in (
        ("I(+)", "K", "M", plus),
        ("I(-)", "K", "M", minus),
        ("F(+)", "G", "L", np.sqrt(plus)),
        ("F(-)", "G", "L", np.sqrt(minus)),
    ):
        mtz.add_column(label, kind)
        mtz.add_column(f"SIG{label}", kind_of_sigma)
        columns.append(np.column_stack([values, _RELATIVE_SIGMA * values]))
    mtz.set_data(np.column_stack(columns).astype(np.float32))
    mtz.write_to_file(str(path))
