"""One runner a folder: a kernel lock, so that no crash leaves a stale one."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = ".lock"
_TRIES = 5


class BusyError(Exception):
    """Another runner works in the folder; the message says which."""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Holds the folder's lock. Raises BusyError, OSError.

    It tries for a moment, as `is_running` holds the lock for an instant to ask.
    """
    fd = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        for _ in range(_TRIES):
            if _take(fd, fcntl.LOCK_EX):
                break
            time.sleep(0.05)
        else:
            raise BusyError(os.pread(fd, 200, 0).decode("utf-8", "replace").strip())
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


def is_running(folder: Path) -> bool:
    """Whether a runner works in the folder now."""
    try:
        fd = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _take(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def _take(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
