"""Sets of image numbers: exact algebra on what job files write as ``1-900``, ``..600``, ``401..``.

An `ImageSet` holds closed intervals, sorted and apart, so two texts that mean the same images make
equal values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sweepwright.model.diagnostic import MendableError

_RANGE = re.compile(
    r"(?:(?P<one>\d+)|(?P<first>\d+)\s*-\s*(?P<last>\d+)|(?P<to>\.\.\s*\d+)|(?P<from>\d+\s*\.\.))"
)
#: what stands for the first and the last image where a range does not say them
OPEN_START, OPEN_END = -1, 2**31 - 1


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Image numbers as closed intervals ``(first, last)``, sorted and not touching."""

    intervals: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> ImageSet:
        """The set of these numbers."""
        return cls.union((number, number) for number in sorted(set(numbers)))

    @classmethod
    def union(cls, intervals: Iterable[tuple[int, int]]) -> ImageSet:
        """The set of all numbers in these closed intervals."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(intervals):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    def __iter__(self) -> Iterator[int]:
        for first, last in self.intervals:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.intervals)

    def __contains__(self, number: object) -> bool:
        return any(
            first <= number <= last for first, last in self.intervals if isinstance(number, int)
        )

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __or__(self, other: ImageSet) -> ImageSet:
        return ImageSet.union((*self.intervals, *other.intervals))

    def __and__(self, other: ImageSet) -> ImageSet:
        both = ((max(a[0], b[0]), min(a[1], b[1])) for a in self.intervals for b in other.intervals)
        return ImageSet.union(pair for pair in both if pair[0] <= pair[1])

    def __sub__(self, other: ImageSet) -> ImageSet:
        kept = list(self.intervals)
        for first, last in other.intervals:
            split = [((a, min(b, first - 1)), (max(a, last + 1), b)) for a, b in kept]
            kept = [pair for parts in split for pair in dict.fromkeys(parts) if pair[0] <= pair[1]]
        return ImageSet.union(kept)

    @property
    def first(self) -> int:
        """The lowest number. Raises IndexError for the empty set."""
        return self.intervals[0][0]

    @property
    def last(self) -> int:
        """The highest number. Raises IndexError for the empty set."""
        return self.intervals[-1][1]

    def __str__(self) -> str:
        return ", ".join(_spelled(first, last) for first, last in self.intervals)

    def within(self, first: int, last: int) -> ImageSet:
        """The set with its open ends closed at the first and the last image there is."""
        closed = (
            (first if a == OPEN_START else a, last if b == OPEN_END else b)
            for a, b in self.intervals
        )
        return ImageSet.union((a, b) for a, b in closed if a <= b)


def _spelled(first: int, last: int) -> str:
    if first == last:
        return str(first)
    start = "" if first == OPEN_START else str(first)
    end = "" if last == OPEN_END else str(last)
    return f"{start}..{end}" if not (start and end) else f"{start}-{end}"


def parse_images(text: str) -> ImageSet:
    """An image set from ``17``, ``1-900``, ``1-200, 401-600``, ``..600`` or ``401..``.

    Raises ValueError with a sentence for people.
    """
    intervals = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise ValueError(
                f"'{part.strip()}' is not an image range; write e.g. 1-900 or 1-200, 401-600"
            )
        if match["one"]:
            first = last = int(match["one"])
        elif match["to"]:
            first, last = OPEN_START, int(match["to"][2:])
        elif match["from"]:
            first, last = int(match["from"][:-2]), OPEN_END
        else:
            first, last = int(match["first"]), int(match["last"])
        if first > last:
            right = f"{last}-{first}"
            message = f"the range {first}-{last} runs backwards; write {right}"
            raise MendableError(message, text.replace(part.strip(), right), safe=False)
        intervals.append((first, last))
    return ImageSet.union(intervals)
