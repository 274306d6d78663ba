"""``sweepwright``: the commands, and the one place where a bug becomes exit code 70."""

from __future__ import annotations

import gc
import sys

import typer

from sweepwright import __version__
from sweepwright.cli import compiling, discovering, looking, macros, running, simulating
from sweepwright.cli.show import out, say
from sweepwright.model.diagnostic import ExitCode

# switched off in sweepwright.cli while modules load
gc.freeze()
gc.enable()

app = typer.Typer(
    name="sweepwright",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        out(f"sweepwright {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Process rotation data of macromolecular crystals from a YAML job file.

    A job names its images; everything else has a default. 'sweepwright run job.yaml' compiles it
    into a run folder (XDS.INP or DIALS PHIL files and a plan), runs the plan and reports.

    Exit codes: 0 good; 1 the job or its data are wrong; 2 wrong use of the command; 3 processing
    ran and failed; 4 interrupted, can be resumed; 70 a bug.
    """


compiling.register(app)
running.register(app)
looking.register(app)
discovering.register(app)
macros.register(app)
simulating.register(app)


def main() -> None:
    """Entry point of the command. Anything that is not expected is a bug and says so."""
    try:
        app()
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as problem:
        import traceback

        traceback.print_exc()
        say(
            f"\nThis is a bug in sweepwright {__version__}: {problem!r}. Please report it with the lines above."
        )
        sys.exit(ExitCode.BUG)
