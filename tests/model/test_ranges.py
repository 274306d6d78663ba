"""Image sets are exact: checked against Python's own sets of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.model.ranges import ImageSet, parse_images

numbers = st.sets(st.integers(0, 60), max_size=40)


@given(numbers, numbers)
def test_the_algebra_is_that_of_sets_of_numbers(a: set[int], b: set[int]) -> None:
    left, right = ImageSet.of(a), ImageSet.of(b)
    assert set(left | right) == a | b
    assert set(left & right) == a & b
    assert set(left - right) == a - b
    assert len(left) == len(a)


@given(numbers)
def test_the_text_of_a_set_reads_back(a: set[int]) -> None:
    images = ImageSet.of(a)
    if images:
        assert parse_images(str(images)) == images


def test_texts_that_mean_the_same_are_equal() -> None:
    assert parse_images("1-10, 11-20") == parse_images("1-20")
    assert parse_images("5") == ImageSet(((5, 5),))


@pytest.mark.parametrize("text", ["20-10", "a-b", "1--3", "", "1 2"])
def test_what_is_no_range_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        parse_images(text)
