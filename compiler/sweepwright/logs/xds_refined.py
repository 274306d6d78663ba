"""The refined parameters, printed alike by IDXREF, INTEGRATE and CORRECT.

The order of the lines differs by build, and their titles do not: each is read by its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sweepwright.logs.printed import value, words
from sweepwright.logs.reading import UnreadableError, Value


@dataclass(frozen=True, slots=True)
class _Line:
    """A title and the decimals of each number behind it, which part those that touch."""

    name: str
    title: str
    decimals: tuple[int, ...]


_CELL = (3,) * 6
_VECTOR = (3,) * 3
_DIRECTION = (6,) * 3
_LINES = (
    _Line("sd_spot_position_px", r"STANDARD DEVIATION OF SPOT +POSITION \(PIXELS\)", (2,)),
    _Line("sd_spindle_position_deg", r"STANDARD DEVIATION OF SPINDLE +POSITION \(DEGREES\)", (2,)),
    _Line("space_group_number", "SPACE GROUP NUMBER", (0,)),
    _Line("cell", "UNIT CELL PARAMETERS", _CELL),
    _Line("cell_esd", r"E\.S\.D\. OF CELL PARAMETERS", (1,) * 6),
    _Line("reciprocal_cell", r"REC\. CELL PARAMETERS", (6, 6, 6, 3, 3, 3)),
    _Line("a_axis", "COORDINATES OF UNIT CELL A-AXIS", _VECTOR),
    _Line("b_axis", "COORDINATES OF UNIT CELL B-AXIS", _VECTOR),
    _Line("c_axis", "COORDINATES OF UNIT CELL C-AXIS", _VECTOR),
    _Line("mosaicity_deg", r"CRYSTAL MOSAICITY \(DEGREES\)", (3,)),
    _Line("rotation_axis", "LAB COORDINATES OF ROTATION AXIS", _DIRECTION),
    _Line("incident_beam", r"DIRECT BEAM COORDINATES \(REC\. ANGSTROEM\)", _DIRECTION),
    _Line("direct_beam_px", r"DETECTOR COORDINATES \(PIXELS\) OF DIRECT BEAM", (2, 2)),
    _Line("detector_origin_px", r"DETECTOR ORIGIN \(PIXELS\) AT", (2, 2)),
    _Line("distance_mm", r"CRYSTAL TO DETECTOR DISTANCE \(mm\)", (2,)),
    _Line("detector_x_axis", "LAB COORDINATES OF DETECTOR X-AXIS", _DIRECTION),
    _Line("detector_y_axis", "LAB COORDINATES OF DETECTOR Y-AXIS", _DIRECTION),
)
_TITLES = [(line, re.compile(rf" *{line.title}(?P<numbers> .*)")) for line in _LINES]
_SPOTS = (
    ("n_spots", re.compile(r".* DERIVED FROM +(\d{1,9}) INDEXED SPOTS *")),
    ("n_spots", re.compile(r" *USING +(\d{1,9}) INDEXED SPOTS *")),
    ("n_spots", re.compile(r" *(\d{1,9}) OUT OF +\d+ REFLECTIONS ACCEPTED FOR REFINEMENT *")),
    (
        "n_spots_offered",
        re.compile(r" *\d+ OUT OF +(\d{1,9}) REFLECTIONS ACCEPTED FOR REFINEMENT *"),
    ),
)
_PARAMETER = "(?:POSITION|DISTANCE|BEAM|ORIENTATION|CELL|AXIS|SEGMENT)"
_PARAMETERS = re.compile(rf" *REFINED PARAMETERS: +({_PARAMETER}(?: +{_PARAMETER})*) *")


def refined(lines: Iterable[str], prefix: str) -> dict[str, Value]:
    """The parameters of one block under ``prefix``.

    Angstrom, degrees and, in names, other units. What the lines have twice, or what cannot be
    read for certain, is left out.
    """
    found: dict[str, list[Value]] = {}
    for line in lines:
        for name, value_here in _read(line.rstrip("\r")):
            found.setdefault(f"{prefix}.{name}" if prefix else name, []).append(value_here)
    return {name: seen[0] for name, seen in found.items() if len(seen) == 1 and seen[0] is not None}


def _read(line: str) -> list[tuple[str, Value]]:
    """The names that a line has; None if its numbers cannot be read."""
    for known, title in _TITLES:
        if match := title.fullmatch(line):
            return [(known.name, _numbers(match["numbers"], known.decimals))]
    if parameters := _PARAMETERS.fullmatch(line):
        return [("parameters", tuple(parameters[1].split()))]
    return [(name, int(found[1])) for name, form in _SPOTS if (found := form.fullmatch(line))]


def _numbers(text: str, decimals: tuple[int, ...]) -> Value:
    found = words(text)
    if len(found) != len(decimals):
        apart = re.fullmatch("".join(rf" *(-?\d+\.\d{{{n}}})" for n in decimals) + " *", text)
        if not apart:
            return None
        found = list(apart.groups())
    try:
        numbers = tuple(map(value, found))
    except UnreadableError:
        return None
    return numbers if len(numbers) > 1 else numbers[0]
