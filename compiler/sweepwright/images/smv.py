"""SMV: a text header of ``KEY=value;`` lines in braces, as ADSC detectors and many after them write it.

Keys: ADSC, "Quantum image format"; dialects: the header texts of public images of some forty
detectors. Of a key that stands several times the last one counts. The beam centre is two lengths
whose order and mirror are a matter of the beamline (`sites.centres`); only where the header itself
says how it is meant (XDS_ORGX) is it a beam centre. d*TREK's dialect is in `dtrek`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sweepwright.images.errors import ImageError
from sweepwright.model.facts import Doubt, Fact, ImageFacts

Header = Mapping[str, str]

_BEGIN = re.compile(rb"\{\s*HEADER_BYTES\s*=\s*(\d{1,7})\s*;")
_LINE = re.compile(r"^\s*([A-Za-z][\w-]*)\s*=[ \t]*(.*?)[ \t]*;?[ \t\r]*$", re.MULTILINE)
_LONGEST = 1 << 20
#: no number of a header is as large
_HUGE = 1e15
_AXES = ("omega", "kappa", "chi", "phi")
#: bytes of a pixel by the words of TYPE and Data_type
_BYTES = {"unsigned_short": 2, "unsigned short int": 2, "short int": 2, "unsigned_long": 4,
          "long int": 4, "unsigned long int": 4, "float": 4}  # fmt: skip
#: centres (mm) that some detectors write into every header
_CONSTANT_CENTERS = ((157.8, 160.2), (102.21, 95.13), (157.5, 157.5), (157.0, 157.0), (94.0, 94.0))
#: names of the pair that DENZO reads
_DENZO = (
    ("DENZO_X_BEAM", "DENZO_Y_BEAM"),
    ("DENZO_XBEAM", "DENZO_YBEAM"),
    ("DENZO_BEAM_CENTER_X", "DENZO_BEAM_CENTER_Y"),
)
#: how near (mm) to the middle of the frame a centre is nobody's measurement
_MIDDLE_MM = 0.05
_NO_SERIAL = frozenset(("", "0", "00", "000", "unknown", "none"))


def understands(head: bytes, path: Path) -> bool:
    """Whether the file begins as SMV does."""
    return _BEGIN.match(head) is not None


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    header, length = read_header(path, head)
    if "DETECTOR_NAMES" in header:
        from sweepwright.images.dtrek import dtrek_facts

        facts = dtrek_facts(header)
    else:
        facts = ImageFacts("smv", dict(_fields(header)), doubts=tuple(_doubts(header)))
    cut = tuple(cut_data(path, header, length))
    return ImageFacts(facts.format, facts.fields, facts.axes, facts.panels, facts.doubts + cut)


def read_header(path: Path, head: bytes) -> tuple[Header, int]:
    """Key -> value of a header, and its length in bytes. Raises ImageError, OSError."""
    begin = _BEGIN.match(head)
    length = int(begin[1]) if begin else 0
    if length > _LONGEST:
        raise ImageError(f"has a header of {length} bytes", "Copy it again: it is damaged.")
    if length > len(head):
        from sweepwright.images.formats import open_image

        with open_image(path) as file:
            head = file.read(length)
    text, end, _ = head[:length].partition(b"}")
    if not end:
        raise ImageError("ends within its header: the file is truncated", "Copy it again.")
    return dict(_LINE.findall(text.decode("latin-1").lstrip("{"))), length


def number(header: Header, key: str) -> float | None:
    """The number of a key, None where there is none."""
    found = numbers(header, key)
    return found[0] if found else None


def numbers(header: Header, key: str) -> list[float]:
    """The numbers of a key; empty where a word of it is none."""
    try:
        found = [float(word) for word in header.get(key, "").replace(",", " ").split()]
    except ValueError:
        return []
    return found if all(abs(value) < _HUGE for value in found) else []


def size_px(header: Header) -> tuple[int, int] | None:
    """Pixels along fast and slow."""
    fast, slow = number(header, "SIZE1"), number(header, "SIZE2")
    if not (fast and slow and 0 < fast < 1e6 and 0 < slow < 1e6):
        return None
    return int(fast), int(slow)


def cut_data(path: Path, header: Header, length: int) -> Iterator[Doubt]:
    """A doubt where a file that is not packed ends before its last pixel."""
    size = size_px(header)
    pixel = _BYTES.get(header.get("TYPE", header.get("Data_type", "")).lower())
    packed = header.get("COMPRESSION", "None").lower() not in ("none", "")
    if size is None or pixel is None or packed or path.name.lower().endswith((".gz", ".bz2")):
        return
    there, wanted = path.stat().st_size, length + size[0] * size[1] * pixel
    if there < wanted:
        message = f"is truncated: {there} bytes where at least {wanted} belong"
        yield Doubt("data", message, "SIZE1, SIZE2")


def _fields(header: Header) -> Iterator[tuple[str, Fact]]:
    size, pixel = size_px(header), number(header, "PIXEL_SIZE")
    if size is not None:
        yield "size", Fact(size, "SIZE1, SIZE2")
    if pixel and pixel > 0:
        yield "pixel_size", Fact((pixel, pixel), "PIXEL_SIZE")
    for field, key in (("wavelength", "WAVELENGTH"), ("exposure_time", "TIME")):
        value = number(header, key)
        if value is not None and value > 0:
            yield field, Fact(value, key)
    distance = number(header, "DISTANCE")
    if distance:
        yield "distance", Fact(abs(distance), "DISTANCE")
    overload = number(header, "CCD_IMAGE_SATURATION")
    if overload and overload > 0:
        yield "overload", Fact(int(overload), "CCD_IMAGE_SATURATION")
    serial = header.get("DETECTOR_SN", "")
    if serial.lower() not in _NO_SERIAL:
        yield "serial", Fact(serial, "DETECTOR_SN")
    for field, key in (("date", "DATE"), ("site", "BEAMLINE")):
        if header.get(key) and not (field == "date" and _bad_date(header)):
            yield field, Fact(header[key], key)
    yield from _scan(header)
    yield from _center(header)


def _scan(header: Header) -> Iterator[tuple[str, Fact]]:
    for field, key in (("start", "OSC_START"), ("width", "OSC_RANGE"), ("two_theta", "TWOTHETA")):
        value = number(header, key)
        if value is not None:
            yield field, Fact(value, key)
    angles = {name: number(header, name.upper()) for name in _AXES}
    for name, angle in angles.items():
        if angle is not None:
            yield name, Fact(angle, name.upper())
    named, start = header.get("AXIS", "").lower(), number(header, "OSC_START")
    if named in _AXES:
        yield "scan_axis", Fact(named, "AXIS")
    elif start is not None and angles["phi"] == start and angles["omega"] is None:
        yield "scan_axis", Fact("phi", "PHI")


def _center(header: Header) -> Iterator[tuple[str, Fact]]:
    org = number(header, "XDS_ORGX"), number(header, "XDS_ORGY")
    if org[0] is not None and org[1] is not None:
        yield "beam_center", Fact((org[0] - 0.5, org[1] - 0.5), "XDS_ORGX, XDS_ORGY")
        return
    beam = _pair(header, "BEAM_CENTER_X", "BEAM_CENTER_Y")
    if beam is not None and not _why_no_center(header, beam):
        yield "beam_mm", Fact(beam, "BEAM_CENTER_X, BEAM_CENTER_Y")
    elif beam is not None:
        yield from _spatial(header)
    for x, y in _DENZO:
        pair = _pair(header, x, y)
        if pair is not None:
            yield "beam_denzo_mm", Fact(pair, f"{x}, {y}")
            return


def _spatial(header: Header) -> Iterator[tuple[str, Fact]]:
    """Pixels along slow from its far end, and along fast: beside a constant centre (APS 19-ID)."""
    size = size_px(header)
    for key in header:
        place = numbers(header, key) if key.endswith("SPATIAL_BEAM_POSITION") else []
        if size is not None and len(place) == 2:
            yield "beam_center", Fact((place[1], size[1] - place[0]), key)
            return


def _pair(header: Header, x: str, y: str) -> tuple[float, float] | None:
    one, other = number(header, x), number(header, y)
    return None if one is None or other is None else (one, other)


def _why_no_center(header: Header, beam: tuple[float, float]) -> str:
    """Why two numbers are nobody's measurement; empty if they may be one."""
    size, pixel = size_px(header), number(header, "PIXEL_SIZE")
    if beam == (0.0, 0.0):
        return "it is 0, 0"
    if beam in _CONSTANT_CENTERS:
        return f"{beam[0]:g}, {beam[1]:g} mm stands in every header of some detectors"
    if size is not None and pixel is not None:
        middle = [count * pixel / 2 for count in size]
        if all(abs(b - m) < _MIDDLE_MM for b, m in zip(beam, middle, strict=True)):
            return f"{beam[0]:g}, {beam[1]:g} mm is the middle of the detector"
    return ""


def _bad_date(header: Header) -> str:
    """Why a date is not that of the image."""
    date = header.get("DATE", "")
    if "1970" in date or "1972" in date:
        return f"{date} is that of an unset clock"
    if date.endswith("09:43:09 2007") and header.get("BEAMLINE", "").lower().startswith("timepix"):
        return f"{date} was copied from another detector's header"
    return ""


def _doubts(header: Header) -> Iterator[Doubt]:
    beam = _pair(header, "BEAM_CENTER_X", "BEAM_CENTER_Y")
    why = _why_no_center(header, beam) if beam is not None and "XDS_ORGX" not in header else ""
    if why:
        yield Doubt("beam_center", why, "BEAM_CENTER_X, BEAM_CENTER_Y")
    for field, key in (("distance", "DISTANCE"), ("wavelength", "WAVELENGTH")):
        value = number(header, key)
        if value is not None and (value == 0 or (field == "wavelength" and value < 0)):
            yield Doubt(field, f"it is {value:g}", key)
    if header.get("WAVELENGTH") == "1":
        yield Doubt("wavelength", "1 is what some programs write for an unknown one", "WAVELENGTH")
    if number(header, "OSC_RANGE") == 0:
        yield Doubt("width", "the width is 0: a still, or nobody set it", "OSC_RANGE")
    bad_date = _bad_date(header)
    if bad_date:
        yield Doubt("date", bad_date, "DATE")
    if "DETECTOR_SN" in header and header["DETECTOR_SN"].lower() in _NO_SERIAL:
        yield Doubt("serial", f"'{header['DETECTOR_SN']}' is no serial", "DETECTOR_SN")
