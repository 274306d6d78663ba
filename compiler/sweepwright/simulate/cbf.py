"""CBF files: text, then pixels in the byte-offset compression.

Compression and MIME lines as CBFlib's manual describes them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.int32]

_MARK = b"\x0c\x1a\x04\xd5"
_BOUNDARY = "--CIF-BINARY-FORMAT-SECTION--"
#: PILATUS software leaves this many zeros after the data
_PADDING = 4095
_LARGEST_IN_BYTE, _LARGEST_IN_WORD = 127, 32767


def byte_offset(pixels: Pixels) -> bytes:
    """Compresses: each difference to the pixel before takes 1, 1 + 2 or 1 + 2 + 4 bytes."""
    differences = np.diff(pixels.ravel().astype(np.int64), prepend=0)
    size = np.abs(differences)
    length = np.where(size <= _LARGEST_IN_BYTE, 1, np.where(size <= _LARGEST_IN_WORD, 3, 7))
    end = np.cumsum(length)
    begin = end - length
    out = np.zeros(int(end[-1]), np.uint8)
    short = length == 1
    out[begin[short]] = differences[short].astype(np.int8).view(np.uint8)
    # 0x80 announces a longer difference, 0x8000 after it a still longer one
    out[begin[~short]] = 0x80
    _put(out, begin[length == 3] + 1, differences[length == 3], "<i2")
    out[begin[length == 7] + 2] = 0x80
    _put(out, begin[length == 7] + 3, differences[length == 7], "<i4")
    return out.tobytes()


def _put(
    out: NDArray[np.uint8], where: NDArray[np.int64], values: NDArray[np.int64], kind: str
) -> None:
    """Writes little-endian numbers at byte positions."""
    size = np.dtype(kind).itemsize
    out[where[:, None] + np.arange(size)] = values.astype(kind).view(np.uint8).reshape(-1, size)


def cbf(name: str, text: Sequence[str], pixels: Pixels) -> bytes:
    """A complete file of one data block; ``text`` are its lines before the pixels."""
    data = byte_offset(pixels)
    slow, fast = pixels.shape
    lines = [
        "###CBF: VERSION 1.5, CBFlib v0.7.8 - PILATUS detectors",
        "",
        f"data_{name}",
        "",
        *text,
        "",
        "_array_data.data",
        ";",
        _BOUNDARY,
        "Content-Type: application/octet-stream;",
        '     conversions="x-CBF_BYTE_OFFSET"',
        "Content-Transfer-Encoding: BINARY",
        f"X-Binary-Size: {len(data)}",
        "X-Binary-ID: 1",
        'X-Binary-Element-Type: "signed 32-bit integer"',
        "X-Binary-Element-Byte-Order: LITTLE_ENDIAN",
        f"Content-MD5: {base64.b64encode(hashlib.md5(data).digest()).decode()}",
        f"X-Binary-Number-of-Elements: {pixels.size}",
        f"X-Binary-Size-Fastest-Dimension: {fast}",
        f"X-Binary-Size-Second-Dimension: {slow}",
        f"X-Binary-Size-Padding: {_PADDING}",
        "",
        "",
    ]
    tail = f"\r\n{_BOUNDARY}--\r\n;\r\n".encode()
    return "\r\n".join(lines).encode() + _MARK + data + bytes(_PADDING) + tail


def cut_short(file: bytes) -> bytes:
    """A file whose transfer broke off amid the data."""
    begin = file.index(_MARK) + len(_MARK)
    return file[: begin + (len(file) - begin) * 6 // 10]
