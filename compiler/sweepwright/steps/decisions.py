"""Decisions of a plan: typed results in, ``decision.json`` out, with candidates and evidence."""

from __future__ import annotations

from sweepwright.results.anomalous import anomalous_signal
from sweepwright.results.observations import Observations, read_unmerged
from sweepwright.results.resolution import resolution_limit
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision


def resolution(call: StepCall) -> None:
    """``d_min``: the high-resolution limit in A, to two decimals, by the criteria of the job."""
    files = _scaled(call)
    criteria = {name: value for name, value in call.parameters["criteria"].items() if value}
    # data sets are scaled to the limit of the best of them
    decided = min(
        (
            resolution_limit(part, criteria=criteria, anomalous=False)
            for file in files
            for part in file.by_dataset() or (file,)
        ),
        key=lambda item: item.value,
    )
    write_decision(call, {"d_min": decided.value}, decided.to_json())


def anomalous(call: StepCall) -> None:
    """``anomalous``: whether mates are treated apart in the final scaling; ``friedels_law``: not so."""
    decided = anomalous_signal(*_scaled(call))
    values = {"anomalous": decided.value, "friedels_law": not decided.value}
    write_decision(call, values, decided.to_json())


def _scaled(call: StepCall) -> list[Observations]:
    files = [file for file in map(read_unmerged, call.inputs) if len(file)]
    if not files:
        raise StepError("scaling left no observations", "Look at the log of the scaling step.")
    return files
