"""One command in this process, in a folder: quicker than another process."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from sweepwright.cli.main import application


class Done(NamedTuple):
    """What a command said."""

    exit_code: int
    stdout: str
    stderr: str


def run_in(folder: Path, *words: str) -> Done:
    """``sweepwright WORDS`` in a folder. A bug is raised."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(application(), list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(int(done.exit_code), done.stdout, done.stderr)
