"""An emitted XDS.INP as XDS reads it, independent of the emitter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Keywords = Mapping[str, list[str]]

#: a keyword begins a line or follows a blank; its equals sign touches it
_KEYWORD = re.compile(r"(?:^|(?<=\s))([A-Z][A-Z0-9_'()-]*)=")


def parse_xds_input(text: str) -> Keywords:
    """Keyword -> the text of each of its values, in order; what follows ``!`` is a comment."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
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


#: folders of the steps of a sweep that lead from images to intensities
STAGES = ("index", "integrate", "correct")


def whole(texts: Iterable[str]) -> str:
    """What XDS is told in several steps, as one XDS.INP; without what is decided in the run."""
    lines = [line for text in texts for line in text.splitlines()]
    jobs = [line for line in lines if line.startswith("JOB=")]
    steps = " ".join(re.sub(r"^JOB=|!.*", "", line).strip() for line in jobs)
    known = (line for line in lines if "= <point_group@" not in line)
    once = dict.fromkeys(line for line in known if line not in jobs)
    return "\n".join([f"JOB= {steps}", *once]) + "\n"
