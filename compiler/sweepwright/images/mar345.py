"""mar345 image plates: .mar2300, .mar3450 and so on, of either byte order.

Sixteen 32-bit integers of which the first is 1234, then a text of lines up to byte 4096 (mar research,
"mar345 formats"). The text is taken where it has the number, because it is what the scanner's program
was told; the integers are the same in 1/1000 mm, 1/1000 degree and 1e-6 A.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path

from sweepwright.images.binary import Block, Findings, image_size, plain, scaled
from sweepwright.model.facts import ImageFacts

_MARK = 1234
_NAME = b"mar research"
_HEADER_END = 4096
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
#: where the integers stand
_WAVELENGTH, _DISTANCE, _PHI, _OMEGA, _CHI, _TWO_THETA = 32, 36, 40, 48, 56, 60

#: word -> number; a line of one number has the word ""
Line = Mapping[str, float]


def understands(head: bytes, path: Path) -> bool:
    """Whether it begins as a mar345 image does."""
    return _order(head) is not None and _NAME in head[:256]


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    block = Block(head[:_HEADER_END], _order(head) or "<")
    text = block.data[64:].decode("latin-1").partition("END OF HEADER")[0].replace("\x00", " ")
    texts = dict(_split(line) for line in reversed(text.splitlines()) if line.strip())
    lines = {key: _numbers(rest) for key, rest in texts.items()}
    found = Findings()
    found.say("detector", "mar345", _NAME.decode())
    found.words("serial", texts.get("SCANNER", ""), "SCANNER")
    found.date(texts.get("DATE", ""), "DATE")
    size = _size(block, found)
    _pixel(block, lines, found)
    for name, key, offset, factor in (
        ("wavelength", "WAVELENGTH", _WAVELENGTH, 1e-6),
        ("distance", "DISTANCE", _DISTANCE, 1e-3),
    ):
        found.number(name, _said(lines, key, "", block, offset, factor), key)
    if "" in lines.get("TIME", {}):
        found.number("exposure_time", lines["TIME"][""], "TIME")
    center = lines.get("CENTER", {})
    if "X" in center and "Y" in center:
        found.center((center["X"], center["Y"]), size, "CENTER X Y")
    found.angle("chi", _said(lines, "CHI", "", block, _CHI), "CHI")
    found.swing(_said(lines, "TWOTHETA", "", block, _TWO_THETA), "TWOTHETA")
    _scan(block, lines, found)
    return found.facts("mar345")


def _order(head: bytes) -> str | None:
    return next((order for order in "<>" if head[:4] == struct.pack(order + "i", _MARK)), None)


def _split(line: str) -> tuple[str, str]:
    key, _, rest = plain(line).partition(" ")
    return key, rest


def _numbers(text: str) -> Line:
    """``START 30.000 END 30.500`` or one number."""
    words = text.split()
    pairs = zip(["", *words], words, strict=False)
    return {
        "" if _NUMBER.fullmatch(word) else word: float(number)
        for word, number in pairs
        if _NUMBER.fullmatch(number)
    }


def _said(
    lines: Mapping[str, Line], key: str, word: str, block: Block, offset: int, factor: float = 1e-3
) -> float:
    """The number of the text, else that of the integers."""
    line = lines.get(key, {})
    return line[word] if word in line else scaled(block.integer(offset), factor)


def _size(block: Block, found: Findings) -> tuple[int, int]:
    fast, pixels = block.integer(4), block.integer(20)
    slow = pixels // fast if fast > 0 and pixels > 0 and pixels % fast == 0 else fast
    size = image_size(fast, slow)
    found.say("size", size, "header words 2 and 6")
    return size


def _pixel(block: Block, lines: Mapping[str, Line], found: Findings) -> None:
    """In 1/1000 mm."""
    line = lines.get("PIXEL", {})
    sides = [
        scaled(line.get(word, whole), 1e-3)
        for word, whole in zip(("LENGTH", "HEIGHT"), block.ints(24, 2), strict=True)
    ]
    found.pixel(sides, "PIXEL LENGTH HEIGHT")


def _scan(block: Block, lines: Mapping[str, Line], found: Findings) -> None:
    """The axis whose start and end differ; where none does, the image is a still."""
    turned = []
    for name, offset in (("phi", _PHI), ("omega", _OMEGA)):
        key = name.upper()
        start = _said(lines, key, "START", block, offset)
        end = _said(lines, key, "END", block, offset + 4)
        if found.angle(name, start, f"{key} START") and end != start:
            turned.append((name, start, scaled(end - start)))
    if len(turned) > 1:
        found.doubt("scan_axis", "phi and omega both turn", "PHI OMEGA")
    elif not turned and "phi" in found.fields:
        found.say("width", 0.0, "PHI START END")
        found.say("start", found.fields["phi"].value, "PHI START")
    for name, start, width in turned if len(turned) == 1 else ():
        key = name.upper()
        found.say("scan_axis", name, f"{key} START END")
        found.say("start", start, f"{key} START")
        found.angle("width", width, f"{key} END - START")
