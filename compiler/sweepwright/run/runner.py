"""Runs a plan: ready steps side by side within the threads given, each in a thread that waits.

``end.json`` files are the only memory: a killed run goes on where they end.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from sweepwright import __version__
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.plan import Plan, Step
from sweepwright.programs.modules import ModulesError, with_modules
from sweepwright.records.digest import digest_file
from sweepwright.records.ends import end_of
from sweepwright.records.folder import JOURNAL, PLAN
from sweepwright.records.journal import Journal, JournalDamagedError, open_journal
from sweepwright.run.board import Board
from sweepwright.run.deliver import deliver
from sweepwright.run.environment import cores
from sweepwright.run.events import Notice, RunEnd, RunStart
from sweepwright.run.exclusive import BusyError, exclusive
from sweepwright.run.graph import Graph, Standing, StepState, graph, needed_for
from sweepwright.run.load import preflight
from sweepwright.run.loop import Inbox, drive, stop_signals
from sweepwright.run.orphans import end_orphans
from sweepwright.run.outcome import RunOutcome, RunState
from sweepwright.run.setting import OnEvent, Setting
from sweepwright.run.step import failure_of
from sweepwright.run.values import Registry


def run_plan(
    folder: Path,
    plan: Plan,
    registry: Registry,
    *,
    threads: int | None = None,
    on_event: OnEvent = lambda _: None,
    until: str | None = None,
    cancel: threading.Event | None = None,
) -> RunOutcome:
    """Runs what is not done yet of a plan, or of the steps that lead to ``until``.

    ``threads`` defaults to the cores of the allocation. ``on_event`` is called from several
    threads, never by two at a time. Setting ``cancel`` stops the run as Ctrl-C does.
    """
    net = graph(plan)
    if until is not None and until not in net.steps:
        return _refused(error("SW-R013", f"the plan has no step '{until}'"))
    chosen = frozenset(net.steps) if until is None else needed_for(net, until)
    return _run(folder, plan, net, registry, chosen, {}, threads, on_event, cancel)


def run_step(
    folder: Path,
    plan: Plan,
    step_id: str,
    registry: Registry,
    threads: int = 1,
    *,
    on_event: OnEvent = lambda _: None,
    cancel: threading.Event | None = None,
    placed: bool = False,
) -> RunOutcome:
    """Runs one step on what the steps before it left behind; its record is in the outcome.

    ``placed`` says that another runner placed it here: that one holds the lock and the journal.
    """
    net = graph(plan)
    if step_id not in net.steps:
        return _refused(error("SW-R013", f"the plan has no step '{step_id}'"))
    known = {other: _left(folder, net.steps[other]) for other in net.after[step_id]}
    chosen = frozenset({step_id})
    outcome = _run(folder, plan, net, registry, chosen, known, threads, on_event, cancel, placed)
    return replace(outcome, standings={k: v for k, v in outcome.standings.items() if k == step_id})


def _left(folder: Path, step: Step) -> Standing:
    """How an earlier run left a step."""
    end = end_of(folder, step)
    if end is None:
        return Standing(StepState.WAITING)
    return Standing(StepState.DONE if end.usable else StepState.FAILED, end.verdict.message, end)


def _run(
    folder: Path,
    plan: Plan,
    net: Graph,
    registry: Registry,
    chosen: Collection[str],
    known: Mapping[str, Standing],
    threads: int | None,
    on_event: OnEvent,
    cancel: threading.Event | None,
    placed: bool = False,
) -> RunOutcome:
    folder = folder.resolve()
    number = max(1, threads if threads is not None else cores())
    try:
        outside = with_modules(plan.modules, os.environ)
    except ModulesError as problem:
        return _refused(_cannot_load(plan.modules, problem))
    setting = Setting(folder, net, registry, number, outside, on_event)
    problems = preflight(plan, chosen, registry, setting.find)
    if problems:
        return _refused(*problems)
    lock: AbstractContextManager[None] = nullcontext() if placed else exclusive(folder)
    try:
        with lock, _journal(folder, placed) as (journal, notices):
            setting = replace(setting, journal=journal)
            board = Board(net, chosen, known, setting.decided)
            return _record(setting, plan, board, chosen, cancel, notices)
    except BusyError as busy:
        help = "Wait for it, or look on with 'sweepwright status'."
        return _refused(error("SW-R014", f"another runner works in {folder}: {busy}", help=help))
    except JournalDamagedError as damage:
        help = "Finished steps are not lost: move the journal away and run again."
        return _refused(error("SW-R015", f"the journal was changed: {damage}", help=help))
    except OSError as problem:
        return _refused(_cannot_write(problem))


@contextmanager
def _journal(folder: Path, placed: bool) -> Iterator[tuple[Journal | None, list[str]]]:
    """The open journal, and what a runner that crashed left behind."""
    if placed:
        yield None, []
        return
    journal, before, torn = open_journal(folder / JOURNAL)
    notices = [
        f"{step}: ended a program that a killed runner left running"
        for step in end_orphans(folder, before.entries)
    ]
    if torn:
        notices.append(f"the journal's last line was torn by a crash; it is kept in {torn}")
    try:
        yield journal, notices
    finally:
        journal.close()


def _refused(*diagnostics: Diagnostic) -> RunOutcome:
    return RunOutcome(RunState.REFUSED, diagnostics=diagnostics)


def _cannot_load(modules: Sequence[str], problem: ModulesError) -> Diagnostic:
    message = f"cannot load the modules {', '.join(modules)}: {problem}"
    help = (
        "'module avail' shows those of this machine; 'run: {modules: [...]}' of the job names them."
    )
    return error("SW-R017", message, help=help)


def _cannot_write(problem: OSError) -> Diagnostic:
    place = f" ({problem.filename})" if problem.filename else ""
    help = "Nothing unfinished counts as done: mend it and run again, it goes on from there."
    message = f"cannot write to the run folder: {problem.strerror or problem}{place}"
    return error("SW-R016", message, help=help)


def _record(
    setting: Setting,
    plan: Plan,
    board: Board,
    chosen: Collection[str],
    cancel: threading.Event | None,
    notices: Sequence[str],
) -> RunOutcome:
    """The run between its first and its last line of the journal."""
    began = time.monotonic()
    _begin(setting, plan, chosen)
    for notice in notices:
        setting.tell(Notice(notice))
    inbox: Inbox = SimpleQueue()
    with stop_signals(lambda: inbox.put(None)):
        state, problem = drive(setting, board, inbox, cancel)
    standings = {name: item for name, item in board.standings.items() if name in chosen}
    bad = {StepState.FAILED, StepState.BLOCKED}
    if state is RunState.DONE and any(item.state in bad for item in standings.values()):
        state = RunState.FAILED
    diagnostics: tuple[Diagnostic, ...] = ()
    if problem is None:
        try:
            deliver(setting.folder, plan, standings)
        except OSError as trouble:
            problem = trouble
    if problem is not None:
        state, diagnostics = RunState.FAILED, (_cannot_write(problem),)
    seconds = round(time.monotonic() - began, 4)
    with suppress(OSError) if problem else nullcontext():
        setting.tell(RunEnd(state.value, board.counts(), seconds))
    failures = tuple(
        failure_of(setting.folder, item.end)
        for item in standings.values()
        if item.state is StepState.FAILED and item.end
    )
    return RunOutcome(state, standings, failures, diagnostics, seconds)


def _begin(setting: Setting, plan: Plan, chosen: Collection[str]) -> None:
    path = setting.folder / PLAN
    start = RunStart(
        name=plan.name,
        folder=str(setting.folder),
        steps=len(chosen),
        threads=setting.threads,
        plan=digest_file(path).sha256 if path.exists() else "",
        version=__version__,
        host=socket.gethostname(),
        pid=os.getpid(),
        environment=setting.passed_on,
    )
    setting.tell(start)
