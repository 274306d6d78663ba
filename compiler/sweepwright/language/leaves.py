"""The leaves of the job language as data: key, meaning, where it may stand, and its JSON Schema.

The meaning is the docstring below a field, which is read from the source of its model.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from sweepwright.language.prepare import section_of
from sweepwright.model.job import INHERITED, Job
from sweepwright.model.section import Scope, Section

#: mapping or list of the job -> what stands in it
SCOPES: Mapping[str, Scope] = {
    "crystals": Scope.CRYSTAL,
    "datasets": Scope.DATASET,
    "sweeps": Scope.SWEEP,
}
_MANY = {"dict": ".NAME.", "list": "[]."}


@dataclass(frozen=True, slots=True)
class SchemaLeaf:
    """A leaf: ``sweeps[].range``, ``crystals.NAME.space_group``, ``processing.resolution.high``.

    What sweeps, data sets and crystals may say of what is done with the data stands once, under
    its key in the job; ``places`` are all scopes where it may stand, the coarsest first.
    """

    key: str
    doc: str
    places: tuple[Scope, ...]
    schema: Mapping[str, Any]

    @property
    def scope(self) -> Scope:
        """The finest scope where it may stand."""
        return self.places[-1]


@cache
def schema_leaves() -> tuple[SchemaLeaf, ...]:
    """Every leaf in the order of the language."""
    return tuple(_leaves(Job, "", (Scope.JOB,)))


def _leaves(model: type[Section], above: str, places: tuple[Scope, ...]) -> Iterator[SchemaLeaf]:
    for key, info in model.model_fields.items():
        if above in ("crystals.NAME.", "datasets.NAME.", "sweeps[].") and key in INHERITED:
            continue
        inner, many = section_of(info.annotation)
        within = (Scope.JOB, Scope.SWEEP) if not above and key in INHERITED else places
        if inner is not None:
            within = (SCOPES[key],) if many else within
            yield from _leaves(inner, f"{above}{key}{_MANY.get(many, '.')}", within)
            continue
        finest = finest_scope(info.metadata)
        if finest is not None:
            within = tuple(scope for scope in Scope if scope <= finest)
        yield SchemaLeaf(above + key, meaning(model, key), within, fragment(model, key))


def finest_scope(metadata: list[Any]) -> Scope | None:
    """The scope that a field of `processing` is marked with."""
    return next((item for item in metadata if isinstance(item, Scope)), None)


def meaning(model: type[BaseModel], key: str) -> str:
    """What a field means, on one line."""
    told = model.model_fields[key].description or attribute_docs(model).get(key, "")
    return " ".join(told.split())


def attribute_docs(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstrings that stand below the fields of a model, read from its source."""
    return _docs_of_module(model.__module__).get(model.__qualname__, {})


@cache
def _docs_of_module(name: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: dict(_docs(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docs(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, doc in pairwise(node.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(doc, ast.Expr)
            and isinstance(doc.value, ast.Constant)
        ):
            yield field.target.id, str(doc.value.value)


def fragment(model: type[Section], key: str) -> dict[str, Any]:
    """The JSON Schema of a leaf's value. Nothing is null in a job: that is how models say absent."""
    whole = _pydantic_schema()
    definition = whole if model is Job else whole["$defs"][model.__name__]
    found: dict[str, Any] = _inlined(definition["properties"][key], whole["$defs"])
    return found


@cache
def _pydantic_schema() -> dict[str, Any]:
    return Job.model_json_schema()


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A part of the schema without references, titles, defaults and null."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    kept = {
        word: {key: _inlined(inner, definitions) for key, inner in value.items()}
        if word == "properties"
        else _inlined(value, definitions)
        for word, value in part.items()
        if word not in ("title", "default")
    }
    options = [item for item in kept.get("anyOf", ()) if item != {"type": "null"}]
    if len(options) == 1:
        del kept["anyOf"]
        return {**options[0], **kept}
    return {**kept, "anyOf": options} if options else kept
