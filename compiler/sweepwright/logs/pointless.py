"""The log of POINTLESS: what was read, which symmetry was found, and what was written.

``best.kind`` is "point group" where the screw axes cannot be told. ``n_reflections`` counts as read
(``n_reflections.as_read``), and once more with the symmetry that was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.ccp4_banner import banner
from sweepwright.logs.ccp4_lines import CELL, N, finished, flags, numbers, started, texts
from sweepwright.logs.ccp4_runs import datasets_and_runs
from sweepwright.logs.draft import Draft
from sweepwright.logs.loggraph import graphs
from sweepwright.logs.pointless_tables import symmetry_tables
from sweepwright.logs.reading import Reading

KINDS = ("pointless.log",)

_P = r"(\d+\.\d+)"
_NUMBERS = {
    "resolution": rf"Resolution range accepted: +{N} +{N}",
    "n_reflections": r"Number of reflections {4,}= +(\d+)",
    "n_reflections.as_read": r"Number of reflections {4,}= +(\d+)",
    "n_reflections.after_merging_symmetry": r"Number of reflections {1,3}= +(\d+)",
    "n_observations": r"Number of observations {4,}= +(\d+)",
    "n_parts": r"Number of parts += +(\d+)",
    "n_batches": r"Number of batches in file(?: +=|:) +(\d+)",
    "average_multiplicity": rf"Average multiplicity += +{N}",
    "input_cell": rf"(?:Average unit cell|Unit cell for dataset): +{CELL}",
    "cell": rf"Unit cell: +{CELL}",
    "output_cell": rf"Unit cell: +{CELL}",
    "l_mean": rf"< ?\|L\| ?>: +{N} \(0\.5 untwinned, 0\.375 perfect twin\)",
    "l_squared_mean": rf"< ?L\^2 ?>: +{N} \(0\.333 untwinned, 0\.2 perfect twin\)",
    "twin_fraction_l_mean": rf"Estimated twin fraction alpha from < ?\|L\| ?> +{N}",
    "twin_fraction_l_squared": rf"Estimated twin fraction alpha from < ?L\^2 ?> +{N}",
    "twin_fraction_l_cumulative": (
        rf"Estimated twin fraction alpha from cumulative N\(\|L\|\) plot +{N} \(\+/-{N}\)"
    ),
    "l_test_resolution": rf"L-test for twinning \(acentrics only\) to maximum resolution +{N}",
    "resolution_used_for_symmetry": (
        rf"Resolution range reset to +[\d.]+ to +{N}"
        rf"|High resolution limit reset to +{N} .*"
        rf"|[\d.]+ to +{N} +- Resolution range used for Laue group search"
    ),
    "lattice_deviation_deg": rf"Lattice unit cell after reindexing: deviation +{N} degrees",
    "best.laue_probability": rf"Laue group probability: +{_P}",
    "best.sysabs_probability": rf"Systematic absence probability: +{_P}",
    "best.total_probability": rf"Total probability: +{_P}",
    "best.space_group_confidence": rf"Space group confidence: +{_P}",
    "best.laue_confidence": rf"Laue group confidence:? +{_P}",
    "n_columns_written": r"\* Number of Columns = (\d+)",
    "n_reflections_written": r"\* Number of Reflections = (\d+)",
    "n_batches_written": r"\* Number of Batches = (\d+)",
    "output_space_group_number": r"\* Space group = '[^']*' \(number +(\d+)\)",
}
_TEXTS = {
    "best.kind": r"Best Solution: +(space group|point group) \S.*",
    "best.name": r"Best Solution: +(?:space group|point group) (\S.*)",
    "best.reindex": r"Reindex operator: +(\[[^\]]+\])",
    "lattice_point_group": r"Lattice point group: (\S.*)",
    "input_space_group": r"HKLIN spacegroup: (\S.*?)  \S.*",
    "output_space_group": r"\* Space group = '([^']+)' \(number +\d+\)",
    "reindex_written": r"Reindexing operator +(\[[^\]]+\])",
}
#: what is known of each XDS file
_OF_FILE = {
    "n_accepted": r"(\d+) observations accepted",
    "n_incomplete_accepted": r"(\d+) accepted incomplete observations with PART < .*",
    "n_misfits": r"(\d+) observations flagged as MISFITS in XDS\b.*",
}
_FILE = re.compile(r" *Reading XDS ascii file from file\b.*")
_TWINNED = re.compile(r" *The L-test suggests that the data (may be|are not) twinned *")
_NO_CHOICE = re.compile(r" *No alternative indexing possible\b.*")
#: any of these is a result
_RESULTS = ("best.kind", "no_alternative_indexing", "reindex_written", "n_columns_written")
#: title of a table for plots -> its name and that of its rows
_GRAPHS = {
    r"L-test for twinning, .*": ("l_test.points", None),
    r"Mn\(I/sigI\) and CC\(1/2\) \[in P1\] vs\. resolution": ("p1.shells", "shell_{number}"),
}
_COLUMNS = {
    "|L|": "l",
    "N(|L|)": "cumulative",
    "Untwinned": "untwinned",
    "Twinned": "twinned",
    "N": "number",
    "N 2": "n_i_over_sigma",
    "1/d^2": "d_star_squared",
    "Dmid": "d_mid",
    "CC(1/2)": "cc_half",
    "N_CC": "n_cc_half",
    "CCfit": "cc_half_fit",
    "Mn(I/sigI)": "i_over_sigma",
    "(I/sigI)/10": "i_over_sigma_tenth",
}


def recognises(head: str) -> str | None:
    """By the banner."""
    return KINDS[0] if banner(head).program == "pointless" else None


def read(text: str, kind: str) -> Reading:
    """Everything that the program says of the files that it read, and of the symmetry."""
    lines, draft = started(text, "pointless")
    numbers(draft, lines, _NUMBERS)
    texts(draft, lines, _TEXTS)
    datasets_and_runs(draft, lines, "wavelength_printed")
    _files(draft, lines)
    _truths(draft, lines)
    flags(draft, lines)
    symmetry_tables(draft, lines)
    _graphs(draft, lines)
    ended = any(name in draft.values for name in _RESULTS) or "index.scores" in draft.tables
    return finished(text, kind, "pointless", draft, ended)


def _files(draft: Draft, lines: Sequence[str]) -> None:
    """What is printed of each XDS file; with ``file_1.`` in front if there are several."""
    starts = [at for at, line in enumerate(lines) if _FILE.fullmatch(line)] or [0]
    for count, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=False), 1):
        prefix = f"file_{count}." if len(starts) > 1 else ""
        numbers(draft, lines[start:end], _OF_FILE, prefix)


def _truths(draft: Draft, lines: Sequence[str]) -> None:
    said = {match[1] for match in map(_TWINNED.fullmatch, lines) if match}
    if len(said) == 1:
        draft.values["twinning_suspected"] = said == {"may be"}
    if any(map(_NO_CHOICE.fullmatch, lines)):
        draft.values["no_alternative_indexing"] = True


def _graphs(draft: Draft, lines: Sequence[str]) -> None:
    for graph, troubles in graphs(lines):
        for title, (name, label) in _GRAPHS.items():
            if re.fullmatch(title, graph.title):
                draft.troubles += troubles
                if graph.rows:
                    with draft.part(f"the table '{graph.title}'"):
                        draft.tables[name] = graph.table(_COLUMNS, label)
