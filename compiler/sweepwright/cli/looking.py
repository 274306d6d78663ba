"""``plan``, ``status`` and ``report``: looking at a run folder."""

from __future__ import annotations

from pathlib import Path

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode
from sweepwright.model.plan import Plan


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(plan)
    app.command()(status)
    app.command()(report)


def plan(folder: o.RunArgument, json: o.Json = False) -> None:
    """Show the steps of a run folder: what runs, on what, and what it decides.

    Each line is a step with its program and, indented, the steps it needs. --json prints plan.json
    as it was read.

    Example: sweepwright plan lyso
    """
    loaded = _load(folder)
    if json:
        json_out(loaded.model_dump(mode="json", exclude_defaults=True))
        return
    width = max((len(step.id) for step in loaded.steps), default=0)
    for step in loaded.steps:
        needs = f"  <- {', '.join(step.after)}" if step.after else ""
        out(f"{step.id:<{width}}  {step.program:<24}{needs}")
    for result in loaded.results:
        out(f"=> {result.path}  ({result.role}, from {result.step})")
    for caveat in loaded.caveats:
        out(caveat)


def status(folder: o.RunArgument, json: o.Json = False) -> None:
    """Show where a run stands: each step done, running, waiting, failed or blocked.

    Works while the run goes on, and on a folder that was copied from elsewhere.

    Example: sweepwright status lyso
    """
    from sweepwright.records.ends import plain
    from sweepwright.run import status as read_status
    from sweepwright.run.progress import duration

    loaded = _load(folder)
    lines = read_status(folder, loaded)
    if json:
        json_out(
            [plain(vars(line)) if hasattr(line, "__dict__") else plain(line) for line in lines]
        )
        return
    width = max((len(line.step) for line in lines), default=0)
    for line in lines:
        took = duration(line.seconds) if line.seconds is not None else ""
        out(f"{line.step:<{width}}  {line.state.value:<8} {took:>11}  {line.message}".rstrip())


def report(folder: o.RunArgument, json: o.Json = False) -> None:
    """Write the report of a run folder again: results/, table1.txt and summary.html.

    Example: sweepwright report lyso
    """
    from sweepwright.api.reporting import write_report

    loaded = _load(folder)
    try:
        data = write_report(folder, loaded)
    except OSError as problem:
        from sweepwright.model.diagnostic import error

        diagnostics(
            [
                error(
                    "SW-R032",
                    f"cannot write the report: {problem.strerror}",
                    help="Make room, or look at the rights of the folder.",
                )
            ]
        )
        raise typer.Exit(ExitCode.WRONG_INPUT) from None
    if json:
        json_out(data)
    else:
        out(str(folder / "summary.html"))


def _load(folder: Path) -> Plan:
    from sweepwright.api.execute import load_run

    loaded, found = load_run(folder)
    diagnostics(found)
    if loaded is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    return loaded
