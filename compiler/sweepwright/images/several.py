"""One text for several sweeps: a folder, or a pattern with ``*``; and names made for each of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sweepwright.images.discover import HDF5, Pattern, parse_pattern
from sweepwright.images.series import IMAGE_SUFFIX, find_series, natural, stem_of

_NUMBER_MARK = re.compile(r"[#?]|%0[0-9]d")
_WORD = re.compile(r"\{([^{}]*)\}")
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Match:
    """One sweep that a text stands for.

    ``images`` is its template, relative to what the text was relative to; ``folder`` the name of
    the folder that the images are in, ``stem`` what precedes the number in their names (of a master
    what precedes ``_master``), without ``_ - .`` at its end; ``n`` counts from 1 in natural order.
    """

    images: str
    folder: str
    stem: str
    n: int


def expand(folder: Path, text: str) -> list[Match]:
    """The sweeps that ``grid/x*/x*_####.cbf`` or ``data/`` stands for, relative to ``folder``.

    A ``*`` stands for any characters of one name, but neither for ``/`` nor for a dot at the
    beginning; beside ``#`` it takes no digit from the number. ``x*_master.h5`` stands for files of
    HDF5, each with a sweep. A folder stands for every series in
    it, not below it. No match gives an empty list. Raises ValueError with a sentence for people,
    OSError for a folder that cannot be read.
    """
    path = os.path.normpath(text)
    if path == ".." or path.startswith(("/", "../")):
        raise ValueError(f"'{text}' leads out of the folder that it is relative to")
    name = path.rpartition("/")[2]
    if _NUMBER_MARK.search(name) or ("*" in name and name.lower().endswith(HDF5)):
        pattern = parse_pattern(path)
        found = [
            (place, prefix, hashes)
            for place in _folders(folder, pattern.folder)
            for prefix, hashes in _templates(folder / place, pattern)
        ]
    elif IMAGE_SUFFIX.search(name) and not _folders(folder, path):
        raise ValueError(f"'{name}': write one '#' for each digit of the number, e.g. x*_####.cbf")
    else:
        found = [
            (place, series.prefix, series.template.hashes())
            for place in _folders(folder, path)
            for series in find_series(folder / place, deep=False)
        ]
    paths = {
        "/".join(filter(None, (place, hashes))): (place, prefix) for place, prefix, hashes in found
    }
    return [
        _match(folder, images, *paths[images], n)
        for n, images in enumerate(sorted(paths, key=natural), 1)
    ]


def fill(pattern: str, match: Match) -> str:
    """A legal name from ``{folder}-{n}``: words in braces are filled in, the whole is cleaned.

    Raises ValueError with a sentence for people.
    """
    words = {"folder": match.folder, "stem": match.stem, "n": str(match.n)}
    for word in _WORD.findall(pattern):
        if word not in words:
            raise ValueError(f"'{{{word}}}' is unknown; there are {{folder}}, {{stem}} and {{n}}")
    if set("{}") & set(_WORD.sub("", pattern)):
        raise ValueError(f"'{pattern}': a brace stands alone; write {{folder}}, {{stem}} or {{n}}")
    return clean_name(_WORD.sub(lambda word: words[word[1]], pattern))


def clean_name(text: str) -> str:
    """A legal name from any text: each run of other characters becomes ``-``."""
    cleaned = re.sub(r"[^A-Za-z0-9_+-]+", "-", text).lstrip("_+-").rstrip("-")
    return cleaned[:_LONGEST_NAME] or "sweep"


def unique(names: Iterable[str]) -> list[str]:
    """The names, with ``-2``, ``-3`` ... behind those that came before in any case of letters."""
    taken: set[str] = set()
    result = []
    for name in names:
        new, count = name, 1
        while new.lower() in taken:
            count += 1
            new = f"{name[: _LONGEST_NAME - len(str(count)) - 1]}-{count}"
        taken.add(new.lower())
        result.append(new)
    return result


def _folders(folder: Path, pattern: str) -> list[str]:
    """The folders, relative to ``folder``, that a pattern of folders fits."""
    places = [""]
    for part in pattern.split("/") if pattern not in ("", ".") else ():
        inner = [
            f"{place}/{name}" if place else name
            for place in places
            for name in _names(folder / place, part)
        ]
        places = [place for place in inner if _is_folder(folder / place)]
    return places


def _names(folder: Path, part: str) -> list[str]:
    if "*" not in part:
        return [part]
    wanted = re.compile(_any(part), re.DOTALL)
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if wanted.fullmatch(entry.name)]


def _templates(folder: Path, pattern: Pattern) -> set[tuple[str, str]]:
    """Prefix and template of the files in a folder that fit a pattern of files."""
    digits = rf"[0-9]{{{pattern.width}}}"
    before = "(?<![0-9])" if pattern.width and pattern.prefix.endswith("*") else ""
    after = "(?![0-9])" if pattern.suffix.startswith("*") else ""
    wanted = re.compile(
        f"({_any(pattern.prefix)}){before}{digits}{after}({_any(pattern.suffix, begins=False)})",
        re.DOTALL,
    )
    with os.scandir(folder) as entries:
        found = {match.groups() for entry in entries if (match := wanted.fullmatch(entry.name))}
    return {(prefix, f"{prefix}{'#' * pattern.width}{suffix}") for prefix, suffix in found}


def _any(pattern: str, begins: bool = True) -> str:
    """A regular expression for a pattern with ``*``; at the beginning of a name it takes no dot."""
    first, *others = (re.escape(piece) for piece in pattern.split("*"))
    if not others:
        return first
    hidden = r"(?!\.)" if begins and not first else ""
    # what lies between two stars is taken where it is first met: no pattern takes long
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return f"{hidden}{first}{middle}.*{others[-1]}"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, a folder above that is closed
        return False


def _match(folder: Path, images: str, place: str, prefix: str, n: int) -> Match:
    name = Path(os.path.abspath(folder / place)).name
    return Match(images, name, stem_of(prefix), n)
