"""One screen about a resolved job: what each sweep holds, and where its geometry comes from."""

from __future__ import annotations

from sweepwright.emit.spell import plain
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.resolved import Decision, Resolved

_SHOWN = (
    ("geometry.wavelength", "wavelength", "A"),
    ("geometry.distance", "distance", "mm"),
    ("geometry.beam_center", "beam centre", "px"),
    ("scan.axis", "rotation axis", ""),
    ("scan.start", "start angle", "deg"),
)


def overview(job: ResolvedJob) -> str:
    """The overview as text."""
    lines = [f"{job.name}: engine {job.engine.known} ({job.engine.origin})"]
    for group in job.groups:
        for sweep in group.sweeps:
            lines += _sweep(sweep)
        lines += _group(group)
    return "\n".join(lines)


def _sweep(sweep: ResolvedSweep) -> list[str]:
    header, width = sweep.facts.first_header, sweep.leaves.known("scan.width")
    detector = header.get("detector")
    turned = float(f"{len(sweep.images) * width:.6g}")
    lines = [
        f"sweep {sweep.name}: {sweep.template.hashes()}, images {sweep.images} "
        f"({len(sweep.images)} x {width:g} = {turned:g} deg)",
        f"  {'detector':<15} {detector.value if detector else 'not in the header'}",
    ]
    for key, label, unit in _SHOWN:
        leaf = sweep.leaves[key]
        lines.append(f"  {label:<15} {f'{plain(leaf.value)} {unit}'.strip():<28} {leaf.origin}")
    return lines


def _group(group: ResolvedGroup) -> list[str]:
    lines = [f"crystal {group.name}: sweeps {', '.join(sweep.name for sweep in group.sweeps)}"]
    for key, label in (
        ("space_group", "space group"),
        ("processing.anomalous", "anomalous"),
        ("processing.resolution.high", "resolution"),
    ):
        lines.append(f"  {label:<15} {_value(group.leaves[key])}")
    return lines


def _value(leaf: Resolved[object]) -> str:
    if isinstance(leaf.value, Decision):
        return f"decided by {leaf.value.step}: {leaf.value.rule}"
    return "found from the data" if leaf.value is None else f"{plain(leaf.value):<28} {leaf.origin}"
