"""The command line and the keywords of a program, refused as soon as one is not known."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "keywords.tsv"
_LEAST = 4
"""letters by which a keyword is known"""
_KINDS = {
    "int": r"[-+]?\d+",
    "float": r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?",
    "word": r"[^\t]+",
    "label": r"E\d+",
    "text": r".+",
}
_TOKEN = re.compile(r"[A-Za-z_][\w-]*|[()|?*+]")
_PIECE = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^\s='\"]+)")
#: names on the command line; any of them may be followed by one file
_FILES = {
    "pointless": "HKLIN XDSIN SCAIN CIFIN HKLREF XYZIN HKLOUT XMLOUT",
    "aimless": "HKLIN HKLOUT XMLOUT SCALES ROGUES NORMPLOT ANOMPLOT CORRELPLOT ROGUEPLOT HKLREF"
    " XYZIN UNMERGEDOUT",
    "freerflag": "HKLIN HKLOUT",
    "cad": "HKLIN1 HKLIN2 HKLIN3 HKLIN4 HKLIN5 HKLIN6 HKLIN7 HKLIN8 HKLIN9 HKLOUT",
}


class InputError(Exception):
    """A command line or a keyword that the program does not understand."""


@dataclass(frozen=True)
class Entry:
    """A keyword in full, and its words as typed."""

    name: str
    words: tuple[str, ...] = ()

    def numbers(self) -> list[float]:
        return [float(word) for word in self.words if re.fullmatch(_KINDS["float"], word)]

    def says(self, *names: str) -> bool:
        """Whether one of its words is one of these, in full or four letters."""
        short = {name[:_LEAST] for name in names} | set(names)
        return any(word.upper() in short for word in self.words)

    def after(self, name: str) -> list[str]:
        """The words behind this one; empty if it is not there."""
        for at, word in enumerate(self.words):
            if word.upper() in (name, name[:_LEAST]):
                return list(self.words[at + 1 :])
        return []


@dataclass(frozen=True)
class Given:
    """What was asked: files by their names on the command line, and keywords in order."""

    files: dict[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    lines: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def all(self, name: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.name == name]

    def last(self, name: str) -> Entry | None:
        return next(iter(self.all(name)[::-1]), None)

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def number(self, name: str, default: float) -> float:
        entry = self.last(name)
        return entry.numbers()[0] if entry and entry.numbers() else default

    def file(self, name: str) -> str:
        """From the command line or a keyword; empty if neither names it."""
        entry = self.last(name)
        return self.files.get(name) or (entry.words[0] if entry and entry.words else "")

    def resolution(self) -> tuple[float, float]:
        """Low and high limit (A) for everything."""
        low, high = 1e6, 0.0
        for entry in self.all("RESOLUTION"):
            if not entry.says("RUN"):
                limits = limits_of(entry)
                low, high = min(low, limits[0]), max(high, limits[1])
        return low, high


def limits_of(entry: Entry) -> tuple[float, float]:
    """Low and high limit (A) of one RESOLUTION line, in whatever order."""
    low, high = entry.after("LOW")[:1], entry.after("HIGH")[:1]
    if low and high:
        return float(low[0]), float(high[0])
    skip = 1 if entry.says("RUN") else 0
    numbers = entry.numbers()[skip:]
    if len(numbers) > 1:
        return max(numbers), min(numbers)
    return (numbers[0], 0.0) if low else (1e6, numbers[0])


def read(program: str, arguments: Sequence[str]) -> Given:
    """From the command line and the standard input. Raises InputError."""
    files, flags = _command_line(program, arguments)
    typed = () if sys.stdin is None or sys.stdin.isatty() else tuple(sys.stdin.read().splitlines())
    entries = [*flags]
    for line in _joined(typed):
        if entry := _entry(program, line):
            entries.append(entry)
            if entry.name == "END":
                break
    return Given(files, tuple(entries), typed, tuple(arguments))


def _command_line(program: str, arguments: Sequence[str]) -> tuple[dict[str, str], list[Entry]]:
    known, files, flags = _FILES[program].split(), {}, []
    left = iter(arguments)
    for name in left:
        if program == "pointless" and name.lower() in ("-c", "-copy"):
            flags.append(Entry("COPY"))
            continue
        value = next(left, None)
        if name.upper() not in known or value is None:
            raise InputError(f"Unrecognised argument on the command line: {name}")
        files[name.upper()] = value
    return files, flags


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """Lines without comments; one that ends with & or - goes on in the next."""
    begun = ""
    for line in lines:
        text = re.sub(r"(?:^|\s)[#!].*", "", line).strip()
        if text.endswith(("&", " -")):
            begun += text[:-1] + " "
            continue
        yield begun + text
        begun = ""
    yield begun


def _entry(program: str, line: str) -> Entry | None:
    words = [next(filter(None, found.groups()), "") for found in _PIECE.finditer(line)]
    if not words:
        return None
    typed = words[0].upper()
    table = _keywords(program)
    name = next((name for name in table if typed in (name, name[:_LEAST])), None)
    if name is None:
        raise InputError(f"Unrecognised keyword: {words[0]}")
    rest = "".join(f"{word}\t" for word in words[1:])
    if not re.fullmatch(table[name], rest, re.IGNORECASE):
        raise InputError(f"In {name} command: cannot understand: {line.strip()}")
    return Entry(name, tuple(words[1:]))


@cache
def _keywords(program: str) -> dict[str, str]:
    """Each keyword with a pattern of its arguments, each of which ends with a tabulator."""
    found = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        of, name, *form = line.split("\t")
        if of == program:
            found[name] = _pattern(form[0] if form else "")
    return found


def _pattern(form: str) -> str:
    def piece(token: re.Match[str]) -> str:
        text = token[0]
        if text in "()|?*+":
            return text.replace("(", "(?:")
        words = _KINDS.get(text) or "|".join({re.escape(text), re.escape(text[:_LEAST])})
        return rf"(?:(?:{words})\t)"

    return _TOKEN.sub(piece, form).replace(" ", "")
