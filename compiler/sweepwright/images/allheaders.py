"""Every header of a sweep: constant where it must be, angles that go on, no image twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from sweepwright.images.wedges import SETTING_TOLERANCE, number, settings_of, wrapped
from sweepwright.model.diagnostic import Diagnostic, Span, error, warning
from sweepwright.model.facts import ImageFacts, SweepFacts
from sweepwright.model.ranges import ImageSet

#: field -> largest difference within a sweep, in its unit; old frames tell of 0.01 mm that are none
_CONSTANT: Mapping[str, float] = {
    "wavelength": 1e-4,
    "distance": 0.01,
    "beam_center": 0.5,
    "pixel_size": 1e-6,
    "size": 0.0,
}
#: as a part of the oscillation width: of the width itself, of the angle where an image begins
_WIDTH_TOLERANCE, _ANGLE_TOLERANCE = 0.01, 0.1
_TEXTS = ("detector", "serial", "scan_axis")
_SPLIT = "Give each part its own 'range:'; 'sweepwright discover' finds where each begins."
_SHOWN = 3


def check_all_headers(
    sweep: str, folder: Path, facts: SweepFacts, span: Span | None
) -> Iterator[Diagnostic]:
    """SW-I006: what must be constant, SW-I007: angles that jump, SW-I040: one angle twice, SW-I041:
    one time twice. Each is told once, with the images that it is about.

    ``facts`` holds the headers of all images. The one header of a master cannot differ; its list of
    angles is read.
    """
    template, first = facts.template, facts.found.first
    if template.one_file:
        from sweepwright.images.hdf5 import angles

        listed = dict(enumerate(angles(folder / template.name(first)), 1))
        starts = {image: listed[image] for image in facts.found if image in listed}
        yield from _angles(sweep, span, starts, number(facts.first_header, "width"))
        return
    reference = facts.first_header
    yield from _constant(sweep, span, facts.headers, reference)
    starts = {
        image: start
        for image, header in facts.headers.items()
        if (start := number(header, "start")) is not None
    }
    yield from _settings(sweep, span, facts.headers, starts)
    yield from _angles(sweep, span, starts, number(reference, "width"))
    yield from _times(sweep, span, facts.headers)


def _constant(
    sweep: str, span: Span | None, headers: Mapping[int, ImageFacts], reference: ImageFacts
) -> Iterator[Diagnostic]:
    """SW-I006 for each field that some headers give otherwise than the first."""
    width = abs(number(reference, "width") or 0.0)
    tolerances = {**_CONSTANT, "width": _WIDTH_TOLERANCE * width}
    for name in (*tolerances, *_TEXTS):
        fact = reference.get(name)
        if fact is None:
            continue
        same = _same(tolerances.get(name))
        values = {
            image: found.value for image, header in headers.items() if (found := header.get(name))
        }
        other = {image: value for image, value in values.items() if not same(fact.value, value)}
        if not other:
            continue
        told = _some(other.values())
        what = name.replace("_", " ").replace("center", "centre")
        message = f"sweep {sweep}: {what} is {_show(fact.value)}, but {told} in {_images(other)}"
        yield error("SW-I006", message, span, help=f"Several sweeps under one template? {_SPLIT}")


def _settings(
    sweep: str, span: Span | None, headers: Mapping[int, ImageFacts], starts: Mapping[int, float]
) -> Iterator[Diagnostic]:
    """SW-I006 for axes that neither stand still nor turn with the scan."""
    first = min(headers)
    for name, stood in settings_of(headers[first]).items():
        other = {}
        for image, header in headers.items():
            stands = settings_of(header).get(name, stood)
            turned = starts.get(image, 0.0) - starts.get(first, 0.0)
            if all(abs(wrapped(stands - stood - by)) > SETTING_TOLERANCE for by in (0.0, turned)):
                other[image] = stands
        if other:
            shown = _some(other.values())
            message = f"sweep {sweep}: {name} stands at {stood:g} degrees, but at {shown} in {_images(other)}"
            yield error(
                "SW-I006", message, span, help=f"Several sweeps under one template? {_SPLIT}"
            )


def _angles(
    sweep: str, span: Span | None, starts: Mapping[int, float], width: float | None
) -> Iterator[Diagnostic]:
    """SW-I040 for images with the angle of another, SW-I007 where the angle jumps otherwise."""
    if not width:
        return
    tolerance = _ANGLE_TOLERANCE * abs(width) + _rounding(starts.values())
    jumps = [
        image
        for before, image in pairwise(sorted(starts))
        if abs(wrapped(starts[image] - starts[before] - width * (image - before))) > tolerance
    ]
    seen: dict[float, int] = {}
    twice: dict[int, int] = {}
    for image in sorted(starts):
        one = seen.setdefault(starts[image] % 360.0, image)
        if abs(wrapped(width * (image - one))) > tolerance:
            twice[image] = one
    if twice:
        image, one = next(iter(twice.items()))
        told = f"image {image} begins at {starts[image]:g} degrees, as image {one}"
        message = f"sweep {sweep}: one angle twice: {told}{_in_all(twice)}"
        hint = "Was a file copied under another number, or a part measured twice? Compare them."
        yield error("SW-I040", message, span, help=hint)
    # behind a copy the angle jumps back
    others = [image for image in jumps if image not in twice and image - 1 not in twice]
    if others:
        message = f"sweep {sweep}: the angle jumps at {_images(others)}"
        yield error("SW-I007", message, span, help=f"Make several sweeps of it. {_SPLIT}")


def _times(
    sweep: str, span: Span | None, headers: Mapping[int, ImageFacts]
) -> Iterator[Diagnostic]:
    """SW-I041, where times tell images apart: to parts of a second, or of slow images."""
    dates = {
        image: str(date.value) for image, header in headers.items() if (date := header.get("date"))
    }
    slow = all((number(headers[image], "exposure_time") or 0.0) >= 1.0 for image in dates)
    exact = slow or all("." in date for date in dates.values())
    first: dict[str, int] = {}
    twice = {
        image: first[date]
        for image, date in dates.items()
        if first.setdefault(date, image) != image
    }
    if not twice or not exact or len(first) == 1:  # converters give all images one time
        return
    image, one = next(iter(twice.items()))
    told = f"image {image} at {dates[image]}, as image {one}"
    message = f"sweep {sweep}: one time twice: {told}{_in_all(twice)}"
    hint = "Was a file copied under another number? Compare them."
    yield warning("SW-I041", message, span, help=hint)


def _rounding(angles: Any) -> float:
    """What two rounded angles may be off by together, degrees."""
    digits = max((len(repr(float(angle)).partition(".")[2]) for angle in angles), default=0)
    return float(f"1e-{digits}")


def _same(tolerance: float | None) -> Callable[[Any, Any], bool]:
    if tolerance is None:
        return lambda one, other: bool(one == other)

    def same(one: Any, other: Any) -> bool:
        left, right = ((x if isinstance(x, tuple) else (x,)) for x in (one, other))
        return len(left) == len(right) and all(
            abs(a - b) <= tolerance for a, b in zip(left, right, strict=True)
        )

    return same


def _some(values: Iterable[Any]) -> str:
    shown = list(dict.fromkeys(_show(value) for value in values))
    return ", ".join(shown[:_SHOWN]) + (" ..." if len(shown) > _SHOWN else "")


def _images(numbers: Any) -> str:
    found = ImageSet.of(numbers)
    return f"image{'s' if len(found) > 1 else ''} {found}"


def _in_all(numbers: Any) -> str:
    return f"; in all {_images(numbers)}" if len(numbers) > 1 else ""


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return " x ".join(f"{part:.9g}" for part in value)
    return f"{value:.9g}" if isinstance(value, float | int) else str(value)
