"""Damaged copies of a text that a program wrote, and whether a reader still tells the truth."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterator
from types import ModuleType

from sweepwright.logs.reading import Reading, Value


def named(reading: Reading) -> dict[str, Value]:
    """Every number of a reading with its dotted name."""
    return {**reading.values, **dict(reading.cells())}


def cut(text: str, times: int) -> Iterator[str]:
    """The text up to somewhere, more often near its ends."""
    places = random.Random(times)
    for _ in range(times):
        near = int(min(len(text), 3000) * places.random())
        yield text[: places.choice([near, len(text) - near, int(len(text) * places.random())])]


def merged(text: str, times: int) -> Iterator[str]:
    """The text with the blanks between two columns gone."""
    return _changed(text, times, r"(?<=\S) +(?=\S)", lambda _: "")


def starred(text: str, times: int) -> Iterator[str]:
    """The text with stars for a number."""
    return _changed(text, times, r"(?<!\S)-?\d[\d.]*(?!\S)", lambda found: "*" * len(found[0]))


def without_a_line(text: str, times: int) -> Iterator[str]:
    """The text without one of its lines."""
    return _changed(text, times, r"(?<=\n)[^\n]*\S[^\n]*\n", lambda _: "")


def _changed(
    text: str, times: int, what: str, new: Callable[[re.Match[str]], str]
) -> Iterator[str]:
    places = random.Random(times)
    for found in places.choices(list(re.finditer(what, text)), k=times):
        yield text[: found.start()] + new(found) + text[found.end() :]


def assert_truthful(
    reader: ModuleType, text: str, damage: Iterator[str], except_for: Collection[str] = ()
) -> None:
    """Each number that is read from a damaged text is that of the whole text.

    Words are left out: what is missing of a path, nobody can see.
    """
    kind = reader.recognises(text[:4000])
    whole = named(reader.read(text, kind))
    assert whole
    for changed in damage:
        for name, value in named(reader.read(changed, kind)).items():
            if name not in except_for and not isinstance(value, str):
                assert value is None or value == whole[name], (name, value, changed)
