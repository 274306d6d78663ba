"""Reads ``plan.json`` and says what is wrong with it before anything starts.

Codes: SW-R001 to SW-R004 the file, SW-R005 to SW-R012 what the plan asks for.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sweepwright.emit.spell import SPELLERS
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.plan import PLAN_VERSION, SAFE_PATH, Filled, Hole, Plan, Step
from sweepwright.records.ends import END
from sweepwright.records.folder import JOURNAL, LOCK, PLAN
from sweepwright.run.judges import all_judges
from sweepwright.run.processes import STDERR, STDOUT
from sweepwright.run.values import Registry, own_function

DECISION = "decision.json"
PARAMETERS = "parameters.json"
RESERVED = frozenset({STDOUT, STDERR, END})
OURS = frozenset({PLAN, JOURNAL, LOCK, ".", ".lock", "job.yaml", "roots", "roots.json"})
_SHOWN = 20


def load_plan(folder: Path) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of a run folder, or what is wrong with it."""
    path = folder / PLAN
    try:
        data = json.loads(path.read_bytes())
    except OSError as problem:
        help = "A run folder is made by 'sweepwright compile'."
        return None, [error("SW-R001", f"cannot read {path}: {problem.strerror}", help=help)]
    except (ValueError, RecursionError) as problem:
        return None, [error("SW-R002", f"{path} is not JSON: {problem}")]
    version = data.get("sweepwright_plan") if isinstance(data, dict) else None
    if isinstance(version, int) and version > PLAN_VERSION:
        message = f"{path} has plan version {version}, this program reads {PLAN_VERSION}"
        return None, [error("SW-R003", message, help="Use a newer sweepwright.")]
    try:
        return Plan.model_validate(data), []
    except ValidationError as problem:
        found = [_misfit(path, item, data) for item in problem.errors(include_url=False)]
        return None, found[:_SHOWN]


def _misfit(path: Path, item: Any, data: Any) -> Diagnostic:
    """One complaint of the schema, with the step named by its id."""
    where = [str(part) for part in item["loc"]]
    if where[:1] == ["steps"] and len(where) > 1:
        try:
            where[:2] = [f"step {data['steps'][int(where[1])]['id']!r}"]
        except (LookupError, TypeError, ValueError):
            where[:2] = [f"steps[{where[1]}]"]
    wrong = item["msg"]
    if item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] == SAFE_PATH:
        wrong = f"'{item['input']}' is not a plain path below the run folder"
    return error("SW-R004", f"{path}: {' > '.join([*where, wrong])}")


def preflight(
    plan: Plan,
    chosen: Collection[str],
    registry: Registry,
    find: Callable[[str], Path | None],
) -> list[Diagnostic]:
    """What would go wrong later: all of it, before any work."""
    steps = {step.id: step for step in plan.steps}
    folders = {step.folder for step in plan.steps}
    found: list[Diagnostic] = []
    for step in plan.steps:
        if step.id in chosen:
            found += _names(step, registry, find)
            found += _references(step, steps)
            found += _rungs(step)
        if posixpath.normpath(step.folder) != step.folder:
            found.append(error("SW-R011", f"step {step.id}: write its folder without '.' and '//'"))
        parent, _, last = step.folder.rpartition("/")
        if parent in folders and last.isdecimal():
            message = f"step {step.id}: folder '{step.folder}' is an attempt of another step"
            found.append(error("SW-R011", message))
    return list(dict.fromkeys(found)) + list(_results(plan, steps))


def _names(
    step: Step, registry: Registry, find: Callable[[str], Path | None]
) -> Iterator[Diagnostic]:
    judges, own = all_judges(registry), own_function(step)
    if step.judge not in judges:
        message = f"step {step.id}: there is no judge '{step.judge}'"
        yield error("SW-R005", message, help=f"Known: {', '.join(sorted(judges))}.")
    if own is not None and own not in registry.functions:
        message = f"step {step.id}: there is no own function '{own}'"
        known = ", ".join(sorted(registry.functions)) or "none"
        yield error("SW-R006", message, help=f"Known: {known}.")
    if own is not None and any(isinstance(item, str | Filled | Hole) for item in step.argv):
        message = f"step {step.id}: an own function takes files, no other arguments"
        yield error("SW-R006", message, help=f"Give a file '{PARAMETERS}'.")
    if own is None and find(step.program) is None:
        message = f"the program '{step.program}' is not on PATH"
        yield error("SW-R007", message, help="Load its module, or set PATH.")


def _references(step: Step, steps: Mapping[str, Step]) -> Iterator[Diagnostic]:
    made = {other: {output.name for output in steps[other].outputs} for other in step.after}
    links = [reference.link for reference in step.references if reference.link]
    for reference in step.references:
        for other in reference.steps:
            if reference.name not in made[other]:
                message = f"step {step.id} reads '{reference.name}' of {other}, which is no output"
                yield error("SW-R008", message)
        if reference.link and len(reference.steps) > 1:
            message = f"step {step.id}: one link '{reference.link}' for several files"
            yield error("SW-R008", message)
    wanted = {hole.decided_by for hole in step.holes if hole.decided_by}
    if step.when is not None and step.when.field is not None:
        wanted.add(step.when.step)
    for other in sorted(wanted):
        if DECISION not in made[other]:
            yield error("SW-R008", f"step {step.id} wants a decision of {other}, which "
                        f"has no output '{DECISION}'")  # fmt: skip
    written = [table.name for table in step.files] + links
    names = written + [output.name for output in step.outputs if output.name in RESERVED]
    for name in dict.fromkeys(names):
        if name in RESERVED or written.count(name) > 1:
            what = "is the runner's own file" if name in RESERVED else "is written twice"
            yield error("SW-R009", f"step {step.id}: '{name}' {what}")


def _rungs(step: Step) -> Iterator[Diagnostic]:
    pieces = [piece for table in step.files for line in table.lines for piece in line]
    leaves = {item.leaf for item in (*pieces, *step.argv) if isinstance(item, Filled | Hole)}
    for attempt in step.attempts:
        for leaf in sorted(set(attempt.set) - leaves):
            message = f"step {step.id}: an attempt sets '{leaf}', which its files do not hold"
            yield error("SW-R010", message)
    for hole in step.holes:
        if hole.style not in SPELLERS:
            yield error("SW-R010", f"step {step.id}: no style '{hole.style}' ({hole.leaf})")


def _results(plan: Plan, steps: Mapping[str, Step]) -> Iterator[Diagnostic]:
    folders = {step.folder for step in plan.steps}
    for result in plan.results:
        path = posixpath.normpath(result.path)
        above = {path[:i] for i, char in enumerate(path) if char == "/"}
        if path in OURS or folders & {path, *above}:
            message = f"result '{result.path}' would overwrite a file of the run"
            yield error("SW-R012", message, help="Name it below 'results/'.")
        if result.name not in {output.name for output in steps[result.step].outputs}:
            message = f"result '{result.path}': '{result.name}' is no output of {result.step}"
            yield error("SW-R012", message)
