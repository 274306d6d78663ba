"""Failures on request, by environment variables; README.md lists them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

PREFIX = "XDS_STANDIN_"
#: counts the IDXREF runs, in the working folder unless the variable COUNTER names another file
_COUNTER = ".standin-idxref-runs"


def licence_expired() -> str | None:
    """The day the licence ended, e.g. ``31-Mar-2022``; None: all is well."""
    return os.environ.get(PREFIX + "LICENCE_EXPIRED")


def forced_soft_error() -> bool:
    return PREFIX + "SOFT_ERROR" in os.environ


def crashes_in(step: str) -> bool:
    return os.environ.get(PREFIX + "CRASH") == step


def crash() -> None:
    """As if the operating system had ended the program for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def idxref_fails() -> bool:
    """Whether this run of IDXREF is one of the first N, which fail."""
    wanted = int(os.environ.get(PREFIX + "IDXREF_FAILS", "0"))
    if not wanted:
        return False
    counter = Path(os.environ.get(PREFIX + "COUNTER", _COUNTER))
    runs = int(counter.read_text(encoding="utf-8")) if counter.exists() else 0
    counter.write_text(str(runs + 1), encoding="utf-8")
    return runs < wanted
