"""What may be wrong with a sweep on request."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt, PositiveFloat, model_validator

from sweepwright.simulate.instrument import AxisName
from sweepwright.simulate.values import Fraction, NonNegative, Part, Text, Turn, Wavelength


class Header(Part):
    """Values in the headers that differ from the truth."""

    beam_center_offset: tuple[float, float] = (0.0, 0.0)
    """px (fast, slow), added to what is written"""
    beam_center_swapped: bool = False
    """the true slow number is written as the fast one, and the other way round"""
    distance: PositiveFloat | None = None
    """mm, written in place of the true one"""
    start: float | None = None
    """degrees, written in place of the true one"""
    width: NonNegative | None = None
    """degrees per image, written in place of the true one"""
    settings: dict[AxisName, float] = Field(default_factory=dict)
    """degrees, of axes that stand still, written in place of the true ones"""
    wavelength: Wavelength | None = None
    """A, written in place of the true one"""
    serial: Text | None = None
    """serial number of the detector, written in place of one that no real detector has"""
    date: Text | None = None
    """begin of every image, written in place of one that follows from ``epoch``"""


class Decay(Part):
    """Radiation damage, linear in the number of images."""

    b_factor: NonNegative = 0.0
    """A^2 gained per 100 images"""
    scale: Fraction = 0.0
    """fraction of the initial intensity lost per 100 images"""
    specific: NonNegative = 0.0
    """standard deviation of what a reflection gains or loses of itself per 100 images, each its own
    part: the structure changes"""
    images_before: NonNegativeInt = 0
    """images the crystal has suffered before this sweep"""


class SecondLattice(Part):
    """A second crystal of the same structure in the beam."""

    fraction: NonNegative
    """its intensity relative to the first"""
    turn: Turn = Turn(axis=(0.3, 0.8, 0.5), angle=7.0)
    """from the first lattice to the second, with all settings at 0"""


class Faults(Part):
    """Faults of one sweep; by default there are none."""

    header: Header = Header()
    reversed_axis: bool = False
    """the scanned axis turns the other way than the goniostat says; the header does not tell"""
    mirrored_detector: bool = False
    """images are stored mirrored, first line last; the header does not tell"""
    mirror: bool = False
    """the double mirror: images are stored mirrored and all axes turn the other way, so that they fit
    what the header tells and give the wrong hand"""
    missing: tuple[int, ...] = ()
    """numbers of images that are not written"""
    truncated: tuple[int, ...] = ()
    """numbers of images whose file ends early"""
    blank: tuple[int, ...] = ()
    """numbers of images without diffraction"""
    ice_rings: NonNegative = 0.0
    """counts per pixel and degree on the strongest ring of hexagonal ice"""
    ice_grains: NonNegative = 0.0
    """spots of grains per degree on the strongest ring of hexagonal ice, as bright as the crystal's"""
    decay: Decay | None = None
    second_lattice: SecondLattice | None = None

    @model_validator(mode="after")
    def _mirrors_once(self) -> Faults:
        if self.mirror and (self.mirrored_detector or self.reversed_axis):
            raise ValueError("mirror has a mirrored detector and reversed axes already")
        return self

    def image_numbers(self) -> set[int]:
        """All image numbers that are mentioned."""
        return {*self.missing, *self.truncated, *self.blank}
