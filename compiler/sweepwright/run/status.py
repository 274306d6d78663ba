"""How a run folder stands, read from its records alone; also while a runner works in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sweepwright.model.plan import Plan, Step
from sweepwright.records.ends import end_of, read_end
from sweepwright.records.folder import JOURNAL
from sweepwright.records.journal import JournalDamagedError, read_journal
from sweepwright.run.events import AttemptStart, Blocked, RunStart, Skipped, Spawned
from sweepwright.run.exclusive import is_running
from sweepwright.run.graph import StepState


@dataclass(frozen=True)
class StepStatus:
    """Where a step stands; ``seconds`` is how long it took, or has been running."""

    step: str
    title: str
    state: StepState
    attempt: int | None = None
    seconds: float | None = None
    message: str = ""


def status(folder: Path, plan: Plan) -> list[StepStatus]:
    """The status of every step in the order of the plan."""
    told = _told(folder)
    live = is_running(folder)
    return [_status(folder, step, told.get(step.id, {}), live) for step in plan.steps]


def _told(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """The last thing that the journal says of each step in the last run."""
    try:
        entries = read_journal(folder / JOURNAL).entries
    except (OSError, JournalDamagedError):
        return {}
    told: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry["event"] == RunStart.kind:
            told = {}
        elif entry.get("step") and entry["event"] != Spawned.kind:
            told[entry["step"]] = entry
    return told


def _status(folder: Path, step: Step, told: Mapping[str, Any], live: bool) -> StepStatus:
    event = told.get("event")
    begun = event == AttemptStart.kind and live
    if begun and read_end(folder / told["folder"]) is None:
        began = datetime.fromisoformat(told["time"])
        seconds = (datetime.now(UTC) - began).total_seconds()
        return StepStatus(step.id, step.title, StepState.RUNNING, told["attempt"], seconds,
                          told["reason"])  # fmt: skip
    if event in (Skipped.kind, Blocked.kind):
        state = StepState.SKIPPED if event == Skipped.kind else StepState.BLOCKED
        return StepStatus(step.id, step.title, state, message=told["why"])
    end = end_of(folder, step)
    if end is None:
        message = "interrupted" if event == AttemptStart.kind else ""
        return StepStatus(step.id, step.title, StepState.WAITING, message=message)
    state = StepState.DONE if end.usable else StepState.FAILED
    return StepStatus(
        step.id, step.title, state, end.attempt, end.seconds, end.verdict.message
    )  # fmt: skip
