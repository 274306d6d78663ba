"""Full imgCIF (CBF) images: tables that tell of every axis and of the detector's plane.

Source: the imgCIF dictionary (International Tables G, 4.6). As in the files of DIAMOND and DECTRIS,
the offset of the detector's plane is that of the outer corner of its first pixel while the
displacement of that pixel is 0: dxtbx takes it so. The header lines of a mini-CBF that are there too
tell of the detector alone, for programs that look for its name and sensor there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemmi import cif

from sweepwright.geometry.detector import point_mm
from sweepwright.geometry.frames import IMGCIF, from_sw
from sweepwright.geometry.rotation import Vector, combine
from sweepwright.simulate.cbf import Pixels, cbf
from sweepwright.simulate.detectors import PIXEL_MM
from sweepwright.simulate.header import Told, detector_lines
from sweepwright.simulate.minicbf import header_contents

_ARM, _AWAY, _SLOW, _FAST = "TWOTHETA", "DISTANCE", "SLOW", "FAST"
_ZERO: Vector = (0.0, 0.0, 0.0)

Cell = str | float
Row = Sequence[Cell]


def imgcif(name: str, told: Told, index: int, pixels: Pixels) -> bytes:
    """The file of the image with an index from 0."""
    text = [
        *header_contents(detector_lines(told, index)),
        *_experiment(told),
        *_axes(told),
        *_scan(told, index),
        *_array(told),
    ]
    return cbf(name, text, pixels)


def _experiment(told: Told) -> Iterator[str]:
    polarized = told.specification.beam.polarization
    goniometer = [axis.name.upper() for axis in told.setup.axes]
    yield from _item("diffrn", "id", "DIFFRN1")
    yield from _loop("diffrn_source", "diffrn_id type", [("DIFFRN1", "simulated")])
    yield from _loop(
        "diffrn_radiation",
        "diffrn_id wavelength_id polarizn_source_ratio polarizn_source_norm",
        [("DIFFRN1", "WAVELENGTH1", 2 * polarized - 1, 0.0)],
    )
    yield from _loop(
        "diffrn_radiation_wavelength",
        "id wavelength wt",
        [("WAVELENGTH1", told.setup.wavelength_a, 1.0)],
    )
    yield from _loop(
        "diffrn_detector",
        "diffrn_id id type number_of_axes",
        [("DIFFRN1", "DETECTOR1", told.model.text, 2)],
    )
    yield from _loop(
        "diffrn_detector_axis",
        "detector_id axis_id",
        [("DETECTOR1", axis) for axis in (_ARM, _AWAY)],
    )
    yield from _loop("diffrn_detector_element", "id detector_id", [("ELEMENT1", "DETECTOR1")])
    yield from _loop(
        "diffrn_data_frame",
        "id detector_element_id array_id binary_id",
        [("FRAME1", "ELEMENT1", "ARRAY1", 1)],
    )
    yield from _loop(
        "diffrn_measurement",
        "diffrn_id id number_of_axes method",
        [("DIFFRN1", "GONIOMETER1", len(goniometer), "rotation")],
    )
    yield from _loop(
        "diffrn_measurement_axis",
        "measurement_id axis_id",
        [("GONIOMETER1", axis) for axis in goniometer],
    )


def _axes(told: Told) -> Iterator[str]:
    setup = told.setup
    rows: list[Row] = []
    parent = "."
    for axis in setup.axes:
        rows.append(_axis(axis.name.upper(), "rotation", "goniometer", parent, axis.vector))
        parent = axis.name.upper()
    panel = setup.panel_ahead
    away: Vector = (0.0, 0.0, 1.0)
    corner = combine((1.0, panel.origin_mm), (-_away_mm(told), away))
    rows += [
        _axis("SOURCE", "general", "source", ".", (0.0, 0.0, -1.0)),
        _axis("GRAVITY", "general", "gravity", ".", (0.0, 1.0, 0.0)),
        _axis(_ARM, "rotation", "detector", ".", setup.two_theta_axis),
        _axis(_AWAY, "translation", "detector", _ARM, away),
        _axis(_SLOW, "translation", "detector", _AWAY, panel.slow, corner),
        _axis(_FAST, "translation", "detector", _SLOW, panel.fast),
    ]
    places = " ".join(f"{what}[{n}]" for what in ("vector", "offset") for n in (1, 2, 3))
    yield from _loop("axis", f"id type equipment depends_on {places}", rows)


def _axis(
    name: str, kind: str, equipment: str, parent: str, vector: Vector, offset: Vector = _ZERO
) -> Row:
    return name, kind, equipment, parent, *from_sw(IMGCIF, vector), *from_sw(IMGCIF, offset)


def _scan(told: Told, index: int) -> Iterator[str]:
    """The scan of all images, and this one of its frames."""
    setup, sweep = told.setup, told.sweep
    rotations = {**told.angles_deg(0), _ARM: setup.two_theta_deg}
    widths = {setup.scan_axis: setup.width_deg}
    yield from _loop(
        "diffrn_scan",
        "id frame_id_start frame_id_end frames",
        [("SCAN1", "FRAME1", "FRAME1", sweep.images)],
    )
    yield from _loop(
        "diffrn_scan_axis",
        "scan_id axis_id angle_start angle_range angle_increment displacement_start "
        "displacement_range displacement_increment",
        [
            ("SCAN1", name.upper(), angle, width * sweep.images, width, 0.0, 0.0, 0.0)
            for name, angle in rotations.items()
            for width in [widths.get(name, 0.0)]
        ]
        + [("SCAN1", _AWAY, 0.0, 0.0, 0.0, _away_mm(told), 0.0, 0.0)],
    )
    yield from _loop(
        "diffrn_scan_frame",
        "frame_id frame_number integration_time exposure_time scan_id date",
        [
            (
                "FRAME1",
                sweep.first_image + index,
                told.count_time_s,
                told.specification.beam.exposure_time,
                "SCAN1",
                told.date(index),
            )
        ],
    )
    yield from _loop(
        "diffrn_scan_frame_axis",
        "frame_id axis_id angle displacement",
        [
            ("FRAME1", name.upper(), angle, 0.0)
            for name, angle in {**rotations, **told.angles_deg(index)}.items()
        ]
        + [("FRAME1", _AWAY, 0.0, _away_mm(told))],
    )


def _array(told: Told) -> Iterator[str]:
    fast, slow = told.setup.size_px
    yield from _loop(
        "array_structure_list",
        "array_id index dimension precedence direction axis_set_id",
        [
            ("ARRAY1", 1, fast, 1, "increasing", _FAST),
            ("ARRAY1", 2, slow, 2, "increasing", _SLOW),
        ],
    )
    yield from _loop(
        "array_structure_list_axis",
        "axis_set_id axis_id displacement displacement_increment",
        [(axis, axis, 0.0, PIXEL_MM) for axis in (_FAST, _SLOW)],
    )
    yield from _loop(
        "array_element_size",
        "array_id index size",
        [("ARRAY1", index, PIXEL_MM / 1000) for index in (1, 2)],
    )
    yield from _loop(
        "array_intensities",
        "array_id binary_id linearity gain gain_esd overload undefined_value",
        [("ARRAY1", 1, "linear", 1.0, ".", told.detector.count_cutoff, -1)],
    )
    yield from _loop(
        "array_structure",
        "id encoding_type compression_type byte_order",
        [("ARRAY1", "signed 32-bit integer", "CBF_BYTE_OFFSET", "little_endian")],
    )


def _away_mm(told: Told) -> float:
    """How far along the beam the detector is, with two-theta at 0."""
    return point_mm(told.setup.panel_ahead, told.setup.beam_center_px)[2]


def _item(category: str, name: str, value: Cell) -> Iterator[str]:
    yield ""
    yield f"_{category}.{name} {_written(value)}"


def _loop(category: str, names: str, rows: Sequence[Row]) -> Iterator[str]:
    yield ""
    yield "loop_"
    yield from (f"_{category}.{name}" for name in names.split())
    yield from (" ".join(_written(value) for value in row) for row in rows)


def _written(value: Cell) -> str:
    if isinstance(value, str):
        return value if value == "." else cif.quote(value)
    return f"{value:.12g}"
