"""What a judge says of a finished step, and what the journal keeps of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a step ended. A soft failure has usable outputs and something to tell."""

    SUCCESS = "success"
    SOFT_FAILURE = "soft-failure"
    FAILURE = "failure"


class FindingState(StrEnum):
    """Silence is never "good": what was not looked at is said to be not judged."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that a reader should know; ``code`` names the rule (``SW-Q003``)."""

    code: str
    state: FindingState
    message: str
    subject: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's word: outcome, one line why, and what to try when it failed."""

    outcome: Outcome
    message: str = ""
    help: str = ""
    findings: tuple[Finding, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether later steps may read the outputs."""
        return self.outcome is not Outcome.FAILURE
