"""The banner of a CCP4 program, and what the program says has gone wrong.

That a log has its last line proves only that the program reached its end: AIMLESS writes it after
a fatal error as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sweepwright.logs.reading import Value

_BANNER = re.compile(
    r"^ *### +CCP4 +(?P<suite>[\w.]+): +(?P<program>\w+) +version +(?P<version>[^\s:]+) *:"
    r" *(?:(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d\d))? *#",
    re.MULTILINE,
)
_RUN = re.compile(
    r"Run date: *(?P<day>\d{1,2})/ *(?P<month>\d{1,2})/(?P<year>\d{4}) +Run time: *(?P<time>[\d:]{8})"
)
_CENTURY = 20_000_000
#: messages after which there is no result, or none that is of use
_HARD = re.compile(
    r"FATAL ERROR message:\s*(?P<fatal>[^\r\n]+)"
    r"|CCP4 library signal (?P<signal>[^\r\n]+) \(Error\)"
    r"|(?P<said>Stopping because cell discrepancy between files|Incompatible symmetries"
    r"|All reflection pairs rejected|Reference data and observed data do not overlap"
    r"|[^\r\n]*SYNTAX ERROR[^\r\n]*|File must be sorted|Negative scale(?:s| factor)\b"
    r"|Scaling has failed to converge|\*\*\* No observations \*\*\*"
    r"|label \S+ not found in file(?=!)|No Symmetry found in Master_Input File)"
)
_WARNING = re.compile(
    r"^[ \t]*(?:WARNING\b[!:]*[ \t]*)+(?P<what>[^$<]*?)(?=\n[ \t]*\r?\n|\$\$|<|\Z)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Banner:
    """``released`` (yyyymmdd) is the date that the banner has behind the version."""

    program: str = ""
    version: str | None = None
    released: int | None = None
    suite: str | None = None
    run_date: str | None = None
    run_time: str | None = None

    def values(self) -> dict[str, Value]:
        """What is known of it; ``run_date`` is yyyy-mm-dd."""
        known = {
            "program_version": self.version,
            "program_released": self.released,
            "suite_version": self.suite,
            "run_date": self.run_date,
            "run_time": self.run_time,
        }
        return {name: value for name, value in known.items() if value is not None}


def banner(text: str) -> Banner:
    """The first banner of a text; one without a program if there is none."""
    found = _BANNER.search(text)
    if not found:
        return Banner()
    run = _RUN.search(text, found.end(), found.end() + 300)
    released = None
    if found["day"]:
        released = _CENTURY + int(found["year"] + found["month"] + found["day"])
    return Banner(
        found["program"].lower(),
        found["version"],
        released,
        found["suite"],
        f"{run['year']}-{run['month']:0>2}-{run['day']:0>2}" if run else None,
        run["time"] if run else None,
    )


def runs_in(text: str, program: str) -> int:
    """How many logs of this program a text has."""
    return sum(found["program"].lower() == program for found in _BANNER.finditer(text))


def messages(text: str, program: str) -> dict[str, Value]:
    """``error.hard``, the first error; ``warning``, the first warning, and all ``warnings``."""
    found: dict[str, Value] = {}
    if error := _HARD.search(text) or _complaint(program).search(text):
        found["error.hard"] = _line(next(said for said in error.groups() if said))
    said = (_line(warning["what"]) for warning in _WARNING.finditer(text))
    if warnings := tuple(dict.fromkeys(what for what in said if what)):
        found |= {"warning": warnings[0], "warnings": warnings}
    return found


def _complaint(program: str) -> re.Pattern[str]:
    """The line by which a program of the suite ends, if not by its normal termination."""
    return re.compile(
        rf"^ *{program}: +(?!Normal termination)(\S[^\r\n]*)", re.MULTILINE | re.IGNORECASE
    )


def _line(text: str) -> str:
    return " ".join(text.split()).strip("* ")
