"""The geometry lines of XDS.INP that one image header gives, and those that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sweepwright.api.headers import FileHeader
from sweepwright.emit import spell
from sweepwright.geometry.detector import why_no_image
from sweepwright.geometry.frames import BEAM
from sweepwright.geometry.goniostat import positive_scan
from sweepwright.geometry.rotation import rounded_numbers
from sweepwright.geometry.xds import xds_geometry

#: in the order of the lines
_DETECTOR = (
    "NX", "NY", "QX", "QY", "DETECTOR_DISTANCE", "ORGX", "ORGY",
    "DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS",
)  # fmt: skip
_SCAN = ("STARTING_ANGLE", "OSCILLATION_RANGE", "ROTATION_AXIS")
_SITE = "the header does not say it; the site record does"


class XdsLines(NamedTuple):
    """Lines ``KEYWORD= value``; ``missing`` names the keywords without a value, and why."""

    lines: tuple[str, ...]
    missing: Mapping[str, str]


def xds_lines(header: FileHeader) -> XdsLines:
    """The lines in frame sw, where the beam is along z; see `geometry.xds` for the conventions.

    Of several panels the lines of their segments come last.
    """
    values: dict[str, Any] = {
        "X-RAY_WAVELENGTH": _value(header, "wavelength"),
        "INCIDENT_BEAM_DIRECTION": BEAM,
    }
    reasons: dict[str, str] = {}
    values |= _detector(header, reasons)
    values |= _scan(header, reasons)
    order = ("X-RAY_WAVELENGTH", "INCIDENT_BEAM_DIRECTION", *_DETECTOR, *_SCAN)
    segments = _segments(header)
    missing = {word: reasons.get(word, "the header does not say it") for word in order}
    return XdsLines(
        tuple(
            f"{word}= {spell.xds(value)}"
            for word, value in (*((word, values.get(word)) for word in order), *segments)
            if value is not None
        ),
        {word: why for word, why in missing.items() if values.get(word) is None},
    )


def _detector(header: FileHeader, reasons: dict[str, str]) -> dict[str, Any]:
    """The panel in the beam as it stands; without panels a detector square to the beam."""
    panels = header.facts.panels if header.facts else ()
    if panels:
        if why := why_no_image(panels):
            reasons |= dict.fromkeys(_DETECTOR, f"the detector has {len(panels)} panels {why}")
            return {}
        xds = xds_geometry(panels)
        axes = (xds.x_axis, xds.y_axis)
        numbers = (*xds.size_px, *xds.pixel_mm, xds.distance_mm, *xds.org_px, *axes)
        return dict(zip(_DETECTOR, numbers, strict=True))
    two_theta = _value(header, "two_theta")
    center = _value(header, "beam_center")
    size = _value(header, "size") or (None, None)
    pixel = _value(header, "pixel_size") or (None, None)
    if two_theta:
        why = f"the header does not say about which axis two-theta is {two_theta:g}"
        reasons |= dict.fromkeys(_DETECTOR[5:], why)
        return dict(zip(_DETECTOR[:5], (*size, *pixel, _value(header, "distance")), strict=True))
    if center is None and _value(header, "beam_mm"):
        reasons |= dict.fromkeys(("ORGX", "ORGY"), f"{_value(header, 'beam_mm')} mm: {_SITE}")
    origin = (None, None) if center is None else rounded_numbers([place + 0.5 for place in center])
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    numbers = (*size, *pixel, _value(header, "distance"), *origin, *axes)
    return dict(zip(_DETECTOR, numbers, strict=True))


def _segments(header: FileHeader) -> list[tuple[str, Any]]:
    """Keywords and values of a segment for each of several panels, in their order."""
    panels = header.facts.panels if header.facts else ()
    if not panels or why_no_image(panels):
        return []
    return [
        line
        for one in xds_geometry(panels).segments
        for line in (
            ("SEGMENT", one.limits),
            ("DIRECTION_OF_SEGMENT_X-AXIS", one.x_axis),
            ("DIRECTION_OF_SEGMENT_Y-AXIS", one.y_axis),
            ("SEGMENT_DISTANCE", one.distance_mm),
            ("SEGMENT_ORGX", one.org_px[0]),
            ("SEGMENT_ORGY", one.org_px[1]),
        )
    ]


def _scan(header: FileHeader, reasons: dict[str, str]) -> dict[str, Any]:
    """Axis, start and width, with the width positive, as XDS wants it."""
    axis, start, width = (_value(header, key) for key in ("rotation_axis", "start", "width"))
    if axis is None:
        reasons["ROTATION_AXIS"] = _SITE
    if width == 0:
        reasons["OSCILLATION_RANGE"] = "the image is a still"
        width = None
    if axis is not None and start is not None and width is not None:
        axis, start, width = positive_scan(axis, start, width)
    return dict(zip(_SCAN, (start, width, axis), strict=True))


def _value(header: FileHeader, field: str) -> Any:
    fact = header.get(field)
    return None if fact is None else fact.value
