"""The log of CTRUNCATE: Wilson plot, anisotropy, twinning, translational NCS, ice rings.

The eigenvalues of the anisotropy are of U in older versions, and of B (A^2) since the analysis says
which range it used: ``anisotropy_eigenvalues`` and ``anisotropy_eigenvalues_b``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.ccp4_banner import banner
from sweepwright.logs.ccp4_lines import CELL, N, cell, finished, numbers, started, texts
from sweepwright.logs.draft import Draft
from sweepwright.logs.loggraph import graphs
from sweepwright.logs.reading import Reading, Table, UnreadableError, Value

KINDS = ("ctruncate.log",)

_NUMBERS = {
    "cell": rf"Cell parameters: +{CELL}",
    "n_reflections": r"Number of (?:unique )?reflections(?: \(excluding Freidal\))?: +(\d+).*",
    "n_acentric": r"Number of unique reflections \(excluding Freidal\): .*Acentric: +(\d+),.*",
    "n_centric": r"Number of unique reflections .* Centric: +(\d+)\)|Ncentric = +(\d+)",
    "low_resolution": rf"Minimum resolution = +{N} A|Resolution range of data: +{N} - .*",
    "high_resolution": rf"Maximum resolution = +{N} A|Resolution range of data: .* - +{N} A",
    "space_group_number": r"Spacegroup: .* \(number +(\d+)\)",
    "useful_resolution": rf"Resolution Range of this data is +{N}A to +{N}A",
    "tncs_resolution": (
        rf"No translational NCS detected \(with resolution limited to +{N} A\)"
        rf"|.*that this is by chance \(with resolution limited to +{N} A\)\. *"
        rf"|by chance \(with resolution limited to +{N} A\)\. *"
    ),
    "anisotropy_ratios": rf"Eigenvalue ratios: +{N} +{N} +{N}",
    "weakest_direction_limit": rf"Resolution limit in weakest direction = +{N} A",
    "l_mean": rf"L statistic = +{N} +\(untwinned 0\.5 perfect twin 0\.375\)",
    "l_test_fraction": rf"Twin(?:ning)? fraction (?:estimate )?from L-[Tt]est: +{N}",
    "moments_fraction": rf"Twin fraction estimate from moments: +{N}",
    "h_test_fraction": rf"Twinning fraction from H-test: +{N}",
    "n_residues_assumed": r"Estimated number of residues = +(\d+)",
    "wilson_scale": rf"(?:Estimate of )?scale factor on intensity = +{N}(?: +\(.*)?",
    "n_rejected": r"(\d+) intensities have been rejected as unphysical",
    "optical_resolution": rf"Estimated Optical Resolution: +{N}",
    "outlier_rings_percent": rf"Outliers total +{N}% of the bins\.",
}
#: lines with several quantities
_SETS = {
    ("wilson_b", "wilson_intercept", "siga", "sigb"): (
        rf"B = +{N} +intercept = +{N} +siga = +{N} +sigb = +{N}"
    ),
    (
        "wilson_b",
        "wilson_b_sigma",
    ): rf"Estimate of Wilson B factor: +{N} A\^\(-2\), with sigma +{N}",
    ("wilson_intercept", "wilson_intercept_sigma"): (
        rf"Estimate of scale factor on intensity = .*\(intercept +{N}, sigma +{N}\)"
    ),
}
_TEXTS = {
    "space_group": r"Spacegroup: (\S.*?) \(number +\d+\)",
    "names.crystal": r"Crystal/dataset names: /([^/]+)/.+",
    "names.dataset": r"Crystal/dataset names: /[^/]+/(.+)",
    "data_type": r"Reflection data type: (\S+)",
    "prior": r"Calculation using (\S.*?) prior",
}
#: name -> line that says so, line that denies it
_TRUTHS = {
    "tncs": (r"Translational NCS has been detected .*", r"No translational NCS detected .*"),
    "ice_rings": (r"Possible Ice Rings", r"No Ice Rings detected"),
    "anisotropy_strong": (
        r".*Your data is severely anisotropic|Warning: data is highly anisotropic\..*",
        r"Some anisotropy detetect\..*|Little or no anisotropy detected\..*",
    ),
}
_MOMENT = re.compile(rf" *<I\^(\d)>/<I>\^\d = +{N} \(Expected.*")
_MOMENTS_OF = re.compile(
    r" *Mean acentric moments I from (input|anisotropically corrected) data: *"
)
_EIGENVALUES = re.compile(rf" *Eigenvalues: +{N} +{N} +{N} *")
_ANISOTROPY = re.compile(r" *ANISOTROPY (?:ANALYSIS|ESTIMATION)( \(using intensities\))?: *")
_RINGS = {
    "reso mean_I mean_Sigma Estimated_I Zscore Completeness Ave_Completeness": "ice_rings.list",
    "reso ice_ring mean_I mean_Sigma Estimated_I Ratio Zscore Completeness Ave_Completeness": (
        "ice_rings.list"
    ),
    "reso mean_I mean_Sigma Estimated_I Ratio Zscore Completeness Ave_Completeness": (
        "outlier_rings.list"
    ),
}
_RING_COLUMNS = {
    "reso": "resolution",
    "ice_ring": "is_ice",
    "mean_I": "mean_i",
    "mean_Sigma": "mean_sigma",
    "Estimated_I": "expected_i",
    "Ratio": "ratio",
    "Zscore": "z_score",
    "Completeness": "completeness_fraction",
    "Ave_Completeness": "expected_completeness_fraction",
}
_GRAPHS = {
    "Wilson plot": "wilson.points",
    "L test for twinning": "l_test.points",
    "Intensity Completeness": "completeness.shells",
    "Intensity Completeness analysis": "completeness.shells",
    "Acentric moments of I": "acentric_moments.shells",
    "Acentric Moments of I": "acentric_moments.shells",
    "Centric moments of I": "centric_moments.shells",
    "Centric Moments of I": "centric_moments.shells",
}
_GRAPH_COLUMNS = {"1/resol^2": "d_star_squared", "|L|": "l"}


def recognises(head: str) -> str | None:
    """By the banner."""
    return KINDS[0] if banner(head).program == "ctruncate" else None


def read(text: str, kind: str) -> Reading:
    """What the program found in the intensities; ``normal_termination`` if it says so."""
    lines, draft = started(text, "ctruncate")
    numbers(draft, lines, _NUMBERS)
    for names, pattern in _SETS.items():
        together = Draft()
        numbers(together, lines, {"all": pattern})
        draft.troubles += together.troubles
        found = together.values.get("all", ())
        if isinstance(found, tuple):
            draft.values |= zip(names, found, strict=False)
    texts(draft, lines, _TEXTS)
    _truths(draft, lines)
    _moments(draft, lines)
    _eigenvalues(draft, lines)
    _rings(draft, lines)
    _graphs(draft, lines)
    if any(line.strip().lower() == "ctruncate: normal termination" for line in lines):
        draft.values["normal_termination"] = True
    return finished(text, kind, "ctruncate", draft, ended="normal_termination" in draft.values)


def _truths(draft: Draft, lines: Sequence[str]) -> None:
    for name, (yes, no) in _TRUTHS.items():
        said, denied = (
            any(re.fullmatch(rf" *(?:{text}) *", line) for line in lines) for text in (yes, no)
        )
        if said is not denied:
            draft.values[name] = said


def _moments(draft: Draft, lines: Sequence[str]) -> None:
    """``acentric_moment_2.input`` and ``.corrected`` for anisotropy, to the fourth."""
    of = ""
    for line in lines:
        if match := _MOMENTS_OF.fullmatch(line):
            of = "input" if match[1] == "input" else "corrected"
        elif match := _MOMENT.fullmatch(line):
            name = f"acentric_moment_{match[1]}.{of}"
            with draft.part(name):
                if not of or name in draft.values:
                    raise UnreadableError("the log has several")
                draft.values[name] = cell(match[2])
        elif line.strip():
            of = ""


def _eigenvalues(draft: Draft, lines: Sequence[str]) -> None:
    old: bool | None = None
    for line in lines:
        if match := _ANISOTROPY.fullmatch(line):
            old = bool(match[1])
        elif match := _EIGENVALUES.fullmatch(line):
            with draft.part("the eigenvalues"):
                if old is None:
                    raise UnreadableError("without the title of the analysis")
                name = "anisotropy_eigenvalues" if old else "anisotropy_eigenvalues_b"
                draft.values[name] = tuple(map(cell, match.groups()))


def _rings(draft: Draft, lines: Sequence[str]) -> None:
    for at, line in enumerate(lines):
        titles = line.split()
        if name := _RINGS.get(" ".join(titles)):
            with draft.part(f"the table {name}"):
                if draft.tables.pop(name, None):
                    raise UnreadableError("the log has several", at + 1)
                if rows := _ring_rows(lines, at + 1, len(titles)):
                    columns = tuple(_RING_COLUMNS[title] for title in titles)
                    draft.tables[name] = Table(columns, rows)
                if rows and "ice_ring" in titles:
                    draft.values["ice_rings"] = any(row[titles.index("ice_ring")] for row in rows)


def _ring_rows(lines: Sequence[str], at: int, size: int) -> tuple[tuple[Value, ...], ...]:
    rows = []
    while at < len(lines) and lines[at].strip() and "<" not in lines[at]:
        words = lines[at].split()
        if len(words) != size:
            raise UnreadableError(f"{len(words)} columns where {size} belong", at + 1)
        rows.append(tuple({"yes": True, "no": False}.get(word, word) for word in words))
        at += 1
    if at == len(lines):
        raise UnreadableError("the file ends within it", at)
    return tuple(
        tuple(cell(each) if isinstance(each, str) else each for each in row) for row in rows
    )


def _graphs(draft: Draft, lines: Sequence[str]) -> None:
    for graph, troubles in graphs(lines):
        if name := _GRAPHS.get(graph.title):
            draft.troubles += troubles
            if graph.rows:
                with draft.part(f"the table '{graph.title}'"):
                    draft.tables[name] = graph.table(_GRAPH_COLUMNS)
