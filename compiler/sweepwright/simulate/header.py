"""What the headers of a sweep tell, and the lines of a mini-CBF that tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sweepwright.geometry.rotation import angle_between_deg
from sweepwright.simulate.detectors import PIXEL_MM, DetectorModel, detector_model
from sweepwright.simulate.instrument import Detector
from sweepwright.simulate.setup import Setup, told_setup
from sweepwright.simulate.specification import Specification, Sweep

#: of the exposure period, seconds
_READOUT_S = 0.003
_KEV_A = 12.39842


@dataclass(frozen=True)
class Told:
    """A sweep as its headers tell of it, faults included; ``begin`` is that of the first image."""

    specification: Specification
    sweep: Sweep
    setup: Setup
    begin: datetime

    @property
    def detector(self) -> Detector:
        """What was asked for."""
        return self.specification.detector

    @property
    def model(self) -> DetectorModel:
        """The detector in the catalogue."""
        return detector_model(self.detector.model)

    @property
    def serial(self) -> str:
        """Serial number of the detector."""
        return self.sweep.faults.header.serial or self.model.serial

    @property
    def count_time_s(self) -> float:
        """How long an image is exposed within its period."""
        return max(self.specification.beam.exposure_time - _READOUT_S, 0.0)

    @property
    def threshold_ev(self) -> float:
        """Half the true energy: detectors are set for what they really get."""
        return _KEV_A / self.specification.wavelength_of(self.sweep) * 1000 / 2

    def date(self, index: int) -> str:
        """When the image with an index from 0 begins."""
        moment = self.begin + timedelta(seconds=index * self.specification.beam.exposure_time)
        plain = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
        return self.sweep.faults.header.date or plain

    def angles_deg(self, index: int) -> dict[str, float]:
        """All axes from the base to the crystal at the beginning of an image."""
        angles = {**self.setup.settings_deg, self.sweep.scan_axis: self.setup.angle_deg(index)}
        return {axis.name: angles[axis.name] for axis in self.setup.axes}


def told(specification: Specification, sweep: Sweep) -> Told:
    """What the headers of a sweep tell; sweeps follow each other without a pause."""
    begin = specification.epoch
    for earlier in takewhile(lambda other: other is not sweep, specification.sweeps):
        begin += timedelta(seconds=earlier.images * specification.beam.exposure_time)
    return Told(specification, sweep, told_setup(specification, sweep), begin)


def header_lines(told: Told, index: int) -> list[str]:
    """The header of the image with an index from 0."""
    setup, beam = told.setup, told.specification.beam
    fast, slow = setup.beam_center_px
    return [
        *detector_lines(told, index),
        f"Wavelength {setup.wavelength_a:.5f} A",
        "Energy_range (0, 0) eV",
        f"Detector_distance {setup.distance_mm / 1000:.6f} m",
        "Detector_Voffset 0.00000 m",
        f"Beam_xy ({fast:.2f}, {slow:.2f}) pixels",
        "Flux 0.000000",
        "Filter_transmission 1.0000",
        f"Start_angle {setup.angle_deg(index):.4f} deg.",
        f"Angle_increment {setup.width_deg:.4f} deg.",
        f"Detector_2theta {setup.two_theta_deg:.4f} deg.",
        f"Polarization {beam.polarization:.3f}",
        *_goniostat(told, index),
        f"Oscillation_axis {setup.scan_axis.upper()}",
        "N_oscillations 1",
    ]


def detector_lines(told: Told, index: int) -> list[str]:
    """The lines of the header that are silent of geometry."""
    beam, detector = told.specification.beam, told.detector
    micron = f"{PIXEL_MM * 1e3:.0f}e-6 m"
    return [
        f"Detector: {told.model.text}, S/N {told.serial}",
        told.date(index),
        f"Pixel_size {micron} x {micron}",
        *_sensor(detector.sensor_thickness),
        f"Exposure_time {told.count_time_s:.7f} s",
        f"Exposure_period {beam.exposure_time:.7f} s",
        "Tau = 0 s",
        f"Count_cutoff {detector.count_cutoff} counts",
        f"Threshold_setting: {told.threshold_ev:.0f} eV",
        "Gain_setting: mid gain (vrf = -0.200)",
        "N_excluded_pixels = 0",
        "Excluded_pixels: (nil)",
        "Flat_field: (nil)",
        "Trim_file: (nil)",
        "Image_path: /simulated/",
    ]


def _sensor(thickness_mm: float) -> list[str]:
    if thickness_mm == 0:
        return []
    return [f"Silicon sensor, thickness {thickness_mm / 1000:.6f} m"]


def _goniostat(told: Told, index: int) -> Iterator[str]:
    """Angles of the axes there are; nothing tells which way they turn."""
    vectors = {axis.name: axis.vector for axis in told.setup.axes}
    if "omega" in vectors and "kappa" in vectors:
        yield f"Alpha {angle_between_deg(vectors['omega'], vectors['kappa']):.4f} deg."
    for name, angle in told.angles_deg(index).items():
        width = told.setup.width_deg if name == told.setup.scan_axis else 0.0
        yield f"{name.capitalize()} {angle:.4f} deg."
        yield f"{name.capitalize()}_increment {width:.4f} deg."
