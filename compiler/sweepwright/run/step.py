"""One step: reused when nothing changed, else one attempt after the other until one is accepted."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.model.plan import Step
from sweepwright.records.digest import digest_file
from sweepwright.records.ends import EndRecord, adopted, attempts, ends
from sweepwright.records.keys import changed_parts, key_parts, step_key
from sweepwright.run.attempt import Task, make_attempt
from sweepwright.run.events import Failure, Notice, Reused, StepEnd, StepStart
from sweepwright.run.graph import Standing, StepState
from sweepwright.run.prepare import Gathered, gather, patched
from sweepwright.run.processes import STDERR, STDOUT
from sweepwright.run.setting import Setting
from sweepwright.run.tools import tool

LOG_LINES = 20
_LOG_BYTES = 16384


@dataclass(frozen=True)
class Rung:
    """One way to try a step: the step patched, its reason, its key and what that is made from."""

    step: Step
    reason: str
    parts: Mapping[str, Any]
    key: str


def perform(
    setting: Setting, step: Step, standings: Mapping[str, Standing], threads: int
) -> Standing:
    """Brings a step that can run to its end. Raises StoppedError, OSError; then it has none."""
    setting.tell(StepStart(step.id, step.title, threads))
    gathered = gather(step, standings, setting.decided)
    rungs = _rungs(setting, step, gathered)
    past = [adopted(record, step) for record in ends(setting.folder / step.folder)]
    last = past[-1] if past else None
    if last is not None and last.usable and last.key in {rung.key for rung in rungs}:
        broken = _unlike(setting.folder, last)
        if not broken:
            setting.tell(Reused(step.id, step.title, last.attempt, last.key))
            return Standing(StepState.DONE, "reused", last, reused=True)
        why = f"'{broken}' is not as it was made"
        setting.tell(Notice(f"{step.id}: {why}; it runs again", step.id))
    else:
        why = _why(setting.folder / step.folder, last, rungs[0])
    return _climb(setting, step, rungs, _first(rungs, past), gathered, threads, why)


def _rungs(setting: Setting, step: Step, gathered: Gathered) -> Sequence[Rung]:
    identity = tool(step, setting.find(step.program))
    digests = [[taken.sha256 for taken in files] for files in gathered.files]
    rungs: list[Rung] = []
    for attempt in step.attempts or (None,):
        way = patched(step, attempt)
        parts = key_parts(way, digests, gathered.decisions, setting.keyed, identity)
        rungs.append(Rung(way, attempt.reason if attempt else "", parts, step_key(parts)))
    return rungs


def _first(rungs: Sequence[Rung], past: Sequence[EndRecord]) -> int:
    """Where the ladder starts: rungs that failed already are left out, unless all of them did."""
    failed = {record.key for record in past if not record.usable}
    return next((i for i, rung in enumerate(rungs) if rung.key not in failed), 0)


def _why(folder: Path, last: EndRecord | None, rung: Rung) -> str:
    if last is None:
        return "an attempt did not end" if attempts(folder) else "never run"
    if not last.usable:
        return "the last attempt failed"
    return "changed " + "; ".join(changed_parts(last.made_from, rung.parts))


def _unlike(run: Path, end: EndRecord) -> str:
    """The first output that is not as it was recorded, "" if all are."""
    for name, digest in end.made.items():
        try:
            same = digest_file(run / end.place / name) == digest
        except OSError:
            same = False
        if not same:
            return name
    return ""


def _climb(
    setting: Setting,
    step: Step,
    rungs: Sequence[Rung],
    first: int,
    gathered: Gathered,
    threads: int,
    why: str,
) -> Standing:
    seconds = 0.0
    for number in range(first, len(rungs)):
        rung = rungs[number]
        task = Task(
            rung.step, number, rung.reason, why, rung.key, rung.parts, gathered, threads
        )  # fmt: skip
        end = make_attempt(setting, task)
        seconds += end.seconds
        if end.usable:
            break
        why = "the attempt before failed"
    failure = None if end.usable else failure_of(setting.folder, end)
    verdict = end.verdict
    setting.tell(StepEnd(step.id, step.title, verdict.outcome, end.attempt, round(seconds, 4),
                         verdict.message, failure))  # fmt: skip
    return Standing(StepState.DONE if end.usable else StepState.FAILED, verdict.message, end)


def failure_of(run: Path, end: EndRecord) -> Failure:
    """All that a person needs to look into a failed attempt."""
    return Failure(
        step=end.step,
        folder=end.place,
        command=shlex.join(end.command),
        exit_code=end.exit_code,
        message=end.verdict.message,
        help=end.verdict.help,
        log=_log(run / end.place),
    )


def _log(folder: Path) -> tuple[str, ...]:
    """The last lines of stderr, then of stdout as far as there is room."""
    told = _tail(folder / STDERR)[-LOG_LINES:]
    room = LOG_LINES - len(told)
    return (*told, *(_tail(folder / STDOUT)[-room:] if room else ()))


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            start = max(0, path.stat().st_size - _LOG_BYTES)
            file.seek(start)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[1:] if start and len(lines) > 1 else lines
