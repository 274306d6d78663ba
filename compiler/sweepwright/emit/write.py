"""Writing: a folder whole or not at all, the same bytes every time."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic_core import to_jsonable_python

_FOR_PEOPLE = (
    orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
)
#: most values are of these, and there are many
_FINITE = frozenset((str, int, bool, type(None)))


def json_bytes(value: Any) -> bytes:
    """JSON for people and diffs: sorted keys, indented, a final newline.

    Raises ValueError for NaN and infinity, which JSON does not know.
    """
    content = orjson.dumps(value, default=to_jsonable_python, option=_FOR_PEOPLE)
    if b"null" in content:  # what it makes of them
        _refuse_not_finite(value)
    return content


def _refuse_not_finite(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON knows no {value}")
    if isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) not in _FINITE:
                _refuse_not_finite(item)


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
