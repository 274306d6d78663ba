"""What two inputs of XDS, XSCALE or XDSCONV say differently, whatever way they say it.

Where a keyword counts once its last statement is compared; lists add up, and the order of their lines
means nothing but inside a SEGMENT and under the files of XSCALE.INP. Numbers are compared as numbers.
A keyword that is absent is not taken for its default, which moves between builds. What several
keywords say together is compared together: the angle at each image, and the geometry, which is the
same in many frames.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sweepwright.geometry.rotation import apply, cross, unit
from sweepwright.model.ranges import ImageSet
from sweepwright.programs.keyword_tables import Keyword
from sweepwright.programs.xds_input import Input, Program, Statement, known_keywords, parse

#: digits to which numbers are equal, and error up to which sums of products of numbers are: more than
#: XDS computes with, and less than the rounding of what was turned to another frame
_DIGITS, _ALIKE = 9, 1e-9
_LARGEST = 1e9
_X, _Y = "DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS"
#: vectors of the laboratory: of some only the direction counts
_DIRECTIONS = (_X, _Y, "ROTATION_AXIS", "INCIDENT_BEAM_DIRECTION", "POLARIZATION_PLANE_NORMAL")
_VECTORS = ("UNIT_CELL_A-AXIS", "UNIT_CELL_B-AXIS", "UNIT_CELL_C-AXIS")
_IN_SEGMENT = ("DIRECTION_OF_SEGMENT_", "SEGMENT_", "REFINE_SEGMENT")
_IMAGES = ("SPOT_RANGE", "EXCLUDE_DATA_RANGE")
_FILES_OF_XSCALE = ("INPUT_FILE", "OUTPUT_FILE")
_CORRECTIONS = frozenset(("DECAY", "MODULATION", "ABSORPTION"))

#: what is said of a keyword: each meaning once, as it is written
Said = dict[Any, str]


class Change(NamedTuple):
    """A keyword of which two files say other things; None where one says nothing.

    Of lists ``a`` and ``b`` are the lines that only one has, apart by ``; ``.
    """

    name: str
    a: str | None
    b: str | None
    why: str

    def __str__(self) -> str:
        old, new = ("not said" if said is None else said or "nothing" for said in (self.a, self.b))
        return f"{self.name}: {old} -> {new}   ({self.why})"

    def to_json(self) -> dict[str, Any]:
        """For ``--json``; what is not said is null."""
        return {"key": self.name, "old": self.a, "new": self.b, "why": self.why}


def difference(a_text: str, b_text: str, program: Program = "xds") -> list[Change]:
    """All that two texts say differently, in the order of the first, then of the second."""
    a, b = parse(a_text, program), parse(b_text, program)
    old, new = _said(a), _said(b)
    equal = _equal_together(a, b)
    return [
        change
        for key in dict.fromkeys((*old, *new))
        if key not in equal and (change := _change(key, old.get(key), new.get(key)))
    ]


def _change(key: str, old: Said | None, new: Said | None) -> Change | None:
    if old is None or new is None:
        why = "only in the second" if old is None else "only in the first"
        a, b = (None if said is None else "; ".join(said.values()) for said in (old, new))
        return Change(key, a, b, why)
    if old.keys() == new.keys():
        return None
    a, b = (
        "; ".join(text for meaning, text in said.items() if meaning not in other)
        for said, other in ((old, new), (new, old))
    )
    if len(old) == len(new) == 1:
        return Change(key, a, b, "other images" if key in _IMAGES else "another value")
    return Change(key, a or None, b or None, "lines that only one has")


def _said(source: Input) -> dict[str, Said]:
    """What counts of a file, by keyword; in XSCALE.INP under the files that it belongs to.

    A single OUTPUT_FILE needs no naming.
    """
    known = known_keywords(source.program) or {}
    found: dict[str, Said] = {}
    single = sum(one.name == "OUTPUT_FILE" for one in source.statements) < 2
    segments: list[list[Statement]] = []
    output = file = ""
    for one in source.statements:
        row, above = known.get(one.name), ""
        if one.name == "SEGMENT":
            segments.append([one])
            continue
        if segments and one.name.startswith(_IN_SEGMENT):
            segments[-1].append(one)
            continue
        if source.program == "xscale":
            if one.name == "OUTPUT_FILE":
                output = file = "" if single else f"{_file_name(one)}."
            elif one.name == "INPUT_FILE":
                above, file = output, f"{output}{_file_name(one)}."
            elif row is not None:
                above = {"output": output, "input": file}.get(row.scope, "")
        said = found.setdefault(above + one.name, {})
        if row is None or not (row.repeat or one.name in _FILES_OF_XSCALE):
            said.clear()
        said[_meaning(one, row)] = " ".join(one.value.split())
    lost = [one.message for one in source.problems if one.kind == "text"]
    if lost:
        found["no keyword"] = {text: text for text in lost}
    if segments:
        found["SEGMENT"] = {_group(each, known): _text(each) for each in segments}
    return found | {name: _images(found[name]) for name in _IMAGES if name in found}


def _file_name(one: Statement) -> str:
    """Of a file of XSCALE.INP, without the mark of the reference and what follows it."""
    return next(iter(one.value.lstrip("*").split()), "")


def _group(statements: Sequence[Statement], known: Mapping[str, Keyword]) -> Any:
    return tuple((one.name, _meaning(one, known.get(one.name))) for one in statements)


def _text(statements: Sequence[Statement]) -> str:
    return ", ".join(map(str, statements))


def _images(said: Said) -> Said:
    """All ranges as one set of images, where they are ranges."""
    try:
        ranges = ImageSet.union((int(first), int(last)) for first, last in said)
    except (TypeError, ValueError):
        return said
    return {ranges: "; ".join(said.values())}


def _meaning(one: Statement, row: Keyword | None) -> Any:
    """What a value means, however it is written; the number of blanks never counts."""
    if row is not None and row.kinds == ("file",):
        return tuple(one.value.split())
    if row is not None and row.words:
        words = frozenset(word.upper() for word in one.words)
        if one.name == "CORRECTIONS" and "ALL" in words:
            return _CORRECTIONS
        return words
    values = tuple(_value(word) for word in one.words)
    if one.name in _DIRECTIONS or one.name.startswith("DIRECTION_OF_SEGMENT_"):
        return _direction(values)
    return values


def _value(word: str) -> float | str:
    """A number to `_DIGITS` digits, or the word as it is."""
    number = _number(word)
    return word if number is None else float(f"{number:.{_DIGITS}g}") + 0.0


def _number(word: str) -> float | None:
    """A number, also as Fortran writes it (1.5D-3)."""
    try:
        number = float(word.replace("D", "E").replace("d", "e"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _direction(values: Sequence[float | str]) -> tuple[float | str, ...]:
    """Three numbers as the components of a direction, where they are that."""
    numbers = [value for value in values if isinstance(value, float)]
    length = math.hypot(*numbers)
    if len(numbers) != len(values) or not 0 < length < math.inf:
        return tuple(values)
    return tuple(round(number / length, _DIGITS) + 0.0 for number in numbers)


def _equal_together(a: Input, b: Input) -> frozenset[str]:
    """Keywords that differ one by one at most, and say the same together."""
    equal: set[str] = set()
    for names, meanings in (
        (("STARTING_ANGLE", "STARTING_FRAME"), [_start(source) for source in (a, b)]),
        ((*_DIRECTIONS, *_VECTORS), [_geometry(source) for source in (a, b)]),
    ):
        old, new = meanings
        if old and new and len(old) == len(new) and all(map(_alike, old, new)):
            equal |= set(names)
    return frozenset(equal)


def _alike(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_ALIKE, abs_tol=_ALIKE)


def _start(source: Input) -> tuple[float, ...]:
    """The width of an image, and the angle at the beginning of image 0; empty: not said."""
    width, angle = _numbers(source, "OSCILLATION_RANGE", 1), _numbers(source, "STARTING_ANGLE", 1)
    frame = _numbers(source, "STARTING_FRAME", 1) or _numbers(source, "DATA_RANGE", 2)
    if not (width and angle and frame):
        return ()
    return width[0], angle[0] - width[0] * frame[0]


def _geometry(source: Input) -> tuple[float, ...]:
    """All vectors along X, Y and the normal of the detector; empty: it does not say how it stands.

    Which of them are said counts, too.
    """
    x, y = _numbers(source, _X, 3), _numbers(source, _Y, 3)
    normal = cross(x, y) if x and y else ()
    if not any(normal):
        return ()
    axes = unit(x), unit(cross(normal, x)), unit(normal)
    found: list[float] = []
    for place, name in enumerate((*_DIRECTIONS, *_VECTORS)):
        vector = _numbers(source, name, 3)
        if vector and name in _DIRECTIONS and any(vector):
            vector = unit(vector)
        found += (float(place), *apply(axes, vector)) if vector else ()
    return tuple(found)


def _numbers(source: Input, name: str, count: int) -> tuple[float, ...]:
    """The numbers of the statement that counts; empty where one cannot compute with them."""
    last = next((one for one in reversed(source.statements) if one.name == name), None)
    values = [_number(word) for word in last.words] if last is not None else []
    numbers = tuple(value for value in values if value is not None)
    usable = len(numbers) == len(values) == count and max(map(abs, numbers)) < _LARGEST
    return numbers if usable else ()
