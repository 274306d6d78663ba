"""Exclusions to image numbers: exact sets, whatever way they were said."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from sweepwright.model.facts import ImageTemplate
from sweepwright.model.image_types import Exclusion
from sweepwright.model.ranges import OPEN_END, ImageSet

#: a part of an image that may stick out of a range of angles without counting
_EDGE = 1e-6


def excluded_images(
    exclusions: Iterable[Exclusion], template: ImageTemplate, images: ImageSet, width_deg: float
) -> ImageSet:
    """Which of ``images`` (all numbers from the first to the last) the exclusions leave out.

    Angles count from the beginning of the first image; an image is left out when any of it lies
    within them.
    """
    return ImageSet.union(
        interval
        for exclusion in exclusions
        for interval in (_one(exclusion, template, images, width_deg) & images).intervals
    )


def _one(
    exclusion: Exclusion, template: ImageTemplate, images: ImageSet, width_deg: float
) -> ImageSet:
    if exclusion.images is not None:
        return exclusion.images.within(images.first, images.last)
    if exclusion.glob:
        return ImageSet.of(n for n in images if fnmatchcase(template.name(n), exclusion.glob))
    if exclusion.every:
        return ImageSet.of(range(exclusion.first, images.last + 1, exclusion.every))
    assert exclusion.degrees is not None
    low, high = (angle / abs(width_deg) for angle in exclusion.degrees)
    first = images.first + int(low + _EDGE)
    last = images.first - 1 + int(high - _EDGE) + 1
    return ImageSet(((max(first, 0), min(last, OPEN_END)),)) if first <= last else ImageSet()
