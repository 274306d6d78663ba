"""A step that runs one of DIALS's programs with a file of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.engines.base import PlannedStep, TemplateUse, one
from sweepwright.engines.keywords import keyword_lines, replaced_keywords
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Leaves, Resolved

MODELS, REFLECTIONS = ".expt", ".refl"


def both_files(stem: str) -> tuple[Output, ...]:
    """The two files that most programs write."""
    return (
        Output(name=stem + MODELS, role="models"),
        Output(name=stem + REFLECTIONS, role="reflections"),
    )


def both(step: str, stem: str) -> tuple[FileRef, FileRef]:
    """References to them."""
    return one(step, stem + MODELS), one(step, stem + REFLECTIONS)


def program(
    name: str,
    subject: str,
    folder: str,
    values: Mapping[str, Any],
    leaves: Leaves,
    argv: tuple[FileRef | Resolved[Any], ...],
    outputs: tuple[Output, ...],
    *,
    step: str = "",
    template: str = "",
    **more: Any,
) -> PlannedStep:
    """A step that runs ``dials.NAME NAME.phil FILES...``; ``leaves`` hold keywords for it."""
    step = step or name
    phil = f"{step}.phil"
    values = {**values, "keywords": keyword_lines(leaves, (f"dials.{name}",), " = ")}
    replaced = replaced_keywords(leaves, (f"dials.{name}",))
    use = TemplateUse(f"dials/{template or name}.phil.j2", phil, "phil", values, replaced)
    more["files"] = (use, *more.pop("files", ()))
    return PlannedStep(
        id=f"{step}@{subject}",
        program=f"dials.{name}",
        folder=folder,
        argv=(phil, *argv),
        outputs=outputs,
        judge=f"dials.{name}",
        **more,
    )
