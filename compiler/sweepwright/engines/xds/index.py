"""``index@SWEEP``: spots, lattice and orientation, and the ladder of what is tried when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from sweepwright.engines.base import PlannedStep, Rung, TemplateUse, constant, one, sweep_folder
from sweepwright.engines.carried import first_rung
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.engines.xds.beam_centres import beam_centres
from sweepwright.engines.xds.carried import carried_values, searched_instead
from sweepwright.engines.xds.instrument import Context, family, machine, readers
from sweepwright.engines.xds.setting import standard_cell
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.plan import Output
from sweepwright.model.resolved import Leaves, Resolved, computed

STAGE = "XYCORR INIT COLSPOT IDXREF"
#: tables of INIT and XYCORR that later steps read
TABLES = ("X-CORRECTIONS.cbf", "Y-CORRECTIONS.cbf", "BKGINIT.cbf", "BLANK.cbf", "GAIN.cbf")
_OUTPUTS = tuple(
    Output(name=name, role=name) for name in (*TABLES, "SPOT.XDS", "XPARM.XDS", "IDXREF.LP")
)
#: width of image packets for the background, degrees (XDS's own default is about five degrees)
_BACKGROUND_DEG = 5.0
#: words of REFINE(IDXREF); XDS calls the distance POSITION
_REFINED = {
    "beam": "BEAM", "axis": "AXIS", "orientation": "ORIENTATION", "cell": "CELL",
    "distance": "POSITION",
}  # fmt: skip


def index_step(
    sweep: ResolvedSweep,
    group: ResolvedGroup,
    job: Leaves,
    common: Context,
    source: ResolvedSweep | None,
) -> PlannedStep:
    """The step; each rung of its ladder is an attempt. ``common`` is what `instrument` gives.

    The orientation of ``source``, if there is one, is tried first and counts as no attempt.
    """
    context = common | _context(sweep, group, job)
    number = group.leaves["space_group_number"]
    context = context | carried_values(f"sweeps[{sweep.name}].xds.", sweep, source, number)
    use = TemplateUse(
        "xds/index.inp.j2",
        "XDS.INP",
        "xds",
        context,
        replaced_keywords(sweep.leaves, readers(STAGE)),
    )
    rungs = sweep.leaves["processing.indexing.attempts"].known
    instead = searched_instead(context, number)
    ladder = [
        replace(rung, values={**instead, **rung.values})
        for rung in islice(_ladder(sweep, group, context), rungs)
    ]
    attempts = (*([first_rung(source, {})] if source is not None else []), *ladder)
    return PlannedStep(
        id=f"index@{sweep.name}",
        program="xds_par",
        folder=sweep_folder(sweep, "index"),
        files=(use,),
        inputs=(one(f"manifest@{sweep.name}", "images.json"),),
        outputs=_OUTPUTS,
        judge="xds.index" if _search(sweep) == "off" else "xds.index_searched",
        shares_threads=True,
        attempts=attempts,
        title=f"index sweep {sweep.name}",
    )


def _context(sweep: ResolvedSweep, group: ResolvedGroup, job: Leaves) -> Context:
    """The variables of ``index.inp.j2`` alone."""
    leaves, path = sweep.leaves, f"sweeps[{sweep.name}].xds."
    # spots of detectors that count photons are small (generate_XDS.INP 1.20: 3, 4, 2)
    counting = family(sweep).counting
    small = "photon counting" if counting else "charge integrating"
    return {
        **machine(sweep, job, STAGE, job["run.jobs"].known.colspot),
        "spot_ranges": [
            computed(f"{path}SPOT_RANGE[{i}]", pair, "SPOT_RANGE", leaves["scan.spot_images"])
            for i, pair in enumerate(_spot_ranges(sweep))
        ],
        "background_range": _background(path, sweep),
        "fewest_pixels": constant(
            path + "MINIMUM_NUMBER_OF_PIXELS_IN_A_SPOT", 3 if counting else 6, small
        ),
        "spot_maximum_centroid": constant(path + "SPOT_MAXIMUM-CENTROID", 3.0, "XDS"),
        "sepmin": constant(path + "SEPMIN", 4.0 if counting else 7.0, small),
        "cluster_radius": constant(path + "CLUSTER_RADIUS", 2.0 if counting else 3.5, small),
        "space_group_number": _number(path, group.leaves["space_group_number"]),
        "cell": standard_cell(path + "UNIT_CELL_CONSTANTS", group),
        "refined": _refined(path, leaves["processing.indexing.refine"]),
        "cell_axis_error": constant(path + "MAX_CELL_AXIS_ERROR", 0.03, "XDS"),
        "cell_angle_error": constant(path + "MAX_CELL_ANGLE_ERROR", 2.0, "XDS"),
        "spot_error": constant(path + "MAXIMUM_ERROR_OF_SPOT_POSITION", 3.0, "XDS"),
        "spindle_error": constant(path + "MAXIMUM_ERROR_OF_SPINDLE_POSITION", 2.0, "XDS"),
        "fewest_indexed": constant(path + "MINIMUM_FRACTION_OF_INDEXED_SPOTS", 0.5, "XDS"),
    }


def _spot_ranges(sweep: ResolvedSweep) -> list[tuple[int, int]]:
    """As many lines as any rung of the ladder needs; a range that stands twice counts once."""
    chosen = list(sweep.leaves["scan.spot_images"].known.intervals)
    return chosen + chosen[-1:] * (len(sweep.images.intervals) - len(chosen))


def _ladder(sweep: ResolvedSweep, group: ResolvedGroup, context: Context) -> Iterator[Rung]:
    """What is tried, each rung with its reason; ``indexing.attempts`` of the job cuts it."""
    yield Rung("as resolved")
    everywhere = _every_image(sweep, context)
    centres = (
        Rung(f"the beam centre {reason}", everywhere | place)
        for reason, place in beam_centres(sweep, group, context)
    )
    if _search(sweep) == "always":
        yield from centres
    if everywhere:
        yield Rung("spots of all images", everywhere)
    pixels = context["fewest_pixels"]
    for reason, fewest in (
        ("smaller, weaker", pixels.known - 1), ("larger, stronger", 2 * pixels.known),
    ):  # fmt: skip
        yield Rung(f"{reason} spots of all images", everywhere | {pixels.path: fewest})
    if _search(sweep) == "after-failure":
        yield from centres
    near = {context["sepmin"].path: 2.0, context["cluster_radius"].path: 1.0}
    yield Rung("spots that lie close, as of a large cell", everywhere | near)
    if group.leaves["space_group_number"].value is not None:
        free = {context["space_group_number"].path: 0}
        yield Rung("no group and cell imposed", everywhere | free)


def _search(sweep: ResolvedSweep) -> str:
    return str(sweep.leaves["processing.indexing.beam_search"].known)


def _every_image(sweep: ResolvedSweep, context: Context) -> dict[str, Any]:
    """SPOT_RANGE of all images that are used; nothing when that is so already."""
    ranges = context["spot_ranges"]
    wanted = list(sweep.images.intervals)
    wanted += wanted[-1:] * (len(ranges) - len(wanted))
    if [leaf.known for leaf in ranges] == wanted:
        return {}
    return {leaf.path: pair for leaf, pair in zip(ranges, wanted, strict=True)}


def _background(path: str, sweep: ResolvedSweep) -> Resolved[Any]:
    """Within the first images that are used: the background is never taken from excluded ones."""
    first, last = sweep.images.intervals[0]
    width = sweep.leaves["scan.width"]
    last = min(last, first + max(1, round(_BACKGROUND_DEG / width.known)) - 1)
    sources = sweep.leaves["range"], width
    return computed(path + "BACKGROUND_RANGE", (first, last), "the first five degrees", *sources)


def _refined(path: str, choice: Resolved[Any]) -> Resolved[Any]:
    """The words of REFINE(IDXREF), or None: what XDS refines by itself."""
    words = None if choice.value is None else tuple(_REFINED[word] for word in choice.known)
    return computed(path + "REFINE(IDXREF)", words, "what is refined", choice)


def _number(path: str, number: Resolved[Any]) -> Resolved[Any]:
    if number.value is not None:
        return number
    return constant(path + "SPACE_GROUP_NUMBER", 0, "group unknown")
