"""The version in the first lines of a file that XDS or XSCALE wrote for other programs."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"\bVERSION\s+(?P<date>[A-Z][a-z]+ (?:\d{1,2}, )?\d{4})(?:\s+BUILT=(?P<built>\d{8})\b)?"
)


def version(head: str) -> tuple[str | None, int | None]:
    """The date of the version as printed, and the build (yyyymmdd) that sorts versions."""
    found = _VERSION.search(head)
    if not found:
        return None, None
    return found["date"], int(found["built"]) if found["built"] else None
