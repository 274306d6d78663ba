"""An emitted XDS.INP as XDS reads it, independent of the emitter."""

from __future__ import annotations

import re
from collections.abc import Mapping

Keywords = Mapping[str, list[str]]

#: a keyword begins a line or follows a blank; its equals sign touches it
_KEYWORD = re.compile(r"(?:^|(?<=\s))([A-Z][A-Z0-9_'()-]*)=")


def parse_xds_input(text: str) -> Keywords:
    """Keyword -> the text of each of its values, in order; what follows ``!`` is a comment.

    A line that begins with a hole says nothing yet: a decision may make a comment of it.
    """
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("<"):
            continue
        before, *pieces = _KEYWORD.split(line.partition("!")[0])
        assert not before.strip(), f"no keyword: {line}"
        for name, value in zip(pieces[::2], pieces[1::2], strict=True):
            found.setdefault(name, []).append(" ".join(value.split()))
    return found


def numbers(keywords: Keywords, name: str) -> list[float]:
    """The numbers of a keyword that must stand there once."""
    (text,) = keywords[name]
    return [float(word) for word in text.split()]


def number(keywords: Keywords, name: str) -> float:
    """The one number of a keyword that must stand there once."""
    (value,) = numbers(keywords, name)
    return value


#: where the compiled folder has all of a sweep's XDS.INP in one
WHOLE = "sweeps/A/whole/by-hand/XDS.INP"
