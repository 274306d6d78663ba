"""Where a job's macros and the user's own file are looked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sweepwright.resources import macros_folder


def user_folder() -> Path:
    """Where the user's own file and macros are."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    try:
        return Path(base).expanduser() / "sweepwright"
    except RuntimeError:  # a container without a home
        return Path("/nonexistent/sweepwright")


class MacroFolders(NamedTuple):
    """Where macros are looked for: beside the job, the user's, and those that come with the program."""

    job: Path | None = None
    user: Path | None = None

    def named(self, name: str) -> list[Path]:
        """The files of a name, in the order in which they are looked for."""
        paths = (folder / f"{name}.yaml" for folder in self.all())
        return list(dict.fromkeys(path.resolve() for path in paths if path.is_file()))

    def all(self) -> Iterator[Path]:
        """The folders."""
        for folder in (self.job, self.user):
            if folder is not None:
                yield folder / "macros"
        yield macros_folder()

    def names(self) -> list[str]:
        """Names of all macros that can be found."""
        return sorted({path.stem for folder in self.all() for path in folder.glob("*.yaml")})
