"""How the instrument stands in a sweep: as it was asked for, as it truly is, as headers tell.

Everything is in frame sw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sweepwright.geometry.detector import panel_at, turned
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.goniostat import GoniostatAxis, ScanGeometry, scan_geometry
from sweepwright.geometry.rotation import Vector, combine, dot, rounded, unit
from sweepwright.model.facts import PanelFact
from sweepwright.simulate.detectors import PIXEL_MM, DetectorModel, detector_model
from sweepwright.simulate.faults import Faults, Header
from sweepwright.simulate.specification import Specification, Sweep


@dataclass(frozen=True)
class Setup:
    """Beam, goniostat, scan and detector of a sweep."""

    wavelength_a: float
    axes: tuple[GoniostatAxis, ...]
    """from the base to the crystal"""
    scan_axis: str
    settings_deg: Mapping[str, float]
    """of the axes that stand still"""
    start_deg: float
    width_deg: float
    size_px: tuple[int, int]
    distance_mm: float
    """from the crystal to the plane of the detector"""
    beam_center_px: tuple[float, float]
    """with two-theta at 0"""
    fast: Vector
    """with two-theta at 0, tilt included; ``slow`` likewise"""
    slow: Vector
    two_theta_axis: Vector
    two_theta_deg: float

    @property
    def scan(self) -> ScanGeometry:
        """The scanned axis in the laboratory and the rotation by the axes that stand still."""
        return scan_geometry(self.axes, self.scan_axis, self.settings_deg)

    @property
    def panel_ahead(self) -> PanelFact:
        """The detector with two-theta at 0."""
        return panel_at(
            self.beam_center_px,
            (PIXEL_MM, PIXEL_MM),
            self.distance_mm,
            self.size_px,
            self.fast,
            self.slow,
        )

    @property
    def panel(self) -> PanelFact:
        """The detector where it is."""
        return turned(self.panel_ahead, self.two_theta_axis, self.two_theta_deg)

    def angle_deg(self, index: int) -> float:
        """The scanned axis at the beginning of the image with an index from 0."""
        return self.start_deg + index * self.width_deg


def true_setup(specification: Specification, sweep: Sweep) -> Setup:
    """How the instrument really stands."""
    return _really(_asked(specification, sweep), sweep.faults)


def told_setup(specification: Specification, sweep: Sweep) -> Setup:
    """How the headers, or those who know the instrument, say that it stands."""
    return _lied_about(_asked(specification, sweep), sweep.faults.header)


def _asked(specification: Specification, sweep: Sweep) -> Setup:
    """A sweep without faults."""
    detector = specification.detector
    model = detector_model(detector.model)
    fast, slow = detector.directions
    return Setup(
        wavelength_a=specification.wavelength_of(sweep),
        axes=tuple(GoniostatAxis(axis.name, axis.vector) for axis in specification.goniostat),
        scan_axis=sweep.scan_axis,
        settings_deg={
            axis.name: sweep.settings.get(axis.name, 0.0)
            for axis in specification.goniostat
            if axis.name != sweep.scan_axis
        },
        start_deg=sweep.start,
        width_deg=sweep.width,
        size_px=model.size_px,
        distance_mm=sweep.distance or detector.distance,
        beam_center_px=detector.beam_center or _off_the_middle(model),
        fast=fast,
        slow=slow,
        two_theta_axis=unit(detector.two_theta_axis),
        two_theta_deg=detector.two_theta if sweep.two_theta is None else sweep.two_theta,
    )


def _really(asked: Setup, faults: Faults) -> Setup:
    """The setup that makes images wrong for those who trust in the one that was asked for."""
    if faults.reversed_axis:
        axes = (
            axis._replace(vector=_reversed(axis.vector)) if axis.name == asked.scan_axis else axis
            for axis in asked.axes
        )
        asked = replace(asked, axes=tuple(axes))
    if faults.mirrored_detector:
        return replace(asked, slow=_reversed(asked.slow))
    return _mirror_image(asked) if faults.mirror else asked


def _mirror_image(asked: Setup) -> Setup:
    """The whole instrument in a mirror along the beam that turns the slow direction round.

    The mirror image of a right-handed turn about v is a right-handed turn about -M v.
    """
    across = unit(combine((1.0, asked.slow), (-dot(asked.slow, BEAM), BEAM)))
    return replace(
        asked,
        axes=tuple(
            axis._replace(vector=_reversed(_mirrored(axis.vector, across))) for axis in asked.axes
        ),
        fast=_mirrored(asked.fast, across),
        slow=_mirrored(asked.slow, across),
        two_theta_axis=_reversed(_mirrored(asked.two_theta_axis, across)),
    )


def _lied_about(asked: Setup, lies: Header) -> Setup:
    fast, slow = asked.beam_center_px
    if lies.beam_center_swapped:
        fast, slow = slow, fast
    return replace(
        asked,
        wavelength_a=asked.wavelength_a if lies.wavelength is None else lies.wavelength,
        settings_deg={**asked.settings_deg, **{str(name): a for name, a in lies.settings.items()}},
        start_deg=asked.start_deg if lies.start is None else lies.start,
        width_deg=asked.width_deg if lies.width is None else lies.width,
        distance_mm=asked.distance_mm if lies.distance is None else lies.distance,
        beam_center_px=(fast + lies.beam_center_offset[0], slow + lies.beam_center_offset[1]),
    )


def _reversed(vector: Vector) -> Vector:
    return rounded(-component for component in vector)


def _mirrored(vector: Vector, normal: Vector) -> Vector:
    """The mirror image in the plane with a normal."""
    return rounded(combine((1.0, vector), (-2 * dot(vector, normal), normal)))


def _off_the_middle(model: DetectorModel) -> tuple[float, float]:
    """A beam centre that is not by accident the centre of a gap or of symmetry."""
    fast, slow = model.size_px
    return fast / 2 + 1.7, slow / 2 - 3.3
