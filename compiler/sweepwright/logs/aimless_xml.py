"""The XML of AIMLESS: the final summary and the tables, under the names that the log has too.

``Overall`` in the name of an element means over all I+ and I-; as a child of one it means over all
resolution.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sweepwright.logs.aimless_estimates import Estimate, direction, estimates
from sweepwright.logs.aimless_summary import anomalous
from sweepwright.logs.aimless_tables import place
from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.ccp4_xml import closed, numbers, opened, root_of, runs, said, texts, unit_cell
from sweepwright.logs.draft import Draft
from sweepwright.logs.loggraph import graph
from sweepwright.logs.reading import Reading, Table, UnreadableError, Value

KINDS = ("aimless.xml",)

_READ = {
    "read.n_reflections": "ReflectionData/NumberReflections",
    "read.n_observations": "ReflectionData/NumberObservations",
    "read.n_batches": "ReflectionData/NumberBatches",
    "n_datasets": "ReflectionData/NumberDatasets",
    "read.high_resolution": "ReflectionData/ResolutionHigh",
    "rejected.within": "Outliers/RejectNumberUnique",
    "rejected.between": "Outliers/RejectNumberFriedel",
    "rejected.emax": "Outliers/RejectNumberEmax",
}
_SHELLS = {
    "low_resolution": "ResolutionLow",
    "high_resolution": "ResolutionHigh",
    "rmerge_within": "Rmerge",
    "rmerge_all": "RmergeOverall",
    "rmeas_within": "Rmeas",
    "rmeas_all": "RmeasOverall",
    "rpim_within": "Rpim",
    "rpim_all": "RpimOverall",
    "n_obs": "NumberObservations",
    "n_unique": "NumberReflections",
    "i_over_sigma": "MeanIoverSD",
    "cc_half": "CChalf",
    "completeness_percent": "Completeness",
    "multiplicity": "Multiplicity",
    "mean_chi_squared": "MeanChiSq",
    "anomalous_completeness_percent": "AnomalousCompleteness",
    "anomalous_multiplicity": "AnomalousMultiplicity",
    "cc_anomalous": "AnomalousCChalf",
}
_SINGLES = {
    "anomalous_slope": "AnomalousNPslope",
    "average_mosaicity": "Mosaicity",
    "anomalous_limit.threshold": "AnomalousLimitEstimate/Threshold",
    "anomalous_limit.resolution": "AnomalousLimitEstimate/MaximumResolution",
}
_SD_RANGES = {
    "sd_correction_fulls": ("MinimumSDcorrectionFulls", "MaximumSDcorrectionFulls"),
    "sd_correction_partials": ("MinimumSDcorrectionPartials", "MaximumSDcorrectionPartials"),
}
_SHELL_NAMES = ("Overall", "Inner", "Outer")
_STATISTICS = {"CChalf": "cc_half", "I/sd": "i_over_sigma"}
_SD = {"sd_fac": "SDfac", "sd_b": "SDb", "sd_add": "SDadd", "isa": "ISa"}
_PARTS = ("Fulls", "Partials")


def recognises(head: str) -> str | None:
    """By the root element."""
    return KINDS[0] if root_of(head) == "AIMLESS" else None


def read(text: str, kind: str) -> Reading:
    """The summary of each data set, limits, corrections, outliers, and the tables for plots."""
    root, draft = opened(text)
    numbers(draft, root, _READ)
    texts(draft, root, {"scaling_type": "ScalingType"})
    draft.values |= {"only_merge": True} if root.find("OnlyMerge") is not None else {}
    datasets = root.findall("Result/Dataset")
    several = runs(draft, root) or len(datasets) > 1
    names = [dataset.get("name", "").strip().rpartition("/")[2] for dataset in datasets]
    with draft.part("the summary"):
        if status := said(root, "AnomalousStatus"):
            anomalous(draft, status)
        if len(set(names)) < len(names):
            raise UnreadableError("two data sets have one name")
        for name, dataset in zip(names, datasets, strict=True):
            _dataset(draft, dataset, f"dataset.{name}." if several else "")
    with draft.part("the corrections of standard deviations"):
        _sd_corrections(draft, root)
    for element in root.findall(".//CCP4Table"):
        _table(draft, element, several)
    return closed(kind, "AIMLESS", draft)


def _dataset(draft: Draft, dataset: Element, prefix: str) -> None:
    for name, path in _SHELLS.items():
        with draft.part(f"the element {path}"):
            words = [said(dataset, f"{path}/{shell}") for shell in _SHELL_NAMES]
            if all(words):
                draft.values[prefix + name] = tuple(cell(word) for word in words if word)
            elif any(words):
                raise UnreadableError("a shell is missing")
    numbers(draft, dataset, _SINGLES, prefix)
    texts(draft, dataset, {"space_group": "SpacegroupName"}, prefix)
    unit_cell(draft, dataset, "cell", f"{prefix}cell")
    with draft.part("the element RmergeTopI"):
        if top := said(dataset, "RmergeTopI"):
            draft.values[f"{prefix}rmerge_top_intensity"] = (cell(top), None, None)
    for name, paths in _SD_RANGES.items():
        with draft.part(name):
            found = [said(dataset, path) for path in paths]
            if all(found):
                draft.values[prefix + name] = tuple(cell(word) for word in found if word)
    with draft.part("the estimates of resolution limits"):
        estimates(
            draft, [_estimate(each) for each in dataset.findall("ResolutionLimitEstimate")], prefix
        )


def _estimate(element: Element) -> Estimate:
    kind = _STATISTICS.get(element.get("type", "").strip())
    parts = [said(element, path) for path in ("Direction", "Threshold", "MaximumResolution")]
    where, threshold, limit = parts
    if not kind or not where or not threshold or not limit:
        raise UnreadableError("an estimate is not whole")
    return Estimate(direction(where), kind, threshold, limit, said(element, "Message") or "")


def _sd_corrections(draft: Draft, root: Element) -> None:
    """The last block: old versions have one for each round of refinement."""
    blocks = root.findall("SDcorrection")
    rows: list[tuple[Value, ...]] = []
    for run in [each for block in blocks[-1:] for each in block if each.tag in {"Run", "AllRuns"}]:
        number = said(run, "number") if run.tag == "Run" else "AllRuns"
        present = [part for part in _PARTS if run.find(part) is not None]
        words = [said(run, f"{part}/{tag}") for part in _PARTS for tag in _SD.values()]
        parts = "Only" + present[0] if len(present) == 1 else "Both"
        rows.append((number, parts, *(cell(word) if word else None for word in words)))
    if len({row[0] for row in rows}) < len(rows):
        raise UnreadableError("a run has several")
    if rows:
        columns = [f"{part.lower()}_{name}" for part in _PARTS for name in _SD]
        draft.tables["sd_correction.runs"] = Table(
            ("run", "parts", *columns), tuple(rows), "run_{run}"
        )


def _table(draft: Draft, element: Element, several: bool) -> None:
    title = element.get("title", "").strip()
    heads, body = (element.findtext(part) for part in ("headers", "data"))
    with draft.part(f"the table '{title}'"):
        if heads and body:
            made, troubles = graph(
                title, heads, "\n".join(line for line in body.split("\n") if line.strip())
            )
            place(draft, made, troubles, several)
