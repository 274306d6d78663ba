"""Programs of this machine: where they are, and the digest that tells one version from another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from sweepwright import __version__
from sweepwright.model.plan import Step
from sweepwright.records.digest import digest_file
from sweepwright.run.values import own_function


@lru_cache(maxsize=1024)
def find_program(name: str, path: str) -> Path | None:
    """The executable of a program on a search path, or at an absolute place."""
    if "/" in name and not name.startswith("/"):
        return None
    found = shutil.which(name, path=path)
    return None if found is None else Path(found).absolute()


def tool(step: Step, executable: Path | None) -> Mapping[str, str]:
    """What identifies the tool of a step: the digest of its file, for own functions our version."""
    function = own_function(step)
    if function is not None or executable is None:
        return {"function": function or "", "sweepwright": __version__}
    status = executable.stat()
    identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return {"sha256": _digest(executable, (*identity, status.st_ctime_ns))}


@lru_cache(maxsize=1024)
def _digest(executable: Path, _identity: tuple[int, ...]) -> str:
    """Digested once as long as the file is the same."""
    return digest_file(Path(os.path.realpath(executable))).sha256
