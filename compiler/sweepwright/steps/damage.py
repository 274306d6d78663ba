"""Decisions about radiation damage, and images left out where a program cannot do it.

All read the scaled, unmerged data of a group; ``files`` names the sweeps of each file, in the order in
which it got them, with their first and last image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sweepwright.results import cut_back as cutting
from sweepwright.results.damage import Damage, damage
from sweepwright.results.merge import in_order, merge
from sweepwright.results.observations import Observations, read_unmerged
from sweepwright.results.sweep_batches import SweepBatches, sweep_batches
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision

#: fewer observations of a reflection do not make a line against dose
_LEAST_MULTIPLICITY = 4.0


def cut_back(call: StepCall) -> None:
    """How much of each sweep goes into the final scaling, as each program is told it.

    ``last_SWEEP`` is the last image that is kept; ``first_batch_SWEEP`` and ``last_batch_SWEEP`` are
    batches of the sorted file; ``exclude_images`` is what DIALS leaves out, with what the job does.
    """
    values: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    excluded = list(call.parameters["excluded"] or ())
    for number, (sweep, observations) in enumerate(_sweeps(call)):
        image = np.where(sweep.rows(observations), observations.batch - sweep.offset, 0)
        own = np.unique(observations.dataset[image > 0])
        of_set = np.isin(observations.dataset, own)
        found = cutting.cut_back(
            observations.select(of_set), image[of_set], sweep.first, sweep.last
        )
        values |= {
            f"last_{sweep.name}": found.last,
            f"first_batch_{sweep.name}": sweep.first + sweep.offset,
            f"last_batch_{sweep.name}": found.last + sweep.offset,
        }
        if found.last < sweep.last:
            excluded.append(f"{number}:{found.last + 1}:{sweep.last}")
        evidence[sweep.name] = found.to_json()
    values["exclude_images"] = excluded or None
    rule = {"noise": cutting.NOISE, "most_lost": cutting.MOST_LOST}
    write_decision(call, values, {"sweeps": evidence, **rule})


def zero_dose(call: StepCall) -> None:
    """``zero_dose``: whether the final scaling extrapolates intensities to zero dose.

    It needs a significant trend in a sweep, and enough observations of a reflection for a line.
    """
    judged = []
    for sweep, observations in _sweeps(call):
        figures = _figures(sweep, observations)
        multiplicity = _multiplicity(observations)
        enough = multiplicity >= _LEAST_MULTIPLICITY
        judged.append((figures, multiplicity, bool(figures.significant) and enough))
    evidence = [
        figures.to_json() | {"multiplicity": multiplicity} for figures, multiplicity, _ in judged
    ]
    values = {"zero_dose": any(yes for *_, yes in judged)}
    write_decision(call, values, {"sweeps": evidence, "least_multiplicity": _LEAST_MULTIPLICITY})


def figures(observations: Observations, sweeps: list[list[Any]]) -> tuple[Damage, ...]:
    """The figures of all sweeps of one merged set. Raises ValueError when they cannot be told apart."""
    placed = sweep_batches(observations, [tuple(one) for one in sweeps])
    return tuple(_figures(sweep, observations) for sweep in placed)


def cut(call: StepCall) -> None:
    """``XDS_ASCII.HKL`` without the reflections behind image ``last``."""
    last = call.parameters["last"]
    lines = call.inputs[0].read_bytes().splitlines(keepends=True)
    head = dict(line.split(b"=", 1) for line in lines if line.startswith(b"!") and b"=" in line)
    if b"!ITEM_ZD" not in head or b"!DATA_RANGE" not in head:
        raise StepError("the header lacks DATA_RANGE or ITEM_ZD", "Look at the step CORRECT.")
    column = int(head[b"!ITEM_ZD"]) - 1
    first = int(head[b"!DATA_RANGE"].split()[0])

    def kept(line: bytes) -> bool:
        # ZD of image n lies between n - 1 and n
        return line.startswith(b"!") or float(line.split()[column]) <= last

    with (call.folder / "XDS_ASCII.HKL").open("wb") as target:
        for line in filter(kept, lines):
            of_range = line.startswith(b"!DATA_RANGE=")
            target.write(b"!DATA_RANGE= %d %d\n" % (first, last) if of_range else line)


def _sweeps(call: StepCall) -> Iterator[tuple[SweepBatches, Observations]]:
    """Each sweep with the file that it is in."""
    for path, sweeps in zip(call.inputs, call.parameters["files"], strict=True):
        observations = read_unmerged(path)
        if not len(observations):
            raise StepError("scaling left no observations", "Look at the log of the scaling step.")
        try:
            placed = sweep_batches(observations, [tuple(one) for one in sweeps])
        except ValueError as problem:
            raise StepError(f"{path.name}: {problem}", "Look at the log of scaling.") from problem
        yield from ((sweep, observations) for sweep in placed)


def _figures(sweep: SweepBatches, observations: Observations) -> Damage:
    """Figures by image number."""
    own = observations.select(sweep.rows(observations))
    images = replace(own, batch=own.batch - sweep.offset)
    return damage(sweep.name, images, sweep.first, sweep.last)


def _multiplicity(observations: Observations) -> float:
    return len(observations) / len(merge(in_order(observations), apart=False).count)
