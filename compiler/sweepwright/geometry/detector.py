"""Flat panels anywhere in the laboratory, in frame sw; the crystal is at 0, 0, 0.

Places on a panel are pixels, fast then slow, counted from the outer corner of its first pixel. A
pixel (f, s) is at origin + f qx fast + s qy slow. ``fast`` and ``slow`` are unit vectors, square to
each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.rotation import (
    Matrix,
    Vector,
    angle_between_deg,
    apply,
    combine,
    cross,
    dot,
    rotation,
    transpose,
    unit,
)
from sweepwright.model.facts import PanelFact

Pair = tuple[float, float]

_CRYSTAL: Vector = (0.0, 0.0, 0.0)
#: below this cosine between normal and beam the two run side by side
_EDGE_ON = 1e-6


def panel_at(
    beam_center_px: Pair,
    pixel_mm: Pair,
    distance_mm: float,
    size_px: tuple[int, int],
    fast: Vector = (1.0, 0.0, 0.0),
    slow: Vector = (0.0, 1.0, 0.0),
    beam: Vector = BEAM,
) -> PanelFact:
    """The panel that the beam meets at ``beam_center_px``, its plane ``distance_mm`` away.

    Without directions it is square to the beam; with them it may be turned, mirrored or tilted.
    ``distance_mm`` is positive and square to the panel. Raises ValueError when the beam runs along it.
    """
    along = _along_normal(fast, slow, beam)
    meets = combine((distance_mm / abs(along), beam))
    (f, s), (qx, qy) = beam_center_px, pixel_mm
    origin = combine((1.0, meets), (-f * qx, fast), (-s * qy, slow))
    return PanelFact(fast, slow, origin, size_px, pixel_mm)


def turned(
    panel: PanelFact, axis: Sequence[float], angle_deg: float, about_mm: Vector = _CRYSTAL
) -> PanelFact:
    """The panel after a right-handed turn about an axis through ``about_mm``.

    Through the crystal it is the turn of a two-theta arm: +20 about x takes a panel ahead towards
    -y, about y towards +x. Through a point of the panel it is a tilt.
    """
    turn = rotation(axis, angle_deg)
    arm = combine((1.0, panel.origin_mm), (-1.0, about_mm))
    return replace(
        panel,
        fast=apply(turn, panel.fast),
        slow=apply(turn, panel.slow),
        origin_mm=combine((1.0, apply(turn, arm)), (1.0, about_mm)),
    )


def point_mm(panel: PanelFact, place: Pair) -> Vector:
    """Where a place on the panel (px) is in the laboratory."""
    (f, s), (qx, qy) = place, panel.pixel_mm
    return combine((1.0, panel.origin_mm), (f * qx, panel.fast), (s * qy, panel.slow))


def normal(panel: PanelFact) -> Vector:
    """fast x slow: away from the crystal, unless the panel is mirrored or read from behind."""
    return cross(panel.fast, panel.slow)


def signed_distance_mm(panel: PanelFact) -> float:
    """Distance of the plane along its normal: negative where fast x slow points to the crystal."""
    return dot(panel.origin_mm, normal(panel))


def foot_px(panel: PanelFact) -> Pair:
    """The foot of the perpendicular from the crystal, the place of the plane nearest to it."""
    return place_px(panel, _CRYSTAL)


def beam_center_px(panel: PanelFact, beam: Vector = BEAM) -> Pair:
    """Where the beam meets the plane of the panel, inside its borders or not.

    Raises ValueError when it does not: the plane is along the beam, or behind the crystal.
    """
    path = signed_distance_mm(panel) / _along_normal(panel.fast, panel.slow, beam)
    if path <= 0:
        raise ValueError("the beam does not meet the panel, which is behind the crystal")
    return place_px(panel, combine((path, beam)))


def place_px(panel: PanelFact, point: Vector) -> Pair:
    """The place on the panel that is nearest to a point of the laboratory."""
    arm = combine((1.0, point), (-1.0, panel.origin_mm))
    qx, qy = panel.pixel_mm
    return dot(arm, panel.fast) / qx, dot(arm, panel.slow) / qy


def main_panel(panels: Sequence[PanelFact], beam: Vector = BEAM) -> PanelFact:
    """The panel whose middle is nearest to the beam."""

    def off_beam(panel: PanelFact) -> float:
        middle = point_mm(panel, (panel.size_px[0] / 2, panel.size_px[1] / 2))
        return angle_between_deg(beam, middle)

    return min(panels, key=off_beam)


def main_plane(panels: Sequence[PanelFact], beam: Vector = BEAM) -> PanelFact:
    """The plane of the main panel with the pixels of the whole image: what a detector of several
    panels is where one panel must stand for it. Its places are pixels of the image.
    """
    main = main_panel(panels, beam)
    (f, s), (qx, qy) = main.first_px, main.pixel_mm
    corner = combine((1.0, main.origin_mm), (-f * qx, main.fast), (-s * qy, main.slow))
    return replace(main, origin_mm=corner, size_px=image_size(panels), first_px=(0, 0))


def image_size(panels: Sequence[PanelFact]) -> tuple[int, int]:
    """Pixels of the smallest image that holds all panels."""
    ends = [tuple(map(sum, zip(panel.first_px, panel.size_px, strict=True))) for panel in panels]
    return max(x for x, _ in ends), max(y for _, y in ends)


def why_no_image(panels: Sequence[PanelFact]) -> str:
    """What keeps panels from being parts of one image; nothing does so: an empty text."""
    if any(panel.pixel_mm != panels[0].pixel_mm for panel in panels):
        return "with pixels of several sizes"
    if any(_overlap(panel, other) for i, panel in enumerate(panels) for other in panels[:i]):
        return "that are no parts of one image"
    return ""


def _overlap(panel: PanelFact, other: PanelFact) -> bool:
    return all(
        panel.first_px[i] < other.first_px[i] + other.size_px[i]
        and other.first_px[i] < panel.first_px[i] + panel.size_px[i]
        for i in (0, 1)
    )


def carried(panels: Sequence[PanelFact], start: PanelFact, end: PanelFact) -> tuple[PanelFact, ...]:
    """The panels after the motion of a rigid body that brings the plane ``start`` to ``end``."""
    before, after = _axes(start), transpose(_axes(end))

    def turn(vector: Vector) -> Vector:
        return apply(after, apply(before, vector))

    return tuple(
        replace(
            panel,
            fast=turn(panel.fast),
            slow=turn(panel.slow),
            origin_mm=combine(
                (1.0, end.origin_mm),
                (1.0, turn(combine((1.0, panel.origin_mm), (-1.0, start.origin_mm)))),
            ),
        )
        for panel in panels
    )


def _axes(panel: PanelFact) -> Matrix:
    """Fast, slow and normal as rows; slow made square to fast, as written it may be a little off."""
    z = unit(normal(panel))
    return panel.fast, cross(z, panel.fast), z


def _along_normal(fast: Vector, slow: Vector, beam: Vector) -> float:
    """The share of the beam along the normal; its sign tells the hand of the panel."""
    along = dot(cross(fast, slow), beam)
    if abs(along) < _EDGE_ON:
        raise ValueError("the beam runs along the panel and never meets it")
    return along
