"""Files that a job names: below its own folder they are relative to it, others stand below a root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from sweepwright.model import types as t

_ROOT = "raw"
_OTHER = "ref"
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class File:
    """A file or template as it was written, or a folder when ``name`` is empty."""

    folder: str
    name: str
    images: bool = True

    def absolute(self, here: str) -> str:
        """The folder from the top, without following links."""
        return os.path.normpath(PurePosixPath(here) / self.folder)


def file(path: str, images: bool = True) -> File:
    """A file by its path. Raises ValueError for a path that cannot be taken as it stands."""
    folder, slash, name = check_path(path).rpartition("/")
    return File(folder or slash, name, images)


def check_path(path: str) -> str:
    """The path. Raises ValueError for one that means something else in a job."""
    if not t.text(path).strip():
        raise ValueError("a path is missing")
    if path.startswith("~"):
        raise ValueError("'~' is not expanded here: write the whole path")
    return path


def check_folder(path: str) -> str:
    """The path of a folder. Raises ValueError for signs that a job gives a meaning to."""
    odd = [sign for sign in "*#?%" if sign in check_path(path)]
    if odd:
        raise ValueError(f"a folder of images cannot have a '{odd[0]}' in its name")
    return path


def named(files: Mapping[Key, File], here: str, job: str) -> tuple[dict[str, str], dict[Key, str]]:
    """Roots, and how the job names each file. ``here`` is what paths were relative to.

    Images share one root where they have a folder in common; what lies elsewhere has its own.
    """
    outside = {
        key: item for key, item in files.items() if not _below(item.absolute(here), job, item)
    }
    images = [item.absolute(here) for item in outside.values() if item.images]
    roots: dict[str, str] = {}
    common = _common(images)
    if common:
        roots[_ROOT] = common
    names = {}
    for key, item in files.items():
        if key in outside:
            folder = item.absolute(here)
            if not any(PurePosixPath(folder).is_relative_to(root) for root in roots.values()):
                roots[_free(_ROOT if item.images else _OTHER, roots)] = folder
            root = next(r for r, at in roots.items() if PurePosixPath(folder).is_relative_to(at))
            names[key] = _joined(f"${root}", os.path.relpath(folder, roots[root]), item.name)
        else:
            names[key] = _joined("", os.path.relpath(item.absolute(here), job), item.name)
    return roots, names


def _below(folder: str, job: str, item: File) -> bool:
    return not item.folder.startswith("/") and PurePosixPath(folder).is_relative_to(job)


def _common(folders: Iterable[str]) -> str:
    """The folder above all of these, empty when that is the top."""
    distinct = sorted(set(folders))
    if not distinct:
        return ""
    common = os.path.commonpath(distinct)
    above = os.path.dirname(common) if common in distinct else common  # noqa: PTH120
    return above if above != "/" else "" if len(distinct) > 1 else common


def _free(name: str, taken: Iterable[str]) -> str:
    names, count = set(taken), 1
    while (f"{name}-{count}" if count > 1 else name) in names:
        count += 1
    return f"{name}-{count}" if count > 1 else name


def _joined(start: str, inner: str, name: str) -> str:
    """The parts as one path; a folder ends in ``/``."""
    parts = [part for part in (start, "" if inner == "." else inner) if part]
    if parts and parts[0].startswith("$") and not start:
        parts.insert(0, ".")
    elif not parts and (not name or name.startswith("$")):
        parts.append(".")
    return "/".join([*parts, name])
