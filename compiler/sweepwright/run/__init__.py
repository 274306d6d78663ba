"""The runner: executes any folder with a valid ``plan.json``; it knows nothing of crystallography."""

from sweepwright.run.events import (
    AttemptEnd,
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
from sweepwright.run.graph import Standing, StepState
from sweepwright.run.load import load_plan
from sweepwright.run.outcome import RunOutcome, RunState
from sweepwright.run.runner import run_plan, run_step
from sweepwright.run.status import StepStatus, status
from sweepwright.run.values import (
    Judge,
    JudgeCall,
    Registry,
    StepCall,
    StepError,
    StepFunction,
)

__all__ = [
    "AttemptEnd",
    "AttemptStart",
    "Blocked",
    "Event",
    "Failure",
    "Interrupted",
    "Judge",
    "JudgeCall",
    "Notice",
    "Registry",
    "Reused",
    "RunEnd",
    "RunOutcome",
    "RunStart",
    "RunState",
    "Skipped",
    "Standing",
    "StepCall",
    "StepEnd",
    "StepError",
    "StepFunction",
    "StepStart",
    "StepState",
    "StepStatus",
    "load_plan",
    "run_plan",
    "run_step",
    "status",
]
