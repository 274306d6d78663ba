"""Read: YAML as a stream of events -> nodes. Nothing in a file can make this long, deep or large.

No Python objects are made: no tags, no merge keys, few aliases, as many values and levels as a job
file can need. Job files come by mail and from LIMSs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML

from sweepwright.language.lines import Offsets
from sweepwright.language.nodes import Node
from sweepwright.model.diagnostic import Diagnostic, Fix, Related, Span, error

#: a job of a thousand sweeps has some twenty thousand keys and values
MAX_VALUES = 50_000
MAX_DEPTH = 40
MAX_ALIASES = 100
MOST_FOUND = 200
_QUOTES = frozenset("'\"|>")
_TAG = re.compile(r"![^\s,\[\]{}]*")


class SizeError(Exception):
    """The file has more of something than a job file can need; the diagnostic says of what."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass
class _Anchored:
    """A node that aliases can stand for, with its number of values and levels."""

    node: Node
    values: int
    levels: int


@dataclass
class _Open:
    """A collection that is being read; ``keys`` are those of a mapping, by text."""

    start: Any
    mapping: bool
    values_before: int
    nodes: list[Node] = field(default_factory=list)
    levels: int = 0


def read(source: str, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of a text, None for an empty one, and what is wrong with the nodes.

    Raises
    ------
    SizeError
        The file is no job file.
    ruamel.yaml.error.YAMLError
        The text is not YAML.
    """
    return _Reader(source, name).all()


class _Reader:
    def __init__(self, source: str, name: str) -> None:
        self._source, self._name = source, name
        self._offsets = Offsets(source)
        self._last = self._offsets.place(len(source))
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._aliases = self._values = 0
        self._root: Node | None = None
        self._found: list[Diagnostic] = []

    def all(self) -> tuple[Node | None, list[Diagnostic]]:
        """All events of the text."""
        documents = 0
        for event in YAML(typ="safe", pure=False).parse(self._source):
            kind = type(event).__name__
            if kind == "ScalarEvent":
                self._scalar(event)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._begin(event, kind == "MappingStartEvent")
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._end(event)
            elif kind == "AliasEvent":
                self._alias(event)
            elif kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    message = "this is a second document: a file holds one job"
                    help_ = "Remove the line '---', or write a file for each job."
                    self._found.append(error("SW-L003", message, self._span(event), help=help_))
                    break
            if len(self._found) >= MOST_FOUND:
                break
        return self._root, self._found

    def _scalar(self, event: Any) -> None:
        self._count(event, 1)
        self._check_tag(event)
        node = Node(self._span(event), event.value, "scalar", event.style in _QUOTES)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._put(node, 0)

    def _begin(self, event: Any, mapping: bool) -> None:
        self._count(event, 1)
        self._check_tag(event)
        self._open.append(_Open(event, mapping, self._values - 1))
        self._check_depth(event, 0)
        if event.anchor:
            self._anchors.pop(event.anchor, None)  # an alias inside is to what is not yet whole

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        start, end = self._span(done.start), self._span(event)
        span = Span(self._name, start.line, start.column, end.end_line, end.end_column)
        if done.mapping:
            node = Node(span, tuple(self._pairs(done.nodes)), "mapping")
        else:
            node = Node(span, tuple(done.nodes), "sequence")
        size = self._values - done.values_before
        if done.start.anchor:
            self._anchors[done.start.anchor] = _Anchored(node, size, done.levels + 1)
        self._put(node, done.levels + 1)

    def _alias(self, event: Any) -> None:
        span = self._span(event)
        known = self._anchors.get(event.anchor)
        if known is None:
            self._found.append(self._no_anchor(event, span))
            self._put(Node(span, "", "scalar"), 0)
            return
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._too_much("full of aliases", event)
        self._count(event, known.values)
        self._check_depth(event, known.levels)
        self._put(known.node, known.levels)

    def _no_anchor(self, event: Any, span: Span) -> Diagnostic:
        if any(part.start.anchor == event.anchor for part in self._open):
            return error("SW-L002", "an alias leads back into itself", span)
        message = (
            f"'*{event.anchor}' is an alias of nothing; text that begins with '*' must be in quotes"
        )
        fix = Fix("put it in quotes", span, f"'*{event.anchor}'", safe=True)
        return error("SW-L003", message, span, fix=fix)

    def _put(self, node: Node, levels: int) -> None:
        if not self._open:
            self._root = node
            return
        inside = self._open[-1]
        inside.nodes.append(node)
        inside.levels = max(inside.levels, levels)

    def _count(self, event: Any, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise self._too_much(f"too long (more than {MAX_VALUES} keys and values)", event)

    def _check_depth(self, event: Any, inner: int) -> None:
        if len(self._open) + inner > MAX_DEPTH:
            raise self._too_much("nested too deeply", event)

    def _too_much(self, what: str, event: Any) -> SizeError:
        message = f"the file is {what} for a job file"
        return SizeError(error("SW-L002", message, self._span(event)))

    def _check_tag(self, event: Any) -> None:
        if event.tag is None:
            return
        offsets = self._offsets
        start, _ = offsets.of(self._span(event))
        at = self._source.find("!", start)
        end = _TAG.match(self._source, at).end()  # type: ignore[union-attr]  # it begins with '!'
        span = Span(self._name, *offsets.place(at), *offsets.place(end))
        message = f"a job file has no tags ('{self._source[at:end]}')"
        self._found.append(error("SW-L005", message, span, help="Remove the tag."))

    def _pairs(self, nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
        first: dict[str, Span] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if key.kind != "scalar":
                help_ = "Put text with braces in quotes; a root is written $NAME/..."
                self._found.append(error("SW-L006", "a key is a word", key.span, help=help_))
                continue
            text = str(key.value)
            if text in first:
                related = (Related("first given here", first[text]),)
                message, help_ = f"the key '{text}' is given twice", "Keep one of them."
                twice = error("SW-L007", message, key.span, help=help_, related=related)
                self._found.append(twice)
                continue
            first[text] = key.span
            yield key, value

    def _span(self, event: Any) -> Span:
        """The place of an event; the parser puts an end of file beyond the last place."""
        begin, end = event.start_mark, event.end_mark
        if end.line + 1 < self._last[0]:
            return Span(self._name, begin.line + 1, begin.column + 1, end.line + 1, end.column + 1)
        first = min((begin.line + 1, begin.column + 1), self._last)
        return Span(self._name, *first, *min((end.line + 1, end.column + 1), self._last))
