"""What XDS, XSCALE and XDSCONV say has gone wrong.

They end with status 0 whatever happened: the text is all there is. An error may stand below the
timing lines, and one before the first step stands in the standard output alone.
"""

from __future__ import annotations

import re

from sweepwright.logs.reading import Value

_ERROR = re.compile(r"!!![ \t]*ERROR\b[^!\n]*!!!\s*([^\r\n]*)")
_WARNING = re.compile(r"!!![ \t]*WARNING\b[^!\n]*!!!\s*([^\r\n]*)")
#: ends of a run without the mark of an error
_CRASH = re.compile(
    r"^[ \t]*((?:Sorry, )?licen[sc]e expired on[^\r\n]*|forrtl: severe[^\r\n]*|Segmentation fault[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
#: the results exist and can be used
_SOFT = re.compile(
    r"INSUFFICIENT PERCENTAGE .*INDEXED REFLECTIONS"
    r"|SOLUTION IS INACCURATE"
    r"|INACCURATE SCALING FACTORS"
)
#: printed in every run of some builds
_REMARK = "For unknown crystals an augmented lattice basis"
#: XDS repeats the line of XDS.INP above this error
_ILLEGAL = "ILLEGAL"


def messages(text: str) -> dict[str, Value]:
    """``error.hard``, ``error.soft`` and ``warning``: the first of each; ``warnings``: all of them."""
    found: dict[str, Value] = {}
    for error in _ERROR.finditer(text):
        message = error[1].strip()
        found.setdefault("error.soft" if _SOFT.search(message) else "error.hard", message)
        if message.startswith(_ILLEGAL) and (line := _line_above(text, error.start())):
            found.setdefault("error.offending_line", line)
    if crash := _CRASH.search(text):
        found.setdefault("error.hard", crash[1].strip())
    said = (warning[1].strip() for warning in _WARNING.finditer(text))
    warnings = tuple(dict.fromkeys(what for what in said if not what.startswith(_REMARK)))
    if warnings:
        found["warning"] = warnings[0]
        found["warnings"] = warnings
    return found


def _line_above(text: str, at: int) -> str:
    above = text[:at].rpartition("\n")[0]
    return above.rpartition("\n")[2].strip()
