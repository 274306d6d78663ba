"""Panels to the geometry keywords of XDS and back.

XDS counts pixels from 1 at the centre of the first one: IX is the corner-based place + 0.5. With ED1,
ED2 the detector's axes and ED3 = ED1 x ED2, the point (IX, IY) = (0, 0) of the detector is at
ORG = -ORGX QX ED1 - ORGY QY ED2 + DETECTOR_DISTANCE ED3, so that ORGX, ORGY are the foot of the
perpendicular from the crystal. A segment stands in the detector's system: with EDS its axes there,
L1, L2, L3 = ED EDS1, ED EDS2, ED EDS3, a pixel is at
ORG + QX (IX - ORGXS) L1 + QY (IY - ORGYS) L2 + FS L3.
(XDS documentation, "Coordinate Systems".)

Beam and rotation axis go to XDS as they are: any right-handed frame will do, and it is given sw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sweepwright.geometry.detector import (
    Pair,
    foot_px,
    main_plane,
    normal,
    signed_distance_mm,
)
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.rotation import (
    Matrix,
    Vector,
    apply,
    combine,
    cross,
    rounded,
    rounded_numbers,
    transpose,
    unit,
)
from sweepwright.model.facts import PanelFact


@dataclass(frozen=True, slots=True)
class XdsSegment:
    """The lines of one SEGMENT; axes, ORG and distance are those of the detector's system."""

    limits: tuple[int, int, int, int]
    """x1, x2, y1, y2: first and last pixel, counted from 1"""
    x_axis: Vector
    y_axis: Vector
    org_px: Pair
    distance_mm: float


@dataclass(frozen=True, slots=True)
class XdsGeometry:
    """The values of NX NY, QX QY, DIRECTION_OF_DETECTOR_X-AXIS and Y-AXIS, ORGX ORGY,
    DETECTOR_DISTANCE (negative where X x Y points to the crystal) and of the SEGMENTs, if any.
    """

    size_px: tuple[int, int]
    pixel_mm: Pair
    x_axis: Vector
    y_axis: Vector
    org_px: Pair
    distance_mm: float
    segments: tuple[XdsSegment, ...] = ()


def xds_geometry(panels: Sequence[PanelFact], beam: Vector = BEAM) -> XdsGeometry:
    """What XDS must be told of a detector of one or more panels, rounded as leaves are.

    The panel whose middle is nearest to the beam gives the detector's system; more than one panel
    makes segments. Raises ValueError when the panels' pixels differ: XDS knows one QX and QY.
    """
    if len({panel.pixel_mm for panel in panels}) != 1:
        raise ValueError("XDS cannot describe a detector with pixels of several sizes")
    geometry = xds_plane(main_plane(panels, beam))
    return geometry if len(panels) == 1 else with_segments(geometry, panels)


def xds_plane(panel: PanelFact) -> XdsGeometry:
    """What XDS must be told of one flat detector, rounded as leaves are."""
    f, s = foot_px(panel)
    return XdsGeometry(
        panel.size_px,
        panel.pixel_mm,
        rounded(panel.fast),
        rounded(panel.slow),
        _pair(f + 0.5, s + 0.5),
        _length(signed_distance_mm(panel)),
    )


def with_segments(geometry: XdsGeometry, panels: Sequence[PanelFact]) -> XdsGeometry:
    """A segment for each panel, as it stands in the detector's system; pixels are as large."""
    return replace(geometry, segments=tuple(_segment(geometry, panel) for panel in panels))


def panels_of_xds(geometry: XdsGeometry) -> tuple[PanelFact, ...]:
    """The panels that XDS is told of, in its own laboratory frame; one for each segment.

    Directions need not have length 1. Where the beam is not along z, `frames.frame_along` brings the
    panels to frame sw.
    """
    axes, origin = _detector_axes(geometry), _detector_origin(geometry)
    nx, ny = geometry.size_px
    whole = XdsSegment((1, nx, 1, ny), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0), 0.0)
    return tuple(
        _panel(segment, geometry.pixel_mm, axes, origin)
        for segment in geometry.segments or (whole,)
    )


def _segment(geometry: XdsGeometry, panel: PanelFact) -> XdsSegment:
    first = panel.first_px
    axes = _detector_axes(geometry)
    # the outer corner of the panel's first pixel, where IX, IY are first + 0.5, from (0, 0)
    arm = combine((1.0, panel.origin_mm), (-1.0, _detector_origin(geometry)))
    along = apply((panel.fast, panel.slow, normal(panel)), arm)
    (qx, qy), (nx, ny) = panel.pixel_mm, panel.size_px
    return XdsSegment(
        (first[0] + 1, first[0] + nx, first[1] + 1, first[1] + ny),
        rounded(apply(axes, panel.fast)),
        rounded(apply(axes, panel.slow)),
        _pair(first[0] + 0.5 - along[0] / qx, first[1] + 0.5 - along[1] / qy),
        _length(along[2]),
    )


def _panel(segment: XdsSegment, pixel_mm: Pair, axes: Matrix, origin: Vector) -> PanelFact:
    to_laboratory = transpose(axes)
    fast, slow = (apply(to_laboratory, unit(axis)) for axis in (segment.x_axis, segment.y_axis))
    x1, x2, y1, y2 = segment.limits
    corner = combine(
        (1.0, origin),
        (pixel_mm[0] * (x1 - 0.5 - segment.org_px[0]), fast),
        (pixel_mm[1] * (y1 - 0.5 - segment.org_px[1]), slow),
        (segment.distance_mm, cross(fast, slow)),
    )
    return PanelFact(fast, slow, corner, (x2 - x1 + 1, y2 - y1 + 1), pixel_mm, (x1 - 1, y1 - 1))


def _detector_axes(geometry: XdsGeometry) -> Matrix:
    """Axes of the detector's system as rows: turns the laboratory's components to its own."""
    x, y = unit(geometry.x_axis), unit(geometry.y_axis)
    return x, y, cross(x, y)


def _detector_origin(geometry: XdsGeometry) -> Vector:
    """ORG, where (IX, IY) = (0, 0) of the detector is in the laboratory."""
    x, y, z = _detector_axes(geometry)
    (qx, qy), (orgx, orgy) = geometry.pixel_mm, geometry.org_px
    return combine((-orgx * qx, x), (-orgy * qy, y), (geometry.distance_mm, z))


def _pair(x: float, y: float) -> Pair:
    return _length(x), _length(y)


def _length(number: float) -> float:
    """px or mm to 12 significant digits; below 1e-9 it is the rounding of a zero."""
    return 0.0 if abs(number) < 1e-9 else rounded_numbers([number])[0]
