"""One screen about a resolved job: what each sweep holds, and where its geometry comes from."""

from __future__ import annotations

from sweepwright.emit.spell import plain
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.resolved import Decision, Layer, Resolved

_SHOWN = (
    ("geometry.wavelength", "wavelength", "A"),
    ("geometry.distance", "distance", "mm"),
    ("geometry.beam_center", "beam centre", "px"),
    ("scan.axis", "rotation axis", ""),
    ("scan.start", "start angle", "deg"),
)


def overview(job: ResolvedJob) -> str:
    """The overview as text. What all sweeps have in common is said once, after them."""
    lines = [f"{job.name}: engine {job.engine.known} ({job.engine.origin})"]
    rows = {sweep.name: _rows(sweep) for sweep in job.sweeps}
    first, *others = rows.values()
    shared = [row for row in first if others and all(row in other for other in others)]
    for group in job.groups:
        for sweep in group.sweeps:
            lines += [_headline(sweep), *(row for row in rows[sweep.name] if row not in shared)]
    lines += ["all sweeps", *shared] if shared else []
    for group in job.groups:
        lines += _group(group)
    until = job.leaves.known("processing.until")
    lines += [f"ends after {until}: nothing is scaled or merged"] if until != "end" else []
    lines += [f"macro {macro.name}: {macro.doc}" for macro in job.macros]
    lines += job.caveats
    return "\n".join(lines)


def _headline(sweep: ResolvedSweep) -> str:
    count, width = len(sweep.images), sweep.leaves.known("scan.width")
    turned = float(f"{count * width:.6g}")
    left_out = f", left out: {sweep.excluded}" if sweep.excluded else ""
    return (
        f"sweep {sweep.name}: {sweep.template.hashes()}, images {sweep.images} "
        f"({count} x {width:g} = {turned:g} deg){left_out}"
    )


def _rows(sweep: ResolvedSweep) -> list[str]:
    detector = sweep.facts.first_header.get("detector")
    settings = [(key, key.partition(".")[2], "deg") for key in sweep.leaves if _is_setting(key)]
    return [
        f"  {'detector':<15} {detector.value if detector else 'not in the header'}",
        *(_row(sweep.leaves[key], label, unit) for key, label, unit in (*_SHOWN, *settings)),
    ]


def _is_setting(key: str) -> bool:
    return key.startswith("settings.")


def _row(leaf: Resolved[object], label: str, unit: str) -> str:
    """A value with its origin, and what the header says where that is something else."""
    header = [
        f", {hidden.origin}: {plain(hidden.value)} {unit}"
        for hidden in leaf.hidden
        if hidden.origin.layer is Layer.HEADER and hidden.value != leaf.value
    ]
    return (
        f"  {label:<15} {f'{plain(leaf.value)} {unit}'.strip():<28} {leaf.origin}{''.join(header)}"
    )


def _group(group: ResolvedGroup) -> list[str]:
    members = ", ".join(sweep.name for sweep in group.sweeps)
    is_crystal = {sweep.crystal for sweep in group.sweeps} == {group.name}
    lines = [f"{'crystal' if is_crystal else 'group'} {group.name}: sweeps {members}"]
    for key, label, nothing in (
        ("space_group", "space group", "found from the data"),
        ("processing.anomalous", "anomalous", ""),
        ("processing.resolution.high", "resolution", "no cut"),
    ):
        lines.append(f"  {label:<15} {_value(group.leaves[key], nothing)}")
    return lines + [_dataset(dataset, group) for dataset in group.datasets]


def _dataset(dataset: DataSet, group: ResolvedGroup) -> str:
    """What is merged together."""
    members = [sweep for sweep in group.sweeps if sweep.name in dataset.sweeps]
    waves = {sweep.leaves.known("geometry.wavelength") for sweep in members}
    mean = " (mean)" if len(waves) > 1 else ""
    names = ", ".join(dataset.sweeps) if len(members) < len(group.sweeps) else "all"
    return f"  data set {dataset.name}: {dataset.wavelength_a:g} A{mean}, sweeps {names}"


def _value(leaf: Resolved[object], nothing: str) -> str:
    if isinstance(leaf.value, Decision):
        return f"decided by {leaf.value.step}: {leaf.value.rule}"
    shown = nothing if leaf.value is None else plain(leaf.value)
    return shown if leaf.origin.key == "not given" else f"{shown:<28} {leaf.origin}"
