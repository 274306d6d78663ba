"""What the runner is given beside the plan: own functions and judges, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweepwright.model.plan import Step
from sweepwright.model.verdict import Verdict

#: a program that begins so is a function of our own
OWN = "sweepwright:"


class StepError(Exception):
    """An expected failure of a step, with what to do about it."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


@dataclass(frozen=True)
class StepCall:
    """What an own function gets: its folder, the files to read, its ``parameters.json``.

    It writes its outputs into ``folder``, which is never the current directory.
    """

    folder: Path
    inputs: tuple[Path, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


#: raises `StepError` for expected failures; anything else that it raises is a bug
StepFunction = Callable[[StepCall], None]


@dataclass(frozen=True)
class JudgeCall:
    """What a judge gets: the step, the folder of its attempt, the exit code of the program."""

    step: Step
    folder: Path
    exit_code: int


Judge = Callable[[JudgeCall], Verdict]


@dataclass(frozen=True)
class Registry:
    """Own functions and judges; `exit-code` is always there."""

    functions: Mapping[str, StepFunction] = field(default_factory=dict)
    judges: Mapping[str, Judge] = field(default_factory=dict)


def own_function(step: Step) -> str | None:
    """The name of the own function that a step calls, None when it starts a program."""
    return step.program.removeprefix(OWN) if step.program.startswith(OWN) else None
