"""The main loop: it alone decides what starts; steps run in threads that report to its inbox."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

from sweepwright.run.board import Board
from sweepwright.run.events import Blocked, Interrupted, Skipped
from sweepwright.run.graph import Standing, StepState
from sweepwright.run.outcome import RunState
from sweepwright.run.setting import Setting
from sweepwright.run.step import perform

GRACE_S = 5.0
_LOOK_S = 0.2

#: a step's id with how it ended (a standing, or the exception that ended its thread); None: stop
Message = tuple[str, Standing | BaseException] | None
Inbox = SimpleQueue[Message]


@contextmanager
def stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Turns Ctrl-C and SIGTERM into a call while the run goes on (in the main thread only)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(_number: int, _frame: FrameType | None) -> None:
        stop()

    kept: dict[signal.Signals, Any] = {
        number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, old in kept.items():
            signal.signal(number, old or signal.SIG_DFL)  # None: a handler set outside Python


def drive(
    setting: Setting, board: Board, inbox: Inbox, cancel: threading.Event | None
) -> tuple[RunState, OSError | None]:
    """The main loop, and an end to all that runs when it is left before its time."""
    running: dict[str, int] = {}
    try:
        if _loop(setting, board, running, inbox, cancel):
            return RunState.DONE, None
        _stop(setting, board, running, inbox)
        return RunState.INTERRUPTED, None
    except OSError as problem:
        _stop(setting, board, running, inbox)
        return RunState.FAILED, problem
    except BaseException:
        _stop(setting, board, running, inbox)
        raise


def _loop(
    setting: Setting,
    board: Board,
    running: dict[str, int],
    inbox: Inbox,
    cancel: threading.Event | None,
) -> bool:
    """Starts what is ready and hears what ended; False when the run is to stop.

    Raises OSError when the run folder cannot be written to.
    """
    free = setting.threads
    _tell_settled(setting, board.begin())
    while True:
        started = list(board.start(free))
        for step_id, threads in started:
            free -= threads
            running[step_id] = threads
            _launch(setting, board, step_id, threads, inbox)
        if not running:
            return True
        if not started:  # else the start of an attempt brings the ends before it to the disk
            setting.sync()
        message = _hear(inbox, cancel)
        if message is None:
            return False
        step_id, ended = message
        free += running.pop(step_id)
        if isinstance(ended, BaseException):
            raise ended
        _tell_settled(setting, board.end(step_id, ended))


def _tell_settled(setting: Setting, settled: Iterator[tuple[str, Standing]]) -> None:
    for step_id, standing in settled:
        kind = Skipped if standing.state is StepState.SKIPPED else Blocked
        setting.tell(kind(step_id, standing.why))


def _launch(setting: Setting, board: Board, step_id: str, threads: int, inbox: Inbox) -> None:
    step = setting.net.steps[step_id]
    needed = {other: board.standings[other] for other in setting.net.after[step_id]}

    def work() -> None:
        try:
            inbox.put((step_id, perform(setting, step, needed, threads)))
        except BaseException as problem:  # whatever it is, the main loop must hear of it
            inbox.put((step_id, problem))

    threading.Thread(target=work, name=step_id, daemon=True).start()


def _hear(inbox: Inbox, cancel: threading.Event | None) -> Message:
    """The next message; None when the run is to stop."""
    if cancel is None:
        return inbox.get()
    while not cancel.is_set():
        with suppress(Empty):
            return inbox.get(timeout=_LOOK_S)
    return None


def _stop(setting: Setting, board: Board, running: dict[str, int], inbox: Inbox) -> None:
    """Ends everything that runs: asked to at first, killed after a while (or by a second Ctrl-C).

    An own function cannot be killed; it gets a moment more, then it is left alone: it will not be
    recorded, and the attempt's folder is never used again.
    """
    setting.processes.stop(signal.SIGTERM)
    _drain(setting, board, running, inbox, GRACE_S)
    if running:
        setting.processes.stop(signal.SIGKILL)
        _drain(setting, board, running, inbox, GRACE_S / 5)
    lost = board.give_up()
    with suppress(OSError):  # a full disk may be why the run is stopped
        setting.tell(Interrupted(lost))


def _drain(
    setting: Setting, board: Board, running: dict[str, int], inbox: Inbox, seconds: float
) -> None:
    """Hears of the steps that end, until all did, time is up, or a stop is asked for again."""
    limit = time.monotonic() + seconds
    while running and (left := limit - time.monotonic()) > 0:
        try:
            message = inbox.get(timeout=left)
        except Empty:
            return
        if message is None:
            return
        step_id, ended = message
        running.pop(step_id, None)
        if isinstance(ended, Standing):
            with suppress(OSError):
                _tell_settled(setting, board.end(step_id, ended))
