"""The simple value types of the job language: text as written -> value, or a sentence that says why not.

Scalars reach these parsers as text (lists and mappings as lists and mappings of text), so ``007``,
``1e5`` or ``off`` are what they look like. Every parser raises ValueError with help in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from sweepwright.model.diagnostic import MendableError
from sweepwright.model.units import parse_quantity, parse_wavelength

Auto = Literal["auto"]
Parser = Callable[[Any], Any]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}")
_NAME_PATTERN = re.compile(r"(?:[A-Za-z0-9_+-]|\{(?:folder|stem|n)\})+")
_OTHER_TRUE_FALSE = {
    **dict.fromkeys(("y", "t", "ja", "oui", "si", "sí", "1"), "true"),
    **dict.fromkeys(("n", "f", "nein", "non", "0"), "false"),
}
_TRUE_FALSE = {"true": True, "false": False, "on": True, "off": False, "yes": True, "no": False}
#: names of environment modules; none is an option of the command that loads them
MODULE = r"^[A-Za-z0-9][A-Za-z0-9_+-]*([./][A-Za-z0-9_+-]+)*$"
_MODULE = re.compile(MODULE)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Parsed:
    """Marks a leaf with the function that reads it; pydantic looks no further into its type.

    The types of leaves hold None: what nobody wrote.
    """

    def __init__(self, parse: Parser) -> None:
        self.parse = parse

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)


def text(value: Any) -> str:
    """One line of text without control characters."""
    if not isinstance(value, str):
        raise ValueError(f"text is wanted here, not a {_kind(value)}")
    if _CONTROL.search(value):
        raise ValueError("the text holds a line break or a control character")
    return value


def is_name(word: str) -> bool:
    """Whether a word can be a name."""
    return _NAME.fullmatch(word) is not None


def name(value: Any) -> str:
    """A name of a job, sweep, crystal or data set."""
    word = text(value)
    if not is_name(word):
        raise ValueError(
            f"'{word}' cannot be a name: letters, digits, '_', '+' and '-' (64 at most), "
            "a letter or digit first"
        )
    return word


def name_or_pattern(value: Any) -> str:
    """A name, or a pattern of names for several sweeps: ``{folder}``, ``{stem}``, ``{n}``."""
    word = text(value)
    if "{" in word:
        if not _NAME_PATTERN.fullmatch(word):
            raise ValueError(f"'{word}': a pattern of names holds {{folder}}, {{stem}} or {{n}}")
        return word
    return word if word == "*" else name(word)


def boolean(value: Any) -> bool:
    """``true`` or ``false``."""
    word = text(value).lower()
    if word in _OTHER_TRUE_FALSE:
        meant = _OTHER_TRUE_FALSE[word]
        raise MendableError(f"'{value}' is neither true nor false", meant, safe=True)
    if word not in _TRUE_FALSE:
        raise ValueError(f"'{value}' is neither true nor false")
    return _TRUE_FALSE[word]


def integer(value: Any) -> int:
    """A whole number in digits."""
    word = text(value).strip()
    if not re.fullmatch(r"[-+]?\d{1,15}", word):
        raise ValueError(f"'{value}' is not a whole number")
    return int(word)


def whole(low: int, high: int) -> Parser:
    """A parser for a whole number within limits."""

    def parse(value: Any) -> int:
        number = integer(value)
        if not low <= number <= high:
            raise ValueError(f"{number} is outside {low} to {high}")
        return number

    return parse


def quantity(dimension: str, low: float | None = None, high: float | None = None) -> Parser:
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


def cell(value: Any) -> tuple[float, ...]:
    """Unit cell: a, b, c in A and alpha, beta, gamma in degrees."""
    six = numbers(value, 6, "a cell of six numbers: a, b, c, alpha, beta, gamma")
    if not any(six):
        raise ValueError("a cell of zeros is no cell; leave it out if it is not known")
    if min(six[:3]) <= 0 or not all(0 < angle < 180 for angle in six[3:]):
        raise ValueError("lengths of a cell are above 0, its angles between 0 and 180 degrees")
    return six


def numbers(value: Any, count: int, wanted: str) -> tuple[float, ...]:
    """A list of so many numbers without a unit."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        raise ValueError(f"wanted: {wanted}")
    return tuple(parse_quantity(text(item), "number") for item in value)


def file_name(value: Any) -> str:
    """The name of a file that is written: no folder, nothing that a shell or XDS takes for its own."""
    word = text(value)
    if not _FILE_NAME.fullmatch(word):
        raise ValueError(
            f"'{word}' cannot be the name of a file: letters, digits, '_', '.', '+' and '-', no folder"
        )
    return word


def module_name(value: Any) -> str:
    """The name of an environment module, e.g. ``xds/20240630``."""
    word = text(value)
    if not _MODULE.fullmatch(word):
        raise ValueError(
            f"'{word}' cannot be the name of a module: letters, digits and '_.+/-', as xds/20240630"
        )
    return word


def listed(value: Any) -> list[Any]:
    """A list; a single item stands for a list of one."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value]


def word_of(*words: str) -> Parser:
    """A parser for one of these words."""

    def parse(value: Any) -> str:
        word = text(value)
        if word not in words:
            raise ValueError(f"'{word}' is none of {', '.join(words)}")
        return word

    return parse


def list_of(parse: Parser) -> Parser:
    """A parser for a list of values; a single value stands for a list of one."""

    def parse_all(value: Any) -> tuple[Any, ...]:
        try:
            return tuple(parse(item) for item in listed(value))
        except MendableError as problem:  # what mends an item does not stand for the list
            raise ValueError(str(problem)) from None

    return parse_all


def single(value: Mapping[Any, Any], allowed: tuple[str, ...]) -> tuple[str, Any]:
    """Key and value of a mapping with one key out of those allowed."""
    if len(value) != 1 or next(iter(value)) not in allowed:
        given = ", ".join(str(key) for key in value) or "nothing"
        raise ValueError(f"one of {', '.join(allowed)} is wanted here, not {given}")
    return next(iter(value.items()))


def keys(value: Any, wanted: tuple[str, ...], example: str) -> dict[str, Any]:
    """A mapping with just these keys."""
    if not isinstance(value, Mapping) or set(value) != set(wanted):
        raise ValueError(f"wanted: {', '.join(wanted)}, e.g. {example}")
    return dict(value)


def auto_or(parse: Parser) -> Parser:
    """A parser that also takes the word ``auto``."""
    return lambda value: "auto" if value == "auto" else parse(value)


def off_or(parse: Parser, off: Any) -> Parser:
    """A parser that also takes the word ``off``, for the value that it stands for."""
    return lambda value: off if value == "off" else parse(value)


def _kind(value: Any) -> str:
    return (
        "mapping"
        if isinstance(value, Mapping)
        else "list"
        if isinstance(value, list | tuple)
        else type(value).__name__
    )


def schema(**words: Any) -> WithJsonSchema:
    """What JSON Schema says of a type; editors read it."""
    return WithJsonSchema(words)


_QUANTITY: dict[str, Any] = {"type": ["number", "string"]}
Text = Annotated[str, Parsed(text), schema(type=["string", "number", "boolean"])]
Name = Annotated[str, Parsed(name), schema(type=["string", "integer"])]
NamePattern = Annotated[str, Parsed(name_or_pattern), schema(type=["string", "integer"])]
FileName = Annotated[str, Parsed(file_name), schema(type="string")]
Texts = Annotated[tuple[str, ...], Parsed(list_of(text)), schema(type=["array", "string"])]
Names = Annotated[tuple[str, ...], Parsed(list_of(name)), schema(type=["array", "string"])]
Modules = Annotated[tuple[str, ...], Parsed(list_of(module_name)), schema(type=["array", "string"])]
Integer = Annotated[int, Parsed(integer), schema(type="integer")]
Count = Annotated[int, Parsed(whole(1, 99)), schema(type="integer", minimum=1, maximum=99)]
Boolean = Annotated[bool, Parsed(boolean), schema(type="boolean")]
PositiveLength = Annotated[float, Parsed(quantity("length", 0.001, 1e5)), schema(**_QUANTITY)]
Angle = Annotated[float, Parsed(quantity("angle", -3600, 3600)), schema(**_QUANTITY)]
Wavelength = Annotated[float, Parsed(wavelength), schema(**_QUANTITY)]
Fraction = Annotated[float, Parsed(quantity("fraction", 0, 1)), schema(**_QUANTITY)]
Cell = Annotated[
    tuple[float, ...],
    Parsed(cell),
    schema(type="array", items={"type": "number"}, minItems=6, maxItems=6),
]
Resolution = Annotated[
    float | Auto | None,
    Parsed(auto_or(off_or(quantity("resolution", 0.1, 1000), None))),
    schema(**_QUANTITY),
]
AutoBoolean = Annotated[bool | Auto, Parsed(auto_or(boolean)), schema(enum=["auto", True, False])]
AutoCount = Annotated[
    int | Auto, Parsed(auto_or(whole(1, 4096))), schema(type=["string", "integer"])
]
AutoLength = Annotated[
    float | Auto, Parsed(auto_or(quantity("resolution", 1, 1e5))), schema(**_QUANTITY)
]
Criterion = Annotated[
    float, Parsed(off_or(quantity("fraction", 0, 1000), 0.0)), schema(**_QUANTITY)
]
