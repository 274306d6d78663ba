"""Draft to `Plan`: the templates of every step rendered into line tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sweepwright.emit.spell import SPELLERS
from sweepwright.emit.tables import fill, placeholder, without_keywords
from sweepwright.emit.templates import CCP4, JSON, PHIL, SHELL, TEXT, XDS, Dialect, Renderer, piece
from sweepwright.engines.base import Draft, Part, PlannedStep, Rung, TemplateUse
from sweepwright.model.plan import Argument, Attempt, LineTable, Plan, Step
from sweepwright.model.resolved import Resolved

DIALECTS: dict[str, Dialect] = {
    "phil": PHIL, "xds": XDS, "json": JSON, "ccp4": CCP4, "text": TEXT,
}  # fmt: skip


def compile_plan(
    name: str,
    engine: str,
    draft: Draft,
    caveats: tuple[str, ...],
    modules: tuple[str, ...],
    versions: Mapping[str, str],
) -> Plan:
    """The plan of a draft, for programs of these versions, as far as they matter to their judges.

    Raises what `Renderer` raises; those are bugs, not user errors.
    """
    renderer = Renderer()

    def table(use: TemplateUse) -> LineTable:
        rendered = renderer.table(use.template, use.name, DIALECTS[use.dialect], use.context)
        return without_keywords(rendered, use.replaced)

    return Plan(
        name=name,
        engine=engine,
        steps=tuple(
            _step(planned, table, versions.get(planned.program, "")) for planned in draft.steps
        ),
        results=draft.results,
        modules=modules,
        caveats=caveats,
    )


def _step(planned: PlannedStep, table: Callable[[TemplateUse], LineTable], version: str) -> Step:
    argv: tuple[Argument, ...] = tuple(
        piece(item, SHELL) if isinstance(item, Resolved) else item for item in planned.argv
    )
    return Step(
        id=planned.id,
        program=planned.program,
        argv=argv,
        folder=planned.folder,
        files=tuple(table(use) for use in planned.files),
        inputs=planned.inputs,
        outputs=planned.outputs,
        stdin=planned.stdin,
        judge=planned.judge,
        threads="share" if planned.shares_threads else "one",
        version=version,
        when=planned.when,
        attempts=tuple(_attempt(rung, planned) for rung in planned.attempts),
        title=planned.title,
    )


def _attempt(rung: Rung, planned: PlannedStep) -> Attempt:
    """A rung with its values spelled as in the step's file."""
    style = DIALECTS[planned.files[0].dialect].style
    texts = {path: SPELLERS[style](value) for path, value in rung.values.items()}
    return Attempt(set=texts, reason=rung.reason)


def given_leaves(draft: Draft) -> Iterator[Resolved[Any]]:
    """Every leaf that the templates and arguments of a draft get: all that can be emitted."""
    for planned in draft.steps:
        yield from (item for item in planned.argv if isinstance(item, Resolved))
    for _, context in _rendered(draft):
        yield from _leaves(context)


def given_templates(draft: Draft) -> set[str]:
    """The names of the templates of a draft."""
    return {template for template, _ in _rendered(draft)}


def _rendered(draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    """The templates of files and of their parts, each once with each context."""
    seen: set[tuple[str, int]] = set()
    todo: list[TemplateUse | Part] = [use for step in draft.steps for use in step.files]
    for use in todo:
        if (use.template, id(use.context)) not in seen:
            seen.add((use.template, id(use.context)))
            yield use.template, use.context
            todo += (item for item in use.context.values() if isinstance(item, Part))


def _leaves(value: Any) -> Iterator[Resolved[Any]]:
    if isinstance(value, Resolved):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)


def previews(plan: Plan, reading: Mapping[str, LineTable] | None = None) -> dict[str, str]:
    """The files of every step as far as they are known; a hole reads ``<who fills it>``.

    ``reading`` are more of them by their paths, which share lines with those of the steps. A step that starts finds its filled files in the folder of its attempt; these stand one above.
    """
    tables = {f"{step.folder}/{file.name}": file for step in plan.steps for file in step.files}
    lines: dict[int, str] = {}
    return {
        path: fill(table, placeholder, lines)
        for path, table in (tables | dict(reading or {})).items()
    }
