"""Headers of one sweep must tell one story: constant where they must be, angles continuous."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.model.diagnostic import Diagnostic, Span, error
from sweepwright.model.facts import SweepFacts

#: field -> largest difference within a sweep (relative, but for beam centre: px)
_CONSTANT = {"wavelength": 1e-5, "distance": 1e-4, "width": 1e-3, "size": 0.0, "pixel_size": 1e-6}
#: as a part of the oscillation width; encoder noise is far below
_ANGLE_TOLERANCE = 0.1
_SPLIT = "Give each its own 'range:'; 'sweepwright discover' finds where each begins."


def check_headers(sweep: str, facts: SweepFacts, span: Span | None) -> Iterator[Diagnostic]:
    """SW-I006: a value moves within the sweep. SW-I007: the angle jumps."""
    yield from _constant(sweep, facts, span)
    yield from _continuous(sweep, facts, span)


def _constant(sweep: str, facts: SweepFacts, span: Span | None) -> Iterator[Diagnostic]:
    first_number, *others = sorted(facts.headers)
    for field, tolerance in _CONSTANT.items():
        first = facts.headers[first_number].get(field)
        for number in others:
            other = facts.headers[number].get(field)
            if first is None or other is None or _close(first.value, other.value, tolerance):
                continue
            message = f"sweep {sweep}: {field.replace('_', ' ')} is {_show(first.value)} in image {first_number}, {_show(other.value)} in image {number}"
            hint = f"Two sweeps under one template? {_SPLIT}"
            yield error("SW-I006", message, span, help=hint)
            break


def _continuous(sweep: str, facts: SweepFacts, span: Span | None) -> Iterator[Diagnostic]:
    numbers = sorted(facts.headers)
    start, width = (facts.first_header.get(field) for field in ("start", "width"))
    if start is None or width is None or not isinstance(width.value, float) or width.value == 0:
        return
    for number in numbers[1:]:
        found = facts.headers[number].get("start")
        if found is None:
            continue
        expected = float(str(start.value)) + (number - numbers[0]) * width.value
        off = (float(str(found.value)) - expected + 180.0) % 360.0 - 180.0
        if abs(off) > _ANGLE_TOLERANCE * abs(width.value) * max(1, (number - numbers[0]) ** 0.5):
            message = f"sweep {sweep}: image {number} begins at {found.value:g} degrees, not at {expected:g}: the angle jumps"
            hint = f"Make two sweeps of it. {_SPLIT}"
            yield error("SW-I007", message, span, help=hint)
            return


def _close(a: object, b: object, tolerance: float) -> bool:
    left = a if isinstance(a, tuple) else (a,)
    right = b if isinstance(b, tuple) else (b,)
    return len(left) == len(right) and all(
        abs(x - y) <= tolerance * max(abs(x), abs(y)) for x, y in zip(left, right, strict=True)
    )


def _show(value: object) -> str:
    return " x ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else f"{value:g}"
