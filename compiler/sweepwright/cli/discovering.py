"""``discover`` and ``new``: from a folder of images to a job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode, has_errors

if TYPE_CHECKING:
    from sweepwright.api.discovering import Discovery

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The folder of images, or one above.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(discover)
    app.command()(new)


def discover(folder: Folder, json: o.Json = False) -> None:
    """Print a job, with comments, for the images in a folder and below it.

    Headers are read to see where one series of files holds several sweeps, which sweeps belong
    together, and what is no sweep; what is left out is said with the reason. Paths are relative to
    the current folder. --json prints the sweeps as data.

    Example: sweepwright discover raw/ > sad.yaml
    """
    found = _discover(folder, json)
    if json:
        json_out(found.to_json())
        return
    from sweepwright.api.discovered_job import job_text

    out(job_text(found, Path()).rstrip("\n"))


def new(
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The job file; default: in the current folder, named after the images.",
        ),
    ] = None,
) -> None:
    """Write a new job file, with comments, for the images in a folder and below it.

    The job is what 'discover' prints; images are named relative to the file, or by a root where
    they are not below its folder. A file that exists is not touched.

    Example: sweepwright new data/
    """
    from sweepwright.api.discovered_job import write_job

    found = _discover(folder, False)
    path, problems = write_job(found, output)
    diagnostics(problems)
    if path is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    count = len(found.sweeps)
    out(f"{path}: written, {count} sweep{'s' if count > 1 else ''}; next: sweepwright check {path}")


def _discover(folder: Path, json: bool) -> Discovery:
    from sweepwright.api.discovering import discover as look

    found = look(folder)
    if json and has_errors(found.diagnostics):
        json_out(found.to_json())
    else:
        diagnostics(found.diagnostics)
    if has_errors(found.diagnostics):
        raise typer.Exit(ExitCode.WRONG_INPUT)
    return found
