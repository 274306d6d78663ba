"""What an attempt of XDS left behind: whether its log and its files were written by this attempt.

A folder of an attempt begins empty but for XDS.INP and links to the files of earlier steps.
"""

from __future__ import annotations

from pathlib import Path

from sweepwright.logs.xds_banner import banner
from sweepwright.model.plan import Step

_HEAD = 4000
_INPUTS = ("XDS.INP", "XSCALE.INP")
#: what the reflection files of XDS end with
_END = b"!END_OF_DATA"


def text_of(path: Path) -> str:
    """The text of a file, nothing if there is none."""
    try:
        return path.read_text("latin-1")
    except OSError:
        return ""


def what_is_wrong(step: Step, folder: Path, log: str) -> str:
    """Why the log or an output is not of this attempt, or not whole; empty if all are."""
    said, printed = banner(text_of(folder / log)), banner(text_of(folder / "stdout")[:_HEAD])
    if not said.program:
        return f"{log} has no line that names the program and its version"
    if printed.version and (said.version, said.built) != (printed.version, printed.built):
        return f"{log} is of another version ({said.version}) than ran ({printed.version})"
    began = max((_written(folder / name) for name in _INPUTS), default=0.0)
    for name in (log, *(output.name for output in step.outputs if not output.optional)):
        path = folder / name
        if path.is_symlink():
            return f"{name} was not written: it is a link to the file of another step"
        if not path.is_file() or not path.stat().st_size:
            return f"{name} was not written"
        if _written(path) < began:
            return f"{name} is older than the input of this attempt"
        if path.suffix == ".HKL" and _END not in _last_bytes(path):
            return f"{name} is not whole: '!END_OF_DATA' is missing at its end"
    return ""


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _last_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        return file.read()
