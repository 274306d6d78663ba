"""The judge that needs no knowledge of programs: exit code, and outputs that are there."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

from sweepwright.model.plan import Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.run.values import Judge, JudgeCall, Registry

EXIT_CODE = "exit-code"


def exit_code(call: JudgeCall) -> Verdict:
    """Success is exit code 0 and every output that is not optional, with something in it."""
    if call.exit_code != 0:
        return Verdict(Outcome.FAILURE, how_it_ended(call.exit_code), _help(call.exit_code))
    for output in call.step.outputs:
        if not output.optional and _size(call.folder / output.name) == 0:
            return Verdict(Outcome.FAILURE, f"wrote nothing into '{output.name}'")
    return Verdict(Outcome.SUCCESS)


def missing_outputs(step: Step, folder: Path) -> tuple[str, ...]:
    """The outputs that must be there and are not (regular files count, also through links)."""
    return tuple(
        output.name
        for output in step.outputs
        if not output.optional and not (folder / output.name).is_file()
    )


def all_judges(registry: Registry) -> Mapping[str, Judge]:
    """The judges of a registry with the built-in one."""
    return {EXIT_CODE: exit_code, **registry.judges}


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was stopped by {name}"


def _help(code: int) -> str:
    if code == -signal.SIGKILL:
        return "The system kills programs when memory runs short: try with fewer threads."
    return ""


def _size(path: Path) -> int | None:
    """The size of a file, None where there is none (which `missing_outputs` tells)."""
    return path.stat().st_size if path.is_file() else None
