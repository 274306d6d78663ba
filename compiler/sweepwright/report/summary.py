"""``summary.html``: what was run, how good the data are, and why each choice was made, on one page.

The page is one file without scripts that run or addresses that are fetched. The caller fills a
``Summary`` with plain values; the same values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sweepwright.report.charts import image_charts, resolution_charts
from sweepwright.report.drawing import svg as drawn
from sweepwright.report.figures import svg
from sweepwright.report.geometry_picture import geometry_picture
from sweepwright.report.scene import Scene
from sweepwright.resources import templates_folder
from sweepwright.results.model import MergedSet, MergingStatistics, Results
from sweepwright.results.per_image import ImageStatistics
from sweepwright.results.resolution import ResolutionDecision
from sweepwright.results.table1 import COLUMNS, statistics_rows


@dataclass(frozen=True, slots=True)
class SweepFacts:
    """A sweep as it was processed; ``images`` is the template, ``range`` the numbers used."""

    name: str
    images: str
    range: str
    rotation_deg: float
    width_deg: float
    wavelength_a: float
    distance_mm: float


@dataclass(frozen=True, slots=True)
class Program:
    """A program that ran, with its version line."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A choice that the data made: what, the value, by which rule, on what evidence."""

    subject: str
    value: str
    rule: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that ran; ``verdict`` is one of success, soft-failure, failure, or taken over."""

    id: str
    program: str
    duration_s: float
    verdict: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class ImageFigures:
    """The images of one sweep; the number of an image is its batch less ``batch_offset``."""

    sweep: str
    images: tuple[ImageStatistics, ...]
    batch_offset: int = 0


@dataclass(frozen=True, slots=True)
class SetFigures:
    """What the charts of one merged set are drawn from."""

    statistics: MergingStatistics
    resolution: ResolutionDecision | None = None
    #: shells of the table, whose first and last are its inner and outer columns
    table_shells: int = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the page shows. ``sets`` belong to ``results.sets``, in the same order."""

    job: str
    title: str
    engine: str
    engine_reason: str
    results: Results
    sets: tuple[SetFigures, ...] = ()
    sweeps: tuple[SweepFacts, ...] = ()
    scenes: tuple[Scene, ...] = ()
    images: tuple[ImageFigures, ...] = ()
    programs: tuple[Program, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    steps: tuple[StepLine, ...] = ()
    caveats: tuple[str, ...] = ()
    version: str = ""


def render_summary(summary: Summary) -> str:
    """The page as text. Raises ValueError when figures and sets do not belong together."""
    if len(summary.sets) != len(summary.results.sets):
        raise ValueError(
            f"{len(summary.results.sets)} merged sets, figures for {len(summary.sets)}"
        )
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("summary.html.j2").render(
        summary=summary,
        sets=[
            _set(item, figures)
            for item, figures in zip(summary.results.sets, summary.sets, strict=True)
        ],
        images=[_images(item) for item in summary.images],
        pictures=_pictures(summary.scenes),
        sweeps=[_sweep(item) for item in summary.sweeps],
        steps=[_step(item) for item in summary.steps],
        findings=[_finding(item) for item in summary.results.findings],
        outputs=summary.results.outputs,
        columns=COLUMNS,
        document=summary.results.to_json(),
    )


def _set(item: MergedSet, figures: SetFigures) -> dict[str, Any]:
    overall = item.overall
    a, b, c, alpha, beta, gamma = item.cell
    return {
        "name": f"{item.group} / {item.dataset}",
        "space_group": item.space_group,
        "cell": f"{a:.2f}, {b:.2f}, {c:.2f} Å; {alpha:.2f}, {beta:.2f}, {gamma:.2f}°",
        "wavelength": f"{item.wavelength_a:.5f} Å",
        "sweeps": ", ".join(item.sweeps),
        "key_numbers": [
            ("Resolution", f"{overall.d_min:.2f} Å"),
            ("Space group", item.space_group),
            ("Completeness", _shown(overall.completeness, "{:.1%}")),
            ("I/σ(I)", _shown(overall.mean_i_over_sigma, "{:.1f}")),
            ("CC½", _shown(overall.cc_half, "{:.4f}")),
            ("Rmeas", _shown(overall.r_meas, "{:.3f}")),
        ],
        "rows": [(_typeset(label), cells) for label, cells in statistics_rows(item)],
        "shells": figures.table_shells,
        "charts": [
            svg(chart) for chart in resolution_charts(figures.statistics, figures.resolution)
        ],
        "notes": figures.resolution.notes if figures.resolution else (),
    }


def _pictures(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    """One picture for all sweeps that differ in nothing that it shows but the name."""
    alike: dict[Scene, list[str]] = {}
    for scene in scenes:
        alike.setdefault(replace(scene, sweep=""), []).append(scene.sweep)
    return [
        {
            "sweeps": ", ".join(names),
            "svg": drawn(geometry_picture(replace(scene, sweep=", ".join(names)))),
        }
        for scene, names in alike.items()
    ]


def _images(item: ImageFigures) -> dict[str, Any]:
    return {
        "sweep": item.sweep,
        "charts": [svg(chart) for chart in image_charts(item.images, item.batch_offset)],
    }


def _sweep(item: SweepFacts) -> tuple[str, ...]:
    return (
        item.name,
        item.images,
        item.range,
        f"{item.rotation_deg:g}°",
        f"{item.width_deg:g}°",
        f"{item.wavelength_a:.5f} Å",
        f"{item.distance_mm:.1f} mm",
    )


def _step(item: StepLine) -> dict[str, str]:
    return {
        "id": item.id,
        "program": item.program,
        "duration": f"{item.duration_s:.1f} s"
        if item.duration_s < 60
        else f"{item.duration_s / 60:.1f} min",
        "verdict": item.verdict,
        "message": item.message,
        "mark": {"success": "good", "failure": "bad", "soft-failure": "warn"}.get(
            item.verdict, "calm"
        ),
    }


def _finding(item: Any) -> dict[str, str]:
    return {
        "code": item.code,
        "state": str(item.state),
        "message": item.message,
        "subject": item.subject,
        "mark": {"seen": "warn", "not seen": "good"}.get(str(item.state), "calm"),
    }


def _typeset(label: str) -> str:
    """The label of the plain table with the signs that a page can show."""
    for plain, sign in (("(A)", "(Å)"), ("CC1/2", "CC½"), ("I+/I-", "I+/I−"), ("and I-", "and I−")):
        label = label.replace(plain, sign)
    return label.replace("I/sigma(I)", "I/σ(I)").replace("|DANO|/sd(DANO)", "|ΔI|/σ(ΔI)")


def _shown(value: float | None, pattern: str) -> str:
    return "–" if value is None else pattern.format(value)
