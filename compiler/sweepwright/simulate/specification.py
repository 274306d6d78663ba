"""What to simulate: the model of a simulation file.

Lengths of the apparatus are in mm, of the crystal in A, angles in degrees, positions on the
detector in pixels from the outer corner of the first pixel. Directions are in frame ``sw``: z along
the beam, x along the fast direction of a detector that is not turned, y along its slow direction.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import gemmi
from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from sweepwright.simulate.faults import Faults
from sweepwright.simulate.instrument import KAPPA_DEVICE, Axis, AxisName, Beam, Detector
from sweepwright.simulate.values import (
    CellParameters,
    NonNegative,
    Part,
    RotationRows,
    Turn,
    Wavelength,
    parse_reindexing,
)

FormatName = Literal["minicbf", "imgcif", "nxmx"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}")
#: image numbers have four digits in the file names
_LAST_IMAGE = 9999


class AnomalousScatterers(Part):
    """Heavy atoms of the asymmetric unit, all of one element."""

    count: NonNegativeInt = 2
    """number of atoms in the asymmetric unit; 0: no anomalous signal"""
    z: Annotated[int, Field(ge=1, le=98)] = 34
    """atomic number"""
    f_prime: float = -5.0
    """f', electrons, of every sweep that has no own value"""
    f_second: float = 5.0
    """f'', electrons, of every sweep that has no own value"""


class Structure(Part):
    """What the crystals consist of; the atoms are made up from the seed."""

    space_group: str
    """any spelling gemmi knows, or a number of the International Tables"""
    cell: CellParameters
    """a, b, c (A), alpha, beta, gamma (degrees)"""
    d_min: Annotated[float, Field(gt=0.5, lt=20)] = 2.0
    """A; there are no reflections beyond this resolution"""
    light_atoms: PositiveInt = 200
    """number of C, N, O atoms in the asymmetric unit"""
    b_factor: NonNegative = 20.0
    """mean B of the atoms, A^2"""
    anomalous: AnomalousScatterers = AnomalousScatterers()

    @field_validator("space_group", mode="before")
    @classmethod
    def _number_is_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @model_validator(mode="after")
    def _group_fits_cell(self) -> Structure:
        if not self.unit_cell().is_compatible_with_spacegroup(self.group()):
            raise ValueError(
                f"a cell {self.cell} is not possible in space group {self.space_group}"
            )
        if max(self.cell[:3]) / self.d_min > 150:
            raise ValueError(
                "the cell is too large for this resolution: the set would not be small"
            )
        return self

    def group(self) -> gemmi.SpaceGroup:
        """The space group; R groups are hexagonal or rhombohedral as the cell's angles tell."""
        if self.space_group.isdigit():
            found = gemmi.find_spacegroup_by_number(int(self.space_group))
        else:
            alpha, gamma = self.cell[3], self.cell[5]
            found = gemmi.find_spacegroup_by_name(self.space_group, alpha, gamma)
        if found is None:
            raise ValueError(f"no space group is called '{self.space_group}'")
        return found

    def unit_cell(self) -> gemmi.UnitCell:
        """The cell as gemmi's type."""
        return gemmi.UnitCell(*self.cell)


class Crystal(Part):
    """One mounted crystal."""

    orientation: Literal["random"] | RotationRows = "random"
    """matrix U in frame sw at all settings 0, three rows; ``random``: from the seed"""
    mosaicity: Annotated[float, Field(gt=0, le=2)] = 0.12
    """sigma of the rocking curve, degrees"""


class Signal(Part):
    """How strong spots and background are."""

    counts: PositiveFloat = 1500.0
    """mean counts of a fully recorded reflection of the first sweep"""
    background: NonNegative = 3.0
    """counts per pixel and degree at the top of the water ring"""
    spot_size: Annotated[float, Field(ge=0.2, le=5)] = 0.9
    """sigma of the spots, pixels"""
    noise: bool = True
    """Poisson noise; false: expected counts, rounded"""


class Sweep(Part):
    """A run of images, written as ``NAME_0001.cbf`` and so on, or as ``NAME_master.h5``."""

    name: str
    format: FormatName | None = None
    """of the images; by default that of the simulation"""
    crystal: str | None = None
    """name of a crystal; by default the first one"""
    images: PositiveInt
    first_image: NonNegativeInt = 1
    """number of the first image"""
    start: float = 0.0
    """angle of the scanned axis at the beginning of the first image, degrees"""
    width: Annotated[float, Field(gt=0, le=10)] = 1.0
    """degrees per image"""
    scan_axis: AxisName = "omega"
    settings: dict[AxisName, float] = Field(default_factory=dict)
    """degrees, of the axes that stand still; 0 when not given"""
    wavelength: Wavelength | None = None
    """A; by default that of the beam"""
    f_prime: float | None = None
    """electrons; by default that of the structure"""
    f_second: float | None = None
    """electrons; by default that of the structure"""
    distance: PositiveFloat | None = None
    """mm; by default that of the detector"""
    two_theta: float | None = None
    """degrees; by default that of the detector"""
    exposure: PositiveFloat = 1.0
    """intensity of spots and background relative to the other sweeps"""
    reindex: str | None = None
    """an operator such as ``k,h,-l``: reflection h,k,l of this sweep lies where reflection k,h,-l of
    the crystal as mounted would"""
    reorient: Turn | None = None
    """a turn of the crystal as mounted, about a direction of frame sw with all settings at 0"""
    faults: Faults = Faults()

    @field_validator("name")
    @classmethod
    def _is_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError(f"'{value}' cannot be a name: letters, digits, '_', '+' and '-' only")
        return value

    @field_validator("reindex")
    @classmethod
    def _is_operator(cls, value: str | None) -> str | None:
        if value is not None:
            parse_reindexing(value)
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> Sweep:
        if self.last_image > _LAST_IMAGE:
            raise ValueError(
                f"the last image would be {self.last_image}; {_LAST_IMAGE} is the limit"
            )
        if self.scan_axis in {*self.settings, *self.faults.header.settings}:
            raise ValueError(f"{self.scan_axis} is scanned: give `start`, not a setting")
        strange = sorted(self.faults.image_numbers() - set(self.numbers()))
        if strange:
            raise ValueError(
                f"faults name image {strange[0]}, but images are {self.first_image}..{self.last_image}"
            )
        return self

    @property
    def last_image(self) -> int:
        """Number of the last image."""
        return self.first_image + self.images - 1

    def numbers(self) -> range:
        """Image numbers, those of missing images too."""
        return range(self.first_image, self.last_image + 1)


class Specification(Part):
    """A whole simulation."""

    title: str = ""
    seed: NonNegativeInt = 1
    """atoms, random orientations and noise follow from it"""
    epoch: datetime = datetime(2026, 1, 1)
    """begin of the first image, in the headers; local time without a zone, as there"""
    format: FormatName = "minicbf"
    """of the images: mini-CBF, full imgCIF, or NXmx (HDF5)"""
    structure: Structure
    crystals: dict[str, Crystal] = Field(default_factory=lambda: {"x1": Crystal()})
    beam: Beam = Beam()
    detector: Detector = Detector()
    goniostat: tuple[Axis, ...] = KAPPA_DEVICE
    """axes from the base to the crystal"""
    signal: Signal = Signal()
    sweeps: Annotated[tuple[Sweep, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_known(self) -> Specification:
        axes = [axis.name for axis in self.goniostat]
        if not axes or len(set(axes)) != len(axes):
            raise ValueError("the goniostat needs axes, each name once")
        if not self.crystals:
            raise ValueError("at least one crystal is needed")
        folded = [sweep.name.lower() for sweep in self.sweeps]
        if len(set(folded)) != len(folded):
            raise ValueError("sweeps need different names (capitals do not count)")
        for sweep in self.sweeps:
            if sweep.crystal is not None and sweep.crystal not in self.crystals:
                raise ValueError(f"sweep {sweep.name}: no crystal is called '{sweep.crystal}'")
            told = sweep.faults.header.settings
            unknown = {sweep.scan_axis, *sweep.settings, *told} - set(axes)
            if unknown:
                raise ValueError(f"sweep {sweep.name}: the goniostat has no axis {min(unknown)}")
        return self

    @model_validator(mode="after")
    def _formats_can_hold_it(self) -> Specification:
        for sweep in self.sweeps:
            kind = self.format_of(sweep)
            if kind == "minicbf" and not self.detector.is_square:
                raise ValueError(
                    f"sweep {sweep.name}: the header of a mini-CBF cannot tell of a detector that is "
                    "turned or tilted; the formats imgcif and nxmx can"
                )
            if kind == "nxmx" and (
                sweep.first_image != 1 or sweep.faults.missing or sweep.faults.truncated
            ):
                raise ValueError(
                    f"sweep {sweep.name}: an NXmx file holds all images from number 1 on; the formats "
                    "minicbf and imgcif have a file for each image"
                )
            if kind == "nxmx" and self.detector.sensor_thickness == 0:
                raise ValueError(f"sweep {sweep.name}: an NXmx file must tell a sensor's thickness")
        return self

    def format_of(self, sweep: Sweep) -> FormatName:
        """The format of a sweep's images."""
        return sweep.format or self.format

    def wavelength_of(self, sweep: Sweep) -> float:
        """A."""
        return sweep.wavelength or self.beam.wavelength
