"""Observe: the files of a sweep and some of its headers, or diagnostics that say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sweepwright.images.discover import Listing, Pattern, similar_names
from sweepwright.images.doubts import cannot_be_used, check_usable
from sweepwright.images.errors import ImageError
from sweepwright.images.exclude import excluded_images
from sweepwright.images.formats import read_facts
from sweepwright.images.masters import at_image, files_of, images_of
from sweepwright.model.diagnostic import Diagnostic, Span, advice, error, has_errors
from sweepwright.model.facts import ImageFacts, ImageTemplate, SweepFacts
from sweepwright.model.image_types import Exclusion
from sweepwright.model.proposals import proposal
from sweepwright.model.ranges import ImageSet

_HEADERS_READ = 7
_SHOWN = 3


class Wanted(NamedTuple):
    """What a job says of the images of one sweep, with the places where it says so.

    ``width`` is the oscillation width (deg) where the job gives it; ``all_headers`` asks for the
    header of every image.
    """

    sweep: str
    template: ImageTemplate
    folder: Path
    shown_folder: str
    span: Span | None
    single: int | None = None
    range: ImageSet | None = None
    range_span: Span | None = None
    exclude: tuple[Exclusion, ...] = ()
    exclude_span: Span | None = None
    width: float | None = None
    all_headers: bool = False


def image_template(root: str, folder_in_root: str, pattern: Pattern) -> ImageTemplate:
    """The portable template of a pattern whose folder was found to be ``folder_in_root``."""
    return ImageTemplate(root, folder_in_root, pattern.prefix, pattern.width, pattern.suffix)


def observe(wanted: Wanted, listing: Listing) -> tuple[SweepFacts | None, list[Diagnostic]]:
    """The facts of a sweep. Reads the folder, sizes, and headers: first, last, some between, or all."""
    template = wanted.template
    try:
        names = listing.names(wanted.folder)
        found = ImageSet() if template.one_file else listing.images(wanted.folder, template)
    except OSError as problem:
        message = f"sweep {wanted.sweep}: cannot read the folder '{wanted.shown_folder}': {problem.strerror}"
        return None, [error("SW-I001", message, wanted.span, **_near(wanted))]
    if template.one_file and template.name(1) in names:
        return _observe_master(wanted)
    if not found:
        return None, [_nothing_fits(wanted)]
    used, diagnostics = _used(wanted, found)
    if has_errors(diagnostics):
        return None, diagnostics
    sizes = {name: (wanted.folder / name).stat().st_size for name in map(template.name, used)}
    headers: dict[int, ImageFacts] = {}
    broken: dict[int, Exception] = {
        number: ImageError("is empty") for number in used if sizes[template.name(number)] == 0
    }
    for number in used if wanted.all_headers else _sample(used):
        try:
            headers[number] = check_usable(read_facts(wanted.folder / template.name(number)))
        except (ImageError, OSError) as problem:
            broken[number] = problem
    if broken:
        return None, [*diagnostics, _bad_images(wanted, broken)]
    return SweepFacts(template, used, headers, sizes), diagnostics


def _observe_master(wanted: Wanted) -> tuple[SweepFacts | None, list[Diagnostic]]:
    """The facts of a sweep whose images are all in one HDF5 file, and in files that this leads to."""
    name = wanted.template.name(1)
    try:
        facts = read_facts(wanted.folder / name)
        files = files_of(wanted.folder / name)
    except ImageError as problem:
        message = f"sweep {wanted.sweep}: {name} {problem}"
        return None, [error("SW-I013", message, wanted.span, help=problem.hint or None)]
    except OSError as problem:
        return None, [_bad_images(wanted, {1: problem})]
    lacking = cannot_be_used(facts)
    if lacking or not images_of(facts):
        what = lacking or "it does not say how many images it has, nor in which files"
        message = f"sweep {wanted.sweep}: the images of {name} are not there: {what}"
        hint = "Copy the data files beside the master, under the names that it gives them."
        return None, [error("SW-I038", message, wanted.span, help=hint)]
    used, diagnostics = _used(wanted, images_of(facts))
    if has_errors(diagnostics):
        return None, diagnostics
    headers = {used.first: at_image(facts, used.first)}
    sizes = {name: path.stat().st_size for name, path in files.items()}
    return SweepFacts(wanted.template, used, headers, sizes), diagnostics


def _near(wanted: Wanted) -> dict[str, Any]:
    """A folder whose name is like the one that is not there."""
    hint = "Paths are relative to the job file; a root is bound with --bind NAME=PATH."
    try:
        beside = [path.name for path in wanted.folder.parent.iterdir() if path.is_dir()]
    except OSError:
        return {"help": hint}
    return proposal(wanted.folder.name, beside, None, hint, chosen=True)


def _nothing_fits(wanted: Wanted) -> Diagnostic:
    name = (
        wanted.template.name(wanted.single)
        if wanted.single is not None
        else wanted.template.hashes()
    )
    near = similar_names(wanted.folder, wanted.template)
    if near:
        hint = f"In '{wanted.shown_folder}' there are: {', '.join(near)}."
    else:
        hint = f"There are no images in '{wanted.shown_folder}'."
    message = f"sweep {wanted.sweep}: no file fits '{name}'"
    return error("SW-I002", message, wanted.span, help=hint)


def _used(wanted: Wanted, found: ImageSet) -> tuple[ImageSet, list[Diagnostic]]:
    """The images to process: those of the range, without the excluded; none may be missing."""
    whole = ImageSet(((found.first, found.last),))
    asked = whole if wanted.range is None else wanted.range.within(found.first, found.last)
    outside = asked - whole if asked else wanted.range or whole
    if outside:
        message = (
            f"sweep {wanted.sweep}: the range holds images {outside}, but the files are {found}"
        )
        hint = f"Write 'range: {asked & whole or found}'."
        return asked, [error("SW-I004", message, wanted.range_span or wanted.span, help=hint)]
    used, diagnostics = _without_excluded(wanted, asked, whole)
    if has_errors(diagnostics):
        return used, diagnostics
    # engines read first to last, also what is excluded in between
    missing = ImageSet(((used.first, used.last),)) - found
    if missing:
        count = len(missing)
        message = f"sweep {wanted.sweep}: {count} image{'s are' if count > 1 else ' is'} missing: {missing}"
        hint = (
            "Copy them, or make a sweep of each part "
            f"({'; '.join(f'range: {first}-{last}' for first, last in (used - missing).intervals)})."
        )
        return used, [error("SW-I003", message, wanted.range_span or wanted.span, help=hint)]
    return used, diagnostics


def _without_excluded(
    wanted: Wanted, asked: ImageSet, whole: ImageSet
) -> tuple[ImageSet, list[Diagnostic]]:
    if not wanted.exclude:
        return asked, []
    width = wanted.width
    if width is None and any(exclusion.degrees for exclusion in wanted.exclude):
        width = _width(wanted, whole.first)
        if width is None:
            message = f"sweep {wanted.sweep}: without an oscillation width no angle can be excluded"
            return asked, [error("SW-I015", message, wanted.exclude_span)]
    excluded = excluded_images(wanted.exclude, wanted.template, whole, width or 1.0)
    used = asked - excluded
    if not used:
        message = f"sweep {wanted.sweep}: no image is left to process"
        help_ = "Leave some images of the range out of 'exclude:'."
        return used, [
            error("SW-I004", message, wanted.exclude_span or wanted.range_span, help=help_)
        ]
    named = ImageSet.union(
        pair
        for item in wanted.exclude
        if item.images
        for pair in item.images.within(whole.first, whole.last).intervals
    )
    outside = (excluded | named) - asked
    if outside:
        message = (
            f"sweep {wanted.sweep}: images {outside} are excluded, but not in the range anyway"
        )
        return used, [advice("SW-I014", message, wanted.exclude_span)]
    return used, []


def _width(wanted: Wanted, number: int) -> float | None:
    """The oscillation width that a header gives, or None."""
    try:
        facts = read_facts(wanted.folder / wanted.template.name(number))
    except (ImageError, OSError):
        return None
    fact = facts.get("width")
    return float(str(fact.value)) or None if fact is not None else None


def _sample(used: ImageSet) -> list[int]:
    """First, last, and a few between."""
    numbers = list(used)
    count = min(_HEADERS_READ, len(numbers))
    if count == 1:
        return numbers
    return sorted({numbers[round(i * (len(numbers) - 1) / (count - 1))] for i in range(count)})


def _bad_images(wanted: Wanted, broken: Mapping[int, Exception]) -> Diagnostic:
    """One error for all images that cannot be used."""
    what = {
        number: problem.strerror if isinstance(problem, OSError) else str(problem)
        for number, problem in sorted(broken.items())
    }
    shown = [f"{wanted.template.name(number)} {why}" for number, why in what.items()][:_SHOWN]
    if len(what) > 1:
        more = "; ..." if len(what) > _SHOWN else ""
        told = f"images {ImageSet.of(what)} cannot be used: {'; '.join(shown)}{more}"
    else:
        told = f"image {shown[0]}"
    first = broken[min(broken)]
    hint = "Copy them again, or leave them" if len(what) > 1 else "Copy it again, or leave it"
    hint += " out with 'range:'."
    if isinstance(first, ImageError) and first.hint not in ("", "Copy it again."):
        hint = first.hint
    return error("SW-I005", f"sweep {wanted.sweep}: {told}", wanted.span, help=hint)
