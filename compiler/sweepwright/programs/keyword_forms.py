"""What may follow a keyword of AIMLESS or POINTLESS: the ``form`` of its row in the keyword table.

A form names words in capitals and kinds of values (``int float``), with ``( ) | ? * +`` as in regular
expressions. Of a word four letters count, in either case; shorter words are written out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

_LEAST = 4
_KINDS = {"int": r"[-+]?\d+", "float": r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"}
_PART = re.compile(r"[A-Za-z][\w-]*|[()|?*+]| ")
_WORD = re.compile(r"[A-Za-z][\w-]*")


def fits(form: str, given: Sequence[str]) -> bool:
    """Whether the words and numbers behind a keyword are of its form."""
    return _pattern(form).fullmatch("".join(f"{item}\t" for item in given)) is not None


def word_of(form: str, given: str) -> str | None:
    """The word of a form that this one is read as."""
    for word in words(form):
        if re.fullmatch(_word_pattern(word), given, re.IGNORECASE):
            return word
    return None


def unknown_words(form: str, given: Sequence[str]) -> list[str]:
    """What is neither a number nor a word of the form."""
    return [item for item in given if not _is_number(item) and word_of(form, item) is None]


@cache
def words(form: str) -> tuple[str, ...]:
    """All words of a form."""
    return tuple(dict.fromkeys(part for part in _WORD.findall(form) if part not in _KINDS))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Each item ends with a tabulator. What repeats gives nothing back, so that no line takes long."""

    def piece(part: re.Match[str]) -> str:
        text = part[0]
        if text in "()|?*+ ":
            return {"(": "(?:", "*": "*+", "+": "++", " ": ""}.get(text, text)
        return rf"(?:{_KINDS.get(text) or _word_pattern(text)}\t)"

    return re.compile(_PART.sub(piece, form), re.IGNORECASE)


def _word_pattern(word: str) -> str:
    return re.escape(word) if len(word) < _LEAST else rf"{re.escape(word[:_LEAST])}[^\t]*"


def _is_number(text: str) -> bool:
    return re.fullmatch(_KINDS["float"], text) is not None
