"""``integrate@SWEEP``: intensities, with the geometry that indexing found, and again with CORRECT's."""

from __future__ import annotations

from sweepwright.engines.base import PlannedStep, TemplateUse, constant, one, sweep_folder
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.engines.xds.index import TABLES
from sweepwright.engines.xds.instrument import Context, limits, machine, readers
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Decision, Layer, Leaves, Origin, Resolved

STAGE = "DEFPIX INTEGRATE"
#: the sizes of spots, field of the decision and keyword: XDS wants all four or none
SIZES = (
    ("beam_divergence", "BEAM_DIVERGENCE"),
    ("beam_divergence_esd", "BEAM_DIVERGENCE_E.S.D."),
    ("reflecting_range", "REFLECTING_RANGE"),
    ("reflecting_range_esd", "REFLECTING_RANGE_E.S.D."),
)
SIZES_RULE = "what the last integration suggests at the end of INTEGRATE.LP"


def integrate_step(
    sweep: ResolvedSweep, job: Leaves, common: Context, cycle: int, models: FileRef
) -> PlannedStep:
    """The step of a cycle, counted from 1; ``models`` becomes its XPARM.XDS.

    ``common`` is what `instrument` gives.
    """
    name = integrate_id(cycle)
    use = TemplateUse(
        "xds/integrate.inp.j2", "XDS.INP", "xds", common | _context(sweep, job, cycle),
        replaced_keywords(sweep.leaves, readers(STAGE)),
    )  # fmt: skip
    again = "" if cycle == 1 else " with the refined geometry"
    return PlannedStep(
        id=f"{name}@{sweep.name}",
        program="xds_par",
        folder=sweep_folder(sweep, name),
        files=(use,),
        inputs=(
            models,
            *(one(f"index@{sweep.name}", table, link=table) for table in TABLES),
        ),
        outputs=tuple(
            Output(name=output, role=output) for output in ("INTEGRATE.HKL", "INTEGRATE.LP")
        ),
        judge="xds.integrate",
        shares_threads=True,
        title=f"integrate sweep {sweep.name}{again}",
    )


def integrate_id(cycle: int) -> str:
    """What the step of a cycle is called before ``@``."""
    return "integrate" if cycle == 1 else f"reintegrate{cycle}"


def _context(sweep: ResolvedSweep, job: Leaves, cycle: int) -> Context:
    leaves, path = sweep.leaves, f"sweeps[{sweep.name}].xds."
    return {
        **machine(sweep, job, STAGE, job["run.jobs"].known.integrate),
        "resolution_range": limits(
            path, leaves["processing.resolution.low"], leaves["processing.resolution.high"]
        ),
        "trusted_pixels": constant(
            path + "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS",
            (6000, 30000),
            "XDS's distributed file",
        ),
        "delphi": constant(path + "DELPHI", 5.0, "XDS"),
        **(_first_pass(path) if cycle == 1 else _again(sweep, cycle)),
        "minpk": constant(path + "MINPK", 75.0, "XDS"),
        "cut": constant(path + "CUT", 2.0, "XDS"),
    }


def _first_pass(path: str) -> Context:
    """All that moves is refined, and INTEGRATE finds the sizes of spots itself."""
    refined = ("POSITION", "BEAM", "ORIENTATION", "CELL")
    return {
        "refined": constant(path + "REFINE(INTEGRATE)", refined, "XDS"),
        **{name: constant(path + keyword, None, "found by INTEGRATE") for name, keyword in SIZES},
    }


def _again(sweep: ResolvedSweep, cycle: int) -> Context:
    """The cell is CORRECT's, of all images; the sizes of spots are those the last pass suggests."""
    path = f"sweeps[{sweep.name}].{integrate_id(cycle)}."
    refined = constant(
        path + "REFINE(INTEGRATE)", ("POSITION", "BEAM", "ORIENTATION"), "cell of all images"
    )
    suggested = Origin(Layer.DEFAULT, "suggested by INTEGRATE")
    return {
        "refined": refined,
        **{
            name: Resolved(
                path + keyword,
                Decision(f"again{cycle}@{sweep.name}", name, SIZES_RULE),
                suggested,
            )
            for name, keyword in SIZES
        },
    }
