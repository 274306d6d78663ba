"""``macro list`` and ``macro show``: what macros there are, what they set, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweepwright.cli import completing
from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode

app = typer.Typer(
    name="macro", no_args_is_help=True, help="Macros: named sets of values that a job can use."
)
Here = Annotated[
    Path,
    typer.Option("--job", metavar="JOB", help="Also look beside this job.", show_default=False),
]


def register(parent: typer.Typer) -> None:
    """Adds the commands."""
    parent.add_typer(app)


@app.command("list")
def list_(job: Here = Path("job.yaml"), json: o.Json = False) -> None:
    """List the macros that a job can use, each with its purpose.

    Looked for in macros/ beside the job, in the user's folder, and among those that are built in.

    Example: sweepwright macro list
    """
    from sweepwright.api.macros import all_macros

    found, problems = all_macros(job)
    diagnostics(problems)
    if json:
        json_out([macro.to_json() for macro in found])
        return
    width = max((len(macro.name) for macro in found), default=0)
    for macro in found:
        out(f"{macro.name:<{width}}  {macro.doc}")


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A macro, or the path of one.", autocompletion=completing.macros
        ),
    ],
    expanded: Annotated[
        bool, typer.Option("--expanded", help="Show every leaf with its parameters filled in.")
    ] = False,
    job: Here = Path("job.yaml"),
    json: o.Json = False,
) -> None:
    """Show what a macro sets, leaf by leaf, with the default it replaces, and its caveat.

    --expanded fills in the parameters; without it the file is shown as it stands.

    Example: sweepwright macro show spots-sampled --expanded
    """
    from sweepwright.api.macros import expand_macro

    shown, problems = expand_macro(name, job)
    diagnostics(problems)
    if shown is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if json:
        json_out(shown.to_json())
    elif expanded:
        out(shown.expanded())
    else:
        out(shown.source.rstrip())
