"""A job, with comments, for what was discovered in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweepwright.api.discovering import Discovery, Found
from sweepwright.api.relating import datasets_of, inverse_pairs, moved_axes
from sweepwright.images.series import stem_of
from sweepwright.images.several import clean_name, expand, fill
from sweepwright.language.writing import comment, printable, scalar
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.job import LANGUAGE_VERSION

_ROOT = "raw"
#: from so many sweeps of one form on they are written as one pattern
_MANY = 10
_MARKS = re.compile(r"[#?*%]|^\$")
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class _Pattern:
    """One text for the sweeps ``members``; ``name`` is the pattern of their names."""

    images: str
    name: str
    members: tuple[Found, ...]


def job_text(discovery: Discovery, job_folder: Path) -> str:
    """The text of a job that stands in ``job_folder`` and takes all sweeps that were discovered.

    Images below that folder are named relative to it, others by a root, as are those in a folder
    whose name would mean something else in a template.
    """
    whole, base = os.path.abspath(discovery.folder), os.path.abspath(job_folder)
    inner = os.path.relpath(whole, base)
    outside = inner.split("/")[0] == ".." or bool(_MARKS.search(inner))
    prefix = f"${_ROOT}/" if outside else "" if inner == "." else f"{inner}/"
    datasets = datasets_of(discovery.sweeps)
    shared = _shared(discovery.sweeps)
    lines = [
        *comment("", [_headline(discovery.sweeps)]),
        *comment("", _relations(discovery.sweeps, datasets)),
        f"sweepwright: {LANGUAGE_VERSION}",
    ]
    if outside:
        lines += ["roots:", f"  {_ROOT}: {scalar(whole)}"]
    lines.append("sweeps:")
    patterns = {
        found.name: pattern
        for pattern in _patterns(discovery, datasets)
        for found in pattern.members
    }
    for found in discovery.sweeps:
        pattern = patterns.get(found.name)
        if pattern is None:
            name = found.name if len(discovery.sweeps) > 1 else None
            about = [_describe([found], shared), *found.notes]
            lines += _sweep(found, name, prefix, about, datasets.get(found.name))
        elif found is pattern.members[0]:
            lines += _several(pattern, prefix, shared)
    if discovery.left_out:
        lines += comment("  ", ["Left out:"])
        lines += [_left_out(found, prefix) for found in discovery.left_out]
    return "\n".join(lines) + "\n"


def write_job(discovery: Discovery, path: Path | None) -> tuple[Path | None, list[Diagnostic]]:
    """Writes the job to a new file, by default in the current folder under a telling name.

    The name is never that of a folder there: a run folder is named after its job.
    """
    target = path or Path(f"{_free_name(discovery)}.yaml")
    text = job_text(discovery, target.parent)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        help_ = "Remove it, or name another file: -o FILE."
        return None, [
            error("SW-P016", f"'{printable(target)}' exists; nothing was written", help=help_)
        ]
    except OSError as problem:
        help_ = "Name a file in a folder that you may write in: -o FILE."
        return None, [
            error("SW-P017", f"cannot write '{printable(target)}': {problem.strerror}", help=help_)
        ]
    return target, []


def _free_name(discovery: Discovery) -> str:
    stems = {stem_of(found.series.prefix) for found in discovery.sweeps}
    stem = stems.pop() if len(stems) == 1 else ""
    name = clean_name(stem or Path(os.path.abspath(discovery.folder)).name)
    return f"{name[:60]}-job" if Path(name).exists() else name


def _sweep(
    found: Found, name: str | None, prefix: str, about: Sequence[str], dataset: str | None
) -> list[str]:
    keys = [f"name: {scalar(name)}"] if name is not None else []
    keys.append(f"images: {scalar(prefix + found.series.path)}")
    if not found.whole:
        keys.append(f"range: {scalar(str(found.images))}")
    if dataset is not None:
        keys.append(f"# dataset: {dataset}")
    begin, *others = keys
    return [*comment("  ", about), f"  - {begin}", *(f"    {key}" for key in others)]


def _several(pattern: _Pattern, prefix: str, shared: Sequence[str]) -> list[str]:
    about = f"{len(pattern.members)} sweeps, each {_describe(pattern.members, shared)}"
    return [
        *comment("  ", [about, "'sweepwright fmt --expand' writes them out."]),
        f"  - images: {scalar(prefix + pattern.images)}",
        f"    name: {scalar(pattern.name)}",
    ]


def _left_out(found: Found, prefix: str) -> str:
    keys = [f"name: {scalar(found.name)}", f"images: {scalar(prefix + found.series.path)}"]
    if not found.whole:
        keys.append(f"range: {scalar(str(found.images))}")
    return f"  # - {{{', '.join(keys)}}}  # {printable(found.doubt)}"


def _headline(sweeps: Sequence[Found]) -> str:
    images = sum(len(found.images) for found in sweeps)
    count = f"{len(sweeps)} sweeps" if len(sweeps) > 1 else "1 sweep"
    return ", ".join([f"{count}, {images} images", *_shared(sweeps)])


def _describe(members: Sequence[Found], shared: Sequence[str]) -> str:
    """What sweeps hold that is not shared by all, with lowest and highest value where they differ."""
    texts = [
        f"{_spread(len(found.images) for found in members)} images",
        f"{_spread(found.degrees or 0 for found in members)} degrees from "
        f"{_spread(found.start or 0 for found in members)}",
    ]
    for name in members[0].settings:
        angles = [found.settings.get(name, 0.0) for found in members]
        texts += [f"{_spoken(name)} {_spread(angles)}"] if any(angles) else []
    beams = dict.fromkeys(text for found in members for text in _beam(found))
    texts += [text for text in beams if text not in shared]
    times = sorted(str(found.time) for found in members if found.time)
    if times:
        texts.append(" to ".join(dict.fromkeys((times[0], times[-1]))))
    return ", ".join(texts)


def _beam(found: Found) -> list[str]:
    """Detector, distance and wavelength, as far as known."""
    detector = found.wedge.facts.get("detector") if found.wedge is not None else None
    texts = [str(detector.value)] if detector is not None else []
    for name, unit in (("distance", "mm"), ("wavelength", "A")):
        value = found.value(name)
        texts += [f"{value:.9g} {unit}"] if value is not None else []
    return texts


def _shared(sweeps: Sequence[Found]) -> list[str]:
    """What is known of the beam of every sweep and is the same."""
    beams = [_beam(found) for found in sweeps]
    return [text for text in beams[0] if all(text in beam for beam in beams)]


def _spoken(setting: str) -> str:
    return setting.replace("_", "-")


def _spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return " to ".join(dict.fromkeys(f"{value:.9g}" for value in (ordered[0], ordered[-1])))


def _relations(sweeps: Sequence[Found], datasets: Mapping[str, str]) -> Iterator[str]:
    """What the sweeps have to do with each other, as far as headers tell."""
    if datasets:
        groups: dict[str, list[Found]] = {}
        for found in sweeps:
            groups.setdefault(datasets.get(found.name, "unknown"), []).append(found)
        told = "; ".join(
            f"{name} {_spread(found.value('wavelength') or 0 for found in members)} A "
            f"({_some([found.name for found in members])})"
            for name, members in sorted(groups.items())
        )
        yield f"{len(groups)} wavelengths: {told}. Give better names with 'dataset:'."
    pairs = [f"{one} with {two}" for one, two in inverse_pairs(sweeps)]
    if pairs:
        yield f"180 degrees apart, maybe inverse beam: {_some(pairs)}."
    for axis, stood in moved_axes(sweeps).items():
        told = "; ".join(f"{angle:g} degrees ({_some(names)})" for angle, names in stood.items())
        yield f"{_spoken(axis).capitalize()} differs: {told}."
    if len({found.series.folder for found in sweeps}) > 1:
        yield "All are taken as one crystal. If there are several, give each sweep its 'crystal:'."


def _some(names: Sequence[str]) -> str:
    more = len(names) - 8
    return ", ".join(names[:8]) + (f" and {more} more" if more > 0 else "")


def _patterns(discovery: Discovery, datasets: Mapping[str, str]) -> Iterator[_Pattern]:
    """Many sweeps whose paths differ in digits alone, where one pattern stands for just them."""
    forms: dict[tuple[str, str | None], list[Found]] = {}
    for found in discovery.sweeps:
        form = _DIGITS.sub("0", found.series.path)
        forms.setdefault((form, datasets.get(found.name)), []).append(found)
    for members in forms.values():
        if len(members) < _MANY or not all(found.whole for found in members):
            continue
        images = _glob([found.series.path for found in members])
        try:
            matches = expand(discovery.folder, images)
        except OSError:  # a closed folder fits it too
            continue
        if {match.images for match in matches} != {found.series.path for found in members}:
            continue
        own = {found.name for found in members}
        others = {found.name.lower() for found in discovery.sweeps if found.name not in own}
        for name in ("{folder}", "{stem}"):
            names = {fill(name, match).lower() for match in matches}
            if len(names) == len(matches) and not names & others:
                yield _Pattern(images, name, tuple(members))
                break


def _glob(paths: Sequence[str]) -> str:
    """Paths of one form with ``*`` for the digits in which they differ."""
    pieces = zip(*(_DIGITS.split(path) for path in paths), strict=True)
    return "".join(same[0] if len(set(same)) == 1 else "*" for same in pieces)
