"""Gathers what a report shows from a run folder alone: lock, plan, ends of steps, their outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweepwright import __version__
from sweepwright.engines.ice import FOR_FILES
from sweepwright.model.plan import Plan, Step
from sweepwright.model.verdict import Finding, FindingState
from sweepwright.records.ends import EndRecord, last_end
from sweepwright.records.folder import LOCK
from sweepwright.report.scene import GapsOf, Scene, scene_of
from sweepwright.report.summary import (
    DecisionLine,
    ImageFigures,
    Program,
    SetFigures,
    StepLine,
    Summary,
    SweepFacts,
)
from sweepwright.results.model import MergedSet, MergingStatistics, Output, OutputState, Results
from sweepwright.results.per_image import ImageStatistics
from sweepwright.results.resolution import ResolutionDecision, ShellEvidence

Ends = Mapping[str, EndRecord]


@dataclass(frozen=True)
class Report:
    """The results as data, and the page's content."""

    results: Results
    summary: Summary
    statistics: tuple[dict[str, Any], ...]


def gather(folder: Path, plan: Plan, gaps_of: GapsOf) -> Report:
    """Everything that can be said of a run, also of one that failed. Raises OSError."""
    ends = {step.id: end for step in plan.steps if (end := last_end(folder / step.folder))}
    lock = _json(folder / LOCK) or {}
    finished = list(_finished(folder, plan, ends))
    sets = tuple(_set(part) for part in finished)
    results = Results(
        sets=sets,
        outputs=tuple(_outputs(folder, plan, ends)),
        findings=tuple(_findings(finished, ends)),
    )
    summary = _summary(folder, plan, ends, lock, finished, results)
    return Report(
        results, replace(summary, scenes=tuple(_scenes(lock, gaps_of))),
        tuple(_statistics(part) for part in finished),
    )  # fmt: skip


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _made(folder: Path, step: Step, ends: Ends, name: str) -> Any:
    """The JSON output of a step that succeeded."""
    end = ends.get(step.id)
    return _json(folder / end.place / name) if end is not None and end.usable else None


def _finished(folder: Path, plan: Plan, ends: Ends) -> Iterator[dict[str, Any]]:
    for step in plan.steps:
        if step.program == "sweepwright:finish":
            made = _made(folder, step, ends, "set.json")
            if made is not None:
                yield made


def _set(part: Mapping[str, Any]) -> MergedSet:
    asked, table = part["asked"], part["statistics"]
    return MergedSet.model_validate(
        {
            "group": asked["group"],
            "dataset": asked["dataset"],
            "sweeps": asked["sweeps"],
            "space_group": part["space_group"],
            "cell": part["cell"],
            "wavelength_A": asked["wavelength_A"],
            **{shell: table[shell] for shell in ("overall", "inner", "outer")},
        }
    )


def _statistics(part: Mapping[str, Any]) -> dict[str, Any]:
    asked = part["asked"]
    return {"group": asked["group"], "dataset": asked["dataset"], **part["statistics"]}


def _outputs(folder: Path, plan: Plan, ends: Ends) -> Iterator[Output]:
    for result in plan.results:
        if (folder / result.path).exists():
            yield Output(path=result.path, role=result.role)
        else:
            end = ends.get(result.step)
            reason = f"{result.step} did not run" if end is None else end.verdict.message
            yield Output(
                path=result.path, role=result.role, state=OutputState.NOT_POSSIBLE, reason=reason
            )
    for path, role in (
        ("results/results.json", "results"),
        ("results/statistics.json", "statistics"),
        ("results/table1.txt", "table"),
        ("summary.html", "report"),
    ):
        yield Output(path=path, role=role)


def _findings(finished: list[dict[str, Any]], ends: Ends) -> Iterator[Finding]:
    for end in ends.values():
        yield from end.verdict.findings
    for part in finished:
        subject = f"{part['asked']['group']}/{part['asked']['dataset']}"
        for item in part["findings"]:
            yield Finding(item["code"], FindingState(item["state"]), item["message"], subject)


def _summary(
    folder: Path,
    plan: Plan,
    ends: Ends,
    lock: Mapping[str, Any],
    finished: list[dict[str, Any]],
    results: Results,
) -> Summary:
    values = {key: leaf["value"] for key, leaf in lock.get("values", {}).items()}
    engine = lock.get("values", {}).get("processing.engine", {})
    decided = {step.id: _made(folder, step, ends, "decision.json") for step in plan.steps}
    return Summary(
        job=plan.name,
        title=str(values.get("title") or ""),
        engine=plan.engine,
        engine_reason=_reason(engine),
        results=results,
        sets=tuple(_figures(part, decided) for part in finished),
        sweeps=tuple(_sweeps(lock, values)),
        images=tuple(figures for part in finished for figures in _images(part)),
        programs=tuple(_programs(lock, ends)),
        decisions=tuple(_decisions(plan, decided, values)),
        steps=tuple(_step(step, ends[step.id]) for step in plan.steps if step.id in ends),
        caveats=plan.caveats,
        version=__version__,
    )


def _reason(engine: Mapping[str, Any]) -> str:
    """Why this engine: what the machine lacks, or who asked for it."""
    layer = engine.get("layer", "")
    return (
        str(engine.get("name", ""))
        if layer == "machine"
        else f"asked for by {layer}"
        if layer
        else ""
    )


def _figures(part: Mapping[str, Any], decided: Mapping[str, Any]) -> SetFigures:
    decision = decided.get(f"resolution@{part['asked']['group']}")
    resolution = None
    if decision is not None:
        evidence = dict(decision["evidence"])
        evidence["shells"] = tuple(ShellEvidence(**shell) for shell in evidence["shells"])
        evidence["notes"] = tuple(evidence["notes"])
        resolution = ResolutionDecision(**evidence)
    table_shells = len(part["statistics"]["shells"])
    return SetFigures(MergingStatistics.model_validate(part["curve"]), resolution, table_shells)


def _images(part: Mapping[str, Any]) -> Iterator[ImageFigures]:
    for (name, offset), images in zip(part["batch_offsets"].items(), part["images"], strict=True):
        if images:
            statistics = tuple(ImageStatistics(**image) for image in images)
            yield ImageFigures(name, statistics, offset)


def _sweeps(lock: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[SweepFacts]:
    for name, images in lock.get("inputs", {}).get("images", {}).items():
        first, last = values[f"sweeps[{name}].range"]
        width = values[f"sweeps[{name}].scan.width"]
        yield SweepFacts(
            name=name,
            images=images["template"],
            range=images["numbers"],
            rotation_deg=float(f"{(last - first + 1) * width:.9g}"),
            width_deg=width,
            wavelength_a=values[f"sweeps[{name}].geometry.wavelength"],
            distance_mm=values[f"sweeps[{name}].geometry.distance"],
        )


def _scenes(lock: Mapping[str, Any], gaps_of: GapsOf) -> Iterator[Scene]:
    """The instrument of each sweep that was compiled."""
    values = lock.get("values", {})
    for name in lock.get("inputs", {}).get("images", {}):
        mine = f"sweeps[{name}]."
        of_sweep = {
            key.removeprefix(mine): leaf["value"]
            for key, leaf in values.items()
            if key.startswith(mine)
        }
        yield scene_of(name, of_sweep, gaps_of)


def _programs(lock: Mapping[str, Any], ends: Ends) -> Iterator[Program]:
    ran = {end.command[0].rpartition("/")[2] for end in ends.values() if end.command}
    versions: dict[str, list[str]] = {}
    for name, tool in lock.get("inputs", {}).get("tools", {}).items():
        if name in ran:
            versions.setdefault(tool["version"], []).append(name)
    for version, names in versions.items():
        yield Program(", ".join(names), version)
    yield Program("sweepwright", __version__)


def _decisions(
    plan: Plan, decided: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[DecisionLine]:
    rules = {
        value["decided_by"]: value["rule"]
        for value in values.values()
        if isinstance(value, dict) and "decided_by" in value
    }
    for step in plan.steps:
        decision = decided.get(step.id)
        if decision is None:
            continue
        for name, value in decision["values"].items():
            if name.startswith(FOR_FILES):
                continue
            evidence = decision["evidence"]
            said = _limits(evidence) or evidence.get("note") or _signal(evidence)
            yield DecisionLine(f"{name} ({step.id})", _shown(value), rules.get(step.id, ""), said)


def _limits(evidence: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {limit:.2f} A" for name, limit in evidence.get("limits", {}).items())


def _signal(evidence: Mapping[str, Any]) -> str:
    return "; ".join(
        f"CC_ano {item['cc_ano']:.3f} on {item['pairs']} pairs to {item['d_min']:.2f} A (p {item['p']:.2g})"
        for item in evidence.get("sets", ())
        if item["cc_ano"] is not None
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _step(step: Step, end: EndRecord) -> StepLine:
    return StepLine(
        step.id, step.program, end.seconds, end.verdict.outcome.value, end.verdict.message
    )
