"""The experiment in XDS's terms and frame, and the same as dxtbx models.

Nothing is taken from image headers: what XDS.INP (or XPARM.XDS, or the head of INTEGRATE.HKL) says
is all there is. The laboratory frame is the one in which those vectors are given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from xds_standin.inputs import Inputs
from xds_standin.masks import untrusted

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Geometry:
    start_frame: int
    start_angle: float
    width: float
    axis: Vector
    wavelength: float
    beam: Vector
    """a unit vector, from the source to the crystal"""
    size: tuple[int, int]
    pixel: tuple[float, float]
    org: tuple[float, float]
    """ORGX, ORGY: pixels counted from 1 at the centre of the first"""
    distance: float
    x_axis: Vector
    y_axis: Vector

    @property
    def normal(self) -> Vector:
        return cross(self.x_axis, self.y_axis)

    def beam_px(self) -> tuple[float, float]:
        """Where the direct beam meets the detector's plane."""
        along = self.distance / dot(self.beam, self.normal)
        axes = zip((self.x_axis, self.y_axis), self.org, self.pixel, strict=True)
        x, y = (org + along * dot(self.beam, axis) / size for axis, org, size in axes)
        return x, y


def vector(numbers: Sequence[float]) -> Vector:
    x, y, z = map(float, numbers)
    return x, y, z


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cross(a: Sequence[float], b: Sequence[float]) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(vector: Sequence[float]) -> Vector:
    x, y, z = vector[:3]
    length = math.hypot(x, y, z)
    return x / length, y / length, z / length


def of_inputs(inputs: Inputs) -> Geometry:
    first = inputs.numbers("DATA_RANGE")[0]
    return Geometry(
        start_frame=inputs.integer("STARTING_FRAME", int(first)),
        start_angle=inputs.number("STARTING_ANGLE"),
        width=inputs.number("OSCILLATION_RANGE"),
        axis=unit(inputs.numbers("ROTATION_AXIS")),
        wavelength=inputs.number("X-RAY_WAVELENGTH"),
        beam=unit(inputs.numbers("INCIDENT_BEAM_DIRECTION")),
        size=(inputs.integer("NX"), inputs.integer("NY")),
        pixel=(inputs.number("QX"), inputs.number("QY")),
        org=(inputs.number("ORGX"), inputs.number("ORGY")),
        distance=inputs.number("DETECTOR_DISTANCE"),
        x_axis=unit(inputs.numbers("DIRECTION_OF_DETECTOR_X-AXIS")),
        y_axis=unit(inputs.numbers("DIRECTION_OF_DETECTOR_Y-AXIS")),
    )


def refined(experiment: Any, before: Geometry) -> Geometry:
    """The geometry of a dxtbx experiment that was made of ``before``."""
    panel = experiment.detector[0]
    x, y, origin = panel.get_fast_axis(), panel.get_slow_axis(), panel.get_origin()
    return replace(
        before,
        axis=vector(experiment.goniometer.get_rotation_axis()),
        wavelength=experiment.beam.get_wavelength(),
        beam=unit(experiment.beam.get_s0()),
        x_axis=vector(x),
        y_axis=vector(y),
        distance=dot(origin, cross(x, y)),
        org=(0.5 - dot(origin, x) / before.pixel[0], 0.5 - dot(origin, y) / before.pixel[1]),
    )


def models(geometry: Geometry, inputs: Inputs) -> tuple[Any, Any, Any]:
    """Beam, detector and goniometer; the pixels' values and the sensor are as XDS.INP says."""
    from dxtbx.model import BeamFactory, GoniometerFactory

    normal = inputs.numbers("POLARIZATION_PLANE_NORMAL", 0, 0, 0)
    beam = BeamFactory.make_polarized_beam(
        sample_to_source=[-x for x in geometry.beam],
        wavelength=geometry.wavelength,
        polarization=unit(normal) if any(normal) else (0.0, 1.0, 0.0),
        polarization_fraction=inputs.number("FRACTION_OF_POLARIZATION", 0.5),
    )
    return beam, _detector(geometry, inputs), GoniometerFactory.known_axis(geometry.axis)


def _detector(geometry: Geometry, inputs: Inputs) -> Any:
    from cctbx.eltbx import attenuation_coefficient
    from dxtbx.model import Detector, ParallaxCorrectedPxMmStrategy

    ox, oy = ((org - 0.5) * size for org, size in zip(geometry.org, geometry.pixel, strict=True))
    vectors = zip(geometry.x_axis, geometry.y_axis, geometry.normal, strict=True)
    origin = [geometry.distance * n - ox * x - oy * y for x, y, n in vectors]
    detector = Detector()
    panel = detector.add_panel()
    panel.set_name("Panel")
    panel.set_type("SENSOR_PAD")
    # printed with six decimals, the axes are not as square as dxtbx wants them
    square = unit(cross(geometry.normal, geometry.x_axis))
    panel.set_frame(unit(geometry.x_axis), square, origin)
    panel.set_pixel_size(geometry.pixel)
    panel.set_image_size(geometry.size)
    # dxtbx leaves out the lower limit itself
    least = inputs.number("MINIMUM_VALID_PIXEL_VALUE") - 1
    panel.set_trusted_range((least, inputs.number("OVERLOAD", 1_048_500)))
    thickness = inputs.number("SENSOR_THICKNESS")
    if thickness > 0:
        mu = inputs.number("SILICON", -1)
        if mu <= 0:
            silicon = attenuation_coefficient.get_table("Si")
            mu = silicon.mu_at_angstrom(geometry.wavelength) / 10
        panel.set_material("Si")
        panel.set_thickness(thickness)
        panel.set_mu(mu)
        panel.set_px_mm_strategy(ParallaxCorrectedPxMmStrategy(mu, thickness))
    for area in untrusted(inputs, geometry.size):
        panel.add_mask(*area)
    return detector
