"""``correct@SWEEP``: corrections, point group, refinement of all images; and the runs that lead to it.

With an unknown group CORRECT runs once to look at all lattices (``lattices@SWEEP``), the group is
decided for all sweeps together, and CORRECT runs again in it. The first sweep's data then decide
among the ways of indexing the others.
"""

from __future__ import annotations

from typing import Any

from sweepwright.engines.base import Part, PlannedStep, TemplateUse, constant, one, sweep_folder
from sweepwright.engines.ice import switched_rings
from sweepwright.engines.keywords import replaced_keywords
from sweepwright.engines.xds.instrument import Context, machine, readers
from sweepwright.engines.xds.integrate import integrate_id
from sweepwright.engines.xds.setting import standard_cell
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Decision, Leaves, Resolved, computed

STAGE = "CORRECT"
#: what the decision of a group is called, and the rule that it follows
POINT_GROUP_RULE = (
    "the point group that CORRECT accepts in every sweep with the fewest unique reflections"
)
_OUTPUTS = (
    Output(name="XDS_ASCII.HKL", role="corrected"),
    Output(name="CORRECT.LP", role="CORRECT.LP"),
    Output(name="GXPARM.XDS", role="models", optional=True),
)
_REFERENCE = "REFERENCE.HKL"
#: factor on sigma before equivalents are tested, for CORRECT and XSCALE (XDSwiki, Optimisation: 1.5)
WFAC1_PROTECTED = 1.5
#: words of REFINE(CORRECT)
_REFINED = ("POSITION", "BEAM", "ORIENTATION", "CELL", "AXIS")


def lattices_step(sweep: ResolvedSweep, said: Context) -> PlannedStep:
    """CORRECT with the group left open. ``said`` is what `instrument` and `correction` give."""
    path, purpose = f"sweeps[{sweep.name}].lattices.", "all lattices are tried"
    context = said | {
        "purpose": constant(path + "purpose", purpose, "purpose"),
        "space_group_number": constant(path + "SPACE_GROUP_NUMBER", 0, purpose),
        "cell": constant(path + "UNIT_CELL_CONSTANTS", None, "group unknown"),
        "reference": constant(path + "REFERENCE_DATA_SET", None, "none"),
    }
    return _step("lattices", sweep, context, 1, title=f"try the lattices of sweep {sweep.name}")


def correct_step(
    sweep: ResolvedSweep, group: ResolvedGroup, said: Context, cycle: int
) -> PlannedStep:
    """CORRECT in the group that is given or decided; later sweeps follow the first one's indexing.

    ``said`` is what `instrument` and `correction` give.
    """
    first = group.sweeps[0]
    reference: tuple[FileRef, ...] = ()
    if sweep is not first:
        reference = (one(correct_id(1) + f"@{first.name}", "XDS_ASCII.HKL", link=_REFERENCE),)
    title = f"correct sweep {sweep.name}"
    return _step(correct_id(cycle), sweep, said, cycle, *reference, title=title)


def correct_id(cycle: int) -> str:
    """What the step of a cycle is called before ``@``."""
    return "correct" if cycle == 1 else f"recorrect{cycle}"


def _step(
    name: str, sweep: ResolvedSweep, context: Context, cycle: int, *more: FileRef, title: str
) -> PlannedStep:
    use = TemplateUse(
        "xds/correct.inp.j2", "XDS.INP", "xds", context,
        replaced_keywords(sweep.leaves, readers(STAGE)),
    )  # fmt: skip
    return PlannedStep(
        id=f"{name}@{sweep.name}",
        program="xds_par",
        folder=sweep_folder(sweep, name),
        files=(use,),
        inputs=(
            one(f"{integrate_id(cycle)}@{sweep.name}", "INTEGRATE.HKL", link="INTEGRATE.HKL"),
            *more,
        ),
        outputs=_OUTPUTS,
        judge="xds.correct",
        shares_threads=True,
        title=title,
    )


def correction(sweep: ResolvedSweep, group: ResolvedGroup, job: Leaves) -> Context:
    """The variables of ``correct.inp.j2`` alone; they are the same in each cycle."""
    path, first = f"sweeps[{sweep.name}].xds.", group.sweeps[0]
    rings = switched_rings(path, sweep)
    reference, why = (
        (None, "none") if sweep is first else (_REFERENCE, f"indexed as sweep {first.name}")
    )
    return {
        **machine(sweep, job, STAGE, None),
        **group_and_cell(f"sweeps[{sweep.name}].correct.", group),
        "ice": Part("xds/ice.inp.j2", {"rings": rings}) if rings else None,
        "purpose": constant(path + "purpose", "corrected intensities", "purpose"),
        "reference": constant(path + "REFERENCE_DATA_SET", reference, why),
        "friedels_law": friedel(path, group),
        "corrections": _corrections(path, group, job),
        "strict_absorption": _strict(path, group),
        "refined": constant(path + "REFINE(CORRECT)", _REFINED, "XDS"),
        "minimum_zeta": constant(path + "MINIMUM_ZETA", 0.05, "XDS"),
        **_rejection(path, group),
    }


def _corrections(path: str, group: ResolvedGroup, job: Leaves) -> Resolved[Any]:
    """All of CORRECT's; none where AIMLESS scales, which then models the same things."""
    program = job["processing.scaling.program"]
    absorption = group.leaves["processing.scaling.absorption"]
    done = ("DECAY", "MODULATION", "ABSORPTION") if absorption.value else ("DECAY", "MODULATION")
    rule = "what is not left to AIMLESS"
    if program.value == "aimless":
        return computed(path + "CORRECTIONS", (), rule, program)
    return computed(path + "CORRECTIONS", done, rule, program, absorption)


def _rejection(path: str, group: ResolvedGroup) -> Context:
    """Limits of what is a misfit or an alien; wider where large differences are to be kept."""
    protect = group.leaves["processing.protect_anomalous"]
    wfac1, alien = (1.0, 20.0) if protect.value == "off" else (WFAC1_PROTECTED, 100.0)
    rule = "XDS's own limit, wider to protect differences between mates"
    return {
        "wfac1": computed(path + "WFAC1", wfac1, rule, protect),
        "reject_alien": computed(path + "REJECT_ALIEN", alien, rule, protect),
    }


def group_and_cell(path: str, group: ResolvedGroup) -> Context:
    """The job's, or holes that the decision of the point group fills."""
    number = group.leaves["space_group_number"]
    if number.value is not None:
        return {"space_group_number": number, "cell": standard_cell(path + "cell", group)}
    return {
        name: Resolved(
            path + keyword,
            Decision(f"point_group@{group.name}", name, POINT_GROUP_RULE),
            number.origin,
        )
        for name, keyword in (
            ("space_group_number", "SPACE_GROUP_NUMBER"),
            ("cell", "UNIT_CELL_CONSTANTS"),
        )
    }


def friedel(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """FALSE keeps mates apart; until it is decided they are kept apart."""
    anomalous = group.leaves["processing.anomalous"]
    merged = anomalous.value is False
    return computed(path + "FRIEDEL'S_LAW", merged, "mates together unless anomalous", anomalous)


def _strict(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """Mates differ in absorption corrections only where they are known to differ."""
    anomalous = group.leaves["processing.anomalous"]
    return computed(
        path + "STRICT_ABSORPTION_CORRECTION",
        anomalous.value is True,
        "mates apart when anomalous is asked for",
        anomalous,
    )
