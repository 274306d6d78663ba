"""``run`` and the two hidden commands that run single steps."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import colourful, diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.execute import OnEvent


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(run)
    app.command(hidden=True)(step)
    app.command(hidden=True)(call)


Target = Annotated[
    Path,
    typer.Argument(
        metavar="JOB|RUN", help="A job file, or a run folder to go on with.", show_default=False
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads", min=1, metavar="N", help="Threads of the whole run; default: all cores."
    ),
]


def run(
    target: Target,
    output: o.Output = None,
    engine: o.Engine = None,
    settings: o.Set = None,
    bind: o.Bind = None,
    plugin: o.Plugin = None,
    threads: Threads = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="STEP", help="Stop after this step, e.g. index@A."),
    ] = None,
    json: o.Json = False,
) -> None:
    """Compile a job if needed, and run it; or go on with a run folder.

    Steps run side by side where they can, within the threads. Every step is recorded in
    journal.jsonl. Ctrl-C stops all programs and leaves a folder that the same command resumes:
    only what was not finished runs again. Ends with the merging statistics; summary.html,
    results/merged.mtz and results/unmerged.mtz are in the run folder.

    Exit codes: 0 good; 1 the job or its data are wrong; 3 a program failed; 4 interrupted.

    Example: sweepwright run lyso.yaml
    """
    from sweepwright.api.execute import run_job

    with _progress(json) as progress:
        done = run_job(
            target,
            o.options(engine, settings, bind, plugin),
            output,
            threads=threads,
            until=until,
            on_event=progress,
            on_compiled=lambda compiled: (
                None
                if json
                else diagnostics(compiled.diagnostics, compiled.sources, places=(target,))
            ),
        )
    if json:
        json_out(done.to_json())
    else:
        if done.outcome is not None:
            diagnostics(done.outcome.diagnostics)
        elif target.is_dir():
            diagnostics(done.diagnostics)
        if done.folder is not None and done.outcome is not None:
            _end(done.folder, done.exit_code)
    raise typer.Exit(done.exit_code)


def step(
    folder: o.RunArgument,
    name: Annotated[str, typer.Argument(metavar="STEP")],
    threads: Annotated[int, typer.Option("--threads", min=1)] = 1,
    json: o.Json = False,
) -> None:
    """Run one step of a run folder on what the steps before it left behind."""
    from sweepwright.api.execute import run_one

    with _progress(json) as progress:
        done = run_one(folder, name, threads, progress)
    if json:
        json_out(done.to_json())
    else:
        diagnostics(done.diagnostics)
    raise typer.Exit(done.exit_code)


def call(
    name: Annotated[str, typer.Argument(metavar="FUNCTION")],
    inputs: Annotated[list[Path] | None, typer.Argument(metavar="INPUT...")] = None,
) -> None:
    """Call a step function of our own in this folder, on its parameters.json (run-executed.sh)."""
    from sweepwright.api.execute import call_function

    problem = call_function(name, Path.cwd(), inputs or [])
    if problem is not None:
        diagnostics([problem])
        raise typer.Exit(ExitCode.PROCESSING_FAILED)


@contextmanager
def _progress(quiet: bool) -> Iterator[OnEvent]:
    """A live display on a terminal, else plain lines; both go to standard error."""
    from rich.console import Console

    from sweepwright.run.progress import PlainProgress, RichProgress

    if not quiet and colourful(sys.stderr) and os.environ.get("TERM") != "dumb":
        with RichProgress(Console(stderr=True)) as live:
            yield live
    else:
        yield PlainProgress(sys.stderr)


def _end(folder: Path, code: ExitCode) -> None:
    """The table of merging statistics, and where everything lies."""
    if code is ExitCode.GOOD:
        table = folder / "results" / "table1.txt"
        if table.exists():
            out(table.read_text(encoding="utf-8"))
    if code in (ExitCode.GOOD, ExitCode.PROCESSING_FAILED):
        out(f"report: {_near(folder / 'summary.html')}")
    if code is ExitCode.INTERRUPTED:
        say(f"interrupted; go on with: sweepwright run {_near(folder)}")


def _near(path: Path) -> str:
    """A path as short as it can be said from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("../..") else relative
