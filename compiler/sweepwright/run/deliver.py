"""Puts the outputs that a run delivers under their names below the run folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sweepwright.model.plan import Plan
from sweepwright.run.graph import Standing, has


def deliver(folder: Path, plan: Plan, standings: Mapping[str, Standing]) -> None:
    """Links or copies every result whose step ended well. Raises OSError."""
    for result in plan.results:
        standing = standings.get(result.step)
        if standing and standing.end and has(standing, result.name):
            _place(folder / standing.end.place / result.name, folder / result.path)


def _place(source: Path, target: Path) -> None:
    """Puts a file in its place in one step: a hard link, a copy where the disk has none."""
    if target.exists() and target.samefile(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        os.link(os.path.realpath(source), fresh)
    except OSError:
        shutil.copy2(source, fresh)
    fresh.replace(target)
