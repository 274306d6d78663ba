"""Rigaku Oxford Diffraction images (CrysAlis Pro): ``OD SAPPHIRE``, .img and .rodhypix.

A text of 256 bytes with the lengths of the sections that follow: general, special, goniostat
(``KM4``). Angles are steps of motors; the length of a step is in radians. Places of the numbers: the
header description in cctbx/dxtbx issue 11, fabio's OXDimage.

Frame of the instrument, from its XDS.INP files: z along the beam, y downwards, which is frame sw. The
picture runs to the right and upwards, as seen from the crystal. All circles turn about the axis
downwards where all are 0, kappa about an axis at alpha from it; theta is the arm of the detector.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sweepwright.geometry.detector import panel_at, point_mm, turned
from sweepwright.geometry.rotation import Vector, rounded
from sweepwright.images.binary import Block, Findings, image_size, scaled, stretch
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import AxisFact, ImageFacts, PanelFact

_MARK = b"OD SAPPHIRE"
_TEXT_BYTES = 256
_LONGEST_HEADER = 1 << 20
_WORD = re.compile(r"([A-Z]+)= *(\d+)")
_DOWN: Vector = (0.0, 1.0, 0.0)
_UP: Vector = (0.0, -1.0, 0.0)
_LEFT: Vector = (-1.0, 0.0, 0.0)
_AGAINST_BEAM: Vector = (0.0, 0.0, -1.0)
#: in the section of the goniostat
_START, _END, _STEP = 284, 324, 368
#: types of curved detectors (HyPix-Arc) -> pieces, and degrees from one to the next
_ARCS = {12: (3, 38.0), 14: (2, 38.0)}
#: where a curved detector is described, behind the end of the header
_ARC_AT = 268


class _Sections(NamedTuple):
    """Where the sections begin, and where the header ends."""

    general: int
    special: int
    goniostat: int
    end: int


def understands(head: bytes, path: Path) -> bool:
    """Whether it begins as an image of CrysAlis Pro does."""
    return head.startswith(_MARK)


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    text = head[:_TEXT_BYTES].decode("latin-1")
    words = _WORD.findall(text)
    first = dict(reversed(words))  # NS stands twice: special, then statistics
    sections = _sections(text, words, first)
    block = Block(stretch(path, head, 0, sections.end))
    size = image_size(int(first.get("NX", 0)), int(first.get("NY", 0)))
    found = Findings()
    found.say("size", size, "NX NY")
    date = re.search(r"TIME=([^\r\n\x1a\x00]*)", text)
    found.date(date[1] if date else "", "TIME")
    kind = block.integer(sections.special + 548)
    found.say("detector", f"OD SAPPHIRE, detector type {kind}", "detector type")
    _quantities(block, sections, found)
    _goniostat(block, sections, found)
    panel = _panel(block, sections, size, found)
    if panel is not None:
        bends = _bends(path, head, sections, kind, size)
        if kind in _ARCS and bends is None:
            message = (
                f"a detector of type {kind} may be curved; nothing here says so: taken as flat"
            )
            found.doubt("panels", message, "detector type")
        panels = [panel] if bends is None else _bent(panel, *bends)
        found.place(panels, "origin, distance, detector rotations, theta")
    return found.facts("rigaku")


def _sections(text: str, words: list[tuple[str, str]], first: dict[str, str]) -> _Sections:
    try:
        general, special, goniostat = (int(first[word]) for word in ("NG", "NS", "NK"))
        end = int(first["NHEADER"])
        rest = sum(int(value) for word, value in words if word in ("NG", "NS", "NK", "NH"))
    except KeyError as problem:
        raise ImageError(
            f"does not say how long its sections are: no {problem.args[0]}", "Copy it again."
        ) from None
    if end > _LONGEST_HEADER:
        raise ImageError(
            f"says that its header has {end} bytes, so it is damaged", "Copy it again."
        )
    # before version 4.0 the text is as long as the sections leave it
    old = re.match(r"OD SAPPHIRE +[0-3]\.", text) is not None and end - rest > 0
    start = end - rest if old else _TEXT_BYTES
    found = _Sections(start, start + general, start + general + special, end)
    if found.goniostat + goniostat > end:
        raise ImageError(
            "says that its sections are longer than its header: it is damaged", "Copy it again."
        )
    return found


def _quantities(block: Block, sections: _Sections, found: Findings) -> None:
    special, goniostat = sections.special, sections.goniostat
    alpha1, _, mean = block.doubles(goniostat + 568, 3)
    if mean > 0 or not alpha1 > 0:
        found.number("wavelength", mean, "wavelength alpha")
    else:
        found.number("wavelength", alpha1, "wavelength alpha1")
    found.number("exposure_time", block.double(special + 480), "exposure time")
    found.number("overload", block.integer(special + 472), "overflow threshold")


def _angles(block: Block, at: int, place: int) -> list[float]:
    """The angles of omega, theta, kappa and phi at the start or the end, degrees."""
    counts, steps = block.ints(at + place, 4), block.doubles(at + _STEP, 4)
    return [
        scaled(math.degrees(step), count) if math.isfinite(step) else 0.0
        for count, step in zip(counts, steps, strict=True)
    ]


def _goniostat(block: Block, sections: _Sections, found: Findings) -> None:
    """Settings, axes, and the one of omega and phi that turned; where none did, it is a still."""
    at = sections.goniostat
    starts, ends = _angles(block, at, _START), _angles(block, at, _END)
    for name, start in zip(("omega", "two_theta", "kappa", "phi"), starts, strict=True):
        found.angle(name, start, f"{name.replace('two_', '')} start")
    widths = {
        name: scaled(ends[place] - starts[place])
        for name, place in (("omega", 0), ("phi", 3))
        if ends[place] != starts[place] and name in found.fields
    }
    if len(widths) == 1:
        ((name, width),) = widths.items()
        found.say("scan_axis", name, f"{name} start, {name} end")
        found.say("start", found.fields[name].value, f"{name} start")
        found.angle("width", width, f"{name} end - {name} start")
    elif widths:
        found.doubt("scan_axis", "omega and phi both turn", "omega end, phi end")
    elif {"omega", "phi"} <= set(found.fields):
        found.say("width", 0.0, "omega end - omega start")
    _axes(block, at, starts, found)


def _axes(block: Block, at: int, starts: list[float], found: Findings) -> None:
    alpha, beta = block.doubles(at + 680, 2)
    if not 0 < alpha < 180:
        found.doubt("axes", f"kappa is {alpha:g} degrees from omega", "alpha")
        return
    if beta:
        message = f"phi is {beta:g} degrees from omega, to a side that is not known: left out"
        found.doubt("axes", message, "beta")
    tilt = math.radians(alpha)
    kappa = rounded((0.0, math.cos(tilt), -math.sin(tilt)))
    axes = (
        AxisFact("omega", _DOWN, starts[0], "omega start"),
        AxisFact("kappa", kappa, starts[2], "kappa start, alpha"),
        AxisFact("phi", _DOWN, starts[3], "phi start"),
    )
    if all(axis.name in found.fields for axis in axes):
        found.axes = axes


def _panel(
    block: Block, sections: _Sections, size: tuple[int, int], found: Findings
) -> PanelFact | None:
    """The whole detector on its arm, flat. Its origin is counted in pixels that are not binned."""
    at = sections.goniostat
    distance = found.number("distance", block.double(at + 712), "distance")
    pixel = found.pixel(block.doubles(sections.special + 568, 2), "real pixel size")
    bins = block.ints(sections.general, 2, "h")
    origin = zip(block.doubles(at + 664, 2), bins, strict=True)
    center = found.center([scaled(place / max(n, 1)) for place, n in origin], size, "origin")
    e1, e2, e3 = tilts = block.doubles(at + 640, 3)
    key = "detector rotations"
    if not all(abs(tilt) <= 180 for tilt in tilts):
        found.doubt("panels", "the rotations of the detector are no angles", key)
        return None
    if e3:
        message = f"the detector is turned by {e3:g} degrees about e3, which is left out"
        found.doubt("panels", message, key)
    theta = _angles(block, at, _START)[1]
    if not (center and distance and pixel and "two_theta" in found.fields):
        found.doubt("panels", "where the detector stands is not said whole", "origin, distance")
        return None
    panel = panel_at(center, pixel, distance, size, slow=_UP)
    return turned(turned(turned(panel, _AGAINST_BEAM, e1), _LEFT, e2), _DOWN, theta)


class _Bends(NamedTuple):
    """A detector of flat pieces: how many, pixels of a piece and of a gap, and the bend in a gap."""

    pieces: int
    piece_px: int
    gap_px: int
    angle_deg: float


def _bends(
    path: Path, head: bytes, sections: _Sections, kind: int, size: tuple[int, int]
) -> _Bends | None:
    """What is said behind the header of a curved detector; None where the detector is flat."""
    if kind not in _ARCS:
        return None
    try:
        data = stretch(path, head, sections.end + _ARC_AT, 12)
    except ImageError:
        return None
    count, rows, columns, height, gap, _ = Block(data).ints(0, 6, "h")
    pieces, angle = _ARCS[kind]
    whole = count * columns + (count - 1) * gap, height
    is_bent = (count, rows, whole) == (pieces, 1, size) and columns > 0 and gap >= 0
    return _Bends(count, columns, gap, angle) if is_bent else None


def _bent(
    flat: PanelFact, pieces: int, piece_px: int, gap_px: int, angle_deg: float
) -> Iterator[PanelFact]:
    """The pieces, each turned towards the crystal about the middle of its gap.

    Of two both are turned by half the angle, of three the one in the middle stands.
    """
    for place in range(pieces):
        first = place * (piece_px + gap_px)
        steps = place - (pieces - 1) / 2
        hinge = first - gap_px / 2 if steps > 0 else first + piece_px + gap_px / 2
        piece = replace(
            flat,
            origin_mm=point_mm(flat, (first, 0.0)),
            size_px=(piece_px, flat.size_px[1]),
            first_px=(first, 0),
        )
        yield turned(piece, flat.slow, -steps * angle_deg, point_mm(flat, (hinge, 0.0)))
