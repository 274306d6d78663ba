"""SPOT.XDS: the spots that COLSPOT located, with their indices once IDXREF has been there.

There is no header: the number of columns, the same in every line, tells what they are. Counts are
of the whole file; of the spots themselves the first ones are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from sweepwright.logs.printed import number, whole
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value

KINDS = ("SPOT.XDS",)

_PLACE = ("x_px", "y_px", "z_image", "intensity")
#: what follows the place, by the number of columns
_BEHIND: dict[int, tuple[str, ...]] = {
    4: (),
    5: ("segment",),
    7: ("hkl",),
    8: ("segment", "hkl"),
}
_KEPT = 10


def recognises(head: str) -> str | None:
    """By lines that are spots, all with the same number of columns."""
    try:
        return KINDS[0] if _table(head.split("\n")[:-1]).rows else None
    except UnreadableError:
        return None


def read(text: str, kind: str) -> Reading:
    """Counts under ``spot.``, the first spots as ``spot.record_{record}``."""
    *lines, last = text.split("\n")
    values: dict[str, Value] = {}
    tables: dict[str, Table] = {}
    troubles: tuple[Trouble, ...] = ()
    try:
        tables = {"spot.records": _table(lines[:_KEPT])}
        if last.strip():
            raise UnreadableError("the file ends within a line", len(lines) + 1)
        values = {f"spot.{name}": value for name, value in _counts(lines).items()}
    except UnreadableError as why:
        troubles = (Trouble("the spots", why.line, why.args[0]),)
    return Reading(kind, "XDS", None, None, values, tables, troubles)


def _table(lines: Sequence[str]) -> Table:
    """The spots of these lines."""
    size = len(lines[0].split()) if lines else 0
    if size not in _BEHIND:
        raise UnreadableError(f"{size} columns", 1)
    rows = []
    for at, line in enumerate(lines, 1):
        try:
            rows.append((at, *_spot(line.split(), size)))
        except UnreadableError as why:
            raise UnreadableError(why.args[0], at) from None
    return Table(("record", *_PLACE, *_BEHIND[size]), tuple(rows), "record_{record}")


def _spot(words: Sequence[str], size: int) -> tuple[Value, ...]:
    if len(words) != size:
        raise UnreadableError(f"{len(words)} columns where {size} belong")
    if not all("." in word for word in words[: len(_PLACE)]):
        raise UnreadableError("a place or an intensity without a decimal point")
    cells: list[Value] = [number(word) for word in words[: len(_PLACE)]]
    if "segment" in _BEHIND[size]:
        cells.append(whole(words[len(_PLACE)]))
    if "hkl" in _BEHIND[size]:
        cells.append(tuple(map(whole, words[-3:])))
    return tuple(cells)


def _counts(lines: Sequence[str]) -> dict[str, Value]:
    """How many spots there are, and on which images; lines are only cut here, as they are many."""
    size = len(lines[0].split())
    unindexed = weak = 0
    first = last = float(lines[0].split()[2])
    for at, line in enumerate(lines, 1):
        words = line.split()
        if len(words) != size:
            raise UnreadableError(f"{len(words)} columns where {size} belong", at)
        try:
            z, intensity = float(words[2]), float(words[3])
        except ValueError:
            raise UnreadableError("a column is no number", at) from None
        unindexed += words[-3:] == ["0", "0", "0"]
        weak += intensity < 1
        first, last = min(first, z), max(last, z)
    counts: dict[str, Value] = {
        "n_columns": size,
        "n_spots": len(lines),
        # XDS reads such an intensity as zero, and stops there
        "n_intensity_below_1": weak,
        "z_range_images": (first, last),
    }
    if "hkl" in _BEHIND[size]:
        counts["n_indexed"] = len(lines) - unindexed
    return counts
