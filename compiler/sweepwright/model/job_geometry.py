"""The parts of a job that override headers and site records; vectors are in frame sw."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from sweepwright.model import geometry_types as g
from sweepwright.model import types as t
from sweepwright.model.section import Section


class Axis(BaseModel):
    """An axis of the goniostat: name and direction in frame sw with all settings at zero."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    name: t.Name
    vector: g.Vector


class Oscillation(Section):
    """The scan, when the header is wrong or silent."""

    start: t.Angle | None = None
    """Angle of the scanned axis at the beginning of the first image, degrees."""
    width: t.Angle | None = None
    """Rotation in one image, degrees; negative turns against the axis."""


class Polarization(Section):
    """Polarization of the beam."""

    fraction: t.Fraction | None = None
    """Fraction, 0.5 unpolarized to 1 (XDS FRACTION_OF_POLARIZATION)."""
    normal: g.Vector | None = None
    """Normal of the plane of polarization in frame sw."""


class Sensor(Section):
    """The sensor layer of the detector."""

    material: Literal["Si", "CdTe", "GaAs"] | None = None
    """Material."""
    thickness: t.PositiveLength | None = None
    """Thickness, mm."""


class DetectorFrame(Section):
    """How the detector stands, when it is mounted otherwise than usual; all three belong together."""

    fast: g.Vector | None = None
    """Direction in which pixels follow each other in the file, frame sw."""
    slow: g.Vector | None = None
    """Direction in which rows follow each other in the file, frame sw."""
    origin: g.Lengths | None = None
    """From the crystal to the outer corner of the first pixel, mm, frame sw."""


class Geometry(Section):
    """What overrides headers and site record."""

    wavelength: t.Wavelength | None = None
    """Wavelength in A; also eV, keV, or the anode (Cu)."""
    distance: t.PositiveLength | None = None
    """From the crystal to the detector along its normal, mm."""
    beam_center: g.BeamCenter | None = None
    """Where the direct beam hits, from the outer corner of the first pixel, [fast, slow], px or mm."""
    orgx_orgy: g.OrgXY | None = None
    """XDS's ORGX and ORGY (foot of the perpendicular, px, counted from 1 at the first pixel's centre);
    excludes `beam_center`."""
    rotation_axis: g.RotationAxis | None = None
    """The scanned axis, a vector or {in_plane: 138.5 deg}; a positive turn follows the right-hand
    rule. Short for a goniostat with one axis."""
    two_theta: t.Angle | None = None
    """Angle by which the detector is swung out, degrees."""
    overload: t.Integer | None = None
    """Largest trusted pixel value, counts."""
    pixel_size: g.PixelSize | None = None
    """Size of a pixel, mm: one number, or fast and slow."""
    oscillation: Oscillation = Oscillation.model_construct()
    polarization: Polarization = Polarization.model_construct()
    sensor: Sensor = Sensor.model_construct()
    detector: DetectorFrame = DetectorFrame.model_construct()


class Goniostat(Section):
    """The device that turns the crystal."""

    model: t.Text | None = None
    """Name of a known device, e.g. mini-kappa; excludes `axes`."""
    axes: tuple[Axis, ...] | None = None
    """Axes from the base to the crystal, e.g. [{name: omega, vector: [-1, 0, 0]}, ...]."""
