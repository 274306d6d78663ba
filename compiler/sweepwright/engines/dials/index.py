"""``index@SWEEP`` and its ladder: other beam centres and cells are tried when indexing fails.

dials.index takes its geometry from a file of models. So the models of each beam centre that may be
tried are made before, and a rung names one of them: the one of dials.search_beam_position, and those
that a header may have meant with its numbers exchanged or counted from the other side.
"""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.engines.base import (
    PlannedStep,
    Rung,
    TemplateUse,
    constant,
    one,
    panel_of,
    placed_by,
    sweep_folder,
)
from sweepwright.engines.carried import first_rung
from sweepwright.engines.dials import context
from sweepwright.engines.dials.carried import CARRIED, carried_step
from sweepwright.engines.dials.panels import panels
from sweepwright.engines.dials.program import both_files, program
from sweepwright.geometry.detector import beam_center_px, point_mm
from sweepwright.geometry.frames import IMGCIF, from_sw
from sweepwright.geometry.rotation import Vector, combine, rounded
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import computed

GIVEN, SEARCHED = "imported.expt", "searched.expt"
#: beam centres of a header that are within this of the given one are not tried, pixels
_SAME_PX = 1.0
#: cells beyond what the distances of neighbouring spots suggest
_LARGE_CELL_A = 500.0


def index_steps(
    sweep: ResolvedSweep, group: ResolvedGroup, source: ResolvedSweep | None
) -> list[PlannedStep]:
    """The models of other beam centres, and the step with its ladder.

    The orientation of ``source``, if there is one, is tried first and counts as no attempt.
    """
    name, leaves = sweep.name, sweep.leaves
    given, spots = one(f"import@{name}", GIVEN), one(f"find_spots@{name}", "strong.refl")
    steps: list[PlannedStep] = []
    models: list[FileRef] = [given.model_copy(update={"link": GIVEN})]
    turned: dict[str, str] = {}
    if leaves["processing.indexing.beam_search"].known != "off":
        steps.append(_search(sweep, given, spots))
        models.append(one(f"search_beam@{name}", SEARCHED, SEARCHED))
        # the numbers of several panels follow from their axes and are not exchanged in a header
        places = {} if panels(sweep) else dict(_permuted(sweep))
        if places:
            steps.append(_beam_centres(sweep, given, places))
            turned = {f"turned_{number}.expt": why for number, why in enumerate(places, 1)}
            models += [one(f"beam_centres@{name}", file, file) for file in turned]
    values = context.index(sweep, group)
    tried = leaves["processing.indexing.attempts"].known
    ladder = list(_ladder(sweep, group, values, turned))[:tried]
    if source is not None:
        steps.append(carried_step(sweep, source, given))
        models.append(one(steps[-1].id, CARRIED, CARRIED))
        ladder.insert(0, first_rung(source, {_path(sweep): CARRIED}))
    first = ladder[0].values.get(_path(sweep), GIVEN)
    chosen = constant(_path(sweep), first, "beam centre of the attempt")
    index = program(
        "index", name, sweep_folder(sweep, "index"), values, leaves, (chosen, spots),
        both_files("indexed"), inputs=tuple(models), attempts=tuple(ladder),
        title=f"index sweep {name}",
    )  # fmt: skip
    return [*steps, index]


def _path(sweep: ResolvedSweep) -> str:
    return f"sweeps[{sweep.name}].dials.models"


def _search(sweep: ResolvedSweep, given: FileRef, spots: FileRef) -> PlannedStep:
    return program(
        "search_beam_position", sweep.name, sweep_folder(sweep, "search_beam"),
        context.search_beam(sweep), sweep.leaves, (given, spots),
        (Output(name=SEARCHED, role="models"),),
        step="search_beam", template="search_beam", shares_threads=True,
        title=f"search the beam centre of sweep {sweep.name}",
    )  # fmt: skip


def _beam_centres(sweep: ResolvedSweep, given: FileRef, places: dict[str, Vector]) -> PlannedStep:
    """``turned_1.expt`` ...: the models as imported, with the detector elsewhere."""
    path = f"sweeps[{sweep.name}].dials.origins"
    asked = {"origins": computed(path, list(places.values()), "; ".join(places), *placed_by(sweep))}
    return PlannedStep(
        id=f"beam_centres@{sweep.name}",
        program="sweepwright:beam_centres",
        folder=sweep_folder(sweep, "beam_centres"),
        argv=(given,),
        files=(TemplateUse("steps/beam_centres.json.j2", "parameters.json", "json", asked),),
        outputs=tuple(
            Output(name=f"turned_{number}.expt", role="models")
            for number in range(1, len(places) + 1)
        ),
        title=f"models of other beam centres for sweep {sweep.name}",
    )


def _permuted(sweep: ResolvedSweep) -> Iterator[tuple[str, Vector]]:
    """What a header may have meant: why, and where the detector (imgCIF frame, mm) is then."""
    panel = panel_of(sweep)
    (x, y), (nx, ny) = beam_center_px(panel), panel.size_px
    for why, place in (
        ("with x and y exchanged", (y, x)),
        ("with y counted from the other side", (x, ny - y)),
        ("with x counted from the other side", (nx - x, y)),
    ):
        if max(abs(place[0] - x), abs(place[1] - y)) > _SAME_PX:
            # the beam stays: the detector moves by as much the other way
            was, new = point_mm(panel, (x, y)), point_mm(panel, place)
            origin = combine((1.0, panel.origin_mm), (1.0, was), (-1.0, new))
            yield why, rounded(from_sw(IMGCIF, origin))


def _ladder(
    sweep: ResolvedSweep, group: ResolvedGroup, values: context.Context, turned: dict[str, str]
) -> Iterator[Rung]:
    """What is tried, each rung with its reason; ``indexing.attempts`` of the job cuts it."""
    models, search = _path(sweep), sweep.leaves["processing.indexing.beam_search"].known
    searched = Rung("the beam centre as searched", {models: SEARCHED})
    if search == "always":
        yield searched
    yield Rung("as resolved", {models: GIVEN})
    if search == "after-failure":
        yield searched
    for file, why in turned.items():
        yield Rung(f"the beam centre {why}", {models: file})
    if values["max_cell"].value == "Auto":
        yield Rung("a large cell", {models: GIVEN, values["max_cell"].path: _LARGE_CELL_A})
    group_leaf, cell = values["space_group"], values["unit_cell"]
    if group_leaf.value is not None or cell.value is not None:
        free = {leaf.path: None for leaf in (group_leaf, cell) if leaf.value is not None}
        yield Rung("no group and cell imposed", {models: GIVEN, **free})
