"""Pieces of a text that is read: what they mean, and where each character of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sweepwright.language.lines import Offsets
from sweepwright.model.diagnostic import Span


class PieceError(ValueError):
    """What is wrong with one piece of a longer one."""

    def __init__(self, message: str, piece: Piece) -> None:
        super().__init__(message)
        self.piece = piece


@dataclass(frozen=True)
class Source:
    """A text and its name for people."""

    name: str
    text: str

    def whole(self) -> Piece:
        """The text as one piece."""
        size = len(self.text)
        return Piece(self, self.text, range(size), 0, size)

    def span(self, begin: int, end: int) -> Span:
        """The place between two offsets."""
        return Span(self.name, *self._offsets.place(begin), *self._offsets.place(end))

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets(self.text)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a source. ``text`` is what it means, e.g. without quotes.

    ``places`` are offsets of the characters of ``text`` in the source; ``live`` are stretches (by
    offset) for which a shell would put something else: ``$HOME``, a pattern of file names.
    """

    source: Source
    text: str
    places: Sequence[int]
    begin: int
    end: int
    live: tuple[tuple[int, int], ...] = ()

    @property
    def span(self) -> Span:
        """Where it stands, quotes included."""
        return self.source.span(self.begin, self.end)

    @property
    def written(self) -> str:
        """The piece as it stands in the source."""
        return self.source.text[self.begin : self.end]

    def part(self, first: int, last: int) -> Piece:
        """The characters from ``first`` up to, not with, ``last``."""
        text, places = self.text[first:last], self.places[first:last]
        if text:
            begin, end = places[0], places[-1] + 1
        else:
            begin = self.places[first] if first < len(self.places) else self.end
            end = max(begin, self.end) if last >= len(self.text) else begin
        live = tuple(pair for pair in self.live if pair[0] < end and pair[1] > begin)
        return replace(self, text=text, places=places, begin=begin, end=end, live=live)

    def split(self, mark: str) -> list[Piece]:
        """The parts between the marks (one character), without blanks at their ends."""
        parts, first = [], 0
        for index in [i for i, char in enumerate(self.text) if char == mark] + [len(self.text)]:
            parts.append(self.part(first, index).strip())
            first = index + 1
        return parts

    def strip(self) -> Piece:
        """Without blanks at its ends; a piece of blanks alone becomes empty."""
        first = len(self.text) - len(self.text.lstrip())
        last = len(self.text.rstrip())
        if (first, last) == (0, len(self.text)):
            return self
        return self.part(first, max(first, last))

    def unquoted(self) -> Piece:
        """Without a pair of quotes around it: wrappers that use no shell pass them on."""
        if len(self.text) > 1 and self.text[0] == self.text[-1] and self.text[0] in "\"'":
            return self.part(1, len(self.text) - 1)
        return self
