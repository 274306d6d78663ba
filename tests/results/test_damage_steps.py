"""The steps that decide about radiation damage, and the files that they shorten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweepwright.results.intensity_mtz import write_unmerged
from sweepwright.results.observations import Observations
from sweepwright.run import StepCall, StepError
from sweepwright.steps.damage import cut, cut_back, figures, zero_dose
from sweepwright.steps.finish import _damaged

Simulated = Callable[..., Observations]
HEADER = (
    "!FORMAT=XDS_ASCII    MERGE=FALSE\n!DATA_RANGE=       1      90\n!ITEM_ZD=8\n!END_OF_HEADER\n"
)


def two_sweeps(simulated: Simulated, specific: float) -> Observations:
    """Sweep A as batches 1 to 100, of which each reflection changes in its own way; B as 1001 on."""
    whole = simulated(each=10, sigma=3.0)
    keys, number = np.unique(whole.hkl, axis=0, return_inverse=True)
    own = np.random.default_rng(9).normal(0, specific, len(keys))[number.ravel()]
    in_a = np.arange(len(whole)) % 2 == 0
    change = np.where(in_a, np.maximum(1 + own * whole.batch / 100, 0), 1.0)
    return replace(
        whole,
        intensity=whole.intensity * change,
        batch=np.where(in_a, whole.batch, whole.batch + 1000),
    )


def decided(
    step: Callable[[StepCall], None], folder: Path, data: Observations, **more: Any
) -> dict[str, Any]:
    write_unmerged(data, folder / "scaled.mtz")
    asked = {"files": [[["A", 1, 100], ["B", 1, 100]]], "excluded": None, **more}
    step(StepCall(folder, (folder / "scaled.mtz",), asked))
    return dict(json.loads((folder / "decision.json").read_text()))


def test_the_damaged_sweep_is_cut_and_the_other_is_not(
    simulated: Simulated, tmp_path: Path
) -> None:
    found = decided(cut_back, tmp_path, two_sweeps(simulated, 1.0), excluded=["0:5:7"])
    values = found["values"]
    last = values["last_A"]
    assert last < 80
    assert values == {
        "last_A": last, "first_batch_A": 1, "last_batch_A": last,
        "last_B": 100, "first_batch_B": 1001, "last_batch_B": 1100,
        "exclude_images": ["0:5:7", f"0:{last + 1}:100"],
    }  # fmt: skip
    of_a = found["evidence"]["sweeps"]["A"]["candidates"]
    assert [item["last"] for item in of_a][:3] == [100, 95, 90]


def test_where_nothing_is_cut_all_images_are_named(simulated: Simulated, tmp_path: Path) -> None:
    values = decided(cut_back, tmp_path, two_sweeps(simulated, 0.0))["values"]
    assert (values["last_A"], values["last_B"]) == (100, 100)
    assert values["exclude_images"] is None


@pytest.mark.parametrize(("specific", "expected"), [(0.5, True), (0.0, False)])
def test_zero_dose_follows_the_trend(
    simulated: Simulated, tmp_path: Path, specific: float, expected: bool
) -> None:
    found = decided(zero_dose, tmp_path, two_sweeps(simulated, specific))
    assert found["values"] == {"zero_dose": expected}
    trends = [item["trend"] for item in found["evidence"]["sweeps"]]
    assert [item["p"] < 0.001 for item in trends] == [expected, False]


def test_no_line_is_drawn_through_few_observations(simulated: Simulated, tmp_path: Path) -> None:
    data = two_sweeps(simulated, 0.5)
    first = np.unique(data.hkl, axis=0, return_inverse=True)[1].ravel()
    few = np.array([np.count_nonzero(first[:i] == first[i]) < 3 for i in range(len(data))])
    found = decided(zero_dose, tmp_path, data.select(few))
    assert found["values"] == {"zero_dose": False}
    assert found["evidence"]["sweeps"][0]["multiplicity"] <= 3


def test_batches_of_no_sweep_end_the_step(simulated: Simulated, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="not those of the images of A"):
        decided(cut_back, tmp_path, two_sweeps(simulated, 0.0), files=[[["A", 1, 100]]])


def test_a_damaged_sweep_is_a_finding(simulated: Simulated) -> None:
    sweeps = [["A", 1, 100], ["B", 1, 100]]
    for specific, state in ((0.5, "seen"), (0.0, "not seen")):
        data = replace(
            two_sweeps(simulated, specific), batch_ranges=((1, 100), (1001, 1100))
        )  # fmt: skip
        (finding,) = _damaged(figures(data, sweeps))
        assert (finding["code"], finding["state"]) == ("SW-Q030", state)
    assert _damaged(None) == []
    assert _damaged(())[0]["state"] == "not judged"


def test_a_file_of_xds_is_cut_at_an_image(tmp_path: Path) -> None:
    rows = [(h, zd) for h, zd in enumerate((0.1, 59.9, 60.0, 60.1, 89.5), 1)]
    lines = [f" {h} 0 0 1.0E+02 1.0E+00 10.0 20.0 {zd} 1.0 100 50 0.0\n" for h, zd in rows]
    (tmp_path / "whole.HKL").write_text(HEADER + "".join(lines) + "!END_OF_DATA\n")
    cut(StepCall(tmp_path, (tmp_path / "whole.HKL",), {"last": 60}))
    written = (tmp_path / "XDS_ASCII.HKL").read_text().splitlines(keepends=True)
    assert written[1].split("=")[1].split() == ["1", "60"]
    assert written[4:] == [*lines[:3], "!END_OF_DATA\n"]


def test_a_cut_at_the_last_image_changes_no_reflection(tmp_path: Path) -> None:
    text = HEADER + " 1 0 0 1.0E+02 1.0E+00 10.0 20.0 89.9 1.0 100 50 0.0\n!END_OF_DATA\n"
    (tmp_path / "whole.HKL").write_text(text)
    cut(StepCall(tmp_path, (tmp_path / "whole.HKL",), {"last": 90}))
    assert (tmp_path / "XDS_ASCII.HKL").read_text().split() == text.split()


def test_a_header_without_columns_ends_the_step(tmp_path: Path) -> None:
    (tmp_path / "whole.HKL").write_text("!END_OF_HEADER\n1 2 3\n")
    with pytest.raises(StepError, match="ITEM_ZD"):
        cut(StepCall(tmp_path, (tmp_path / "whole.HKL",), {"last": 60}))
