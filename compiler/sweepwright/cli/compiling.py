"""``check`` and ``compile``: everything before the run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import Format, diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode


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
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option("--unsafe-fixes", help="With --fix or --diff: mend also by likely guesses."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change; write nothing.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", metavar="people|json|github", help="For whom to write.")
    ] = Format.PEOPLE,
    language: Annotated[
        bool,
        typer.Option("--language", help="Check the file alone: images and programs are elsewhere."),
    ] = False,
    json: o.Json = False,
) -> None:
    """Check job files against the language, their images and this machine.

    Prints what each sweep holds and where its geometry comes from. Every error is shown at its
    place in the file, with what to do about it. Exit code 1 when there is an error.

    Nothing is written, but with --fix: then spelling, quoting and units are mended in the file,
    and everything else of it stays as it is.

    Example: sweepwright check lyso.yaml
    """
    from sweepwright.cli import checking

    if unsafe_fixes and not (fix or diff):
        say("error: --unsafe-fixes goes with --fix or --diff")
        raise typer.Exit(ExitCode.WRONG_USE)
    wanted = Format.JSON if json else form
    if (json and form is Format.GITHUB) or (diff and wanted is not Format.PEOPLE):
        say("error: choose one of --json, --format and --diff")
        raise typer.Exit(ExitCode.WRONG_USE)
    if language and (fix or diff):
        say("error: --language does not go with --fix or --diff")
        raise typer.Exit(ExitCode.WRONG_USE)
    chosen = o.options(engine, settings, bind)
    results = [
        checking.mended(path, chosen, not unsafe_fixes, write=not diff)
        if fix or diff
        else (checking.checked_language if language else checking.checked)(path, chosen)
        for path in jobs
    ]
    checking.tell(results, wanted, diff)
    failed = any(one.failed for one in results)
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
        diagnostics(compiled.diagnostics, compiled.sources, places=(job,))
        if compiled.folder is not None and compiled.plan is not None:
            word = "written" if compiled.fresh else "unchanged"
            out(
                f"{compiled.folder}: {word}, {len(compiled.plan.steps)} steps for {compiled.plan.engine}"
            )
    raise typer.Exit(ExitCode.GOOD if compiled.folder is not None else ExitCode.WRONG_INPUT)
