"""Resolve: lay defaults, machine and headers below what people wrote. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.language.compose import ComposedJob, ComposedSweep
from sweepwright.language.scopes import finest_scopes
from sweepwright.model.diagnostic import Diagnostic, Related, advice, error, has_errors
from sweepwright.model.facts import EngineFacts, SweepFacts
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep, UsedMacro
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import (
    AtRun,
    Decision,
    Edit,
    Layer,
    Leaves,
    Origin,
    Resolved,
    Written,
    computed,
    settle,
)
from sweepwright.model.section import Scope
from sweepwright.resolve.access import Access, with_access
from sweepwright.resolve.defaults import FROM_HEADER, JOB_DEFAULTS, SWEEP_DEFAULTS
from sweepwright.resolve.detector import placed_by_frame, resolve_detector
from sweepwright.resolve.groups import resolve_groups
from sweepwright.resolve.panels import check_panels, resolve_panels
from sweepwright.resolve.reference import ReferenceFacts
from sweepwright.resolve.scan import resolve_scan
from sweepwright.resolve.site import (
    NO_SITE,
    SweepSite,
    device_axes,
    header_axes,
    site_values,
    used_sites,
)
from sweepwright.resolve.spots import spot_search_images
from sweepwright.resolve.stacks import Stacks, auto_is, settled
from sweepwright.sites.schema import Goniostat

#: leaves of a sweep that stand alone; `geometry` and the like are kept by their first word
_SWEEP_KEYS = frozenset(
    "settings order duplicates split masks exclude keywords geometry goniostat".split()
)

ICE_RULE = (
    "the rings of hexagonal ice on which there are many spots off the lattice, or intensities above those "
    "beside them by far more than elsewhere; with two of them the three strongest"
)
#: what `auto` stands for in a sweep; None: what the engine does by itself
_AUTO_OF_SWEEP: Mapping[str, Any] = {
    "processing.resolution.high": None,
    "processing.resolution.low": None,
    "processing.indexing.max_cell": None,
    "processing.indexing.lattice": None,
    "processing.indexing.refine": None,
}


def resolve(
    job: ComposedJob,
    facts: Mapping[str, SweepFacts],
    machine: EngineFacts,
    places: Mapping[str, str],
    sites: Mapping[str, SweepSite],
    references: Mapping[str, ReferenceFacts],
    access: Access,
) -> tuple[ResolvedJob | None, list[Diagnostic]]:
    """The resolved job.

    ``facts`` and ``sites`` are by sweep, ``places`` by root, ``references`` by crystal.
    """
    diagnostics: list[Diagnostic] = []
    leaves = settled(job.stacks, JOB_DEFAULTS, "")
    sweeps = []
    for sweep in job.sweeps:
        resolved, found = _sweep(sweep, facts[sweep.name], sites.get(sweep.name, NO_SITE))
        diagnostics += found
        if resolved is not None:
            sweeps.append(with_access(resolved, leaves, access))
    if has_errors(diagnostics):
        return None, diagnostics
    groups, found = resolve_groups(job, leaves, sweeps, references)
    diagnostics += found
    if has_errors(diagnostics):
        return None, diagnostics
    table = {key: leaf for key, leaf in leaves.items() if _is_of_job(key)}
    engine = _engine(leaves["processing.engine"], machine)
    table["processing.engine"] = engine
    table["processing.scaling.program"] = _scaling_program(
        leaves["processing.scaling.program"], engine, machine
    )
    table["image_access.plugin"] = auto_is(leaves["image_access.plugin"], None)
    table["run.threads"] = auto_is(leaves["run.threads"], AtRun("threads"))
    table["run.scaling_threads"] = _scaling_threads(table)
    macros = tuple(
        UsedMacro(m.name, m.macro.file, m.macro.source, m.macro.doc, m.macro.caveat, m.macro.digest)
        for m in job.macros
    )
    records = used_sites(sites)
    resolved_job = ResolvedJob(
        job.name, engine, machine, Leaves(table), tuple(groups), places, macros, records,
        access.links,
    )  # fmt: skip
    return resolved_job, diagnostics


def _is_of_job(key: str) -> bool:
    """Whether a leaf holds for the whole job: what groups or sweeps may have otherwise is theirs."""
    if key.startswith("processing."):
        return finest_scopes()[key] is Scope.JOB
    return not key.startswith(("geometry.", "goniostat.", "masks"))


def _engine(leaf: Resolved[str], machine: EngineFacts) -> Resolved[str]:
    if leaf.value != "auto":
        return leaf
    origin = Origin(Layer.MACHINE, "processing.engine", machine.reason)
    return Resolved(leaf.path, machine.engine, origin, (Written("auto", leaf.origin), *leaf.hidden))


def _scaling_program(
    leaf: Resolved[str], engine: Resolved[str], machine: EngineFacts
) -> Resolved[str]:
    """`auto`: DIALS's own; for data of XDS AIMLESS where CCP4 is here, else XSCALE."""
    if leaf.value != "auto":
        return leaf
    if engine.known == "dials":
        return computed(leaf.path, "dials", "the engine's own", engine)
    here = {"pointless", "aimless"} <= machine.tools.keys()
    reason = "POINTLESS and AIMLESS are here" if here else "POINTLESS or AIMLESS is not here"
    origin = Origin(Layer.MACHINE, leaf.path, reason)
    hidden = (Written("auto", leaf.origin), *leaf.hidden)
    return Resolved(leaf.path, "aimless" if here else "xscale", origin, hidden)


def _scaling_threads(table: Mapping[str, Resolved[Any]]) -> Resolved[Any]:
    """`auto`: as many as `run.threads`."""
    scaling, threads = table["run.scaling_threads"], table["run.threads"]
    if scaling.value != "auto" or isinstance(threads.value, AtRun):
        return auto_is(scaling, AtRun("threads"))
    return computed(scaling.path, threads.value, "as run.threads", threads)


def _sweep(
    sweep: ComposedSweep, facts: SweepFacts, site: SweepSite
) -> tuple[ResolvedSweep | None, list[Diagnostic]]:
    prefix = f"sweeps[{sweep.name}]."
    header = facts.first_header
    lower: dict[str, list[Written]] = {}
    if site.entry is not None:
        lower = {key: [written] for key, written in site_values(site.entry, header).items()}
    for key, field in FROM_HEADER.items():
        fact = header.get(field)
        if fact is not None:
            lower.setdefault(key, []).append(Written(fact.value, Origin(Layer.HEADER, fact.key)))
    if header.axes:
        lower["goniostat.axes"] = [header_axes(header)]
    for key, value in SWEEP_DEFAULTS.items():
        lower.setdefault(key, []).append(Written(value, Origin(Layer.DEFAULT, key)))
    table = {
        key: settle(prefix + key, (*sweep.stacks.get(key, ()), *lower.get(key, ())))
        for key in dict.fromkeys((*sweep.stacks, *lower))
        if _is_of_sweep(key)
    }
    for key, meant in _AUTO_OF_SWEEP.items():
        table[key] = auto_is(table[key], meant)
    decision = Decision(f"ice@{sweep.name}", "rings", ICE_RULE)
    table["processing.ice_rings"] = auto_is(table["processing.ice_rings"], decision)
    if site.device is not None:
        table["goniostat.axes"], found = _device(sweep, table, site.device)
        if found:
            return None, found
    found = check_panels(sweep, header, table) or _beam_center(sweep, table)
    placed, told = placed_by_frame(sweep, table)
    table, found = table | placed, found + told
    lacking = [key for key in FROM_HEADER if key not in table]
    if has_errors(found) or lacking:
        return None, found or [_lacking(sweep, key) for key in lacking]
    table |= _images(sweep, facts, prefix)
    scan, diagnostics = resolve_scan(sweep, header, table)
    diagnostics += found
    place = resolve_panels if len(header.panels) > 1 else resolve_detector
    detector, found = place(sweep, header, table, site.entry)
    diagnostics += found
    if scan is None or detector is None:
        return None, diagnostics
    search, found = _spots(sweep, facts, table, scan["scan.width"])
    diagnostics += found
    leaves = Leaves(table | scan | detector | {"scan.spot_images": search})
    resolved = ResolvedSweep(sweep.name, sweep.crystal, sweep.dataset, facts.found, facts, leaves)
    return resolved, diagnostics


def _is_of_sweep(key: str) -> bool:
    if key.startswith("processing."):
        return finest_scopes()[key] is Scope.SWEEP
    return key.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0] in _SWEEP_KEYS


def _images(sweep: ComposedSweep, facts: SweepFacts, prefix: str) -> dict[str, Resolved[Any]]:
    """The leaves ``images`` and ``range`` as they were found."""

    def leaf(key: str, value: Any) -> Resolved[Any]:
        written = sweep.top(key)
        origin = written.origin if written is not None else Origin(Layer.IMAGES, "files found")
        return Resolved(prefix + key, value, origin)

    return {
        "images": leaf("images", facts.template.text),
        "range": leaf("range", (facts.found.first, facts.found.last)),
    }


def _spots(
    sweep: ComposedSweep, facts: SweepFacts, table: dict[str, Resolved[Any]], width: Resolved[float]
) -> tuple[Resolved[ImageSet], list[Diagnostic]]:
    """Where spots are looked for, with all that it depends on."""
    choice = table["processing.spots.images"]
    images = spot_search_images(choice.known, facts.found, width.known)
    path = f"sweeps[{sweep.name}].scan.spot_images"
    sources = [choice] if choice.origin.layer is not Layer.DEFAULT else []
    sources += [table[key] for key in ("range", "exclude") if key in table]
    if not images:
        message = f"sweep {sweep.name}: no image that is used would be searched for spots"
        help_ = f"Images used: {facts.found}."
        return choice.at(path), [error("SW-L053", message, choice.origin.span, help=help_)]
    found = []
    if isinstance(choice.known, ImageSet):
        unused = choice.known.within(facts.found.first, facts.found.last) - images
        if unused:
            message = f"sweep {sweep.name}: images {unused} are not used, so spots are searched on {images} alone"
            help_ = f"Images used: {facts.found}."
            found = [advice("SW-E050", message, choice.origin.span, help=help_)]
    return computed(path, images, "images searched", *sources), found


def _device(
    sweep: ComposedSweep, table: dict[str, Resolved[Any]], device: Goniostat
) -> tuple[Resolved[Any], list[Diagnostic]]:
    """The axes of the goniostat that the job names."""
    model, axes = table["goniostat.model"], sweep.top("goniostat.axes")
    if axes is not None and axes.value is not None:
        message = f"sweep {sweep.name}: both the model of the goniostat and its axes are given"
        related = (Related("the model", model.origin.span),) if model.origin.span else ()
        found = error("SW-G020", message, axes.origin.span, related=related, help="Keep one.")
        return model, [found]
    path = f"sweeps[{sweep.name}].goniostat.axes"
    return computed(path, device_axes(device), f"axes of {device.id}", model), []


def _lacking(sweep: ComposedSweep, key: str) -> Diagnostic:
    shown = key.removeprefix("geometry.")
    message = (
        f"sweep {sweep.name}: the image headers do not give '{shown}', and the job does not either"
    )
    return error("SW-G001", message, sweep.span, help=f"Write it under 'geometry:' ({shown}: ...).")


def _beam_center(sweep: ComposedSweep, table: dict[str, Resolved[Any]]) -> list[Diagnostic]:
    """Puts the beam centre in px into the table, from px, mm, or ORGX and ORGY."""
    org, key = table.get("geometry.orgx_orgy"), "geometry.beam_center"
    written: Stacks = sweep.stacks
    if org is not None and org.value is not None:
        if key in written and written[key][0].edit is not Edit.DEFAULT:
            both = written[key][0].origin.span
            message = f"sweep {sweep.name}: both a beam centre and ORGX, ORGY are given"
            related = (Related("ORGX and ORGY", org.origin.span),) if org.origin.span else ()
            return [error("SW-G010", message, both, related=related, help="Keep one of them.")]
        # at two-theta 0 the foot of the perpendicular is the beam centre
        path, centre = f"sweeps[{sweep.name}].{key}", tuple(x - 0.5 for x in org.known)
        table[key] = computed(path, centre, "ORGX, ORGY - 0.5", org)
        return []
    leaf, pixel = table.get(key), table.get("geometry.pixel_size")
    if leaf is None or pixel is None or leaf.value is None:
        return []
    fast, slow, *unit = leaf.known
    if unit == ["mm"]:
        in_px = tuple(
            float(f"{mm / size:.12g}") for mm, size in zip((fast, slow), pixel.known, strict=True)
        )
        table[key] = computed(leaf.path, in_px, "beam centre in px", leaf, pixel)
    else:
        table[key] = Resolved(leaf.path, (fast, slow), leaf.origin, leaf.hidden, edit=leaf.edit)
    return []
