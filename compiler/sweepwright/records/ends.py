"""``end.json``: the word on how an attempt ended. An attempt without one never ended.

It is written last and by rename, after the outputs were digested; a step that lacks it is not done,
whatever files lie there. It holds no absolute path, so a run folder can be moved and compared.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from sweepwright.model.plan import Step
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.records.digest import Digest, sha256_bytes

END = "end.json"
END_VERSION = 1
_NOT_TOLD = ("made_from", "environment", "links", "files", "inputs", "verdict")
NOT_JUDGED = Verdict(Outcome.FAILURE, "not judged")


@dataclass(frozen=True, slots=True)
class Usage:
    """What an attempt used. ``of``: ``process`` (it and the children it waited for) or ``thread``.

    The kernel starts a child's ``max_rss_kb`` at the size of the runner; ``rss_is_bound`` says that
    the number is no more than that upper bound.
    """

    user_s: float = 0.0
    system_s: float = 0.0
    max_rss_kb: int = 0
    rss_is_bound: bool = False
    of: str = "process"


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was read: whose accepted attempt made it, and its digest at that time."""

    step: str
    attempt: int
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EndRecord:
    """Everything about one ended attempt. ``made_from`` are the parts of the key, for `why`."""

    step: str
    folder: str
    attempt: int
    rung: int
    key: str
    made_from: Mapping[str, Any]
    command: tuple[str, ...]
    threads: int
    environment: Mapping[str, str]
    links: Mapping[str, str]
    files: Mapping[str, str]
    inputs: tuple[Taken, ...]
    started: str
    seconds: float = 0.0
    exit_code: int = 0
    usage: Usage = Usage()
    verdict: Verdict = NOT_JUDGED
    outputs: Mapping[str, Digest] | None = None

    @property
    def usable(self) -> bool:
        """Whether later steps may read the outputs."""
        return self.verdict.usable

    @property
    def made(self) -> Mapping[str, Digest]:
        """The declared outputs that are there, by name."""
        return self.outputs or {}

    @property
    def place(self) -> str:
        """The attempt's folder, relative to the run folder."""
        return f"{self.folder}/{self.attempt}"

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``end.json``."""
        return {"end": END_VERSION, **plain(self)}

    def for_journal(self) -> dict[str, Any]:
        """The part that the journal keeps; the rest is bound to it by the digest of ``end.json``."""
        data = {
            name: plain(getattr(self, name)) for name in self.__slots__ if name not in _NOT_TOLD
        }
        verdict = self.verdict
        return {**data, "outcome": verdict.outcome.value, "message": verdict.message}


def end_from_json(data: Mapping[str, Any]) -> EndRecord:
    """The record from plain data. Raises KeyError, TypeError, ValueError when it is none."""
    if data["end"] != END_VERSION:
        raise ValueError(f"end.json of version {data['end']}")
    known = {name: value for name, value in data.items() if name in EndRecord.__slots__}
    record = EndRecord(**known)
    verdict = data["verdict"]
    findings = tuple(
        Finding(**{**item, "state": FindingState(item["state"])}) for item in verdict["findings"]
    )
    return replace(
        record,
        command=tuple(data["command"]),
        inputs=tuple(Taken(**item) for item in data["inputs"]),
        usage=Usage(**data["usage"]),
        verdict=Verdict(
            **{**verdict, "outcome": Outcome(verdict["outcome"]), "findings": findings}
        ),
        outputs={name: Digest(**item) for name, item in data["outputs"].items()},
    )


def write_end(folder: Path, record: EndRecord) -> str:
    """Writes ``end.json`` by rename and gives its digest. Raises OSError.

    It is not synced: should the machine lose it, the step is done again; should it lose an output
    instead, the digest tells.
    """
    lines = (
        f"{json.dumps(name)}: {json.dumps(value, sort_keys=True, ensure_ascii=False)}"
        for name, value in record.to_json().items()
    )
    content = ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8", "surrogateescape")
    fresh = folder / f".{END}"
    fresh.write_bytes(content)
    fresh.replace(folder / END)
    return sha256_bytes(content)


def read_end(folder: Path) -> EndRecord | None:
    """The record of an attempt's folder; None where it did not end or the record is damaged."""
    try:
        return end_from_json(json.loads((folder / END).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def attempts(folder: Path) -> list[int]:
    """The numbers of the attempts in a step's folder, in order."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def ends(folder: Path) -> list[EndRecord]:
    """The attempts of a step that ended, in order."""
    found = (read_end(folder / str(number)) for number in attempts(folder))
    return [record for record in found if record is not None]


def last_end(folder: Path) -> EndRecord | None:
    """How a step stands: its last attempt that ended; when that is usable, it is the accepted one."""
    for number in reversed(attempts(folder)):
        record = read_end(folder / str(number))
        if record is not None:
            return record
    return None


def end_of(run: Path, step: Step) -> EndRecord | None:
    """How a step of a run folder stands, under the name that the plan gives it now."""
    record = last_end(run / step.folder)
    return None if record is None else adopted(record, step)


def adopted(record: EndRecord, step: Step) -> EndRecord:
    """A record under the step's present name and folder; neither is part of its key."""
    return replace(record, step=step.id, folder=step.folder)


def plain(value: Any) -> Any:
    """A value as JSON data: numbers that JSON lacks become null, unknown things their text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    return str(value)
