"""How XDS and XSCALE name their version, in banners of logs and in files for other programs."""

from __future__ import annotations

import re

#: a month, maybe a day, a year; BUILT= (yyyymmdd), which sorts versions, since 2014
VERSION = r"VERSION +(?P<version>[A-Z][a-z]+(?: +\d{1,2},)? +\d{4})(?: +BUILT=(?P<built>\d{8})\b)?"
_VERSION = re.compile(rf"\b{VERSION}")


def version(head: str) -> tuple[str | None, int | None]:
    """The date of the version as printed, and the build (yyyymmdd)."""
    found = _VERSION.search(head)
    if not found:
        return None, None
    return found["version"], int(found["built"]) if found["built"] else None
