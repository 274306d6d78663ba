"""The XML of POINTLESS, under the names that the log has too.

``best.confidence`` is of the space group if ``best.laue_confidence`` stands beside it, and of what
was chosen in versions before that.
"""

from __future__ import annotations

from sweepwright.logs.ccp4_xml import (
    Columns,
    closed,
    numbers,
    opened,
    root_of,
    runs,
    said,
    table,
    texts,
    unit_cell,
)
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import Reading

KINDS = ("pointless.xml",)

_NUMBERS = {
    "n_reflections": "ReflectionData/NumberReflections",
    "n_observations": "ReflectionData/NumberObservations",
    "n_parts": "ReflectionData/NumberParts",
    "n_batches": "ReflectionData/NumberBatches",
    "n_datasets": "ReflectionData/NumberDatasets",
    "high_resolution": "ReflectionData/ResolutionHigh",
    "resolution_used_for_symmetry": "ResolutionUsed/ResolutionHigh",
    "best.confidence": "BestSolution/Confidence",
    "best.laue_confidence": "BestSolution/LGconfidence",
    "best.laue_probability": "BestSolution/LGProb",
    "best.sysabs_probability": "BestSolution/SysAbsProb",
    "best.total_probability": "BestSolution/TotalProb",
    "n_possible_reindexing": "NumberPossibleReindexing",
    "twin_fraction": "TwinFraction",
    "extra_centring.mean_e_squared_absent": "ExtraLatticeCentering/MeanE2absent",
}
_TEXTS = {
    "best.name": "BestSolution/GroupName",
    "best.reindex": "BestSolution/ReindexOperator",
    "lattice_point_group": "LatticeSymmetry/LatticegroupName",
    "solution_message": "SolutionMessage",
    "copy_message": "CopyMessage",
    "extra_centring.lattice_type": "ExtraLatticeCentering/LatticeType",
}
_KINDS = {"pointgroup": "point group", "spacegroup": "space group"}
_FILES = {"HKLIN": "input", "HKLREF": "reference", "XYZIN": "reference"}
_ELEMENTS: Columns = {
    "number": ("number", True),
    "likelihood": ("Likelihood", True),
    "z_cc": ("ZCC", True),
    "cc": ("CC", True),
    "n": ("NCC", True),
    "r_meas": ("R", True),
    "stars": ("ElementScoreStars", False),
    "element": ("SymmetryElementString", False),
}
_LAUE_GROUPS: Columns = {
    "accepted": ("@Accept", False),
    "number": ("number", True),
    "name": ("LaueGroupName", False),
    "likelihood": ("Likelihood", True),
    "net_z_cc": ("NetZCC", True),
    "z_cc_plus": ("ZCC_plus", True),
    "z_cc_minus": ("ZCC_minus", True),
    "cc": ("CC", True),
    "r_meas": ("R", True),
    "delta_deg": ("CellDelta", True),
    "reindex": ("ReindexOperator", False),
}
_SPACE_GROUPS: Columns = {
    "name": ("SpacegroupName", False),
    "number": ("SGnumber", True),
    "total_probability": ("TotalProb", True),
    "sysabs_probability": ("SysAbsProb", True),
    "cen_probability": ("CenProb", True),
    "reindex": ("ReindexOperator", False),
    "conditions": ("Condition", False),
}
_ZONES: Columns = {
    "element": ("ZoneType", False),
    "n": ("Nobs", True),
    "peak_height": ("PeakHeight", True),
    "peak_height_sd": ("SDPkHt", True),
    "probability": ("Prob", True),
    "condition": ("Condition", False),
}
_INDEX: Columns = {
    "number": ("number", True),
    "reindex": ("ReindexOperator", False),
    "likelihood": ("Likelihood", True),
    "cc": ("CC", True),
    "n": ("NCC", True),
    "r": ("R", True),
}
_BEST_INDEX: Columns = {
    "file": ("Filename", False),
    "reindex": ("ReindexOperator", False),
    "likelihood": ("Likelihood", True),
}
_POSSIBLE: Columns = {
    "reindex": ("ReindexOperator", False),
    "cell_difference": ("CellDiff", True),
    "different_cell": ("DifferentCell", False),
}


def recognises(head: str) -> str | None:
    """By the root element."""
    return KINDS[0] if root_of(head) == "POINTLESS" else None


def read(text: str, kind: str) -> Reading:
    """Everything that this and other programs are known to take from it."""
    root, draft = opened(text)
    numbers(draft, root, _NUMBERS)
    numbers(draft, root, {"best.reindex_matrix": "BestSolution/ReindexMatrix"}, size=9)
    texts(draft, root, _TEXTS)
    runs(draft, root)
    for best in root.findall("BestSolution"):
        draft.values["best.kind"] = _KINDS.get(best.get("Type", "").strip())
    _space_group_confidence(draft)
    for file in root.findall("ReflectionFile"):
        with draft.part("a reflection file"):
            if name := _FILES.get(file.get("stream", "").strip()):
                unit_cell(draft, file, "cell", f"{name}_cell")
                if group := said(file, "SpacegroupName"):
                    draft.values[f"{name}_space_group"] = group
    if root.find("TwinWarning") is not None:
        draft.values["twinning_suspected"] = True
    element, laue = "element_{number}", "laue_group_{number}"
    table(draft, root.findall(".//ElementScores/Element"), _ELEMENTS, "elements.list", element)
    groups = root.findall(".//LaueGroupScoreList/LaueGroupScore")
    table(draft, groups, _LAUE_GROUPS, "laue_groups.list", laue)
    table(draft, root.findall(".//SpacegroupList/Spacegroup"), _SPACE_GROUPS, "space_groups.list")
    table(draft, root.findall(".//ZoneScoreList//Zone"), _ZONES, "zones.list")
    table(draft, root.findall(".//IndexScores/Index"), _INDEX, "index.scores")
    table(draft, root.findall("BestReindex"), _BEST_INDEX, "index.best")
    table(draft, root.findall("PossibleReindexing"), _POSSIBLE, "index.possible")
    return closed(kind, "POINTLESS", draft)


def _space_group_confidence(draft: Draft) -> None:
    if "best.laue_confidence" in draft.values and "best.confidence" in draft.values:
        draft.values["best.space_group_confidence"] = draft.values["best.confidence"]
