"""``view``: pictures of what the compiler believes of an instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode, has_errors


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(view)


def view(
    job: o.JobArgument,
    sweep: Annotated[
        str | None, typer.Option("--sweep", metavar="NAME", help="One sweep; default: each.")
    ] = None,
    image: Annotated[
        bool, typer.Option("--image", help="Show the first image on the detector.")
    ] = False,
    svg: Annotated[bool, typer.Option("--svg", help="Write SVG, not PNG.")] = False,
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where to write.")
    ] = Path(),
    engine: o.Engine = None,
    settings: o.Set = None,
    bind: o.Bind = None,
    plugin: o.Plugin = None,
    json: o.Json = False,
) -> None:
    """Draw the geometry of a job: detector, gaps, masks, beam, resolution rings, rotation axis.

    Writes a picture JOB_SWEEP.png of each sweep: the detector as an image viewer shows it, fast to
    the right, and the instrument in space with the axes of the goniostat as they stand when the
    sweep begins. The curved arrow is the way a positive rotation turns the crystal.

    Example: sweepwright view lyso.yaml --image
    """
    from sweepwright.api.viewing import Wanted
    from sweepwright.api.viewing import view as draw

    wanted = Wanted(folder, sweep, image, svg)
    viewed = draw(job, o.options(engine, settings, bind, plugin), wanted)
    if json:
        said = [item.to_json() for item in viewed.diagnostics]
        json_out({"files": {k: str(v) for k, v in viewed.files.items()}, "diagnostics": said})
    else:
        diagnostics(viewed.diagnostics, viewed.sources, places=(job,))
        for file in viewed.files.values():
            out(str(file))
    raise typer.Exit(ExitCode.WRONG_INPUT if has_errors(viewed.diagnostics) else ExitCode.GOOD)
