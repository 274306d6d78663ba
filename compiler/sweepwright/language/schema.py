"""The JSON Schema of a job file, for editors: keys with what they mean, and what values look like.

It is made from the models, and knows less than they do: what it lets through, ``check`` may still
refuse. Values are typed as YAML 1.2 reads them (``1`` is a number, ``off`` and ``2.1 A`` are text).
"""

from __future__ import annotations

from typing import Any

from sweepwright.language.leaves import SCOPES, finest_scope, fragment, meaning
from sweepwright.language.prepare import LISTS, section_of
from sweepwright.model.job import LANGUAGE_VERSION, Job
from sweepwright.model.section import Scope, Section

#: editors understand this draft best
_DRAFT = "http://json-schema.org/draft-07/schema#"
_EDITS = {
    "+": "Appends to what lower layers say.",
    "-": "Takes equal items from what lower layers say.",
}
#: what no lower layer can say, so that there is nothing to take back
_OWN = ("sweepwright", "roots")
_SHORT_FORM = {
    "description": "In short form: NAME, FOLDER, TEMPLATE, FIRST, LAST.",
    "type": "string",
    "pattern": "^[^,]*(,[^,]*){4}$",
}


def job_schema() -> dict[str, Any]:
    """The schema of a whole job file."""
    job = _section(Job, Scope.JOB)
    properties = job["properties"]
    properties["sweepwright"] = {
        "description": meaning(Job, "sweepwright"),
        "enum": [LANGUAGE_VERSION, str(LANGUAGE_VERSION)],
    }
    properties["sweeps"]["minItems"] = 1
    return {
        "$schema": _DRAFT,
        "title": f"sweepwright job, version {LANGUAGE_VERSION} of the language",
        **job,
        "required": ["sweepwright", "sweeps"],
    }


def _section(model: type[Section], scope: Scope) -> dict[str, Any]:
    """A mapping with the keys that may stand in it at this scope."""
    properties: dict[str, Any] = {}
    for key, info in model.model_fields.items():
        inner, many = section_of(info.annotation)
        finest = finest_scope(info.metadata)
        if inner is not None:
            part = _several(key, inner, many) if many else _section(inner, scope)
            properties[key] = {**part, "description": meaning(model, key) or part["description"]}
        elif finest is None or scope <= finest:
            properties |= _leaf(model, key)
    kept = {key: part for key, part in properties.items() if part.get("properties", True)}
    description = " ".join((model.__doc__ or "").split())
    return {
        "description": description,
        "type": "object",
        "properties": kept,
        "additionalProperties": False,
    }


def _several(key: str, inner: type[Section], many: str) -> dict[str, Any]:
    one = _section(inner, SCOPES[key])
    if many == "dict":
        return {"type": "object", "description": one["description"], "additionalProperties": one}
    items = {"anyOf": [one, _SHORT_FORM]}
    return {"type": "array", "description": one["description"], "items": items}


def _leaf(model: type[Section], key: str) -> dict[str, Any]:
    """A leaf, and for a list the edits of it."""
    value, told = fragment(model, key), meaning(model, key)
    leaf = value if key in _OWN else _or_default(value)
    leaves = {key: {"description": told, **leaf}}
    if key in LISTS:
        for sign, effect in _EDITS.items():
            leaves[sign + key] = {"description": f"{effect} {told}", **value}
    return leaves


def _or_default(value: dict[str, Any]) -> dict[str, Any]:
    """A value, or the word that takes back what lower layers say."""
    if "enum" in value:
        return {**value, "enum": [*value["enum"], "default"]}
    types = value.get("type", ())
    if "string" in ([types] if isinstance(types, str) else types):
        return value
    return {"anyOf": [value, {"const": "default"}]}
