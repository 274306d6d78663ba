"""One attempt: a fresh folder, a program or an own function, a judge, and ``end.json``."""

from __future__ import annotations

import json
import resource
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweepwright.model.plan import Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.records.digest import Digest, digest_file
from sweepwright.records.ends import EndRecord, Usage, attempts, write_end
from sweepwright.records.journal import now
from sweepwright.run.environment import for_folder, for_threads, memory_mb
from sweepwright.run.events import AttemptEnd, AttemptStart, Spawned
from sweepwright.run.hosts import allocated
from sweepwright.run.judges import all_judges, missing_outputs
from sweepwright.run.load import PARAMETERS
from sweepwright.run.orphans import born
from sweepwright.run.prepare import Gathered, Prepared, prepare
from sweepwright.run.processes import STDERR, STDOUT, Ended
from sweepwright.run.setting import Setting
from sweepwright.run.values import JudgeCall, StepCall, StepError, StepFunction, own_function

CANNOT_START = 126


@dataclass(frozen=True)
class Task:
    """An attempt to be made: the step as this rung tries it, and what is known of it."""

    step: Step
    rung: int
    reason: str
    why: str
    key: str
    parts: Mapping[str, Any]
    gathered: Gathered
    threads: int


def make_attempt(setting: Setting, task: Task) -> EndRecord:
    """Makes an attempt and records it. Raises StoppedError, OSError; then it never ended."""
    step, number = task.step, _claim(setting.folder / task.step.folder)
    place = f"{step.folder}/{number}"
    blank = EndRecord(
        step=step.id,
        folder=step.folder,
        attempt=number,
        rung=task.rung,
        key=task.key,
        made_from=task.parts,
        command=(step.program,),
        threads=task.threads,
        environment={**setting.keyed, **for_threads(task.threads)},
        links={},
        files={},
        inputs=task.gathered.all_files,
        started=now(),
    )
    try:
        ready = prepare(step, place, setting.folder, task.gathered, _resources(setting, task))
    except StepError as problem:
        setting.tell(_start(setting, task, blank))
        return _finish(setting, blank, _failed(problem))
    record = replace(blank, command=ready.command, links=ready.links, files=ready.files)
    setting.tell(_start(setting, task, record))
    record, verdict = _execute(setting, task, record, ready)
    return _finish(setting, record, verdict)


def _claim(folder: Path) -> int:
    """Makes the folder of a new attempt; nobody else can have the same."""
    number = max(attempts(folder), default=0)
    while True:
        number += 1
        try:
            (folder / str(number)).mkdir(parents=True)
            return number
        except FileExistsError:
            continue


def _resources(setting: Setting, task: Task) -> Mapping[str, Any]:
    return {
        "threads": task.threads,
        "memory": memory_mb(task.threads / max(task.threads, setting.threads)),
        "scratch": setting.outside.get("TMPDIR", "/tmp"),
        "nodes": allocated(setting.outside),
    }


def _start(setting: Setting, task: Task, record: EndRecord) -> AttemptStart:
    executable = None if own_function(task.step) else setting.find(task.step.program)
    return AttemptStart(
        step=record.step,
        attempt=record.attempt,
        rung=task.rung,
        reason=task.reason,
        folder=record.place,
        command=record.command,
        executable=str(executable or ""),
        threads=task.threads,
        key=task.key,
        why=task.why,
    )


def _execute(
    setting: Setting, task: Task, record: EndRecord, ready: Prepared
) -> tuple[EndRecord, Verdict]:
    """Runs the program or function, and asks the judge."""
    folder = setting.folder / record.place
    paths = [setting.folder / task.gathered.path(taken) for taken in record.inputs]
    before = [_mark(path) for path in paths]
    verdict: Verdict | None = None
    own = own_function(task.step)
    if own is None:
        ended, verdict = _program(setting, task, folder, ready)
    else:
        ended, verdict = _function(setting.registry.functions[own], folder, ready)
    setting.processes.check()
    record = replace(
        record, exit_code=ended.exit_code, seconds=round(ended.seconds, 4), usage=ended.usage
    )
    if verdict is None:
        verdict = judge(setting, task.step, folder, ended.exit_code)
    if verdict.usable and before != [_mark(path) for path in paths]:
        verdict = Verdict(Outcome.FAILURE, "a file that it reads was changed while it ran")
    return record, verdict


def _program(
    setting: Setting, task: Task, folder: Path, ready: Prepared
) -> tuple[Ended, Verdict | None]:
    def started(pid: int) -> None:
        place = f"{task.step.folder}/{folder.name}"
        setting.tell(Spawned(task.step.id, int(folder.name), place, pid, born(pid)))

    executable = setting.find(task.step.program) or Path(task.step.program)
    environment = {**setting.passed_on, **for_threads(task.threads), **for_folder(folder)}
    try:
        processes = setting.processes
        ended = processes.run(
            ready.command, executable, folder, environment, started, task.step.stdin
        )
        return ended, None
    except OSError as problem:
        if problem.filename not in (str(executable), executable, task.step.program):
            raise
        verdict = Verdict(Outcome.FAILURE, f"cannot start {executable.name}: {problem.strerror}")
        return Ended(CANNOT_START, 0.0, Usage()), verdict


def _call(folder: Path, ready: Prepared) -> StepCall:
    path = folder / PARAMETERS
    parameters = json.loads(path.read_bytes()) if path.exists() else {}
    return StepCall(folder, tuple(folder / word for word in ready.command[1:]), parameters)


def _function(
    function: StepFunction, folder: Path, ready: Prepared
) -> tuple[Ended, Verdict | None]:
    """Calls an own function in this thread; its usage is this thread's."""
    began, used = time.monotonic(), _thread_usage()
    verdict, log, code = None, "", 0
    try:
        function(_call(folder, ready))
    except StepError as problem:
        verdict, log, code = _failed(problem), problem.message + "\n", 1
    except Exception as problem:
        message = f"{type(problem).__name__}: {problem}"
        verdict, log, code = Verdict(Outcome.FAILURE, message), traceback.format_exc(), 70
    after = _thread_usage()
    usage = Usage(after[0] - used[0], after[1] - used[1], of="thread")
    (folder / STDOUT).write_bytes(b"")
    (folder / STDERR).write_text(log, encoding="utf-8", errors="backslashreplace")
    return Ended(code, time.monotonic() - began, usage), verdict


def _thread_usage() -> tuple[float, float]:
    if hasattr(resource, "RUSAGE_THREAD"):
        used = resource.getrusage(resource.RUSAGE_THREAD)
        return used.ru_utime, used.ru_stime
    return time.thread_time(), 0.0


def judge(setting: Setting, step: Step, folder: Path, exit_code: int) -> Verdict:
    """The verdict of the step's judge; no success without the outputs."""
    try:
        verdict = all_judges(setting.registry)[step.judge](JudgeCall(step, folder, exit_code))
    except Exception as problem:
        message = f"the judge '{step.judge}' failed: {type(problem).__name__}: {problem}"
        return Verdict(Outcome.FAILURE, message)
    missing = missing_outputs(step, folder)
    if verdict.usable and missing:
        names = ", ".join(f"'{name}'" for name in missing[:5])
        return Verdict(Outcome.FAILURE, f"ended well but did not write {names}", verdict.help)
    return verdict


def _finish(setting: Setting, record: EndRecord, verdict: Verdict) -> EndRecord:
    """Digests the outputs, writes ``end.json`` and the journal. Raises OSError, StoppedError."""
    step, folder = setting.net.steps[record.step], setting.folder / record.place
    outputs: dict[str, Digest] = {}
    for output in step.outputs:
        path = folder / output.name
        if path.is_file():
            outputs[output.name] = digest_file(path)
            if verdict.usable and not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
    record = replace(record, verdict=verdict, outputs=outputs)
    setting.processes.check()
    digest = write_end(folder, record)
    setting.tell(AttemptEnd(record, digest))
    return record


def _failed(problem: StepError) -> Verdict:
    return Verdict(Outcome.FAILURE, problem.message, problem.help)


def _mark(path: Path) -> tuple[int, ...]:
    """What changes when a file is written to."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_ino, status.st_size, status.st_mtime_ns)
