"""Bruker frames (.sfrm, FORMAT 100 and 86): records of 80 characters ``KEYWORD:values``.

Sources: Bruker, "Area detector frame format"; the public converters of L. Krause and SFRM.jl. The
second value of DETTYPE is pixels per cm on a frame of 512 rows, so a pixel of a frame of n rows is
5120 / (value n) mm. The second value of DISTANC, in cm, is up to the plane of the pixels.

Frame of the instrument: all seen from the crystal, columns run to the right and rows upwards, so slow
is -y in frame sw. Two-theta and omega turn about the axis upwards, chi about the direction to the
source where omega is 0, phi about the axis downwards where chi is 0, all right-handed: so
generate_XDS.INP, SFRM.jl and dxtbx's FormatBrukerFixedChi. (dxtbx's FormatBrukerModern lowers omega by
180, which reverses chi.) CENTER is the place of the beam at two-theta 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from sweepwright.geometry.detector import panel_at, turned
from sweepwright.geometry.rotation import Vector
from sweepwright.images.binary import Findings, Pair, image_size, scaled, stretch
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import AxisFact, ImageFacts

_MARK = b"FORMAT :"
_RECORD = 80
_LONGEST_HEADER = 1 << 20
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_SERIAL = re.compile(r"s/n:?\s*([\w-]+)", re.IGNORECASE)
_UP: Vector = (0.0, -1.0, 0.0)
#: name, direction in frame sw with all at zero, place in ANGLES; from the base to the crystal
_GONIOSTAT = (("omega", _UP, 1), ("chi", (0.0, 0.0, -1.0), 3), ("phi", (0.0, 1.0, 0.0), 2))
#: by the number that AXIS gives
_AXES: Mapping[float, str] = {2: "omega", 3: "phi", 4: "chi"}
#: detectors of others in this format, mounted otherwise
_FOREIGN = ("EIGER", "QUADRO", "DECTRIS", "PILATUS")

Records = Mapping[str, str]


def understands(head: bytes, path: Path) -> bool:
    """Whether the first record is that of a Bruker frame."""
    return head.startswith(_MARK)


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of a frame. Raises ImageError, OSError."""
    records = _records(path, head)
    found = Findings()
    rows, columns = (_numbers(records, key)[:1] for key in ("NROWS", "NCOLS"))
    if not rows or not columns:
        raise ImageError(
            "does not say how many pixels it has: its header is damaged", "Copy it again."
        )
    size = image_size(columns[0], rows[0])
    found.say("size", size, "NCOLS NROWS")
    name = takewhile(lambda word: not _NUMBER.fullmatch(word), records.get("DETTYPE", "").split())
    found.words("detector", " ".join(name), "DETTYPE")
    found.words("site", records.get("SITE", ""), "SITE")
    found.date(records.get("CREATED", ""), "CREATED")
    for key in ("DARK", "CORRECT"):
        if serial := _SERIAL.search(records.get(key, "")):
            found.say("serial", serial[1], key)
    _quantities(records, found)
    _scan(records, found)
    _detector(records, size, found)
    return found.facts("bruker")


def _records(path: Path, head: bytes) -> Records:
    """The values by keyword; those of one keyword in several records follow each other."""
    blocks = re.search(rb"HDRBLKS:\s*(\d{1,6})(?!\d)", head)
    if blocks is None:
        raise ImageError("does not say how long its header is: it is damaged", "Copy it again.")
    length = min(512 * int(blocks[1]), _LONGEST_HEADER)
    text = stretch(path, head, 0, length).decode("latin-1")
    records: dict[str, list[str]] = {}
    for at in range(0, length, _RECORD):
        key, colon, value = text[at : at + _RECORD].partition(":")
        if colon and len(key) <= 7:
            records.setdefault(key.strip(), []).append(value)
    return {key: " ".join(values) for key, values in records.items()}


def _numbers(records: Records, key: str) -> list[float]:
    words = records.get(key, "").split()
    return [float(word) for word in words if _NUMBER.fullmatch(word)]


def _quantities(records: Records, found: Findings) -> None:
    for name, key in (("wavelength", "WAVELEN"), ("exposure_time", "ELAPSDR")):
        for value in _numbers(records, key)[:1]:
            found.number(name, value, key)
    for full_scale in _numbers(records, "CCDPARM")[4:5]:
        found.number("overload", full_scale, "CCDPARM")


def _scan(records: Records, found: Findings) -> None:
    """Settings, and the scanned axis with its start and width; the width keeps its sign."""
    for name, _, angle in _settings(records):
        found.angle(name, angle, "ANGLES")
    for name, key in (("start", "START"), ("width", "INCREME")):
        for value in _numbers(records, key)[:1]:
            found.angle(name, value, key)
    for number in _numbers(records, "AXIS")[:1]:
        axis = _AXES.get(number)
        if axis is None:
            found.doubt("scan_axis", f"axis {number:g} is scanned, which turns no crystal", "AXIS")
        else:
            found.say("scan_axis", axis, "AXIS")


def _settings(records: Records) -> Iterator[tuple[str, Vector, float]]:
    """Name, direction and angle of the axes of the goniostat, from the base to the crystal."""
    angles = _numbers(records, "ANGLES")
    if len(angles) >= 4:
        yield from ((name, vector, angles[place]) for name, vector, place in _GONIOSTAT)


def _detector(records: Records, size: tuple[int, int], found: Findings) -> None:
    """The panel on the two-theta arm, and the goniostat, where the instrument is Bruker's own."""
    distance = None
    for centimetres in _numbers(records, "DISTANC")[:2][-1:]:
        distance = found.number("distance", scaled(centimetres, 10), "DISTANC")
    pixel = None
    for per_cm in _numbers(records, "DETTYPE")[:1]:
        side = scaled(5120 / (per_cm * size[1])) if per_cm else 0.0
        pixel = found.pixel((side, side), "DETTYPE")
    center = _center(records, size, found)
    if records.get("DETTYPE", "").upper().startswith(_FOREIGN):
        message = "how this detector and its goniostat are mounted is not known"
        found.doubt("panels", message, "DETTYPE")
        for swing in _numbers(records, "ANGLES")[:1]:
            found.swing(swing, "ANGLES")
        return
    for swing in _numbers(records, "ANGLES")[:1]:
        two_theta = scaled(swing - 360 if swing > 180 else swing)
        if found.angle("two_theta", two_theta, "ANGLES") and distance and pixel and center:
            panel = panel_at(center, pixel, distance, size, slow=_UP)
            found.place([turned(panel, _UP, two_theta)], "CENTER DISTANC ANGLES")
    found.axes = tuple(
        AxisFact(name, vector, angle, "ANGLES")
        for name, vector, angle in _settings(records)
        if name in found.fields
    )


def _center(records: Records, size: tuple[int, int], found: Findings) -> Pair | None:
    """The first pair is that of the picture as taken, the second that without its distortion."""
    numbers = _numbers(records, "CENTER")
    if len(numbers) < 2:
        return None
    other = numbers[2:4]
    if len(other) == 2 and any(
        abs(one - two) > 0.01 for one, two in zip(numbers, other, strict=False)
    ):
        message = f"after a correction of the picture it would be {other[0]:g}, {other[1]:g} px"
        found.doubt("beam_center", message, "CENTER")
    return found.center(numbers[:2], size, "CENTER")
