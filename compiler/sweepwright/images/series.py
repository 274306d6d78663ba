"""A folder, or a tree of folders, to series of image files. Reads names, never a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sweepwright.images.discover import HDF5, SUFFIX, split_name
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.ranges import ImageSet

#: how the names of images end that hold a number before it
IMAGE_SUFFIX = re.compile(rf"{SUFFIX}$", re.IGNORECASE)
#: what DECTRIS' filewriter and its followers call the files of one run besides the master
_COMPANION = re.compile(r"(.+?)(?:_meta|_data_\d+|_\d{6})\.(?:h5|hdf5)", re.IGNORECASE | re.DOTALL)
#: endings of masters; of two masters of one run the first is taken
_MASTERS = ("_master.h5", "_master.hdf5", ".nxs")
_DIGITS = re.compile(r"([0-9]+)")
#: a folder that holds this file is a run folder: its images are results
_PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Series:
    """Image files that differ in their number alone: all of one width in digits, in one folder.

    ``folder`` is relative to the folder that was searched; empty for that folder itself. An HDF5
    file stands alone, with ``width`` 0; its ``numbers`` are empty until its header is read.
    """

    folder: str
    prefix: str
    width: int
    suffix: str
    numbers: ImageSet

    @property
    def template(self) -> ImageTemplate:
        """The template of the files, in a place that has no name yet."""
        return ImageTemplate("", self.folder, self.prefix, self.width, self.suffix)

    @property
    def path(self) -> str:
        """Folder and template: ``scan1/x_####.cbf``."""
        return "/".join(part for part in (self.folder, self.template.hashes()) if part)


def find_series(
    folder: Path, deep: bool, tell: Callable[[OSError], None] = lambda _: None
) -> list[Series]:
    """The series in a folder, with ``deep`` also in the folders below, in natural order.

    Hidden names and run folders are passed over; a folder that links lead to twice is read once.
    Raises OSError when the folder cannot be read; of one below it ``tell`` is told.
    """
    found: list[Series] = []
    seen: set[tuple[int, int]] = set()
    pending, links = [""], list[str]()
    while pending or links:  # links last: what is there without them is found without them
        inner = pending.pop() if pending else links.pop()
        try:
            status = (folder / inner).stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            listing = _listing(folder / inner)
        except OSError as problem:
            if not inner:
                raise
            tell(problem)
            continue
        if _PLAN in listing.files:
            continue
        found += _series(inner, listing.files)
        if deep:
            above = f"{inner}/" if inner else ""
            pending += [above + name for name in listing.folders]
            links += [above + name for name in sorted(listing.links, reverse=True)]
    return sorted(found, key=lambda series: natural(series.path))


def natural(text: str) -> tuple[list[str | int], str]:
    """A sorting key by which ``1_2`` comes before ``1_11``, and a template as its image 0."""
    name = text.replace("#", "0")
    parts = _DIGITS.split(name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def stem_of(prefix: str) -> str:
    """What people call images: their names up to the number, or to the ``_master`` of HDF5."""
    return prefix.removesuffix("_master").rstrip("_-.")


class _Listing(NamedTuple):
    """Names in a folder that are not hidden: files, folders, links to folders."""

    files: set[str]
    folders: list[str]
    links: list[str]


def _listing(folder: Path) -> _Listing:
    listing = _Listing(set(), [], [])
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if not entry.is_dir():
                listing.files.add(entry.name)
            elif entry.is_symlink():
                listing.links.append(entry.name)
            else:
                listing.folders.append(entry.name)
    return listing


def _series(folder: str, files: set[str]) -> Iterator[Series]:
    numbers: dict[tuple[str, int, str], list[int]] = {}
    hdf5 = {name for name in files if name.lower().endswith(HDF5)}
    for name in files - hdf5:
        parts = split_name(name, images_only=True)
        if parts is not None:
            prefix, digits, suffix = parts
            numbers.setdefault((prefix, len(digits), suffix), []).append(int(digits))
    for (prefix, width, suffix), found in numbers.items():
        yield Series(folder, prefix, width, suffix, ImageSet.of(found))
    for name in _masters(hdf5):
        stem, dot, ending = name.rpartition(".")
        yield Series(folder, stem, 0, dot + ending, ImageSet())


def _masters(files: set[str]) -> Iterator[str]:
    """HDF5 files that may hold a header: of the files of one run the master alone.

    Of a run without a master the first of its files stands for all.
    """
    runs: dict[str, list[str]] = {}
    for name in files:
        runs.setdefault(_run_of(name), []).append(name)
    for names in runs.values():
        yield min(names, key=_rank)


def _run_of(name: str) -> str:
    """What the names of all files of a run begin with."""
    ending = next((end for end in _MASTERS if name.lower().endswith(end)), None)
    if ending is not None:
        return name[: -len(ending)]
    companion = _COMPANION.fullmatch(name)
    return companion[1] if companion is not None else name


def _rank(name: str) -> tuple[int, str]:
    lower = name.lower()
    place = (place for place, ending in enumerate(_MASTERS) if lower.endswith(ending))
    return next(place, len(_MASTERS)), name
