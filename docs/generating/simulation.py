"""The page of the keys of a simulation's specification."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import BaseModel

from generating.models import meaning, model_of
from sweepwright.simulate import Specification


def simulate_page() -> str:
    """Keys of a simulation's specification."""
    lines = ["# Simulation keys\n", "| key | meaning | default |", "|---|---|---|"]
    for key, text, default in _documented(Specification):
        lines.append(f"| `{key}` | {text} | {default} |")
    return "\n".join(lines) + "\n"


def _documented(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, meaning and default of every leaf."""
    for name, field in model.model_fields.items():
        inner, many = model_of(field.annotation)
        path = prefix + name + ("[]" if many == "list" and inner else "")
        if inner is not None:
            yield from _documented(inner, f"{path}.")
            continue
        default = field.get_default(call_default_factory=True) if not field.is_required() else ...
        shown = "required" if default is ... else f"`{json.dumps(default, default=str)}`"
        yield path, meaning(model, name), shown
