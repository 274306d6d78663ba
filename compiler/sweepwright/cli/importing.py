"""``import``: jobs from command lines and files of other systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import Diagnostic, ExitCode, error

if TYPE_CHECKING:
    from sweepwright.api.importing.draft import Imported

_app = typer.Typer(
    name="import",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Turn the input of another system into a job: nothing of it is run, nothing is dropped.",
)
JobFile = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="The job file; default: standard output."),
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(_app)


class _Verbatim(TyperCommand):
    """What follows the first word is no option of ours; a whole command in quotes is one word."""

    allow_interspersed_args = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if len(args) > 1 and len(args[0].split()) > 1:
            args = [*args[1:], args[0]]
        return super().parse_args(ctx, args)


@_app.command("autoproc", cls=_Verbatim)
def autoproc(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND...", help="The command, in quotes or as it is.", show_default=False
        ),
    ] = None,
    script: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--file",
            metavar="FILE",
            help="A file that holds the command; - for standard input.",
        ),
    ] = None,
    output: JobFile = None,
    json: o.Json = False,
) -> None:
    """Turn a command line of autoPROC ('process ...') into a job.

    Each argument becomes a key of the job or a keyword of XDS, is said in a comment, or is refused
    at its place; with any error no job is written. Variables and patterns are not expanded. Options
    stand before the command, or behind it when it is in quotes. --json prints what became of each
    word.

    Example: sweepwright import autoproc 'process -I /data/scan1 symm=P21 -ANO' -o scan1.yaml
    """
    from sweepwright.api.importing import autoproc as reader

    words = ["-"] if command == ["-"] and script is None else list(command or ())
    if (script is None) == (not words):
        say("error: give the command, or -f FILE with the command in it")
        raise typer.Exit(ExitCode.WRONG_USE)
    folder = output.parent if output is not None else None
    if script is not None or words == ["-"]:
        _deliver(reader.import_file(script or "-", folder), output, json)
    else:
        _deliver(reader.import_command(words, folder), output, json)


@_app.command("xinfo")
def xinfo(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The .xinfo file; - for standard input.", show_default=False
        ),
    ],
    output: JobFile = None,
    json: o.Json = False,
) -> None:
    """Turn a .xinfo file of xia2 into a job.

    Crystals, wavelengths (as data sets) and sweeps with their geometry are carried over; each line
    that is not understood is an error at its place. --json prints what became of each word.

    Example: sweepwright import xinfo automatic.xinfo -o job.yaml
    """
    from sweepwright.api.importing import xinfo as reader

    folder = output.parent if output is not None else None
    _deliver(reader.import_file(file, folder), output, json)


@_app.command("xds")
def xds(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="An XDS.INP, or the folder that it is in; - for standard input.",
            show_default=False,
        ),
    ],
    output: JobFile = None,
    json: o.Json = False,
) -> None:
    """Turn an XDS.INP into a job for the engine xds.

    Each statement becomes a key of the job, is kept as a keyword of XDS, is written anyway, or is
    not carried over, with the reason. --json prints what became of each.

    Example: sweepwright import xds old_run/ -o job.yaml
    """
    from sweepwright.api.importing import xds as reader

    made = reader.import_file(file, output.parent if output is not None else None)
    if made.job is not None and not json:
        say(f"{file}: {reader.summary(made)}")
    _deliver(made, output, json)


def _deliver(made: Imported, output: Path | None, json: bool) -> None:
    """The job to a new file or standard output; what was said of it to standard error."""
    problem = _write(made.job, output) if made.job is not None and output is not None else None
    found = [*made.diagnostics, *([problem] if problem is not None else [])]
    if json:
        json_out(made.to_json() | {"diagnostics": [item.to_json() for item in found]})
    else:
        diagnostics(found, made.sources)
    if made.job is None or problem is not None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if output is None and not json:
        out(made.job.rstrip("\n"))
    elif output is not None and not json:
        out(f"{output}: written; next: sweepwright check {output}")


def _write(text: str, path: Path) -> Diagnostic | None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        help_ = "Remove it, or name another file: -o FILE."
        return error("SW-M010", f"'{path}' exists; nothing was written", help=help_)
    except OSError as problem:
        help_ = "Name a file in a folder that you may write in: -o FILE."
        return error("SW-M010", f"cannot write '{path}': {problem.strerror}", help=help_)
    return None
