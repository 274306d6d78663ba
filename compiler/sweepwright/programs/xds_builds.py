"""What a build of XDS, known by the date in its banner (``BUILT=yyyymmdd``), speaks against."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from sweepwright.model.diagnostic import Diagnostic, warning
from sweepwright.programs.keyword_tables import Keyword, table
from sweepwright.programs.xds_input import Statement
from sweepwright.programs.xds_lint import Sheet, Where, numbers

_DATE = re.compile(r"(\d{4})-?(\d{2})?-?(\d{2})?")
#: builds whose intensities are biased, as simulated data showed (autoPROC's page on XDS versions)
_BIASED = (20240101, 20250319)
#: the build that stops where a whole batch of images is excluded (the same page)
_STOPS_AT_EMPTY_BATCH = 20250119
#: since then COLSPOT finds its own threshold (generate_XDS.INP 1.20)
_OWN_STRONG_PIXEL = 20240601
_DELPHI_DEG = 5.0


def doubts_of_build(
    statements: Iterable[Statement], program: str, build: int, where: Where
) -> Iterator[Diagnostic]:
    """What is doubtful about a file for ``xds`` or ``xscale`` with this build."""
    sheet = Sheet(statements, where)
    yield from _keywords(sheet, table(program), build)
    if program == "xds":
        yield from _faults(sheet, build)


def _keywords(sheet: Sheet, rows: Mapping[str, Keyword], build: int) -> Iterator[Diagnostic]:
    """SW-E044."""
    for name in sheet.all:
        row = rows.get(name)
        if row is None:
            continue
        wrong = ""
        if build < _surely_since(row.since):
            wrong = f"builds of XDS know {name} {_since(row.since)}, and this one is {build}"
        elif build > _surely_until(row.until):
            wrong = f"{name} is of builds until {_surely_until(row.until)}, and this one is {build}"
        elif name == "STRONG_PIXEL" and build >= _OWN_STRONG_PIXEL:
            wrong = f"builds since 2024-06 find STRONG_PIXEL themselves, and this one is {build}"
        if wrong:
            help_ = f"{row.instead} took its place." if row.instead else "Leave it out."
            yield warning("SW-E044", wrong, sheet.place(name), help=help_)


def _since(said: str) -> str:
    return said if said.startswith(("after", "between")) else f"since {said}"


def _surely_since(said: str) -> int:
    """The earliest date that a build with the keyword can have; 0: nobody knows."""
    return 0 if "before" in said or not said else min(_dates(said, 1), default=0)


def _surely_until(said: str) -> int:
    """The latest date that a build with the keyword is known of; none: 99999999."""
    never = 99999999
    return max(_dates(said, 99), default=never) if said.startswith("BUILT") else never


def _dates(said: str, absent: int) -> list[int]:
    """Dates such as 20130330, 2017-06-01, 2017-05 as numbers; ``absent`` is a month or day not told."""
    return [
        int(f"{found[1]}{found[2] or f'{absent:02}'}{found[3] or f'{absent:02}'}")
        for found in _DATE.finditer(said)
    ]


def _faults(sheet: Sheet, build: int) -> Iterator[Diagnostic]:
    """SW-E045."""
    if "integrate" not in sheet.steps:
        return
    if _BIASED[0] <= build <= _BIASED[1]:
        message = f"the build of XDS, {build}, is one of those whose intensities are biased"
        yield warning("SW-E045", message, help="Take one of 2023 or before, or since 20250327.")
    if build == _STOPS_AT_EMPTY_BATCH:
        for one in sheet.all.get("EXCLUDE_DATA_RANGE", ()):
            if _empties_a_batch(sheet, numbers(one)):
                message = f"{one} leaves no image of a batch, where build {build} stops"
                yield warning(
                    "SW-E045", message, sheet.where(one),
                    help="Take another build, or process the parts as two sweeps.",
                )  # fmt: skip


def _empties_a_batch(sheet: Sheet, excluded: tuple[float, ...]) -> bool:
    """Whether all images of a batch, DELPHI degrees from the first image on, are excluded."""
    images, width = sheet.numbers("DATA_RANGE"), sheet.number("OSCILLATION_RANGE")
    delphi = sheet.number("DELPHI", _DELPHI_DEG)
    if len(images) != 2 or len(excluded) != 2 or not width or not delphi:
        return False
    size = max(1, round(delphi / width))
    batches = max(0, math.ceil((excluded[0] - images[0]) / size))
    return images[0] + (batches + 1) * size - 1 <= min(excluded[1], images[1])
