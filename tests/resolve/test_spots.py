"""The sample of images that is searched for spots, against the rule as it is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.model.image_types import Sampled
from sweepwright.model.ranges import ImageSet, parse_images
from sweepwright.resolve.spots import spot_search_images

SEED = Sampled(10.0, 4, 180.0)


@pytest.mark.parametrize(
    ("width", "images", "expected"),
    [
        # 2.5 degrees each; the last range ends with the last image within 180 degrees
        (0.1, "1-3600", "1-25, 593-617, 1184-1208, 1776-1800"),
        (0.5, "1-720", "1-5, 119-123, 238-242, 356-360"),
        (1.0, "1-360", "1-2, 60-61, 120-121, 179-180"),
        (1.0, "1-60", "1-2, 20-21, 40-41, 59-60"),
        # less data than asked for: all
        (1.0, "1-8", "1-8"),
        (5.0, "1-4", "1-4"),
    ],
)
def test_ranges_are_spread_evenly(width: float, images: str, expected: str) -> None:
    assert str(spot_search_images(SEED, parse_images(images), width)) == expected


def test_with_an_excluded_middle_the_images_that_remain_are_used() -> None:
    used = parse_images("1-100, 201-360")
    found = spot_search_images(Sampled(8.0, 4, 360.0), used, 1.0)
    assert not found - used
    assert len(found) == 8


def test_images_named_are_those_of_the_sweep() -> None:
    used = parse_images("11-20")
    assert spot_search_images(parse_images("1-15"), used, 1.0) == parse_images("11-15")
    assert spot_search_images(parse_images("15.."), used, 1.0) == parse_images("15-20")
    assert spot_search_images(None, used, 1.0) == used


@given(
    st.sampled_from([0.05, 0.1, 0.15, 0.25, 0.5, 1.0]),
    st.integers(1, 2000),
    st.integers(1, 3000),
    st.integers(1, 8),
    st.floats(0.5, 90.0),
    st.floats(90.0, 360.0),
)
def test_never_an_image_outside_and_each_range_within_one_image_of_its_share(
    width: float, first: int, count: int, ranges: int, total: float, within: float
) -> None:
    used = ImageSet(((first, first + count - 1),))
    found = spot_search_images(Sampled(total, ranges, within), used, width)
    assert found
    assert not found - used
    assert (found.last - first) * width < within + width
    share = max(1, round(total / ranges / width))
    assert len(found) <= share * ranges
    if count * width >= within and share * ranges < round(within / width):
        assert found.first == first
        assert abs(share * width - total / ranges) <= width
