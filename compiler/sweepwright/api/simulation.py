"""A specification file to simulated images: load, validate with places, simulate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sweepwright.language.nodes import Node
from sweepwright.language.text import load
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.resources import examples_folder


def simulate_file(
    spec: Path | None, folder: Path, progress: Callable[[str], None]
) -> tuple[Any, list[Diagnostic]]:
    """The truth of what was simulated; None and the reasons when it was not."""
    from sweepwright.simulate import SimulationError, Specification, simulate

    path = spec or examples_folder() / "simulations" / "lysozyme.yaml"
    text, found = load(path)
    if text is None:
        return None, found
    try:
        specification = Specification.model_validate(_typed(text.root))
    except ValidationError as problem:
        return None, [_diagnostic(item, text.root) for item in problem.errors(include_url=False)]
    try:
        return simulate(specification, folder, progress), []
    except SimulationError as problem:
        return None, [
            error(
                "SW-U001", str(problem), help="Change the specification, or choose another folder."
            )
        ]
    except OSError as problem:
        message = f"cannot write the images to '{folder}': {problem.strerror}"
        return None, [
            error("SW-U002", message, help="Choose a place with room that you may write to.")
        ]


def _typed(node: Node) -> Any:
    """Plain data; unquoted scalars that are numbers or truth values become those."""
    if node.kind == "mapping":
        return {key.value: _typed(value) for key, value in node.pairs()}
    if node.kind == "sequence":
        return [_typed(item) for item in node.items()]
    text = str(node.value)
    if node.quoted:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _diagnostic(item: Any, root: Node) -> Diagnostic:
    path = tuple(step for step in item["loc"])
    unknown = item["type"] == "extra_forbidden"
    node = root.key(path) if unknown else root.find(path)
    key = ".".join(str(step) for step in path)
    message = (
        f"unknown key '{key}'" if unknown else f"{key}: {item['msg'].removeprefix('Value error, ')}"
    )
    return error("SW-U003", message, node.span, help="docs/reference/simulate.md lists every key.")
