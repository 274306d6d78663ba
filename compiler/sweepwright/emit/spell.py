"""How values are spelled in the files of each program.

A number that was read is written as the shortest text that reads back to the same double; numbers
that were computed come rounded to 12 significant digits from where they were made.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from sweepwright.model.resolved import Verbatim

Speller = Callable[[Any], str]


def number(value: float) -> str:
    """The shortest decimal text of a number that reads back equal; no exponent, no ``-0``."""
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return "0"
    text = repr(float(value))
    if "e" in text:
        text = format_without_exponent(text)
    return text.removesuffix(".0")


def format_without_exponent(text: str) -> str:
    """``1.5e-05`` as ``0.000015``: Fortran list input reads both, people only one."""
    mantissa, _, exponent = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    shift = int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{whole}{fraction}"
    return f"{sign}{whole}{fraction.ljust(shift, '0')[:shift]}{fraction[shift:] and '.' + fraction[shift:]}"


def _listed(value: Any, separator: str, true: str, false: str, none: str) -> str:
    if value is None:
        return none
    if isinstance(value, bool):
        return true if value else false
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, (list, tuple)):
        return separator.join(_listed(item, separator, true, false, none) for item in value)
    return str(value)


def plain(value: Any) -> str:
    """Numbers and words, lists separated by blanks."""
    return _listed(value, " ", "true", "false", "")


def xds(value: Any) -> str:
    """XDS: Fortran literals, TRUE and FALSE in capitals, lists separated by blanks."""
    return _listed(value, " ", "TRUE", "FALSE", "")


def ccp4(value: Any) -> str:
    """Keywords of CCP4: ON and OFF, lists separated by blanks."""
    return _listed(value, " ", "ON", "OFF", "")


def phil(value: Any) -> str:
    """PHIL: lists separated by commas, words quoted where they hold more than letters."""
    text = _listed(value, ",", "True", "False", "None")
    if (
        isinstance(value, str)
        and not isinstance(value, Verbatim)
        and not value.replace("_", "").replace(".", "").isalnum()
    ):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text


def as_json(value: Any) -> str:
    """JSON, for the parameters of our own steps."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def shell(value: Any) -> str:
    """One word of a POSIX shell."""
    return shlex.quote(plain(value))


SPELLERS: dict[str, Speller] = {
    "plain": plain,
    "xds": xds,
    "ccp4": ccp4,
    "phil": phil,
    "json": as_json,
    "shell": shell,
}
