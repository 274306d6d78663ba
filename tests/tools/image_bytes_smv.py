"""SMV images as bytes: the lines that are asked for, and no pixels unless wanted."""

from __future__ import annotations

from collections.abc import Mapping

ADSC: Mapping[str, str] = {
    "DIM": "2", "BYTE_ORDER": "little_endian", "TYPE": "unsigned_short",
    "SIZE1": "300", "SIZE2": "200", "PIXEL_SIZE": "0.1024", "DETECTOR_SN": "777",
    "DATE": "Sat Jul 19 21:03:51 2014", "TIME": "0.5", "DISTANCE": "250.13",
    "OSC_RANGE": "0.333", "OSC_START": "12.25", "PHI": "12.25", "TWOTHETA": "0.0",
    "WAVELENGTH": "0.97918", "BEAM_CENTER_X": "11.5", "BEAM_CENTER_Y": "14.25",
}  # fmt: skip

DTREK: Mapping[str, str] = {
    "DIM": "2", "SIZE1": "400", "SIZE2": "300", "Data_type": "unsigned short int",
    "COMPRESSION": "None", "DETECTOR_NUMBER": "1", "DETECTOR_NAMES": "CCD_",
    "CCD_DETECTOR_DESCRIPTION": "Test CCD", "CCD_DETECTOR_VECTORS": "1 0 0 0 1 0",
    "CCD_GONIO_NAMES": "RotZ RotX/Swing RotY TransX TransY TransZ/Dist",
    "CCD_GONIO_UNITS": "deg deg deg mm mm mm", "CCD_GONIO_VALUES": "0 20 0 0 0 80",
    "CCD_GONIO_VECTORS": "0 0 1 1 0 0 0 1 0 1 0 0 0 1 0 0 0 -1",
    "CCD_SPATIAL_DISTORTION_INFO": "190.5 160.25 0.09 0.09",
    "CCD_SPATIAL_DISTORTION_VECTORS": "1 0 0 1",
    "CRYSTAL_GONIO_NAMES": "Omega Chi Phi", "CRYSTAL_GONIO_UNITS": "deg deg deg",
    "CRYSTAL_GONIO_VALUES": "0.0 45.0 10.0", "CRYSTAL_GONIO_VECTORS": "1 0 0 0 0 1 1 0 0",
    "ROTATION": "-90.0 -89.5 0.5 5.0 0 0 0", "ROTATION_AXIS_NAME": "Omega",
    "ROTATION_VECTOR": "1 0 0", "SOURCE_WAVELENGTH": "1 1.5418", "SOURCE_POLARZ": "0.5 1 0 0",
    "SATURATED_VALUE": "65535", "DTREK_DATE_TIME": "27-Jan-2015 03:18:35",
}  # fmt: skip


def smv_bytes(
    lines: Mapping[str, str | None], changes: Mapping[str, str | None] | None = None,
    length: int = 4096, pixels: bool = True,
) -> bytes:  # fmt: skip
    """An image; lines that are None are left out."""
    said = {key: value for key, value in {**lines, **(changes or {})}.items() if value is not None}
    text = f"{{\nHEADER_BYTES={length:5d};\n"
    text += "".join(f"{key}={value};\n" for key, value in said.items()) + "}\n\f"
    data = bytes(2 * int(said.get("SIZE1", 0)) * int(said.get("SIZE2", 0))) if pixels else b""
    return text.encode().ljust(length) + data
