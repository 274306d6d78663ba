"""The images that are searched for spots: all, those named, or a sample spread over the sweep."""

from __future__ import annotations

from sweepwright.model.image_types import Sampled
from sweepwright.model.ranges import ImageSet


def spot_search_images(
    choice: ImageSet | Sampled | None, used: ImageSet, width_deg: float
) -> ImageSet:
    """Which of the images that are used are searched for spots.

    A sample has ``ranges`` parts of equal numbers of images, ``total`` degrees together, each part
    rounded to whole images (at least one). The parts are spread evenly over the used images that
    lie within the first ``within`` degrees: the first begins at the first of them, the last ends at
    the last. Where there are not more images than that, all are searched.
    """
    if choice is None:
        return used
    if isinstance(choice, ImageSet):
        return choice.within(used.first, used.last) & used
    last = used.first + max(1, round(choice.within / abs(width_deg))) - 1
    near = list(used & ImageSet(((used.first, last),)))
    each = max(1, round(choice.total / choice.ranges / abs(width_deg)))
    if each * choice.ranges >= len(near):
        return ImageSet.of(near)
    room, gaps = len(near) - each, max(1, choice.ranges - 1)
    starts = [round(part * room / gaps) for part in range(choice.ranges)]
    return ImageSet.of(number for start in starts for number in near[start : start + each])
