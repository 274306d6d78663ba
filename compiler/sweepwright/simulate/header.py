"""The header text of an image, with the lies asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from sweepwright.simulate.detectors import PIXEL_MM
from sweepwright.simulate.placement import Placement
from sweepwright.simulate.specification import Specification, Sweep

#: of the exposure period, seconds
_READOUT_S = 0.003
_KEV_A = 12.39842


@dataclass(frozen=True)
class HeaderValues:
    """What the headers of a sweep tell of its geometry."""

    distance_mm: float
    beam_center_px: tuple[float, float]
    start_deg: float
    width_deg: float

    def angle_deg(self, index: int) -> float:
        """The scanned axis at the beginning of the image with an index from 0."""
        return self.start_deg + index * self.width_deg


def header_values(placement: Placement, sweep: Sweep) -> HeaderValues:
    """The truth, but for the faults of the sweep."""
    told = sweep.faults.header
    fast, slow = placement.beam_center_px
    return HeaderValues(
        placement.distance_mm if told.distance is None else told.distance,
        (fast + told.beam_center_offset[0], slow + told.beam_center_offset[1]),
        sweep.start if told.start is None else told.start,
        sweep.width if told.width is None else told.width,
    )


def header_lines(
    specification: Specification, sweep: Sweep, placement: Placement, index: int, begin: datetime
) -> list[str]:
    """Header lines of the image with an index from 0; ``begin`` is that of the sweep."""
    told = header_values(placement, sweep)
    beam, detector = specification.beam, specification.detector
    moment = begin + timedelta(seconds=index * beam.exposure_time)
    micron = f"{PIXEL_MM * 1e3:.0f}e-6 m"
    threshold_ev = _KEV_A / placement.wavelength_a * 1000 / 2
    return [
        f"Detector: {placement.model.header_text}",
        moment.replace(tzinfo=None).isoformat(timespec="milliseconds"),
        f"Pixel_size {micron} x {micron}",
        *_sensor(detector.sensor_thickness),
        f"Exposure_time {max(beam.exposure_time - _READOUT_S, 0.0):.7f} s",
        f"Exposure_period {beam.exposure_time:.7f} s",
        "Tau = 0 s",
        f"Count_cutoff {detector.count_cutoff} counts",
        f"Threshold_setting: {threshold_ev:.0f} eV",
        "Gain_setting: mid gain (vrf = -0.200)",
        "N_excluded_pixels = 0",
        "Excluded_pixels: (nil)",
        "Flat_field: (nil)",
        "Trim_file: (nil)",
        "Image_path: /simulated/",
        f"Wavelength {placement.wavelength_a:.5f} A",
        "Energy_range (0, 0) eV",
        f"Detector_distance {told.distance_mm / 1000:.6f} m",
        "Detector_Voffset 0.00000 m",
        f"Beam_xy ({told.beam_center_px[0]:.2f}, {told.beam_center_px[1]:.2f}) pixels",
        "Flux 0.000000",
        "Filter_transmission 1.0000",
        f"Start_angle {told.angle_deg(index):.4f} deg.",
        f"Angle_increment {told.width_deg:.4f} deg.",
        "Detector_2theta 0.0000 deg.",
        f"Polarization {beam.polarization:.3f}",
        *_goniostat(specification, sweep, told, index),
        f"Oscillation_axis {sweep.scan_axis.upper()}",
        "N_oscillations 1",
    ]


def _sensor(thickness_mm: float) -> list[str]:
    if thickness_mm == 0:
        return []
    return [f"Silicon sensor, thickness {thickness_mm / 1000:.6f} m"]


def _goniostat(
    specification: Specification, sweep: Sweep, told: HeaderValues, index: int
) -> Iterator[str]:
    """Angles of the axes there are; nothing tells which way they turn."""
    vectors = {axis.name: np.array(axis.vector) for axis in specification.goniostat}
    if "omega" in vectors and "kappa" in vectors:
        omega, kappa = (vectors[n] / np.linalg.norm(vectors[n]) for n in ("omega", "kappa"))
        yield f"Alpha {np.degrees(np.arccos(np.clip(omega @ kappa, -1, 1))):.4f} deg."
    for name in vectors:
        scanned = name == sweep.scan_axis
        angle = told.angle_deg(index) if scanned else sweep.settings.get(name, 0.0)
        yield f"{name.capitalize()} {angle:.4f} deg."
        yield f"{name.capitalize()}_increment {told.width_deg if scanned else 0.0:.4f} deg."
