"""Starting programs and waiting for them, each in a process group of its own.

A thread waits for each program with ``waitid`` and reaps it under the lock, so that a signal never
goes to a process id that was given away again. What a program leaves running in its group ends with
it: a step is over when its program is over.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweepwright.records.ends import Usage

STDOUT, STDERR = "stdout", "stderr"


class StoppedError(Exception):
    """The run is being stopped: nothing more is started, and what ended now does not count."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended; a negative exit code is the signal that ended it."""

    exit_code: int
    seconds: float
    usage: Usage


class Processes:
    """The programs that run now, and the one switch that stops them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self.stopped = False

    def run(
        self,
        command: Sequence[str],
        executable: Path,
        folder: Path,
        environment: Mapping[str, str],
        started: Callable[[int], None],
        stdin: str | None = None,
    ) -> Ended:
        """Runs a program in a folder to its end; ``started`` is told its process id.

        ``stdin`` is the file of the folder that it reads on its standard input; else that is empty.
        Raises OSError if it cannot start, StoppedError.
        """
        began = time.monotonic()
        own = _own_rss()
        process = self._start(command, executable, folder, environment, stdin)
        try:
            started(process.pid)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            seconds = time.monotonic() - began
            used = self._reap(process)
        self.check()
        usage = Usage(used.ru_utime, used.ru_stime, _kb(used.ru_maxrss), _kb(used.ru_maxrss) <= own)
        return Ended(process.returncode, seconds, usage)

    def _reap(self, process: subprocess.Popen[bytes]) -> resource.struct_rusage:
        """Ends what is left of a group, and its leader."""
        with self._lock:
            self._running.discard(process.pid)
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return used

    def _start(
        self,
        command: Sequence[str],
        executable: Path,
        folder: Path,
        environment: Mapping[str, str],
        stdin: str | None,
    ) -> subprocess.Popen[bytes]:
        given = folder / stdin if stdin is not None else Path(os.devnull)
        with (
            given.open("rb") as taken,
            (folder / STDOUT).open("wb") as out,
            (folder / STDERR).open("wb") as err,
            self._lock,
        ):
            self.check()
            process = subprocess.Popen(
                command,
                executable=executable,
                cwd=folder,
                env=environment,
                stdin=taken,
                stdout=out,
                stderr=err,
                process_group=0,
            )
            self._running.add(process.pid)
        return process

    def stop(self, number: signal.Signals) -> None:
        """Sends a signal to every group; from now on nothing starts."""
        self.stopped = True
        with self._lock:
            for pid in self._running:
                with suppress(OSError):
                    os.killpg(pid, number)

    def check(self) -> None:
        """Raises StoppedError when the run is being stopped."""
        if self.stopped:
            raise StoppedError


def _own_rss() -> int:
    return _kb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _kb(max_rss: int) -> int:
    return max_rss // 1024 if sys.platform == "darwin" else max_rss
