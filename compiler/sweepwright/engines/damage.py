"""Radiation damage in a plan: decisions after the first scaling, and what the final one gets of them.

Nothing is planned that the job does not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sweepwright.engines import own_steps
from sweepwright.engines.base import (
    PlannedStep,
    TemplateUse,
    constant,
    group_folder,
    one,
    sweep_folder,
)
from sweepwright.model.job_resolved import ResolvedGroup
from sweepwright.model.plan import Condition, FileRef, Output
from sweepwright.model.resolved import Decision, Resolved

CUT_BACK, ZERO_DOSE = "processing.damage.cut_back", "processing.damage.zero_dose"
CUT_BACK_RULE = (
    "the longest part of a sweep whose CC1/2 no shorter part beats by more than three standard "
    "errors, while less than 1 % of the reflections is lost"
)
_CORRECTED = "XDS_ASCII.HKL"


def is_asked(group: ResolvedGroup, key: str) -> bool:
    """Whether the job asks for one of these for a group."""
    return group.leaves[key].known is True


def cut_back_steps(
    group: ResolvedGroup,
    scaled: Sequence[FileRef],
    sweeps: Sequence[Sequence[str]],
    excluded: Resolved[Any] | None = None,
) -> list[PlannedStep]:
    """``cut_back@GROUP``, if it is asked for; ``sweeps`` are the names of those in each scaled file.

    ``excluded`` is what DIALS leaves out anyway.
    """
    if not is_asked(group, CUT_BACK):
        return []
    title = f"decide how much of each sweep of group {group.name} is kept"
    return [_deciding("cut_back", title, group, scaled, sweeps, excluded)]


def zero_dose_steps(
    group: ResolvedGroup, scaled: Sequence[FileRef], sweeps: Sequence[Sequence[str]]
) -> list[PlannedStep]:
    """``zero_dose@GROUP``, if it is asked for; for XSCALE alone."""
    if not is_asked(group, ZERO_DOSE):
        return []
    title = f"decide whether group {group.name} is extrapolated to zero dose"
    return [_deciding("zero_dose", title, group, scaled, sweeps, None)]


def _deciding(
    kind: str,
    title: str,
    group: ResolvedGroup,
    scaled: Sequence[FileRef],
    sweeps: Sequence[Sequence[str]],
    excluded: Resolved[Any] | None,
) -> PlannedStep:
    path = f"groups[{group.name}].{kind}"
    by_name = {sweep.name: sweep for sweep in group.sweeps}
    context = {
        "files": [
            own_steps.images_of(f"{path}.file[{number}]", [by_name[name] for name in names])
            for number, names in enumerate(sweeps)
        ],
        "excluded": excluded or constant(f"{path}.excluded", None, "none"),
    }
    use = TemplateUse("steps/damage.json.j2", "parameters.json", "json", context)
    return own_steps.deciding(
        f"{kind}@{group.name}", group_folder(group.name, kind), scaled, title, use
    )


def cut(group: ResolvedGroup, path: str, field: str) -> Resolved[Any]:
    """A value of ``cut_back@GROUP``."""
    decision = Decision(f"cut_back@{group.name}", field, CUT_BACK_RULE)
    return Resolved(path, decision, group.leaves[CUT_BACK].origin)


def shortened(
    group: ResolvedGroup, corrected: Mapping[str, str]
) -> tuple[list[PlannedStep], Mapping[str, str]]:
    """``cut@SWEEP``: files of XDS that end where it was decided, for XSCALE, which takes whole files.

    ``corrected`` is the step that made each sweep's XDS_ASCII.HKL; returned is the one to go on with.
    """
    if not is_asked(group, CUT_BACK):
        return [], corrected
    steps = [
        PlannedStep(
            id=f"cut@{sweep.name}",
            program="sweepwright:cut",
            folder=sweep_folder(sweep, "cut"),
            argv=(one(corrected[sweep.name], _CORRECTED),),
            files=(
                TemplateUse(
                    "steps/cut.json.j2",
                    "parameters.json",
                    "json",
                    {"last": cut(group, f"sweeps[{sweep.name}].cut.last", f"last_{sweep.name}")},
                ),
            ),
            outputs=(Output(name=_CORRECTED, role="corrected"),),
            title=f"leave out the last images of sweep {sweep.name} as decided",
        )
        for sweep in group.sweeps
    ]
    made = {sweep.name: step.id for sweep, step in zip(group.sweeps, steps, strict=True)}
    return steps, made


def either(
    group: ResolvedGroup, plain: PlannedStep, extrapolated: PlannedStep
) -> list[PlannedStep]:
    """The final scaling without and with zero dose, of which one runs."""
    decision = f"zero_dose@{group.name}"
    return [
        replace(step, when=Condition(step=decision, field="zero_dose", equals=yes))
        for step, yes in ((plain, False), (extrapolated, True))
    ]
