"""Macros: YAML files that set leaves of a job, with parameters, a purpose and a caveat.

A name is looked for in ``macros/`` beside the job, in the user's ``macros/``, and among those that
are built in; found twice it is an error. A path (``./macros/ours.yaml``) is relative to the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweepwright.language.folders import MacroFolders
from sweepwright.language.nodes import JobText, Node
from sweepwright.language.text import load
from sweepwright.language.validate import Patch, validate_patch
from sweepwright.model import types as t
from sweepwright.model.choice_types import MacroUse
from sweepwright.model.diagnostic import Diagnostic, Related, Span, error, has_errors
from sweepwright.model.job import EVERY
from sweepwright.model.proposals import proposal
from sweepwright.model.resolved import Written
from sweepwright.resources import macros_folder

_KEYS = frozenset({"macro", "doc", "caveat", "parameters", "set"})
_PARAMETER_KEYS = frozenset({"type", "default", "doc"})
#: what a macro never sets: which job it is, and on what it works
_NOT_SET = ("sweepwright", "name", "title", "project", "roots", "macros", "matrix", "lims")
PARAMETER_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "text": t.text,
    "integer": t.integer,
    "boolean": t.boolean,
    "angle": t.quantity("angle"),
    "length": t.quantity("length"),
    "resolution": t.quantity("resolution"),
    "fraction": t.quantity("fraction"),
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a macro: its type, its default as text, and what it means."""

    type: str
    default: str
    doc: str


@dataclass(frozen=True)
class Macro:
    """A macro as its file gives it: ``body`` is the node of ``set``, parameters not filled in."""

    name: str
    file: str
    source: str
    doc: str
    caveat: str
    parameters: Mapping[str, Parameter]
    body: Node

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        import hashlib

        return hashlib.sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True)
class MacroText:
    """A macro in use: its parameters filled in, as a patch of the job."""

    name: str
    macro: Macro
    parameters: Mapping[str, str]
    patch: Patch


def read_macros(
    uses: Sequence[Written], folders: MacroFolders
) -> tuple[list[MacroText], list[Diagnostic]]:
    """The macros that a job uses, in its order. ``uses`` hold a `MacroUse` each."""
    macros: list[MacroText] = []
    found: list[Diagnostic] = []
    for written in uses:
        use: MacroUse = written.value
        path, problems = find_macro(use.name, written.origin.span, folders)
        found += problems
        if path is None:
            continue
        macro, problems = read_macro(path, shown_name(path))
        found += problems
        if macro is None:
            continue
        text, problems = apply(macro, dict(use.parameters), written.origin.span)
        found += problems
        if text is not None:
            macros.append(text)
    return macros, found


def shown_name(path: Path) -> str:
    """A macro's file as people name it; those that are built in by a place of their own."""
    if path.is_relative_to(macros_folder()):
        return f"sweepwright/macros/{path.name}"
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def find_macro(
    name: str, span: Span | None, folders: MacroFolders
) -> tuple[Path | None, list[Diagnostic]]:
    """The file of a macro, by name or by path."""
    if "/" in name or name.endswith(".yaml"):
        return _macro_at(name, span, folders)
    paths = folders.named(name) if t.is_name(name) else []
    if len(paths) == 1:
        return paths[0], []
    if paths:
        both = " and ".join(shown_name(path) for path in paths)
        message = f"there are two macros called '{name}': {both}"
        return None, [error("SW-L037", message, span, help="Rename yours.")]
    known = folders.names()
    message = f"there is no macro '{name}'"
    return None, [
        error(
            "SW-L038", message, span, **proposal(name, known, span, f"Macros: {', '.join(known)}.")
        )
    ]


def _macro_at(
    name: str, span: Span | None, folders: MacroFolders
) -> tuple[Path | None, list[Diagnostic]]:
    """A macro by path: below the folder of the job or the user's, links resolved."""
    allowed = [folder.resolve() for folder in (folders.job, folders.user) if folder is not None]
    if folders.job is None:
        return None, []  # a text without a place: nothing beside it can be looked at
    path = (folders.job / name).resolve()
    if not any(path.is_relative_to(folder) for folder in allowed):
        message = f"the macro '{name}' is outside the folder of the job"
        help_ = "Copy it below the folder of the job, or into the user's macros folder."
        return None, [error("SW-L039", message, span, help=help_)]
    return path, []


def read_macro(path: Path, name: str) -> tuple[Macro | None, list[Diagnostic]]:
    """A macro from its file."""
    text, found = load(path, name)
    if text is None:
        return None, found
    nodes = {str(key.value): (key, value) for key, value in text.root.pairs()}
    for word, (key, _) in nodes.items():
        if word not in _KEYS:
            known = ", ".join(sorted(_KEYS))
            message = f"unknown key '{word}' in a macro"
            found.append(error("SW-L040", message, key.span, help=f"Keys: {known}."))
    for word in ("macro", "doc", "set"):
        if word not in nodes:
            found.append(error("SW-L040", f"a macro says '{word}:'", text.root.span))
    if has_errors(found):
        return None, found
    parameters, found = _parameters(nodes["parameters"][1]) if "parameters" in nodes else ({}, [])
    body = nodes["set"][1]
    found += _body_problems(body)
    words = {
        word: str(nodes[word][1].value) for word in ("macro", "doc", "caveat") if word in nodes
    }
    if not t.is_name(words["macro"]):
        message = f"'{words['macro']}' cannot be the name of a macro"
        found.append(error("SW-L040", message, nodes["macro"][1].span))
    if has_errors(found):
        return None, found
    caveat = words.get("caveat", "")
    return Macro(words["macro"], name, text.source, words["doc"], caveat, parameters, body), found


def _parameters(node: Node) -> tuple[dict[str, Parameter], list[Diagnostic]]:
    parameters: dict[str, Parameter] = {}
    found: list[Diagnostic] = []
    for key, value in node.pairs():
        said = {str(k.value): str(v.value) for k, v in value.pairs()}
        kind = said.get("type", "text")
        if set(said) - _PARAMETER_KEYS or kind not in PARAMETER_TYPES or "default" not in said:
            message = f"the parameter '{key.value}' is not {{type: ..., default: ..., doc: ...}}"
            help_ = f"Types: {', '.join(PARAMETER_TYPES)}."
            found.append(error("SW-L040", message, value.span, help=help_))
            continue
        parameters[str(key.value)] = Parameter(kind, said["default"], said.get("doc", ""))
    return parameters, found


def _body_problems(body: Node) -> Iterator[Diagnostic]:
    for key, value in body.pairs():
        word = str(key.value).lstrip("+-")
        if word in _NOT_SET:
            yield error("SW-L040", f"a macro cannot set '{word}'", key.span)
        if word == "sweeps" or (word.startswith("sweeps[") and word != f"sweeps[{EVERY}]"):
            help_ = "Write 'sweeps[*]: {...}', which holds for every sweep."
            yield error(
                "SW-L034", "a macro does not know the sweeps of a job", key.span, help=help_
            )
        if word.startswith("sweeps[") and any(str(k.value) == "name" for k, _ in value.pairs()):
            yield error("SW-L034", "a macro cannot name sweeps", value.span)


def apply(
    macro: Macro, given: Mapping[str, Any], span: Span | None
) -> tuple[MacroText | None, list[Diagnostic]]:
    """The patch that a macro makes with these parameters; ``span`` is where it is used."""
    values: dict[str, str] = {name: item.default for name, item in macro.parameters.items()}
    found: list[Diagnostic] = []
    for name, value in given.items():
        parameter = macro.parameters.get(name)
        if parameter is None:
            known = ", ".join(macro.parameters) or "none"
            message = f"the macro '{macro.name}' has no parameter '{name}'"
            found.append(error("SW-L041", message, span, help=f"Its parameters: {known}."))
            continue
        try:
            PARAMETER_TYPES[parameter.type](value)
        except ValueError as problem:
            found.append(error("SW-L041", f"{macro.name}: {name}: {problem}", span))
            continue
        values[name] = str(value)
    if found:
        return None, found
    body = _filled(macro.body, values)
    patch, found = validate_patch(JobText(macro.file, macro.source, body))
    if patch is None:
        used = (Related("used here", span),) if span is not None else ()
        return None, [replace(item, related=(*item.related, *used)) for item in found]
    return MacroText(macro.name, macro, values, patch), found


def _filled(node: Node, values: Mapping[str, str]) -> Node:
    """A scalar that is ``$NAME`` of a parameter becomes its value; nothing is filled into a text."""
    if node.kind == "scalar":
        word = str(node.value)
        return node._replace(value=values[word[1:]]) if _is_parameter(word, values) else node
    if node.kind == "mapping":
        return node._replace(value=tuple((k, _filled(v, values)) for k, v in node.pairs()))
    return node._replace(value=tuple(_filled(item, values) for item in node.items()))


def _is_parameter(word: str, values: Mapping[str, str]) -> bool:
    return word.startswith("$") and word[1:] in values
