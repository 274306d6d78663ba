"""Which reader a file is for, told by its content."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sweepwright.logs.reading import Reading

_HEAD = 4000
#: modules in the order in which they are asked: those that a first line tells come first
READERS = (
    "hkl_records",
    "xparm",
    "idxref",
    "integrate",
    "correct",
    "xscale",
    "xds_steps",
    "pointless_xml",
    "aimless_xml",
    "ctruncate_xml",
    "pointless",
    "aimless",
    "ctruncate",
    "spot",
)


def read_file(path: Path) -> Reading | None:
    """What a program wrote; None for a file of no kind that is known. Raises OSError.

    A log may be wrapped in the output of another program: then more than its head is looked at.
    """
    text = path.read_text("latin-1").replace("\r\n", "\n")
    for head in (text[:_HEAD], text):
        for name in READERS:
            reader = import_module(f"sweepwright.logs.{name}")
            kind = reader.recognises(head)
            if kind is not None:
                found: Reading = reader.read(text, kind)
                return found
        if len(text) <= _HEAD:
            break
    return None
