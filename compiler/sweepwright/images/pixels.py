"""The pixels of one image, for pictures alone: CBF byte offset, SMV, HDF5.

Nothing that is computed rests on them: headers are read elsewhere, and engines read images by
themselves. Byte offset: CBFlib manual, "CBF_BYTE_OFFSET"; SMV: its header says type and byte order.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweepwright.images import minicbf, smv
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import open_image

Pixels = NDArray[np.int64]

_TYPES = {
    "unsigned_short": "u2", "unsigned short int": "u2", "short int": "i2",
    "unsigned_long": "u4", "unsigned long int": "u4", "long int": "i4", "float": "f4",
}  # fmt: skip
_ORDERS = {"little_endian": "<", "big_endian": ">"}
_STACK = re.compile(r"data_\d+")
_ONE_IMAGE = 2
#: the byte, the two and the four bytes that say that a longer difference follows
_ESCAPE = 0x80
_LONGER = b"\x00\x80"
_LONGEST = b"\x00\x00\x00\x80"


def read_pixels(path: Path, image: int = 1) -> Pixels:
    """Counts (slow, fast) of a file, of a master those of its ``image``, counted from 1.

    Raises ImageError for what cannot be read, OSError.
    """
    with open_image(path) as file:
        data = file.read()
    if data.startswith(b"###CBF"):
        return _cbf(data)
    if data.startswith(b"{"):
        return _smv(path, data)
    if data.startswith(b"\x89HDF"):
        return _hdf5(path, image)
    raise ImageError("is of a format whose pixels cannot be shown", "Leave out '--image'.")


def _cbf(data: bytes) -> Pixels:
    header = minicbf.parse_header(data)
    if b"CBF_BYTE_OFFSET" not in data[: header.data_offset]:
        raise ImageError("is packed in another way than by byte offset", "Leave out '--image'.")
    packed = data[header.data_offset : header.data_offset + header.data_bytes]
    differences = _differences(packed)
    fast, slow = minicbf.frame_size(header)
    if len(differences) < fast * slow:
        raise ImageError("ends within its pixels: the file is truncated", "Copy it again.")
    # pixels have 32 bits: a difference that does not fit wraps around
    counts = np.cumsum(differences[: fast * slow]).astype(np.int32)
    return counts.astype(np.int64).reshape(slow, fast)


def _differences(packed: bytes) -> Pixels:
    """Each pixel less the one before. Only the few long ones are walked through one by one."""
    data = np.frombuffer(packed, np.uint8)
    plain = np.ones(len(data), bool)
    values = data.view(np.int8).astype(np.int64)
    end = 0
    for at in np.flatnonzero(data == _ESCAPE).tolist():
        if at < end:
            continue
        begin, length = at + 1, 2
        if packed[begin : begin + 2] == _LONGER:
            begin, length = at + 3, 4
            if packed[begin : begin + 4] == _LONGEST:
                begin, length = at + 7, 8
        end = begin + length
        values[at] = int.from_bytes(packed[begin:end], "little", signed=True)
        plain[at + 1 : end] = False
    return values[plain]


def _smv(path: Path, data: bytes) -> Pixels:
    header, length = smv.read_header(path, data)
    size = smv.size_px(header)
    kind = _TYPES.get(header.get("TYPE", header.get("Data_type", "")).lower())
    order = _ORDERS.get(header.get("BYTE_ORDER", "little_endian").lower())
    if size is None or kind is None or order is None or header.get("COMPRESSION", "None") != "None":
        raise ImageError("is of a type whose pixels cannot be shown", "Leave out '--image'.")
    fast, slow = size
    type_ = np.dtype(order + kind)
    if len(data) < length + fast * slow * type_.itemsize:
        raise ImageError("ends within its pixels: the file is truncated", "Copy it again.")
    return np.frombuffer(data, type_, fast * slow, length).reshape(slow, fast).astype(np.int64)


def _hdf5(path: Path, image: int) -> Pixels:
    from sweepwright.images.hdf5 import opened
    from sweepwright.images.hdf5_nodes import find_parts

    try:
        import_module("hdf5plugin")  # registers the filters of detectors
    except ImportError:
        hint = "'pip install hdf5plugin' brings the filters that unpack it."
    else:
        hint = "Look whether its data files are there and whole."
    with opened(path) as file:
        _, parts = find_parts(file)
        data = parts.data.path if parts.data is not None else ""
        try:
            return np.asarray(_frame(file[data], image)).astype(np.int64)
        except (OSError, KeyError, IndexError, ValueError) as problem:
            raise ImageError(f"does not give image {image}: {problem}", hint) from None


def _frame(group: Any, image: int) -> Any:
    """Image number ``image`` of the data sets of an HDF5 group, which follow each other by name."""
    names = sorted(name for name in group if _STACK.fullmatch(name)) or ["data"]
    before = 0
    for name in names:
        stack = group[name]
        if stack.ndim == _ONE_IMAGE:
            return stack[()]
        if image <= before + len(stack):
            return stack[image - 1 - before]
        before += len(stack)
    raise IndexError(f"there are {before}")
