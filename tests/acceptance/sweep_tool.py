"""Runs the command as a user does: another process, its own folder, its output as text."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
SMALLEST = "sweepwright: 1\nsweeps:\n  - images: {images}\n"


def command(
    *arguments: object, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """``sweepwright ARGUMENTS`` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sweepwright", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def simulate(name: str, folder: Path) -> Path:
    """The images of an example specification in a folder."""
    done = command("simulate", EXAMPLES / "simulations" / f"{name}.yaml", "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder
