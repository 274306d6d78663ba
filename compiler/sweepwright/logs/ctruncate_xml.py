"""The XML of CTRUNCATE, under the names that the log has too."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.ccp4_xml import (
    Columns,
    closed,
    numbers,
    opened,
    root_of,
    said,
    table,
    texts,
    unit_cell,
)
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import Reading, UnreadableError

KINDS = ("ctruncate.xml",)

_NUMBERS = {
    "n_reflections": "ReflectionData/NumberReflections",
    "n_observations": "ReflectionData/NumberObservations",
    "n_centric": "ReflectionData/NumberCentric",
    "low_resolution": "ReflectionData/ResolutionLow",
    "high_resolution": "ReflectionData/ResolutionHigh",
    "wilson_b": "DataStatistics/WilsonB",
    "wilson_scale": "DataStatistics/WilsonScale",
    "l_test_fraction": "Twinning/L-test/TwinFraction",
    "l_mean": "Twinning/L-test/Result",
    "outlier_rings_percent": "OutlierRingsAnalysis/percentage",
}
_TEXTS = {
    "space_group": "ReflectionFile/SpacegroupName",
    "data_type": "ReflectionData/ReflectionDataType",
    "anisotropy_comment": "AnisotropyAnalysis/Comment[@id='AnisotropyResult']",
    "twinning_comment": "Twinning/Comment[@id='TwinningSummary']",
}
_TRUTHS = {
    "tncs": "translationalNCS/detected",
    "twinning_suspected": "Twinning/L-test/Twinned",
    "outlier_rings": "OutlierRingsAnalysis/present",
}
_YES_NO = {"yes": True, "no": False}
_RINGS: Columns = {
    "resolution": ("Resolution", True),
    "is_ice": ("Reject", False),
    "mean_i": ("Imean", True),
    "z_score": ("Z-score", True),
    "completeness_fraction": ("Completeness", True),
    "expected_completeness_fraction": ("ExpectCompleteness", True),
}
_RANGES: Columns = {
    "range": ("@title", False),
    "low_resolution": ("min", True),
    "high_resolution": ("max", True),
    "percentage": ("percentage", True),
}
_PEAKS: Columns = {
    "coordinate": ("coordinate", False),
    "height": ("height", True),
    "q_score": ("Q-score", True),
}


def recognises(head: str) -> str | None:
    """By the root element."""
    return KINDS[0] if root_of(head) == "CTRUNCATE" else None


def read(text: str, kind: str) -> Reading:
    """The judgements of the program, and the numbers that they are from."""
    root, draft = opened(text)
    numbers(draft, root, _NUMBERS)
    numbers(draft, root, {"anisotropy_b": "AnisotropyAnalysis/BAniso/Orthogonal"}, size=9)
    texts(draft, root, _TEXTS)
    unit_cell(draft, root, "ReflectionFile/cell", "cell")
    for name, path in _TRUTHS.items():
        with draft.part(f"the element {path}"):
            if word := said(root, path):
                if word.lower() not in _YES_NO:
                    raise UnreadableError(f"'{word}' is neither yes nor no")
                draft.values[name] = _YES_NO[word.lower()]
    with draft.part("the eigenvalues"):
        values = [each.text or "" for each in root.findall("AnisotropyAnalysis/Eigenvalue")]
        if len(values) == 3:
            draft.values["anisotropy_eigenvalues_printed"] = tuple(
                cell(text.strip()) for text in values
            )
    _ice_rings(draft, root)
    table(
        draft, root.findall("OutlierRingsAnalysis/Ring"), _without("is_ice"), "outlier_rings.list"
    )
    table(draft, root.findall("DataStatistics/ResolutionRange"), _RANGES, "ranges.list")
    table(draft, root.findall("translationalNCS/PeakList/Peak"), _PEAKS, "tncs_peaks.list")
    return closed(kind, "CTRUNCATE", draft)


def _without(column: str) -> Columns:
    return {name: path for name, path in _RINGS.items() if name != column}


def _ice_rings(draft: Draft, root: Element) -> None:
    """``ice_rings``: whether a ring is called ice."""
    rings = root.findall("IceRingsAnalysis/Ring")
    table(draft, rings, _RINGS, "ice_rings.list")
    with draft.part("the ice rings"):
        words = {(said(ring, "Reject") or "").lower() for ring in rings}
        if words and words <= _YES_NO.keys():
            draft.values["ice_rings"] = "yes" in words
