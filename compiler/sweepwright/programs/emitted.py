"""The files that we write for XDS, XSCALE, XDSCONV, POINTLESS and AIMLESS, held against the tables.

It looks at the text alone, line by line and then at all lines of a file, so it serves for the files of a
plan, in which holes read ``<...>``, as for what a program was given. A keyword whose value is not known yet is looked at without the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sweepwright.programs.keyword_forms import fits, unknown_words
from sweepwright.programs.keyword_tables import LINE_PROGRAMS, XDS_STEPS, Keyword, table
from sweepwright.programs.keyword_values import shown, wrong_value
from sweepwright.programs.keywords import spelled
from sweepwright.programs.xds_input import Program, Statement, parse

#: what reads a file of this name
READERS = {
    "XDS.INP": "xds",
    "XSCALE.INP": "xscale",
    "XDSCONV.INP": "xdsconv",
    **{f"{program}.inp": program for program in LINE_PROGRAMS},
}
#: XDSCONV reads so many characters of a line (example XDSCONV.INP of its authors)
_LONGEST = {"xdsconv": 80}
_HOLE = re.compile(r"<[^<>]*>")
#: what each XDS.INP tells of the experiment, whether a step of its JOB reads it or not: with another
#: JOB the file then serves as it is
_EXPERIMENT = frozenset(
    """DIRECTION_OF_DETECTOR_X-AXIS DIRECTION_OF_DETECTOR_Y-AXIS ORGX ORGY DETECTOR_DISTANCE QX QY
    ROTATION_AXIS STARTING_ANGLE STARTING_FRAME INCIDENT_BEAM_DIRECTION FRACTION_OF_POLARIZATION
    POLARIZATION_PLANE_NORMAL SENSOR_THICKNESS SILICON TRUSTED_REGION MINIMUM_VALID_PIXEL_VALUE
    OVERLOAD EXCLUDE_DATA_RANGE UNTRUSTED_RECTANGLE UNTRUSTED_ELLIPSE UNTRUSTED_QUADRILATERAL
    EXCLUDE_RESOLUTION_RANGE SEGMENT DIRECTION_OF_SEGMENT_X-AXIS DIRECTION_OF_SEGMENT_Y-AXIS
    SEGMENT_DISTANCE SEGMENT_ORGX SEGMENT_ORGY LIB""".split()
)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong with a line, counted from 0. ``unread``: nothing, but that no step reads it."""

    line: int
    message: str
    unread: bool = False


#: the names on each line of a file
Names = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What is wrong with a line whatever stands around it, and what it says."""

    wrong: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()


def read_line(line: str, program: str) -> ReadLine:
    """A line of a file for one of ``READERS``, held against its table."""
    return _read(program, _bare(line))


def slips(lines: Sequence[ReadLine], program: str) -> list[Slip]:
    """All that is wrong with a file; nothing: the tables know every line."""
    found = [
        Slip(number, message)
        for number, line in enumerate(lines)
        if line.wrong
        for message in line.wrong
    ]
    names = tuple([line.names for line in lines])
    found += (Slip(number, message) for number, message in _around(program, names))
    if program == "xds":
        job = next((line.statements[0].value for line in lines if line.names == ("JOB",)), "")
        found += (
            Slip(number, f"no step of JOB reads {name}", unread=True)
            for number, name in _unread(names, job)
        )
    return found


def _bare(line: str) -> str:
    """A line whose holes have no names: those of one sweep are then as those of another.

    A hole at its begin leaves it as it stands or makes a comment of it, and is taken away.
    """
    if "<" not in line:
        return line
    switched_on = line.partition("> ")[2] if line.startswith("<") else line
    return _HOLE.sub("<>", switched_on)


@lru_cache(maxsize=4096)
def _read(program: str, line: str) -> ReadLine:
    """A line by itself. The sweeps of a job have most of their lines in common."""
    wrong: tuple[str, ...] = () if line.isascii() else ("it is not ASCII",)
    if program in LINE_PROGRAMS:
        return _words(program, line.partition("#")[0].split(), wrong)
    code = line.partition("!")[0].rstrip()
    if len(code) > _LONGEST.get(program, len(code)):
        wrong += (f"{program} reads {_LONGEST[program]} characters of a line, and it has more",)
    if not code:
        return ReadLine(wrong)
    found = parse(code, cast(Program, program))
    wrong += tuple(problem.message for problem in found.problems)
    rows = table(program)
    known = [one for one in found.statements if one.name in rows]
    if program == "xdsconv":  # its names are not looked up while it is parsed
        unknown = (one.name for one in found.statements if one.name not in rows)
        wrong += tuple(f"xdsconv has no keyword '{name}'" for name in unknown)
    wrong += tuple(filter(None, (_wrong_value(rows[one.name], one) for one in known)))
    return ReadLine(wrong, tuple(one.name for one in known), tuple(known))


def _wrong_value(row: Keyword, given: Statement) -> str:
    """Names of files have no form that could be told from a wrong one."""
    if not given.value or "file" in row.kinds or _HOLE.search(given.value):
        return ""
    return wrong_value(row, " ".join(given.words))


def _words(program: str, words: list[str], wrong: tuple[str, ...]) -> ReadLine:
    """A line of POINTLESS or AIMLESS; words that the tables do not have may be of a newer version.

    The name has two words more with it: what differs in them is said of another thing.
    """
    if not words:
        return ReadLine(wrong)
    name = spelled(program, words[0])
    if name not in table(program):
        return ReadLine((*wrong, f"{program} has no keyword '{shown(words[0])}'"))
    if words[-1] in ("-", "&", "\\"):
        wrong += (f"'{words[-1]}' at the end continues the line",)
    form, rest = table(program)[name].form, words[1:]
    if form and not _HOLE.search(" ".join(rest)) and not unknown_words(form, rest):
        wrong += () if fits(form, rest) else (f"{program} cannot read what follows {name}",)
    return ReadLine(wrong, (" ".join((name, *words[1:3])),))


@lru_cache(maxsize=256)
def _around(program: str, names: Names) -> tuple[tuple[int, str], ...]:
    """What is wrong with lines because of others. Files of one kind have the same names."""
    look = _around_xscale if program == "xscale" else _twice
    return tuple(look(names, program))


def _twice(names: Names, program: str) -> Iterator[tuple[int, str]]:
    """A keyword that counts once, twice."""
    said: set[str] = set()
    for number, name in ((number, name) for number, line in enumerate(names) for name in line):
        if name in said and not table(program)[name.split()[0]].repeat:
            yield number, f"{name} is said twice, and the last one counts"
        said.add(name)


def _around_xscale(names: Names, program: str) -> Iterator[tuple[int, str]]:
    """Keywords of a file behind that file, and each of them once for it."""
    said: dict[str, set[str]] = {"general": set()}
    for number, name in ((number, name) for number, line in enumerate(names) for name in line):
        if name == "OUTPUT_FILE":
            said = {"general": said["general"], "output": set()}
        elif name == "INPUT_FILE":
            if "output" not in said:
                yield number, "INPUT_FILE stands before any OUTPUT_FILE"
            said["input"] = set()
        else:
            yield from ((number, wrong) for wrong in _placed(table(program)[name], said))


def _placed(row: Keyword, said: dict[str, set[str]]) -> Iterator[str]:
    if row.scope not in said:
        yield f"{row.name} stands before any {row.scope.upper()}_FILE"
    elif row.name in said[row.scope] and not row.repeat:
        yield f"{row.name} is said twice, and the last one counts"
    else:
        said[row.scope].add(row.name)


@lru_cache(maxsize=256)
def _unread(names: Names, job: str) -> tuple[tuple[int, str], ...]:
    """Keywords that no step of JOB reads, or all steps where JOB is absent or a hole."""
    steps = set(job.lower().split())
    if not job or "all" in steps or _HOLE.search(job):
        steps = set(XDS_STEPS)
    rows = table("xds").values()
    fit = {row.name for row in rows if not row.reads or not steps.isdisjoint(row.reads)}
    return tuple(
        (number, name)
        for number, line in enumerate(names)
        for name in line
        if name not in fit and name not in _EXPERIMENT
    )
