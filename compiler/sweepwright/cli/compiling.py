"""``check`` and ``compile``: everything before the run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import Diagnostic, ExitCode, Severity, has_errors


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(check)
    app.command("compile")(compile_)


def check(
    jobs: Annotated[
        list[Path], typer.Argument(metavar="JOB...", help="Job files (YAML).", show_default=False)
    ],
    engine: o.Engine = None,
    settings: o.Set = None,
    bind: o.Bind = None,
    json: o.Json = False,
) -> None:
    """Check job files against the language, their images and this machine; write nothing.

    Prints what each sweep holds and where its geometry comes from. Every error is shown at its
    place in the file, with what to do about it. Exit code 1 when there is an error.

    Example: sweepwright check lyso.yaml
    """
    from sweepwright.api.front import check_tools, resolve_job
    from sweepwright.cli.overview import overview

    chosen = o.options(engine, settings, bind)
    results, failed = [], False
    for path in jobs:
        front = resolve_job(path, chosen)
        found = list(front.diagnostics)
        if front.job is not None:
            found += _as_warnings(check_tools(front.job))
        failed |= has_errors(found)
        results.append({"job": str(path), "diagnostics": [item.to_json() for item in found]})
        if json:
            continue
        diagnostics(found)
        if front.job is not None:
            out(overview(front.job))
    if json:
        json_out(results)
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def compile_(
    job: o.JobArgument,
    output: o.Output = None,
    engine: o.Engine = None,
    settings: o.Set = None,
    bind: o.Bind = None,
    json: o.Json = False,
) -> None:
    """Compile a job into a run folder: engine files, plan, lock; run nothing.

    The folder holds plan.json (the steps as data), the files of each step with the origin of each
    value beside it, job.lock.json (what everything resolved to), origins.json and run.sh. The same
    job and images give the same bytes. An equal folder is kept; one that was run is never changed.

    Example: sweepwright compile lyso.yaml --engine xds -o lyso-xds
    """
    from sweepwright.api.build import compile_job

    compiled = compile_job(job, o.options(engine, settings, bind), output)
    if json:
        json_out(compiled.to_json())
    else:
        diagnostics(compiled.diagnostics)
        if compiled.folder is not None and compiled.plan is not None:
            word = "written" if compiled.fresh else "unchanged"
            out(
                f"{compiled.folder}: {word}, {len(compiled.plan.steps)} steps for {compiled.plan.engine}"
            )
    raise typer.Exit(ExitCode.GOOD if compiled.folder is not None else ExitCode.WRONG_INPUT)


def _as_warnings(found: list[Diagnostic]) -> list[Diagnostic]:
    """A missing engine stops a run, not a check."""
    return [
        Diagnostic(item.code, Severity.WARNING, item.message, item.span, item.help)
        for item in found
    ]
