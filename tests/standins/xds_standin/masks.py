"""UNTRUSTED areas as rectangles of pixels: dxtbx knows no other masks.

Each is (x1, y1, x2, y2), counted from 0, the second corner outside. In XDS.INP pixels count from 1
and the border of a rectangle is not part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from xds_standin.inputs import Inputs

Rectangle = tuple[int, int, int, int]
Point = tuple[float, float]


def untrusted(inputs: Inputs, size: tuple[int, int]) -> Iterator[Rectangle]:
    """All of them, within a detector of so many pixels."""
    for x1, x2, y1, y2, *_ in inputs.repeated("UNTRUSTED_RECTANGLE"):
        yield from _within((int(x1), int(y1), int(x2) - 1, int(y2) - 1), size)
    for x1, x2, y1, y2, *_ in inputs.repeated("UNTRUSTED_ELLIPSE"):
        for y in range(math.ceil(y1), math.floor(y2) + 1):
            off = (2 * y - y1 - y2) / max(y2 - y1, 1)
            half = (x2 - x1) / 2 * math.sqrt(max(0.0, 1 - off**2))
            yield from _row((x1 + x2) / 2 - half, (x1 + x2) / 2 + half, y, size)
    for numbers in inputs.repeated("UNTRUSTED_QUADRILATERAL"):
        corners = list(zip(numbers[0:8:2], numbers[1:8:2], strict=True))
        rows = [y for _, y in corners]
        for y in range(math.ceil(min(rows)), math.floor(max(rows)) + 1):
            crossings = sorted(_crossings(corners, y))
            if crossings:
                yield from _row(crossings[0], crossings[-1], y, size)


def _crossings(corners: list[Point], y: int) -> Iterator[float]:
    """Where the edges of a shape without dents cross a row."""
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if min(y1, y2) <= y <= max(y1, y2) and y1 != y2:
            yield x1 + (x2 - x1) * (y - y1) / (y2 - y1)


def _row(first: float, last: float, y: int, size: tuple[int, int]) -> Iterator[Rectangle]:
    yield from _within((math.ceil(first) - 1, y - 1, math.floor(last), y), size)


def _within(area: Rectangle, size: tuple[int, int]) -> Iterator[Rectangle]:
    """The part on the detector, if any."""
    x1, y1, x2, y2 = area
    cut = max(x1, 0), max(y1, 0), min(x2, size[0]), min(y2, size[1])
    if cut[0] < cut[2] and cut[1] < cut[3]:
        yield cut
