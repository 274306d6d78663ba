"""``pointless@GROUP``: all sweeps of a group in one sorted file, its space group found or given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.engines import own_steps
from sweepwright.engines.base import TO_RUN, PlannedStep, TemplateUse, constant, group_folder, one
from sweepwright.engines.ccp4.script import Context, by_hand, named
from sweepwright.engines.keywords import line_keywords
from sweepwright.engines.lattice_checks import LATTICE
from sweepwright.model.job_resolved import DataSet, ResolvedGroup
from sweepwright.model.plan import Output
from sweepwright.model.resolved import Decision, Leaves, Resolved, computed

SORTED, XML = "sorted.mtz", "pointless.xml"
SPACE_GROUP_RULE = (
    "the most probable Laue group of POINTLESS, with the screw axes that absences show"
)
_ARGV = ("XMLOUT", XML, "HKLOUT", SORTED)


def pointless_step(
    group: ResolvedGroup, job: Leaves, corrected: Mapping[str, str], reindex: Resolved[str]
) -> PlannedStep:
    """``corrected`` is the step that made each sweep's XDS_ASCII.HKL.

    ``reindex`` is the operator from the setting that XDS was given to the one that the job names.
    """
    path = f"groups[{group.name}].pointless."
    use = TemplateUse(
        "ccp4/pointless.inp.j2", "pointless.inp", "ccp4", _context(path, group, job, reindex)
    )
    return PlannedStep(
        id=f"pointless@{group.name}",
        program="pointless",
        folder=group_folder(group.name, "pointless"),
        argv=_ARGV,
        files=(use, by_hand(path, "pointless", _ARGV, use.name, job)),
        inputs=tuple(
            one(corrected[sweep.name], "XDS_ASCII.HKL", link=f"{sweep.name}.HKL")
            for sweep in group.sweeps
        ),
        outputs=(Output(name=SORTED, role="unmerged"), Output(name=XML, role=XML)),
        stdin=use.name,
        judge="ccp4.pointless",
        title=f"find the space group of group {group.name}"
        if group.leaves["space_group"].value is None
        else f"sort the data of group {group.name}",
    )


def space_group_step(group: ResolvedGroup) -> PlannedStep:
    """``space_group@GROUP``: what POINTLESS found, as a decision with its evidence."""
    return own_steps.deciding(
        f"space_group@{group.name}",
        group_folder(group.name, "space_group"),
        [one(f"pointless@{group.name}", XML)],
        f"decide the space group of group {group.name}",
    )


def decided(group: ResolvedGroup, path: str, field: str) -> Resolved[str]:
    """The space group or the operator that leads to it, as found."""
    origin = group.leaves["space_group"].origin
    decision = Decision(f"space_group@{group.name}", field, SPACE_GROUP_RULE)
    return Resolved(path, decision, origin)


def _context(path: str, group: ResolvedGroup, job: Leaves, reindex: Resolved[str]) -> Context:
    given = group.leaves["space_group"]
    known = given.value is not None
    return {
        "group": constant(path + "group", group.name, "group"),
        "purpose": constant(
            path + "purpose", "in its space group" if known else "its space group", "purpose"
        ),
        "sweeps": [
            {
                "project": named(group.leaves["project"], f"{path}project"),
                "crystal": constant(f"{path}crystal", group.name, "group"),
                "dataset": constant(f"{path}dataset[{sweep}]", dataset.name, "data set"),
                "file": constant(f"{path}XDSIN[{sweep}]", f"{sweep}.HKL", "linked XDS_ASCII.HKL"),
            }
            for sweep, dataset in _datasets(group)
        ],
        "space_group": given,
        "reindex": reindex,
        "reference": _reference(path, group),
        "laue_group": _laue_group(path, group),
        "setting": constant(path + "SETTING", "SYMMETRY-BASED", "reference settings"),
        "tolerance": constant(path + "TOLERANCE", 2.0, "POINTLESS"),
        "keywords": line_keywords(job, "pointless"),
    }


def _laue_group(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """That of the input, where it was decided in a lattice that the job asks for; else it is open."""
    asked = [sweep.leaves[LATTICE] for sweep in group.sweeps]
    kept = "HKLIN" if any(leaf.value is not None for leaf in asked) else None
    return computed(path + "LAUEGROUP", kept, "that of the lattice", *asked)


def _reference(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """The reference, where it decides among ways of indexing, in the group that both have."""
    leaf, place = group.leaves.get("reference"), group.leaves.get("reference.place")
    asked = leaf is not None and place is not None and "indexing" in leaf.known.use
    if not asked or place is None or group.leaves["space_group"].value is None:
        return constant(path + "HKLREF", None, "none")
    return computed(path + "HKLREF", f"{TO_RUN}/{place.known}", "indexed as the reference", place)


def _datasets(group: ResolvedGroup) -> list[tuple[str, DataSet]]:
    """The sweeps in their order, each with its data set."""
    return [
        (sweep.name, dataset)
        for sweep in group.sweeps
        for dataset in group.datasets
        if sweep.name in dataset.sweeps
    ]
