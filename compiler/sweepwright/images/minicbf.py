"""The header of a mini-CBF image (PILATUS_1.2, SLS_1.0 and their dialects); never the pixels.

Grammar: DECTRIS, "PILATUS CBF header specification" 1.4: a header line is ``#`` and words, found by
their position after splitting; blanks and the characters ``#=:,()`` all separate words. Keys,
units and the many dialects: the header texts of public images of a dozen beamlines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sweepwright.images.errors import ImageError
from sweepwright.model.facts import Fact, ImageFacts

_MARK = b"\x0c\x1a\x04\xd5"
_READ_AT_ONCE = 16384
_LONGEST_HEADER = 1 << 20
_WORDS = re.compile(r"[^\s#=:,()]+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_DATE = re.compile(r"\d{4}[-/][A-Za-z0-9]{2,3}[-/]\d{1,2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?")
#: "no such axis" in the headers of some beamlines
_NO_ANGLE = -9999.0


@dataclass(frozen=True, slots=True)
class Header:
    """The text of a header, the MIME lines of its binary section, and where the data begin."""

    lines: tuple[str, ...]
    binary: Mapping[str, str]
    data_offset: int

    @property
    def data_bytes(self) -> int:
        """Bytes of compressed data that the header promises."""
        return int(self.binary.get("X-Binary-Size", "0"))


def read_header(path: Path) -> Header:
    """Reads the header of a file, and no more of it.

    Raises ImageError when it is no CBF or ends too early, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        block = file.read(_READ_AT_ONCE)
        if not block.startswith(b"###CBF"):
            what = "is empty" if not block else "is no CBF image (it does not begin with ###CBF)"
            raise ImageError(what)
        while _MARK not in block and len(block) < _LONGEST_HEADER:
            more = file.read(_READ_AT_ONCE)
            if not more:
                break
            block += more
    head, mark, _ = block.partition(_MARK)
    if not mark:
        raise ImageError("ends within its header: the file is truncated")
    text = head.decode("latin-1").replace("\r", "")
    front, _, mime = text.partition("--CIF-BINARY-FORMAT-SECTION--")
    lines = tuple(line for line in front.split("\n") if line.startswith("#") and line[1:2] != "#")
    binary = dict(_mime(line) for line in mime.split("\n") if ":" in line)
    return Header(lines, binary, len(head) + len(mark))


def check_complete(path: Path, header: Header) -> None:
    """Raises ImageError when the file is shorter than its header promises."""
    size = path.stat().st_size
    wanted = header.data_offset + header.data_bytes
    if size < wanted:
        raise ImageError(f"is truncated: {size} bytes where at least {wanted} belong")


def read_facts(path: Path) -> ImageFacts:
    """The normalised header of a complete mini-CBF file. Raises ImageError, OSError."""
    header = read_header(path)
    check_complete(path, header)
    return facts(header)


def facts(header: Header) -> ImageFacts:
    """The normalised facts of a header; what it does not say is absent."""
    fields = _from_binary(header.binary)
    for line in header.lines:
        words = _WORDS.findall(line)
        if not words:
            continue
        date = _DATE.search(line)
        if date and "date" not in fields:
            fields["date"] = Fact(date[0], "time line")
        elif words[0] in _READERS:
            name, read = _READERS[words[0]]
            value = read(words[1:], line)
            if value is not None:
                fields[name] = Fact(value, words[0])
        elif words[1:2] == ["sensor"]:
            fields |= _sensor(words)
    _scan(fields, header.lines)
    return ImageFacts("minicbf", fields)


Value = float | int | str | tuple[float, ...]


def _mime(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip().strip('";')


def _from_binary(binary: Mapping[str, str]) -> dict[str, Fact]:
    fast, slow = (binary.get(f"X-Binary-Size-{which}-Dimension") for which in ("Fastest", "Second"))
    if not (fast and slow and fast.isdigit() and slow.isdigit()):
        raise ImageError("does not say how many pixels it has")
    return {"size": Fact((int(fast), int(slow)), "X-Binary-Size-Fastest-Dimension")}


def _numbers(words: list[str]) -> list[float]:
    return [float(word) for word in words if _NUMBER.fullmatch(word)]


def _one(factor: float = 1.0) -> Callable[[list[str], str], Value | None]:
    def read(words: list[str], _line: str) -> Value | None:
        numbers = _numbers(words[:1])
        # a product of decimals is rounded to what was written: 0.1 m is 100 mm, not 100.00000000000001
        return float(f"{numbers[0] * factor:.12g}") if numbers else None

    return read


def _positive(factor: float = 1.0) -> Callable[[list[str], str], Value | None]:
    read_one = _one(factor)

    def read(words: list[str], line: str) -> Value | None:
        value = read_one(words, line)
        return value if isinstance(value, float) and value > 0 else None

    return read


def _angle(words: list[str], _line: str) -> Value | None:
    numbers = _numbers(words[:1])
    return numbers[0] if numbers and numbers[0] != _NO_ANGLE else None


def _pair(factor: float = 1.0) -> Callable[[list[str], str], Value | None]:
    def read(words: list[str], _line: str) -> Value | None:
        numbers = _numbers(words)
        if len(numbers) < 2:
            return None
        return float(f"{numbers[0] * factor:.12g}"), float(f"{numbers[1] * factor:.12g}")

    return read


def _count(words: list[str], _line: str) -> Value | None:
    numbers = _numbers(words[:1])
    return int(numbers[0]) if numbers and numbers[0] > 0 else None


def _detector(_words: list[str], line: str) -> Value | None:
    return line.partition("Detector")[2].strip(" :\t") or None


def _words(words: list[str], _line: str) -> Value | None:
    return " ".join(words) or None


#: header key -> our field and its reader
_READERS: dict[str, tuple[str, Callable[[list[str], str], Value | None]]] = {
    "Detector": ("detector", _detector),
    "Pixel_size": ("pixel_size", _pair(1000)),
    "Wavelength": ("wavelength", _positive()),
    "Detector_distance": ("distance", _positive(1000)),
    "Beam_xy": ("beam_center", _pair()),
    "Count_cutoff": ("overload", _count),
    "Start_angle": ("start", _angle),
    "Angle_increment": ("width", _angle),
    "Detector_2theta": ("two_theta", _angle),
    "Polarization": ("polarization", _positive()),
    "Exposure_time": ("exposure_time", _positive()),
    "Oscillation_axis": ("scan_axis", _words),
    "Omega": ("omega", _angle),
    "Kappa": ("kappa", _angle),
    "Phi": ("phi", _angle),
    "Chi": ("chi", _angle),
}


def _sensor(words: list[str]) -> dict[str, Fact]:
    """``# Silicon sensor, thickness 0.000320 m``."""
    material = {"Silicon": "Si", "CdTe": "CdTe", "GaAs": "GaAs"}.get(words[0])
    thickness = _positive(1000)(words[3:], "")
    found = {}
    if material:
        found["sensor_material"] = Fact(material, "sensor")
    if thickness:
        found["sensor_thickness"] = Fact(thickness, "sensor thickness")
    return found


def _scan(fields: dict[str, Fact], lines: tuple[str, ...]) -> None:
    """The axis whose increment is not zero is scanned, whatever ``Oscillation_axis`` says."""
    for line in lines:
        words = _WORDS.findall(line)
        is_increment = len(words) > 1 and words[0].endswith("_increment")
        if not is_increment or words[0] == "Angle_increment":
            continue
        if any(number != 0 for number in _numbers(words[1:2])):
            fields["scan_axis"] = Fact(words[0].removesuffix("_increment").lower(), words[0])
            return
    named = fields.get("scan_axis")
    if named is not None:
        word = str(named.value).split()[0].lower() if str(named.value).split() else ""
        if word in ("omega", "phi", "kappa", "chi"):
            fields["scan_axis"] = Fact(word, named.key)
        else:  # "X, CW": the default text of the specification says nothing
            del fields["scan_axis"]
