"""Reads XDS.INP, XSCALE.INP and XDSCONV.INP, and refuses what XDS would refuse.

A line holds ``NAME= values``, several of them if it likes; ``!`` begins a comment; names are
case-sensitive and cannot be shortened.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xds_standin.logs import StopError, error_text

_TABLE = Path(__file__).with_name("keywords.tsv")
_NAME = re.compile(r"(?:^|(?<=\s))([^\s=]+)=")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?")
_INT = re.compile(r"[+-]?\d+")
_REFINED = frozenset("POSITION DISTANCE BEAM AXIS ORIENTATION CELL SEGMENT ALL".split())
_WORDS = {
    "JOB": frozenset("ALL XYCORR INIT COLSPOT IDXREF DEFPIX XPLAN INTEGRATE CORRECT".split()),
    "CORRECTIONS": frozenset("DECAY MODULATION ABSORPTION ABSORP ALL".split()),
    "REFINE(IDXREF)": _REFINED,
    "REFINE(INTEGRATE)": _REFINED,
    "REFINE(CORRECT)": _REFINED,
}


@dataclass(frozen=True)
class Keyword:
    name: str
    kind: str
    least: int
    repeats: bool


@dataclass(frozen=True)
class Entry:
    name: str
    text: str

    def numbers(self) -> tuple[float, ...]:
        words = self.text.replace(",", " ").split()
        leading = itertools.takewhile(_FLOAT.fullmatch, words)
        return tuple(float(re.sub("[Dd]", "E", word)) for word in leading)


def keywords(program: str) -> dict[str, Keyword]:
    """What ``xds``, ``xscale`` or ``xdsconv`` knows."""
    rows = (line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {
        name: Keyword(name, kind, int(least), repeats=bool(rest))
        for owner, name, kind, least, *rest in rows
        if owner == program
    }


def read(path: Path, program: str) -> list[Entry]:
    """The entries in their order. Raises StopError, with XDS's words for it, at the first bad line."""
    known = keywords(program)
    found: list[Entry] = []
    for raw in path.read_text(encoding="latin-1").splitlines():
        line = raw.split("!")[0].strip()
        if not line:
            continue
        try:
            found += _entries(line, known)
        except ValueError:
            print(f" {line}\n {error_text('ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE')}\n")
            raise StopError("keyword") from None
    return found


def _entries(line: str, known: dict[str, Keyword]) -> Iterator[Entry]:
    """The entries of a line; ValueError for an unknown name or a value that cannot be read."""
    while line:
        name = _NAME.match(line)
        keyword = known.get(name[1]) if name else None
        if name is None or keyword is None:
            raise ValueError(line)
        following = None if keyword.kind == "file" else _NAME.search(line, name.end())
        end = following.start() if following else len(line)
        value = line[name.end() : end].strip()
        _check(keyword, value)
        yield Entry(keyword.name, value)
        line = line[end:]


def _check(keyword: Keyword, value: str) -> None:
    words = value.replace(",", " ").split()
    allowed = _WORDS.get(keyword.name)
    pattern = {"float": _FLOAT, "floats": _FLOAT, "int": _INT}.get(keyword.kind)
    good = len(words) >= keyword.least
    if pattern:
        good &= all(pattern.fullmatch(word) for word in words[: keyword.least or None])
    elif keyword.kind == "bool":
        good &= words[:1] in (["TRUE"], ["FALSE"])
    elif allowed:
        good &= allowed.issuperset(words)
    if not good:
        raise ValueError(value)


class Inputs:
    """XDS.INP by keyword: the last one counts, all of those that repeat."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._last = {entry.name: entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def names(self) -> list[str]:
        return list(self._last)

    def text(self, name: str, default: str = "") -> str:
        return self._last[name].text if name in self._last else default

    def words(self, name: str, default: str = "") -> list[str]:
        return self.text(name, default).replace(",", " ").split()

    def numbers(self, name: str, *default: float) -> tuple[float, ...]:
        return self._last[name].numbers() if name in self._last else default

    def number(self, name: str, default: float = 0.0) -> float:
        return self.numbers(name, default)[0]

    def integer(self, name: str, default: int = 0) -> int:
        return int(self.number(name, default))

    def truth(self, name: str, *, default: bool) -> bool:
        return self.text(name, "TRUE" if default else "FALSE").startswith("TRUE")

    def repeated(self, name: str) -> list[tuple[float, ...]]:
        return [entry.numbers() for entry in self._entries if entry.name == name]

    def ranges(self, name: str) -> list[tuple[int, int]]:
        return [(int(first), int(last)) for first, last, *_ in self.repeated(name)]
