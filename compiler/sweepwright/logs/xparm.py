"""XPARM.XDS and GXPARM.XDS: the geometry of the experiment that XDS goes on with.

Two layouts. The old one (through 2012) has eleven lines and no banner; the new one, from 30 March
2013, starts with a banner and gives the detector's origin before its distance. One line without
its numbers puts all the others in doubt: such a file gives no values at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sweepwright.logs.printed import number, whole, words
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value
from sweepwright.logs.versions import version

KINDS = ("XPARM.XDS",)


@dataclass(frozen=True, slots=True)
class Field:
    """A name and how many numbers it has, one after the other in a line."""

    name: str
    size: int = 1
    convert: Callable[[str], float] = number


Line = tuple[Field, ...]

_FRAME: Line = (
    Field("starting_frame", 1, whole),
    Field("starting_angle_deg"),
    Field("oscillation_range_deg"),
    Field("rotation_axis", 3),
)
_BEAM: Line = (Field("wavelength"), Field("incident_beam", 3))
_PIXELS: Line = (Field("n_px", 2, whole), Field("pixel_size_mm", 2))
_PLACE: Line = (Field("origin_px", 2), Field("distance_mm"))
_AXES = (
    (Field("detector_x_axis", 3),),
    (Field("detector_y_axis", 3),),
    (Field("detector_normal", 3),),
)
_CRYSTAL = (
    (Field("space_group_number", 1, whole), Field("cell", 6)),
    (Field("a_axis", 3),),
    (Field("b_axis", 3),),
    (Field("c_axis", 3),),
)
_OLD = (_FRAME, _BEAM, _PIXELS, _PLACE[::-1], *_AXES, *_CRYSTAL)
_NEW = (_FRAME, _BEAM, *_CRYSTAL, (Field("n_segments", 1, whole), *_PIXELS), _PLACE, *_AXES)
_SEGMENT = (
    (Field("segment", 1, whole), Field("x_range_px", 2, whole), Field("y_range_px", 2, whole)),
    (*_PLACE, Field("x_axis", 3), Field("y_axis", 3)),
)
_BANNER = re.compile(r"\s*XPARM\.XDS\s+VERSION\b")


def recognises(head: str) -> str | None:
    """By the banner of the new layout, or by the first four lines of the old one."""
    if _BANNER.match(head):
        return KINDS[0]
    try:
        list(_values(head.split("\n"), _OLD[:4], 0))
    except UnreadableError:
        return None
    return KINDS[0]


def read(text: str, kind: str) -> Reading:
    """All numbers under ``xparm.``; the detector's segments are rows ``xparm.segment_{segment}``."""
    new = bool(_BANNER.match(text))
    try:
        values, tables = _parameters(text, new)
        troubles: tuple[Trouble, ...] = ()
    except UnreadableError as why:
        values, tables = {}, {}
        troubles = (Trouble("the parameters", why.line, why.args[0]),)
    by = version(text.partition("\n")[0]) if new else (None, None)
    return Reading(kind, "XDS", *by, values, tables, troubles)


def _parameters(text: str, new: bool) -> tuple[dict[str, Value], dict[str, Table]]:
    lines = text.rstrip().split("\n")
    layout, start = (_NEW, 1) if new else (_OLD, 0)
    values = dict(_values(lines, layout, start))
    below = range(start + len(layout), len(lines), len(_SEGMENT))
    segments = [dict(_values(lines, _SEGMENT, at)) for at in below]
    if len(segments) != values.get("n_segments", 0):
        raise UnreadableError(f"{len(segments)} segments of the detector", len(lines))
    if not text.endswith("\n"):
        _uncut(lines[-1], len(lines))
    return {f"xparm.{name}": value for name, value in values.items()}, _segments(segments)


def _segments(rows: list[dict[str, Value]]) -> dict[str, Table]:
    if not rows:
        return {}
    cells = tuple(tuple(row.values()) for row in rows)
    return {"xparm.segments": Table(tuple(rows[0]), cells, "segment_{segment}")}


def _values(
    lines: Sequence[str], layout: Sequence[Line], start: int
) -> Iterator[tuple[str, Value]]:
    """Name and value of each field of consecutive lines, the first of them at ``start``."""
    for at, line in enumerate(layout, start):
        if at >= len(lines):
            raise UnreadableError("the file ends before the last parameters")
        try:
            yield from _fields(lines[at], line)
        except UnreadableError as why:
            raise UnreadableError(why.args[0], at + 1) from None


def _fields(text: str, line: Line) -> Iterator[tuple[str, Value]]:
    found = words(text)
    size = sum(field.size for field in line)
    if len(found) != size:
        raise UnreadableError(f"{len(found)} numbers where {size} belong")
    for field in line:
        numbers = tuple(map(field.convert, found[: field.size]))
        found = found[field.size :]
        yield field.name, numbers[0] if field.size == 1 else numbers


def _uncut(line: str, at: int) -> None:
    """The last line ends in a vector, whose numbers all have the same decimals."""
    if len({len(word.partition(".")[2]) for word in line.split()[-3:]}) > 1:
        raise UnreadableError("the last number is cut", at)
