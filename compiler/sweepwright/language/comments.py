"""Comments and blank lines of a YAML text, each with the entry of a mapping or list it speaks of.

YAML knows no comments: nodes carry none. An entry is a key with its value, or an item of a list; a
comment stands *above* it, *beside* it on its line, or at the *foot* of a mapping or list, and moves
with it when the text is written anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from sweepwright.language.lines import Offsets, lines
from sweepwright.language.nodes import JobText, Node

#: what stands between scalars: anchors and the like, comments, dashes of items
_BETWEEN = re.compile("[&*%][^\\s,\\[\\]{}]*|#[^\r\n\x85\u2028\u2029]*|-(?=\\s|$)")
_PROPERTIES = re.compile(r"(?:&[A-Za-z0-9_-]+(?:\s+(?:#.*)?)*)?")

#: ``key`` or ``item``, and where the source has it; ``foot`` of a collection
Id = tuple[str, int]


@dataclass
class Notes:
    """What is said about an entry; ``beside`` with the column where it stood."""

    above: list[str] = field(default_factory=list)
    beside: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Comments:
    """All comments of a text. An empty text among ``above`` is a blank line.

    ``header`` stands at the head of the file.
    """

    header: list[str] = field(default_factory=list)
    entries: dict[Id, Notes] = field(default_factory=dict)
    feet: dict[Id, list[str]] = field(default_factory=dict)

    def speak_of(self, entry: Id) -> bool:
        """Whether there is a comment on an entry."""
        notes = self.entries.get(entry)
        return notes is not None and (any(notes.above) or bool(notes.beside))

    def take(self, entry: Id) -> Notes:
        """The notes of an entry, which are then no longer here."""
        return self.entries.pop(entry, Notes())

    def take_foot(self, collection: Id) -> list[str]:
        """The notes at the foot of a collection, which are then no longer here."""
        return self.feet.pop(collection, [])

    def rest(self) -> Iterator[str]:
        """What was not taken: comments of entries that are no more."""
        for notes in self.entries.values():
            yield from (line for line in notes.above if line)
            yield from (text for _, text in notes.beside)
        for foot in self.feet.values():
            yield from (line for line in foot if line)


@dataclass
class _Flow:
    start: int
    end: int
    owner: _Place | None  # the entry whose value it is


@dataclass
class _Place:
    """An entry in the source; ``blocks`` are the block collections around it with their columns."""

    id: Id
    start: int
    column: int
    value: int  # where its value begins
    nested: bool  # whether the value is a block collection with entries of its own
    flow: _Flow | None
    blocks: tuple[tuple[Id, int], ...]


def body(source: str, start: int) -> int:
    """Where a node begins behind its anchor."""
    match = _PROPERTIES.match(source, start)
    return start if match is None else match.end()


def comments_of(text: JobText) -> Comments:
    """The comments of a file. The nodes may be fewer, or stand in another order, than in its text."""
    places, tokens, flows = _Survey(text).all()
    root = body(text.source, Offsets(text.source).of(text.root.span)[0])
    return _Attach(text.source, root, places, tokens, flows).all()


class _Survey:
    """Where entries, scalars and flow collections stand."""

    def __init__(self, text: JobText) -> None:
        self._source, self._offsets, self._root = text.source, Offsets(text.source), text.root
        self._places: list[_Place] = []
        self._tokens: list[tuple[int, int]] = []
        self._flows: list[_Flow] = []
        self._anchored: set[int] = set()

    def all(self) -> tuple[list[_Place], list[tuple[int, int]], list[_Flow]]:
        self._collection(self._root, None, None, ())
        return sorted(self._places, key=lambda place: place.start), self._tokens, self._flows

    def start(self, node: Node) -> int:
        return self._offsets.of(node.span)[0]

    def _node(
        self, node: Node, owner: _Place, flow: _Flow | None, blocks: tuple[tuple[Id, int], ...]
    ) -> None:
        if node.kind != "scalar":
            self._collection(node, owner, flow, blocks)
            return
        start, end = self._offsets.of(node.span)
        begin = body(self._source, start)
        if self._source[begin : begin + 1] in ("|", ">") and node.quoted:
            header = re.compile(r"[|>][-+\d]*").match(self._source, begin)
            line_end = re.compile(r"[^\r\n\x85\u2028\u2029]*").match(self._source, begin)
            assert header is not None
            assert line_end is not None
            self._tokens.append((begin, header.end()))
            begin = line_end.end()
            end = max(begin, begin + len(self._source[begin:end].rstrip()))
        self._tokens.append((begin, max(begin, end)))

    def _collection(
        self,
        node: Node,
        owner: _Place | None,
        flow: _Flow | None,
        blocks: tuple[tuple[Id, int], ...],
    ) -> None:
        start, end = self._offsets.of(node.span)
        begin = body(self._source, start)
        if self._source[begin : begin + 1] in ("{", "["):
            flow = _Flow(begin, end, owner)
            self._flows.append(flow)
            self._tokens.append((begin, begin + 1))
        inside = blocks
        for key, value in node.pairs():
            at, column = self.start(key), key.span.column
            if flow is None and inside is blocks:
                inside = (*blocks, (("foot", begin), column))
            place = self._place("key", at, column, value, flow, inside)
            self._node(key, place, flow, inside)
            if not self._repeated(value):
                self._node(value, place, flow, inside)
        for item in node.items():
            if self._repeated(item):
                continue
            at = self.start(item)
            dash = at if flow is not None else self._dash(at)
            column = self._offsets.place(dash)[1]
            if flow is None and inside is blocks:
                inside = (*blocks, (("foot", begin), column))
            place = self._place("item", at, column, item, flow, inside)
            place.start = dash
            self._node(item, place, flow, inside)
        if flow is not None and flow.start == begin:
            self._tokens.append((max(end - 1, begin + 1), end))

    def _place(
        self,
        kind: str,
        at: int,
        column: int,
        value: Node,
        flow: _Flow | None,
        blocks: tuple[tuple[Id, int], ...],
    ) -> _Place:
        begin = body(self._source, self.start(value))
        nested = value.kind != "scalar" and self._source[begin : begin + 1] not in ("{", "[")
        place = _Place((kind, at), at, column, begin, nested, flow, blocks)
        self._places.append(place)
        return place

    def _repeated(self, node: Node) -> bool:
        """Whether a node is an alias: it has the place of the one with the anchor."""
        start = self.start(node)
        if self._source[start : start + 1] != "&":
            return False
        if start in self._anchored:
            return True
        self._anchored.add(start)
        return False

    def _dash(self, start: int) -> int:
        """The place of the dash of an item that begins at ``start``."""
        after = self._tokens[-1][1] if self._tokens else 0
        found = [m.start() for m in _BETWEEN.finditer(self._source, after, start) if m[0] == "-"]
        return found[-1] if found else start


class _Attach:
    """Gives each comment and blank line to an entry."""

    def __init__(
        self,
        source: str,
        root: int,
        places: list[_Place],
        tokens: list[tuple[int, int]],
        flows: list[_Flow],
    ) -> None:
        self._source, self._offsets, self._root = source, Offsets(source), root
        self._places, self._flows = places, flows
        self._tokens = sorted(tokens)
        self._starts = [place.start for place in places]
        self._ends = sorted(end for _, end in tokens)
        self._made = Comments(entries={place.id: Notes() for place in places})
        self._next = -1  # the entry before which the notes in hand stand
        self._blank = False
        self._depth = 0  # of the foot that took the last of them; 0: they go above the next entry

    def all(self) -> Comments:
        for offset, text in sorted((*self._comments(), *self._blanks())):
            line, column = self._offsets.place(offset)
            before = bisect_right(self._ends, offset) - 1
            if text and before >= 0 and self._offsets.place(self._ends[before])[0] == line:
                self._beside(offset, column, text)
            else:
                self._alone(offset, column, text)
        self._move_on(-1)
        return self._made

    def _comments(self) -> Iterator[tuple[int, str]]:
        end = 0
        for start, after in (*self._tokens, (len(self._source),) * 2):
            for match in _BETWEEN.finditer(self._source, end, max(start, end)):
                if match[0].startswith("#"):
                    yield match.start(), match[0].rstrip()
            end = max(end, after)

    def _blanks(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(lines(self._source)[:-1]):
            if not line.strip():
                offset = self._offsets.at(number + 1, 1)
                around = bisect_right(self._tokens, (offset, offset)) - 1
                if around < 0 or self._tokens[around][1] <= offset:
                    yield offset, ""

    def _around(self, offset: int) -> list[_Flow]:
        return [flow for flow in self._flows if flow.start < offset < flow.end]

    def _last(self, offset: int) -> _Place | None:
        index = bisect_right(self._starts, offset) - 1
        return self._places[index] if index >= 0 else None

    def _beside(self, offset: int, column: int, text: str) -> None:
        place = self._last(offset)
        while place is not None and place.flow is not None and place.flow.end <= offset:
            place = place.flow.owner
        if place is None:
            self._made.header.append(text)
        else:
            self._made.entries[place.id].beside.append((column, text))

    def _alone(self, offset: int, column: int, text: str) -> None:
        index = bisect_right(self._starts, offset)
        if index != self._next:
            self._move_on(index)
        around = self._around(offset)
        if not text:
            self._blank = self._blank or not around
            return
        target = self._in_flow(around[-1], index) if around else self._in_block(index, column)
        last = self._last(offset)
        if last is not None and not last.nested and last.value > offset:  # between key and value
            target = self._made.entries[last.id].above
        if self._blank and target[-1:] != [""]:
            target.append("")
        target.append(text)
        self._blank = False

    def _move_on(self, index: int) -> None:
        """A blank line in hand goes to the entry before which it stands."""
        if self._blank and 0 <= self._next < len(self._places):
            self._above(self._next).append("")
        self._next, self._blank, self._depth = index, False, 1_000

    def _above(self, index: int) -> list[str]:
        if index == 0:
            return self._made.header
        return self._made.entries[self._places[index].id].above

    def _in_flow(self, flow: _Flow, index: int) -> list[str]:
        following = self._places[index] if index < len(self._places) else None
        if following is not None and following.flow is flow:
            return self._made.entries[following.id].above
        return self._made.feet.setdefault(("foot", flow.start), [])

    def _in_block(self, index: int, column: int) -> list[str]:
        """The foot of a collection that ends here and stands no deeper, else above what follows."""
        following = self._places[index] if index < len(self._places) else None
        outer = following.column if following is not None else 0
        ended = self._places[index - 1].blocks[: self._depth] if index > 0 else ()
        depth = 0
        for number, (_, stands) in enumerate(ended, 1):
            # a list may stand as deep as its key: then the comment is not the list's
            if outer < stands <= column:
                depth, outer = number, stands
        self._depth = depth
        if depth:
            return self._made.feet.setdefault(ended[depth - 1][0], [])
        if following is None:
            return self._made.feet.setdefault(("foot", self._root), [])
        return self._above(index)
