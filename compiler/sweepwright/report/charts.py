"""Which charts the page of a run shows, made from its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweepwright.report.figures import (
    NARROW,
    Axis,
    Chart,
    Point,
    Series,
    Ticks,
    image_axis,
    linear_axis,
    logarithmic_axis,
    resolution_axis,
    thinned,
)
from sweepwright.results.model import MergingStatistics
from sweepwright.results.per_image import ImageStatistics
from sweepwright.results.resolution import ResolutionDecision, ShellEvidence

# Below this a mean I/sigma is no signal; a logarithmic axis has to end somewhere.
_LEAST_STRENGTH = 0.1


def resolution_charts(
    statistics: MergingStatistics, decision: ResolutionDecision | None
) -> tuple[Chart, Chart]:
    """CC and I/sigma against resolution.

    With a decision the points, fits and cut-off are the ones that it was made from (so they go on
    beyond the limit); CC_ano is always that of the merged data.
    """
    axis = _axis(statistics, decision)
    cuts: Ticks = ()
    if decision is not None and decision.limited_by != "data":
        cuts = ((decision.value**-2, f"{decision.value:.2f} Å"),)
    cc = _cc_chart(statistics, decision, axis, cuts)
    return cc, _strength_chart(statistics, decision, axis, cuts)


def image_charts(images: Sequence[ImageStatistics], batch_offset: int) -> tuple[Chart, ...]:
    """Scale, I/sigma and R of each image of one sweep, by image number (batch less the offset).

    What no image has, as scales where XDS scaled, has no chart.
    """
    if not images:
        return ()
    numbers = [item.batch - batch_offset for item in images]
    axis = image_axis(numbers[0], numbers[-1])
    named: dict[str, Sequence[float | None]] = {
        "Scale factor": [item.scale for item in images],
        "Mean I/σ(I) of observations": [item.mean_i_over_sigma for item in images],
        "R against the merged mean": [item.r_merge for item in images],
    }
    charts = []
    for title, values in named.items():
        points = [(float(x), y) for x, y in zip(numbers, values, strict=True) if y is not None]
        if points:
            charts.append(_image_chart(title, axis, points))
    return tuple(charts)


def _image_chart(title: str, axis: Axis, points: Sequence[Point]) -> Chart:
    shown = thinned(points)
    highest = max(y for _, y in shown)
    lowest = min(y for _, y in shown)
    y_axis = linear_axis(title, min(0.0, lowest), highest, 4)
    return Chart(title, axis, y_axis, (Series(title, shown),), width=NARROW)


def _axis(statistics: MergingStatistics, decision: ResolutionDecision | None) -> Axis:
    overall = statistics.overall
    if decision is None:
        return resolution_axis(overall.d_max, overall.d_min)
    return resolution_axis(decision.shells[0].d_max, decision.shells[-1].d_min)


def _cc_chart(
    statistics: MergingStatistics, decision: ResolutionDecision | None, axis: Axis, cuts: Ticks
) -> Chart:
    series = _observed(statistics, decision, "cc_half", "CC½")
    ano = tuple(
        (_middle(s.d_max, s.d_min), s.cc_ano) for s in statistics.shells if s.cc_ano is not None
    )
    if ano:
        series += (Series("CC(ano)", ano, "dots", 2),)
    lowest = min((y for item in series for _, y in item.points), default=0.0)
    return Chart(
        "Correlation of half sets", axis, linear_axis("Correlation", max(-0.4, min(0.0, lowest)), 1.0),
        series, _levels(decision, "cc_half", "CC½"), cuts,
    )  # fmt: skip


def _strength_chart(
    statistics: MergingStatistics, decision: ResolutionDecision | None, axis: Axis, cuts: Ticks
) -> Chart:
    series = tuple(
        replace(item, points=tuple((x, y) for x, y in item.points if y >= _LEAST_STRENGTH))
        for item in _observed(statistics, decision, "i_over_sigma", "I/σ(I)")
    )
    values = [y for item in series for _, y in item.points]
    low = min([*values, 1.0])
    return Chart(
        "Strength of the merged data", axis, logarithmic_axis("Mean I/σ(I)", low, max([*values, 10.0])),
        series, _levels(decision, "i_over_sigma", "I/σ(I)"), cuts,
    )  # fmt: skip


def _observed(
    statistics: MergingStatistics, decision: ResolutionDecision | None, criterion: str, label: str
) -> tuple[Series, ...]:
    """The shells as dots, and the fit as a line when there is one."""
    if decision is None:
        name = {"cc_half": "cc_half", "i_over_sigma": "mean_i_over_sigma"}[criterion]
        rows = [(_middle(s.d_max, s.d_min), getattr(s, name)) for s in statistics.shells]
        return (Series(label, tuple((x, y) for x, y in rows if y is not None)),)
    shells = [shell for shell in decision.shells if not shell.left_out]
    dots = tuple((x, y) for x, y in _points(shells, criterion) if y is not None)
    fit = tuple(
        (_middle(s.d_max, s.d_min), s.fits[criterion])
        for s in decision.shells
        if criterion in s.fits
    )
    lines = (Series("fit", fit),) if fit else ()
    return (Series(label, dots, "dots"), *lines)


def _points(shells: Sequence[ShellEvidence], criterion: str) -> list[tuple[float, float | None]]:
    return [(_middle(shell.d_max, shell.d_min), shell.values[criterion]) for shell in shells]


def _levels(decision: ResolutionDecision | None, criterion: str, label: str) -> Ticks:
    if decision is None or criterion not in decision.criteria:
        return ()
    threshold = decision.criteria[criterion]
    return ((threshold, f"{label} {threshold:g}"),)


def _middle(d_max: float, d_min: float) -> float:
    return (d_max**-2 + d_min**-2) / 2
