"""One image through a plug-in of XDS (``LIB=``), in a process of its own: a plug-in is foreign code.

The four functions are those that XDS calls, with Fortran's arguments by reference; their types are
public in dectris/neggia:src/dectris/neggia/plugin/H5ToXds.h and DiamondLightSource/durin:src/plugin.h.
"""

from __future__ import annotations

import json
import subprocess
import sys
from ctypes import CDLL, byref, c_char_p, c_float, c_int
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FUNCTIONS = ("plugin_open", "plugin_get_header", "plugin_get_data", "plugin_close")
_SECONDS = 120.0
_MARK = "sweepwright-plugin: "


class PluginError(Exception):
    """What went wrong with a plug-in, in a sentence for the user."""


@dataclass(frozen=True)
class PluginImage:
    """What a plug-in gave of an image: fast and slow, px and mm; SHA-256 of its counts.

    The counts are little-endian numbers of 32 bits, row by row, as XDS gets them.
    """

    size_px: tuple[int, int]
    pixel_mm: tuple[float, float]
    images: int
    number: int
    sha256: str


def read_image(plugin: Path, image: str, number: int = 1) -> PluginImage:
    """The image of this number of a file, or of the master that a template stands for.

    Raises PluginError; a crash of the plug-in is one too.
    """
    answer = _ask(plugin, f"while it read {image}", image, str(number))
    return PluginImage(
        tuple(answer["size_px"]),
        tuple(answer["pixel_mm"]),
        answer["images"],
        number,
        answer["sha256"],
    )


def load(plugin: Path) -> None:
    """Loads a plug-in and looks for its functions. Raises PluginError."""
    _ask(plugin, "while it was loaded")


def _ask(plugin: Path, when: str, *image: str) -> dict[str, Any]:
    """What the child says. Raises PluginError."""
    command = [sys.executable, "-m", __name__, str(plugin.resolve()), *image]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PluginError(f"{plugin.name} did not answer within {_SECONDS:.0f} s") from None
    said = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if not said:
        why = f"signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode}"
        raise PluginError(f"{plugin.name} crashed ({why}) {when}")
    answer: dict[str, Any] = json.loads(said[-1].removeprefix(_MARK))
    if "error" in answer:
        raise PluginError(answer["error"])
    return answer


def _loaded(plugin: str) -> CDLL:
    """In the child: the library, which has all functions."""
    name = Path(plugin).name
    try:
        library = CDLL(plugin)
    except OSError as problem:
        raise PluginError(f"{name} cannot be loaded: {problem}") from None
    missing = [function for function in _FUNCTIONS if not hasattr(library, function)]
    if missing:
        raise PluginError(f"{name} is no plug-in of XDS: it has no {', '.join(missing)}")
    return library


def _read(plugin: str, image: str, number: int) -> dict[str, object]:
    """In the child: opens, reads header and image, closes."""
    name, library = Path(plugin).name, _loaded(plugin)
    info, failed = (c_int * 1024)(), c_int(0)
    info[0] = 1

    def call(function: str, *arguments: object) -> None:
        failed.value = 0
        routine = getattr(library, function)
        routine.restype = None
        routine(*arguments, byref(failed))
        if failed.value != 0:
            raise PluginError(f"{name}: {function} gave the error {failed.value} for {image}")

    nx, ny, nbytes, images = c_int(), c_int(), c_int(), c_int()
    qx, qy = c_float(), c_float()
    call("plugin_open", c_char_p(image.encode()), info)
    header = (nx, ny, nbytes, qx, qy, images)
    call("plugin_get_header", *(byref(field) for field in header), info)
    if nx.value < 1 or ny.value < 1:
        raise PluginError(f"{name} gives {image} a size of {nx.value} x {ny.value} pixels")
    counts = (c_int * (nx.value * ny.value))()
    call("plugin_get_data", byref(c_int(number)), byref(nx), byref(ny), counts, info)
    call("plugin_close")
    return {
        "size_px": [nx.value, ny.value],
        "pixel_mm": [_short(qx), _short(qy)],
        "images": images.value,
        "sha256": _sha256(bytes(counts)),
    }


def _short(number: c_float) -> float:
    """The shortest number that is this one in single precision."""
    return float(f"{number.value:.7g}")


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _main(plugin: str, *image: str) -> None:
    answer: dict[str, object] = {}
    try:
        if image:
            answer = _read(plugin, image[0], int(image[1]))
        else:
            _loaded(plugin)
    except PluginError as problem:
        answer = {"error": str(problem)}
    sys.stdout.write(f"\n{_MARK}{json.dumps(answer)}\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
