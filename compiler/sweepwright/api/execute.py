"""Run: a folder with a plan, with our step functions and the engines' judges; then the report."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweepwright.api.build import Compiled, compile_job
from sweepwright.api.front import Options, check_tools
from sweepwright.api.reporting import write_report
from sweepwright.emit.write import write_file
from sweepwright.engines.registry import ENGINES, engine
from sweepwright.model.diagnostic import Diagnostic, ExitCode, error, has_errors
from sweepwright.model.plan import Plan
from sweepwright.model.verdict import Verdict
from sweepwright.records.executed import run_executed_sh
from sweepwright.records.folder import is_run
from sweepwright.run import (
    Event,
    Judge,
    JudgeCall,
    Registry,
    RunOutcome,
    StepCall,
    StepError,
    load_plan,
    run_plan,
    run_step,
)
from sweepwright.steps.registry import FUNCTIONS

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Executed:
    """What a run gave: the folder, how it ended, and everything there is to say about it."""

    folder: Path | None
    outcome: RunOutcome | None
    diagnostics: tuple[Diagnostic, ...]
    exit_code: ExitCode
    results: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """For ``run --json``."""
        return {
            "run": None if self.folder is None else str(self.folder),
            "exit_code": int(self.exit_code),
            "outcome": None if self.outcome is None else self.outcome.to_json(),
            "results": self.results,
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


def registry() -> Registry:
    """Our step functions, and the judges of all engines by name."""
    judges: dict[str, Judge] = {
        name: _judge(judge) for each in ENGINES for name, judge in engine(each).judges().items()
    }
    return Registry(FUNCTIONS, judges)


def run_job(
    path: Path,
    options: Options,
    output: Path | None = None,
    *,
    threads: int | None = None,
    until: str | None = None,
    on_event: OnEvent = lambda _: None,
    on_compiled: Callable[[Compiled], None] = lambda _: None,
) -> Executed:
    """Compiles a job if needed, then runs it; ``path`` may also be a run folder."""
    if path.is_dir():
        if options != Options() or output is not None:
            problem = error(
                "SW-R030",
                f"'{path}' is a run folder: it runs as it was compiled",
                help="Name the job file to compile it anew.",
            )
            return Executed(None, None, (problem,), ExitCode.WRONG_USE)
        return run_folder(path, threads=threads, until=until, on_event=on_event)
    compiled = compile_job(path, options, output)
    if compiled.job is not None:
        found = (*compiled.diagnostics, *check_tools(compiled.job))
        compiled = replace(compiled, diagnostics=found)
    on_compiled(compiled)
    found = compiled.diagnostics
    if compiled.folder is None or compiled.job is None or has_errors(found):
        return Executed(compiled.folder, None, found, ExitCode.WRONG_INPUT)
    asked = compiled.job.leaves["run.threads"].value
    threads = threads or (asked if isinstance(asked, int) else None)
    done = run_folder(compiled.folder, threads=threads, until=until, on_event=on_event)
    return Executed(
        done.folder, done.outcome, (*found, *done.diagnostics), done.exit_code, done.results
    )


def run_folder(
    folder: Path,
    *,
    threads: int | None = None,
    until: str | None = None,
    on_event: OnEvent = lambda _: None,
) -> Executed:
    """Runs what is not done yet of a run folder, and writes its report."""
    folder = Path(os.path.abspath(folder))
    plan, found = load_run(folder)
    if plan is None:
        return Executed(None, None, tuple(found), ExitCode.WRONG_INPUT)
    outcome = run_plan(folder, plan, registry(), threads=threads, until=until, on_event=on_event)
    diagnostics = tuple(outcome.diagnostics)
    results = None
    if outcome.exit_code in (ExitCode.GOOD, ExitCode.PROCESSING_FAILED):
        results, problem = _finish(folder, plan)
        if problem is not None:
            return Executed(folder, outcome, (*diagnostics, problem), ExitCode.PROCESSING_FAILED)
    return Executed(folder, outcome, diagnostics, outcome.exit_code, results)


def run_one(folder: Path, step: str, threads: int, on_event: OnEvent) -> Executed:
    """Runs one step of a run folder: what ``run.sh`` and a cluster's nodes call."""
    folder = Path(os.path.abspath(folder))
    plan, found = load_run(folder)
    if plan is None:
        return Executed(None, None, tuple(found), ExitCode.WRONG_INPUT)
    outcome = run_step(folder, plan, step, registry(), threads, on_event=on_event)
    return Executed(folder, outcome, tuple(outcome.diagnostics), outcome.exit_code)


def call_function(name: str, folder: Path, inputs: list[Path]) -> Diagnostic | None:
    """Calls an own step as ``run-executed.sh`` does: in its folder, on its ``parameters.json``."""
    import json

    function = FUNCTIONS.get(name)
    if function is None:
        return error(
            "SW-R031",
            f"there is no step function '{name}'",
            help=f"There are {', '.join(FUNCTIONS)}.",
        )
    try:
        parameters = json.loads((folder / "parameters.json").read_bytes())
        function(StepCall(folder, tuple(inputs), parameters))
    except (OSError, ValueError) as problem:
        return error("SW-R031", f"{name}: {problem}")
    except StepError as problem:
        return error("SW-R031", f"{name}: {problem.message}", help=problem.help or None)
    return None


def load_run(folder: Path) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of a run folder, or what is wrong with it."""
    if not is_run(folder):
        hint = "Compile a job first: 'sweepwright compile JOB'."
        return None, [
            error("SW-R001", f"'{folder}' is no run folder: it has no plan.json", help=hint)
        ]
    return load_plan(folder)


def _judge(judge: Callable[[Any, Path, int], Verdict]) -> Judge:
    def adapted(call: JudgeCall) -> Verdict:
        return judge(call.step, call.folder, call.exit_code)

    return adapted


def _finish(folder: Path, plan: Plan) -> tuple[dict[str, Any] | None, Diagnostic | None]:
    try:
        write_file(
            folder / "run-executed.sh", run_executed_sh(folder, plan).encode(), executable=True
        )
        return write_report(folder, plan), None
    except OSError as problem:
        message = f"cannot write the report in '{folder}': {problem.strerror}"
        return None, error("SW-R032", message, help="Make room, then 'sweepwright report RUN'.")
