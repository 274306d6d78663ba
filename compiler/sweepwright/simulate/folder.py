"""The folder of a simulation: complete, or as it was before."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweepwright.simulate.placement import SimulationError

TRUTH = "truth.json"


def check_writable(folder: Path, names: list[str], specification: dict[str, Any]) -> None:
    """Raises SimulationError when files that are not this simulation's own would be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise SimulationError(f"{folder} is a file, a folder is wanted")
    present = [name for name in names if (folder / name).exists()]
    if not present or _specification_of(folder) == specification:
        return
    raise SimulationError(
        f"{folder} holds {len(present)} files that would be overwritten ({present[0]}"
        f"{', ...' if len(present) > 1 else ''}), and they are not of the same simulation: "
        "choose another folder or empty this one"
    )


def _specification_of(folder: Path) -> Any:
    """What the simulation in a folder was made from; None when there is none."""
    try:
        return json.loads((folder / TRUTH).read_text(encoding="utf-8"))["specification"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def filled_at_the_end(folder: Path) -> Iterator[Path]:
    """A temporary folder beside ``folder``; its files move there when all went well."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f".{folder.name}.simulating-{os.getpid()}"
    temporary.mkdir()
    try:
        yield temporary
        if folder.exists():
            _move_in(temporary, folder)
        else:
            temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_in(temporary: Path, folder: Path) -> None:
    """The truth comes last: where it is, the images are complete."""
    for path in sorted(temporary.iterdir(), key=lambda path: (path.name == TRUTH, path.name)):
        # the folder may be on another disk than its parent, so rename will not always do
        shutil.move(path, folder / path.name)
