"""Columns of a reflection table of DIALS (``.refl``) without DIALS.

The file is one msgpack value: ``[name, version, {identifiers, nrows, data}]``, where ``data`` has for each
column its C++ type and ``[rows, bytes]``, little-endian. Only what is asked for is taken from the file, as
the pixels of the spots make most of it. Of msgpack (https://github.com/msgpack/msgpack, spec.md) the kinds
of value that such a file has are known.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: bits of ``flags`` (DIALS, array_family/reflection_table.h)
INDEXED, INTEGRATED_SUM = 1 << 2, 1 << 8
#: C++ type -> numbers of a row
_TYPES = {
    "double": np.dtype("<f8"),
    "std::size_t": np.dtype("<u8"),
    "vec3<double>": np.dtype(("<f8", 3)),
}
#: head byte -> how many bytes hold the size, of strings, bytes, arrays and maps
_STRINGS = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4}
_ARRAYS, _MAPS = {0xDC: 2, 0xDD: 4}, {0xDE: 2, 0xDF: 4}
_NUMBERS = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}


def read_columns(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The columns of these names. Raises ValueError when the file is no such table or lacks one."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            _, _, table = _value(content, 0)[0]
            return {name: _column(content, table["data"][name]) for name in names}
    except KeyError as lack:
        raise ValueError(f"{path.name} has no column {lack}") from lack
    except (OSError, IndexError, TypeError, ValueError) as damage:
        raise ValueError(f"{path.name} is no table of reflections: {damage}") from damage


def _column(content: mmap.mmap, stored: Sequence[Any]) -> NDArray[Any]:
    kind, (rows, (start, size)) = stored
    if kind not in _TYPES:
        raise ValueError(f"a column of {kind}")
    numbers = np.frombuffer(content[start : start + size], _TYPES[kind])
    if len(numbers) != rows:
        raise ValueError(f"{len(numbers)} rows where {rows} belong")
    return numbers


def _value(content: mmap.mmap, at: int) -> tuple[Any, int]:
    """The value that begins at a byte, and where the next begins; bytes are given as start and size."""
    head = content[at]
    if head < 0x80:
        return head, at + 1
    if head in _NUMBERS:
        return _whole(content, at, _NUMBERS[head])
    if 0xA0 <= head < 0xC0:
        return content[at + 1 : at + 1 + head - 0xA0].decode(), at + 1 + head - 0xA0
    if head in _STRINGS:
        size, start = _whole(content, at, _STRINGS[head])
        if start + size > len(content):
            raise ValueError("it ends too early")
        text = head >= 0xD9
        return content[start : start + size].decode() if text else (start, size), start + size
    if 0x90 <= head < 0xA0 or head in _ARRAYS:
        size, at = (head - 0x90, at + 1) if head < 0xA0 else _whole(content, at, _ARRAYS[head])
        return _several(content, at, size)
    if 0x80 <= head < 0x90 or head in _MAPS:
        size, at = (head - 0x80, at + 1) if head < 0x90 else _whole(content, at, _MAPS[head])
        items, at = _several(content, at, 2 * size)
        return dict(zip(items[::2], items[1::2], strict=True)), at
    raise ValueError(f"byte {head:#x} at {at}")


def _whole(content: mmap.mmap, at: int, size: int) -> tuple[int, int]:
    """The number in the bytes behind a head, and where the next value begins."""
    end = at + 1 + size
    return int.from_bytes(content[at + 1 : end], "big"), end


def _several(content: mmap.mmap, at: int, count: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        item, at = _value(content, at)
        items.append(item)
    return items, at
