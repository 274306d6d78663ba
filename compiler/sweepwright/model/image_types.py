"""Leaves that speak of images: ranges, exclusions, images for the spot search, parts of a sweep."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from sweepwright.model import types as t
from sweepwright.model.diagnostic import MendableError
from sweepwright.model.ranges import ImageSet, parse_images

_EXCLUDED_FROM = ("spots", "integration", "scaling")
_GLOB = re.compile(r"[*?\[]")


class Exclusion(NamedTuple):
    """Images to leave out, said in one of four ways; ``steps`` is empty for all steps.

    ``images`` are numbers; ``glob`` fits file names; ``every`` with ``first`` is each Nth image;
    ``degrees`` are angles of the scan, counted from the beginning of the first image found.
    """

    images: ImageSet | None = None
    glob: str = ""
    every: int = 0
    first: int = 0
    degrees: tuple[float, float] | None = None
    reason: str = ""
    steps: tuple[str, ...] = ()

    @property
    def meaning(self) -> tuple[Any, ...]:
        """What makes two exclusions equal: not the reason."""
        return self._replace(reason="")


class Sampled(NamedTuple):
    """A sample of images: ``total`` degrees in ``ranges`` parts within the first ``within`` degrees."""

    total: float
    ranges: int
    within: float


class Part(NamedTuple):
    """A part of a sweep that goes to a data set of its own at scaling."""

    images: ImageSet
    dataset: str


def image_range(value: Any) -> ImageSet:
    """A range of images: ``1-900``, ``1-200, 401-600``, ``..600``, ``401..``."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 2 and all(str(item).isdigit() for item in value):
            fix = f"{value[0]}-{value[1]}"
            raise MendableError(f"a range is text: write {fix}", fix, safe=True)
        raise ValueError("a range is text, e.g. 1-900 or 1-200, 401-600")
    return parse_images(t.text(value))


def exclusions(value: Any) -> tuple[Exclusion, ...]:
    """A list of images, ranges, globs and mappings, or one of them."""
    items = [value] if isinstance(value, str | Mapping) else value
    if not isinstance(items, Sequence):
        raise ValueError("a list of images and ranges is wanted, e.g. [17, 201-400]")
    return tuple(_exclusion(item) for item in items)


def _exclusion(item: Any) -> Exclusion:
    if isinstance(item, Mapping):
        return _exclusion_mapping(dict(item))
    word = t.text(item)
    if _GLOB.search(word):
        if "/" in word:
            raise ValueError(f"'{word}': a pattern fits file names, it has no folder")
        return Exclusion(glob=word)
    return Exclusion(images=parse_images(word))


def _exclusion_mapping(item: dict[str, Any]) -> Exclusion:
    reason = t.text(item.pop("reason", ""))
    steps = tuple(t.word_of(*_EXCLUDED_FROM)(step) for step in t.listed(item.pop("steps", [])))
    kind = frozenset(item)
    if kind == {"images"}:
        return _exclusion(item["images"])._replace(reason=reason, steps=steps)
    if kind in ({"every"}, {"every", "from"}):
        every = t.integer(item["every"])
        if every < 2:
            raise ValueError("'every' is 2 or more")
        first = t.integer(item.get("from", "0"))
        return Exclusion(every=every, first=first or every, reason=reason, steps=steps)
    if kind == {"degrees"}:
        return Exclusion(degrees=degrees(item["degrees"]), reason=reason, steps=steps)
    raise ValueError(
        "an exclusion is an image, a range, a pattern of file names, {images: 17, reason: shutter}, "
        "{every: 20, from: 20} or {degrees: 300..500}"
    )


def degrees(value: Any) -> tuple[float, float]:
    """Angles ``300..500``, in degrees."""
    first, dots, last = t.text(value).removesuffix("deg").partition("..")
    if not dots:
        raise ValueError("angles are written 300..500")
    low, high = t.quantity("angle")(first), t.quantity("angle")(last)
    if low >= high:
        raise ValueError(f"{low:g}..{high:g} holds nothing")
    return low, high


def spot_images(value: Any) -> ImageSet | Sampled | None:
    """``all`` (None), images, or ``{total: 10 deg, ranges: 4, within: 180 deg}``."""
    if value == "all":
        return None
    if not isinstance(value, Mapping):
        return image_range(value)
    parts = t.keys(
        value, ("total", "ranges", "within"), "{total: 10 deg, ranges: 4, within: 180 deg}"
    )
    angle = t.quantity("angle", 0.001)
    sampled = Sampled(angle(parts["total"]), t.integer(parts["ranges"]), angle(parts["within"]))
    if sampled.ranges < 1:
        raise ValueError("'ranges' is 1 or more")
    if sampled.total > sampled.within:
        raise ValueError(f"{sampled.total:g} degrees do not fit within {sampled.within:g}")
    return sampled


def parts(value: Any) -> tuple[Part, ...]:
    """A list of ``{range: 1-1440, dataset: early}`` whose images do not overlap."""
    found: list[Part] = []
    for item in t.listed(value):
        both = t.keys(item, ("range", "dataset"), "{range: 1-1440, dataset: early}")
        part = Part(image_range(both["range"]), t.name(both["dataset"]))
        for other in found:
            shared = part.images & other.images
            if shared:
                raise ValueError(f"the parts share images {shared}")
        found.append(part)
    return tuple(found)


_RANGE_SCHEMA = {"type": ["string", "integer"], "examples": ["1-900", "1-200, 401-600", "..600"]}
Range = Annotated[ImageSet, t.Parsed(image_range), t.schema(**_RANGE_SCHEMA)]
Exclude = Annotated[
    tuple[Exclusion, ...],
    t.Parsed(exclusions),
    t.schema(type=["string", "integer", "array", "object"]),
]
SpotImages = Annotated[
    ImageSet | Sampled | None,
    t.Parsed(spot_images),
    t.schema(type=["string", "integer", "object"]),
]
Split = Annotated[
    tuple[Part, ...], t.Parsed(parts), t.schema(type="array", items={"type": "object"})
]
