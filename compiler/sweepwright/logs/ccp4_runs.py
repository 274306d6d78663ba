"""The data sets and runs that POINTLESS and AIMLESS list, in the same form, after reading files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.ccp4_lines import N, numbers
from sweepwright.logs.draft import Draft
from sweepwright.logs.printed import number
from sweepwright.logs.reading import UnreadableError, Value

_DATASET = re.compile(
    r" *Project: (?P<project>.+?) Crystal: (?P<crystal>.+?) Dataset: (?P<dataset>.+?) *"
)
_RUN = re.compile(r" *Run number: +(\d+) consists of batches +(\S.*?) *")
_BATCHES = re.compile(r"(\d+) +(?:to|-) +(\d+)")
_WAVELENGTH = re.compile(rf" *Wavelength: +{N} *")
#: lines under a run: name -> pattern
_OF_RUN = {
    "resolution": rf" *Resolution range for run: +{N} +{N} *",
    "phi_range": rf" *Phi range: +{N} to +{N}(?: +Time range: .*)?",
}
#: what follows the runs of a data set
_END = re.compile(r" *(?:Unit cell for dataset|Average unit cell): .*")


def datasets_and_runs(draft: Draft, lines: Sequence[str], wavelength: str) -> bool:
    """Values of runs and data sets; whether there are several data sets.

    ``run_1_batches`` is first and last, ``run_1_batch_ranges`` has the gaps. ``names`` and the
    wavelength, under the name given, are without a prefix if there is one data set, and under
    ``dataset.{dataset}.`` if there are several.
    """
    numbers(draft, lines, {"n_datasets": r"Number of datasets +=? +(\d+)"})
    found = {match[0].strip(): match for match in map(_DATASET.fullmatch, lines) if match}
    several = len(found) > 1 or draft.values.get("n_datasets", 1) != 1
    for match in found.values():
        prefix = f"dataset.{match['dataset']}." if several else ""
        draft.values |= {f"{prefix}names.{name}": text for name, text in match.groupdict().items()}
    with draft.part("the wavelength"):
        _wavelengths(draft, lines, wavelength, several)
    with draft.part("the runs"):
        _runs(draft, lines)
    return several


def _wavelengths(draft: Draft, lines: Sequence[str], name: str, several: bool) -> None:
    found: dict[str, Value] = {}
    dataset = ""
    for line in lines:
        if match := _DATASET.fullmatch(line):
            dataset = match["dataset"]
        elif match := _WAVELENGTH.fullmatch(line):
            key = f"dataset.{dataset}.{name}" if several else name
            if several and not dataset:
                raise UnreadableError("without its data set")
            if found.setdefault(key, number(match[1])) != number(match[1]):
                raise UnreadableError("the log has several")
    draft.values |= found


def _runs(draft: Draft, lines: Sequence[str]) -> None:
    found: dict[str, Value] = {}
    run = ended = ""
    for at, line in enumerate(lines, 1):
        if match := _RUN.fullmatch(line):
            run = f"run_{match[1]}"
            new = _batches(run, match[2], at)
        elif run and (new := _of_run(run, line)):
            pass
        elif run and _END.fullmatch(line):
            ended = run
            continue
        else:
            continue
        if any(found.setdefault(name, value) != value for name, value in new.items()):
            raise UnreadableError("a run has several ranges", at)
    draft.values |= found
    # the range of the only run, if the list is whole
    if ended and len({name.split("_")[1] for name in found}) == 1:
        phi = found.get(f"{run}_phi_range")
        draft.values |= {"phi_range": phi} if phi else {}


def _of_run(run: str, line: str) -> dict[str, Value]:
    for name, pattern in _OF_RUN.items():
        if match := re.fullmatch(pattern, line):
            return {f"{run}_{name}": (number(match[1]), number(match[2]))}
    return {}


def _batches(run: str, text: str, at: int) -> dict[str, Value]:
    ranges = tuple((int(first), int(last)) for first, last in _BATCHES.findall(text))
    if not ranges or _BATCHES.sub("", text).strip(" ,;"):
        raise UnreadableError("unknown form of the batches of a run", at)
    return {f"{run}_batches": (ranges[0][0], ranges[-1][1]), f"{run}_batch_ranges": ranges}
