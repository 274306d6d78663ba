"""Validate: nodes -> `Job` as written, every independent error at its place in the file."""

from __future__ import annotations

import difflib
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sweepwright.language.text import SMALLEST, JobText, Key, Node
from sweepwright.model.diagnostic import Diagnostic, Fix, error
from sweepwright.model.job import LANGUAGE_VERSION, PLANNED, Job


def validate(text: JobText) -> tuple[Job | None, list[Diagnostic]]:
    """The job of a whole file; a missing version or list of sweeps is an error."""
    job, diagnostics = validate_patch(text)
    keys = {key.value for key, _ in text.root.pairs()}
    start = text.root.span
    if "sweepwright" not in keys:
        message = "the version of the job language is missing"
        fix = Fix("add the version", start, f"sweepwright: {LANGUAGE_VERSION}\n", safe=True)
        hint = f"Begin the file with 'sweepwright: {LANGUAGE_VERSION}'."
        diagnostics.insert(0, error("SW-L010", message, start, help=hint, fix=fix))
    if not keys & {"sweeps"} and not _misspelled(diagnostics, "sweeps"):
        diagnostics.append(error("SW-L011", "the job has no sweeps", start, help=SMALLEST))
    return (None if diagnostics else job), diagnostics


def validate_patch(text: JobText) -> tuple[Job | None, list[Diagnostic]]:
    """The job of a file that may say only a part (a macro, ``--set``)."""
    try:
        return Job.model_validate(text.root.data()), []
    except ValidationError as problem:
        return None, _diagnostics(problem, text.root)


def _misspelled(diagnostics: list[Diagnostic], key: str) -> bool:
    return any(item.fix is not None and item.fix.text == key for item in diagnostics)


def _diagnostics(problem: ValidationError, root: Node) -> list[Diagnostic]:
    found = []
    for item in problem.errors(include_url=False):
        path = _path_in_file(item["loc"], root)
        if item["type"] == "extra_forbidden":
            found.append(_unknown_key(path, root))
        else:
            found.append(_bad_value(item, path, root))
    return found


def _path_in_file(location: tuple[Key, ...], root: Node) -> tuple[Key, ...]:
    """pydantic's location without the words that name its own union branches."""
    path: tuple[Key, ...] = ()
    for step in location:
        deeper = (*path, step)
        node = root.find(path)
        known = {key.value for key, _ in node.pairs()}
        if str(step) in known or (isinstance(step, int) and step < len(node.items())):
            path = deeper
    return path


def _unknown_key(path: tuple[Key, ...], root: Node) -> Diagnostic:
    key, node = str(path[-1]), root.key(path)
    where = ".".join(str(step) for step in path[:-1]) or "the job"
    if len(path) == 1 and key in PLANNED:
        message = f"'{key}' is part of the job language, but this release cannot do it yet"
        return error("SW-L009", message, node.span, help="Remove it; nothing is ever ignored.")
    known = _keys_at(Job, path[:-1])
    close = difflib.get_close_matches(key, known, 1, 0.6)
    if close:
        fix = Fix(f"write '{close[0]}'", node.span, close[0], safe=True)
        return error(
            "SW-L008",
            f"unknown key '{key}' in {where}",
            node.span,
            help=f"Did you mean '{close[0]}'?",
            fix=fix,
        )
    elsewhere = sorted(place for place in _all_keys(Job) if place.rpartition(".")[2] == key)
    if elsewhere:
        hint = f"'{key}' stands elsewhere: {', '.join(elsewhere)}."
    else:
        hint = f"Keys here: {', '.join(known)}."
    return error("SW-L008", f"unknown key '{key}' in {where}", node.span, help=hint)


def _bad_value(item: Any, path: tuple[Key, ...], root: Node) -> Diagnostic:
    node = root.find(path)
    key = ".".join(str(step) for step in path)
    message = str(item["msg"]).removeprefix("Value error, ")
    hint: str | None = None
    if node.kind == "scalar" and node.value in ("", "null", "~", "None") and not node.quoted:
        hint = "Give a value, or remove the key; 'default' takes back what lower layers said."
        return error("SW-L012", f"'{key}' has no value", root.key(path).span, help=hint)
    if item["type"] == "literal_error":
        allowed = [
            word.strip(" '") for word in item["ctx"]["expected"].replace(" or ", ",").split(",")
        ]
        close = difflib.get_close_matches(str(node.value), allowed, 1, 0.6)
        hint = f"Did you mean '{close[0]}'?" if close else f"Allowed: {', '.join(allowed)}."
        return error("SW-L013", f"'{node.value}' is not possible for '{key}'", node.span, help=hint)
    if item["type"] in ("model_type", "model_attributes_type", "dict_type"):
        message = "a mapping of keys and values is wanted here"
        if path[0] == "sweeps" and node.kind == "scalar":
            hint = f"Write '- images: {node.value}'."
    elif item["type"] in ("tuple_type", "list_type"):
        message = "a list is wanted here (each item on a line that begins with '- ')"
    return error("SW-L012", f"{key}: {message}", node.span, help=hint)


def _keys_at(model: type[BaseModel], path: tuple[Key, ...]) -> list[str]:
    current: type[BaseModel] | None = model
    for step in path:
        if current is None:
            return []
        if isinstance(step, str) and step in current.model_fields:
            current = _inner_model(current.model_fields[step].annotation)
    return list(current.model_fields) if current else []


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is None:
        return None
    return next((model for part in get_args(annotation) if (model := _inner_model(part))), None)


def _all_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for key, field in model.model_fields.items():
        found.append(prefix + key)
        inner = _inner_model(field.annotation)
        if inner is not None:
            found += _all_keys(inner, f"{prefix}{key}.")
    return found
