"""The stand-ins of programs that cannot be had here, run in a folder."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from sweep_tool import REPOSITORY

STANDINS = REPOSITORY / "tests/standins"
#: of an environment in which they are found first
PATH = f"{STANDINS}:{os.environ['PATH']}"
SPECIFICATION = """\
seed: 7
structure:
  space_group: P 43 21 2
  cell: [45, 45, 30, 90, 90, 90]
  d_min: 2.6
  light_atoms: 60
  anomalous: {count: 2, z: 34, f_prime: -5.0, f_second: 5.0}
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60}
sweeps:
  - {name: x, images: 40, width: 1.0}
"""
JOB = """\
sweepwright: 1
name: run
processing: {engine: xds, resolution: {high: 2.6 A}}
sweeps:
  - images: data/x_####.cbf
"""
Change = dict[str, str]


def run(
    program: str, folder: Path, *arguments: object, typed: str = "", **environment: str
) -> CompletedProcess[str]:
    """``typed``: the standard input."""
    return subprocess.run(
        [STANDINS / program, *map(str, arguments)],
        cwd=folder,
        input=typed,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def with_keywords(text: str, changes: Change) -> str:
    """XDS.INP with the lines of these keywords replaced; a keyword that was not there is added."""
    for name, value in changes.items():
        line = f"{name}= {value}"
        text, found = re.subn(rf"^{re.escape(name)}=.*$", line, text, count=1, flags=re.MULTILINE)
        text += "" if found else f"{line}\n"
    return text


def prepare(data: Path, folder: Path, changes: Change) -> Path:
    (folder / "data").symlink_to(data / "data")
    text = (data / "XDS.INP").read_text(encoding="utf-8")
    (folder / "XDS.INP").write_text(with_keywords(text, changes), encoding="utf-8")
    return folder


def reading(path: Path, reader: str) -> dict[str, Any]:
    """What a reader of sweepwright finds in a file, all of which must be readable."""
    module = importlib.import_module(f"sweepwright.logs.{reader}")
    text = path.read_text(encoding="latin-1")
    kind = module.recognises(text[:4000])
    assert kind, f"{reader} does not know {path.name}"
    found = module.read(text, kind)
    assert found.troubles == ()
    return dict(found.values)
