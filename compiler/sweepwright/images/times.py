"""When an image was taken, from the date of its header, which is written in many ways."""

from __future__ import annotations

import re
from datetime import datetime

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?P<fraction>\.\d+)?"
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        # 2015-03-04T09:13:22.880, 2012/Apr/09 20:02:10
        rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}}|[A-Za-z]{{3}})[-/](?P<day>\d{{1,2}})[T ]+{_CLOCK}",
        # Tue Jun 26 09:43:09 2007, Fri_Feb_13_13:23:52_2015, with or without a time zone
        r"(?:[A-Za-z]{3}[ _,]+)?(?P<month>[A-Za-z]{3})[ _]+(?P<day>\d{1,2})[ _]+"
        rf"{_CLOCK}[ _]+(?:[A-Z]{{2,5}}[ _]+)?(?P<year>\d{{4}})",
        # 27-Jan-2015 03:18:35
        rf"(?P<day>\d{{1,2}})[-/ ](?P<month>[A-Za-z]{{3}})[-/ ](?P<year>\d{{4}})[T ]+{_CLOCK}",
        # MarCCD: MMDDhhmmYYYY.ss
        r"(?P<month>\d{2})(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<year>\d{4})"
        r"\.(?P<second>\d{2})",
    )
)


def time_of(text: str) -> datetime | None:
    """The time that a date says, in the time zone that it is meant in; None where it says none."""
    match = next((found for form in _FORMS if (found := form.match(text.strip()))), None)
    if match is None:
        return None
    word = match["month"].lower()
    fraction = match.groupdict().get("fraction") or ".0"
    try:
        return datetime(
            int(match["year"]),
            _MONTHS.index(word) + 1 if word in _MONTHS else int(word),
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"]),
            int(fraction[1:7].ljust(6, "0")),
        )
    except ValueError:
        return None
