"""The text of a CBF file before its pixels, and the tables of imgCIF in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sweepwright.images.errors import ImageError
from sweepwright.images.formats import open_image

if TYPE_CHECKING:
    from gemmi import cif

_BINARY = b"--CIF-BINARY-FORMAT-SECTION--"
_BLOCK, _LONGEST_HEADER = 1 << 16, 1 << 23
_MIME_BYTES = 2048
_TEMPLATE = re.compile(r"^--- End of preamble|^@ \w+ +_\w+_", re.MULTILINE)
_COPY = "Copy it again."
#: larger numbers are none of an experiment; nan and infinity are left out with them
_LARGEST = 1e9

Row = Mapping[str, str]


def read_text(path: Path) -> tuple[str, Mapping[str, str]]:
    """The CIF text before the first binary section, closed, and the MIME lines of that section.

    Raises ImageError when there is no such section, OSError.
    """
    data = b""
    try:
        with open_image(path) as file:
            while _BINARY not in data and len(data) < _LONGEST_HEADER:
                more = file.read(_BLOCK)
                if not more:
                    break
                data += more
            data += file.read(_MIME_BYTES)
    except (EOFError, zlib.error) as problem:
        raise ImageError(f"cannot be unpacked: {problem}", _COPY) from None
    front, mark, rest = data.partition(_BINARY)
    text = front.decode("latin-1").replace("\r", "")
    if not mark:
        _no_pixels(text)
    lines = rest.decode("latin-1").replace("\r", "").lstrip("\n").partition("\n\n")[0].split("\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return f"{text}\n;\n", {key.strip(): value.strip(' ";') for key, _, value in pairs}


def _no_pixels(text: str) -> NoReturn:
    """Says what a text without a binary section is."""
    if _TEMPLATE.search(text):
        raise ImageError(
            "is a template from which image headers are made, and no image",
            "Name the images that were written with it.",
        )
    if "_array_data_external_data." in text:
        rows = table(parse(text), "array_data_external_data", "uri", "path", "file_name")
        names = [row[item] for row in rows for item in ("uri", "path", "file_name") if item in row]
        raise ImageError(
            f"describes images that are in other files: {', '.join(names[:3]) or 'not named'}"
            + (f" and {len(names) - 3} more" if len(names) > 3 else ""),
            "Name those files.",
        )
    if "_array_data.data" in text:
        raise ImageError(
            "describes a detector, but holds no pixels", "Name an image that was taken with it."
        )
    raise ImageError("ends within its header: the file is truncated", _COPY)


def parse(text: str) -> cif.Block:
    """The first data block. Raises ImageError."""
    from gemmi import cif

    try:
        return cif.read_string(text)[0]
    except (ValueError, RuntimeError, IndexError) as problem:
        line = str(problem).partition("\n")[0].removeprefix("string:")
        raise ImageError(f"has a header that is no CIF text: {line}", _COPY) from None


def table(block: cif.Block, category: str, *items: str) -> list[Row]:
    """The rows of a category; an item that is ``.``, ``?`` or missing is absent."""
    from gemmi import cif

    columns = {item: list(block.find_values(f"_{category}.{item}")) for item in items}
    return [
        {
            item: cif.as_string(column[number])
            for item, column in columns.items()
            if number < len(column) and not cif.is_null(column[number])
        }
        for number in range(max(map(len, columns.values())))
    ]


def number(row: Row, item: str) -> float | None:
    """The number of an item; its standard uncertainty in brackets is left out."""
    try:
        value = float(row[item].partition("(")[0])
    except (KeyError, ValueError):
        return None
    return value if abs(value) < _LARGEST else None
