"""The detector as an image viewer shows it: fast to the right, slow down, with what is believed of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sweepwright.geometry.detector import normal
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.projection import resolution_a, ring_px
from sweepwright.geometry.rotation import dot
from sweepwright.report.drawing import Line, Mark, Pixels, Point, Word, arrow
from sweepwright.report.scene import Scene

#: spacings worth a ring, A
_ROUND_A = (
    50, 30, 20, 15, 10, 8, 6, 5, 4, 3.5, 3, 2.5, 2.2, 2, 1.8, 1.6, 1.4, 1.2, 1.1, 1, 0.9, 0.8, 0.7,
    0.6, 0.5,
)  # fmt: skip
_RINGS = 4
_CROSS = 7.0
#: room that the words of a ring take
_WORD = 40.0
#: an axis whose share in the plane of the detector is less points at it
_FLAT = 0.05
_SHORTEST = 30.0


class DetectorView:
    """Where places of the detector stand in the picture: ``at`` is its corner, ``side`` its size."""

    def __init__(self, scene: Scene, at: Point, side: float) -> None:
        self.scene, self.panel = scene, scene.panel
        (nx, ny), (qx, qy) = self.panel.size_px, self.panel.pixel_mm
        self.scale = side / max(nx * qx, ny * qy)
        self.width, self.height = nx * qx * self.scale, ny * qy * self.scale
        self.corner = at[0] + (side - self.width) / 2, at[1] + (side - self.height) / 2

    def place(self, place: Point) -> Point:
        """Of a place in px, counted from the outer corner of the first pixel."""
        (f, s), (qx, qy) = place, self.panel.pixel_mm
        return self.corner[0] + f * qx * self.scale, self.corner[1] + s * qy * self.scale

    def area(self, x1: float, x2: float, y1: float, y2: float) -> tuple[Point, ...]:
        """The corners of a rectangle in px."""
        return tuple(self.place(p) for p in ((x1, y1), (x2, y1), (x2, y2), (x1, y2)))

    def reach(self, ux: float, uy: float) -> float:
        """How far a line runs from the beam, in units of the picture, to a little inside the border."""
        x, y = self.place(self.scene.beam_center_px)
        left, top = self.corner
        ways = (
            ((left + self.width if u > 0 else left) - x) / u if i == 0
            else ((top + self.height if u > 0 else top) - y) / u
            for i, u in enumerate((ux, uy))
            if abs(u) > _FLAT
        )  # fmt: skip
        return max(_SHORTEST, 0.94 * min(ways))

    def inside(self, place: Point | None) -> bool:
        """Whether a place in px is on the detector."""
        nx, ny = self.panel.size_px
        return place is not None and 0 <= place[0] <= nx and 0 <= place[1] <= ny


def detector_marks(view: DetectorView, image: bytes | None = None) -> Iterator[Mark]:
    """Outline, first image, gaps, masks, rings, beam and rotation axis."""
    scene, (nx, ny) = view.scene, view.panel.size_px
    outline = view.area(0, nx, 0, ny)
    yield Line("detector", outline, closed=True)
    if image is None:
        for x1, x2, y1, y2 in scene.gaps:
            yield Line("gap", view.area(x1, x2, y1, y2), closed=True)
    else:
        (left, top), (right, bottom) = outline[0], outline[2]
        yield Pixels(image, outline[0], (right - left, bottom - top))
    for kind, numbers in scene.masks:
        yield from _mask(view, kind, numbers)
    yield Line("frame", outline, closed=True)
    for d_a in rings_a(scene):
        yield from _ring(view, d_a)
    yield from _axis(view)
    yield from _beam(view)
    yield from _directions(view, outline)


def rings_a(scene: Scene) -> list[float]:
    """Round spacings whose rings are about evenly spaced out to the farthest corner."""
    edge = min(
        resolution_a(panel, corner, scene.wavelength_a)
        for panel in scene.panels
        for nx, ny in [panel.size_px]
        for corner in ((0, 0), (nx, 0), (0, ny), (nx, ny))
    )
    wanted = [edge * (_RINGS + 0.4) / (i + 1) for i in range(_RINGS)]
    found = {_nearest(d_a) for d_a in wanted}
    return sorted((d_a for d_a in found if d_a > edge), reverse=True)


def _nearest(d_a: float) -> float:
    """The round spacing that is nearest by its ratio."""
    return float(min(_ROUND_A, key=lambda d: abs(math.log(d / d_a))))


def _ring(view: DetectorView, d_a: float) -> Iterator[Mark]:
    """The stretches of a ring that are on the detector, and its spacing at one of their places."""
    run: list[Point] = []
    seen: list[Point] = []
    for places in _on_panels(view, d_a):
        for point in [*places, None]:
            if point is not None:
                run.append(point)
                continue
            if len(run) > 1:
                yield Line("ring", tuple(run))
            seen += run
            run = []
    if seen:
        x, y = max(seen, key=_up_right)
        near_edge = view.corner[0] + view.width - x < _WORD
        place = (x - 44, y + 12) if near_edge else (x + 3, y - 3)
        yield Word("note", place, f"{d_a:g} Å")


def _on_panels(view: DetectorView, d_a: float) -> Iterator[list[Point | None]]:
    """A ring as it is in the picture on each panel; None where it is off the panel."""
    for panel in view.scene.panels:
        (f, s), (nx, ny) = panel.first_px, panel.size_px
        yield [
            view.place((place[0] + f, place[1] + s))
            if place is not None and 0 <= place[0] <= nx and 0 <= place[1] <= ny
            else None
            for place in ring_px(panel, d_a, view.scene.wavelength_a)
        ]


def _up_right(point: Point) -> float:
    return point[0] - point[1]


def _mask(view: DetectorView, kind: str, numbers: Sequence[float]) -> Iterator[Mark]:
    """A mask in pixels counted from 1, or the rings of resolutions that are left out."""
    if kind == "resolution":
        for d_a in numbers:
            for places in _on_panels(view, d_a) if d_a > 0 else ():
                points = tuple(point for point in places if point is not None)
                if len(points) > 1:
                    yield Line("left out", points)
        return
    if kind == "circle":
        x, y, radius = numbers
        kind, numbers = "ellipse", (x - radius, x + radius, y - radius, y + radius)
    if kind == "ellipse":
        x1, x2, y1, y2 = numbers
        turns = [2 * math.pi * i / 72 for i in range(72)]
        middle, half = ((x1 + x2) / 2, (y1 + y2) / 2), ((x2 - x1) / 2, (y2 - y1) / 2)
        corners = [
            (middle[0] + half[0] * math.cos(t), middle[1] + half[1] * math.sin(t)) for t in turns
        ]
    elif kind == "rectangle":
        x1, x2, y1, y2 = numbers  # those beside the area
        x1, x2, y1, y2 = x1 + 0.5, x2 - 0.5, y1 + 0.5, y2 - 0.5
        corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    else:
        corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    points = tuple(view.place((x - 0.5, y - 0.5)) for x, y in corners)
    yield Line("mask", points, closed=True)


def _beam(view: DetectorView) -> Iterator[Mark]:
    x, y = view.place(view.scene.beam_center_px)
    yield Line("beam", ((x - _CROSS, y), (x + _CROSS, y)))
    yield Line("beam", ((x, y - _CROSS), (x, y + _CROSS)))
    f, s = view.scene.beam_center_px
    yield Word("beam word", (x + 9, y + 15), f"beam {f:.2f}, {s:.2f}")


def _axis(view: DetectorView) -> Iterator[Mark]:
    """The rotation axis as the detector sees it, with its head where it points to."""
    scene = view.scene
    across, down = dot(scene.axis, view.panel.fast), dot(scene.axis, view.panel.slow)
    flat = math.hypot(across, down)
    if flat < _FLAT:
        return
    ux, uy = across / flat, down / flat
    x, y = view.place(scene.beam_center_px)
    tip, back = view.reach(ux, uy), view.reach(-ux, -uy)
    ends = (x - ux * back, y - uy * back), (x + ux * tip, y + uy * tip)
    yield from arrow("axis", ends, 10)
    x, y = ends[1]
    beside = (x - 4, y - 8) if ux > abs(uy) else (x + 8, y + (4 if uy < 0 else -8))
    yield Word("axis word", beside, "rotation axis", "end" if ux > abs(uy) else "start")


def _directions(view: DetectorView, outline: tuple[Point, ...]) -> Iterator[Mark]:
    """Fast and slow at the first pixel, and from which side the detector is seen."""
    x, y = outline[0]
    yield from arrow("laboratory", ((x, y - 7), (x + 46, y - 7)))
    yield Word("note", (x + 52, y - 3), "fast")
    yield from arrow("laboratory", ((x - 7, y), (x - 7, y + 46)))
    yield Word("note", (x - 3, y + 60), "slow", "end")
    behind = dot(normal(view.panel), BEAM) < 0
    _, (right, _), _, _ = outline
    if behind:
        yield Word(
            "warning", (right, y - 5), "seen from behind: fast × slow is against the beam", "end"
        )
    else:
        yield Word("note", (right, y - 5), "seen from the crystal", "end")
