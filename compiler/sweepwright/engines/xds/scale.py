"""``xscale@GROUP`` and ``rescale@GROUP``: the sweeps of a group on one scale, its data sets apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.engines import damage
from sweepwright.engines.base import (
    PlannedStep,
    TemplateUse,
    constant,
    group_folder,
    one,
    threads,
    until_decided,
)
from sweepwright.engines.keywords import keyword_lines, replaced_keywords
from sweepwright.engines.xds.correct import WFAC1_PROTECTED, friedel
from sweepwright.engines.xds.instrument import Context
from sweepwright.model.job_resolved import DataSet, ResolvedGroup
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Decision, Leaves, Resolved, computed


def scale_step(
    group: ResolvedGroup,
    job: Leaves,
    corrected: Mapping[str, str],
    *,
    final: bool,
    zero_dose: bool = False,
) -> PlannedStep:
    """The first scaling of all data, or the final one with all that was decided.

    ``corrected`` is the step that made each sweep's XDS_ASCII.HKL; with ``zero_dose`` (in a final
    scaling) intensities are extrapolated.
    """
    name = "rescale_dose" if zero_dose else "rescale" if final else "xscale"
    use = TemplateUse(
        "xds/XSCALE.INP.j2", "XSCALE.INP", "xds", _context(group, job, final, zero_dose),
        replaced_keywords(job, ("xscale",)),
    )  # fmt: skip
    return PlannedStep(
        id=f"{name}@{group.name}",
        program="xscale_par",
        folder=group_folder(group.name, name),
        files=(use,),
        inputs=tuple(
            one(corrected[sweep.name], "XDS_ASCII.HKL", link=f"{sweep.name}.HKL")
            for sweep in group.sweeps
        ),
        outputs=(
            *(Output(name=scaled_file(dataset), role="unmerged") for dataset in group.datasets),
            Output(name="XSCALE.LP", role="XSCALE.LP"),
        ),
        judge="xds.xscale",
        shares_threads=True,
        title=f"scale group {group.name}"
        + (" as decided" if final else "")
        + (", to zero dose" if zero_dose else ""),
    )


def scaled_file(dataset: DataSet) -> str:
    """The name of a data set's scaled file."""
    return f"{dataset.name}.HKL"


def scaled(step: str, group: ResolvedGroup) -> list[FileRef]:
    """The scaled files of all data sets of a group."""
    return [one(step, scaled_file(dataset)) for dataset in group.datasets]


def _context(group: ResolvedGroup, job: Leaves, final: bool, zero_dose: bool) -> Context:
    path = f"groups[{group.name}].{'rescale' if final else 'xscale'}."
    friedels_law = friedel(path, group)
    anomalous = group.leaves["processing.anomalous"]
    if final and isinstance(anomalous.value, Decision):
        decision = Decision(anomalous.value.step, "friedels_law", anomalous.value.rule)
        friedels_law = Resolved(friedels_law.path, decision, anomalous.origin)
    return {
        "group": constant(path + "group", group.name, "group"),
        "friedels_law": friedels_law,
        "merge": constant(path + "MERGE", False, "unmerged for statistics"),
        "wfac1": _wfac1(path, group),
        "strict_absorption": constant(path + "STRICT_ABSORPTION_CORRECTION", False, "XSCALE"),
        "processors": threads(path + "MAXIMUM_NUMBER_OF_PROCESSORS", job["run.scaling_threads"]),
        "datasets": [
            _dataset(path, group, dataset, final, zero_dose) for dataset in group.datasets
        ],
        "keywords": {
            scope: keyword_lines(job, ("xscale",), "= ", scope)
            for scope in ("general", "output", "input")
        },
    }


def _wfac1(path: str, group: ResolvedGroup) -> Resolved[Any]:
    protect = group.leaves["processing.protect_anomalous"]
    value = WFAC1_PROTECTED if protect.value == "all" else 1.0
    return computed(path + "WFAC1", value, "larger where differences are protected", protect)


def _dataset(
    path: str, group: ResolvedGroup, dataset: DataSet, final: bool, zero_dose: bool
) -> Context:
    low, high = (dataset.leaves[f"processing.resolution.{end}"] for end in ("low", "high"))
    own = f"{path}{dataset.name}."
    return {
        "output": constant(f"{own}OUTPUT_FILE", scaled_file(dataset), "data set"),
        "low": computed(f"{own}low", 999.0 if low.value is None else low.known, "low limit", low),
        "high": _high(own, high, final),
        "files": [
            {
                "name": constant(
                    f"{path}INPUT_FILE[{name}]", f"{name}.HKL", "linked XDS_ASCII.HKL"
                ),
                "doses": [_dose(path, group, name)] if zero_dose else [],
            }
            for name in dataset.sweeps
        ],
    }


def _dose(path: str, group: ResolvedGroup, name: str) -> Context:
    """Dose counted in images: sweeps of one crystal follow one another in the order of collection."""
    asked = group.leaves[damage.ZERO_DOSE]
    crystal = next(sweep.crystal for sweep in group.sweeps if sweep.name == name)
    before = 0
    for sweep in group.sweeps:
        if sweep.name == name:
            break
        if sweep.crystal == crystal:
            before += sweep.extent[1] - sweep.extent[0] + 1
    return {
        "crystal": computed(f"{path}CRYSTAL_NAME[{name}]", crystal, "extrapolated", asked),
        "start": computed(
            f"{path}STARTING_DOSE[{name}]", before, "images of earlier sweeps", asked
        ),
        "rate": computed(f"{path}DOSE_RATE[{name}]", 1, "an image", asked),
    }


def _high(path: str, high: Resolved[Any], final: bool) -> Resolved[Any]:
    """0 takes all data: what is decided from the scaled data cuts the final scaling alone."""
    if final:
        return high
    return until_decided(high, path + "high", 0.0, "the limit is decided after scaling")
