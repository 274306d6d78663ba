"""Readers of values: text as others write it -> a value of the job language, or why not.

A reader gives text, or lists and mappings of text, for YAML; None when the text asks for nothing.
Errors are ValueError with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sweepwright.model import choice_types as c
from sweepwright.model import geometry_types as g
from sweepwright.model import types as t

_NO_LOW, _NO_HIGH = 1000.0, 0.1
_REFINED = {
    "POSITION": "distance",
    "DISTANCE": "distance",
    "BEAM": "beam",
    "AXIS": "axis",
    "ORIENTATION": "orientation",
    "CELL": "cell",
}


def read(kind: str, text: str) -> Any:
    """The value. Raises ValueError with a sentence for people."""
    if not text.strip():
        raise ValueError("a value is missing")
    return READERS[kind](t.text(text).strip())


def resolution(text: str) -> dict[str, str]:
    """Two limits in A in either order, ``{low:, high:}``; a limit that limits nothing is left out."""
    both = _numbers(text.replace(",", " "), 2, "two resolution limits in A, low then high")
    high, low = sorted(both, key=float)
    if float(high) < 0:
        raise ValueError(f"a resolution of {high} A is none")
    if float(low) == float(high):
        raise ValueError(f"both limits are {low} A, nothing lies between them")
    limits = {"low": low} if float(low) < _NO_LOW else {}
    limits |= {"high": high} if float(high) > _NO_HIGH else {}
    return {key: _RESOLUTION(limit) for key, limit in limits.items()}


def criterion(text: str, off: str) -> tuple[str, bool]:
    """The merged data's value of the last pair ``run:dataset``, and whether more was said.

    ``off`` is what switches the criterion off: ``<=N`` or ``>=N``.
    """
    pairs = [pair.split(":") for pair in text.split()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"'{text}' is not a list of pairs RUN:DATASET, e.g. 0.5:1.0 1.0:2.0")
    for pair in pairs:
        _numbers(" ".join(pair), 2, "two numbers RUN:DATASET")
    last = pairs[-1][1]
    limit = float(off[2:])
    switched_off = float(last) >= limit if off[0] == ">" else float(last) <= limit
    staged = len({number for pair in pairs for number in pair}) > 1
    return ("off" if switched_off else last), staged


def image_ranges(text: str) -> list[str]:
    """``1 10|91 100`` as ``1-10``, ``91-100``."""
    found = []
    for part in text.split("|"):
        first, last = _numbers(part, 2, "first and last image")
        if not (first.isdigit() and last.isdigit()):
            raise ValueError(f"'{part.strip()}' is not a first and a last image")
        if int(first) > int(last):
            raise ValueError(f"the images {first} to {last} run backwards")
        found.append(f"{int(first)}-{int(last)}")
    return found


def elements(text: str) -> list[Any]:
    """``A:B:Image:datasetID=12345`` (several between ``|``) as paths with elements to set."""
    found = []
    for part in text.split("|"):
        path, equals, value = part.strip().partition("=")
        at, colon, name = path.replace(":", "/").strip("/").rpartition("/")
        if not (equals and colon):
            raise ValueError(f"'{part.strip()}' is not PATH:NAME=VALUE")
        found.append({"at": at, "set": {name: value}})
    c.local_elements(found)
    return found


def space_group(text: str) -> str:
    """A space group in any spelling."""
    from sweepwright.resolve.symmetry import find_group

    if find_group(text) is None:
        raise ValueError(f"'{text}' is no space group; write e.g. P212121 or 19")
    return text


def _space_group_number(text: str) -> str | None:
    return None if text == "0" else space_group(str(t.integer(text)))


def _cell(text: str) -> list[str]:
    words = text.replace(",", " ").split()
    t.cell(words)
    return words


def _numbers(text: str, count: int, wanted: str) -> list[str]:
    words = text.split()
    if len(words) != count:
        raise ValueError(f"wanted: {wanted}, not {len(words)} words")
    t.numbers(words, count, wanted)
    return words


def _vector(text: str) -> list[str]:
    words = text.split()
    g.vector(words)
    return words


def _boxes(kind: str, count: int) -> Callable[[str], list[Any]]:
    """Masks from ``x1 x2 y1 y2 | ...``."""

    def masks(text: str) -> list[Any]:
        found: list[Any] = []
        for part in (part for part in text.split("|") if part.strip()):
            numbers: Sequence[Any] = _numbers(part, count, f"{count} numbers of a {kind}")
            if kind == "polygon":
                numbers = [list(numbers[i : i + 2]) for i in range(0, count, 2)]
            found.append({kind: list(numbers)})
        if not found:
            raise ValueError("there is no mask")
        g.masks(found)
        return found

    return masks


def _refined(text: str) -> list[str]:
    words = text.upper().split()
    unknown = [word for word in words if word not in _REFINED]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is none of {', '.join(_REFINED)}")
    return list(dict.fromkeys(_REFINED[word] for word in words))


def _with_unit(parse: Callable[[Any], Any], unit: str = "") -> Callable[[str], str]:
    """A number as it was written, once it has been checked."""

    def reader(text: str) -> str:
        parse(text)
        return f"{text} {unit}" if unit and re.fullmatch(r"[-+.\deE]+", text) else text

    return reader


def _beam(text: str) -> list[str]:
    return [f"{number} px" for number in _numbers(text.replace(",", " "), 2, "x and y in pixels")]


def _mosflm_beam(text: str) -> list[str]:
    slow, fast = _numbers(text, 2, "two numbers in mm")
    return [f"{fast} mm", f"{slow} mm"]


def _file_name(text: str) -> str:
    """The last part of a path: results stay in the run folder."""
    name = text.rpartition("/")[2]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", name):
        raise ValueError(f"'{name}' is no plain name of a file")
    return name


def _clean(text: str) -> str:
    from sweepwright.images.several import clean_name

    return clean_name(text)


def _positive(text: str) -> str:
    parse_length = t.quantity("length", 0.001, 1e5)
    parse_length(text)
    return f"{text} mm"


def _significant_digits(text: str) -> dict[str, str]:
    c.grouping({"significant_digits": text})
    return {"significant_digits": text}


_RESOLUTION = _with_unit(t.quantity("resolution", 0.1, 1000), "A")
READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "name": _clean,
    "file name": _file_name,
    "count": _with_unit(t.whole(1, 99)),
    "threads": _with_unit(t.whole(1, 4096)),
    "integer": _with_unit(t.integer),
    "number": _with_unit(t.quantity("number", 0.001, 1e6)),
    "pixels": _with_unit(t.quantity("pixels")),
    "degrees": _with_unit(t.quantity("angle", -3600, 3600), "deg"),
    "millimetres": _positive,
    "wavelength": _with_unit(t.wavelength, "A"),
    "fraction": _with_unit(t.quantity("fraction", 0, 1)),
    "significant digits": _significant_digits,
    "space group": space_group,
    "space group number": _space_group_number,
    "cell": _cell,
    "vector": _vector,
    "beam": _beam,
    "mosflm beam": _mosflm_beam,
    "resolution": resolution,
    "images": lambda text: ", ".join(image_ranges(text)),
    "exclusions": image_ranges,
    "rectangles": _boxes("rectangle", 4),
    "ellipses": _boxes("ellipse", 4),
    "quadrilaterals": _boxes("polygon", 8),
    "shells": _boxes("resolution", 2),
    "refined": _refined,
    "elements": elements,
}
