"""What the readers of binary headers share: numbers at fixed places, and which of them can be meant."""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sweepwright.geometry.detector import beam_center_px
from sweepwright.geometry.rotation import rounded, rounded_numbers
from sweepwright.images.errors import ImageError
from sweepwright.model.facts import AxisFact, Doubt, Fact, ImageFacts, PanelFact

Value = float | int | str | tuple[float, ...]
Pair = tuple[float, float]

TRUNCATED = "ends within its header: the file is truncated"
_MOST_PIXELS = 100_000
#: smallest and largest value that a field can have, and its unit
_POSSIBLE = {
    "wavelength": (0.005, 20.0, "A"),
    "distance": (1.0, 100_000.0, "mm"),
    "pixel_size": (0.001, 5.0, "mm"),
    "exposure_time": (1e-9, 1e6, "s"),
    "overload": (1.0, 2.0**32, "counts"),
}
#: more than any goniostat counts without going back
_MOST_DEGREES = 36_000.0
#: an image's middle is counted from its corner, from its first pixel or from pixel 1
_MIDDLE_PX = 0.55
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def stretch(path: Path, head: bytes, offset: int, length: int) -> bytes:
    """So many bytes of a file, unpacked, of which ``head`` is the beginning.

    Raises ImageError when they are not there, OSError.
    """
    from sweepwright.images.formats import open_image

    found = head[offset : offset + length]
    if len(found) < length and offset >= 0:
        with open_image(path) as file:
            try:
                file.seek(offset)
                found = file.read(length)
            except (EOFError, zlib.error) as problem:
                raise ImageError(f"cannot be unpacked: {problem}", "Copy it again.") from None
    if len(found) < length:
        raise ImageError(TRUNCATED, "Copy it again.")
    return found


def scaled(value: float, factor: float = 1.0) -> float:
    """A product without the noise of its last digits: 0.1 times 1000 is 100."""
    return float(f"{value * factor:.12g}") + 0.0  # no -0.0


def shortest(single: float) -> float:
    """The number that was meant by a four-byte float: 0.1, not 0.10000000149011612."""
    if not math.isfinite(single):
        return single
    exact = struct.pack("<f", single)
    texts = (f"{single:.{digits}g}" for digits in range(6, 9))
    return next((float(text) for text in texts if _packed(text) == exact), float(f"{single:.9g}"))


def _packed(text: str) -> bytes:
    try:
        return struct.pack("<f", float(text))
    except OverflowError:  # rounded up beyond the largest float
        return b""


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes with numbers at known places; ``order`` is ``<`` (little-endian) or ``>``.

    All methods raise ImageError where the bytes end too early.
    """

    data: bytes
    order: str = "<"

    def ints(self, offset: int, count: int, kind: str = "i") -> tuple[int, ...]:
        """Integers: ``i`` of four bytes, ``h`` of two, capitals without sign."""
        return self._unpacked(offset, f"{count}{kind}")

    def integer(self, offset: int) -> int:
        """An integer of four bytes."""
        return self.ints(offset, 1)[0]

    def singles(self, offset: int, count: int) -> tuple[float, ...]:
        """Floats of four bytes."""
        return tuple(shortest(number) for number in self._unpacked(offset, f"{count}f"))

    def single(self, offset: int) -> float:
        """A float of four bytes."""
        return self.singles(offset, 1)[0]

    def doubles(self, offset: int, count: int) -> tuple[float, ...]:
        """Floats of eight bytes."""
        return self._unpacked(offset, f"{count}d")

    def double(self, offset: int) -> float:
        """A float of eight bytes."""
        return self.doubles(offset, 1)[0]

    def text(self, offset: int, length: int) -> str:
        """A text that ends at its first NUL, blanks around it taken off."""
        return plain(self.data[offset : offset + length].split(b"\x00")[0].decode("latin-1"))

    def _unpacked(self, offset: int, kind: str) -> tuple[Any, ...]:
        try:
            return struct.unpack_from(self.order + kind, self.data, offset)
        except struct.error:
            raise ImageError(TRUNCATED, "Copy it again.") from None


def plain(text: str) -> str:
    """A text in one line without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def image_size(fast: float, slow: float) -> tuple[int, int]:
    """The size in pixels. Raises ImageError when it cannot be one."""
    if not (1 <= fast <= _MOST_PIXELS and 1 <= slow <= _MOST_PIXELS):
        message = f"says that it has {fast:g} x {slow:g} pixels, so its header is damaged"
        raise ImageError(message, "Copy it again.")
    return int(fast), int(slow)


@dataclass
class Findings:
    """Facts and doubts of one header while they are gathered."""

    fields: dict[str, Fact] = field(default_factory=dict)
    axes: tuple[AxisFact, ...] = ()
    panels: tuple[PanelFact, ...] = ()
    doubts: list[Doubt] = field(default_factory=list)

    def say(self, name: str, value: Value, key: str) -> None:
        """A fact."""
        self.fields[name] = Fact(value, key)

    def doubt(self, name: str, message: str, key: str) -> None:
        """Something that is said and cannot be meant."""
        self.doubts.append(Doubt(name, message, key))

    def words(self, name: str, text: str, key: str) -> None:
        """A text, if there is one."""
        if text.strip("?- "):
            self.say(name, plain(text), key)

    def date(self, text: str, key: str) -> None:
        """A date as it is written; one before 1990 is that of an unset clock."""
        text = plain(text)
        years = re.findall(r"(?<!\d)\d{4}(?!\d)", text) or re.findall(r"^\d{8}(\d{4})", text)
        if text and years and all(int(year) < 1990 for year in years):
            self.doubt("date", f"the date {text} is that of an unset clock", key)
        else:
            self.words("date", text, key)

    def number(self, name: str, value: float, key: str) -> float | None:
        """A positive number of a field of `_POSSIBLE`; the number where it became a fact."""
        if not self._possible(name, value, key):
            return None
        whole = name == "overload" and value == int(value)
        self.say(name, int(value) if whole else value, key)
        return value

    def pixel(self, sides: Sequence[float], key: str) -> Pair | None:
        """The sides of a pixel, mm, fast then slow; the pair where it became a fact."""
        if not all(self._possible("pixel_size", side, key) for side in sides):
            return None
        fast, slow = sides
        self.say("pixel_size", (fast, slow), key)
        return fast, slow

    def angle(self, name: str, value: float, key: str) -> bool:
        """An angle, degrees; whether it became a fact. -9999 is no angle."""
        if not abs(value) < _MOST_DEGREES or value == -9999:
            self.doubt(name, f"{key} is {value:g} degrees, which is no setting", key)
            return False
        self.say(name, value, key)
        return True

    def swing(self, angle_deg: float, key: str) -> None:
        """Two-theta, in a header that does not say about which axis."""
        if self.angle("two_theta", angle_deg, key) and angle_deg:
            message = (
                f"two-theta is {angle_deg:g}, about an axis that the header does not say; "
                "the beam centre is that of two-theta 0"
            )
            self.doubt("panels", message, key)

    def center(self, place: Sequence[float], size: Sequence[int], key: str) -> Pair | None:
        """The beam centre, px, fast then slow: a fact unless it is a default.

        None where it is so far away that nothing can be made of it.
        """
        fast, slow = place
        if not all(-2 * n < p < 3 * n for p, n in zip(place, size, strict=True)):
            message = f"{fast:g}, {slow:g} px is far from the detector of {size[0]} x {size[1]} px"
            self.doubt("beam_center", message, key)
            return None
        if fast == slow == 0:
            self.doubt("beam_center", "the beam centre is 0, 0: it was never set", key)
        elif all(abs(p - n / 2) < _MIDDLE_PX for p, n in zip(place, size, strict=True)):
            message = f"{fast:g}, {slow:g} px is the middle of the detector: a default"
            self.doubt("beam_center", message, key)
        else:
            self.say("beam_center", (fast, slow), key)
        return fast, slow

    def place(self, panels: Iterable[PanelFact], key: str) -> None:
        """Where the detector stands; a believed beam centre becomes where the beam meets its panel."""
        self.panels = tuple(
            replace(
                panel,
                fast=rounded(panel.fast),
                slow=rounded(panel.slow),
                origin_mm=rounded(panel.origin_mm),
            )
            for panel in panels
        )
        if self.fields.pop("beam_center", None) is None or len(self.panels) != 1:
            return
        try:
            fast, slow = rounded_numbers(beam_center_px(self.panels[0]))
        except ValueError as problem:
            self.doubt("beam_center", str(problem), key)
        else:
            self.say("beam_center", (fast, slow), key)

    def facts(self, format_name: str) -> ImageFacts:
        """All of it."""
        return ImageFacts(format_name, self.fields, self.axes, self.panels, tuple(self.doubts))

    def _possible(self, name: str, value: float, key: str) -> bool:
        least, most, unit = _POSSIBLE[name]
        word = name.replace("_", " ")
        if value == 0:
            self.doubt(name, f"the {word} is 0: it was never set", key)
        elif not least <= value <= most:
            self.doubt(name, f"the {word} is {value:g} {unit}, which it cannot be", key)
        else:
            return True
        return False
