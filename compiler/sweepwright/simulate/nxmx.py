"""NXmx: a master file that tells of the experiment, and a file with the images beside it.

Source: the NeXus definition NXmx and the base class NXtransformations: every axis names the one that
it depends on. The frame is that of NeXus (z along the beam, y up). dxtbx takes ``module_offset`` to
lead to the outer corner of the first pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.detector import beam_center_px, point_mm
from sweepwright.geometry.frames import NEXUS, from_sw
from sweepwright.geometry.rotation import Vector, combine, unit
from sweepwright.simulate.cbf import Pixels
from sweepwright.simulate.detectors import PIXEL_MM
from sweepwright.simulate.header import Told

_IMAGES = "/entry/data/data"
_SAMPLE = "/entry/sample/transformations"
_DETECTOR = "/entry/instrument/detector"
_MODULE = f"{_DETECTOR}/module"

Value = str | float | int | NDArray[np.float64] | NDArray[np.int64] | list[int] | list[float]


def write_nxmx(
    master: Path,
    data: Path,
    told: Told,
    images: Iterable[Pixels],
    dead: NDArray[np.bool_],
) -> None:
    """Both files of a sweep; ``dead`` is the mask (slow, fast) of pixels that record nothing."""
    fast, slow = told.setup.size_px
    with h5py.File(data, "w") as file:
        file.create_dataset(
            _IMAGES,
            (told.sweep.images, slow, fast),
            np.int32,
            chunks=(1, slow, fast),
            compression="gzip",
        )
        for index, pixels in enumerate(images):
            file[_IMAGES][index] = pixels
    with h5py.File(master, "w") as file:
        _experiment(file, told)
        _goniostat(file, told)
        _arm(file, told)
        _module(file, told)
        _detector(file, told)
        file.create_dataset(
            f"{_DETECTOR}/pixel_mask", data=dead.astype(np.uint32), compression="gzip"
        )
        _group(file, "/entry/data", "NXdata").attrs["signal"] = "data"
        file[_IMAGES] = h5py.ExternalLink(data.name, _IMAGES)


def _experiment(file: h5py.File, told: Told) -> None:
    polarized = told.specification.beam.polarization
    _group(file, "/entry", "NXentry")
    _field(file, "/entry/definition", "NXmx")
    _field(file, "/entry/start_time", told.date(0))
    _field(file, "/entry/end_time_estimated", told.date(told.sweep.images))
    _group(file, "/entry/source", "NXsource")
    _field(file, "/entry/source/name", "simulated")
    _group(file, "/entry/instrument", "NXinstrument")
    _field(file, "/entry/instrument/name", "simulated")
    beam = "/entry/instrument/beam"
    _group(file, beam, "NXbeam")
    _field(file, f"{beam}/incident_wavelength", told.setup.wavelength_a, "angstrom")
    _field(file, f"{beam}/incident_polarisation_stokes", [1.0, 2 * polarized - 1, 0.0, 0.0])


def _goniostat(file: h5py.File, told: Told) -> None:
    """The axes, the innermost depending on all others; the scanned one has an angle for each image."""
    setup, images = told.setup, told.sweep.images
    _group(file, "/entry/sample", "NXsample")
    _group(file, _SAMPLE, "NXtransformations")
    parent = "."
    for name, vector in setup.axes:
        path = f"{_SAMPLE}/{name}"
        scanned = name == setup.scan_axis
        angles = [told.angles_deg(index)[name] for index in range(images if scanned else 1)]
        _axis(file, path, np.array(angles), "deg", "rotation", vector, parent)
        if scanned:
            ends = [setup.angle_deg(index + 1) for index in range(images)]
            _field(file, f"{path}_end", np.array(ends), "deg")
            _field(file, f"{path}_increment_set", np.full(images, setup.width_deg), "deg")
        parent = path
    _field(file, "/entry/sample/depends_on", parent)


def _arm(file: h5py.File, told: Told) -> None:
    """Two-theta and distance: what carries the module."""
    setup = told.setup
    _group(file, _DETECTOR, "NXdetector")
    arm = f"{_DETECTOR}/transformations"
    _group(file, arm, "NXtransformations")
    angle = np.array([setup.two_theta_deg])
    _axis(file, f"{arm}/two_theta", angle, "deg", "rotation", setup.two_theta_axis, ".")
    meets = point_mm(setup.panel_ahead, setup.beam_center_px)
    away = np.array([meets[2]])
    _axis(file, f"{arm}/det_z", away, "mm", "translation", (0.0, 0.0, 1.0), f"{arm}/two_theta")
    _field(file, f"{_DETECTOR}/depends_on", f"{arm}/det_z")
    corner = combine((1.0, setup.panel_ahead.origin_mm), (-1.0, meets))
    length = math.hypot(*corner)
    _group(file, _MODULE, "NXdetector_module")
    _axis(
        file,
        f"{_MODULE}/module_offset",
        length,
        "mm",
        "translation",
        unit(corner) if length else (1.0, 0.0, 0.0),
        f"{arm}/det_z",
    )


def _module(file: h5py.File, told: Told) -> None:
    panel = told.setup.panel_ahead
    for name, vector in (("fast", panel.fast), ("slow", panel.slow)):
        path, parent = f"{_MODULE}/{name}_pixel_direction", f"{_MODULE}/module_offset"
        _axis(file, path, PIXEL_MM / 1000, "m", "translation", vector, parent)
    fast, slow = panel.size_px
    _field(file, f"{_MODULE}/data_origin", [0, 0])
    _field(file, f"{_MODULE}/data_size", [slow, fast])
    _field(file, f"{_MODULE}/data_stride", [1, 1])


def _detector(file: h5py.File, told: Told) -> None:
    detector, panel = told.detector, told.setup.panel
    thickness = detector.sensor_thickness / 1000
    values: list[tuple[str, Value, str | None]] = [
        ("description", told.model.text, None),
        ("serial_number", told.serial, None),
        ("sensor_material", "Silicon", None),
        ("sensor_thickness", float(f"{thickness:.12g}"), "m"),
        ("x_pixel_size", PIXEL_MM / 1000, "m"),
        ("y_pixel_size", PIXEL_MM / 1000, "m"),
        ("count_time", told.count_time_s, "s"),
        ("frame_time", told.specification.beam.exposure_time, "s"),
        ("saturation_value", detector.count_cutoff, None),
        ("underload_value", 0, None),
        ("threshold_energy", told.threshold_ev, "eV"),
    ]
    try:
        center = beam_center_px(panel)
    except ValueError:  # swung away so far that the beam never meets it
        center = None
    if center is not None:
        values += [
            ("beam_center_x", center[0], "pixel"),
            ("beam_center_y", center[1], "pixel"),
            ("distance", math.hypot(*point_mm(panel, center)) / 1000, "m"),
        ]
    for name, value, units in values:
        _field(file, f"{_DETECTOR}/{name}", value, units)


def _group(file: h5py.File, path: str, kind: str) -> h5py.Group:
    group = file.require_group(path)
    group.attrs["NX_class"] = kind
    return group


def _field(file: h5py.File, path: str, value: Value, units: str | None = None) -> h5py.Dataset:
    field = file.create_dataset(path, data=value)
    if units is not None:
        field.attrs["units"] = units
    return field


def _axis(
    file: h5py.File,
    path: str,
    value: float | NDArray[np.float64],
    units: str,
    kind: str,
    vector: Vector,
    parent: str,
) -> None:
    attributes = _field(file, path, value, units).attrs
    attributes["transformation_type"] = kind
    attributes["vector"] = from_sw(NEXUS, vector)
    attributes["depends_on"] = parent
