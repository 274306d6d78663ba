"""``simulate`` and ``doctor``: data to try things with, and what this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(simulate)
    app.command()(doctor)


def simulate(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Where the images and the truth go."),
    ],
    spec: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SPEC]", help="The specification (YAML); default: the lysozyme of the demo."
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Simulate small rotation data sets with known truth.

    Writes images that any program reads (mini-CBF, full imgCIF or NXmx), and truth.json and
    truth.mtz: cell, orientation, geometry, what the headers tell of it, F(+) and F(-). A
    specification says crystal, detector, goniostat, sweeps, and faults on request: wrong headers,
    reversed axis, mirrored detector, missing or truncated images, ice rings, decay, a second lattice.
    docs/reference/simulate.md lists every key.

    Example: sweepwright simulate examples/simulations/lysozyme.yaml -o data
    """
    from sweepwright.api.simulation import simulate_file

    truth, found = simulate_file(spec, output, say)
    if json:
        json_out({"folder": str(output), "diagnostics": [item.to_json() for item in found]})
    diagnostics(found)
    if truth is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if not json:
        out(f"{output}: images and truth written")


def doctor(
    plugin: Annotated[
        Path | None,
        typer.Option("--plugin", metavar="FILE.so", help="A plug-in of XDS (its LIB=) to try."),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option("--image", metavar="FILE", help="The file that the plug-in reads."),
    ] = None,
    number: Annotated[
        int, typer.Option("--number", metavar="N", help="Which image of it, from 1.")
    ] = 1,
    json: o.Json = False,
) -> None:
    """Show what this machine has: engines, versions, what 'auto' means here, plug-ins of XDS.

    Of the plug-ins those are listed that the user's file or a site record names, or that stand in a
    usual place, and whether each can be loaded.

    With --plugin and --image it reads one image as XDS would through its plug-in, in a process of
    its own, and says size, pixel size and a checksum of the counts. Loading a plug-in runs its code.

    Exit code 1 when no engine can run, or the plug-in cannot read the image.

    Example: sweepwright doctor --plugin dectris-neggia.so --image x_master.h5
    """
    if plugin is not None or image is not None:
        _try_plugin(plugin, image, number, json)
        return
    from sweepwright.api.health import health

    report = health()
    if json:
        json_out(report.to_json())
    else:
        out(report.text())
    raise typer.Exit(ExitCode.GOOD if report.can_run else ExitCode.WRONG_INPUT)


def _try_plugin(plugin: Path | None, image: str | None, number: int, json: bool) -> None:
    from sweepwright.api.plugin_trial import try_plugin

    if plugin is None or image is None:
        raise typer.BadParameter("--plugin and --image belong together")
    report, found = try_plugin(plugin, image, number)
    diagnostics(found)
    if report is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if json:
        json_out(report.to_json())
    else:
        out(report.text())
