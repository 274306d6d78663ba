"""The instrument of a simulation: beam, detector, goniostat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, model_validator

from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.rotation import apply, cross, dot, multiply, rotation, rounded, unit
from sweepwright.simulate.detectors import DetectorName
from sweepwright.simulate.values import (
    Direction,
    Fraction,
    NonNegative,
    Part,
    Triple,
    Vector,
    Wavelength,
)

AxisName = Literal["omega", "kappa", "chi", "phi"]
_FAST: Triple = (1.0, 0.0, 0.0)
_SLOW: Triple = (0.0, 1.0, 0.0)
_NO_TILT: Triple = (0.0, 0.0, 0.0)
#: how far from square the rounded numbers of two directions may be
_ROUNDING = 1e-4
#: cosine between the normal and the beam; a detector seen more from the side records nothing
_SMALLEST_FACING = 0.1


class Beam(Part):
    """The X-ray beam, of every sweep that has no own wavelength."""

    wavelength: Wavelength = 0.9795
    """A"""
    polarization: Fraction = 0.999
    """fraction of polarization in the plane whose normal is y"""
    exposure_time: PositiveFloat = 1.0
    """seconds per image; only the header shows it"""


class BeamStop(Part):
    """The shadow of the beam stop on the detector; 1 % of the X-rays pass."""

    radius: NonNegative = 1.0
    """mm on a detector square to the beam; 0: no shadow"""
    arm_width: NonNegative = 0.0
    """mm, of the arm's shadow; 0: no arm"""
    arm_direction: Literal["+x", "-x", "+y", "-y"] = "+y"
    """from the beam centre to the edge"""


class Detector(Part):
    """A PILATUS; by default square to the beam."""

    model: DetectorName = "300K"
    distance: PositiveFloat = 100.0
    """mm from the crystal to the plane of the detector, of every sweep that has no own distance"""
    beam_center: tuple[float, float] | None = None
    """px (fast, slow), with two-theta at 0; by default a little off the middle"""
    two_theta: float = 0.0
    """degrees that the detector is swung about the crystal, of every sweep that has no own angle"""
    two_theta_axis: Vector = _FAST
    """direction that a positive two-theta turns about, right-handed; +20 about x goes towards -y"""
    fast: Direction = _FAST
    """direction of the fast pixels with two-theta at 0, a unit vector"""
    slow: Direction = _SLOW
    """direction of the slow pixels with two-theta at 0, a unit vector square to ``fast``"""
    tilt: Triple = _NO_TILT
    """degrees about the detector's own fast, slow and normal direction, in this order"""
    sensor_thickness: NonNegative = 0.32
    """mm of silicon (absorption and parallax); 0: an ideal sensor, the header is silent"""
    gaps: bool = True
    """whether the gaps between modules are dead"""
    count_cutoff: Annotated[int, Field(ge=1, le=2**31 - 2)] = 1048500
    """counts; no pixel holds more"""
    beam_stop: BeamStop = BeamStop()

    @model_validator(mode="after")
    def _faces_the_crystal(self) -> Detector:
        if abs(dot(self.fast, self.slow)) > _ROUNDING:
            raise ValueError("fast and slow are not square to each other")
        if abs(dot(cross(*self.directions), BEAM)) < _SMALLEST_FACING:
            raise ValueError("the beam runs along the detector: turn fast or slow out of it")
        return self

    @property
    def directions(self) -> tuple[Triple, Triple]:
        """Fast and slow direction with two-theta at 0: exactly square to each other, and tilted."""
        fast = unit(self.fast)
        normal = unit(cross(fast, self.slow))
        slow = rounded(cross(normal, fast))
        about_fast, about_slow, about_normal = (
            rotation(axis, angle)
            for axis, angle in zip((fast, slow, normal), self.tilt, strict=True)
        )
        tilt = multiply(multiply(about_fast, about_slow), about_normal)
        return rounded(apply(tilt, fast)), rounded(apply(tilt, slow))

    @property
    def is_square(self) -> bool:
        """Whether two-theta is the only turn, so that a mini-CBF header can tell where it is."""
        return (self.fast, self.slow, self.tilt) == (_FAST, _SLOW, _NO_TILT)


class Axis(Part):
    """An axis of the goniostat; a positive turn is right-handed about the vector."""

    name: AxisName
    vector: Vector
    """direction in frame sw with all settings at 0"""


#: omega along x, kappa 50 degrees from it (positive towards the detector's slow direction), phi
KAPPA_DEVICE = (
    Axis(name="omega", vector=(1.0, 0.0, 0.0)),
    Axis(name="kappa", vector=(0.6427876096865393, 0.766044443118978, 0.0)),
    Axis(name="phi", vector=(1.0, 0.0, 0.0)),
)
