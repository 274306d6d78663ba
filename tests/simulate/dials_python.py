"""Runs scripts under the python that comes with DIALS."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"


def run_script(script: str, paths: Sequence[Path], module: str) -> Any:
    """What a script prints as JSON; skips the test where the module is not installed."""
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"there is no {SYSTEM_PYTHON}")
    probe = [SYSTEM_PYTHON, "-c", f"import importlib.util as u; assert u.find_spec('{module}')"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip(f"{SYSTEM_PYTHON} has no {module}")
    command = [SYSTEM_PYTHON, "-c", script, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
