"""Names to sweeps: which files a template stands for. Reads folders, never pixels."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sweepwright.model.facts import ImageTemplate
from sweepwright.model.ranges import ImageSet

_HASHES = re.compile(r"#+|\?+|%0(\d)d")
#: endings of HDF5 images
HDF5 = (".h5", ".nxs", ".hdf5")
_DIGITS = re.compile("[0-9]+")
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)$")


class Pattern(NamedTuple):
    """A template as typed, split: the folder, and prefix, digits and suffix of the names."""

    folder: str
    prefix: str
    width: int
    suffix: str
    single: int | None = None  # one image of a series was named, this one


def parse_pattern(text: str) -> Pattern:
    """A template with one run of ``#`` (or ``?``, ``%04d``), or one image of a series.

    Raises ValueError with a sentence for people.
    """
    folder, _, name = text.rpartition("/")
    runs = list(_HASHES.finditer(name))
    if len(runs) > 1:
        raise ValueError("a template has one run of '#', one for each digit")
    if runs:
        run = runs[0]
        width = int(run[1]) if run[1] else len(run[0])
        return Pattern(folder, name[: run.start()], width, name[run.end() :])
    if _HASHES.search(folder):
        raise ValueError("the '#' of a template stand in the file name, not in a folder")
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        raise ValueError("write the file names with one '#' for each digit: lyso_####.cbf")
    return Pattern(folder, numbered[1], len(numbered[2]), numbered[3], int(numbered[2]))


class Listing:
    """The names in folders, each folder read once: a job may have a thousand sweeps in one."""

    def __init__(self) -> None:
        self._names: dict[Path, list[str]] = {}

    def names(self, folder: Path) -> list[str]:
        """All names in a folder. Raises OSError when it cannot be read."""
        if folder not in self._names:
            with os.scandir(folder) as entries:
                self._names[folder] = sorted(entry.name for entry in entries)
        return self._names[folder]

    def images(self, folder: Path, template: ImageTemplate) -> ImageSet:
        """Numbers of the files that fit a template. Raises OSError as `names`."""
        names, prefix = self.names(folder), template.prefix
        first = bisect_left(names, prefix)
        end = len(prefix) + template.width
        length = end + len(template.suffix)
        found = []
        for name in islice(names, first, None):
            if not name.startswith(prefix):
                break
            digits = name[len(prefix) : end]
            if len(name) == length and name.endswith(template.suffix) and _DIGITS.fullmatch(digits):
                found.append(int(digits))
        return ImageSet.of(found)


def similar_names(folder: Path, template: ImageTemplate, count: int = 3) -> list[str]:
    """Templates of the files that are in a folder, the most alike first."""
    import difflib

    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return []
    found = {
        re.sub(r"\d+(?=\D*$)", lambda run: "#" * len(run[0]), name)
        for name in names[:5000]
        if any(char.isdigit() for char in name)
    }
    return difflib.get_close_matches(template.hashes(), sorted(found), count, 0.3)


def stands_for_several(text: str) -> bool:
    """Whether ``images`` is a pattern, or a folder as its ``/`` at the end says."""
    return "*" in text or text.endswith("/")
