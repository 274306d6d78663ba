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
Plugin = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="ID=FILE",
        help="Where a plug-in of XDS is, e.g. durin=/opt/xds/durin-plugin.so. Repeatable.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable result on standard output.")
]


def options(
    engine: str | None,
    settings: Sequence[str] | None,
    bind: Sequence[str] | None,
    plugins: Sequence[str] | None = None,
) -> Options:
    """The options of a command line; wrong use ends with exit code 2."""
    from sweepwright.api.front import Options

    places, files = _pairs("--bind", "NAME=PATH", bind), _pairs("--plugin", "ID=FILE", plugins)
    if engine is not None and engine not in ("auto", "xds", "dials"):
        say(f"error: --engine {engine}: it is xds or dials (or auto)")
        raise typer.Exit(ExitCode.WRONG_USE)
    return Options(engine, tuple(settings or ()), places, files)


def _pairs(option: str, form: str, items: Sequence[str] | None) -> dict[str, str]:
    from sweepwright.model.types import is_name

    pairs = {}
    for item in items or ():
        name, equals, value = item.partition("=")
        if not (is_name(name) and equals and value):
            say(f"error: {option} {item}: write {option} {form}")
            raise typer.Exit(ExitCode.WRONG_USE)
        pairs[name] = value
    return pairs
