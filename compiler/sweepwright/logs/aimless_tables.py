"""The tables for plots in the log and in the XML of AIMLESS: by batch, resolution, intensity.

Shells are equal steps of 1/d^2 from zero: ``d_mid`` is their middle, not an edge. ``rmerge``,
``rmeas`` and ``rpim`` are within I+ or I- if anomalous is on; where a table has both kinds their
names end in ``_within`` and ``_all``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.draft import Draft
from sweepwright.logs.loggraph import Graph, graphs
from sweepwright.logs.reading import Trouble, UnreadableError

COLUMNS = {
    "N": "number",
    "Run": "run",
    "Phi": "phi_deg",
    "Batch": "batch",
    "Mn(k)": "mean_scale",
    "0k": "scale_at_theta_0",
    "Number": "n_obs",
    "Bfactor": "b_factor",
    "Bdecay": "b_decay",
    "Mn(I)": "mean_i",
    "<I>": "mean_i",
    "RMSdev": "rms_deviation",
    "I/rms": "i_over_rms",
    "I/RMS": "i_over_rms",
    "Rmerge": "rmerge",
    "Nrej": "n_rejected",
    "Cm%poss": "cumulative_completeness_percent",
    "AnoCmp": "anomalous_completeness_percent",
    "AnoFrc": "anomalous_measured_percent",
    "AnoMlt": "anomalous_multiplicity",
    "MaxRes": "max_resolution",
    "CMlplc": "cumulative_multiplicity",
    "Chi^2": "chi_squared",
    "Chi^2c": "chi_squared_filtered",
    "SmRmerge": "rmerge_smoothed",
    "SmMaxRes": "max_resolution_smoothed",
    "1/d^2": "d_star_squared",
    "Dmid": "d_mid",
    "CCanom": "cc_anomalous",
    "Nanom": "n_anomalous",
    "RCRanom": "rcr_anomalous",
    "CC1/2": "cc_half",
    "NCC1/2": "n_cc_half",
    "CC1/2v": "cc_half_variance",
    "Rsplit": "r_split",
    "CCfit": "cc_half_fit",
    "CCanomfit": "cc_anomalous_fit",
    "Rmrg": "rmerge",
    "Rfull": "rmerge_fulls",
    "Rcum": "rmerge_cumulative",
    "Rmeas": "rmeas",
    "Rpim": "rpim",
    "Nmeas": "n_obs",
    "AvI": "mean_i",
    "sd": "mean_sd",
    "Mn(I/sd)": "i_over_sigma",
    "FrcBias": "fractional_bias",
    "Imax": "i_max",
    "Nref": "n_unique",
    "Ncent": "n_centric",
    "%poss": "completeness_percent",
    "C%poss": "cumulative_completeness_percent",
    "Mlplct": "multiplicity",
    "CmPoss": "cumulative_completeness_fraction",
    "Rcp": "rcp",
    "Range": "range",
}
#: titles that mean something else in a table of this name
_MEANINGS: dict[str, dict[str, str]] = {
    "by_batch.batches": {"AnoCmp": "cumulative_anomalous_completeness_percent"},
    "within_and_all.shells": {
        "Rmrg": "rmerge_within",
        "RmrgOv": "rmerge_all",
        "Rcum": "rmerge_cumulative_within",
        "RcumOv": "rmerge_cumulative_all",
        "Rmeas": "rmeas_within",
        "RmeasOv": "rmeas_all",
        "Rpim": "rpim_within",
        "RpimOv": "rpim_all",
    },
}
#: title without the name of the data set -> name of the table, and of its rows
_TABLES = {
    r"[>=]+ Scales v rotation range": ("scales.batches", "batch_{batch}"),
    r"Analysis against all Batches for all runs": ("by_batch.batches", "batch_{batch}"),
    r"Correlations CC\(1/2\) within dataset": ("half_sets.shells", "shell_{number}"),
    r"Anisotropy analysis of CC\(1/2\) and I/sd": ("anisotropy.shells", "shell_{number}"),
    r"Cumulative CC\(1/2\) in resolution ranges vs\. Batch": (
        "cumulative_cc_half.batches",
        "batch_{batch}",
    ),
    r"Analysis against resolution": ("by_resolution.shells", "shell_{number}"),
    r"Analysis against resolution, with & without anomalous \(Ov\)": (
        "within_and_all.shells",
        "shell_{number}",
    ),
    r"Analysis against intensity": ("by_intensity.bins", None),
    r"Completeness & multiplicity v\. resolution": ("completeness.shells", "shell_{number}"),
    r"Run +(\d+), standard deviation v\. Intensity": ("sd_analysis.run_{}.ranges", "range_{range}"),
    r"Radiation damage analysis for run +(\d+)": ("damage.run_{}.batches", "batch_{batch}"),
}
#: columns that the line of totals does not have
_NO_TOTAL = {"number", "d_star_squared", "d_mid", "cc_half_fit", "cc_anomalous_fit"}
_TOTALS = ("half_sets", "by_resolution", "within_and_all", "completeness")


def tables(draft: Draft, lines: Sequence[str], several: bool) -> None:
    """Those of `_TABLES`, and ``overall`` beside their shells."""
    for graph, troubles in graphs(lines):
        place(draft, graph, troubles, several)


def place(draft: Draft, graph: Graph, troubles: Sequence[Trouble], several: bool) -> None:
    """One table under its name, with the data set in front if there are several."""
    name, label, dataset = _named(graph.title)
    if not name:
        return
    draft.troubles += troubles
    if not graph.rows:
        return
    prefix = f"dataset.{dataset}." if several and dataset else ""
    with draft.part(f"the table '{graph.title}'"):
        if draft.tables.pop(prefix + name, None):
            raise UnreadableError("the log has several")
        table = graph.table(COLUMNS | _MEANINGS.get(name, {}), label)
        draft.tables[prefix + name] = table
        group = name.partition(".")[0]
        if graph.total and group in _TOTALS:
            _total(draft, prefix + group, table.columns, graph.total)


def _named(title: str) -> tuple[str, str | None, str]:
    """Name and label of a table, and its data set, which stands behind the last comma."""
    stripped, _, dataset = title.rpartition(", ")
    for pattern, (name, label) in _TABLES.items():
        for text, of in ((title, ""), (stripped, dataset)):
            if " " not in of and (match := re.fullmatch(pattern, text)):
                return name.format(*match.groups()), label, of
    return "", None, ""


def _total(draft: Draft, group: str, columns: Sequence[str], words: Sequence[str]) -> None:
    having = [column for column in columns if column not in _NO_TOTAL]
    if len(words) != len(having):
        raise UnreadableError("its line of totals has not its columns")
    for column, word in zip(having, words, strict=True):
        draft.values[f"{group}.overall.{column}"] = cell(word)
