"""Two readers of events: plain lines for logs, and a live display for terminals."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from sweepwright.model.verdict import Outcome
from sweepwright.run.events import (
    AttemptStart,
    Blocked,
    Event,
    Failure,
    Interrupted,
    Notice,
    Reused,
    RunEnd,
    RunStart,
    Skipped,
    StepEnd,
    StepStart,
)

_STYLES = {
    "done": "green",
    "warned": "yellow",
    "FAILED": "bold red",
    "blocked": "red",
    "reused": "dim",
    "skipped": "dim",
}
_WORDS = {Outcome.SUCCESS: "done", Outcome.SOFT_FAILURE: "warned", Outcome.FAILURE: "FAILED"}


def duration(seconds: float) -> str:
    """A duration for people: ``0.3 s``, ``42 s``, ``3 min 07 s``, ``2 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def line_of(event: Event) -> tuple[str, str] | None:
    """The word and the rest of an event's line; None for an event that needs none."""
    match event:
        case RunStart():
            return "run", f"{event.name}: {event.steps} steps, {event.threads} threads"
        case AttemptStart(rung=rung) if rung > 0:
            return "again", f"{event.step}: {event.reason}"
        case StepEnd():
            told = f": {event.message}" if event.message else ""
            return _WORDS[event.outcome], f"{event.step} ({duration(event.seconds)}){told}"
        case Reused():
            return "reused", event.step
        case Skipped() | Blocked():
            return event.kind, f"{event.step}: {event.why}"
        case Notice():
            return "note", event.message
        case Interrupted():
            lost = f" ({', '.join(event.running)} will run again)" if event.running else ""
            return "stopped", f"interrupted{lost}"
        case RunEnd():
            counts = ", ".join(f"{number} {state}" for state, number in event.counts.items())
            return "end", f"{event.state} after {duration(event.seconds)}: {counts}"
    return None


def failure_lines(failure: Failure) -> list[str]:
    """What a person is told of a failed step, below its line."""
    lines = [f"  in      {failure.folder}", f"  command {failure.command}"]
    if failure.help:
        lines.append(f"  help    {failure.help}")
    return [*lines, *(f"  | {line}" for line in failure.log)]


class PlainProgress:
    """One line an event and no control characters: for files, pipes and NO_COLOR."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Writes the lines of an event; a reader that went away does not stop the run."""
        told = line_of(event)
        if told is None:
            return
        lines = [f"{told[0]:<8}{told[1]}"]
        if isinstance(event, StepEnd) and event.failure:
            lines += failure_lines(event.failure)
        with suppress(OSError, ValueError):
            self._stream.write("".join(_printable(line) + "\n" for line in lines))
            self._stream.flush()


class RichProgress:
    """Finished steps scroll by; those that run stay below with the time they have been running.

    Use it as a context manager, and as the callback in it.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, tuple[float, str, str]] = {}
        self._lock = threading.Lock()
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._show, refresh_per_second=4,
                          transient=True)  # fmt: skip

    def __enter__(self) -> RichProgress:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Notes what runs, and prints what ended."""
        with self._lock:
            self._note(event)
        told = line_of(event)
        if told is None:
            return
        word, rest = told
        lines = [Text.assemble((f"{word:<8}", _STYLES.get(word, "bold")), _printable(rest))]
        if isinstance(event, StepEnd) and event.failure:
            lines += [Text(_printable(line), "dim") for line in failure_lines(event.failure)]
        for line in lines:
            self._console.print(line, soft_wrap=True)

    def _note(self, event: Event) -> None:
        if isinstance(event, StepStart):
            self._running[event.step] = (time.monotonic(), event.title, "")
        elif isinstance(event, AttemptStart) and event.rung > 0 and event.step in self._running:
            began, title, _ = self._running[event.step]
            self._running[event.step] = (began, title, event.reason)
        elif isinstance(event, StepEnd | Reused):
            self._running.pop(event.step, None)

    def _show(self) -> Group:
        with self._lock:
            running = list(self._running.items())
        now = time.monotonic()
        frame = str(self._spinner.render(now))
        rows = [
            Text.assemble(frame, " ", (name, "bold"), f"  {duration(now - began)}  ",
                          (_printable(reason or title), "dim"))
            for name, (began, title, reason) in running
        ]  # fmt: skip
        return Group(*rows)


def _printable(text: str) -> str:
    """Text without control characters: what programs print must not drive a terminal."""
    return "".join(char if char.isprintable() else " " for char in text.expandtabs(4))
