"""Texts of headers compared with those of records: case, blanks and punctuation do not count."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BETWEEN = re.compile(r"[^A-Z0-9]+")


def plain(text: str) -> str:
    """The letters and digits of a text, in capitals."""
    return _BETWEEN.sub("", text.upper())


def same_place(names: Iterable[str], *sites: str) -> bool:
    """Whether one of the header's names of the place is among the names."""
    written = {plain(site) for site in sites}
    return any(plain(name) in written for name in names)


def has_words(words: Iterable[str], text: str) -> bool:
    """Whether one of the words is found in the text."""
    return longest_word(words, text) > 0


def longest_word(words: Iterable[str], text: str) -> int:
    """The length of the longest word that begins a word of the text; 0 where none does.

    Blanks part terms that must all be there.
    """
    found = (
        len(word)
        for word in words
        if all(
            re.search(rf"(?<![A-Z0-9]){re.escape(term)}", text, re.IGNORECASE)
            for term in word.split()
        )
    )
    return max(found, default=0)
