"""Which sweeps are one data set, against tables worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sweepwright.model.choice_types import Grouping
from sweepwright.model.facts import ImageTemplate, SweepFacts
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import Layer, Leaves, Origin, Resolved
from sweepwright.resolve.wavelengths import clusters, doubts

PEAK, PEAK2, INFLECTION, REMOTE = 0.97925, 0.97926, 0.97942, 0.95373


def sweep(name: str, wavelength: float, dataset: str = "", images: int = 10) -> ResolvedSweep:
    leaf = Resolved("geometry.wavelength", wavelength, Origin(Layer.HEADER, "Wavelength"))
    used = ImageSet(((1, images),))
    facts = SweepFacts(ImageTemplate("job", "", "x_", 4, ".cbf"), used, {}, {})
    return ResolvedSweep(name, "x1", dataset, used, facts, Leaves({"geometry.wavelength": leaf}))


def rule(kind: str, amount: float) -> Resolved[Grouping]:
    return Resolved("w", Grouping(kind, amount), Origin(Layer.JOB, "processing.wavelengths"))


def groups(wavelengths: Sequence[float], kind: str, amount: float) -> list[str]:
    sweeps = [sweep("ABCDEFG"[i], value) for i, value in enumerate(wavelengths)]
    found = clusters(sweeps, Grouping(kind, amount))
    assert [c.name for c in found] == [f"w{n}" for n in range(1, len(found) + 1)]
    return ["".join(s.name for s in cluster.sweeps) for cluster in found]


@pytest.mark.parametrize(
    ("wavelengths", "kind", "amount", "expected"),
    [
        ([PEAK, PEAK2, INFLECTION, REMOTE], "tolerance", 0.00005, ["D", "AB", "C"]),
        ([PEAK, PEAK2, INFLECTION, REMOTE], "tolerance", 0.0005, ["D", "ABC"]),
        ([PEAK, PEAK2], "tolerance", 0.00001, ["AB"]),  # exactly the tolerance apart
        ([PEAK, PEAK2], "tolerance", 0.000009, ["A", "B"]),
        # a chain of small steps does not become one: the spread counts
        ([1.0, 1.00004, 1.00008], "tolerance", 0.00005, ["AB", "C"]),
        ([PEAK, PEAK2], "decimals", 5, ["A", "B"]),
        ([0.97934, 0.97935], "decimals", 4, ["A", "B"]),  # rounds to 0.9793 and 0.9794
        ([0.97934, 0.97926], "decimals", 4, ["AB"]),
        ([0.97934, 0.97926], "significant_digits", 4, ["BA"]),
        ([0.9793, 0.9794], "significant_digits", 3, ["AB"]),
        # above 1 A a significant digit fewer is left behind the point
        ([1.03761, 1.03764], "significant_digits", 5, ["AB"]),
        ([1.03761, 1.03764], "decimals", 5, ["A", "B"]),
        ([1.5406, 1.5412], "significant_digits", 4, ["AB"]),
        ([1.5406, 1.5418], "significant_digits", 4, ["A", "B"]),
        ([0.97934, 0.97932], "significant_digits", 5, ["B", "A"]),
    ],
)  # fmt: skip
def test_sweeps_are_grouped_by_wavelength(
    wavelengths: list[float], kind: str, amount: float, expected: list[str]
) -> None:
    found = [sorted(group) for group in groups(wavelengths, kind, amount)]
    assert found == [sorted(group) for group in expected]


def test_names_win_and_the_mean_is_weighted_by_images() -> None:
    sweeps = [
        sweep("A", PEAK, "peak", 30),
        sweep("B", PEAK2, "peak", 10),
        sweep("C", PEAK, "", 10),
    ]
    first, second = clusters(sweeps, Grouping("tolerance", 0.00005))
    assert {first.name, second.name} == {"peak", "w1"}
    peak = first if first.name == "peak" else second
    assert peak.wavelength_a == pytest.approx((30 * PEAK + 10 * PEAK2) / 40, abs=1e-12)


def test_a_name_like_a_number_is_not_given_twice() -> None:
    found = clusters([sweep("A", 1.0, "w1"), sweep("B", 0.9)], Grouping("tolerance", 0.00005))
    assert sorted(cluster.name for cluster in found) == ["w1", "w2"]


@pytest.mark.parametrize(
    ("sweeps", "kind", "amount", "codes"),
    [
        ([("A", PEAK, ""), ("B", PEAK2, "")], "decimals", 5, ["SW-L045"]),
        ([("A", PEAK, ""), ("B", INFLECTION, "")], "tolerance", 0.00005, []),
        ([("A", PEAK, ""), ("B", INFLECTION, "")], "tolerance", 0.0005, ["SW-L046"]),
        ([("A", PEAK, "p"), ("B", INFLECTION, "p")], "tolerance", 0.00005, ["SW-L047"]),
        ([("A", PEAK, "p"), ("B", PEAK2, "q")], "tolerance", 0.00005, ["SW-L048"]),
        ([("A", PEAK, ""), ("B", PEAK2, "")], "tolerance", 0.00005, []),
        ([("A", PEAK, "p"), ("B", PEAK2, "p"), ("C", REMOTE, "r")], "decimals", 5, []),
    ],
)  # fmt: skip
def test_doubts_about_wavelengths_are_told(
    sweeps: list[tuple[str, float, str]], kind: str, amount: float, codes: list[str]
) -> None:
    found = clusters([sweep(*item) for item in sweeps], Grouping(kind, amount))
    assert [item.code for item in doubts(found, rule(kind, amount))] == codes
