"""A mini-CBF image (PILATUS_1.2, SLS_1.0 and their dialects): its header, never the pixels.

The header lines are read by `minicbf_lines`; frame size and length stand in the MIME lines of the
binary section.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sweepwright.images import barrel
from sweepwright.images.errors import ImageError
from sweepwright.images.minicbf_lines import line_facts
from sweepwright.model.facts import Doubt, Fact, ImageFacts

_MARK = b"\x0c\x1a\x04\xd5"
_LONGEST_HEADER = 1 << 20
_TEMPLATE = b"--- End of preamble"
_SIZE = "X-Binary-Size-Fastest-Dimension", "X-Binary-Size-Second-Dimension"


@dataclass(frozen=True, slots=True)
class Header:
    """The lines of a header, the MIME lines of its binary section, and where the data begin."""

    lines: tuple[str, ...]
    binary: Mapping[str, str]
    data_offset: int

    @property
    def data_bytes(self) -> int:
        """Bytes of compressed data that the header promises."""
        text = self.binary.get("X-Binary-Size", "0")
        return int(text) if text.isdigit() else 0


def understands(head: bytes, path: Path) -> bool:
    """Whether the file is a CBF with header lines, and without tables of axes."""
    said = b"_array_data.header_co" in head or b"# Detector" in head
    return head.startswith(b"###CBF") and b"_axis.id" not in head and said


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header; of a file that ends too early there is a doubt about ``data``.

    Raises ImageError, OSError.
    """
    header = parse_header(_whole_header(path, head))
    found = facts(header)
    missing = _missing(path, header)
    return found if missing is None else replace(found, doubts=(*found.doubts, missing))


def _whole_header(path: Path, head: bytes) -> bytes:
    """The head, up to the mark where the data begin."""
    if _MARK in head:
        return head
    from sweepwright.images.formats import open_image

    with open_image(path) as file:
        return file.read(_LONGEST_HEADER)


def parse_header(head: bytes) -> Header:
    """The header in the first bytes of a file. Raises ImageError where it does not end there."""
    text, mark, _ = head.partition(_MARK)
    if not mark:
        if _TEMPLATE in head:
            message = "is a template from which image headers are made, and no image"
            raise ImageError(message, "Name the images that were written with it.")
        raise ImageError("ends within its header: the file is truncated", "Copy it again.")
    front, _, mime = text.decode("latin-1").partition("--CIF-BINARY-FORMAT-SECTION--")
    lines = (line.rstrip() for line in front.split("\n") if line[:1] == "#" != line[1:2])
    binary = dict(_mime(line) for line in mime.split("\n") if ":" in line)
    return Header(tuple(lines), binary, len(text) + len(mark))


def facts(header: Header) -> ImageFacts:
    """The normalised facts of a header; what it does not say is absent."""
    fields = {"size": Fact(frame_size(header), _SIZE[0])}
    doubts = tuple(line_facts(header.lines, fields))
    if fields["size"].value != barrel.SIZE:
        return ImageFacts("minicbf", fields, doubts=doubts)
    panels = barrel.place(fields)
    if not panels:
        message = "the detector is a barrel of modules, and the header does not say where"
        doubts += (Doubt("panels", message, _SIZE[0]),)
    return ImageFacts("minicbf", fields, panels=panels, doubts=doubts)


def frame_size(header: Header) -> tuple[int, int]:
    """Pixels along fast and slow. Raises ImageError where the header does not say them."""
    fast, slow = (header.binary.get(key, "") for key in _SIZE)
    if not (fast.isdigit() and slow.isdigit()):
        raise ImageError("does not say how many pixels it has", "Copy it again.")
    return int(fast), int(slow)


def _missing(path: Path, header: Header) -> Doubt | None:
    """A doubt where the file is shorter than its header promises; of a packed one nothing is known."""
    if path.name.lower().endswith((".gz", ".bz2")):
        return None
    there, wanted = path.stat().st_size, header.data_offset + header.data_bytes
    if there >= wanted:
        return None
    message = f"is truncated: {there} bytes where at least {wanted} belong"
    return Doubt("data", message, "X-Binary-Size")


def _mime(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip().strip('";')
