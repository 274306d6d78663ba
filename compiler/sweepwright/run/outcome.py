"""How a run ended, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sweepwright.model.diagnostic import Diagnostic, ExitCode
from sweepwright.records.ends import plain
from sweepwright.run.events import Failure
from sweepwright.run.graph import Standing, StepState


class RunState(StrEnum):
    """``refused``: nothing was started, the diagnostics say why."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"


_EXIT = {
    RunState.DONE: ExitCode.GOOD,
    RunState.FAILED: ExitCode.PROCESSING_FAILED,
    RunState.INTERRUPTED: ExitCode.INTERRUPTED,
    RunState.REFUSED: ExitCode.WRONG_INPUT,
}


@dataclass(frozen=True)
class RunOutcome:
    """The end of a run: every step's standing, all failures, and what hindered the runner itself."""

    state: RunState
    standings: Mapping[str, Standing] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """What the command says to the shell."""
        return _EXIT[self.state]

    def ids(self, state: StepState) -> tuple[str, ...]:
        """The steps in a state, in the order of the plan."""
        return tuple(name for name, item in self.standings.items() if item.state is state)

    @property
    def blocked(self) -> Mapping[str, str]:
        """The blocked steps with the reason."""
        return {name: self.standings[name].why for name in self.ids(StepState.BLOCKED)}

    @property
    def reused(self) -> tuple[str, ...]:
        """The steps that needed not run."""
        return tuple(name for name, item in self.standings.items() if item.reused)

    def to_json(self) -> dict[str, Any]:
        """Plain data for machines."""
        steps = {
            name: {"state": item.state, "why": item.why, "reused": item.reused,
                   "attempt": item.end.attempt if item.end else None}
            for name, item in self.standings.items()
        }  # fmt: skip
        return plain({  # type: ignore[no-any-return]
            "state": self.state,
            "seconds": self.seconds,
            "steps": steps,
            "failures": [vars(failure) for failure in self.failures],
            "diagnostics": [item.to_json() for item in self.diagnostics],
        })  # fmt: skip
