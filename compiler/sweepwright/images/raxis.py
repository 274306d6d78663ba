"""Rigaku R-AXIS image plates, of either byte order.

A header of fixed places (Rigaku, "readimage": its names are the keys of the facts), floats of four
bytes. The axis table is valid where ``majc`` is 1; else the old fields of phi speak. The picture of
a plate is read from left to right and from below to above as seen from the crystal (scan codes 0 0 0),
so the slow direction goes up: -y in frame sw. generate_XDS.INP (Y axis 0 -1 0) and dxtbx agree with
that. Vectors of the axis table are in the frame of d*TREK: z to the source, x along the spindle, which
is along the columns of the plate (dxtbx, FormatRAXIS).
"""

from __future__ import annotations

import math
from pathlib import Path

from sweepwright.geometry.detector import panel_at, turned
from sweepwright.geometry.rotation import Vector, rounded, unit
from sweepwright.images.binary import Block, Findings, image_size, scaled
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import AxisFact, ImageFacts

_HEADER_BYTES = 1024
_NAMES = (b"RAXIS", b"R-AXIS")
#: its plate is read otherwise (dxtbx turns it), and nobody says how
_OTHER_PLATE = "R-AXIS2"
_MOST_AXES = 5
#: x of d*TREK in frame sw
_SPINDLE: Vector = (0.0, 1.0, 0.0)


def understands(head: bytes, path: Path) -> bool:
    """Whether it begins as an R-AXIS image does."""
    return head.startswith(_NAMES)


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    block = _block(head[:_HEADER_BYTES])
    found = Findings()
    size = image_size(*block.ints(768, 2))
    found.say("size", size, "xpxl zpxl")
    host = block.text(812, 10)
    found.words("detector", ", ".join(filter(None, (block.text(0, 10), host))), "name host")
    found.date(block.text(256, 12), "date")
    found.number("wavelength", block.single(292), "wlng")
    distance = found.number("distance", block.single(344), "camr")
    pixel = found.pixel(block.singles(776, 2), "xsiz zsiz")
    found.number("exposure_time", scaled(block.single(536), 60), "fext")
    if block.single(796) >= 1:
        found.number("overload", scaled(32767 * block.single(796)), "rato")
    center = found.center(block.singles(540, 2), size, "drtx drtz")
    two_theta = block.single(556)
    is_angle = found.angle("two_theta", two_theta, "thta")
    if _known_plate(block, found) and is_angle:
        if two_theta:
            message = f"two-theta is {two_theta:g}: its axis is taken to be that of the spindle"
            found.doubt("panels", message, "thta")
        if distance and pixel and center:
            panel = panel_at(center, pixel, distance, size, slow=(0.0, -1.0, 0.0))
            found.place([turned(panel, _SPINDLE, two_theta)], "drtx drtz camr thta")
    if block.integer(852) == 1 and 0 < block.integer(856) <= _MOST_AXES:
        _table(block, found)
    else:
        _phi(block, found)
    return found.facts("raxis")


def _block(head: bytes) -> Block:
    """The byte order is the one in which there is a picture."""
    for order in "><":
        block = Block(head, order)
        if all(0 < pixels < 1 << 16 for pixels in block.ints(768, 2)):
            return block
    raise ImageError("does not say how many pixels it has: its header is damaged", "Copy it again.")


def _known_plate(block: Block, found: Findings) -> bool:
    """Whether the plate is flat and read in the way that is known."""
    if block.integer(448):
        found.doubt("panels", "the plate is a cylinder", "cyld")
        return False
    codes = block.ints(832, 3)
    if any(codes) or block.text(0, 10).startswith(_OTHER_PLATE):
        name, words = block.text(0, 10), "{} {} {}".format(*codes)
        message = f"how a plate of {name} with scan codes {words} lies in its picture is not known"
        found.doubt("panels", message, "dr_x dr_z drxz")
        return False
    return True


def _phi(block: Block, found: Findings) -> None:
    """The old fields: phi, and settings of omega and chi."""
    datum, start, end = block.singles(520, 3)
    for name, offset, key in (("omega", 548, "omga"), ("chi", 552, "fkai")):
        found.angle(name, block.single(offset), key)
    if found.angle("phi", scaled(datum + start), "phi0 + phis"):
        found.say("start", scaled(datum + start), "phi0 + phis")
        found.say("scan_axis", "phi", "phis phie")
        found.angle("width", scaled(end - start), "phie - phis")


def _table(block: Block, found: Findings) -> None:
    """The axes from the base to the crystal."""
    count, scanned = block.integer(856), block.integer(980)
    vectors = block.singles(860, 3 * count)
    names = block.text(984, 40).replace(",", " ").lower().split()
    names += [f"axis {number}" for number in range(len(names) + 1, count + 1)]
    starts, ends = block.singles(920, count), block.singles(940, count)
    axes = []
    for place in range(count):
        name, start, key = names[place], starts[place], f"gvec {place + 1}"
        if name in ("omega", "kappa", "chi", "phi"):
            found.angle(name, start, f"gst {place + 1}")
        vector = vectors[3 * place : 3 * place + 3]
        if 0.99 < math.hypot(*vector) < 1.01 and math.isfinite(start):
            axes.append(AxisFact(name, _to_sw(vector), start, key))
    if len(axes) == count and found.panels:
        found.axes = tuple(axes)
    if not 0 <= scanned < count:
        found.doubt("scan_axis", f"axis {scanned} is scanned, of {count}", "saxs")
        return
    key = f"gst {scanned + 1}"
    found.say("scan_axis", names[scanned], "saxs")
    if found.angle("start", starts[scanned], key):
        found.angle("width", scaled(ends[scanned] - starts[scanned]), f"gend - {key}")


def _to_sw(vector: tuple[float, ...]) -> Vector:
    """From the frame of d*TREK, where fast is y and the source is along z."""
    a, b, c = unit(vector)
    return rounded((b, a, -c))
