"""Resolve: lay defaults, machine and headers below what people wrote. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.language.compose import ComposedJob, ComposedSweep, Stacks
from sweepwright.model.diagnostic import Diagnostic, advice, error
from sweepwright.model.facts import EngineFacts, SweepFacts
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedJob, ResolvedSweep
from sweepwright.model.resolved import (
    AtRun,
    Decision,
    Layer,
    Leaves,
    Origin,
    Resolved,
    Written,
    computed,
)
from sweepwright.resolve.defaults import FROM_HEADER, JOB_DEFAULTS, SWEEP_DEFAULTS
from sweepwright.resolve.scan import resolve_scan
from sweepwright.resolve.symmetry import resolve_symmetry

#: wavelengths that differ by less belong to one data set, A
WAVELENGTH_TOLERANCE_A = 0.00005
#: sweeps that turn by less give no absorption surface
ABSORPTION_DEG = 60.0
RESOLUTION_RULE = (
    "the worst limit of the criteria that are on, each at its first crossing of a smooth fit"
)
ANOMALOUS_RULE = "true when CC_ano is significant (p < 0.001) in the lowest third of the shells"


def resolve(
    job: ComposedJob,
    facts: Mapping[str, SweepFacts],
    machine: EngineFacts,
    places: Mapping[str, str],
) -> tuple[ResolvedJob | None, list[Diagnostic]]:
    """The resolved job; ``facts`` by sweep, ``places`` by root."""
    diagnostics: list[Diagnostic] = []
    leaves = _leaves(job.stacks, JOB_DEFAULTS, "")
    engine = _engine(leaves["processing.engine"], machine)
    groups = []
    for crystal, stacks in job.crystals.items():
        members = [sweep for sweep in job.sweeps if sweep.crystal == crystal]
        if not members:
            diagnostics.append(advice("SW-L020", f"crystal '{crystal}' has no sweep"))
            continue
        sweeps = []
        for sweep in members:
            resolved, found = _sweep(sweep, facts[sweep.name])
            diagnostics += found
            if resolved is not None:
                sweeps.append(resolved)
        group_leaves, found = _group_leaves(crystal, stacks, leaves, sweeps)
        diagnostics += found
        groups.append(ResolvedGroup(crystal, tuple(sweeps), _datasets(sweeps), group_leaves))
    if any(item.severity == "error" for item in diagnostics):
        return None, diagnostics
    # what a group may have otherwise is a leaf of the groups alone
    table = {key: leaf for key, leaf in leaves.items() if not key.startswith("processing.")}
    table |= {"processing.engine": engine, "run.threads": _threads(leaves["run.threads"])}
    resolved_job = ResolvedJob(job.name, engine, machine, Leaves(table), tuple(groups), places)
    return resolved_job, diagnostics


def _leaves(stacks: Stacks, defaults: Mapping[str, Any], prefix: str) -> dict[str, Resolved[Any]]:
    """The top of each stack, with the defaults at the bottom."""
    found = {}
    for key in dict.fromkeys((*defaults, *stacks)):
        stack = list(stacks.get(key, ()))
        if key in defaults:
            stack.append(Written(defaults[key], Origin(Layer.DEFAULT, key)))
        found[key] = _top(prefix + key, stack)
    return found


def _top(path: str, stack: list[Written]) -> Resolved[Any]:
    first, *hidden = stack
    return Resolved(path, first.value, first.origin, tuple(hidden))


def _engine(leaf: Resolved[str], machine: EngineFacts) -> Resolved[str]:
    if leaf.value != "auto":
        return leaf
    origin = Origin(Layer.MACHINE, "processing.engine", machine.reason)
    return Resolved(leaf.path, machine.engine, origin, (Written("auto", leaf.origin), *leaf.hidden))


def _threads(leaf: Resolved[Any]) -> Resolved[Any]:
    if leaf.value != "auto":
        return leaf
    return Resolved(leaf.path, AtRun("threads"), leaf.origin, leaf.hidden)


def _group_leaves(
    crystal: str,
    stacks: Stacks,
    job: Mapping[str, Resolved[Any]],
    sweeps: list[ResolvedSweep],
) -> tuple[Leaves, list[Diagnostic]]:
    prefix = f"crystals[{crystal}]."
    defaults = {key: value for key, value in JOB_DEFAULTS.items() if key.startswith("processing.")}
    table = _leaves(stacks, defaults, prefix)
    del table["processing.engine"]
    high = table["processing.resolution.high"]
    if high.value == "auto":
        decision = Decision(f"resolution@{crystal}", "d_min", RESOLUTION_RULE)
        table["processing.resolution.high"] = Resolved(
            high.path, decision, high.origin, high.hidden
        )
    for key in ("processing.resolution.low", "processing.indexing.max_cell"):
        leaf = table[key]  # `auto` is no limit, and what the engine estimates from the spots
        if leaf.value == "auto":
            table[key] = Resolved(leaf.path, None, leaf.origin, leaf.hidden)
    table["processing.scaling.absorption"] = _absorption(
        table["processing.scaling.absorption"], sweeps
    )
    anomalous = table["processing.anomalous"]
    if anomalous.value == "auto":
        decision = Decision(f"anomalous@{crystal}", "anomalous", ANOMALOUS_RULE)
        table["processing.anomalous"] = Resolved(
            anomalous.path, decision, anomalous.origin, anomalous.hidden
        )
    symmetry, diagnostics = resolve_symmetry(prefix, table)
    table |= symmetry
    table["project"] = job["project"]
    return Leaves(table), diagnostics


def _absorption(leaf: Resolved[Any], sweeps: list[ResolvedSweep]) -> Resolved[Any]:
    """`auto`: a short sweep does not show the crystal from enough sides (DIALS's own rule)."""
    if leaf.value != "auto":
        return leaf
    widths = [sweep.leaves["scan.width"] for sweep in sweeps]
    turned = [
        (sweep.extent[1] - sweep.extent[0] + 1) * width.known
        for sweep, width in zip(sweeps, widths, strict=True)
    ]
    rule = f"a sweep turns by more than {ABSORPTION_DEG:g} degrees"
    return computed(leaf.path, max(turned, default=0.0) > ABSORPTION_DEG, rule, *widths)


def _sweep(
    sweep: ComposedSweep, facts: SweepFacts
) -> tuple[ResolvedSweep | None, list[Diagnostic]]:
    prefix = f"sweeps[{sweep.name}]."
    header = facts.first_header
    stacks = {key: list(stack) for key, stack in sweep.stacks.items()}
    for key, field in FROM_HEADER.items():
        fact = header.get(field)
        if fact is not None:
            stacks.setdefault(key, []).append(Written(fact.value, Origin(Layer.HEADER, fact.key)))
    for key, value in SWEEP_DEFAULTS.items():
        stacks.setdefault(key, []).append(Written(value, Origin(Layer.DEFAULT, key)))
    table = {
        key: _top(prefix + key, stack)
        for key, stack in stacks.items()
        if key.startswith(("geometry.", "goniostat.", "settings"))
    }
    lacking = [key for key in FROM_HEADER if key not in table]
    if lacking:
        return None, [_lacking(sweep, key) for key in lacking]
    table["images"] = Resolved(
        prefix + "images", facts.template.text, _images_origin(sweep, "images")
    )
    table["range"] = Resolved(
        prefix + "range", (facts.found.first, facts.found.last), _images_origin(sweep, "range")
    )
    excluded = sweep.top("exclude")
    if excluded is not None:
        table["exclude"] = Resolved(prefix + "exclude", excluded.value, excluded.origin)
    table["geometry.beam_center"] = _beam_center_px(table)
    scan, diagnostics = resolve_scan(sweep, header, table)
    diagnostics += _two_theta(sweep, facts)
    if scan is None:
        return None, diagnostics
    resolved = ResolvedSweep(sweep.name, sweep.crystal, facts.found, facts, Leaves(table | scan))
    return resolved, diagnostics


def _images_origin(sweep: ComposedSweep, key: str) -> Origin:
    written = sweep.top(key)
    return written.origin if written is not None else Origin(Layer.IMAGES, "files found")


def _lacking(sweep: ComposedSweep, key: str) -> Diagnostic:
    shown = key.removeprefix("geometry.")
    message = (
        f"sweep {sweep.name}: the image headers do not give '{shown}', and the job does not either"
    )
    return error("SW-G001", message, sweep.span, help=f"Write it under 'geometry:' ({shown}: ...).")


def _beam_center_px(table: Mapping[str, Resolved[Any]]) -> Resolved[Any]:
    """The beam centre in px; mm are divided by the pixel size."""
    leaf, pixel = table["geometry.beam_center"], table["geometry.pixel_size"]
    fast, slow, *unit = leaf.known
    if unit == ["mm"]:
        in_px = (float(f"{fast / pixel.known[0]:.12g}"), float(f"{slow / pixel.known[1]:.12g}"))
        return computed(leaf.path, in_px, "beam centre in px", leaf, pixel)
    return Resolved(leaf.path, (fast, slow), leaf.origin, leaf.hidden)


def _two_theta(sweep: ComposedSweep, facts: SweepFacts) -> list[Diagnostic]:
    fact = facts.first_header.get("two_theta")
    if fact is None or abs(float(str(fact.value))) < 0.001:
        return []
    message = f"sweep {sweep.name}: the detector stands at two-theta {fact.value} degrees, which this release cannot do"
    return [
        error(
            "SW-G002",
            message,
            sweep.span,
            help="Only detectors square to the beam are handled yet.",
        )
    ]


def _datasets(sweeps: list[ResolvedSweep]) -> tuple[DataSet, ...]:
    """Sweeps by wavelength: sorted, a data set grows while its spread stays within the tolerance."""
    ordered = sorted(sweeps, key=lambda sweep: float(sweep.leaves.known("geometry.wavelength")))
    clusters: list[list[ResolvedSweep]] = []
    for sweep in ordered:
        wavelength = float(sweep.leaves.known("geometry.wavelength"))
        if (
            clusters
            and wavelength - clusters[-1][0].leaves.known("geometry.wavelength")
            <= WAVELENGTH_TOLERANCE_A
        ):
            clusters[-1].append(sweep)
        else:
            clusters.append([sweep])
    return tuple(
        DataSet(
            f"w{index}", tuple(sweep.name for sweep in sweeps if sweep in cluster), _mean(cluster)
        )
        for index, cluster in enumerate(clusters, start=1)
    )


def _mean(sweeps: list[ResolvedSweep]) -> float:
    """The mean wavelength, weighted by images."""
    images = sum(len(sweep.images) for sweep in sweeps)
    total = sum(len(sweep.images) * sweep.leaves.known("geometry.wavelength") for sweep in sweeps)
    return float(f"{total / images:.12g}")
