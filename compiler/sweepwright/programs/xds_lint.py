"""XDS.INP and XSCALE.INP held against what is known of XDS beyond the form of its keywords.

Each rule looks at the statements that count and says what is doubtful. A value that is not known yet
(``<...>``), or no number where one belongs, is no matter of these rules. Which rule has which code, and
from where it is, the table ``xds/rules.yaml`` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from sweepwright.model.diagnostic import Diagnostic, Span, error, warning
from sweepwright.programs.keyword_tables import XDS_STEPS, table
from sweepwright.programs.xds.names import LONG_PATH, LONGEST_PATH
from sweepwright.programs.xds_input import Statement

Where = Callable[[Statement], Span | None]
_IMAGES = "NAME_TEMPLATE_OF_DATA_FRAMES"
#: K lines of laboratory sources: Cr, Co, Cu, Ga, Mo, Ag (A, International Tables C 4.2.2)
_LABORATORY = (2.291, 1.790, 1.5418, 1.5406, 1.3414, 1.3401, 0.7107, 0.7093, 0.5609, 0.5594)
_LINE_WIDTH = 0.0015
#: electrons of 80 kV have 0.042 A
_ELECTRONS = 0.06
#: XDS's own absorption of silicon (1/mm): echoes of IDXREF at 0.920 and 0.965 A give the power
_SILICON, _SILICON_AT, _SILICON_POWER = 3.5457, 0.965, 2.987
_PROFILE = (
    "BEAM_DIVERGENCE", "BEAM_DIVERGENCE_E.S.D.", "REFLECTING_RANGE", "REFLECTING_RANGE_E.S.D.",
)  # fmt: skip
_CELL_ERROR = 0.005


class Sheet:
    """The statements of a file, and where they stand for its reader."""

    def __init__(self, statements: Iterable[Statement], where: Where) -> None:
        self.all: dict[str, list[Statement]] = {}
        for one in statements:
            self.all.setdefault(one.name, []).append(one)
        self.where = where

    def last(self, name: str) -> Statement | None:
        """The statement that counts, of a keyword that counts once."""
        several = self.all.get(name)
        return several[-1] if several else None

    def place(self, name: str) -> Span | None:
        """Where a keyword is given, if it is."""
        one = self.last(name)
        return None if one is None else self.where(one)

    def numbers(self, name: str) -> tuple[float, ...]:
        """The values of a keyword; nothing where it is absent or they are no numbers."""
        one = self.last(name)
        return () if one is None else numbers(one)

    def number(self, name: str, default: float | None = None) -> float | None:
        """The first value of a keyword."""
        return next(iter(self.numbers(name)), default)

    @cached_property
    def steps(self) -> frozenset[str]:
        """The steps of JOB; all, where it is absent or not known."""
        one = self.last("JOB")
        said = frozenset(one.value.lower().split()) if one is not None else frozenset()
        return said if said and said <= set(XDS_STEPS) else frozenset(XDS_STEPS)


def numbers(one: Statement) -> tuple[float, ...]:
    """The values of a statement; nothing where they are no numbers."""
    try:
        return tuple(map(float, one.words))
    except ValueError:
        return ()


Rule = Callable[[Sheet], Iterator[Diagnostic]]


def doubts(statements: Iterable[Statement], program: str, where: Where) -> list[Diagnostic]:
    """What is doubtful about a file for ``xds`` or ``xscale``, by ``RULES``."""
    sheet = Sheet(statements, where)
    return [found for rule in RULES.get(program, ()) for found in rule(sheet)]


def _paths(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E030."""
    rows = table("xds")
    for name, several in sheet.all.items():
        if name in rows and "file" in rows[name].kinds and several[-1].value:
            path = several[-1].value.split()[0]
            message = f"the path of {name} has {len(path)} characters"
            help_ = "Make a link with a short name in the folder of the XDS.INP, and name that."
            place = sheet.where(several[-1])
            if len(path) > LONGEST_PATH:
                yield error("SW-E030", f"{message}; XDS reads 256", place, help=help_)
            elif len(path) > LONG_PATH:
                yield warning(
                    "SW-E030", f"{message}; builds of XDS differ in how many they read", place,
                    help=help_,
                )  # fmt: skip


def _template(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E031."""
    one, images = sheet.last(_IMAGES), sheet.numbers("DATA_RANGE")
    name = one.value.split()[0].rpartition("/")[2] if one is not None and one.value else ""
    runs = [len(run) for run in re.findall(r"\?+", name)]
    if one is None or len(runs) != 1:
        return
    digits = len(str(int(images[-1]))) if images else 0
    wrong = ""
    if name.endswith(".h5") and runs != [6]:
        wrong = f"'{name}' has {runs[0]} '?'; a master file is named with six"
    elif digits > runs[0]:
        wrong = f"'{name}' has {runs[0]} '?', and image {int(images[-1])} has {digits} digits"
    if wrong:
        help_ = "Write as many '?' as the names of the files have digits."
        yield error("SW-E031", wrong, sheet.where(one), help=help_)


def _ranges(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E032."""
    images = sheet.numbers("DATA_RANGE")
    if len(images) != 2:
        return
    for name in ("SPOT_RANGE", "BACKGROUND_RANGE", "EXCLUDE_DATA_RANGE"):
        for one in sheet.all.get(name, ()):
            inside = all(images[0] <= number <= images[1] for number in numbers(one))
            if not inside:
                message = f"{one} is not inside DATA_RANGE= {images[0]:.0f} {images[1]:.0f}"
                yield error("SW-E032", message, sheet.where(one), help="Name images that are used.")


def _polarisation(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E033."""
    wavelength = sheet.number("X-RAY_WAVELENGTH")
    fraction = sheet.number("FRACTION_OF_POLARIZATION")
    if wavelength is None or "correct" not in sheet.steps:
        return
    laboratory = any(abs(wavelength - line) < _LINE_WIDTH for line in _LABORATORY)
    if wavelength < _ELECTRONS and fraction not in (None, 0.5):
        message = f"FRACTION_OF_POLARIZATION= {fraction:g} at {wavelength:g} A: electrons have none"
        yield warning(
            "SW-E033", message, sheet.place("FRACTION_OF_POLARIZATION"),
            help="Leave it out, or write 0.5, which corrects for none.",
        )  # fmt: skip
    elif wavelength > _ELECTRONS and not laboratory and "FRACTION_OF_POLARIZATION" not in sheet.all:
        message = f"no FRACTION_OF_POLARIZATION at {wavelength:g} A, which is no laboratory source"
        yield warning(
            "SW-E033", message, sheet.place("X-RAY_WAVELENGTH"),
            help="XDS then takes 0.5, an unpolarised beam; synchrotrons have 0.98 to 0.99.",
        )  # fmt: skip


def _sensor(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E034."""
    detector = sheet.last("DETECTOR")
    if detector is None or sheet.steps.isdisjoint(("xycorr", "correct")):
        return
    if detector.value in ("PILATUS", "EIGER") and not sheet.number("SENSOR_THICKNESS"):
        message = f"no SENSOR_THICKNESS for the pixel detector {detector.value}"
        yield warning(
            "SW-E034", message, sheet.where(detector),
            help="Give it in mm: spots at high angles are otherwise misplaced, and too weak.",
        )  # fmt: skip


def _silicon(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E035. Another material of sensors absorbs ten times as much."""
    given, wavelength = sheet.number("SILICON"), sheet.number("X-RAY_WAVELENGTH")
    if given is None or wavelength is None or given <= 0:
        return
    own = _SILICON * (wavelength / _SILICON_AT) ** _SILICON_POWER
    if 0.5 < given / own < 2 and abs(given / own - 1) > 0.02:
        message = (
            f"SILICON= {given:g} is {abs(given / own - 1):.0%} "
            f"{'more' if given > own else 'less'} than XDS's own {own:.4g} for silicon"
        )
        yield warning(
            "SW-E035", message, sheet.place("SILICON"),
            help="Leave it out for a sensor of silicon; it is for other materials.",
        )  # fmt: skip


def _live(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E036."""
    jobs, seconds = sheet.number("MAXIMUM_NUMBER_OF_JOBS", 1), sheet.number("SECONDS", 0)
    if jobs is not None and seconds and jobs > 1:
        message = f"MAXIMUM_NUMBER_OF_JOBS= {jobs:g} together with SECONDS= {seconds:g}"
        help_ = "Images that are waited for are processed in one job: remove one of the two."
        yield error("SW-E036", message, sheet.place("SECONDS"), help=help_)


def _symmetry(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E037."""
    group, cell = sheet.number("SPACE_GROUP_NUMBER"), sheet.numbers("UNIT_CELL_CONSTANTS")
    wanted = sheet.last("UNIT_CELL_CONSTANTS")
    if not group or wanted is None or len(cell) != 6 or min(cell) <= 0:
        return
    import gemmi

    symmetry = gemmi.find_spacegroup_by_number(int(group))
    fits = symmetry is not None and gemmi.UnitCell(*cell).is_compatible_with_spacegroup(
        symmetry, _CELL_ERROR
    )
    if not fits:
        name = f"{int(group)}" if symmetry is None else f"{int(group)} ({symmetry.hm})"
        message = f"the cell {' '.join(wanted.words)} is none of space group {name}"
        help_ = "XDS takes groups in their standard setting: correct one of the two."
        yield error("SW-E037", message, sheet.where(wanted), help=help_)


def _reference(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E038."""
    one = sheet.last("REFERENCE_DATA_SET")
    if one is not None and sheet.number("SPACE_GROUP_NUMBER", 0) == 0:
        message = "REFERENCE_DATA_SET has no effect: SPACE_GROUP_NUMBER is 0 or absent"
        help_ = "Give the space group of the reference, with the cell."
        if sheet.last("SPACE_GROUP_NUMBER") is None or sheet.numbers("SPACE_GROUP_NUMBER"):
            yield warning("SW-E038", message, sheet.where(one), help=help_)


def _profile(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E039."""
    given = [name for name in _PROFILE if name in sheet.all]
    if given and len(given) < len(_PROFILE) and "integrate" in sheet.steps:
        lacking = " and ".join(name for name in _PROFILE if name not in given)
        message = f"{' and '.join(given)} without {lacking}"
        help_ = "Give all four, as at the end of INTEGRATE.LP, or none."
        yield warning("SW-E039", message, sheet.place(given[0]), help=help_)


def _start(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E040."""
    one = sheet.last("STARTING_ANGLE")
    if one is not None and "STARTING_FRAME" not in sheet.all:
        message = "STARTING_ANGLE without STARTING_FRAME: it is of the first image of DATA_RANGE"
        help_ = "Write both: another DATA_RANGE would otherwise move all angles."
        yield warning("SW-E040", message, sheet.where(one), help=help_)


def _low_resolution(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E041."""
    reads = table("xds")["INCLUDE_RESOLUTION_RANGE"].reads
    if "INCLUDE_RESOLUTION_RANGE" not in sheet.all and not sheet.steps.isdisjoint(reads):
        message = "no INCLUDE_RESOLUTION_RANGE: XDS leaves reflections below 20 A out"
        help_ = "Write INCLUDE_RESOLUTION_RANGE= 999 0 to have all."
        yield warning("SW-E041", message, None, help=help_)


def _origin(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E042."""
    help_ = "Give ORGX and ORGY once each; a slip writes one in the place of the other."
    for name, other in (("ORGX", "ORGY"), ("ORGY", "ORGX")):
        times, others = len(sheet.all.get(name, ())), len(sheet.all.get(other, ()))
        if times and not others:
            message = f"{name} is given without {other}"
            yield error("SW-E042", message, sheet.place(name), help=help_)
        elif times > others:
            message = f"{name} is given {times} times, and {other} {others}; the last one counts"
            yield warning("SW-E042", message, sheet.place(name), help=help_)


def _label(sheet: Sheet) -> Iterator[Diagnostic]:
    """SW-E043. Who wants zero dose says where the dose begins, or how it grows."""
    one = sheet.last("CRYSTAL_NAME")
    if one is not None and not {"STARTING_DOSE", "DOSE_RATE"} & set(sheet.all):
        message = "CRYSTAL_NAME makes XSCALE extrapolate to zero dose; it is no mere label"
        help_ = "Leave it out, or give STARTING_DOSE and DOSE_RATE with it."
        yield warning("SW-E043", message, sheet.where(one), help=help_)


RULES: dict[str, tuple[Rule, ...]] = {
    "xds": (
        _paths, _template, _ranges, _polarisation, _sensor, _silicon, _live, _symmetry,
        _reference, _profile, _start, _low_resolution, _origin,
    ),
    "xscale": (_label,),
}  # fmt: skip
