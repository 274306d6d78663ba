"""An HDF5 file: a header that has a reader, or a companion of one, which names the file to read.

A series is written as a master file with the header, data files with the images, at some beamlines a
meta file besides. Masters are those of DECTRIS' filewriter 1 (`eiger`) and NXmx (`nxmx`), which newer
filewriters write too. h5py, which is slow to load, is loaded when a file is HDF5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts

if TYPE_CHECKING:
    import h5py

    from sweepwright.images.hdf5_nodes import Node

_MAGIC = b"\x89HDF\r\n\x1a\n"
#: where the file may begin behind a block of the user (HDF5 file format, "Superblock")
_BEGINS = (0, 512, 1024, 2048, 4096, 8192)
#: marks in the first message of a series as DECTRIS' stream interface sends it
_STREAM = (b"htype", b"dheader-1.0")
_COMPANION = re.compile(r"(.+?)(?:_meta|_data_\d+|_\d{6})\.(?:h5|hdf5)")
_MASTERS = ("_master.h5", ".nxs", "_master.hdf5")
#: what h5py raises for bytes that make no sense
_BROKEN = (OSError, KeyError, RuntimeError, ValueError, TypeError, MemoryError, OverflowError)


def understands(head: bytes, path: Path) -> bool:
    """Whether the file is HDF5, or the header that a detector sent before its images."""
    return any(head.startswith(_MAGIC, begin) for begin in _BEGINS) or _is_stream(head)


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of a master file. Raises ImageError, OSError."""
    if _is_stream(head):
        raise ImageError(
            "is the header of a DECTRIS detector's stream, as it was sent, not an image file",
            "Name the master file of the series.",
        )
    with opened(path) as file:
        return _facts(file, path)


def data_files(path: Path) -> tuple[str, ...]:
    """The other files that hold a master's images, as it names them. Raises ImageError, OSError."""
    with opened(path) as file:
        from sweepwright.images.hdf5_data import file_names
        from sweepwright.images.hdf5_nodes import find_parts

        return file_names(find_parts(file)[1].data)


def angles(path: Path) -> tuple[float, ...]:
    """The angle of the scanned axis at each image, deg; none where the file has no list of them.

    Raises ImageError, OSError.
    """
    with opened(path) as file:
        from sweepwright.images.hdf5_nodes import decimals, find_parts, numbers_in

        start = _facts(file, path).get("start")
        root, _ = find_parts(file)
        listed = numbers_in(root, start.key, "angle", "deg") if start is not None else None
        return decimals(listed) if listed is not None and len(listed) > 1 else ()


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file, read without a lock: it may still be written. All that h5py raises ends here."""
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except (ImageError, FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except _BROKEN as problem:
        with path.open("rb") as raw:
            packed = not understands(raw.read(_BEGINS[-1] + len(_MAGIC)), path)
        if packed:
            raise ImageError("is a packed HDF5 file", "Unpack it first.") from None
        said = " ".join(str(problem.args[0] if problem.args else problem).split())
        message = f"is HDF5 that cannot be read: {said or type(problem).__name__}"
        raise ImageError(message, "It is truncated or broken: copy it again.") from problem


def _facts(file: h5py.File, path: Path) -> ImageFacts:
    from sweepwright.images import eiger, nxmx
    from sweepwright.images.hdf5_nodes import find_parts, text_in

    root, parts = find_parts(file)
    if parts.detector is None:
        raise _companion(root, path)
    if text_in(parts.entry, "definition") == "NXmx":
        return nxmx.facts(root, parts, path)
    if eiger.is_filewriter(parts):
        return eiger.facts(parts, path)
    raise ImageError(
        "is HDF5 with a detector, but neither NXmx nor written by a DECTRIS filewriter",
        "Ask the beamline for NXmx files, or convert it to CBF.",
    )


def _companion(root: Node, path: Path) -> ImageError:
    """What to say of a file without a detector: the companion of a master, or something else."""
    named = _COMPANION.fullmatch(path.name)
    if root.child("_dectris") is not None or (named and "_meta." in path.name):
        what = "is a meta file, which has no geometry"
    elif root.child("data") is not None or root.child("entry/data") is not None:
        what = "holds images alone, no header"
    else:
        what = "is HDF5 without the header of a detector"
    if named is None:
        return ImageError(what, "Name the master file of the series.")
    masters = [named[1] + ending for ending in _MASTERS]
    there = [name for name in masters if path.with_name(name).is_file()]
    if there:
        return ImageError(what, f"Name the master file {there[0]} instead.")
    return ImageError(what, f"Look for its master file: {masters[0]} or {masters[1]}.")


def _is_stream(head: bytes) -> bool:
    return all(mark in head[:256] for mark in _STREAM)
