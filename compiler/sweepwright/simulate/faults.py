"""What may be wrong with a sweep on request."""

from __future__ import annotations

from pydantic import NonNegativeInt, PositiveFloat

from sweepwright.simulate.values import Fraction, NonNegative, Part, Turn


class Header(Part):
    """Values in the headers that differ from the truth."""

    beam_center_offset: tuple[float, float] = (0.0, 0.0)
    """px (fast, slow), header minus truth"""
    distance: PositiveFloat | None = None
    """mm, written in place of the true one"""
    start: float | None = None
    """degrees, written in place of the true one"""
    width: NonNegative | None = None
    """degrees per image, written in place of the true one"""


class Decay(Part):
    """Radiation damage, linear in the number of images."""

    b_factor: NonNegative = 0.0
    """A^2 gained per 100 images"""
    scale: Fraction = 0.0
    """fraction of the initial intensity lost per 100 images"""
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
    missing: tuple[int, ...] = ()
    """numbers of images that are not written"""
    truncated: tuple[int, ...] = ()
    """numbers of images whose file ends early"""
    blank: tuple[int, ...] = ()
    """numbers of images without diffraction"""
    ice_rings: NonNegative = 0.0
    """counts per pixel and degree on the strongest ring of hexagonal ice"""
    decay: Decay | None = None
    second_lattice: SecondLattice | None = None

    def image_numbers(self) -> set[int]:
        """All image numbers that are mentioned."""
        return {*self.missing, *self.truncated, *self.blank}
