"""Reads mini-CBF the slow way, independently of what writes it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

MARK = b"\x0c\x1a\x04\xd5"


def decompress(data: bytes, count: int) -> list[int]:
    """Byte-offset decompression, a value at a time, after the CBF specification."""
    values: list[int] = []
    value = position = 0
    while len(values) < count:
        (step,) = struct.unpack_from("<b", data, position)
        position += 1
        if step == -128:
            (step,) = struct.unpack_from("<h", data, position)
            position += 2
            if step == -32768:
                (step,) = struct.unpack_from("<i", data, position)
                position += 4
        value += step
        values.append(value)
    assert position == len(data)
    return values


def header(path: Path) -> dict[str, str]:
    """Header lines and MIME lines: first word (without colon) -> rest."""
    text = path.read_bytes().split(MARK)[0].decode("ascii")
    found = {}
    for line in text.replace("\r", "").split("\n"):
        words = line.removeprefix("# ").split(maxsplit=1)
        if len(words) == 2:
            found[words[0].rstrip(":")] = words[1]
    return found


def data(path: Path) -> bytes:
    """The compressed pixels as long as the header says."""
    rest = path.read_bytes().split(MARK, 1)[1]
    return rest[: int(header(path)["X-Binary-Size"])]


def pixels(path: Path) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The image, (slow, fast)."""
    told = header(path)
    fast = int(told["X-Binary-Size-Fastest-Dimension"])
    slow = int(told["X-Binary-Size-Second-Dimension"])
    return np.array(decompress(data(path), fast * slow)).reshape(slow, fast)
