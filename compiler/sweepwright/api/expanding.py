"""Sweeps of a job written out: a folder or a pattern in ``images`` stands for several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sweepwright.api.places import locate
from sweepwright.images.discover import HDF5, stands_for_several
from sweepwright.language.naming import Entry
from sweepwright.language.validate import Patch
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, error, warning
from sweepwright.model.job import Sweep
from sweepwright.model.resolved import Layer, Origin, Written

if TYPE_CHECKING:
    from sweepwright.images.several import Match

_PATTERN = re.compile(r"\{(folder|stem|n)\}")


def entries_as_written(patch: Patch) -> list[Entry]:
    """The sweeps of the file, patterns left as they are."""
    return [Entry(index, sweep) for index, sweep in enumerate(patch.job.sweeps or ())]


def entries_of(patch: Patch, places: Mapping[str, str]) -> tuple[list[Entry], list[Diagnostic]]:
    """Every sweep of the job; reads folders where ``images`` stands for several."""
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for index, sweep in enumerate(patch.job.sweeps or ()):
        spans = {
            key: patch.text.span("sweeps", index, key) for key in ("images", "name", "crystal")
        }
        made, problems = _entries(index, sweep, spans, places)
        entries += made
        found += problems
    return entries, found


def _entries(
    index: int, sweep: Sweep, spans: Mapping[str, Span], places: Mapping[str, str]
) -> tuple[list[Entry], list[Diagnostic]]:
    text = sweep.images
    if text is None:
        return [Entry(index, sweep)], []
    written = Written(text, Origin(Layer.SWEEP, "images", span=spans["images"]))
    cut = _cut(text)
    if not stands_for_several(text) and not _is_folder(text, places):
        pattern = next(
            (key for key in ("name", "crystal") if _PATTERN.search(getattr(sweep, key) or "")), None
        )
        if pattern is not None:
            message = (
                f"'{getattr(sweep, pattern)}' is a pattern, but the images are those of one sweep"
            )
            help_ = "Write a plain name, or a pattern with '*' in 'images'."
            return [], [error("SW-L042", message, spans[pattern], help=help_)]
        return [Entry(index, sweep)], []
    located, found = locate("sweep", cut, written, places)
    if located is None:
        return [], found
    root, folder = located
    inside = f"{folder}/{text[len(cut) :].lstrip('/')}" if folder else text[len(cut) :].lstrip("/")
    from sweepwright.images.several import expand  # few jobs have patterns

    try:
        matches = expand(Path(places[root]), inside or ".")
    except (ValueError, OSError) as problem:
        told = problem.strerror if isinstance(problem, OSError) else str(problem)
        return [], [error("SW-L026", f"images '{text}': {told}", spans["images"])]
    if not matches:
        message = f"nothing fits '{text}'"
        help_ = "A '*' stands for any characters of one name; '#' for a digit of the number."
        return [], [error("SW-I011", message, spans["images"], help=help_)]
    return _named(index, sweep, matches, f"${root}/" if root != "job" else "", spans)


def _cut(text: str) -> str:
    """The folder before the first ``*``: it is known to be inside a root before others are looked for."""
    plain = text.split("*", maxsplit=1)[0]
    return plain.rpartition("/")[0] if "*" in text else text.rstrip("/")


def _is_folder(text: str, places: Mapping[str, str]) -> bool:
    if not text or any(mark in text for mark in "#?%") or text.endswith(HDF5):
        return False
    located, _ = locate("", text, Written(text, Origin(Layer.SWEEP, "images")), places)
    return located is not None and (Path(places[located[0]]) / located[1]).is_dir()


def _named(
    index: int, sweep: Sweep, matches: list[Match], prefix: str, spans: Mapping[str, Span]
) -> tuple[list[Entry], list[Diagnostic]]:
    """The sweep once for each match; a single one keeps the name that it would have had."""
    from sweepwright.images.several import fill

    found: list[Diagnostic] = []
    if len(matches) > 1 and "*" not in str(sweep.images):
        names = ", ".join(match.images.rpartition("/")[2] for match in matches[:5])
        message = (
            f"the folder holds {len(matches)} sweeps: {names}{' ...' if len(matches) > 5 else ''}"
        )
        found.append(
            warning("SW-I012", message, spans["images"], help="'fmt --expand' writes them out.")
        )
    name = sweep.name
    if len(matches) > 1 and name is None:
        name = _telling(matches)
    if len(matches) > 1 and name is not None and not _PATTERN.search(name):
        fix = Fix("write a pattern", spans["name"], "'{stem}'", safe=False)
        message = f"'{name}' would name {len(matches)} sweeps"
        help_ = "Write a pattern of {folder}, {stem} and {n}."
        return [], [error("SW-L042", message, spans["name"], help=help_, fix=fix)]
    made = []
    for match in matches:
        change = {"images": prefix + match.images}
        for key, pattern in (
            ("name", name),
            ("crystal", sweep.crystal),
            ("dataset", sweep.dataset),
        ):
            if pattern is not None:
                change[key] = fill(pattern, match) if "{" in pattern else pattern
        made.append(Entry(index, sweep.model_copy(update=change)))
    return made, found


def _telling(matches: list[Match]) -> str:
    """The first pattern whose names differ."""
    from sweepwright.images.several import fill

    for pattern in ("{stem}", "{folder}"):
        if len({fill(pattern, match).lower() for match in matches}) == len(matches):
            return pattern
    return "{folder}-{stem}"
