"""Headers to wedges: where a series of images is one rotation, and where it must be cut."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from sweepwright.images.doubts import cannot_be_used, check_usable
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.images.masters import images_of
from sweepwright.images.series import Series
from sweepwright.images.times import time_of
from sweepwright.model.facts import ImageFacts
from sweepwright.model.ranges import ImageSet

#: so many headers are read one by one (one takes about 0.2 ms); of more images each one of so many
READ_ALL = 2000
#: field -> largest relative difference within a wedge; widths may be differences of rounded angles
_CONSTANT = {"wavelength": 1e-5, "distance": 1e-4, "width": 1e-3, "size": 0.0, "pixel_size": 1e-6}
SETTINGS = ("omega", "kappa", "phi", "chi", "two_theta")
SETTING_TOLERANCE = 0.01  # degrees


@dataclass(frozen=True)
class Wedge:
    """Images of one rotation; numbers may be missing as long as the angle runs on.

    ``facts`` is the header of the first image, ``change`` the field that differs from the wedge
    before (empty for the first wedge of a series).
    """

    range: ImageSet
    facts: ImageFacts
    change: str = ""

    @property
    def start(self) -> float | None:
        """Angle at the beginning of the first image, degrees."""
        return number(self.facts, "start")

    @property
    def width(self) -> float | None:
        """Rotation in one image, degrees."""
        return number(self.facts, "width")

    @property
    def wavelength(self) -> float | None:
        """Wavelength in A."""
        return number(self.facts, "wavelength")

    @property
    def time(self) -> datetime | None:
        """When the first image was taken, as its header says: in the time zone of the beamline."""
        date = self.facts.get("date")
        return None if date is None else time_of(str(date.value))


@dataclass
class _Headers:
    """The headers of a series, each read once; images that cannot be read are noted in ``broken``."""

    folder: Path
    series: Series
    facts: dict[int, ImageFacts | None] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)

    def read(self, image: int) -> ImageFacts | None:
        if image not in self.facts:
            self.facts[image] = None
            path = self.folder / self.series.folder / self.series.template.name(image)
            try:
                self.facts[image] = check_usable(read_facts(path))
            except ImageError as problem:
                self.broken[image] = str(problem)
            except OSError as problem:
                self.broken[image] = f"cannot be read: {problem.strerror}"
        return self.facts[image]


def spacing(images: int) -> int:
    """Of so many images in all, each one of how many has its header read at first."""
    return max(1, math.ceil(images / READ_ALL))


def wedges(folder: Path, series: Series, step: int = 1) -> tuple[list[Wedge], dict[int, str]]:
    """The wedges of a series of images, and the images that cannot be read, with the reason.

    Exact where every header is read (``step`` 1). Of a long series each one of ``step`` is read, and
    between two that do not continue each other the places of change are searched; what is missed
    there is only a wedge (or a broken image) that lies between two such images which continue each
    other, so every wedge of ``step`` images or more is found.
    """
    images = list(series.numbers)
    if series.template.one_file:
        return _of_master(folder, series)
    headers = _Headers(folder, series)
    sampled = sorted({*range(0, len(images), step), len(images) - 1})
    known = [index for index in sampled if headers.read(images[index]) is not None]
    cuts = {0: ""}
    for left, right in pairwise(known):
        cuts |= dict(_cuts(headers, images, left, right))
    edges = sorted(cuts)
    found = []
    for begin, end in pairwise([*edges, len(images)]):
        good = [image for image in images[begin:end] if image not in headers.broken]
        facts = next((seen for image in good if (seen := headers.read(image))), None)
        if facts is not None:
            whole = ImageSet.of(image for image in good if image not in headers.broken)
            found.append(Wedge(whole, facts, cuts[begin]))
    return found, dict(sorted(headers.broken.items()))


def _of_master(folder: Path, series: Series) -> tuple[list[Wedge], dict[int, str]]:
    """The one wedge of a master: its angles are one scan, or its header gives none."""
    try:
        facts = read_facts(folder / series.folder / series.template.name(1))
    except ImageError as problem:
        return [], {1: f"{problem}. {problem.hint}".removesuffix(". ")}
    except OSError as problem:
        return [], {1: f"cannot be read: {problem.strerror}"}
    lacking, images = cannot_be_used(facts), images_of(facts)
    if lacking or not images:
        return [], {1: f"lacks its images: {lacking or 'their number is not known'}"}
    return [Wedge(images, facts)], {}


def _cuts(headers: _Headers, images: list[int], left: int, right: int) -> Iterator[tuple[int, str]]:
    """Where wedges begin after one image that was read, up to another one: position, change."""
    before, after = headers.read(images[left]), headers.read(images[right])
    assert before is not None and after is not None
    change = what_changes(before, after, images[right] - images[left])
    if not change:
        return
    between = sorted(range(left + 1, right), key=lambda index: abs(2 * index - left - right))
    middle = next((index for index in between if headers.read(images[index])), None)
    if middle is None:
        yield right, change
        return
    yield from _cuts(headers, images, left, middle)
    yield from _cuts(headers, images, middle, right)


def what_changes(before: ImageFacts, after: ImageFacts, images: int) -> str:
    """The field by which a header does not continue one of so many images before; empty if none.

    A field that one of them does not give is not compared.
    """
    for name, tolerance in _CONSTANT.items():
        if not _close(before, after, name, tolerance):
            return name
    axis, other_axis = before.get("scan_axis"), after.get("scan_axis")
    if axis is not None and other_axis is not None and axis.value != other_axis.value:
        return "scan_axis"
    start, other = number(before, "start"), number(after, "start")
    turned = 0.0 if start is None or other is None else other - start
    stood, stands = settings_of(before), settings_of(after)
    for name in [name for name in stood if name in stands]:
        # the scanned axis is among them and turns with the scan
        moved = stands[name] - stood[name]
        if all(abs(wrapped(moved - turn)) > SETTING_TOLERANCE for turn in (0.0, turned)):
            return name
    width = number(before, "width") or 0.0
    if start is None or other is None:
        return ""
    # a tenth of an image, not below the rounding of angles to two decimals and widths to four
    tolerance = max(0.1 * abs(width), 0.01) + 1e-4 * images
    return "start" if abs(wrapped(turned - images * width)) > tolerance else ""


def settings_of(facts: ImageFacts) -> dict[str, float]:
    """Where the axes stand, the scanned one with the others, degrees."""
    said = {name: angle for name in SETTINGS if (angle := number(facts, name)) is not None}
    stated = {axis.name: axis.angle_deg for axis in facts.axes if axis.angle_deg is not None}
    return stated | said


def number(facts: ImageFacts, name: str) -> float | None:
    """A number of a header, None where it gives none."""
    fact = facts.get(name)
    return float(fact.value) if fact is not None and isinstance(fact.value, float | int) else None


def wrapped(angle: float) -> float:
    """An angle in degrees brought between -180 and 180."""
    return (angle + 180.0) % 360.0 - 180.0


def _close(before: ImageFacts, after: ImageFacts, name: str, tolerance: float) -> bool:
    one, two = before.get(name), after.get(name)
    if one is None or two is None:
        return True
    left = one.value if isinstance(one.value, tuple) else (one.value,)
    right = two.value if isinstance(two.value, tuple) else (two.value,)
    return all(
        abs(float(a) - float(b)) <= tolerance * max(abs(float(a)), abs(float(b)))
        for a, b in zip(left, right, strict=True)
    )
