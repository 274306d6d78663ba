"""What models say of themselves: fields, what they mean, models inside annotations."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sweepwright.language import leaves


def meaning(model: type[BaseModel], key: str) -> str:
    """What a field means, on one line, safe in a table."""
    return leaves.meaning(model, key).replace("|", "\\|")


def model_of(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model inside an annotation, and whether it stands in a list or a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin = get_origin(annotation)
    for part in get_args(annotation):
        inner, many = model_of(part)
        if inner is not None:
            return inner, {dict: "dict", tuple: "list", list: "list"}.get(origin, many)
    return None, ""
