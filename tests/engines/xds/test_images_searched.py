"""Which images XDS takes spots and background from, and what of a machine is part of a step's key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_images import write_series

from sweepwright.api.build import plan_of
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.tables import fill
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Severity
from sweepwright.model.plan import Plan, Step
from sweepwright.records.keys import key_parts, step_key
from sweepwright.run.prepare import patched

IMAGES = 40
Pair = tuple[int, int]
PAIRS = st.tuples(st.integers(1, IMAGES), st.integers(0, 12)).map(
    lambda one: (one[0], min(IMAGES, one[0] + one[1]))
)


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    write_series(folder, "x_####.cbf", f"1-{IMAGES}", width=1.0)
    return folder


def planned(folder: Path, job: str) -> Plan | None:
    """The plan; None where the job has an error."""
    loaded, told = loads(f"sweepwright: 1\n{job}", "job.yaml")
    assert loaded is not None, told
    front = resolve_job(folder / "job.yaml", Options(), loaded)
    if front.job is None or any(one.severity is Severity.ERROR for one in front.diagnostics):
        return None
    return plan_of(front.job)[1]


def written(step: Step, keyword: str) -> list[Any]:
    """The values of a keyword in XDS.INP; holes are marked."""
    text = fill(step.files[0], lambda hole: f"<{hole.resource or hole.decision}>")
    rows = [row.partition("!")[0].split() for row in text.splitlines()]
    return [row[1:] for row in rows if row[:1] == [f"{keyword}="]]


def ranges(step: Step, keyword: str) -> list[set[int]]:
    return [set(range(int(a), int(b) + 1)) for a, b in written(step, keyword)]


def spelled(pairs: list[Pair]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in pairs)


@settings(max_examples=25, deadline=None)
@given(
    PAIRS,
    st.lists(PAIRS, max_size=3),
    st.one_of(
        st.just("all"),
        st.lists(PAIRS, min_size=1, max_size=3).map(lambda some: f'"{spelled(some)}"'),
        st.integers(1, 4).map(lambda n: f"{{total: 4 deg, ranges: {n}, within: 30 deg}}"),
    ),
)
def test_spots_and_background_keep_clear_of_what_is_left_out(
    series: Path, used: Pair, left_out: list[Pair], searched: str
) -> None:
    exclude = ", ".join(f'"{first}-{last}"' for first, last in left_out)
    plan = planned(
        series,
        f'sweeps: [{{images: x_####.cbf, range: "{used[0]}-{used[1]}", exclude: [{exclude}]}}]\n'
        f"processing: {{engine: xds, spots: {{images: {searched}}}}}\n",
    )
    if plan is None:  # nothing is left to be searched
        return
    gone = {number for first, last in left_out for number in range(first, last + 1)}
    index = plan.step("index@A")
    for attempt in index.attempts:
        rung = patched(index, attempt)
        (data,) = ranges(rung, "DATA_RANGE")
        assert data <= set(range(used[0], used[1] + 1))
        assert written(rung, "SPOT_RANGE")
        for images in ranges(rung, "SPOT_RANGE") + ranges(rung, "BACKGROUND_RANGE"):
            assert images
            assert images <= data - gone
        assert set().union(*ranges(rung, "EXCLUDE_DATA_RANGE")) == data & gone


def test_jobs_are_pinned_for_each_step_and_threads_are_not(series: Path) -> None:
    text = "sweeps: [{images: x_####.cbf}]\nprocessing: {engine: xds}\n"
    some = planned(series, text + "run: {jobs: {colspot: 2, integrate: 4}}\n")
    other = planned(series, text + "run: {jobs: {colspot: 2, integrate: 3}}\n")
    assert some is not None
    assert other is not None

    def key(plan: Plan, step: str) -> str:
        one = plan.step(step)
        return step_key(key_parts(one, [["0"]] * len(one.references), {}, {}, {}))

    assert written(some.step("index@A"), "MAXIMUM_NUMBER_OF_JOBS") == [["2"]]
    assert written(some.step("integrate@A"), "MAXIMUM_NUMBER_OF_JOBS") == [["4"]]
    assert key(some, "index@A") == key(other, "index@A")
    assert key(some, "integrate@A") != key(other, "integrate@A")
    for step in ("index@A", "integrate@A", "correct@A"):
        assert written(some.step(step), "MAXIMUM_NUMBER_OF_PROCESSORS") == [["<threads>"]]
