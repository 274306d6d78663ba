"""``integrate@SWEEP``: intensities, with the geometry that indexing found, and again with CORRECT's."""

from __future__ import annotations

from sweepwright.engines.base import PlannedStep, TemplateUse, constant, one, sweep_folder
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.engines.xds.index import TABLES
from sweepwright.engines.xds.instrument import Context, machine, readers
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
_OUTPUTS = tuple(Output(name=name, role=name) for name in ("INTEGRATE.HKL", "INTEGRATE.LP"))
SIZES_RULE = "what the last integration suggests at the end of INTEGRATE.LP"


def integrate_step(sweep: ResolvedSweep, said: Context, cycle: int, models: FileRef) -> PlannedStep:
    """The step of a cycle, counted from 1; ``models`` becomes its XPARM.XDS.

    ``said`` is what `instrument` and `integration` give.
    """
    name = integrate_id(cycle)
    context = said if cycle == 1 else said | _again(sweep, cycle)
    use = TemplateUse(
        "xds/integrate.inp.j2", "XDS.INP", "xds", context,
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
        outputs=_OUTPUTS,
        judge="xds.integrate",
        shares_threads=True,
        title=f"integrate sweep {sweep.name}{again}",
    )


def integrate_id(cycle: int) -> str:
    """What the step of a cycle is called before ``@``."""
    return "integrate" if cycle == 1 else f"reintegrate{cycle}"


def integration(sweep: ResolvedSweep, job: Leaves) -> Context:
    """The variables of ``integrate.inp.j2`` alone, as they are in the first pass.

    All that moves is refined, and INTEGRATE finds the sizes of spots itself.
    """
    path = f"sweeps[{sweep.name}].xds."
    refined = ("POSITION", "BEAM", "ORIENTATION", "CELL")
    return {
        **machine(sweep, job, STAGE, job["run.jobs"].known.integrate),
        "trusted_pixels": constant(
            path + "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS",
            (6000, 30000),
            "XDS's distributed file",
        ),
        "delphi": constant(path + "DELPHI", 5.0, "XDS"),
        "refined": constant(path + "REFINE(INTEGRATE)", refined, "XDS"),
        **{name: constant(path + keyword, None, "found by INTEGRATE") for name, keyword in SIZES},
        "minpk": constant(path + "MINPK", 75.0, "XDS"),
        "cut": constant(path + "CUT", 2.0, "XDS"),
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
