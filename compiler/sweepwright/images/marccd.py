"""TIFF images with the header of a detector: MarCCD and Rayonix, and PILATUS.

MarCCD, Rayonix: a TIFF whose pixels begin at byte 4096; between 1024 and there is a header of 32-bit
integers at fixed places (mar, "The MarCCD header documentation"; its names are the keys of the
facts). The beam centre is in 1/1000 px, but at some places (ESRF, CLS) in 1/1000 mm, which is told by
its size: less than half of what the middle would be. PILATUS: the lines of a mini-CBF header in the
description of the image (tag 270).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sweepwright.images.binary import TRUNCATED, Block, Findings, Pair, image_size, scaled, stretch
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import Fact, ImageFacts

_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_WIDTH, _HEIGHT, _DESCRIPTION, _MODEL, _PIXELS_AT, _DATE = 256, 257, 270, 272, 273, 306
#: length of a value of each type of TIFF tags
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_LONGEST_TEXT = 1 << 20
_HEADER_END = 4096
_SERIAL = re.compile(rb"detector\s+serial\s+number\s*[=:]?\s*([\w-]+)", re.IGNORECASE)
_TIMES = (("acquire_timestamp", 2368), ("header_timestamp", 2400), ("save_timestamp", 2432))
#: by the index that ``rotation_axis`` gives; of our fields the first five
_AXES = ("twotheta", "omega", "chi", "kappa", "phi", "delta", "gamma")
_GONIOSTAT = ("omega", "chi", "kappa", "phi")


def understands(head: bytes, path: Path) -> bool:
    """Whether it is a TIFF; one without the header of a detector is refused when it is read."""
    return head[:4] in _ORDERS


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    tiff = _read_tiff(path, head)
    size = image_size(tiff.number(_WIDTH), tiff.number(_HEIGHT))
    if tiff.number(_PIXELS_AT) == _HEADER_END and len(head) < _HEADER_END:
        raise ImageError(TRUNCATED, "Copy it again.")
    for order in "<>" if tiff.order == "<" else "><":
        block = Block(head[:_HEADER_END], order)
        if len(block.data) == _HEADER_END and block.ints(1104, 2) == size:
            return _marccd(block, size)
    lines = tuple(line.strip() for line in tiff.text(_DESCRIPTION).splitlines())
    lines = tuple(line for line in lines if line.startswith("#"))
    if lines:
        return _pilatus(tiff, lines, size)
    raise ImageError(
        f"is a TIFF picture of {size[0]} x {size[1]} pixels without the header of a detector: it "
        "says nothing of wavelength, distance, beam centre or rotation",
        "Take the images that the detector wrote, or give the geometry in the job.",
    )


@dataclass(frozen=True)
class _Tiff:
    """The first directory of a TIFF: type, count and the four bytes of each tag."""

    path: Path
    head: bytes
    order: str
    tags: Mapping[int, tuple[int, int, bytes]]

    def number(self, tag: int) -> int:
        """The first number of a tag, 0 where there is none."""
        kind, count, value = self.tags.get(tag, (0, 0, b""))
        if not count or kind not in (1, 3, 4):
            return 0
        if _BYTES[kind] * count > 4:
            value = stretch(self.path, self.head, self._offset(value), 4)
        letter = {1: "B", 3: "H", 4: "I"}[kind]
        return int(struct.unpack_from(self.order + letter, value)[0])

    def text(self, tag: int) -> str:
        """The text of a tag, empty where there is none."""
        kind, count, value = self.tags.get(tag, (0, 0, b""))
        if kind != 2 or count > _LONGEST_TEXT:
            return ""
        if count > 4:
            value = stretch(self.path, self.head, self._offset(value), count)
        return value.split(b"\x00")[0].decode("latin-1")

    def _offset(self, value: bytes) -> int:
        return int(struct.unpack(self.order + "I", value)[0])


def _read_tiff(path: Path, head: bytes) -> _Tiff:
    order = _ORDERS[head[:4]]
    (at,) = Block(head, order).ints(4, 1, "I")
    (count,) = Block(stretch(path, head, at, 2), order).ints(0, 1, "H")
    entries = stretch(path, head, at + 2, 12 * count)
    tags = {
        tag: (kind, number, value)
        for tag, kind, number, value in struct.iter_unpack(order + "HHI4s", entries)
    }
    return _Tiff(path, head, order, tags)


def _marccd(block: Block, size: tuple[int, int]) -> ImageFacts:
    """The private header. The numbers are the places in the file."""
    found = Findings()
    found.say("size", size, "nfast nslow")
    found.words("detector", block.text(1028, 16), "header_name")
    _serial(block, found)
    _date(block, found)
    found.number("wavelength", scaled(block.integer(1932), 1e-5), "source_wavelength")
    found.number("overload", block.integer(1128), "saturated_value")
    exposure, integration = block.integer(1680), block.integer(1676)
    key = "exposure_time" if exposure > 0 else "integration_time"
    found.number("exposure_time", scaled(max(exposure, integration), 1e-3), key)
    _distance(block, found)
    sides = [scaled(side, 1e-6) for side in block.ints(1796, 2)]
    pixel = found.pixel(sides, "pixelsize_x pixelsize_y")
    _center(block, size, pixel, found)
    _angles(block, found)
    _scan(block, found)
    _stance(block, found)
    return found.facts("marccd")


def _serial(block: Block, found: Findings) -> None:
    """From the comments; 0 stands for none."""
    match = _SERIAL.search(block.data, 2464)
    if match and match[1].strip(b"0"):
        found.say("serial", match[1].decode("latin-1"), "Detector Serial Number")


def _date(block: Block, found: Findings) -> None:
    """The first of the three times that is one: MMDDhhmmYYYY.ss."""
    for key, offset in _TIMES:
        text = block.text(offset, 32)
        if re.fullmatch(r"\d{12}(\.\d+)?", text):
            found.date(text, key)
            return
        if text:
            found.doubt("date", f"{text!r} is no date", key)


def _distance(block: Block, found: Findings) -> None:
    """In 1/1000 mm at two places; the first is taken unless it is 0."""
    key, start_key = "xtal_to_detector", "start_xtal_to_detector"
    distance, start = (scaled(block.integer(offset), 1e-3) for offset in (1664, 1720))
    if distance == 0 and start > 0:
        found.number("distance", start, start_key)
        return
    found.number("distance", distance, key)
    if start > 0 and abs(start - distance) > 0.1:
        found.doubt("distance", f"{start_key} is {start:g} mm, {key} {distance:g} mm", start_key)


def _center(block: Block, size: tuple[int, int], pixel: Pair | None, found: Findings) -> None:
    key = "beam_x beam_y"
    x, y = (scaled(place, 1e-3) for place in block.ints(1668, 2))
    if not (y > 0 and 0 < x < size[0] / 4):
        found.center((x, y), size, key)
    elif pixel is None:
        found.doubt("beam_center", f"{x:g}, {y:g} is in mm, and the pixel size is not known", key)
    else:
        found.center((scaled(x / pixel[0]), scaled(y / pixel[1])), size, f"{key}, in mm")


def _angles(block: Block, found: Findings) -> None:
    for name, start in zip(_AXES, block.ints(1692, 7), strict=True):
        if name in _GONIOSTAT:
            found.angle(name, scaled(start, 1e-3), f"start_{name}")
    found.swing(scaled(block.integer(1692), 1e-3), "start_twotheta")


def _scan(block: Block, found: Findings) -> None:
    """The axis that ``rotation_axis`` names, unless another one turned by the range and this did not.

    A range of 0 is that of a still as well as of a header that was never filled in.
    """
    starts, ends = block.ints(1692, 7), block.ints(1724, 7)
    named, width = block.ints(1756, 2)
    turns = {
        name: end - start
        for name, start, end in zip(_AXES[1:], starts[1:], ends[1:], strict=True)
        if end != start and any(ends)
    }
    key = "rotation_range"
    if width == 0 and len(turns) == 1:
        ((name, width),) = turns.items()
        key = f"end_{name} - start_{name}"
    if width:
        found.angle("width", scaled(width, 1e-3), key)
    else:
        found.doubt("width", f"{key} is 0: the image is a still, or it was never set", key)
    axis = _AXES[named] if 0 < named < len(_AXES) else None
    exact = [name for name, turn in turns.items() if turn == width]
    if axis not in turns and len(exact) == 1:
        if axis is not None:
            found.doubt("scan_axis", f"{axis} is named but {exact[0]} turned", "rotation_axis")
        axis = exact[0]
    if axis is None:
        found.doubt(
            "scan_axis", f"rotation_axis is {named}, which no rotation has", "rotation_axis"
        )
        if starts[1] == starts[4]:  # omega and phi: the start is the same whichever it was
            found.angle("start", scaled(starts[1], 1e-3), "start_omega start_phi")
        return
    found.say("scan_axis", axis, "rotation_axis")
    found.angle("start", scaled(starts[_AXES.index(axis)], 1e-3), f"start_{axis}")
    if turns.get(axis) == -width:
        message = f"{axis} turned by {scaled(-width, 1e-3):g}, {key} is {scaled(width, 1e-3):g}"
        found.doubt("width", message, f"end_{axis}")


def _stance(block: Block, found: Findings) -> None:
    """What says that the detector is tilted, or its picture stored otherwise than all others."""
    tilt = [scaled(angle, 1e-3) for angle in block.ints(1764, 3)]
    if any(tilt):
        angles = ", ".join(f"{angle:g}" for angle in tilt)
        message = f"the detector is turned by {angles} degrees about axes that are not said"
        found.doubt("panels", message, "detector_rotx detector_roty detector_rotz")
    if any(block.ints(1140, 3)):
        message = "the picture may be stored mirrored: its origin, orientation or view is not 0"
        found.doubt("panels", message, "origin orientation view_direction")


def _pilatus(tiff: _Tiff, lines: tuple[str, ...], size: tuple[int, int]) -> ImageFacts:
    from sweepwright.images import minicbf

    names = ("X-Binary-Size-Fastest-Dimension", "X-Binary-Size-Second-Dimension")
    binary = {name: str(pixels) for name, pixels in zip(names, size, strict=True)}
    mini = minicbf.facts(minicbf.Header(lines, binary, 0))
    found = Findings(dict(mini.fields), mini.axes, mini.panels, list(mini.doubts))
    found.fields["size"] = Fact(size, "ImageWidth ImageLength")
    for name, tag, key in (("detector", _MODEL, "Model"), ("date", _DATE, "DateTime")):
        if name not in found.fields:
            found.words(name, tiff.text(tag), key)
    return found.facts("tiff")
