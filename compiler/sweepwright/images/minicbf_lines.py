"""The lines of a mini-CBF header to facts, and to doubts about what they cannot mean.

Grammar: DECTRIS, "PILATUS CBF header specification" 1.4: a header line is ``#`` and words, found by
their position after splitting; blanks and the characters ``#=:,()`` all separate words. Keys, units
and the many dialects: the header texts of public images of two dozen beamlines. Of a key that stands
several times the last one counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from sweepwright.images import barrel
from sweepwright.model.facts import Doubt, Fact

Value = float | int | str | tuple[float, ...]
Fields = dict[str, Fact]

_WORDS = re.compile(r"[^\s#=:,()]+")
_KEY = re.compile(r"#[\s#]*([^\s#=:,()]+)(.*)")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_TIME = r"\d{1,2}:\d{2}:\d{2}(\.\d+)?"
_DATE = re.compile(
    rf"\d{{4}}[-/][A-Za-z0-9]{{2,3}}[-/]\d{{1,2}}[T ]{_TIME}"
    rf"|[A-Z][a-z]{{2}}[_ ][A-Z][a-z]{{2}}[_ ]+\d{{1,2}}[_ ]{_TIME}[_ ](?:[A-Z]{{3,4}}[_ ])?\d{{4}}"
)
_SERIAL = re.compile(
    r"(?<![\w-])((?:E-)?\d{1,3}-\d{4}(?:-F)?)(?![\w-])|S/N[\s:]*([A-Z]?\d+)(?![\w-])"
)
_UNITS = {"m": 1000.0, "mm": 1.0, "cm": 10.0, "um": 0.001}
_MATERIALS = {"Silicon": "Si", "CdTe": "CdTe", "GaAs": "GaAs"}
_AXES = ("omega", "kappa", "phi", "chi")
#: "no such axis" in the headers of some beamlines
_NO_ANGLE = -9999.0
#: the middle of a PILATUS 6M, which other detectors' headers carry too
_COPIED_CENTER = (1231.5, 1263.5)
#: a centre so near to the middle in both directions is nobody's measurement: 1 px of large frames
_MIDDLE_PX, _MIDDLE_PART = 1.0, 1 / 300
#: mm of sensor beyond which metres were meant as micrometres
_THICK_MM = 5.0


def line_facts(lines: tuple[str, ...], fields: Fields) -> Iterator[Doubt]:
    """Fills ``fields`` from header lines; yields what is said but cannot be. ``size`` is known."""
    for line in lines:
        match = _KEY.match(line)
        if match is None:
            continue
        key, rest = match.groups()
        reader = _READERS.get(key)
        if reader is not None:
            name, read = reader
            value = read(rest)
            if value is not None:
                fields[name] = Fact(value, key)
        elif key[0].isdigit() or key[:4].count("_") == 1:
            date = _DATE.search(line)
            if date and "date" not in fields:
                fields["date"] = Fact(date[0], "time line")
        elif "sensor" in rest:
            fields |= _sensor(key, rest)
    yield from _scan(fields, lines)
    _serial(fields)
    yield from _doubts(fields)


def _numbers(words: list[str]) -> list[float]:
    found = (float(word) for word in words if _NUMBER.fullmatch(word))
    return [number for number in found if math.isfinite(number)]


def _decimal(number: float, factor: float) -> float:
    # a product of decimals is rounded to what was written: 0.1 m is 100 mm, not 100.00000000000001
    return float(f"{number * factor:.12g}")


def _first(rest: str) -> tuple[float, str] | None:
    """The number behind a key, and the word behind that."""
    words = _WORDS.findall(rest)
    numbers = _numbers(words[:1])
    return (numbers[0], words[1] if len(words) > 1 else "") if numbers else None


def _plain(rest: str) -> Value | None:
    found = _first(rest)
    return None if found is None else found[0]


def _positive(rest: str) -> Value | None:
    found = _first(rest)
    return found[0] if found is not None and found[0] > 0 else None


def _length(rest: str) -> Value | None:
    """mm; without a unit it is metres."""
    found = _first(rest)
    return None if found is None else _decimal(found[0], _UNITS.get(found[1], 1000.0))


def _pixel(rest: str) -> Value | None:
    words = _WORDS.findall(rest)
    numbers = _numbers(words)
    if len(numbers) < 2 or min(numbers[:2]) <= 0:
        return None
    factor = next((_UNITS[word] for word in words if word in _UNITS), 1000.0)
    return _decimal(numbers[0], factor), _decimal(numbers[1], factor)


def _pair(rest: str) -> Value | None:
    numbers = _numbers(_WORDS.findall(rest))
    return (numbers[0], numbers[1]) if len(numbers) >= 2 else None


def _count(rest: str) -> Value | None:
    found = _first(rest)
    return int(found[0]) if found is not None and found[0] > 0 else None


def _text(rest: str) -> Value | None:
    return rest.strip(" :\t") or None


#: header key -> our field and its reader
_READERS: Mapping[str, tuple[str, Callable[[str], Value | None]]] = {
    "Detector": ("detector", _text),
    "Pixel_size": ("pixel_size", _pixel),
    "Wavelength": ("wavelength", _plain),
    "Detector_distance": ("distance", _length),
    "Beam_xy": ("beam_center", _pair),
    "Count_cutoff": ("overload", _count),
    "Start_angle": ("start", _plain),
    "Angle_increment": ("width", _plain),
    "Detector_2theta": ("two_theta", _plain),
    "Polarization": ("polarization", _positive),
    "Exposure_time": ("exposure_time", _positive),
    "Oscillation_axis": ("axis_text", _text),
    "Omega": ("omega", _plain),
    "Kappa": ("kappa", _plain),
    "Phi": ("phi", _plain),
    "Chi": ("chi", _plain),
}


def _sensor(material: str, rest: str) -> Fields:
    """``# Silicon sensor, thickness 0.000320 m``."""
    found: Fields = {}
    known = _MATERIALS.get(material)
    if known is None:
        return found
    found["sensor_material"] = Fact(known, "sensor")
    words = _WORDS.findall(rest)
    thickness = _length(" ".join(words[2:4])) if words[1:2] == ["thickness"] else None
    if isinstance(thickness, float) and thickness > 0:
        found["sensor_thickness"] = Fact(thickness, "sensor thickness")
    return found


def _scan(fields: Fields, lines: tuple[str, ...]) -> Iterator[Doubt]:
    """The axis whose increment is not zero is scanned, whatever ``Oscillation_axis`` says."""
    moving: dict[str, float] = {}
    for line in lines:
        if "_increment" in line and not line.startswith("# Angle"):
            words = _WORDS.findall(line)
            steps = _numbers(words[1:2])
            if steps and steps[0] and words[0].endswith("_increment"):
                moving[words[0].removesuffix("_increment").lower()] = steps[0]
    moving.pop("angle", None)
    named = fields.get("axis_text")
    word = str(named.value).replace(".", " ").split()[0].lower() if named is not None else ""
    if moving:
        axis, step = next(iter(moving.items()))
        key = f"{axis.capitalize()}_increment"
        fields["scan_axis"] = Fact(axis, key)
        start = fields.get(axis)
        if "width" not in fields and start is not None:
            fields["start"], fields["width"] = start, Fact(step, key)
        if word in _AXES and word != axis and named is not None:
            message = f"{named.value} is said to turn, but {axis} does"
            yield Doubt("axis_text", message, named.key)
    elif word in _AXES and named is not None:  # "X, CW", the specification's default, says nothing
        fields["scan_axis"] = Fact(word, named.key)


def _serial(fields: Fields) -> None:
    detector = fields.get("detector")
    found = _SERIAL.search(str(detector.value)) if detector is not None else None
    if detector is not None and found is not None:
        fields["serial"] = Fact(found[1] or found[2], detector.key)


def _doubts(fields: Fields) -> Iterator[Doubt]:
    """What cannot be; it leaves the fields, but for a width of 0."""
    for name, why in (
        ("beam_center", _why_no_center(fields)),
        ("distance", _why_no_distance(fields)),
        ("wavelength", _why_not_positive(fields, "wavelength")),
        ("sensor_thickness", _why_no_thickness(fields)),
        ("date", _why_no_date(fields)),
        *((axis, _why_no_angle(fields, axis)) for axis in (*_AXES, "two_theta", "start")),
    ):
        if why:
            yield Doubt(name, why, fields.pop(name).key)
    width = fields.get("width")
    if width is not None and width.value in (0, _NO_ANGLE):
        message = "the width is 0: a still, a grid scan, or nobody set it"
        if width.value == _NO_ANGLE:
            del fields["width"]
            message = "it is -9999, which stands for nothing"
        yield Doubt("width", message, width.key)


def _value(fields: Fields, name: str) -> Value | None:
    fact = fields.get(name)
    return None if fact is None else fact.value


def _why_no_center(fields: Fields) -> str:
    center, size = _value(fields, "beam_center"), _value(fields, "size")
    if not isinstance(center, tuple) or not isinstance(size, tuple):
        return ""
    shown = f"{center[0]:g}, {center[1]:g} px"
    if center == (0.0, 0.0):
        return "it is 0, 0"
    if all(
        abs(place - count / 2) <= min(_MIDDLE_PX, count * _MIDDLE_PART)
        for place, count in zip(center, size, strict=True)
    ):
        return f"{shown} is the middle of the detector"
    if center == _COPIED_CENTER:
        return f"{shown} is the middle of another detector"
    if not all(-0.5 * n <= p <= 1.5 * n for p, n in zip(center, size, strict=True)):
        return f"{shown} is far off a detector of {size[0]:g} x {size[1]:g} px"
    return ""


def _why_no_distance(fields: Fields) -> str:
    distance = _value(fields, "distance")
    if _value(fields, "size") == barrel.SIZE:
        return ""  # an offset
    return f"it is {distance:g} mm" if isinstance(distance, float) and distance <= 0 else ""


def _why_not_positive(fields: Fields, name: str) -> str:
    value = _value(fields, name)
    return f"it is {value:g}" if isinstance(value, float) and value <= 0 else ""


def _why_no_thickness(fields: Fields) -> str:
    thickness, detector = _value(fields, "sensor_thickness"), str(_value(fields, "detector"))
    if not isinstance(thickness, float):
        return ""
    if thickness > _THICK_MM:
        return f"{thickness:g} mm is no sensor: micrometres in the place of metres?"
    if "EIGER" in detector.upper() and thickness == 0.32:
        return "0.32 mm is that of a PILATUS: no EIGER has it"
    return ""


def _why_no_date(fields: Fields) -> str:
    date = str(_value(fields, "date") or "")
    return f"{date} is that of an unset clock" if re.search(r"\b19[67]\d\b", date) else ""


def _why_no_angle(fields: Fields, name: str) -> str:
    value = _value(fields, name)
    return "it is -9999: there is no such axis" if value == _NO_ANGLE else ""
