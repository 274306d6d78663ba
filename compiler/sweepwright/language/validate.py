"""Validate: nodes -> `Job` as written, every independent error at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import ValidationError

from sweepwright.language.nodes import JobText, Key, Node
from sweepwright.language.prepare import Edits, prepare
from sweepwright.language.reading import MOST_FOUND
from sweepwright.language.suggest import elsewhere, keys_at
from sweepwright.language.text import SMALLEST
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, error, has_errors
from sweepwright.model.job import EVERY, LANGUAGE_VERSION, Job
from sweepwright.model.proposals import proposal

_NO_VALUE = ("", "null", "~", "None")
_NOT_A_MAPPING = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_NOT_A_LIST = ("tuple_type", "list_type")


class Patch(NamedTuple):
    """What one text says: its nodes, its values, and its edits of lists and defaults."""

    text: JobText
    job: Job
    edits: Edits


def validate(text: JobText) -> tuple[Patch | None, list[Diagnostic]]:
    """The job of a whole file; a missing version or list of sweeps is an error.

    A job of an older version of the language is read as that version.
    """
    older: list[Diagnostic] = []
    if text.root.find(("sweepwright",)).value != str(LANGUAGE_VERSION):
        from sweepwright.language.upgrade import migrated  # most jobs are of today

        text, older = migrated(text)
    if has_errors(older):
        return None, older
    patch, diagnostics = validate_patch(text)
    keys = {str(key.value) for key, _ in text.root.pairs()}
    start = replace(text.root.span, end_line=text.root.span.line, end_column=text.root.span.column)
    if "sweepwright" not in keys and not _misspelled(diagnostics, "sweepwright"):
        message = "the version of the job language is missing"
        fix = Fix("add the version", start, f"sweepwright: {LANGUAGE_VERSION}\n", safe=True)
        hint = f"Begin the file with 'sweepwright: {LANGUAGE_VERSION}'."
        diagnostics.insert(0, error("SW-L010", message, start, help=hint, fix=fix))
    if "sweeps" not in keys and not _misspelled(diagnostics, "sweeps"):
        diagnostics.append(error("SW-L011", "the job has no sweeps", start, help=SMALLEST))
    if patch is not None:
        diagnostics += _whole(patch)
    return (None if diagnostics else patch), [*older, *diagnostics]


def validate_patch(text: JobText) -> tuple[Patch | None, list[Diagnostic]]:
    """The values of a text that may say only a part (a macro, ``--set``)."""
    prepared, edits, found = prepare(text)
    try:
        job = Job.model_validate(prepared.root.data())
    except ValidationError as problem:
        return None, [*found, *_diagnostics(problem, prepared.root)]
    found += _without_value(prepared.root)
    return (None if found else Patch(prepared, job, edits)), found


def _without_value(node: Node) -> Iterator[Diagnostic]:
    """Keys without a value where the schema wants text, and would take the empty one.

    Of empty `images` more is said later: a comment may have cut the template off.
    """
    for key, value in node.pairs():
        empty = value.kind == "scalar" and value.value in _NO_VALUE and not value.quoted
        if empty and (key.value, value.value) != ("images", ""):
            yield _no_value(str(key.value), key)
        yield from _without_value(value)
    for item in node.items():
        yield from _without_value(item)


def _no_value(key: str, node: Node) -> Diagnostic:
    hint = "Give a value, or remove the key; 'default' takes back what lower layers said."
    return error("SW-L012", f"'{key}' has no value", node.span, help=hint)


def _whole(patch: Patch) -> Iterator[Diagnostic]:
    """What may stand in a macro or ``--set``, but not in a whole job."""
    for index, sweep in enumerate(patch.job.sweeps or ()):
        if sweep.name == EVERY:
            span = patch.text.span("sweeps", index, "name")
            help_ = "Only a macro or --set says something of every sweep."
            yield error("SW-L032", "a sweep cannot be called '*'", span, help=help_)
    for path, edit in patch.edits.items():
        if path in (("sweeps",), ("roots",), ("crystals",)):
            yield error("SW-L030", f"'{path[0]}' cannot be edited here", edit.span)


def _misspelled(diagnostics: list[Diagnostic], key: str) -> bool:
    return any(item.fix is not None and item.fix.text == key for item in diagnostics)


def _diagnostics(problem: ValidationError, root: Node) -> list[Diagnostic]:
    found: dict[tuple[Any, ...], Diagnostic] = {}
    items = problem.errors(include_url=False)
    for item in items[:MOST_FOUND]:
        path = _path_in_file(item["loc"], root)
        unknown = item["type"] == "extra_forbidden"
        one = _unknown_key(path, root) if unknown else _bad_value(item, path, root)
        found.setdefault((one.code, path), one)  # branches of a union complain each
    return [*found.values(), *_more(len(items) - MOST_FOUND, root)]


def _more(number: int, root: Node) -> Iterator[Diagnostic]:
    if number > 0:
        help_ = "Correct these first: the others may go with them."
        yield error("SW-L069", f"{number} more errors are not told", root.span, help=help_)


def _path_in_file(location: tuple[Key, ...], root: Node) -> tuple[Key, ...]:
    """pydantic's location without the words that name its own union branches."""
    path: tuple[Key, ...] = ()
    node = root
    for step in location:
        inner = node.child(step)
        if inner is not None:
            path, node = (*path, step), inner
    return path


def _unknown_key(path: tuple[Key, ...], root: Node) -> Diagnostic:
    key, node = str(path[-1]), root.key(path)
    where = _shown(path[:-1]) or "the job"
    message = f"unknown key '{key}' in {where}"
    if "." in key and key in elsewhere(key.rpartition(".")[2]):
        hint = f"Write it nested: {': {'.join(key.split('.'))}: ...{'}' * key.count('.')}"
        return error("SW-L008", message, node.span, help=hint)
    places = elsewhere(key)
    if places:
        hint = f"'{key}' stands elsewhere: {', '.join(places)}."
        return error("SW-L008", message, node.span, help=hint)
    edit = key[:1] if key[:1] in "+-" else ""
    known = [edit + word for word in keys_at(path[:-1])]
    hint = f"Keys here: {', '.join(known)}."
    return error("SW-L008", message, node.span, **proposal(key, known, node.span, hint))


def _bad_value(item: Any, path: tuple[Key, ...], root: Node) -> Diagnostic:
    node = root.find(path)
    key = _shown(path)
    message = str(item["msg"]).removeprefix("Value error, ")
    if node.kind == "scalar" and node.value in _NO_VALUE and not node.quoted:
        return _no_value(key, root.key(path))
    if item["type"] == "literal_error":
        return _not_allowed(item, key, node)
    if item["type"] == "missing":
        message = f"'{item['loc'][-1]}' is missing here"
    if item["type"] in _NOT_A_MAPPING:
        return _no_mapping(key, path, node)
    if item["type"] in _NOT_A_LIST:
        return _no_list(key, node)
    mistake = item.get("ctx", {}).get("error")
    place = _culprit(node, message)
    fix = None
    if getattr(mistake, "fix", ""):
        fix = Fix(f"write {mistake.fix}", node.span, mistake.fix, safe=mistake.safe)
    return error("SW-L012", f"{key}: {message}", place, fix=fix)


def _not_allowed(item: Any, key: str, node: Node) -> Diagnostic:
    allowed = re.findall(r"'([^']*)'", item["ctx"]["expected"])
    hint = f"Allowed: {', '.join(allowed)}."
    if node.kind != "scalar":
        return error("SW-L013", f"one word is wanted for '{key}'", node.span, help=hint)
    message = f"'{node.value}' is not possible for '{key}'"
    return error(
        "SW-L013", message, node.span, **proposal(str(node.value), allowed, node.span, hint)
    )


def _no_mapping(key: str, path: tuple[Key, ...], node: Node) -> Diagnostic:
    message = f"{key}: a mapping of keys and values is wanted here"
    if path[:1] == ("sweeps",) and len(path) == 2 and node.kind == "scalar":
        text = str(node.value)
        fix = Fix(f"write 'images: {text}'", node.span, f"images: {_quoted(text)}", safe=True)
        return error("SW-L012", message, node.span, help=f"Write '- images: {text}'.", fix=fix)
    known = keys_at(path)
    hint = f"Keys here: {', '.join(known)}." if known else None
    return error("SW-L012", message, node.span, help=hint)


def _no_list(key: str, node: Node) -> Diagnostic:
    message = f"{key}: a list is wanted here (each item on a line that begins with '- ')"
    fix = None
    if all(part.span.line == node.span.line for part in _scalars(node)):
        start = replace(node.span, end_line=node.span.line, end_column=node.span.column)
        fix = Fix("make it the first item", start, "- ", safe=False)
    return error("SW-L012", message, node.span, fix=fix)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w$./#-]+", text) else "'" + text.replace("'", "''") + "'"


def _culprit(node: Node, message: str) -> Span:
    """The part of a list or mapping that the message quotes, else the whole."""
    quoted = re.match(r"'([^']+)'", message)
    if quoted is not None and node.kind != "scalar":
        parts = [part for part in _scalars(node) if part.value == quoted[1]]
        if len(parts) == 1:
            return parts[0].span
    return node.span


def _scalars(node: Node) -> Iterator[Node]:
    if node.kind == "scalar":
        yield node
    for inner in (*node.items(), *(part for pair in node.pairs() for part in pair)):
        yield from _scalars(inner)


def _shown(path: tuple[Key, ...]) -> str:
    """``sweeps[1].range``: a path as people write it; lists count from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
