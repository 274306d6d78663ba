"""INTEGRATE.LP: images, blocks of images with their refined parameters, and the last tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sweepwright.logs.integrate_images import images, is_title
from sweepwright.logs.integrate_tables import last_tables
from sweepwright.logs.keywords import keywords
from sweepwright.logs.printed import values
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value
from sweepwright.logs.xds_banner import banner
from sweepwright.logs.xds_messages import messages
from sweepwright.logs.xds_refined import refined

KINDS = ("INTEGRATE.LP",)

_BLOCK = re.compile(r"\s*PROCESSING OF IMAGES\s+(\d{1,9})\s*\.\.\.\s*(\d{1,9})\s*")
_NUMBER = r"(-?\d+\.?\d*)"
#: name under ``integrate.`` -> a whole line with its number or two
_LINES = {
    "n_saved": r"(\d+) REFLECTIONS SAVED ON FILE \"INTEGRATE\.HKL\"",
    "resolution_range_recorded": rf"RESOLUTION RANGE RECORDED BY DETECTOR \(ANGSTROM\)\s+{_NUMBER}\s+{_NUMBER}",
    "n_trusted_pixels": r"NUMBER OF TRUSTED DETECTOR PIXELS\s+(\d+)",
    "mean_background": rf"MEAN CONTENTS OF TRUSTED PIXELS IN BACKGROUND TABLE\s+{_NUMBER}",
    "offset": rf"MEAN VALUE OF NON-XRAY BACKGROUND \(OFFSET\)=\s*{_NUMBER}",
    "gain": rf"\(PIXEL VALUE - OFFSET\)/GAIN ,\s+WITH GAIN=\s*{_NUMBER}",
    "minimum_volume_grid_points": r"MINIMUM INTEGRATION VOLUME IS\s+(\d+) GRID POINTS",
    "elapsed_s": rf"total elapsed wall-clock time(?: for INTEGRATE)?\s+{_NUMBER} sec",
}
_PROFILE = "AVERAGE THREE-DIMENSIONAL PROFILE"
_INTEGRATED = re.compile(r"\s*(\d{1,9}) REFLECTION INTENSITIES INTEGRATED( BY PROFILE FITTING)?\s*")
_SUGGESTED = "***** SUGGESTED VALUES FOR INPUT PARAMETERS *****"
_BANNER = re.compile(r"\*{5} (\w+) \*{5}")


def recognises(head: str) -> str | None:
    """By the banner; a piece of a log, by a block of images and the meaning of its table."""
    first = _BANNER.search(head)
    if first:
        return KINDS[0] if first[1] == "INTEGRATE" else None
    piece = "PROCESSING OF IMAGES" in head and "IER     = ERROR CODE AFTER" in head
    return KINDS[0] if piece else None


def read(text: str, kind: str) -> Reading:
    """Everything under ``integrate.``; the input that the log repeats under ``integrate.input.``."""
    program = banner(text)
    if len(re.findall(r"\*{5} INTEGRATE \*{5}", text)) > 1:
        several = (Trouble("the log", 0, "it is of several runs"),)
        return Reading(kind, "XDS", program.version, program.built, troubles=several)
    text, _, cut = text.rpartition("\n")
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if _BLOCK.fullmatch(line)]
    found: dict[str, Value] = dict(messages(text))
    tables: dict[str, Table] = {}
    troubles: list[Trouble] = []
    for values_here, wrong in (
        _numbers(text),
        _echo(lines[: starts[0] if starts else None], 1, "integrate.input"),
        _suggested(lines),
    ):
        found |= values_here
        troubles += wrong
    for tables_here, wrong in (images(lines), _blocks(lines, starts), last_tables(lines)):
        tables |= tables_here
        troubles += wrong
    if cut.strip():
        troubles.append(Trouble("the last line", len(lines) + 1, "the file ends within it"))
    return Reading(kind, "XDS", program.version, program.built, found, tables, tuple(troubles))


def _numbers(text: str) -> tuple[dict[str, Value], list[Trouble]]:
    """The single numbers of the whole log; a number that it has twice is in doubt."""
    found: dict[str, Value] = {}
    troubles = []
    for name, line in _LINES.items():
        line_of = re.compile(rf"^[ \t]*{line}[ \t\r]*$", re.MULTILINE)
        printed = {match.groups() for match in line_of.finditer(text)}
        if len(printed) > 1:
            troubles.append(Trouble(name, 0, "the log has several"))
        elif printed:
            numbers = printed.pop()
            found[f"integrate.{name}"] = values(" ".join(numbers), len(numbers))
    return found, troubles


def _echo(lines: Sequence[str], first: int, prefix: str) -> tuple[dict[str, Value], list[Trouble]]:
    """The keywords of these lines, the first of them line ``first`` of the log."""
    found: dict[str, Value] = {}
    troubles = []
    for at, line in enumerate(lines, first):
        try:
            found |= {f"{prefix}.{name}": value for name, value in keywords(line).items()}
        except UnreadableError as why:
            troubles.append(Trouble("a parameter", at, why.args[0]))
    return found, troubles


def _suggested(lines: Sequence[str]) -> tuple[dict[str, Value], list[Trouble]]:
    at = next((at for at, line in enumerate(lines, 1) if line.strip() == _SUGGESTED), len(lines))
    return _echo(lines[at : at + 2], at + 1, "integrate.suggested")


def _blocks(lines: Sequence[str], starts: Sequence[int]) -> tuple[dict[str, Table], list[Trouble]]:
    """``integrate.block_{block}``; what a block does not have, as without a refinement, is None."""
    pieces = pairwise([0, *starts, len(lines)])
    above, *within = [sum(map(is_title, lines[start:end])) for start, end in pieces]
    if above or any(titles != 1 for titles in within[:-1]) or within[-1:] > [1]:
        return {}, [Trouble("the blocks of images", 0, "a block has not one table of images")]
    blocks = [
        {"block": number, **_block(lines[start:end])}
        for number, (start, end) in enumerate(pairwise([*starts, len(lines)]), 1)
    ]
    columns = tuple(dict.fromkeys(name for block in blocks for name in block))
    rows = tuple(tuple(block.get(name) for name in columns) for block in blocks)
    return ({"integrate.blocks": Table(columns, rows, "block_{block}")} if rows else {}), []


def _block(lines: Sequence[str]) -> dict[str, Value]:
    title = _BLOCK.fullmatch(lines[0])
    assert title
    profile = next((at for at, line in enumerate(lines) if _PROFILE in line), len(lines))
    integrated = [found[1] for found in map(_INTEGRATED.fullmatch, lines[profile:]) if found]
    return {
        "images": (int(title[1]), int(title[2])),
        "n_integrated": int(integrated[0]) if len(integrated) == 1 else None,
        **_refined(lines[:profile]),
    }


def _refined(lines: Sequence[str]) -> dict[str, Value]:
    found = refined(lines, "block")
    return {name.removeprefix("block."): value for name, value in found.items()}
