"""Any image file -> `ImageFacts`: the format is told by the content, never by the name alone.

A reader is a module of this package with two functions:

- ``understands(head: bytes, path: Path) -> bool``: from the first 16 KB, unpacked
- ``read_facts(path: Path, head: bytes) -> ImageFacts``: raises ImageError, OSError

Readers are loaded when a file is theirs to try: most runs need one of them.
"""

from __future__ import annotations

import bz2
import gzip
import zlib
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from sweepwright.images.errors import ImageError
from sweepwright.model.facts import ImageFacts

HEAD_BYTES = 16384
#: modules in the order in which they are asked: those that a magic number tells come first
READERS = (
    "minicbf",
    "hdf5",
    "smv",
    "marccd",
    "mar345",
    "bruker",
    "raxis",
    "rigaku",
    "imgcif",
)


def open_image(path: Path) -> BinaryIO:
    """The file, unpacked where its content is gzip or bzip2."""
    file = path.open("rb")
    mark = file.read(3)
    file.seek(0)
    if mark.startswith(b"\x1f\x8b"):
        file.close()
        return cast(BinaryIO, gzip.open(path, "rb"))
    if mark == b"BZh":
        file.close()
        return cast(BinaryIO, bz2.open(path, "rb"))
    return file


def read_head(path: Path) -> bytes:
    """The first bytes of a file, unpacked. Raises ImageError when they cannot be unpacked."""
    with open_image(path) as file:
        try:
            return file.read(HEAD_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
            raise ImageError(f"cannot be unpacked: {problem}", "Copy it again.") from None


def read_facts(path: Path) -> ImageFacts:
    """The normalised header of an image of any format. Raises ImageError, OSError."""
    head = read_head(path)
    if not head:
        raise ImageError("is empty", "Copy it again.")
    for name in READERS:
        reader = import_module(f"sweepwright.images.{name}")
        if reader.understands(head, path):
            facts: ImageFacts = reader.read_facts(path, head)
            return facts if len(facts.panels) < 2 else _joined(facts)
    raise ImageError(
        "is no image of a format that is known here", "'sweepwright headers --help' lists them."
    )


def _joined(facts: ImageFacts) -> ImageFacts:
    """Modules of one plane as one panel; few files have several."""
    from sweepwright.images.panels import joined

    return joined(facts)
