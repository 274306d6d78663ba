"""``check`` and ``compile``: everything before the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import Format, diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.front import Options


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
    plugin: o.Plugin = None,
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
    all_headers: Annotated[
        bool, typer.Option("--all-headers", help="Read the header of every image, not of a few.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Check job files against the language, their images and this machine.

    Prints what each sweep holds and where its geometry comes from. Every error is shown at its
    place in the file, with what to do about it. Exit code 1 when there is an error.

    Nothing is written, but with --fix: then spelling, quoting and units are mended in the file,
    and everything else of it stays as it is.

    Of each sweep some headers are read. With --all-headers all are: what must be constant is
    compared, angles must go on from image to image, and no image may be there twice.

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
    if language and all_headers:
        say("error: choose one of --language and --all-headers")
        raise typer.Exit(ExitCode.WRONG_USE)
    chosen = replace(o.options(engine, settings, bind, plugin), all_headers=all_headers)
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
    plugin: o.Plugin = None,
    locked: Annotated[
        bool,
        typer.Option("--locked", help="Write nothing; say whether the lock would be the same."),
    ] = False,
    lock: Annotated[
        Path | None,
        typer.Option("--lock", metavar="FILE", help="With --locked: the lock to compare with."),
    ] = None,
    json: o.Json = False,
) -> None:
    """Compile a job into a run folder: engine files, plan, lock; run nothing.

    The folder holds plan.json (the steps as data), the files of each step with the origin of each
    value beside it, job.lock.json (what everything resolved to), origins.json and run.sh. The same
    job and images give the same bytes. An equal folder is kept; one that was run is never changed.

    With --locked nothing is written: the job is compared with the lock of FILE, of the run folder
    RUN, or else with NAME.lock.json beside the job (a copy of job.lock.json that you keep in git),
    or that of the run folder NAME. Exit code 5 when values, images or files of the steps would
    differ; a version or template that moved without such an effect is only told.

    Example: sweepwright compile lyso.yaml --engine xds -o lyso-xds
    """
    if lock is not None and not locked:
        say("error: --lock goes with --locked")
        raise typer.Exit(ExitCode.WRONG_USE)
    if lock is not None and output is not None:
        say("error: choose one of --lock and -o")
        raise typer.Exit(ExitCode.WRONG_USE)
    chosen = o.options(engine, settings, bind, plugin)
    if locked:
        _locked(job, chosen, output, lock, json)
    from sweepwright.api.build import compile_job

    compiled = compile_job(job, chosen, output)
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


def _locked(
    job: Path, chosen: Options, output: Path | None, lock: Path | None, json: bool
) -> NoReturn:
    """The comparison of a job with its lock, to its exit code."""
    from sweepwright.api.locking import compare_with_lock

    told = compare_with_lock(job, chosen, output, lock)
    if json:
        json_out(told.to_json())
    else:
        diagnostics(told.diagnostics, told.sources, places=(job,))
        if told.compared:
            moved = any(change.kind == "version" for change in told.changes)
            release = " with the new release" if moved else ""
            verb = (
                "compiles to the same files as" if told.same else "does not compile to what is in"
            )
            out(f"{job} {verb} {told.lock}{release}")
            for change in told.changes:
                out(f"  {change}")
            if told.files:
                out(told.files)
    if not told.compared:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    raise typer.Exit(ExitCode.GOOD if told.same else ExitCode.DIFFERENT)
