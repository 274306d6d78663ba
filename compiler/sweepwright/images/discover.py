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
#: endings of HDF5 images: a master file holds a whole sweep
HDF5 = (".h5", ".nxs", ".hdf5")
_PACKED = r"(?:\.(?:gz|bz2))?"
#: how the names of image files end where they have a suffix: HDF5 apart, all have a number before it
SUFFIX = rf"\.(?:cbf|img|smv|mccd|mar[0-9]+|osc|sfrm|pck|rodhypix|tiff?){_PACKED}"
_DIGITS = re.compile("[0-9]+")
#: the number of an image: the last one before a suffix, the suffix itself (``x.0001``), or the last
_NUMBERED = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"(.*?)([0-9]+)([^0-9]*{SUFFIX})",
        rf"(.+\.)([0-9]{{3,6}})({_PACKED})",
        r"(.*?)([0-9]+)([^0-9]*)",
    )
)


class Pattern(NamedTuple):
    """A template as typed, split: the folder, and prefix, digits and suffix of the names.

    ``width`` 0 is one HDF5 file with all images.
    """

    folder: str
    prefix: str
    width: int
    suffix: str
    single: int | None = None  # one image of a series was named, this one


def parse_pattern(text: str) -> Pattern:
    """A template with one run of ``#`` (or ``?``, ``%04d``), one image of a series, or an HDF5 file.

    Raises ValueError with a sentence for people.
    """
    folder, _, name = text.rpartition("/")
    runs = list(_HASHES.finditer(name))
    is_hdf5 = name.lower().endswith(HDF5)
    if runs and is_hdf5:
        raise ValueError("HDF5 images have one master file; write its name: lyso_master.h5")
    if len(runs) > 1:
        raise ValueError("a template has one run of '#', one for each digit")
    if runs:
        run = runs[0]
        width = int(run[1]) if run[1] else len(run[0])
        return Pattern(folder, name[: run.start()], width, name[run.end() :])
    if _HASHES.search(folder):
        raise ValueError("the '#' of a template stand in the file name, not in a folder")
    if is_hdf5:
        stem, dot, ending = name.rpartition(".")
        return Pattern(folder, stem, 0, dot + ending)
    numbered = split_name(name)
    if numbered is None:
        raise ValueError("write the file names with one '#' for each digit: lyso_####.cbf")
    prefix, digits, suffix = numbered
    return Pattern(folder, prefix, len(digits), suffix, int(digits))


def split_name(name: str, images_only: bool = False) -> tuple[str, str, str] | None:
    """What precedes the number in a file's name, the digits, the rest; None without a number.

    ``images_only`` for names that end as those of image files do.
    """
    for pattern in _NUMBERED[: 2 if images_only else 3]:
        match = pattern.fullmatch(name)
        if match is not None:
            return match[1], match[2], match[3]
    return None


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
        """Numbers of the files that fit a template with digits. Raises OSError as `names`."""
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
    split = [split_name(name) for name in names[:5000] if not name.lower().endswith(HDF5)]
    found = {f"{parts[0]}{'#' * len(parts[1])}{parts[2]}" for parts in split if parts is not None}
    found |= {name for name in names[:5000] if name.lower().endswith(HDF5)}
    return difflib.get_close_matches(template.hashes(), sorted(found), count, 0.3)


def stands_for_several(text: str) -> bool:
    """Whether ``images`` is a pattern, or a folder as its ``/`` at the end says."""
    return "*" in text or text.endswith("/")
