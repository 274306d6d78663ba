"""Nodes as typed -> nodes as the models want them: short forms written out, list edits taken off.

``+key`` and ``-key`` become ``key`` with an edit beside it, the word ``default`` an edit without a
value, ``sweeps[A]`` of a patch an item of ``sweeps``, the five fields of a short-form sweep a
mapping. Every node keeps the place where its text stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from sweepwright.language.nodes import JobText, Key, Node
from sweepwright.model.diagnostic import Diagnostic, Fix, Related, Span, error
from sweepwright.model.job import Job, Sweep
from sweepwright.model.resolved import Edit
from sweepwright.model.section import Section

_EDITS = {"+": Edit.APPEND, "-": Edit.REMOVE}
_ADDRESSED = re.compile(r"sweeps\[([^\[\]]+)\]")
_SHORT_FORM = ("name", "folder", "template", "first", "last")
#: lists that an edit can add to or take from
LISTS = frozenset(
    "exclude masks macros prefer modules files expect data_collection_ids local_elements".split()
)


class EditAt(NamedTuple):
    """An edit of a leaf, and the place of the key or word that asks for it."""

    edit: Edit
    span: Span


Edits = Mapping[tuple[Key, ...], EditAt]


@dataclass
class _Work:
    edits: dict[tuple[Key, ...], EditAt] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


def prepare(text: JobText) -> tuple[JobText, Edits, list[Diagnostic]]:
    """The text with plain nodes, and what its layer does to lists and defaults of lower ones."""
    work = _Work()
    root = _section(_addressed(text.root), Job, (), work)
    return text._replace(root=root), work.edits, work.found


def _addressed(root: Node) -> Node:
    """``sweeps[A]: {...}`` as an item of ``sweeps`` with the name A."""
    plain, items = [], []
    for key, value in root.pairs():
        match = _ADDRESSED.fullmatch(str(key.value))
        if match is None:
            plain.append((key, value))
        else:
            name = (Node(key.span, "name", "scalar"), Node(key.span, match[1], "scalar"))
            items.append(Node(value.span, (name, *value.pairs()), "mapping"))
    if not items:
        return root
    span = items[0].span
    plain.append((Node(span, "sweeps", "scalar"), Node(span, tuple(items), "sequence")))
    return root._replace(value=tuple(plain))


def _section(node: Node, model: type[Section], at: tuple[Key, ...], work: _Work) -> Node:
    if node.kind != "mapping":
        return node
    first: dict[str, Node] = {}
    pairs = []
    for key, value in node.pairs():
        word, edit = _edit_of(str(key.value), model)
        path = (*at, word)
        if word in first:
            related = (Related("the other one", first[word].span),)
            message = f"'{word}' is said twice at one place"
            help_ = "One layer sets a list, appends to it (+) or removes from it (-)."
            work.found.append(error("SW-L029", message, key.span, help=help_, related=related))
            continue
        first[word] = key
        plain_key = key if edit is None else key._replace(value=word)
        if edit is not None:
            if word not in LISTS:
                message = f"'{key.value}': '{word}' is no list, nothing can be added or removed"
                fix = Fix(f"write '{word}'", key.span, word, safe=False)
                work.found.append(error("SW-L030", message, key.span, fix=fix))
                continue
            work.edits[path] = EditAt(edit, key.span)
        inner, many = _inner(model, word)
        if _is_default(value) and inner is None and word in model.model_fields and not many:
            if word == "keywords":
                message = "keywords cannot be taken back all at once"
                help_ = "Give each keyword the value that it is to have."
                work.found.append(error("SW-L030", message, value.span, help=help_))
                continue
            work.edits[path] = EditAt(Edit.DEFAULT, value.span)
            continue
        pairs.append((plain_key, _value(value, inner, many, path, work)))
    return node._replace(value=tuple(pairs))


def _edit_of(word: str, model: type[Section]) -> tuple[str, Edit | None]:
    if word[:1] in _EDITS and word[1:] in model.model_fields:
        return word[1:], _EDITS[word[:1]]
    return word, None


def _is_default(value: Node) -> bool:
    return value.kind == "scalar" and value.value == "default" and not value.quoted


def _value(
    value: Node, inner: type[Section] | None, many: str, at: tuple[Key, ...], work: _Work
) -> Node:
    if inner is None:
        return value
    if many == "list":
        items = [
            _section(_short_form(item, work) if inner is Sweep else item, inner, (*at, index), work)
            for index, item in enumerate(value.items())
        ]
        return value._replace(value=tuple(items)) if value.kind == "sequence" else value
    if many == "dict":
        pairs = [
            (key, _section(item, inner, (*at, str(key.value)), work)) for key, item in value.pairs()
        ]
        return value._replace(value=tuple(pairs)) if value.kind == "mapping" else value
    return _section(value, inner, at, work)


def _inner(model: type[Section], key: str) -> tuple[type[Section] | None, str]:
    """The section inside a field, and whether it stands in a list or a dict."""
    field_info = model.model_fields.get(key)
    return section_of(field_info.annotation) if field_info is not None else (None, "")


def section_of(annotation: Any) -> tuple[type[Section] | None, str]:
    """The section model of an annotation, and ``list`` or ``dict`` where it holds several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation, "") if issubclass(annotation, Section) else (None, "")
    for part in get_args(annotation):
        inner, many = section_of(part)
        if inner is not None:
            return inner, {dict: "dict", tuple: "list"}.get(get_origin(annotation), many)
    return None, ""


def _short_form(node: Node, work: _Work) -> Node:
    """``C, $raw/scan3, test_####.cbf, 1, 900`` as a mapping."""
    if node.kind != "scalar" or "," not in str(node.value):
        return node
    text = str(node.value)
    fields = text.split(",")
    if len(fields) != len(_SHORT_FORM):
        message = f"a sweep in short form has five fields, this one has {len(fields)}"
        help_ = (
            "Write 'NAME, FOLDER, TEMPLATE, FIRST, LAST'; a folder with a comma wants "
            "{name: ..., images: ..., range: ...}."
        )
        work.found.append(error("SW-L031", message, node.span, help=help_))
        return node._replace(value=(), kind="mapping")
    spans = _field_spans(node, fields)
    name, folder, template, first, last = (part.strip() for part in fields)

    def scalar(value: str, span: Span) -> Node:
        return Node(span, value, "scalar", quoted=True)

    images = f"{folder.rstrip('/')}/{template}" if folder else template
    pairs = (
        (scalar("name", spans[0]), scalar(name, spans[0])),
        (scalar("images", spans[1]), scalar(images, _join(spans[1], spans[2]))),
        (scalar("range", spans[3]), scalar(f"{first}-{last}", _join(spans[3], spans[4]))),
    )
    return Node(node.span, pairs, "mapping")


def _field_spans(node: Node, fields: list[str]) -> list[Span]:
    """The place of each field; of the whole text where it goes over several lines."""
    if node.span.line != node.span.end_line:
        return [node.span] * len(fields)
    column = node.span.column + node.quoted
    spans = []
    for part in fields:
        begin = column + len(part) - len(part.lstrip())
        end = column + len(part.rstrip())
        line = node.span.line
        spans.append(Span(node.span.file, line, begin, line, max(begin, end)))
        column += len(part) + 1
    return spans


def _join(first: Span, last: Span) -> Span:
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)
