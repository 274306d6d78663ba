"""Plays a folder of tests/bad_jobs: its files and images in a new folder, then one command.

``scene.yaml`` of a folder, all keys optional:

- ``setting``: a sentence for the reader of the docs, about what the files do not show
- ``command``: default ``check job.yaml``
- ``images``: list of {template, numbers, start, width, time, header}, see ``tiny_images.py``
- ``masters``: NXmx file -> {modules, row, apart}, see ``image_bytes_hdf5.py``
- ``cut``: file -> bytes that are left of it; ``remove``: list of files
- ``folders``: list of empty folders
- ``first``: commands before the one that is shown
- ``environment``: variables; by default PATH is empty, so no engine is found
"""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from image_bytes_hdf5 import write_nxmx
from ruamel.yaml import YAML
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application

REPOSITORY = Path(__file__).resolve().parents[2]
BAD_JOBS = REPOSITORY / "tests/bad_jobs"
OURS = ("scene.yaml", "expected.txt", "expected.json", "expected.github")


@dataclass(frozen=True)
class Scene:
    """What ``scene.yaml`` says."""

    setting: str = ""
    command: str = "check job.yaml"
    images: tuple[dict[str, Any], ...] = ()
    masters: dict[str, dict[str, Any]] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Played:
    """What the command said: ``told`` on standard error, ``out`` on standard output."""

    command: str
    exit_code: int
    told: str
    out: str

    @property
    def codes(self) -> set[str]:
        """The codes of all diagnostics in the text."""
        return set(re.findall(r"^\w+\[(SW-[A-Z]\d{3})\]", self.told, re.MULTILINE))

    @property
    def golden(self) -> str:
        """The text of ``expected.txt``."""
        return f"$ sweepwright {self.command}\n{self.told}exit code {self.exit_code}\n"


def read_scene(folder: Path) -> Scene:
    """The scene of a folder."""
    path = folder / "scene.yaml"
    return Scene(**(YAML(typ="safe").load(path) if path.exists() else {}))


def set_scene(folder: Path, scene: Scene, place: Path, patch: pytest.MonkeyPatch) -> None:
    """The files of a scene in ``place``, which becomes the working folder."""
    shutil.copytree(folder, place, ignore=lambda _, names: [n for n in names if n in OURS])
    for series in scene.images:
        write_series(place, **series)
    for name, said in scene.masters.items():
        write_nxmx(place / name, **said)
    for name, size in scene.cut.items():
        (place / name).write_bytes((place / name).read_bytes()[:size])
    for name in scene.remove:
        (place / name).unlink()
    for name in scene.folders:
        (place / name).mkdir(parents=True)
    nowhere = place.parent / "nowhere"
    for variable in ("PATH", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        patch.setenv(variable, str(nowhere))
    for variable, value in scene.environment.items():
        patch.setenv(variable, value)
    patch.chdir(place)
    for command in scene.first:
        run(command)


def run(command: str) -> Played:
    """One command, in this process."""
    done = CliRunner().invoke(application(), shlex.split(command))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    told, out = (_anywhere(text) for text in (done.stderr, done.stdout))
    return Played(command, int(done.exit_code), told, out)


def _anywhere(text: str) -> str:
    """The text as it would be on any machine."""
    return text.replace(str(Path.cwd()), "/here").replace(str(REPOSITORY), "/sweepwright")
