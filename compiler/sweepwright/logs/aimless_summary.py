"""The final summary of AIMLESS, its "table 1", of one data set or of several side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sweepwright.logs.aimless_estimates import Estimate, direction, estimates
from sweepwright.logs.ccp4_lines import CELL, N, cell, numbers
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import UnreadableError

_ONE = re.compile(r"Summary data for +Project: .+")
_SEVERAL = re.compile(r"Summary data for datasets *")
_NAMES = re.compile(r" *Project: .+? Crystal: .+? Dataset: (.+?) *")
_SHELLS = ("Overall InnerShell OuterShell".split(), "Overall Inner Outer".split())
#: name -> how the row is called, over the versions; overall, inner and outer shell
SHELLS = {
    "low_resolution": r"Low resolution limit",
    "high_resolution": r"High resolution limit",
    "rmerge_within": r"Rmerge +\(within I\+/I-\)",
    "rmerge_all": r"Rmerge +\(all I\+ (?:and|&) I-\)",
    "rmeas_within": r"Rmeas +\(within I\+/I-\)",
    "rmeas_all": r"Rmeas +\(all I\+ (?:and|&) I-\)",
    "rpim_within": r"Rpim +\(within I\+/I-\)",
    "rpim_all": r"Rpim +\(all I\+ (?:and|&) I-\)",
    "rmerge_top_intensity": r"Rmerge in top intensity bin",
    "n_obs": r"Total number of observations",
    "n_unique": r"Total number unique",
    "i_over_sigma": r"Mean\(\(I\)/sd\(I\)\)",
    "cc_half": (
        r"(?:< ?I ?>|Mn\(I\)) (?:correlation between half-sets|half-set correlation CC\(1/2\))"
    ),
    "completeness_percent": r"Completeness",
    "multiplicity": r"Multiplicity",
    "mean_chi_squared": r"Mean\(Chi\^2\)",
    "anomalous_completeness_percent": r"Anomalous completeness",
    "anomalous_multiplicity": r"Anomalous multiplicity",
    "cc_anomalous": r"DelAnom (?:correlation between half-sets|half-set correlation CC\(1/2\))",
    "anomalous_slope": r"Mid-Slope of Anom Normal Probability",
}
#: rows of one number, behind which the shells have dashes
_OVERALL_ONLY = ("anomalous_slope",)
_ROW = re.compile(
    rf" *(?:{'|'.join(f'(?P<{name}>{label})' for name, label in SHELLS.items())}) +(?P<cells>\S.*?) *"
)
_SINGLES = {
    "anisotropic_delta_b": rf"Anisotropic deltaB \(i\.e\. range of principal components\), A\^2: *{N}",
    "cell": rf"Average unit cell: +{CELL}",
    "average_mosaicity": rf"Average mosaicity: +{N}",
    "sd_correction_fulls": rf"Minimum and maximum SD correction factors: Fulls +{N} +{N} +Partials .*",
    "sd_correction_partials": (
        rf"Minimum and maximum SD correction factors: Fulls .* Partials +{N} +{N}"
    ),
}
_SPACE_GROUP = re.compile(r" *Space group: (\S.*?) *")
#: a sentence; not the estimate of where the signal ends, which newer versions have below it
_ANOMALOUS = re.compile(r" *((?!Estimate).*[Aa]nomalous .*\b(?:flag|signal)\b.*?) *")
_SWITCHED = re.compile(r"switched (ON)|left (OFF)|switched (OFF)", re.IGNORECASE)
_DATASET = re.compile(r" *Dataset: \S+?/\S+?/(.+?) *")
_DIRECTION = re.compile(r" *Along (.+?) *")
_OVERALL = re.compile(r" *Estimates of resolution limits: overall *")
_BY_DIRECTION = re.compile(r" *Estimates of resolution limits (?:in|along) reciprocal lattice .*")
_LIMIT = re.compile(
    rf" *from (?:(half-dataset correlation .*?)|Mn\(I/sd\)) *> +{N}: +limit = +{N}A *(.*?) *"
)


def summary(draft: Draft, lines: Sequence[str], several: bool) -> None:
    """Values by their bare names; under ``dataset.{dataset}.`` if the log has several data sets."""
    with draft.part("the summary"):
        block, first = _block(lines)
        if not block:
            return
        names = _dataset_names(block)
        prefixes = [f"dataset.{name}." if several else "" for name in names]
        if len(set(prefixes)) < len(prefixes):
            raise UnreadableError("two data sets have one name")
        for at, line in enumerate(block, first):
            with draft.part("a row of the summary"):
                _row(draft, line, at, prefixes)
        for prefix, part in _parts(block, prefixes):
            _singles(draft, part, prefix)
        with draft.part("the estimates of resolution limits"):
            for prefix, found in _estimates(block, prefixes).items():
                estimates(draft, found, prefix)


def _block(lines: Sequence[str]) -> tuple[list[str], int]:
    """The summary and the number of its first line. It is whole, or it is not read."""
    starts = [
        at for at, line in enumerate(lines) if _ONE.fullmatch(line) or _SEVERAL.fullmatch(line)
    ]
    if len(starts) > 1:
        raise UnreadableError("the log has several", starts[1] + 1)
    for start in starts:
        for end in range(start, len(lines)):
            if lines[end].lstrip().startswith("$$"):
                return list(lines[start:end]), start + 1
        raise UnreadableError("the file ends within it", len(lines))
    return [], 0


def _dataset_names(block: Sequence[str]) -> list[str]:
    """The data sets in the order of their columns."""
    heads = [at for at, line in enumerate(block) if line.split()[:3] in _SHELLS]
    if len(heads) != 1:
        raise UnreadableError("unknown titles of its columns")
    above = [block[0].removeprefix("Summary data for"), *block[1 : heads[0]]]
    names = [match[1] for match in map(_NAMES.fullmatch, above) if match]
    if not names or block[heads[0]].split() not in [shells * len(names) for shells in _SHELLS]:
        raise UnreadableError("its columns are not those of its data sets")
    return names


def _row(draft: Draft, line: str, at: int, prefixes: Sequence[str]) -> None:
    match = _ROW.fullmatch(line)
    if not match:
        return
    name = next(name for name in SHELLS if match[name])
    words = match["cells"].split()
    if len(words) != 3 * len(prefixes):
        raise UnreadableError(f"{len(words)} numbers where {3 * len(prefixes)} belong", at)
    for column, prefix in enumerate(prefixes):
        cells = tuple(map(cell, words[3 * column : 3 * column + 3]))
        if prefix + name in draft.values:
            raise UnreadableError("the summary has several of this row", at)
        draft.values[prefix + name] = cells[0] if name in _OVERALL_ONLY else cells


def _parts(block: Sequence[str], prefixes: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines of each data set, for what is not in columns."""
    if len(prefixes) == 1:
        yield prefixes[0], list(block)
        return
    for prefix in prefixes:
        part: list[str] = []
        inside = False
        for line in block:
            if match := _DATASET.fullmatch(line):
                inside = f"dataset.{match[1]}." == prefix
            elif _OVERALL.fullmatch(line) or _BY_DIRECTION.fullmatch(line) or inside:
                part.append(line)
        yield prefix, part


def _singles(draft: Draft, part: Sequence[str], prefix: str) -> None:
    numbers(draft, part, _SINGLES, prefix)
    for line in part:
        if match := _SPACE_GROUP.fullmatch(line):
            draft.values[f"{prefix}space_group"] = match[1]
        elif (match := _ANOMALOUS.fullmatch(line)) and "ratio" not in line:
            anomalous(draft, match[1], prefix)


def anomalous(draft: Draft, message: str, prefix: str = "") -> None:
    """What AIMLESS decided on anomalous signal: its sentence, and ``anomalous_on`` if that is clear."""
    draft.values[f"{prefix}anomalous_status"] = message
    if switched := _SWITCHED.search(message):
        draft.values[f"{prefix}anomalous_on"] = bool(switched[1])


def _estimates(block: Sequence[str], prefixes: Sequence[str]) -> dict[str, list[Estimate]]:
    return {prefix: list(_limits(part)) for prefix, part in _parts(block, prefixes)}


def _limits(part: Sequence[str]) -> Iterator[Estimate]:
    where = ""
    for at, line in enumerate(part):
        if _OVERALL.fullmatch(line):
            where = "overall"
        elif _BY_DIRECTION.fullmatch(line):
            where = ""
        elif match := _DIRECTION.fullmatch(line):
            where = direction(match[1])
        elif match := _LIMIT.fullmatch(line):
            if not where:
                raise UnreadableError("an estimate without its direction", at)
            kind = "cc_half" if match[1] else "i_over_sigma"
            yield Estimate(where, kind, match[2], match[3], match[4])
