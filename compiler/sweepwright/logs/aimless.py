"""The log of AIMLESS: what was read, scaled and rejected, all tables, and the final summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sweepwright.logs.aimless_summary import summary
from sweepwright.logs.aimless_tables import tables
from sweepwright.logs.ccp4_banner import banner
from sweepwright.logs.ccp4_lines import N, cell, finished, flags, numbers, paragraph, started, texts
from sweepwright.logs.ccp4_runs import datasets_and_runs
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import Reading, Table, UnreadableError, Value

KINDS = ("aimless.log",)

_NUMBERS = {
    "read.resolution": rf"Resolution range accepted: +{N} +{N}",
    "read.n_reflections": r"Number of reflections += +(\d+)",
    "read.n_observations": r"Number of observations += +(\d+)",
    "read.n_batches": r"Number of batches += +(\d+)",
    "read.n_outside_resolution": r"Number of observation parts outside resolution limits = +(\d+)",
    "rejected.widened_between_by": rf"have been adjusted by a factor +{N} \* +{N}",
    "elapsed_s": rf"End of aimless job, total time: cpu time: .* elapsed time: +{N} secs?",
}
_TEXTS = {"space_group_read": r"Space group from HKLIN file *: (\S.*)"}
#: of one data set
_MERGING = {
    "n_rejected_outliers": r"Number of rejected outliers +(\d+)",
    "n_rejected_emax": r"Number of observations rejected on Emax limit +(\d+)",
    "n_accepted_unique": r"Number of unique reflections +(\d+)",
    "n_accepted": r"Number of observations +(\d+)",
    "anisotropic_b": rf"Eigenvalues of \[B\]\(orth\) along principal axes : +{N} +{N} +{N}",
}
_DATASET = re.compile(r"\* Merging statistics for dataset [^/]+/[^/]+/(.+?) \*")
_OUTLIERS = re.compile(
    r"Number of rejected outliers within I\+ \|\| I- sets: +(\d+), +between I\+ & I- +(\d+),"
    r" +on \|E\|max +(\d+) *"
)
_OUTLIER_NAMES = ("rejected.within", "rejected.between", "rejected.emax")
_SD = "SD corrections:-"
_SD_COLUMNS = {"SdFac": "sd_fac", "SdB": "sd_b", "SdAdd": "sd_add", "ISa": "isa"}
#: a part of a log: its final summary alone
_SUMMARY = re.compile(r"Summary data for +(?:Project: |datasets)[^$]*?Overall +Inner", re.DOTALL)


def recognises(head: str) -> str | None:
    """By the banner; a summary cut from a log, by its titles."""
    program = banner(head).program
    if program == "aimless" or (not program and _SUMMARY.search(head)):
        return KINDS[0]
    return None


def read(text: str, kind: str) -> Reading:
    """Everything; R values are labelled ``_within`` I+ or I-, or over ``_all`` I+ and I-."""
    lines, draft = started(text, "aimless")
    several = datasets_and_runs(draft, lines, "wavelength")
    several |= len({match[1] for match in map(_DATASET.fullmatch, lines) if match}) > 1
    numbers(draft, lines, _NUMBERS)
    texts(draft, lines, _TEXTS)
    for prefix, part in _datasets(lines, several):
        numbers(draft, part, _MERGING, prefix)
    _outliers(draft, lines)
    _sd_corrections(draft, lines)
    flags(draft, lines)
    tables(draft, lines, several)
    summary(draft, lines, several)
    return finished(text, kind, "aimless", draft, ended="elapsed_s" in draft.values)


def _datasets(lines: Sequence[str], several: bool) -> Iterator[tuple[str, Sequence[str]]]:
    """The lines of each data set in the final statistics."""
    found = [(at, match[1]) for at, line in enumerate(lines) if (match := _DATASET.fullmatch(line))]
    ends = [at for at, _ in found[1:]] + [len(lines)]
    for (start, dataset), end in zip(found, ends, strict=False):
        yield f"dataset.{dataset}." if several else "", lines[start:end]


def _outliers(draft: Draft, lines: Sequence[str]) -> None:
    """The last count: those before are of the optimisation of standard deviations."""
    with draft.part("the outliers"):
        starts = [at for at, line in enumerate(lines) if line.strip() == "Outlier analysis"]
        if len(starts) > 1:
            raise UnreadableError("the log has several", starts[1] + 1)
        for start in starts:
            for _, line in paragraph(lines, start):
                if match := _OUTLIERS.fullmatch(line):
                    draft.values |= zip(_OUTLIER_NAMES, map(int, match.groups()), strict=True)


def _sd_corrections(draft: Draft, lines: Sequence[str]) -> None:
    """``sd_correction.run_{run}``: the final parameters, of fulls and of partials."""
    rows: list[tuple[Value, ...]] = []
    columns: tuple[str, ...] = ()
    with draft.part("the corrections of standard deviations"):
        for start in (at for at, line in enumerate(lines) if line.startswith(_SD)):
            body = [line.split() for _, line in paragraph(lines, start + 1)]
            columns = _sd_columns(*body[:2])
            for words in body[2:]:
                if len(words) != len(columns) or not re.fullmatch(r"\d+|AllRuns", words[0]):
                    raise UnreadableError("a row has not its columns", start + 1)
                rows.append((words[0], words[1], *map(cell, words[2:])))
        if len({row[0] for row in rows}) < len(rows):
            raise UnreadableError("a run has several")
        if rows:
            draft.tables["sd_correction.runs"] = Table(columns, tuple(rows), "run_{run}")


def _sd_columns(*heads: Sequence[str]) -> tuple[str, ...]:
    groups, titles = heads if len(heads) == 2 else ((), ())
    known = list(_SD_COLUMNS)
    each = next((n for n in (3, 4) if titles == ["Run", *known[:n] * len(groups)]), 0)
    if not each or not set(groups) <= {"Fulls", "Partials"} or not groups:
        raise UnreadableError("unknown titles of its columns")
    names = [f"{group.lower()}_{_SD_COLUMNS[title]}" for group in groups for title in known[:each]]
    return ("run", "parts", *names)
