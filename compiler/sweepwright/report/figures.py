"""Charts as small inline SVG: no script, no network, the page's own colours (so dark mode works).

A ``Chart`` is data; ``svg`` draws it. Lengths are in units of the view box, which the page scales.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

WIDE, NARROW, HEIGHT = 420, 300, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 26, 42
_FOOT = HEIGHT - _BOTTOM
_TICK_GAP = 36
_LETTER = 6.6
Point = tuple[float, float]
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the units of the axes, drawn as a line or as dots; ``colour`` is 1 or 2."""

    label: str
    points: tuple[Point, ...]
    kind: Literal["line", "dots"] = "line"
    colour: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from ``low`` to ``high``; a logarithmic one needs low > 0."""

    label: str
    low: float
    high: float
    ticks: Ticks
    logarithmic: bool = False

    def fraction(self, value: float) -> float:
        """Where a value stands, 0 at ``low`` and 1 at ``high``; outside values go to the end."""
        scale: Callable[[float], float] = math.log if self.logarithmic else float
        value = min(max(value, self.low), self.high)
        return (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. ``levels`` are dashed horizontal lines, ``cuts`` vertical ones, with their labels."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    levels: Ticks = ()
    cuts: Ticks = ()
    width: int = WIDE

    @property
    def right(self) -> int:
        """The right end of the plot."""
        return self.width - _RIGHT

    def across(self, value: float) -> float:
        """The place of a value of x."""
        return _LEFT + self.x.fraction(value) * (self.right - _LEFT)

    def up(self, value: float) -> float:
        """The place of a value of y."""
        return _FOOT - self.y.fraction(value) * (_FOOT - _TOP)


def svg(chart: Chart) -> Markup:
    """The chart as an SVG element with a title and a description for those who cannot see it."""
    labels = ", ".join(series.label for series in chart.series)
    title = escape(chart.title)
    parts = [
        f'<svg class="chart" viewBox="0 0 {chart.width} {HEIGHT}" role="img" aria-label="{title}">',
        f"<title>{title}: {escape(labels)}</title>",
        *(_grid_line(chart, at, label) for at, label in chart.y.ticks),
        *(_foot_label(chart, at, label) for at, label in chart.x.ticks),
        f'<path class="axis" d="M{_LEFT} {_FOOT}H{chart.right}"/>',
        *(_level(chart, at, label) for at, label in chart.levels),
        *(_cut(chart, at, label) for at, label in chart.cuts),
        *(_draw(chart, series) for series in chart.series),
        _text((_LEFT + chart.right) / 2, HEIGHT - 6, chart.x.label, "middle", "name"),
        _text(4, 13, chart.y.label, "start", "name"),
        _keys(chart),
        "</svg>",
    ]
    return Markup("\n".join(parts))


def resolution_axis(d_max: float, d_min: float) -> Axis:
    """An axis linear in 1/d^2 whose ticks are labelled with d in A, both ends among them."""
    low, high = d_max**-2, d_min**-2
    gap = _TICK_GAP / (WIDE - _LEFT - _RIGHT) * (high - low)
    ticks = [(low, f"{d_max:.0f}" if d_max >= 10 else f"{d_max:.2f}"), (high, f"{d_min:.2f}")]
    for tenths in (100, 80, 60, 50, 40, 35, *range(30, 4, -1)):
        place = (tenths / 10) ** -2
        if low < place < high and all(abs(place - other) >= gap for other, _ in ticks):
            ticks.append((place, f"{tenths / 10:.1f}"))
    return Axis("Resolution (Å)", low, high, tuple(sorted(ticks)))


def linear_axis(label: str, low: float, high: float, wanted: int = 5) -> Axis:
    """An axis with about ``wanted`` round ticks; its ends are moved out to round numbers."""
    step = _round_step((high - low or abs(high) or 1.0) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    decimals = max(0, -math.floor(math.log10(step)))
    ticks = tuple((i * step, f"{i * step:.{decimals}f}") for i in range(first, last + 1))
    return Axis(label, ticks[0][0], ticks[-1][0], ticks)


def image_axis(first: int, last: int) -> Axis:
    """An axis of image numbers from the first to the last image exactly."""
    step = max(1, round(_round_step(max(last - first, 1) / 4)))
    inner = range((first // step + 1) * step, last, step)
    gap = (last - first) * _TICK_GAP / (NARROW - _LEFT - _RIGHT)
    places = [first, *(place for place in inner if place - first >= gap and last - place >= gap)]
    ends = [last] if last > first else []
    ticks = tuple((float(place), str(place)) for place in [*places, *ends])
    return Axis("Image", float(first), float(max(last, first + 1)), ticks)


def logarithmic_axis(label: str, low: float, high: float) -> Axis:
    """An axis whose ticks are powers of ten, with 2 and 5 between when there are few; low > 0."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(last, first + 1)
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    values = [factor * 10.0**power for power in range(first, last) for factor in steps] + [
        10.0**last
    ]
    return Axis(
        label, values[0], values[-1], tuple((value, f"{value:g}") for value in values), True
    )


def _round_step(step: float) -> float:
    """The next of 1, 2, 5 times a power of ten from a step on."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def _draw(chart: Chart, series: Series) -> str:
    places = [(chart.across(x), chart.up(y)) for x, y in series.points]
    if series.kind == "dots":
        return "".join(_dot(series, x, y) for x, y in places)
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return f'<path class="line c{series.colour}" d="M{path}"/>' if places else ""


def _dot(series: Series, x: float, y: float) -> str:
    return f'<circle class="dot c{series.colour}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'


def _grid_line(chart: Chart, value: float, label: str) -> str:
    at = chart.up(value)
    line = f'<path class="grid" d="M{_LEFT} {at:.1f}H{chart.right}"/>'
    return line + _text(_LEFT - 7, at + 4, label, "end")


def _foot_label(chart: Chart, value: float, label: str) -> str:
    at = chart.across(value)
    return f'<path class="axis" d="M{at:.1f} {_FOOT}v4"/>' + _text(at, _FOOT + 17, label, "middle")


def _level(chart: Chart, value: float, label: str) -> str:
    at = chart.up(value)
    line = f'<path class="mark" d="M{_LEFT} {at:.1f}H{chart.right}"/>'
    return line + _text(_LEFT + 5, at - 5, label, "start", "note")


def _cut(chart: Chart, value: float, label: str) -> str:
    at = chart.across(value)
    line = f'<path class="mark" d="M{at:.1f} {_TOP}V{_FOOT}"/>'
    return line + _text(at - 5, _FOOT - 7, label, "end", "note")


def _keys(chart: Chart) -> str:
    """Which mark is which series, at the top right, where there is more than one."""
    if len(chart.series) < 2:
        return ""
    widths = [_LETTER * len(series.label) + 32 for series in chart.series]
    left = chart.right - sum(widths) + 12
    parts = []
    for series, width in zip(chart.series, widths, strict=True):
        line = f'<path class="line c{series.colour}" d="M{left:.1f} 9h14"/>'
        parts.append(_dot(series, left + 9, 9) if series.kind == "dots" else line)
        parts.append(_text(left + 18, 13, series.label, "start"))
        left += width
    return "".join(parts)


def _text(x: float, y: float, text: str, anchor: str, role: str = "") -> str:
    css = f' class="{role}"' if role else ""
    return f'<text{css} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def thinned(points: Sequence[Point], most: int = 300) -> tuple[Point, ...]:
    """At most ``most`` points: each the mean of as many neighbours as it takes."""
    size = -(-len(points) // most) or 1
    runs = [points[i : i + size] for i in range(0, len(points), size)]
    return tuple(
        (sum(x for x, _ in run) / len(run), sum(y for _, y in run) / len(run)) for run in runs
    )
