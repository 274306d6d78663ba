"""A sketch of the instrument in space: beam, detector and goniostat, in true proportions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sweepwright.geometry.detector import point_mm
from sweepwright.geometry.rotation import Vector, apply, combine, cross, dot, rotation, unit
from sweepwright.report.drawing import Line, Mark, Point, Word, arrow
from sweepwright.report.scene import DrawnAxis, Scene

#: where one looks to: from above, from the right and from the source's side; y of sw is down
_FORWARD = unit((-0.72, 0.42, 0.6))
_RIGHT = unit(cross(_FORWARD, (0.0, -1.0, 0.0)))
_DOWN = cross(_FORWARD, _RIGHT)
#: of the size of the whole: arrows of axes, circles around them
_AXIS, _TURN = 0.62, 0.075
#: lengths of the axes, base first, so that those in one line are told apart
_SHARES = (1.0, 0.72, 0.48, 0.36, 0.3, 0.25)
#: how far the turning arrow goes around an axis, degrees
_ARC_DEG = 290


class InstrumentView:
    """Places of the laboratory (mm, frame sw) in a square of the picture."""

    def __init__(self, scene: Scene, at: Point, side: float) -> None:
        self.scene = scene
        nx, ny = scene.panel.size_px
        self.corners = [point_mm(scene.panel, p) for p in ((0, 0), (nx, 0), (nx, ny), (0, ny))]
        reach = max(math.hypot(*corner) for corner in self.corners)
        self.source = (0.0, 0.0, -0.55 * reach)
        self.size = reach
        far = [combine((self.size * _AXIS, axis.vector)) for axis in scene.axes]
        seen = [_seen(p) for p in (*self.corners, self.source, *far, (0.0, 0.0, 0.0))]
        left, right = min(x for x, _ in seen), max(x for x, _ in seen)
        top, bottom = min(y for _, y in seen), max(y for _, y in seen)
        self.scale = 0.9 * side / max(right - left, bottom - top)
        self.middle = (left + right) / 2, (top + bottom) / 2
        self.side = side
        self.centre = at[0] + side / 2, at[1] + side / 2

    def place(self, point: Sequence[float]) -> Point:
        """Of a point of the laboratory."""
        x, y = _seen(point)
        return (
            self.centre[0] + (x - self.middle[0]) * self.scale,
            self.centre[1] + (y - self.middle[1]) * self.scale,
        )


def instrument_marks(view: InstrumentView) -> Iterator[Mark]:
    """Beam, detector, crystal, the axes of the goniostat, the axes of frame sw."""
    scene = view.scene
    yield Line("detector behind", tuple(view.place(p) for p in view.corners), closed=True)
    yield from _detector_words(view)
    hit = point_mm(scene.panel, scene.beam_center_px)
    yield from arrow("beam", (view.place(view.source), view.place(hit)), 9)
    x, y = view.place(view.source)
    yield Word("beam word", (x, y + 18), "X-rays")
    for axis, share in zip(scene.axes, _SHARES, strict=False):
        yield from _axis(view, axis, share)
    yield _crystal(view)
    yield from _laboratory(view)


def _axis(view: InstrumentView, axis: DrawnAxis, share: float) -> Iterator[Mark]:
    """An axis through the crystal, with the way that a positive turn goes around it."""
    role = "axis" if axis.scanned else "axis still"
    length = view.size * _AXIS * share
    tip = combine((length, axis.vector))
    back = combine((-0.5 * length, axis.vector))
    yield from arrow(role, (view.place(back), view.place(tip)), 8)
    x, y = view.place(tip)
    setting = "" if axis.setting_deg is None else f" {axis.setting_deg:g}°"
    words = f"{axis.name}{setting}"
    if x < view.place((0.0, 0.0, 0.0))[0]:
        yield Word("axis word", (x - 6, y + 4), words, "end")
    else:
        yield Word("axis word", (x + 6, y + 4), words)
    if axis.scanned:
        yield from arrow(role, [view.place(p) for p in _turn(axis.vector, view.size, length)], 7)


def _turn(axis: Vector, size: float, length: float) -> Iterator[Vector]:
    """Points of a right-handed turn about an axis, around its outer part."""
    arm = unit(cross(axis, min(_UNITS, key=lambda e: abs(dot(axis, e)))))
    for angle in range(0, _ARC_DEG + 1, 10):
        around = apply(rotation(axis, angle), arm)
        yield combine((0.86 * length, axis), (size * _TURN, around))


_UNITS: tuple[Vector, ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def _crystal(view: InstrumentView) -> Line:
    x, y = view.place((0.0, 0.0, 0.0))
    return Line("crystal", ((x - 4, y), (x, y - 5), (x + 4, y), (x, y + 5)), closed=True)


def _detector_words(view: InstrumentView) -> Iterator[Mark]:
    """Fast and slow, from the first pixel."""
    panel, (first, *_) = view.scene.panel, view.corners
    for name, direction in (("fast", panel.fast), ("slow", panel.slow)):
        end = combine((1.0, first), (0.22 * view.size, direction))
        yield from arrow("laboratory", (view.place(first), view.place(end)), 7)
        x, y = view.place(end)
        yield Word("note", (x + 4, y - 4), name)


def _laboratory(view: InstrumentView) -> Iterator[Mark]:
    """The axes of frame sw in the lower left corner."""
    x0, y0 = view.centre[0] - view.side / 2 + 34, view.centre[1] + view.side / 2 - 34
    for name, vector in zip("xyz", _UNITS, strict=True):
        x, y = _seen(vector)
        yield from arrow("laboratory", ((x0, y0), (x0 + 30 * x, y0 + 30 * y)), 6)
        yield Word("note", (x0 + 39 * x - 3, y0 + 39 * y + 4), name)


def _seen(point: Sequence[float]) -> Point:
    return dot(point, _RIGHT), dot(point, _DOWN)
