"""``sweepwright``: the commands, and the one place where a bug becomes exit code 70."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module

import typer

from sweepwright import __version__
from sweepwright.cli.show import out, say
from sweepwright.model.diagnostic import ExitCode

#: module of this package -> its commands, in the order of the help
MODULES: Mapping[str, str] = {
    "compiling": "check compile",
    "running": "run step call",
    "looking": "plan status report",
    "explaining": "explain",
    "covering": "coverage",
    "discovering": "discover new",
    "headers": "headers",
    "lint_headers": "lint-headers",
    "viewing": "view",
    "reading": "read",
    "editing": "fmt diff upgrade schema cheatsheet",
    "macros": "macro",
    "sites": "site",
    "importing": "import",
    "simulating": "simulate doctor",
}


def application(*commands: str) -> typer.Typer:
    """The command with all its commands, or with those alone that have one of these names.

    A start reads only the module of the command that was asked for.
    """
    app = typer.Typer(
        name="sweepwright",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(root)
    asked = [name for name, has in MODULES.items() if set(commands) & set(has.split())]
    for name in asked or MODULES:
        import_module(f"sweepwright.cli.{name}").register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        out(f"sweepwright {__version__}")
        raise typer.Exit


def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Process rotation data of macromolecular crystals from a YAML job file.

    A job names its images; everything else has a default. 'sweepwright run job.yaml' compiles it
    into a run folder (XDS.INP or DIALS PHIL files and a plan), runs the plan and reports.

    Exit codes: 0 good; 1 the job or its data are wrong, or two things differ; 2 wrong use of the
    command; 3 processing ran and failed; 4 interrupted, can be resumed; 5 a locked job would
    compile to something else; 70 a bug.
    """


def main() -> None:
    """Entry point of the command, which it ends: what is left to tidy up costs a tenth of a start."""
    code = _run()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _run() -> int:
    """The exit code of the command. Anything that is not expected is a bug and says so."""
    try:
        app = application(*sys.argv[1:2])
        # switched off in sweepwright.cli while modules load
        gc.freeze()
        gc.enable()
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.WRONG_USE if end.code else 0
    except KeyboardInterrupt:
        say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.GOOD
    except Exception as problem:
        import traceback

        traceback.print_exc()
        say(
            f"\nThis is a bug in sweepwright {__version__}: {problem!r}. Please report it with the lines above."
        )
        return ExitCode.BUG
    return ExitCode.GOOD
