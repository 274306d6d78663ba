"""What is in a folder of images: the sweeps, and what is left out with the reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sweepwright.images.discover import parse_pattern
from sweepwright.images.doubts import doubt_diagnostics
from sweepwright.images.series import Series, find_series, stem_of
from sweepwright.images.several import clean_name, unique
from sweepwright.images.wedges import SETTINGS, Wedge, number, spacing, wedges
from sweepwright.language.writing import printable
from sweepwright.model.diagnostic import Diagnostic, error, has_errors, warning
from sweepwright.model.ranges import ImageSet

_FEWEST_IMAGES = 3
_CHANGES = {
    "start": "the angle jumps",
    "width": "the oscillation width changes",
    "size": "the number of pixels changes",
    "pixel_size": "the pixel size changes",
    "two_theta": "two-theta changes",
    "scan_axis": "another axis is scanned",
}


@dataclass(frozen=True)
class Found:
    """Images of one series that are one sweep, or would be but for a ``doubt``.

    ``wedge`` is the rotation that they belong to, None when no header was read; ``notes`` what to
    know of them.
    """

    series: Series
    images: ImageSet
    wedge: Wedge | None = None
    name: str = ""
    doubt: str = ""
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether these are all images of the series."""
        return self.images == self.series.numbers

    @property
    def start(self) -> float | None:
        """Angle at the beginning of the first image, degrees."""
        if self.wedge is None or self.wedge.start is None or self.wedge.width is None:
            return None
        before = self.images.first - self.wedge.range.first
        return float(f"{self.wedge.start + before * self.wedge.width:.9g}")

    @property
    def time(self) -> datetime | None:
        """When the wedge began."""
        return None if self.wedge is None else self.wedge.time

    @property
    def degrees(self) -> float | None:
        """How far the images turn."""
        if self.wedge is None or self.wedge.width is None:
            return None
        return float(f"{len(self.images) * self.wedge.width:.9g}")

    def value(self, name: str) -> float | None:
        """A number of the header of the wedge: wavelength, distance, width ..."""
        return None if self.wedge is None else number(self.wedge.facts, name)

    @property
    def settings(self) -> dict[str, float]:
        """Where the axes stood that were not scanned, degrees."""
        axis = self.wedge.facts.get("scan_axis") if self.wedge is not None else None
        names = (name for name in SETTINGS if axis is None or name != axis.value)
        return {name: angle for name in names if (angle := self.value(name)) is not None}

    def to_json(self) -> dict[str, Any]:
        """The sweep as plain data; what is not known is left out."""
        wedge = self.wedge
        fields = {} if wedge is None else {k: fact.value for k, fact in wedge.facts.fields.items()}
        data = {
            "name": self.name,
            "images": printable(self.series.path),
            "range": str(self.images),
            "count": len(self.images),
            "start": self.start,
            "degrees": self.degrees,
            "time": self.time.isoformat() if self.time else None,
            "doubt": self.doubt,
            "notes": list(self.notes),
            "header": {key: fields[key] for key in sorted(fields) if key not in ("start", "date")},
        }
        return {key: value for key, value in data.items() if value not in (None, "", [], {})}


@dataclass(frozen=True)
class Discovery:
    """What a folder holds: ``sweeps`` in the order of collection, ``left_out`` in natural order."""

    folder: Path
    sweeps: tuple[Found, ...] = ()
    left_out: tuple[Found, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The discovery as plain data; templates are relative to the folder."""
        return {
            "folder": printable(self.folder),
            "sweeps": [found.to_json() for found in self.sweeps],
            "left_out": [found.to_json() for found in self.left_out],
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


def discover(folder: Path) -> Discovery:
    """The sweeps in a folder and below it; reads names and headers, never pixels."""
    diagnostics: list[Diagnostic] = []

    def tell(problem: OSError) -> None:
        message = f"cannot read the folder '{printable(problem.filename)}': {problem.strerror}"
        diagnostics.append(warning("SW-I023", message, help="What it holds is not in the job."))

    try:
        series = find_series(folder, deep=True, tell=tell)
    except OSError as problem:
        message = f"cannot read the folder '{printable(folder)}': {problem.strerror}"
        help_ = "Name the folder that holds the images, or one above it."
        return Discovery(folder, diagnostics=(error("SW-I020", message, help=help_),))
    step = spacing(sum(len(item.numbers) for item in series))
    parts = [_parts(folder, item, step) for item in series]
    named = [
        found
        for name, group in zip(_names(folder, series), parts, strict=True)
        for found in _numbered(name, group)
    ]
    names = unique(found.name for found in named)
    every = [replace(found, name=name) for found, name in zip(named, names, strict=True)]
    sweeps = _by_time([found for found in every if not found.doubt])
    left_out = tuple(found for found in every if found.doubt)
    if not sweeps:
        diagnostics.append(_no_sweep(folder, left_out))
    return Discovery(folder, tuple(sweeps), left_out, tuple(diagnostics))


def _no_sweep(folder: Path, left_out: Sequence[Found]) -> Diagnostic:
    if not left_out:
        message = f"there are no images in '{printable(folder)}' or below it"
        help_ = "Images are files such as lyso_0001.cbf (a number, and the suffix of their format) or lyso_master.h5."
        return error("SW-I021", message, help=help_)
    reasons = [f"{printable(found.series.path)}: {found.doubt}" for found in left_out[:5]]
    more = len(left_out) - len(reasons)
    help_ = "\n".join([*reasons, *([f"and {more} more"] if more else [])])
    return error("SW-I022", f"no sweep in '{printable(folder)}' can be processed", help=help_)


def _parts(folder: Path, series: Series, step: int) -> list[Found]:
    """The sweeps of one series: a part for each wedge, and each unbroken stretch of a wedge."""
    if not _can_be_written(series):
        doubt = "the names hold a sign that means something else in a job; rename them or use links"
        return [Found(series, series.numbers, doubt=doubt)]
    rotations, broken = wedges(folder, series, step)
    if series.template.one_file:  # its header says how many images there are
        series = replace(series, numbers=rotations[0].range if rotations else ImageSet(((1, 1),)))
    whole = Found(series, series.numbers)
    unusable = _list_of([f"{series.template.name(image)} {why}" for image, why in broken.items()])
    if not rotations:
        return [replace(whole, doubt=unusable)]
    parts = [part for wedge in rotations for part in _stretches(series, wedge, broken)]
    if all(part.doubt for part in parts):
        pieces = f"; {len(parts)} parts of it alike" if len(parts) > 1 else ""
        return [replace(whole, wedge=rotations[0], doubt=parts[0].doubt + pieces)]
    if unusable:
        parts[0] = replace(parts[0], notes=(f"cannot be used: {unusable}", *parts[0].notes))
    return parts


def _can_be_written(series: Series) -> bool:
    """Whether a job means this series when it says its path."""
    path, template = series.path, series.template
    try:
        pattern = parse_pattern(path)
    except ValueError:
        return False
    split = pattern.prefix, pattern.width, pattern.suffix
    plain = split == (template.prefix, template.width, template.suffix)
    return plain and path.isprintable() and "*" not in path and not path.startswith("$")


def _stretches(series: Series, wedge: Wedge, broken: Mapping[int, str]) -> Iterator[Found]:
    """A sweep for each unbroken part of a wedge: engines read from first to last image."""
    before: int | None = None
    for first, last in wedge.range.intervals:
        note = ""
        if before is not None:
            gap = ImageSet(((before + 1, first - 1),))
            what = "not usable" if any(image in gap for image in broken) else "missing"
            which, them = (
                (f"image {gap} is", "it") if len(gap) == 1 else (f"images {gap} are", "them")
            )
            note = f"{which} {what}; with {them} this and the sweep before would be one"
        elif wedge.change:
            note = f"{_CHANGES.get(wedge.change, f'{wedge.change} changes')} at image {first}"
        images = ImageSet(((first, last),))
        notes = [note] * bool(note) + _to_be_given(wedge)
        yield Found(series, images, wedge, doubt=_doubt(wedge, images), notes=tuple(notes))
        before = last


def _to_be_given(wedge: Wedge) -> list[str]:
    """What the header gets wrong that the job must say."""
    wrong = [item for item in doubt_diagnostics("", wedge.facts) if item.code != "SW-I037"]
    return [
        f"{item.message.partition(': ')[2]}. {item.help or ''}".strip()
        for item in wrong
        if has_errors([item])
    ]


def _doubt(wedge: Wedge, images: ImageSet) -> str:
    if wedge.start is None or wedge.width is None:
        said = [doubt.message for doubt in wedge.facts.doubts if doubt.field in ("width", "start")]
        return (
            f"the headers give no oscillation{': ' if said else ''}{'; '.join(said)}; "
            "it can be written in 'geometry: {oscillation: ...}'"
        )
    if wedge.width == 0:
        return "still images: the oscillation width is 0"
    if len(images) < _FEWEST_IMAGES:
        return f"only {len(images)} image{'s' if len(images) > 1 else ''}"
    return ""


def _list_of(texts: Sequence[str]) -> str:
    more = [f"and {len(texts) - 3} more"] if len(texts) > 3 else []
    return "; ".join([*texts[:3], *more])


def _names(folder: Path, series: Sequence[Series]) -> list[str]:
    """A name for each series: its stem where that is enough, else with the folder before it."""
    places = [Path(os.path.abspath(folder / item.folder)).name for item in series]
    stems = [stem_of(item.prefix) for item in series]
    plain = [clean_name(stem or place) for stem, place in zip(stems, places, strict=True)]
    taken = Counter(name.lower() for name in plain)
    return [
        name if taken[name.lower()] == 1 else clean_name(f"{place}-{stem}")
        for name, place, stem in zip(plain, places, stems, strict=True)
    ]


def _numbered(name: str, parts: Sequence[Found]) -> list[Found]:
    if len(parts) == 1:
        return [replace(parts[0], name=name)]
    return [replace(part, name=clean_name(f"{name}-{n}")) for n, part in enumerate(parts, 1)]


def _by_time(sweeps: list[Found]) -> list[Found]:
    """In the order of collection, if all headers tell the time; else as they are."""
    if any(found.time is None for found in sweeps):
        return sweeps
    return sorted(sweeps, key=lambda found: found.time or datetime.max)
