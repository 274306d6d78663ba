"""Load: bytes of YAML -> nodes as text, each with its span and style. Types come from the schema.

Only YAML nodes are composed, never Python objects: no tags, no merge keys, few aliases, limited
size and depth. Job files come by mail and from LIMSs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from sweepwright.language.lines import Offsets, lines
from sweepwright.model.diagnostic import Diagnostic, Related, Span, error

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in "str int float bool null timestamp merge value seq map".split()
)
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

    def find(self, path: tuple[Key, ...]) -> Node:
        """The node at a path of keys and indices, or the deepest one on the way there."""
        node = self
        for step in path:
            inner = {key.value: value for key, value in node.pairs()}.get(str(step))
            if inner is None and isinstance(step, int) and step < len(node.items()):
                inner = node.items()[step]
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


def load(path: Path, name: str | None = None) -> tuple[JobText | None, list[Diagnostic]]:
    """The nodes of a YAML file, or diagnostics that say why there are none."""
    shown = name or str(path)
    try:
        if path.is_dir():
            return None, [
                error(
                    "SW-L001", f"'{shown}' is a folder, not a job file", help="Name the YAML file."
                )
            ]
        raw = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as problem:
        hint = "Check the spelling, or write one with 'sweepwright: 1' and 'sweeps:'."
        return None, [error("SW-L001", f"cannot read '{shown}': {problem.strerror}", help=hint)]
    if len(raw) > MAX_BYTES:
        return None, [error("SW-L002", f"'{shown}' is larger than 2 MB; that is no job file")]
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        message = f"'{shown}' is not UTF-8 text (byte {problem.start}, line {line})"
        return None, [error("SW-L002", message, help="Save the file as UTF-8.")]
    return loads(source, shown)


def loads(source: str, name: str) -> tuple[JobText | None, list[Diagnostic]]:
    """The nodes of YAML text."""
    whole = Span(name, 1, 1, 1, 1)
    try:
        too_deep = _check_depth(source, name)
        if too_deep:
            return None, [too_deep]
        node = YAML(typ="safe", pure=False).compose(source)
    except MarkedYAMLError as problem:
        return None, [_syntax_error(problem, name, source)]
    except (YAMLError, ValueError, RecursionError) as problem:
        return None, [error("SW-L003", f"this is not YAML: {problem}", whole)]
    if node is None:
        return None, [error("SW-L004", "the file is empty", whole, help=SMALLEST)]
    diagnostics: list[Diagnostic] = []
    root = _convert(node, _Reading(name, _last(source), diagnostics, set()), 0)
    if root.kind != "mapping" and not diagnostics:
        diagnostics.append(
            error("SW-L004", "a job is a mapping of keys and values", root.span, help=SMALLEST)
        )
    return (None if diagnostics else JobText(name, source, root)), diagnostics


SMALLEST = "The smallest job:\n  sweepwright: 1\n  sweeps:\n    - images: data/lyso_####.cbf"


def _check_depth(source: str, name: str) -> Diagnostic | None:
    """Events are counted before anything is composed: neither depth nor aliases can hurt."""
    depth = aliases = 0
    for event in YAML(typ="safe", pure=False).parse(source):
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        aliases += kind == "AliasEvent"
        if depth > MAX_DEPTH or aliases > 100:
            what = "nested too deeply" if depth > MAX_DEPTH else "full of aliases"
            return error(
                "SW-L002", f"the file is {what} for a job file", _span(event, name, _last(source))
            )
    return None


def _span(marked: Any, name: str, last: tuple[int, int]) -> Span:
    """The place of a node or event; the reader puts an end of file beyond the ``last`` place."""
    start, end = (
        min((mark.line + 1, mark.column + 1), last) for mark in (marked.start_mark, marked.end_mark)
    )
    return Span(name, *start, *end)


def _last(source: str) -> tuple[int, int]:
    """Line and column behind the last character."""
    found = lines(source)
    return len(found), len(found[-1]) + 1


def _syntax_error(problem: MarkedYAMLError, name: str, source: str) -> Diagnostic:
    mark = problem.problem_mark or problem.context_mark
    span = _point(source, name, mark.line, mark.column) if mark else None
    text = " ".join(str(part) for part in (problem.context, problem.problem) if part)
    hint = None
    if "alias" in text:
        hint = "A '*' at the beginning of a value is an alias in YAML: put the text in quotes."
    elif mark and "\t" in _line(source, mark.line):
        hint = "Indent with blanks, not with tabs."
    elif "mapping values are not allowed" in text:
        hint = (
            "Look for a missing line break, a wrong indentation, or put text with ': ' in quotes."
        )
    return error("SW-L003", f"this is not YAML: {text}", span, help=hint)


def _point(source: str, name: str, line: int, column: int) -> Span:
    """One character of the text."""
    return Offsets(source).inside(Span(name, line + 1, column + 1, line + 1, column + 2))


def _line(source: str, number: int) -> str:
    found = lines(source)
    return found[number] if number < len(found) else ""


class _Reading(NamedTuple):
    """What goes with the nodes: file, its end, what was found, and the nodes that are open."""

    name: str
    last: tuple[int, int]
    found: list[Diagnostic]
    open: set[int]


def _convert(node: Any, reading: _Reading, depth: int) -> Node:
    span, found = _span(node, reading.name, reading.last), reading.found
    if id(node) in reading.open or depth > MAX_DEPTH:
        found.append(error("SW-L002", "an alias leads back into itself", span))
        return Node(span, "", "scalar")
    if node.tag and str(node.tag) not in _PLAIN_TAGS:
        found.append(
            error("SW-L005", f"a job file has no tags ('{node.tag}')", span, help="Remove the tag.")
        )
    if isinstance(node, ScalarNode):
        return Node(span, str(node.value), "scalar", quoted=node.style in ("'", '"', "|", ">"))
    reading.open.add(id(node))
    result = Node(span, "", "scalar")
    if isinstance(node, SequenceNode):
        items = tuple(_convert(item, reading, depth + 1) for item in node.value)
        result = Node(span, items, "sequence")
    elif isinstance(node, MappingNode):
        result = Node(span, tuple(_pairs(node, reading, depth)), "mapping")
    reading.open.discard(id(node))
    return result


def _pairs(node: Any, reading: _Reading, depth: int) -> Iterator[tuple[Node, Node]]:
    found = reading.found
    first: dict[str, Span] = {}
    for key_node, value_node in node.value:
        key = _convert(key_node, reading, depth + 1)
        if key.kind != "scalar":
            found.append(
                error(
                    "SW-L006",
                    "a key is a word",
                    key.span,
                    help="Put text with braces in quotes; a root is written $NAME/...",
                )
            )
            continue
        text = str(key.value)
        if text in first:
            related = (Related("first given here", first[text]),)
            found.append(
                error(
                    "SW-L007",
                    f"the key '{text}' is given twice",
                    key.span,
                    related=related,
                    help="Keep one of them.",
                )
            )
            continue
        first[text] = key.span
        yield key, _convert(value_node, reading, depth + 1)
