"""Upgrade: a job of an older version of the language, as the version of today would say it.

Nodes are renamed and moved but keep their places, so that diagnostics point into the file as it is,
and comments stay with what they speak of when the file is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from sweepwright.language.nodes import JobText, Node
from sweepwright.model.diagnostic import Diagnostic, Related, advice, error
from sweepwright.model.job import LANGUAGE_VERSION

_BRACED_ROOT = re.compile(r"(^|,\s*)\{([A-Za-z0-9][A-Za-z0-9_+-]*)\}(?=/)")
_NUMBER = re.compile(r"[0-9]{1,9}")
_VERSION = ("sweepwright",)
#: what holds several sections that say things of their own
_SEVERAL = ("crystals", "datasets", "sweeps")

Path = tuple[str, ...]


class Rename(NamedTuple):
    """A key that has another name now, or stands elsewhere; ``words`` are values that changed."""

    old: Path
    new: Path
    words: Mapping[str, str]


class Migration(NamedTuple):
    """What changed from one version of the language to the next."""

    keys: tuple[Rename, ...]
    braced_roots: tuple[Path, ...]


def migrated(text: JobText) -> tuple[JobText, list[Diagnostic]]:
    """A job as the version of today would say it, with advice to rewrite the file.

    SW-L063: the version is not known. SW-L064: it is an older one. SW-L065: a key under its old
    and its new name. A text without a version, or of today's, is given back as it is.
    """
    node = text.root.find(_VERSION)
    version = str(node.value) if node.kind == "scalar" else ""
    if not _NUMBER.fullmatch(version) or int(version) == LANGUAGE_VERSION:
        return text, []
    if version not in _migrations():
        message = f"version {version} of the job language is not known to this release"
        known = ", ".join((*_migrations(), str(LANGUAGE_VERSION)))
        help_ = f"It reads: {known}. Install a newer release of sweepwright for this job."
        return text, [error("SW-L063", message, node.span, help=help_)]
    work = _Work([], [])
    root = text.root
    for older in range(int(version), LANGUAGE_VERSION):
        root = _apply(_migrations()[str(older)], root, work)
    if work.problems:
        return text, work.problems
    root = _at(root, _VERSION, lambda old: old._replace(value=str(LANGUAGE_VERSION)))
    message = (
        f"the job is written in version {version} of the language, today's is {LANGUAGE_VERSION}"
    )
    help_ = f"It means what it meant. 'sweepwright upgrade {text.name}' rewrites it."
    told = advice(
        "SW-L064",
        message,
        node.span,
        help=help_,
        related=tuple(sorted(work.done, key=lambda one: one.span)),
    )
    return text._replace(root=root), [told]


@cache
def _migrations() -> Mapping[str, Migration]:
    """Version -> what changed after it."""
    from importlib.resources import files

    from ruamel.yaml import YAML

    text = (files("sweepwright.language") / "migrations.yaml").read_text(encoding="utf-8")
    return {version: _migration(data) for version, data in YAML(typ="safe").load(text).items()}


def _migration(data: Mapping[str, Any]) -> Migration:
    keys = [
        Rename(_path(row["old"]), _path(row["new"]), row.get("words", {})) for row in data["keys"]
    ]
    return Migration(tuple(keys), tuple(_path(path) for path in data["braced_roots"]))


def _path(key: str) -> Path:
    return tuple(key.split("."))


class _Work(NamedTuple):
    done: list[Related]
    problems: list[Diagnostic]


def _apply(migration: Migration, root: Node, work: _Work) -> Node:
    def keys(section: Node) -> Node:
        for rename in migration.keys:
            section = _renamed(section, rename, work)
        return section

    root = keys(root)
    for name in _SEVERAL:
        root = _at(root, (name,), partial(_each, change=keys))
    for path in migration.braced_roots:
        root = _at(root, path[:1], partial(_each, change=_dollar(path[1:], work)))
    return root


def _renamed(section: Node, rename: Rename, work: _Work) -> Node:
    pair, taken = _find(section, rename.old), _find(section, rename.new)
    if pair is None:
        return section
    key, value = pair
    if taken is not None:
        message = (
            f"'{'.'.join(rename.old)}' is today's '{'.'.join(rename.new)}', which is given, too"
        )
        other = (Related("the other one", taken[0].span),)
        work.problems.append(error("SW-L065", message, key.span, help="Keep one.", related=other))
        return section
    work.done.append(Related(f"'{'.'.join(rename.old)}' is now '{'.'.join(rename.new)}'", key.span))
    if value.kind == "scalar":
        now = rename.words.get(str(value.value).lower())
        value = value if now is None else value._replace(value=now)
    key = key._replace(value=rename.new[-1])
    if rename.new[:-1] == rename.old[:-1]:
        renamed = partial(_swap, word=rename.old[-1], pair=(key, value))
        return _at(section, rename.old[:-1], renamed)
    first = _find(section, rename.old[:1])
    assert first is not None  # it holds the pair
    return _put(_without(section, rename.old), rename.new[:-1], (key, value), first[0])


def _dollar(path: Path, work: _Work) -> Callable[[Node], Node]:
    def change(node: Node) -> Node:
        if node.kind != "scalar":
            return node
        text = _BRACED_ROOT.sub(r"\1$\2", str(node.value))
        if text == node.value:
            return node
        work.done.append(Related(f"'{node.value}' is now written '{text}'", node.span))
        return node._replace(value=text)

    return lambda section: _at(section, path, change)


# --- nodes with a part of them changed


def _pair(node: Node, word: str) -> tuple[Node, Node] | None:
    return next((pair for pair in node.pairs() if pair[0].value == word), None)


def _find(node: Node, path: Path) -> tuple[Node, Node] | None:
    """Key and value at a path."""
    pair = _pair(node, path[0])
    return _find(pair[1], path[1:]) if pair is not None and path[1:] else pair


def _at(node: Node, path: Path, change: Callable[[Node], Node]) -> Node:
    """The node with what is at a path changed, if something is there."""
    if not path:
        return change(node)
    pair = _pair(node, path[0])
    if pair is None:
        return node
    return _swap(node, path[0], (pair[0], _at(pair[1], path[1:], change)))


def _each(node: Node, change: Callable[[Node], Node]) -> Node:
    """Items of a list, or what has a name in a mapping, changed."""
    if node.kind == "mapping":
        return node._replace(value=tuple((key, change(value)) for key, value in node.pairs()))
    return (
        node._replace(value=tuple(change(item) for item in node.items())) if node.items() else node
    )


def _swap(node: Node, word: str, pair: tuple[Node, Node]) -> Node:
    return node._replace(value=tuple(pair if k.value == word else (k, v) for k, v in node.pairs()))


def _without(node: Node, path: Path) -> Node:
    """The node without a pair, and without the mappings that are empty then."""
    return node._replace(value=tuple(_left(node, path)))


def _left(node: Node, path: Path) -> Iterator[tuple[Node, Node]]:
    for key, value in node.pairs():
        if key.value != path[0]:
            yield key, value
        elif path[1:]:
            inner = _without(value, path[1:])
            if inner.value:
                yield key, inner


def _put(node: Node, path: Path, pair: tuple[Node, Node], like: Node) -> Node:
    """The node with a pair in the mapping at a path; keys that are new have the place of ``like``."""
    if not path:
        return node._replace(value=(*node.pairs(), pair))
    found = _pair(node, path[0])
    if found is not None:
        return _swap(node, path[0], (found[0], _put(found[1], path[1:], pair, like)))
    inner = _put(Node(pair[0].span, (), "mapping"), path[1:], pair, like)
    return node._replace(value=(*node.pairs(), (like._replace(value=path[0]), inner)))
