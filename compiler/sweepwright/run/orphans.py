"""Programs that outlived a killed runner: the next one finds and ends them.

They cannot spoil anything, as no attempt's folder is used twice; but they would use the machine
beside their successors. A process is known by its id, its time of birth, the boot of the machine and
the folder in which it works (Linux; elsewhere orphans are left alone).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sweepwright.run.events import AttemptEnd, Spawned

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def born(pid: int) -> str:
    """What tells a process from a later one with the same id; "" where that cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return f"{fields[19]} {_BOOT.read_text().strip()}"
    except (OSError, IndexError):
        return ""


def end_orphans(run: Path, entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Ends the groups of programs that a journal knows of no end of; names their steps."""
    spawned: dict[tuple[str, int], Mapping[str, Any]] = {}
    for entry in entries:
        if entry["event"] == Spawned.kind:
            spawned[entry["step"], entry["attempt"]] = entry
        elif entry["event"] == AttemptEnd.kind:
            spawned.pop((entry["step"], entry["attempt"]), None)
    for entry in spawned.values():
        if _lives(run, entry):
            with suppress(OSError):
                os.killpg(entry["pid"], signal.SIGKILL)
                yield str(entry["step"])


def _lives(run: Path, entry: Mapping[str, Any]) -> bool:
    """Whether it is that very process, and works in this folder and not in one that was copied."""
    place = run / entry["folder"]
    with suppress(OSError):
        same = bool(entry["born"]) and entry["born"] == born(entry["pid"])
        return same and Path(f"/proc/{entry['pid']}/cwd").readlink() == place
    return False
