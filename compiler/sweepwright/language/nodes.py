"""Nodes: what a file says as text, each with its span. Types come from the schema."""

from __future__ import annotations

from typing import Any, NamedTuple

from sweepwright.model.diagnostic import Span

Key = str | int


class Node(NamedTuple):
    """A piece of YAML: ``value`` is text, a tuple of nodes, or a tuple of (key, value) nodes."""

    span: Span
    value: str | tuple[Node, ...] | tuple[tuple[Node, Node], ...]
    kind: str  # scalar | sequence | mapping
    quoted: bool = False

    def data(self) -> Any:
        """Plain lists, mappings and text."""
        if self.kind == "mapping":
            return {key.value: value.data() for key, value in self.pairs()}
        if self.kind == "sequence":
            return [item.data() for item in self.items()]
        return self.value

    def pairs(self) -> tuple[tuple[Node, Node], ...]:
        """Keys and values of a mapping, else nothing."""
        return self.value if self.kind == "mapping" else ()  # type: ignore[return-value]

    def items(self) -> tuple[Node, ...]:
        """Items of a sequence, else nothing."""
        return self.value if self.kind == "sequence" else ()  # type: ignore[return-value]

    def child(self, step: Key) -> Node | None:
        """The value of a key, or the item of an index; None where there is none."""
        word = str(step)
        for key, value in self.pairs():
            if key.value == word:
                return value
        items = self.items()
        return items[step] if isinstance(step, int) and step < len(items) else None

    def find(self, path: tuple[Key, ...]) -> Node:
        """The node at a path of keys and indices, or the deepest one on the way there."""
        node = self
        for step in path:
            inner = node.child(step)
            if inner is None:
                break
            node = inner
        return node

    def key(self, path: tuple[Key, ...]) -> Node:
        """The node of the last key of a path; where it is no mapping's key, the value's node."""
        parent = self.find(path[:-1])
        for key, _ in parent.pairs():
            if key.value == str(path[-1]):
                return key
        return self.find(path)


class JobText(NamedTuple):
    """A loaded file: its name for people, its text, and its root node."""

    name: str
    source: str
    root: Node

    def span(self, *path: Key) -> Span:
        """The place of a value, or of the deepest part of its path that was written."""
        return self.root.find(path).span
