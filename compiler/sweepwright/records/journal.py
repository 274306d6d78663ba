"""``journal.jsonl``: what happened, one line an event, appended only, each line chained to the last.

A line carries its sequence number, the UTC time, the event, its data, and in ``prev`` the SHA-256
of the line before (without its newline). Only the process that holds the run folder's lock writes.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sweepwright.records.digest import canonical_json, sha256_bytes

NO_LINE = "0" * 64


class JournalDamagedError(Exception):
    """A line that is not the last one cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A journal as read: its whole lines, the digest of the last, and what was torn off the end."""

    entries: tuple[Mapping[str, Any], ...]
    head: str
    torn: bytes


def now() -> str:
    """The time of a journal line: UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read_journal(path: Path) -> Chain:
    """Reads and checks a journal; a missing one is empty. Also good while a run is going on.

    A last line without newline was torn by a crash (or is being written) and is given apart.
    Raises OSError, and JournalDamagedError naming the first line that breaks the chain.
    """
    content = path.read_bytes() if path.exists() else b""
    whole, newline, torn = content.rpartition(b"\n")
    entries: list[Mapping[str, Any]] = []
    head = NO_LINE
    for number, line in enumerate(whole.split(b"\n") if newline else (), start=1):
        entries.append(_entry(line, number, head, path))
        head = sha256_bytes(line)
    return Chain(tuple(entries), head, torn)


def _entry(line: bytes, number: int, head: str, path: Path) -> Mapping[str, Any]:
    try:
        entry = json.loads(line)
        good = entry["seq"] == number and entry["prev"] == head
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise JournalDamagedError(f"line {number} of {path.name} does not follow the one before it")
    return entry  # type: ignore[no-any-return]


class Journal:
    """The open end of a journal. Threads may append; lines never mix."""

    def __init__(self, path: Path, chain: Chain) -> None:
        self._lock = threading.Lock()
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._length = os.fstat(self._fd).st_size
        self._count = len(chain.entries)
        self._dirty = False
        self.head = chain.head

    def append(self, event: str, data: Mapping[str, Any], sync: bool = False) -> None:
        """Writes one event; with ``sync`` it is on the disk when this returns.

        Raises OSError; the file then ends as it did before, as far as the disk allows.
        """
        with self._lock:
            entry = {
                **data, "seq": self._count + 1, "time": now(), "event": event, "prev": self.head
            }  # fmt: skip
            line = canonical_json(entry)
            try:
                _write_all(self._fd, line + b"\n")
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._fd, self._length)
                raise
            self._length += len(line) + 1
            self._count += 1
            self.head = sha256_bytes(line)
            self._dirty = True
            if sync:
                self._sync()

    def sync(self) -> None:
        """Brings to the disk what was written without. Raises OSError."""
        with self._lock:
            if self._dirty:
                self._sync()

    def _sync(self) -> None:
        getattr(os, "fdatasync", os.fsync)(self._fd)
        self._dirty = False

    def close(self) -> None:
        """Closes the file; later appends raise OSError."""
        with self._lock:
            os.close(self._fd)
            self._fd = -1


def open_journal(path: Path) -> tuple[Journal, Chain, str]:
    """Opens a journal to go on with it; gives what it held, and where a torn last line was put.

    Raises OSError, JournalDamagedError.
    """
    chain = read_journal(path)
    place = ""
    if chain.torn:
        place = _free_name(path)
        path.with_name(place).write_bytes(chain.torn)
        os.truncate(path, path.stat().st_size - len(chain.torn))
    return Journal(path, chain), chain, place


def _free_name(path: Path) -> str:
    number = 1
    while path.with_name(f"{path.stem}.torn-{number}").exists():
        number += 1
    return f"{path.stem}.torn-{number}"


def _write_all(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]
