"""What all steps of a run share, and how anything is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sweepwright.records.ends import EndRecord
from sweepwright.records.journal import Journal
from sweepwright.run.environment import keyed, passed_on
from sweepwright.run.events import Event
from sweepwright.run.graph import Graph
from sweepwright.run.prepare import read_decision
from sweepwright.run.processes import Processes
from sweepwright.run.tools import find_program
from sweepwright.run.values import Registry

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Setting:
    """One run of one folder; ``outside`` is the environment that the runner itself was started in.

    ``journal`` is None for a step placed by another runner, which keeps the journal itself.
    """

    folder: Path
    net: Graph
    registry: Registry
    threads: int
    outside: Mapping[str, str]
    on_event: OnEvent
    journal: Journal | None = None
    processes: Processes = field(default_factory=Processes)
    telling: Any = field(default_factory=threading.RLock)

    def tell(self, event: Event) -> None:
        """Journals an event and hands it to the callback: one at a time, in one order."""
        with self.telling:
            if self.journal is not None and event.journalled:
                self.journal.append(event.kind, event.data(), sync=event.synced)
            self.on_event(event)

    def sync(self) -> None:
        """Brings the journal to the disk."""
        if self.journal is not None:
            self.journal.sync()

    def find(self, program: str) -> Path | None:
        """Where a program is."""
        return find_program(program, self.outside.get("PATH", ""))

    @cached_property
    def passed_on(self) -> Mapping[str, str]:
        """The environment of every program."""
        return passed_on(self.outside)

    @cached_property
    def keyed(self) -> Mapping[str, str]:
        """The part of it that can change results."""
        return keyed(self.outside)

    def decided(self, end: EndRecord) -> Mapping[str, Any]:
        """The values that an accepted attempt decided."""
        return read_decision(self.folder, end)
