"""Numbers as XDS prints them: whole ones stay whole, and full columns touch."""

from __future__ import annotations

import re

from sweepwright.logs.reading import UnreadableError, Value


def words(text: str) -> list[str]:
    """The printed numbers; a minus behind a digit starts the next one (``0.99999-0.00008``)."""
    return re.sub(r"(?<=\d)-", " -", text).split()


def number(text: str) -> float:
    """A printed number. Raises UnreadableError for anything else: stars of an overflow, fused columns."""
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?", text.strip()):
        raise UnreadableError(f"'{text.strip()}' is no number")
    return float(text.replace("D", "E").replace("d", "e"))


def value(word: str) -> int | float:
    """One number, an int if it is printed as one. Raises UnreadableError for anything else."""
    return int(word) if re.fullmatch(r"[-+]?\d{1,18}", word) else number(word)


def whole(word: str) -> int:
    """One number that is printed as an int. Raises UnreadableError for anything else."""
    found = value(word)
    if not isinstance(found, int):
        raise UnreadableError(f"'{word}' is no whole number")
    return found


def values(text: str, size: int) -> Value:
    """So many numbers and nothing else; a single one is not in a tuple."""
    found = words(text)
    if len(found) != size:
        raise UnreadableError(f"{len(found)} numbers where {size} belong in '{text.strip()}'")
    return value(found[0]) if size == 1 else tuple(map(value, found))
