"""Leaves that speak of geometry: directions in frame sw, places on the detector, masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from sweepwright.model import types as t
from sweepwright.model.diagnostic import MendableError
from sweepwright.model.units import split_quantity

Vector3 = tuple[float, float, float]

#: frame of a vector as written -> signs that bring it to frame sw (z along the beam): imgCIF has z
#: towards the source; NeXus/McStas has z along the beam and x to the other side
#: (imgCIF dictionary, _axis.vector; NeXus manual, "The NeXus Coordinate System")
_FRAMES: Mapping[str, Vector3] = {"imgcif": (1.0, -1.0, -1.0), "nexus": (-1.0, -1.0, 1.0)}


class Position(NamedTuple):
    """A point on the detector, fast then slow, in ``px`` or ``mm`` from the first pixel's corner."""

    fast: float
    slow: float
    unit: str


class Mask(NamedTuple):
    """Pixels or resolutions that are not used: ``kind`` and its numbers.

    rectangle, ellipse: x1, x2, y1, y2 (px, counted from 1; those beside the area, as XDS has it);
    circle: x, y, radius (px); polygon: x1, y1, x2, y2, ...
    (px); resolution: low and high limit (A).
    """

    kind: str
    numbers: tuple[float, ...]


def vector(value: Any) -> Vector3:
    """Three numbers, not all zero, in frame sw; or ``{imgcif: [..]}``, ``{nexus: [..]}``."""
    if isinstance(value, Mapping):
        frame, inner = t.single(value, tuple(_FRAMES))
        numbers = vector(inner)
        x, y, z = (n * s or 0.0 for n, s in zip(numbers, _FRAMES[frame], strict=True))
        return x, y, z
    three = t.numbers(value, 3, "a vector of three numbers, e.g. [1, 0, 0]")
    if not any(three):
        raise ValueError("a vector of length zero has no direction")
    return three[0], three[1], three[2]


def rotation_axis(value: Any) -> Vector3:
    """A vector, or ``{in_plane: 138.5 deg}``: across the beam, turned from x towards y."""
    if isinstance(value, Mapping) and "in_plane" in value:
        _, written = t.single(value, ("in_plane",))
        angle = math.radians(t.quantity("angle")(written))
        x, y = (float(f"{part:.12g}") for part in (math.cos(angle), math.sin(angle)))
        return (0.0 if abs(x) < 1e-12 else x), (0.0 if abs(y) < 1e-12 else y), 0.0
    return vector(value)


def position(value: Any) -> Position:
    """A point on the detector; both numbers carry the unit ``px`` or ``mm``."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError("a beam centre is two numbers with units: [1231.5 px, 1263.0 px]")
    parts = [split_quantity(t.text(item)) for item in value]
    units = {"px" if part.unit in ("px", "pixel", "pixels") else part.unit for part in parts}
    if units == {""}:
        numbers = [part.value for part in parts]
        fix = f"[{numbers[0]:g} px, {numbers[1]:g} px]"
        message = f"a beam centre needs its unit: write {fix} or {fix.replace('px', 'mm')}"
        raise MendableError(message, fix, safe=False)
    if len(units) != 1 or not units <= {"px", "mm"}:
        raise ValueError("both numbers of a beam centre are in px, or both in mm")
    return Position(parts[0].value, parts[1].value, units.pop())


def orgx_orgy(value: Any) -> tuple[float, float]:
    """XDS's ORGX and ORGY, px."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError("ORGX and ORGY are two numbers: [1232.0, 1263.5]")
    x, y = (t.quantity("pixels")(item) for item in value)
    return x, y


def pixel_size(value: Any) -> tuple[float, float]:
    """The size of a pixel in mm: one number, or fast and slow."""
    size = t.quantity("length", 1e-4, 10)
    if isinstance(value, str):
        return size(value), size(value)
    if not isinstance(value, Sequence) or len(value) != 2:
        raise ValueError("a pixel size is one number or two (fast, slow), e.g. 0.172 mm")
    return size(value[0]), size(value[1])


def lengths(value: Any) -> Vector3:
    """Three lengths in mm."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        raise ValueError("wanted: three lengths, e.g. [-212.1 mm, -220.4 mm, 300 mm]")
    x, y, z = (t.quantity("length")(item) for item in value)
    return x, y, z


def settings(value: Any) -> dict[str, float]:
    """Where the axes of the goniostat stood: name -> angle in degrees."""
    if not isinstance(value, Mapping):
        raise ValueError("settings are written {kappa: -30 deg, phi: 0 deg}")
    return {t.name(axis): t.quantity("angle")(angle) for axis, angle in value.items()}


def masks(value: Any) -> tuple[Mask, ...]:
    """A list of masks, e.g. ``[{rectangle: [487, 494, 0, 619]}]``."""
    return tuple(_mask(item) for item in t.listed(value))


def _mask(item: Any) -> Mask:
    if not isinstance(item, Mapping):
        raise ValueError("a mask is written {rectangle: [487, 494, 0, 619]}")
    kind, value = t.single(item, tuple(_MASKS))
    return Mask(kind, _MASKS[kind](value))


def _box(value: Any) -> tuple[float, ...]:
    x1, x2, y1, y2 = _pixels(value, 4, "x1, x2, y1, y2 in px")
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f"the mask from {x1:g} to {x2:g}, {y1:g} to {y2:g} holds no pixel")
    return x1, x2, y1, y2


def _circle(value: Any) -> tuple[float, ...]:
    x, y, radius = _pixels(value, 3, "x, y, radius in px")
    if radius <= 0:
        raise ValueError("the radius of a circle is above 0")
    return x, y, radius


def _polygon(value: Any) -> tuple[float, ...]:
    corners = t.listed(value)
    if len(corners) < 3:
        raise ValueError("a polygon has three corners or more: [[10, 10], [90, 10], [50, 80]]")
    return tuple(n for corner in corners for n in _pixels(corner, 2, "x, y in px for each corner"))


def _shell(value: Any) -> tuple[float, ...]:
    items = t.listed(value)
    if len(items) != 2:
        raise ValueError("wanted: two resolutions, e.g. [3.7 A, 3.6 A]")
    limits = sorted((t.quantity("resolution", 0.1, 1000)(item) for item in items), reverse=True)
    return tuple(limits)


def _pixels(value: Any, count: int, wanted: str) -> tuple[float, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        raise ValueError(f"wanted: {wanted}")
    return tuple(t.quantity("pixels")(item) for item in value)


_MASKS: Mapping[str, Callable[[Any], tuple[float, ...]]] = {
    "rectangle": _box,
    "ellipse": _box,
    "circle": _circle,
    "polygon": _polygon,
    "resolution": _shell,
}

Vector = Annotated[Vector3, t.Parsed(vector), t.schema(type=["array", "object"])]
RotationAxis = Annotated[Vector3, t.Parsed(rotation_axis), t.schema(type=["array", "object"])]
BeamCenter = Annotated[Position, t.Parsed(position), t.schema(type="array", minItems=2, maxItems=2)]
OrgXY = Annotated[
    tuple[float, float], t.Parsed(orgx_orgy), t.schema(type="array", minItems=2, maxItems=2)
]
PixelSize = Annotated[
    tuple[float, float], t.Parsed(pixel_size), t.schema(type=["number", "string", "array"])
]
Lengths = Annotated[Vector3, t.Parsed(lengths), t.schema(type="array", minItems=3, maxItems=3)]
Settings = Annotated[dict[str, float], t.Parsed(settings), t.schema(type="object")]
Masks = Annotated[
    tuple[Mask, ...], t.Parsed(masks), t.schema(type="array", items={"type": "object"})
]
