"""A reflection table as DIALS packs it, from the rules of msgpack."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

#: a column: its C++ type and its bytes
Column = tuple[str, bytes]


def column(values: NDArray[Any]) -> Column:
    """Numbers (n,) or vectors (n, 3)."""
    if values.ndim == 2:
        return "vec3<double>", values.astype("<f8").tobytes()
    if values.dtype.kind in "iu":
        return "std::size_t", values.astype("<u8").tobytes()
    return "double", values.astype("<f8").tobytes()


def pack(path: Path, rows: int, columns: Mapping[str, Column]) -> Path:
    """``[name, version, {identifiers, nrows, data}]``; sizes in four bytes, short ones in the head."""
    data = b"".join(
        _text(name) + b"\x92" + _text(kind) + b"\x92" + b"\xcd" + struct.pack(">H", rows)
        + b"\xc6" + struct.pack(">I", len(content)) + content
        for name, (kind, content) in columns.items()
    )  # fmt: skip
    inner = _text("identifiers") + b"\x81\x00" + b"\xd9\x24" + b"x" * 36
    inner += _text("nrows") + b"\x02" + _text("data")
    inner += b"\xde" + struct.pack(">H", len(columns)) + data
    path.write_bytes(b"\x93" + _text("dials::af::reflection_table") + b"\x01\x83" + inner)
    return path


def _text(value: str) -> bytes:
    return bytes([0xA0 + len(value)]) + value.encode()
