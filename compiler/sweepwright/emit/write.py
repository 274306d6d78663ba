"""Writing: a folder whole or not at all, the same bytes every time."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_json


def json_bytes(value: Any) -> bytes:
    """JSON for people and diffs: sorted keys, indented, a final newline."""
    return to_json(_sorted(value), indent=1) + b"\n"


def _sorted(value: Any) -> Any:
    """Plain data with the keys of every mapping in order. Raises ValueError for NaN and infinity."""
    if isinstance(value, dict):
        # most values are texts, and there are many
        return {
            key: item if type(item) is str else _sorted(item) for key, item in sorted(value.items())
        }
    if isinstance(value, list | tuple):
        return [item if type(item) is str else _sorted(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON knows no {value}")
    return value


def write_file(path: Path, content: bytes, executable: bool = False) -> None:
    """Writes a file whole or not at all. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o755 if executable else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_folder(folder: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
    """Makes a folder with these files and symbolic links, whole or not at all.

    A folder that exists is replaced in one step; the caller has decided that it may be. Names that
    end in ``.sh`` become executable. Raises OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        made.chmod(0o755)
        for name, content in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if name.endswith(".sh") else 0o644)
        for name, target in links.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        if folder.exists():
            old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
            folder.rename(old / folder.name)
            made.rename(folder)
            shutil.rmtree(old)
        else:
            made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
