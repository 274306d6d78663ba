"""Where XDS takes the pixels of a detector of several segments to be, from the text of XDS.INP alone.

XDS documentation, "Coordinate Systems": with ED the detector's axes, the point of the detector that is
(0, 0) px is at ORG = -ORGX QX ED1 - ORGY QY ED2 + DETECTOR_DISTANCE ED3; with EDS the axes of a segment
in the detector's system, pixel (IX, IY) is at ORG + ED EDS (QX (IX - ORGXS), QY (IY - ORGYS), FS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from xds_input import number, numbers, parse_xds_input

Array = np.ndarray[Any, np.dtype[np.float64]]
_GROUP = (
    "DIRECTION_OF_SEGMENT_X-AXIS", "DIRECTION_OF_SEGMENT_Y-AXIS",
    "SEGMENT_DISTANCE", "SEGMENT_ORGX", "SEGMENT_ORGY",
)  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """``limits``: first and last pixel along x, then along y, counted from 1."""

    limits: tuple[int, ...]
    corner: Array
    """the point (IX, IY) = (0, 0), mm"""
    step: Array
    """columns: the ways from a pixel to its neighbours along x and y, mm"""

    def at(self, ix: float, iy: float) -> Array:
        place: Array = self.corner + self.step @ np.array([ix, iy])
        return place


def segments_of(text: str) -> list[Segment]:
    """The segments in the order of the file, each from the lines between it and the next."""
    told = parse_xds_input(text)
    q = np.array([number(told, "QX"), number(told, "QY")])
    ed = _system(*(numbers(told, f"DIRECTION_OF_DETECTOR_{name}-AXIS") for name in "XY"))
    org = ed @ [
        -number(told, "ORGX") * q[0], -number(told, "ORGY") * q[1], number(told, "DETECTOR_DISTANCE"),
    ]  # fmt: skip
    return [_segment(group, q, ed, org) for group in _groups(text)]


def _groups(text: str) -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = []
    for line in text.splitlines():
        for name, values in parse_xds_input(line).items():
            if name == "SEGMENT":
                found.append({name: values})
            elif name in _GROUP:
                assert name not in found[-1], line
                found[-1][name] = values
    assert all(len(group) == 1 + len(_GROUP) for group in found)
    return found


def _segment(group: dict[str, list[str]], q: Array, ed: Array, org: Array) -> Segment:
    lines = ed @ _system(*(numbers(group, name) for name in _GROUP[:2]))
    distance, x, y = (number(group, name) for name in _GROUP[2:])
    corner = org + lines @ [-x * q[0], -y * q[1], distance]
    limits = tuple(int(value) for value in numbers(group, "SEGMENT"))
    return Segment(limits, corner, lines[:, :2] * q)


def _system(x: list[float], y: list[float]) -> Array:
    return np.array([x, y, np.cross(x, y)]).T
