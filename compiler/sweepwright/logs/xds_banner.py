"""The banner of a log of XDS, XSCALE or XDSCONV: which program of which build wrote it, and when.

Its form changed over the years: in a box or between asterisks, with a day or a month only, with
``BUILT=`` since 2014. A missing ``BUILT=`` is no error, and no version is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sweepwright.logs.reading import Value
from sweepwright.logs.versions import VERSION

_DATE = r"\d{1,2}-[A-Z][a-z]{2}-\d{4}"
_DATED = rf"\((?:XDS )?{VERSION}\) +(?P<run>{_DATE})"
#: the log of a step, or the standard output; and, until 2012, the box of XSCALE
_LOG = re.compile(
    rf"^ *(?:\*{{5}} +(?P<step>[A-Z]+) +\*{{5}} *|(?P<box>XSCALE|XDSCONV) +){_DATED}",
    re.MULTILINE,
)
_LICENCE = re.compile(rf"(?i:licen[sc]ed until|licen[sc]e expired on) +({_DATE})")
#: characters of a log that can have its banner
_HEAD = 4000


@dataclass(frozen=True, slots=True)
class Banner:
    """``version`` is as printed; ``built`` (yyyymmdd) is what versions can be ordered by."""

    program: str = ""
    version: str | None = None
    built: int | None = None
    run_date: str | None = None
    licensed_until: str | None = None

    def values(self) -> dict[str, Value]:
        """What is known, under ``program.``."""
        known = {
            "version_date": self.version,
            "built": self.built,
            "run_date": self.run_date,
            "licensed_until": self.licensed_until,
        }
        return {f"program.{name}": value for name, value in known.items() if value is not None}


def banner(text: str) -> Banner:
    """What the first lines of a log say; a banner without a program if they have none."""
    head = text[:_HEAD]
    licence = _LICENCE.search(head)
    until = licence[1] if licence else None
    found = _LOG.search(head)
    if not found:
        return Banner(licensed_until=until)
    built = int(found["built"]) if found["built"] else None
    return Banner(_program(found), found["version"], built, found["run"], until)


def log_of(head: str) -> str | None:
    """The program or step whose log this is; None for everything else, its data files as well."""
    return banner(head).program or None


def logs_in(text: str, program: str) -> int:
    """How many logs of this program or step a text has: those of several runs may be in one file."""
    return sum(_program(found) == program for found in _LOG.finditer(text))


def _program(found: re.Match[str]) -> str:
    return found["step"] or found["box"]
