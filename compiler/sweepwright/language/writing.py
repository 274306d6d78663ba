"""YAML text that says just what is meant: values in quotes where they must be, and comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

COLUMNS = 100
_WORD = r"[A-Za-z0-9_./$(+-][A-Za-z0-9_./$()#'+-]*"
#: text that YAML takes as it stands, in lists and mappings too
_PLAIN = re.compile(rf"(?![+-](?![0-9.])){_WORD}(?: (?![+-] ){_WORD})*")
_NOT_PLAIN = ("null", "default", "---", "...")


def printable(text: object) -> str:
    """Text on one line: what cannot be printed becomes ``?``."""
    return "".join(char if char.isprintable() else "?" for char in str(text))


def comment(indent: str, texts: Iterable[str]) -> list[str]:
    """Lines of a comment; nothing in a text can end it."""
    room = COLUMNS - len(indent) - 2
    return [
        f"{indent}# {line}".rstrip()
        for text in texts
        for line in textwrap.wrap(
            printable(text),
            room,
            subsequent_indent="    " if text[:1] == " " else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    ]


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    return scalar(str(value))


def scalar(text: str) -> str:
    """Text as a YAML scalar, in quotes where it might be something else without."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"
