"""``origins.json``: who said each value, in which line of which file, and what it hides.

It explains and decides nothing: it is in no key and no comparison, so a moved line changes nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.model.diagnostic import Span
from sweepwright.model.resolved import Edit, Layer, Origin, Resolved, Written
from sweepwright.records.lock import plain, read_json

ORIGINS = "origins.json"


@dataclass(frozen=True, slots=True)
class Stack:
    """A leaf's values as plain data, highest first; ``of`` are the leaves that it was made from."""

    levels: tuple[Written, ...]
    of: tuple[str, ...] = ()


def stacks(leaves: Iterable[Resolved[Any]]) -> dict[str, Stack]:
    """The stack of each leaf by its path."""
    once = {leaf.path: leaf for leaf in leaves}
    return {path: _stack(leaf) for path, leaf in once.items()}


def origins(leaves: Iterable[Resolved[Any]]) -> dict[str, Any]:
    """The content of ``origins.json``: leaf -> its levels, highest first."""
    once = {leaf.path: leaf for leaf in leaves}
    return {path: _to_json(leaf) for path, leaf in once.items()}


def read_origins(run: Path) -> dict[str, Stack]:
    """The stacks of a run folder. Raises OSError, ValueError where they cannot be read."""
    try:
        data = read_json((run / ORIGINS).read_bytes())
        return {str(path): _from_json(levels) for path, levels in data.items()}
    except (LookupError, TypeError, AttributeError) as problem:
        raise ValueError(f"{ORIGINS} holds no stacks of values") from problem


def _stack(leaf: Resolved[Any]) -> Stack:
    levels = [Written(plain(leaf.value), leaf.origin, leaf.edit)]
    levels += [Written(plain(w.value), w.origin, w.edit) for w in leaf.hidden]
    return Stack(tuple(levels), leaf.of)


def _to_json(leaf: Resolved[Any]) -> list[dict[str, Any]]:
    first = level_to_json(plain(leaf.value), leaf.origin, leaf.edit)
    if leaf.of:
        first["of"] = leaf.of
    return [first, *(level_to_json(plain(w.value), w.origin, w.edit) for w in leaf.hidden)]


def level_to_json(value: Any, origin: Origin, edit: Edit) -> dict[str, Any]:
    """One level of a stack as plain data; absent parts are left out."""
    span = origin.span
    level = {"layer": origin.layer.value, "key": origin.key, "value": value}
    if origin.name:
        level["name"] = origin.name
    if edit is not Edit.SET:
        level["edit"] = edit.value
    if span is not None:
        level |= {"file": span.file, "line": span.line, "column": span.column}
    return level


def _from_json(levels: list[Mapping[str, Any]]) -> Stack:
    of = tuple(str(path) for path in levels[0].get("of", ()))
    return Stack(tuple(_level(level) for level in levels), of)


def _level(data: Mapping[str, Any]) -> Written:
    span = None
    if "file" in data:
        line, column = int(data["line"]), int(data["column"])
        span = Span(str(data["file"]), line, column, line, column)
    origin = Origin(Layer(data["layer"]), str(data["key"]), str(data.get("name", "")), span)
    return Written(data["value"], origin, Edit(data.get("edit", "set")))
