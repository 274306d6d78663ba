"""Rings of ice in a plan: ``ice@SWEEP`` decides which there are, and lines of later files wait for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sweepwright.engines import own_steps
from sweepwright.engines.base import PlannedStep, TemplateUse, constant, sweep_folder
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef
from sweepwright.model.resolved import Decision, Resolved, computed
from sweepwright.model.verdict import Finding, FindingState, Outcome, Verdict
from sweepwright.programs.ice import ice_rings

_CHOICE = "processing.ice_rings"
#: fields of the decision for each ring, which files wait for: what stands before the line of XDS.INP that
#: leaves the ring out (nothing, or what makes a comment of it), and the limits for DIALS, or none
SWITCH, OFF, LIMITS = "switch_{}", "!", "limits_{}"
#: how these fields begin; they say nothing more than the list of rings
FOR_FILES = ("switch_", "limits_")


def is_looked_for(sweep: ResolvedSweep) -> bool:
    """Whether the job leaves it to the data."""
    return isinstance(sweep.leaves[_CHOICE].value, Decision)


def ice_steps(sweep: ResolvedSweep, files: Sequence[FileRef], judge: str) -> list[PlannedStep]:
    """``ice@SWEEP``, unless the job says what is done with rings; ``files`` hold the evidence."""
    if not is_looked_for(sweep):
        return []
    searched = sweep.leaves["scan.spot_images"]
    all_images = computed(
        f"sweeps[{sweep.name}].ice.all_images", searched.known == sweep.images, "of spots", searched
    )
    use = TemplateUse("steps/ice.json.j2", "parameters.json", "json", {"all_images": all_images})
    title = f"look for ice in sweep {sweep.name}"
    step = own_steps.deciding(f"ice@{sweep.name}", sweep_folder(sweep, "ice"), files, title, use)
    return [replace(step, judge=judge)]


def ring_limits(path: str, choice: Resolved[Any]) -> Iterator[Resolved[Any]]:
    """The shell that is left out with each ring, A, where the job asks for all of them."""
    for ring in ice_rings():
        yield computed(f"{path}ice[{ring.d}]", ring.excluded, "rings of ice", choice)


def switched_rings(path: str, sweep: ResolvedSweep) -> list[dict[str, Resolved[Any]]]:
    """``switch`` and ``limits`` of each ring for XDS; nothing where the job decides."""
    choice = sweep.leaves[_CHOICE]
    if not is_looked_for(sweep):
        return []
    return [
        {
            "switch": _decided(f"{path}switch[{hkl}]", choice, SWITCH.format(hkl)),
            "limits": limits,
        }
        for hkl, limits in _all_limits()
    ]


@cache
def _all_limits() -> tuple[tuple[str, Resolved[Any]], ...]:
    """Of each ring its indices and the shell that is left out with it; the same for all sweeps."""
    return tuple(
        (ring.hkl, constant(f"ice[{ring.d}]", ring.excluded, "rings of ice"))
        for ring in ice_rings()
    )


def decided_limits(path: str, sweep: ResolvedSweep) -> list[Resolved[Any]]:
    """The limits of each ring for DIALS, None for one that is not there."""
    choice = sweep.leaves[_CHOICE]
    return [
        _decided(f"{path}ice[{ring.d}]", choice, LIMITS.format(ring.hkl)) for ring in ice_rings()
    ]


def _decided(path: str, choice: Resolved[Any], field: str) -> Resolved[Any]:
    assert isinstance(choice.value, Decision)
    return Resolved(path, Decision(choice.value.step, field, choice.value.rule), choice.origin)


def judged(folder: Path, subject: str) -> Verdict:
    """What ``decision.json`` of ``ice@SWEEP`` says: success in any case, with the finding."""
    told = json.loads((folder / "decision.json").read_bytes())
    rings, evidence = told["values"]["rings"], told["evidence"]
    message = evidence["note"]
    if rings:
        state = FindingState.SEEN
        message += "; what follows leaves these rings out"
    else:
        state = FindingState.NOT_SEEN if evidence["judged"] else FindingState.NOT_JUDGED
    finding = Finding("SW-Q016", state, message, subject, {"rings_a": rings})
    return Verdict(Outcome.SUCCESS, message, findings=(finding,), values={"rings_a": rings})
