"""``aimless@GROUP`` and ``rescale@GROUP``: full scaling and merging, the data sets apart.

CORRECT then corrects for nothing that AIMLESS models. Merged and unmerged files come from one run.
"""

from __future__ import annotations

from sweepwright.engines import damage
from sweepwright.engines.base import (
    PlannedStep,
    TemplateUse,
    constant,
    group_folder,
    one,
    until_decided,
)
from sweepwright.engines.ccp4.pointless import SORTED
from sweepwright.engines.ccp4.script import Context, by_hand
from sweepwright.engines.keywords import line_keywords, replaced_lines
from sweepwright.model.job_resolved import DataSet, ResolvedGroup
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Leaves

XML = "aimless.xml"
_STEM = "scaled"
#: side files have fixed names unless they are named
_SIDE = tuple(
    word
    for kind in ("SCALES", "ROGUES", "NORMPLOT", "ANOMPLOT", "CORRELPLOT", "ROGUEPLOT")
    for word in (kind, f"aimless.{kind.lower()}")
)
#: rejection: 6 sigma within I+ or I-, 9 between them, normalised amplitudes of 10 (AIMLESS)
_REJECT = "6 6 KEEP ALL 9 EMAX 10"
#: with protection mates are not compared, and what CORRECT called misfits is judged anew
_REJECT_PROTECTED, _KEEP_PROTECTED = "6 6 KEEP ALL 0 EMAX 10", "MISFIT"


def aimless_step(group: ResolvedGroup, job: Leaves, *, final: bool) -> PlannedStep:
    """The first scaling of all data, or the final one with all that was decided."""
    name = "rescale" if final else "aimless"
    path = f"groups[{group.name}].{name}."
    use = TemplateUse(
        "ccp4/aimless.inp.j2", "aimless.inp", "ccp4", _context(path, group, job, final),
        replaced_lines(job, "aimless"),
    )  # fmt: skip
    sorted_data = one(f"pointless@{group.name}", SORTED, link=SORTED)
    argv = ("HKLIN", SORTED, "HKLOUT", f"{_STEM}.mtz", "XMLOUT", XML, *_SIDE)
    return PlannedStep(
        id=f"{name}@{group.name}",
        program="aimless",
        folder=group_folder(group.name, name),
        argv=argv,
        files=(use, by_hand(path, "aimless", argv, use.name, job)),
        inputs=(sorted_data,),
        outputs=(
            *(
                Output(name=file(group, dataset), role=role)
                for dataset in group.datasets
                for file, role in ((merged_file, "merged"), (unmerged_file, "unmerged"))
            ),
            Output(name=XML, role=XML),
        ),
        stdin=use.name,
        judge="ccp4.aimless",
        title=f"scale group {group.name}" + (" as decided" if final else ""),
    )


def merged_file(group: ResolvedGroup, dataset: DataSet) -> str:
    """AIMLESS adds the data set to the name where there are several."""
    return f"{_stem(group, dataset)}.mtz"


def unmerged_file(group: ResolvedGroup, dataset: DataSet) -> str:
    """The same data, scaled and not merged."""
    return f"{_stem(group, dataset)}_unmerged.mtz"


def unmerged_files(step: str, group: ResolvedGroup) -> list[FileRef]:
    """Those of all data sets of a group."""
    return [one(step, unmerged_file(group, dataset)) for dataset in group.datasets]


def _stem(group: ResolvedGroup, dataset: DataSet) -> str:
    return _STEM if len(group.datasets) == 1 else f"{_STEM}_{dataset.name}"


def _context(path: str, group: ResolvedGroup, job: Leaves, final: bool) -> Context:
    leaves = group.leaves
    anomalous, high = leaves["processing.anomalous"], leaves["processing.resolution.high"]
    if not final:
        anomalous = until_decided(
            anomalous, path + "ANOMALOUS", True, "mates apart until it is decided"
        )
        high = until_decided(high, path + "high", None, "the limit is decided after scaling")
    protected = leaves["processing.protect_anomalous"].value == "all"
    why = "large differences are kept" if protected else "AIMLESS"
    return {
        "group": constant(path + "group", group.name, "group"),
        "purpose": constant(path + "purpose", _purpose(final), "purpose"),
        "low": leaves["processing.resolution.low"],
        "high": high,
        "run_batches": _run_batches(path, group) if final else [],
        "run_limits": _run_limits(path, group),
        "spacing": constant(path + "SPACING", 5.0, "AIMLESS"),
        "b_spacing": constant(path + "BROTATION", 20.0, "AIMLESS"),
        "harmonics": constant(path + "SECONDARY", 4, "AIMLESS"),
        "absorption": leaves["processing.scaling.absorption"],
        "anomalous": anomalous,
        "reject": constant(path + "REJECT", _REJECT_PROTECTED if protected else _REJECT, why),
        "keep": constant(path + "KEEP", _KEEP_PROTECTED if protected else None, why),
        "sd_correction": constant(path + "SDCORRECTION", "REFINE SAME", "AIMLESS"),
        "shells": constant(path + "BINS", 20, "AIMLESS"),
        "keywords": line_keywords(job, "aimless"),
    }


def _purpose(final: bool) -> str:
    return "scaling as decided" if final else "first scaling of all data"


def _run_batches(path: str, group: ResolvedGroup) -> list[Context]:
    """What is kept of each sweep where its end may be cut back; with nothing cut that is all of it."""
    if not damage.is_asked(group, damage.CUT_BACK):
        return []
    return [
        {
            "number": constant(f"{path}RUN[{sweep.name}]", number, "order of the sweeps"),
            "first": damage.cut(group, f"{path}first[{sweep.name}]", f"first_batch_{sweep.name}"),
            "last": damage.cut(group, f"{path}last[{sweep.name}]", f"last_batch_{sweep.name}"),
        }
        for number, sweep in enumerate(group.sweeps, 1)
    ]


def _run_limits(path: str, group: ResolvedGroup) -> list[Context]:
    """Limits of data sets that have their own; a run is a sweep, counted as POINTLESS reads them."""
    common = group.leaves["processing.resolution.high"]
    own = {
        sweep: dataset.leaves["processing.resolution.high"]
        for dataset in group.datasets
        for sweep in dataset.sweeps
    }
    return [
        {"number": constant(f"{path}RUN[{sweep.name}]", number, "order of the sweeps"),
         "high": own[sweep.name]}
        for number, sweep in enumerate(group.sweeps, 1)
        if own[sweep.name].value != common.value and own[sweep.name].value is not None
    ]  # fmt: skip
