"""Options that several commands share, said once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweepwright.cli.show import say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.front import Options

JobArgument = Annotated[
    Path, typer.Argument(metavar="JOB", help="The job file (YAML).", show_default=False)
]
RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="RUN",
        help="The run folder; default: beside the job, under its name.",
    ),
]
Engine = Annotated[
    str | None, typer.Option("--engine", metavar="xds|dials", help="Overrides 'processing.engine'.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Overrides one key, e.g. processing.resolution.high=2.0 or 'sweeps[A].range=1-90'. Repeatable.",
    ),
]
Bind = Annotated[
    list[str] | None,
    typer.Option(
        "--bind",
        metavar="NAME=PATH",
        help="Where a root of the job is on this machine. Repeatable.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable result on standard output.")
]


def options(
    engine: str | None, settings: Sequence[str] | None, bind: Sequence[str] | None
) -> Options:
    """The options of a command line; wrong use ends with exit code 2."""
    from sweepwright.api.front import Options

    places = {}
    for item in bind or ():
        name, equals, place = item.partition("=")
        if not (name and equals and place):
            say(f"error: --bind {item}: write --bind NAME=PATH")
            raise typer.Exit(ExitCode.WRONG_USE)
        places[name] = place
    if engine is not None and engine not in ("auto", "xds", "dials"):
        say(f"error: --engine {engine}: it is xds or dials (or auto)")
        raise typer.Exit(ExitCode.WRONG_USE)
    return Options(engine, tuple(settings or ()), places)
