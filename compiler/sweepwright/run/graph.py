"""The plan as a graph, and whether a step can run. Nothing here recurses or touches a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sweepwright.model.plan import Condition, Need, Plan, Step
from sweepwright.records.ends import EndRecord


class StepState(StrEnum):
    """Where a step stands. ``done``, ``failed``, ``skipped`` and ``blocked`` are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a step stands, why, and the record of its last attempt."""

    state: StepState
    why: str = ""
    end: EndRecord | None = None
    reused: bool = False


@dataclass(frozen=True)
class Graph:
    """Steps by id, their places in the plan, and who follows whom."""

    steps: Mapping[str, Step]
    position: Mapping[str, int]
    after: Mapping[str, tuple[str, ...]]
    followers: Mapping[str, tuple[str, ...]]


def graph(plan: Plan) -> Graph:
    """The graph of a plan."""
    after = {step.id: step.after for step in plan.steps}
    followers: dict[str, list[str]] = {step.id: [] for step in plan.steps}
    for step_id, wanted in after.items():
        for other in wanted:
            followers[other].append(step_id)
    return Graph(
        steps={step.id: step for step in plan.steps},
        position={step.id: index for index, step in enumerate(plan.steps)},
        after=after,
        followers={step_id: tuple(ids) for step_id, ids in followers.items()},
    )


def needed_for(net: Graph, step_id: str) -> frozenset[str]:
    """A step and everything that must have ended before it."""
    found, todo = {step_id}, [step_id]
    while todo:
        fresh = [other for other in net.after[todo.pop()] if other not in found]
        found.update(fresh)
        todo.extend(fresh)
    return frozenset(found)


#: the values that a step decided, from the record of its accepted attempt
Decided = Callable[[EndRecord], Mapping[str, Any]]


def decide(step: Step, standings: Mapping[str, Standing], decided: Decided) -> Standing | None:
    """Whether a step whose predecessors are all final is skipped or blocked; None when it can run."""
    if step.when is not None:
        answer = _condition(step.when, standings[step.when.step], decided)
        if answer is not None:
            return answer
    return _blocked(_lacks(step, standings))


def _condition(when: Condition, standing: Standing, decided: Decided) -> Standing | None:
    if standing.state is StepState.BLOCKED:
        return Standing(StepState.BLOCKED, f"{when.step} is blocked")
    end = standing.end
    if standing.state is StepState.SKIPPED or end is None:
        return Standing(StepState.SKIPPED, f"{when.step} did not run")
    if when.outcome is not None and end.verdict.outcome != when.outcome:
        return Standing(StepState.SKIPPED, f"{when.step} ended with {end.verdict.outcome}")
    if when.outcome is None and not end.usable:
        return Standing(StepState.BLOCKED, f"{when.step} failed")
    if when.field is not None:
        value = decided(end).get(when.field)
        if value != when.equals:
            return Standing(StepState.SKIPPED, f"{when.step} decided {when.field} = {value!r}")
    return None


def _lacks(step: Step, standings: Mapping[str, Standing]) -> Iterable[str]:
    for hole in step.holes:
        if hole.decided_by and not _usable(standings[hole.decided_by]):
            yield _say(hole.decided_by, standings[hole.decided_by])
    for reference in step.references:
        there = [other for other in reference.steps if has(standings[other], reference.name)]
        if reference.need is Need.LAST:
            failed = (
                other
                for other in reference.steps
                if standings[other].state in (StepState.FAILED, StepState.BLOCKED)
            )
            yield from (_say(other, standings[other]) for other in failed)
        if reference.need in (Need.PRESENT, Need.LAST):
            if len(there) < reference.at_least:
                yield (f"only {len(there)} of {len(reference.steps)} steps made "
                       f"'{reference.name}', {reference.at_least} needed")  # fmt: skip
            continue
        for other in reference.steps:
            if other not in there:
                usable = _usable(standings[other])
                yield (
                    f"{other} made no '{reference.name}'"
                    if usable
                    else _say(other, standings[other])
                )


def _blocked(reasons: Iterable[str]) -> Standing | None:
    found = tuple(dict.fromkeys(reasons))
    if not found:
        return None
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return Standing(StepState.BLOCKED, "; ".join(found[:3]) + more)


def _usable(standing: Standing) -> bool:
    return standing.end is not None and standing.end.usable


def has(standing: Standing, name: str) -> bool:
    """Whether a step ended well and made the file."""
    return standing.end is not None and standing.end.usable and name in standing.end.made


def _say(step_id: str, standing: Standing) -> str:
    words = {StepState.WAITING: "has not run", StepState.RUNNING: "is running"}
    state = standing.state
    return f"{step_id} {words.get(state, 'failed' if state is StepState.FAILED else f'is {state}')}"
