"""Groups: which crystals are scaled together, and the leaves that hold for all of a group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweepwright.language.compose import ComposedJob
from sweepwright.language.scopes import finest_scopes
from sweepwright.model.diagnostic import Diagnostic, Related, Span, advice, error
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedSweep
from sweepwright.model.resolved import Decision, Edit, Leaves, Resolved, computed
from sweepwright.model.section import Scope
from sweepwright.resolve.defaults import GROUP_DEFAULTS
from sweepwright.resolve.reference import ReferenceFacts, resolve_reference
from sweepwright.resolve.related import KEY as RELATED
from sweepwright.resolve.related import resolve_related
from sweepwright.resolve.stacks import Stacks, auto_is, settled
from sweepwright.resolve.symmetry import resolve_symmetry
from sweepwright.resolve.wavelengths import Cluster, clusters, doubts

#: sweeps that turn by less give no absorption surface
ABSORPTION_DEG = 60.0
RESOLUTION_RULE = (
    "the worst limit of the criteria that are on, each at its first crossing of a smooth fit"
)
ANOMALOUS_RULE = "true when CC_ano is significant (p < 0.001) in the lowest third of the shells"
#: what a data set may have otherwise than its group
_OF_DATASETS = ("processing.resolution.high", "processing.resolution.low")

Table = dict[str, Resolved[Any]]


def resolve_groups(
    job: ComposedJob,
    leaves: Mapping[str, Resolved[Any]],
    sweeps: Sequence[ResolvedSweep],
    references: Mapping[str, ReferenceFacts],
) -> tuple[list[ResolvedGroup], list[Diagnostic]]:
    """All groups in the order of the crystals. ``leaves`` are the job's."""
    members, diagnostics = _members(job, leaves["processing.merging.group"])
    groups = []
    for name, crystals in members.items():
        own = [sweep for sweep in sweeps if sweep.crystal in crystals]
        if not own:
            for crystal in crystals:
                diagnostics.append(advice("SW-L020", f"crystal '{crystal}' has no sweep"))
            continue
        group, found = _group(name, crystals, job, leaves, own, references.get(crystals[0]))
        diagnostics += found
        groups.append(group)
    return groups, [*diagnostics, *_idle_datasets(job)]


def _idle_datasets(job: ComposedJob) -> Iterator[Diagnostic]:
    """SW-L020: what is said of a data set reaches the sweeps that name it."""
    used = {sweep.dataset for sweep in job.sweeps}
    said = [value for key, value in job.source.root.pairs() if key.value == "datasets"]
    for key, _ in said[0].pairs() if said else ():
        if key.value not in used:
            message = f"data set '{key.value}' has no sweep"
            help_ = f"Write 'dataset: {key.value}' in the sweeps that it is made of."
            yield advice("SW-L020", message, key.span, help=help_)


def _members(
    job: ComposedJob, leaf: Resolved[Any]
) -> tuple[dict[str, tuple[str, ...]], list[Diagnostic]]:
    """Group -> its crystals."""
    if leaf.value == "crystal":
        return {crystal: (crystal,) for crystal in job.crystals}, []
    if leaf.value == "all":
        return {"all": tuple(job.crystals)}, []
    groups: dict[str, tuple[str, ...]] = dict(leaf.known)
    named = {crystal for crystals in groups.values() for crystal in crystals}
    unknown = sorted(named - set(job.crystals))
    if unknown:
        message = f"a group names the crystal '{unknown[0]}', which the job has not"
        hint = f"Crystals of this job: {', '.join(job.crystals)}."
        return {}, [error("SW-L019", message, leaf.origin.span, help=hint)]
    for crystal in job.crystals:
        if crystal not in named:
            if crystal in groups:
                message = f"'{crystal}' is a group, and a crystal that is in no group"
                return {}, [error("SW-L044", message, leaf.origin.span, help="Rename the group.")]
            groups[crystal] = (crystal,)
    return groups, []


def _group(
    name: str,
    crystals: tuple[str, ...],
    job: ComposedJob,
    leaves: Mapping[str, Resolved[Any]],
    sweeps: list[ResolvedSweep],
    reference: ReferenceFacts | None,
) -> tuple[ResolvedGroup, list[Diagnostic]]:
    prefix = f"crystals[{name}]."
    tables = [_crystal_table(job.crystals[crystal], prefix) for crystal in crystals]
    table = tables[0]
    diagnostics = [
        item
        for other, crystal in zip(tables[1:], crystals[1:], strict=True)
        for item in _disagreements(table, other, crystals[0], crystal)
    ]
    table["processing.scaling.absorption"] = _absorption(
        table["processing.scaling.absorption"], sweeps
    )
    table["processing.anomalous"] = auto_is(
        table["processing.anomalous"], Decision(f"anomalous@{name}", "anomalous", ANOMALOUS_RULE)
    )
    _decide_resolution(table, name)
    taken, found = resolve_reference(prefix, table, reference)
    diagnostics += found
    table |= taken
    symmetry, found = resolve_symmetry(prefix, table)
    diagnostics += found
    table |= symmetry
    table["project"] = leaves["project"]
    ordered = sorted(sweeps, key=_order)
    table[RELATED], found = resolve_related(table[RELATED], ordered)
    diagnostics += found
    rule = leaves["processing.wavelengths"]
    apart = clusters(ordered, rule.known)
    diagnostics += doubts(apart, rule)
    datasets = [_dataset(cluster, job, table, name) for cluster in apart]
    return ResolvedGroup(name, tuple(ordered), tuple(datasets), Leaves(table)), diagnostics


def _order(sweep: ResolvedSweep) -> int:
    leaf = sweep.leaves.get("order")
    return 0 if leaf is None or leaf.known is None else int(leaf.known)


def _crystal_table(stacks: Stacks, prefix: str) -> Table:
    """What of a crystal holds for its group: not what belongs to the job or to sweeps alone."""
    scopes = finest_scopes()

    def belongs(key: str) -> bool:
        if key in GROUP_DEFAULTS or key in ("space_group", "cell", "reference"):
            return True
        return key.startswith("processing.") and scopes[key] is Scope.CRYSTAL

    kept = {key: stack for key, stack in stacks.items() if belongs(key)}
    return settled(kept, GROUP_DEFAULTS, prefix)


def _disagreements(first: Table, other: Table, crystal: str, second: str) -> list[Diagnostic]:
    """SW-L043: crystals that are scaled together cannot be treated differently."""
    found = []
    for key in dict.fromkeys((*first, *other)):
        a, b = first.get(key), other.get(key)
        if a is not None and b is not None and a.value == b.value:
            continue
        message = f"crystals {crystal} and {second} are scaled together but differ in '{key}'"
        said: list[Span] = [leaf.origin.span for leaf in (a, b) if leaf and leaf.origin.span]
        related = tuple(Related("the other one", span) for span in said[1:])
        help_ = "Say it for all of them ('crystals: {\"*\": ...}'), or merge them apart."
        found.append(error("SW-L043", message, *said[:1], related=related, help=help_))
    return found


def _decide_resolution(table: Table, group: str) -> None:
    high, low = (table[key] for key in _OF_DATASETS)
    decision = Decision(f"resolution@{group}", "d_min", RESOLUTION_RULE)
    table["processing.resolution.high"] = auto_is(high, decision)
    table["processing.resolution.low"] = auto_is(low, None)


def _dataset(cluster: Cluster, job: ComposedJob, table: Table, group: str) -> DataSet:
    """A data set with its own limits where it says so, else the group's."""
    crystal = cluster.sweeps[0].crystal
    stacks = job.datasets.get((crystal, cluster.name), {}) if cluster.sweeps[0].dataset else {}
    own = {key: stack for key, stack in stacks.items() if key in _OF_DATASETS}
    found = settled(own, {}, f"datasets[{group}.{cluster.name}].")
    limits = {
        key: leaf
        for key, leaf in found.items()
        if leaf.value != "auto" and leaf.edit is not Edit.DEFAULT
    }
    leaves = {key: limits.get(key, table[key]) for key in _OF_DATASETS}
    names = tuple(sweep.name for sweep in cluster.sweeps)
    return DataSet(cluster.name, names, cluster.wavelength_a, Leaves(leaves))


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
