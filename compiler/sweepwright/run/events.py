"""What the runner tells while it runs: frozen values with ``to_json``, given to one callback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from sweepwright.model.verdict import Outcome
from sweepwright.records.ends import EndRecord, plain


@dataclass(frozen=True)
class Event:
    """Something that happened; ``kind`` names it in JSON and in the journal."""

    kind: ClassVar[str] = "event"
    #: whether the journal keeps it, and whether it must be on disk before anything else happens
    journalled: ClassVar[bool] = True
    synced: ClassVar[bool] = False

    def data(self) -> dict[str, Any]:
        """The fields as plain data."""
        return {item.name: plain(getattr(self, item.name)) for item in fields(self)}

    def to_json(self) -> dict[str, Any]:
        """Plain data for machines."""
        return {"event": self.kind, **self.data()}


@dataclass(frozen=True)
class RunStart(Event):
    """The run begins; ``environment`` is what every program gets (only the journal keeps it)."""

    kind = "run-start"
    name: str
    folder: str
    steps: int
    threads: int
    plan: str
    version: str
    host: str
    pid: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class StepStart(Event):
    """A step got its threads; it may still turn out that nothing is to be done."""

    kind = "step-start"
    journalled = False
    step: str
    title: str
    threads: int


@dataclass(frozen=True)
class AttemptStart(Event):
    """A program is about to be started; ``why`` says why the step was not reused."""

    kind = "start"
    synced = True
    step: str
    attempt: int
    rung: int
    reason: str
    folder: str
    command: tuple[str, ...]
    executable: str
    threads: int
    key: str
    why: str


@dataclass(frozen=True)
class Spawned(Event):
    """A program was started; ``born`` tells its process from later ones with the same id."""

    kind = "spawned"
    step: str
    attempt: int
    folder: str
    pid: int
    born: str


@dataclass(frozen=True)
class AttemptEnd(Event):
    """An attempt ended and was judged; ``record`` is the digest of its ``end.json``.

    It reaches the disk with the next attempt's start, or when the runner has nothing to start.
    """

    kind = "end"
    end: EndRecord
    record: str

    def data(self) -> dict[str, Any]:
        """The record's fields for the journal."""
        return {**self.end.for_journal(), "record": self.record}


@dataclass(frozen=True)
class Failure:
    """Why a step failed, with all that is needed to look into it."""

    step: str
    folder: str
    command: str
    exit_code: int
    message: str
    help: str
    log: tuple[str, ...]


@dataclass(frozen=True)
class StepEnd(Event):
    """A step is over: its accepted or last attempt."""

    kind = "step-end"
    journalled = False
    step: str
    title: str
    outcome: Outcome
    attempt: int
    seconds: float
    message: str
    failure: Failure | None = None

    def data(self) -> dict[str, Any]:
        """The fields, the failure as plain data too."""
        flat = {k: v for k, v in vars(self).items() if k != "failure"}
        return plain({**flat, "failure": self.failure and vars(self.failure)})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Reused(Event):
    """A step needs not run: equal key, outputs verified."""

    kind = "reused"
    step: str
    title: str
    attempt: int
    key: str


@dataclass(frozen=True)
class Skipped(Event):
    """A step's condition did not hold."""

    kind = "skipped"
    step: str
    why: str


@dataclass(frozen=True)
class Blocked(Event):
    """A step cannot run, as something that it needs is not there."""

    kind = "blocked"
    step: str
    why: str


@dataclass(frozen=True)
class Notice(Event):
    """Something that a reader of the journal should know."""

    kind = "notice"
    message: str
    step: str = ""


@dataclass(frozen=True)
class Interrupted(Event):
    """The run was stopped; ``running`` are the steps whose attempts are lost."""

    kind = "interrupted"
    synced = True
    running: tuple[str, ...]


@dataclass(frozen=True)
class RunEnd(Event):
    """The run is over; ``counts`` are numbers of steps by state."""

    kind = "run-end"
    synced = True
    state: str
    counts: Mapping[str, int]
    seconds: float
