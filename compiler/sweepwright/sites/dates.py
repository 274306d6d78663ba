"""The day of an image from the date of its header, which is written in many ways.

Readers and converters fill in 1970 where nothing is known. A day before 1990 is therefore no day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date

FIRST_YEAR = 1990
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"


def _of(year: str, month: str, day: str) -> date:
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    return date(int(year), number, int(day))


#: forms as they stand in headers -> year, month, day of a match
_FORMS: Mapping[str, Callable[[re.Match[str]], date]] = {
    # 2015-03-04T09:13:22, 2015/Mar/04 09:13:22, 2015:03:04
    r"^\D{0,3}(\d{4})[-/:. ](\d{1,2}|[A-Za-z]{3})[-/:. ](\d{1,2})(?!\d)": lambda m: _of(
        *m.groups()
    ),
    # Tue Jun 26 09:43:09 2007, Tue_Aug__4_12:00:00_2015, with or without a time zone
    rf"([A-Za-z]{{3}})[ _]+(\d{{1,2}})[ _]+{_CLOCK}[ _]+(?:[A-Z]{{2,5}}[ _]+)?(\d{{4}})": lambda m: (
        _of(m[3], m[1], m[2])
    ),
    # 26-Jun-2007
    r"(?<!\d)(\d{1,2})[-/. ]([A-Za-z]{3})[a-z]*[-/. ](\d{4})": lambda m: _of(m[3], m[2], m[1]),
    # MarCCD: MMDDhhmmYYYY.ss
    r"^(\d{2})(\d{2})\d{4}(\d{4})(?:\.\d+)?$": lambda m: _of(m[3], m[1], m[2]),
}


def day_of(text: str | None) -> date | None:
    """The day that a date of a header names; None when it names none, or one before 1990."""
    for pattern, read in _FORMS.items():
        found = re.search(pattern, (text or "").strip())
        if found:
            with suppress(ValueError):
                day = read(found)
                return day if day.year >= FIRST_YEAR else None
    return None
