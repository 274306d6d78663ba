"""Full imgCIF images as bytes: the tables that are asked for, and no pixels to speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Rows = Sequence[str]

#: id type equipment depends_on vector offset: a three-circle goniostat, a detector on an arm
AXES: Rows = (
    "GON_PHI rotation goniometer GON_CHI 1 0 0 . . .",
    "GON_OMEGA rotation goniometer . 1 0 0 . . .",
    "GON_CHI rotation goniometer GON_OMEGA 0 0 -1 . . .",
    "SOURCE general source . 0 0 1 . . .",
    "GRAVITY general gravity . 0 -1 0 . . .",
    "DET_2THETA rotation detector . 1 0 0 . . .",
    "DET_Z translation detector DET_2THETA 0 0 -1 0 0 0",
    "DET_X translation detector DET_Z 1 0 0 0 0 0",
    "ELEMENT_Y translation detector DET_X 0 -1 0 -50.3 40.7 0",
    "ELEMENT_X translation detector ELEMENT_Y 1 0 0 0 0 0",
)
#: id angle_start angle_increment displacement_start
SCAN: Rows = (
    "SCAN1 GON_OMEGA 10.0 0.25 0",
    "SCAN1 GON_CHI 30.0 0 0",
    "SCAN1 GON_PHI 40.0 0 0",
    "SCAN1 DET_2THETA 0 0 0",
    "SCAN1 DET_Z 0 0 200.0",
    "SCAN1 DET_X 0 0 0",
)
#: frame id angle displacement
FRAME: Rows = (
    "FRAME1 GON_OMEGA 12.5 0",
    "FRAME1 GON_CHI 30.0 0",
    "FRAME1 GON_PHI 40.0 0",
    "FRAME1 DET_Z 0 200.0",
)
#: array index dimension precedence direction axis set
ARRAYS: Rows = (
    "ARRAY1 1 1000 1 increasing ELEMENT_X",
    "ARRAY1 2 800 2 increasing ELEMENT_Y",
)
#: set axis displacement increment
STEPS: Rows = ("ELEMENT_X ELEMENT_X 0 0.1", "ELEMENT_Y ELEMENT_Y 0 0.1")
ITEMS: Mapping[str, str] = {
    "_diffrn.id": "D1",
    "_diffrn_source.type": "'Beamline X1'",
    "_diffrn_detector.type": "'Flat 1M'",
    "_diffrn_radiation_wavelength.wavelength": "0.97918",
    "_diffrn_scan_frame.integration_time": "0.04",
    "_diffrn_scan_frame.date": "2024-05-06T07:08:09.100",
    "_array_intensities.overload": "65535",
}
_LOOPS = {
    "axis": "id type equipment depends_on vector[1] vector[2] vector[3] offset[1] offset[2] offset[3]",
    "diffrn_scan_axis": "scan_id axis_id angle_start angle_increment displacement_start",
    "diffrn_scan_frame_axis": "frame_id axis_id angle displacement",
    "array_structure_list": "array_id index dimension precedence direction axis_set_id",
    "array_structure_list_axis": "axis_set_id axis_id displacement displacement_increment",
}


def imgcif_text(
    axes: Rows = AXES,
    scan: Rows = SCAN,
    frame: Rows = FRAME,
    arrays: Rows = ARRAYS,
    steps: Rows = STEPS,
    items: Mapping[str, str | None] | None = None,
    mini: str = "",
) -> str:
    """The text up to the pixels. ``items`` replaces single items, or drops those given as None."""
    lines = ["###CBF: VERSION 1.5", "", "data_image_1", ""]
    if mini:
        lines += ['_array_data.header_convention "PILATUS_1.2"', "_array_data.header_contents"]
        lines += [";", *mini.splitlines(), ";", ""]
    given = {**ITEMS, **(items or {})}
    lines += [f"{item} {value}" for item, value in given.items() if value is not None]
    for (category, names), rows in zip(
        _LOOPS.items(), (axes, scan, frame, arrays, steps), strict=True
    ):
        if rows:
            lines += ["", "loop_", *(f"_{category}.{name}" for name in names.split()), *rows]
    return "\r\n".join([*lines, ""])


def imgcif_bytes(
    text: str, size: tuple[int, int] | None = (1000, 800), data: bytes = b"\0" * 40
) -> bytes:
    """A file with a binary section; ``size`` is that of the stored pixels, fast then slow."""
    mime = [
        "_array_data.data",
        ";",
        "--CIF-BINARY-FORMAT-SECTION--",
        "Content-Type: application/octet-stream;",
        '     conversions="x-CBF_BYTE_OFFSET"',
        "Content-Transfer-Encoding: BINARY",
        f"X-Binary-Size: {len(data)}",
        'X-Binary-Element-Type: "signed 32-bit integer"',
    ]
    if size is not None:
        mime += [
            f"X-Binary-Size-Fastest-Dimension: {size[0]}",
            f"X-Binary-Size-Second-Dimension: {size[1]}",
        ]
    front = text + "\r\n".join([*mime, "", ""])
    end = b"\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n"
    return front.encode("latin-1") + b"\x0c\x1a\x04\xd5" + data + end
