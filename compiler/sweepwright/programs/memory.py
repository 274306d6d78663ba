"""What was found out about a file, remembered from one run of sweepwright to the next.

It is kept by path, size, mtime and inode of the file (``$XDG_CACHE_HOME/sweepwright/tools.json``);
losing it costs time, nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

#: facts that are kept, the newest
_KEPT = 100


def remembered(file: Path, what: str, find: Callable[[], str]) -> str:
    """What ``find`` found out of a file when it was last asked. Raises OSError for no file."""
    real = file.resolve()
    stat = real.stat()
    key = f"{what}:{real}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}"
    kept = _kept()
    if key not in kept:
        kept = dict([*kept.items(), (key, find())][-_KEPT:])
        _write(kept)
    return kept[key]


def _place() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "sweepwright" / "tools.json"


def _kept() -> Mapping[str, str]:
    """All that is kept; nothing where it cannot be read."""
    place = _place()
    try:
        return _read(place, place.stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=1)
def _read(place: Path, _mtime_ns: int) -> Mapping[str, str]:
    """Read once as long as it is the same file."""
    kept = json.loads(place.read_text(encoding="utf-8"))
    if not isinstance(kept, dict):
        return {}
    return {key: value for key, value in kept.items() if isinstance(value, str)}


def _write(kept: dict[str, str]) -> None:
    file = _place()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        temporary.replace(file)
    except OSError:
        pass  # only a speed-up
