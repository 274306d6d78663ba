"""Whether XDS worked with the values of its XDS.INP: each step repeats them in its log, rounded.

A keyword that the build does not know by this name, or a value that it read differently, shows here.
Compared are the keywords that a step repeats as they were given (seen in logs of 2006 to 2020):
INTEGRATE and CORRECT have their geometry from files, so it says nothing of XDS.INP there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import hypot

from sweepwright.logs.echo import printed_input
from sweepwright.logs.printed import words
from sweepwright.programs.xds_input import parse

_SPOT_ERRORS = ("MAXIMUM_ERROR_OF_SPOT_POSITION", "MAXIMUM_ERROR_OF_SPINDLE_POSITION")
_REPEATED: dict[str, tuple[str, ...]] = {
    "INIT.LP": ("BACKGROUND_RANGE", "TRUSTED_REGION"),
    "COLSPOT.LP": (
        "DATA_RANGE", "BACKGROUND_PIXEL", "SIGNAL_PIXEL", "STRONG_PIXEL",
        "MINIMUM_NUMBER_OF_PIXELS_IN_A_SPOT", "SPOT_MAXIMUM-CENTROID", "MAXIMUM_NUMBER_OF_JOBS",
    ),
    "IDXREF.LP": (
        "STARTING_ANGLE", "STARTING_FRAME", "OSCILLATION_RANGE", "ROTATION_AXIS",
        "X-RAY_WAVELENGTH", "INCIDENT_BEAM_DIRECTION", "NX", "NY", "QX", "QY", "ORGX", "ORGY",
        "DETECTOR_DISTANCE", "DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS",
        "INDEX_MAGNITUDE", "INDEX_ERROR", "INDEX_QUALITY", "SEPMIN", "CLUSTER_RADIUS",
        "MINIMUM_FRACTION_OF_INDEXED_SPOTS", "TRUSTED_REGION", "INCLUDE_RESOLUTION_RANGE",
        "SPACE_GROUP_NUMBER", "UNIT_CELL_CONSTANTS", *_SPOT_ERRORS,
    ),
    "INTEGRATE.LP": (
        "DATA_RANGE", "MINIMUM_VALID_PIXEL_VALUE", "OVERLOAD", "BACKGROUND_PIXEL", "SIGNAL_PIXEL",
        "MINPK", "CUT", "PROFILE_FITTING", "MAXIMUM_NUMBER_OF_JOBS", *_SPOT_ERRORS,
    ),
    "CORRECT.LP": (
        "DATA_RANGE", "FRIEDEL'S_LAW", "OVERLOAD", "MINPK", "WFAC1", "INCLUDE_RESOLUTION_RANGE",
        "FRACTION_OF_POLARIZATION", "POLARIZATION_PLANE_NORMAL", "AIR", "SILICON",
        "SENSOR_THICKNESS", "MINIMUM_ZETA", "SNRC", "REFLECTIONS/CORRECTION_FACTOR",
        "STRICT_ABSORPTION_CORRECTION", "CORRECTIONS", *_SPOT_ERRORS,
    ),
}  # fmt: skip
#: only their direction counts; XDS may print them with another length
_DIRECTIONS = frozenset(
    ("ROTATION_AXIS", "INCIDENT_BEAM_DIRECTION", "POLARIZATION_PLANE_NORMAL",
     "DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS")
)  # fmt: skip
_WORDS = frozenset(
    ("FRIEDEL'S_LAW", "PROFILE_FITTING", "STRICT_ABSORPTION_CORRECTION", "CORRECTIONS")
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A keyword, its value in XDS.INP, and the one that the log repeats."""

    keyword: str
    given: str
    repeated: str

    def __str__(self) -> str:
        return f"{self.keyword}= {self.given} in XDS.INP, {self.repeated or 'nothing'} in the log"


def compare(inp: str, log: str, name: str) -> tuple[int, list[Difference]]:
    """How many keywords of XDS.INP could be compared with the log ``name``, and which differ."""
    given = {one.name: one.words for one in parse(inp).statements}
    repeated = printed_input(log)
    count, found = 0, []
    for keyword in _REPEATED[name]:
        if keyword not in given or keyword not in repeated:
            continue
        shown = repeated[keyword]
        alike = _alike(keyword, given[keyword], shown)
        count += alike is not None
        if alike is False:
            found.append(Difference(keyword, " ".join(given[keyword]), shown))
    return count, found


def _alike(keyword: str, given: Sequence[str], shown: str) -> bool | None:
    """Whether they are the same to half a unit of the last digit printed; None: cannot be told."""
    if keyword in _WORDS:
        return set(given) == set(shown.split()[: max(1, len(given))])
    try:
        asked = [Decimal(word.upper().replace("D", "E")) for word in given]
        there = [Decimal(word) for word in words(shown)[: len(asked)]]
    except InvalidOperation:
        return None
    if len(there) != len(asked) or not asked:
        return None
    values = list(map(float, asked))
    if keyword in _DIRECTIONS:
        length, other = hypot(*values), hypot(*map(float, there))
        values = [value * other / length for value in values] if length else values
    return all(
        abs(value - float(number)) <= _rounding(number, keyword in _DIRECTIONS)
        for value, number in zip(values, there, strict=True)
    )


def _rounding(printed: Decimal, scaled: bool) -> float:
    """Half a unit of the last digit; where a length was rounded as well, a whole one."""
    exponent = printed.as_tuple().exponent
    unit = 10.0 ** (exponent if isinstance(exponent, int) else 0)
    return (1.0 if scaled else 0.5) * unit * (1 + 1e-6)
