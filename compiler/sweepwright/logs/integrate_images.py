"""The image table of INTEGRATE.LP, one part of it in each block of images.

Its columns may be full and touch (``01092650`` is 0 and 1092650). The words of the title end where
their columns end, in every build: a row is cut there, and each piece must then be one number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.printed import value
from sweepwright.logs.reading import Table, Trouble, UnreadableError, Value

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)?\.\d+")
#: word of the title -> name of the column and how its numbers look
_COLUMNS: dict[str, tuple[str, re.Pattern[str]]] = {
    "IMAGE": ("image", _WHOLE),
    "IER": ("ier", _WHOLE),
    "SCALE": ("scale", _DECIMAL),
    "NBKG": ("n_background_px", _WHOLE),
    "NOVL": ("n_overloaded", _WHOLE),
    "NEWALD": ("n_near_ewald", _WHOLE),
    "NSTRONG": ("n_strong", _WHOLE),
    "NREJ": ("n_unexpected", _WHOLE),
    "SIGMAB": ("sigmab_deg", _DECIMAL),
    "SIGMAR": ("sigmar_deg", _DECIMAL),
}
_WORD = re.compile(r"\S+")


def is_title(line: str) -> bool:
    """Whether a table of images starts here."""
    return line.split(maxsplit=2)[:2] == ["IMAGE", "IER"]


def images(lines: Sequence[str]) -> tuple[dict[str, Table], list[Trouble]]:
    """The rows of all blocks, ``integrate.image_{image}``; a row in doubt is a trouble instead.

    An image that XDS could not read (``ier`` is not 0) has None for everything else.
    """
    rows: list[tuple[Value, ...]] = []
    troubles: list[Trouble] = []
    ends: list[int] | None = None  # of the columns of the table that we are in
    for at, line in enumerate(lines, 1):
        if is_title(line):
            ends = [word.end() for word in _WORD.finditer(line)]
            if line.split() != list(_COLUMNS):
                troubles.append(Trouble("the table of images", at, "unknown columns"))
                ends = None
        elif not line.strip():
            ends = None
        elif ends:
            try:
                rows.append(_row(line, ends))
            except UnreadableError as why:
                troubles.append(Trouble("a row of the table of images", at, why.args[0]))
    if ends:
        troubles.append(Trouble("the table of images", 0, "the file ends within it"))
    if len({row[0] for row in rows}) < len(rows):
        return {}, [*troubles, Trouble("the table of images", 0, "an image has two rows")]
    names = tuple(name for name, _ in _COLUMNS.values())
    table = Table(names, tuple(rows), "image_{image}")
    return {"integrate.images": table} if rows else {}, troubles


def _row(line: str, ends: Sequence[int]) -> tuple[Value, ...]:
    missing = re.match(r"\s*(\d{1,9})\s+(-?[1-9]\d{0,8})(?!\S)", line)
    if missing and missing.end() == ends[1]:
        return (int(missing[1]), int(missing[2]), *[None] * (len(ends) - 2))
    if {word.end() for word in _WORD.finditer(line)} - set(ends) or len(line.rstrip()) != ends[-1]:
        raise UnreadableError("the numbers are not under their titles")
    cells = []
    for (_, look), start, end in zip(_COLUMNS.values(), [0, *ends], ends, strict=False):
        piece = line[start:end].strip()
        if not look.fullmatch(piece):
            raise UnreadableError(f"'{piece}' is not one number")
        cells.append(value(piece))
    return tuple(cells)
