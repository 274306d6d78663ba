"""The published shape of results.json, Table 1, and the images one by one."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from sweepwright.model.verdict import Finding, FindingState
from sweepwright.results.model import MergedSet, Output, Results, results_schema
from sweepwright.results.observations import read_unmerged
from sweepwright.results.per_image import per_image, per_sweep
from sweepwright.results.statistics import merging_statistics
from sweepwright.results.sweep_batches import sweep_batches
from sweepwright.results.table1 import table1


@pytest.fixture(scope="module")
def merged_set(simulated):
    data = simulated(d_min=3)
    made = merging_statistics(data, anomalous=True, shells=10)
    return MergedSet(
        group="x1", dataset="peak", sweeps=("A", "B"), space_group="P 41 21 2", cell=data.cell,
        wavelength_a=0.9795, overall=made.overall, inner=made.inner, outer=made.outer,
    )  # fmt: skip


def results(*sets):
    return Results(
        sets=sets,
        outputs=(
            Output(path="results/merged.mtz", role="merged intensities"),
            Output(path="x.mtz", role="ellipsoid", state="not_possible", reason="no program"),
        ),
        findings=(Finding("SW-Q001", FindingState.NOT_JUDGED, "too few images"),),
    )


def test_one_set_stands_at_the_top_as_well(merged_set):
    document = results(merged_set).to_json()
    assert document["schema"] == 1
    assert document["wavelength_A"] == 0.9795
    assert document["overall"] == document["sets"][0]["overall"]
    assert document["findings"][0]["state"] == "not judged"
    assert "overall" not in results(merged_set, merged_set).to_json()
    assert "overall" not in results().to_json()


def test_the_schema_accepts_results_and_refuses_others(merged_set):
    schema = results_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(json.dumps(results(merged_set).to_json(), allow_nan=False))
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "overall_": 1}, schema)


def test_nan_is_no_statistic(merged_set):
    with pytest.raises(ValidationError):
        type(merged_set.overall).model_validate(
            {**merged_set.overall.to_json(), "r_merge": float("nan")}
        )


@pytest.mark.parametrize("count", [1, 2, 3])
def test_table1_is_narrow_and_shows_each_set(merged_set, count):
    sets = [merged_set.model_copy(update={"dataset": f"w{i}"}) for i in range(count)]
    text = table1(sets)
    assert max(map(len, text.splitlines())) <= 100
    assert all(f"x1/w{i}" in text for i in range(count))
    line = next(line for line in text.splitlines() if line.startswith("Unique"))
    expected = [
        str(shell.unique) for shell in (merged_set.overall, merged_set.inner, merged_set.outer)
    ]
    assert line.split()[2:5] == expected


def test_table1_shows_huge_and_missing_values(merged_set):
    shell = merged_set.outer.model_copy(update={"r_merge_all": -123456789.0, "cc_half": None})
    text = table1([merged_set.model_copy(update={"outer": shell})])
    assert "-1.2e+08" in text
    assert next(line for line in text.splitlines() if line.startswith("CC1/2")).split()[-1] == "-"


def test_a_bad_image_stands_out(simulated):
    data = simulated(space_group="P 21 21 21", each=4, sigma=2.0)
    bad = data.batch == 17
    spoiled = replace(
        data,
        intensity=np.where(bad, data.intensity * 0.5, data.intensity),
        scale=np.where(bad, 0.5, 1.0),
    )
    images = {item.batch: item for item in per_image(spoiled)}
    assert len(images) == 100
    assert sum(item.observations for item in images.values()) == len(data)
    assert images[17].scale == 0.5
    others = [item.r_merge for item in images.values() if item.batch != 17]
    assert images[17].r_merge > 3 * max(others)
    # Half the intensity is 7/8 of a half below the mean of 7 good and 1 bad observations at most.
    assert images[17].r_merge == pytest.approx(0.42, abs=0.1)


def test_sweeps_are_told_apart_by_their_batches(simulated, unmerged_mtz):
    data = simulated(d_min=4)
    two = replace(data, batch=np.where(data.batch > 50, data.batch + 150, data.batch))
    read = read_unmerged(unmerged_mtz(two))
    assert read.batch_ranges == ((1, 50), (201, 250))
    sweeps = sweep_batches(read, [("A", 1, 50), ("B", 1, 50)])
    parts = per_sweep(read, sweeps)
    assert [(part[0].batch, part[-1].batch) for part in parts] == [(1, 50), (201, 250)]


def test_a_sweep_with_an_excluded_middle_is_one(simulated, unmerged_mtz):
    data = simulated(d_min=4)
    rest = data.select((data.batch < 41) | (data.batch > 60))
    read = read_unmerged(unmerged_mtz(rest))
    assert read.batch_ranges == ((1, 40), (61, 100))
    (part,) = per_sweep(read, sweep_batches(read, [("A", 1, 100)]))
    assert [item.batch for item in part] == [*range(1, 41), *range(61, 101)]


def test_no_observations_no_images(simulated):
    assert per_image(simulated(d_min=5).select(slice(0, 0))) == ()
