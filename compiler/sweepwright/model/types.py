"""The value types of the job language: text as written -> value, or a sentence that says why not.

Scalars reach these parsers as text (lists and mappings as lists and mappings of text), so ``007``,
``1e5`` or ``off`` are what they look like. Every parser raises ValueError with help in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema

from sweepwright.model.ranges import ImageSet, parse_images
from sweepwright.model.units import parse_quantity, parse_wavelength, split_quantity

Auto = Literal["auto"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}")
_TRUE_FALSE = {"true": True, "false": False, "on": True, "off": False, "yes": True, "no": False}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Position(NamedTuple):
    """A point on the detector, fast then slow, in ``px`` or ``mm`` from the first pixel's corner."""

    fast: float
    slow: float
    unit: str


def text(value: Any) -> str:
    """One line of text without control characters."""
    if not isinstance(value, str):
        raise ValueError(f"text is wanted here, not a {_kind(value)}")
    if _CONTROL.search(value):
        raise ValueError("the text holds a line break or a control character")
    return value


def name(value: Any) -> str:
    """A name of a job, sweep, crystal or data set."""
    word = text(value)
    if not _NAME.fullmatch(word):
        raise ValueError(
            f"'{word}' cannot be a name: letters, digits, '_', '+' and '-' (64 at most), "
            "a letter or digit first"
        )
    return word


def boolean(value: Any) -> bool:
    """``true`` or ``false``."""
    word = text(value).lower()
    if word not in _TRUE_FALSE:
        raise ValueError(f"'{value}' is neither true nor false")
    return _TRUE_FALSE[word]


def integer(value: Any) -> int:
    """A whole number in digits."""
    word = text(value).strip()
    if not re.fullmatch(r"[-+]?\d+", word):
        raise ValueError(f"'{value}' is not a whole number")
    return int(word)


def quantity(
    dimension: str, low: float | None = None, high: float | None = None
) -> Callable[[Any], float]:
    """A parser for a quantity of a dimension within limits (in its documented unit)."""

    def parse(value: Any) -> float:
        number = parse_quantity(text(value), dimension)
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(
                f"{number:g} is outside {low:g} to {high:g}"
                if high is not None
                else f"{number:g} is below {low:g}"
            )
        return number

    return parse


def wavelength(value: Any) -> float:
    """A wavelength in A; also an energy, or the name of an anode."""
    return parse_wavelength(text(value))


def vector(value: Any) -> tuple[float, float, float]:
    """Three numbers, not all zero."""
    numbers = _numbers(value, 3, "a vector of three numbers, e.g. [1, 0, 0]")
    if not any(numbers):
        raise ValueError("a vector of length zero has no direction")
    return numbers[0], numbers[1], numbers[2]


def cell(value: Any) -> tuple[float, ...]:
    """Unit cell: a, b, c in A and alpha, beta, gamma in degrees."""
    numbers = _numbers(value, 6, "a cell of six numbers: a, b, c, alpha, beta, gamma")
    if min(numbers[:3]) <= 0 or not all(0 < angle < 180 for angle in numbers[3:]):
        raise ValueError("lengths of a cell are above 0, its angles between 0 and 180 degrees")
    return numbers


def position(value: Any) -> Position:
    """A point on the detector; both numbers carry the unit ``px`` or ``mm``."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError("a beam centre is two numbers with units: [1231.5 px, 1263.0 px]")
    parts = [split_quantity(text(item)) for item in value]
    units = {"px" if part.unit in ("px", "pixel", "pixels") else part.unit for part in parts}
    if units == {""}:
        numbers = [part.value for part in parts]
        raise ValueError(
            "a beam centre needs its unit: write "
            f"[{numbers[0]:g} px, {numbers[1]:g} px] or [{numbers[0]:g} mm, {numbers[1]:g} mm]"
        )
    if len(units) != 1 or not units <= {"px", "mm"}:
        raise ValueError("both numbers of a beam centre are in px, or both in mm")
    return Position(parts[0].value, parts[1].value, units.pop())


def image_range(value: Any) -> ImageSet:
    """A range of images: ``1-900``, ``1-200, 401-600``, ``..600``, ``401..``."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 2 and all(str(item).isdigit() for item in value):
            raise ValueError(f"a range is text: write {value[0]}-{value[1]}")
        raise ValueError("a range is text, e.g. 1-900")
    return parse_images(text(value))


def image_sets(value: Any) -> ImageSet:
    """A list of images and ranges, or one of them."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, Sequence):
        raise ValueError("a list of images and ranges is wanted, e.g. [17, 201-400]")
    return ImageSet.union(pair for item in items for pair in parse_images(text(item)).intervals)


def settings(value: Any) -> dict[str, float]:
    """Where the axes of the goniostat stood: name -> angle in degrees."""
    if not isinstance(value, Mapping):
        raise ValueError("settings are written {kappa: -30 deg, phi: 0 deg}")
    return {name(axis): parse_quantity(text(angle), "angle") for axis, angle in value.items()}


def auto_or(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A parser that also takes the word ``auto``."""
    return lambda value: "auto" if value == "auto" else parse(value)


def off_or(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A parser that also takes the word ``off`` (which gives 0: the criterion is not used)."""
    return lambda value: 0.0 if value == "off" else parse(value)


def _numbers(value: Any, count: int, wanted: str) -> tuple[float, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        raise ValueError(f"wanted: {wanted}")
    return tuple(parse_quantity(text(item), "number") for item in value)


def _kind(value: Any) -> str:
    return (
        "mapping"
        if isinstance(value, Mapping)
        else "list"
        if isinstance(value, list | tuple)
        else type(value).__name__
    )


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema)


_QUANTITY = {"type": ["number", "string"]}
Text = Annotated[str, BeforeValidator(text)]
Name = Annotated[str, BeforeValidator(name)]
Integer = Annotated[int, BeforeValidator(integer)]
PositiveLength = Annotated[
    float, BeforeValidator(quantity("length", 0.001, 1e5)), _schema(**_QUANTITY)
]
Angle = Annotated[float, BeforeValidator(quantity("angle")), _schema(**_QUANTITY)]
Wavelength = Annotated[float, BeforeValidator(wavelength), _schema(**_QUANTITY)]
Fraction = Annotated[float, BeforeValidator(quantity("fraction", 0, 1)), _schema(**_QUANTITY)]
Vector = Annotated[tuple[float, float, float], BeforeValidator(vector)]
Cell = Annotated[tuple[float, ...], BeforeValidator(cell)]
BeamCenter = Annotated[Position, BeforeValidator(position), _schema(type="array")]
Range = Annotated[ImageSet, BeforeValidator(image_range), _schema(type=["string", "integer"])]
Images = Annotated[
    ImageSet, BeforeValidator(image_sets), _schema(type=["string", "integer", "array"])
]
Settings = Annotated[dict[str, float], BeforeValidator(settings), _schema(type="object")]
Resolution = Annotated[
    float | Auto, BeforeValidator(auto_or(quantity("resolution", 0.1, 1000))), _schema(**_QUANTITY)
]
AutoBoolean = Annotated[
    bool | Auto, BeforeValidator(auto_or(boolean)), _schema(enum=["auto", True, False])
]
AutoInteger = Annotated[
    int | Auto, BeforeValidator(auto_or(integer)), _schema(type=["string", "integer"])
]
AutoLength = Annotated[
    float | Auto, BeforeValidator(auto_or(quantity("resolution", 1, 1e5))), _schema(**_QUANTITY)
]
Criterion = Annotated[
    float, BeforeValidator(off_or(quantity("fraction", 0, 1000))), _schema(**_QUANTITY)
]
