"""Merging statistics against hand-made numbers, gemmi and known noise."""

import json
import math
from dataclasses import replace

import gemmi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepwright.results.model import MergingStatistics
from sweepwright.results.observations import Observations
from sweepwright.results.statistics import merging_statistics, shell_edges


def few(rows, space_group="P 1", cell=(10.0, 11.0, 12.0, 90.0, 90.0, 90.0)):
    """Observations from rows (h, k, l, plus, I, sigma); each on an image of its own."""
    columns = list(zip(*rows, strict=True))
    return Observations(
        hkl=np.array(columns[:3], dtype=np.int32).T,
        plus=np.array(columns[3], dtype=bool),
        intensity=np.array(columns[4], dtype=float),
        sigma=np.array(columns[5], dtype=float),
        batch=np.arange(1, len(rows) + 1),
        dataset=np.zeros(len(rows), dtype=np.int64),
        cell=cell,
        space_group=space_group,
    )


PAIR = [
    (1, 0, 0, True, 9, 1),
    (1, 0, 0, True, 11, 1),
    (1, 0, 0, False, 5, 1),
    (1, 0, 0, False, 7, 1),
]


def test_r_values_by_hand():
    one = merging_statistics(few(PAIR), anomalous=True, shells=1).overall
    # Within: means 10 and 6, each deviation 1. All: mean 8, deviations 1, 3, 3, 1.
    assert one.r_merge_within == pytest.approx(4 / 32)
    assert one.r_meas_within == pytest.approx(math.sqrt(2) * 4 / 32)
    assert one.r_pim_within == pytest.approx(4 / 32)
    assert one.r_merge_all == pytest.approx(8 / 32)
    assert one.r_meas_all == pytest.approx(math.sqrt(4 / 3) * 8 / 32)
    assert one.r_pim_all == pytest.approx(math.sqrt(1 / 3) * 8 / 32)
    assert (one.r_values, one.r_merge) == ("within I+/I-", one.r_merge_within)
    together = merging_statistics(few(PAIR), anomalous=False, shells=1).overall
    assert (together.r_values, together.r_merge) == ("all I+ and I-", one.r_merge_all)


def test_anomalous_numbers_by_hand():
    one = merging_statistics(few(PAIR), anomalous=True, shells=1).overall
    assert one.r_anom == pytest.approx(4 / 8)
    assert one.sig_ano == pytest.approx(4 / math.sqrt(1 / 2 + 1 / 2))
    assert one.mean_i_over_sigma == pytest.approx(8 / math.sqrt(1 / 4))
    assert (one.multiplicity, one.anomalous_multiplicity) == (4, 2)
    assert one.cc_ano is None


def test_the_mean_is_weighted_by_sigma():
    rows = [(1, 0, 0, True, 10, 1), (1, 0, 0, True, 16, 2)]
    one = merging_statistics(few(rows), anomalous=False, shells=1).overall
    mean = (10 + 16 / 4) / (1 + 1 / 4)
    assert one.r_merge == pytest.approx((mean - 10 + 16 - mean) / (2 * mean))
    assert one.mean_i_over_sigma == pytest.approx(mean * math.sqrt(1.25))


@pytest.mark.parametrize("kind", ["Mean", "Anomalous"])
def test_gemmi_agrees(simulated, unmerged_mtz, kind):
    observations = simulated(anomalous=8, each=3)
    keep = np.random.default_rng(5).random(len(observations)) < 0.6
    observations = observations.select(keep)
    theirs = gemmi.Intensities()
    theirs.import_mtz(gemmi.read_mtz_file(str(unmerged_mtz(observations))))
    theirs.prepare_for_merging(getattr(gemmi.DataType, kind))
    weighted = theirs.calculate_merging_stats(None, "Y")[0]
    ours = merging_statistics(observations, anomalous=kind == "Anomalous").overall
    assert ours.observations == weighted.all_refl
    assert ours.r_merge == pytest.approx(weighted.r_merge(), rel=1e-5)
    assert ours.r_meas == pytest.approx(weighted.r_meas(), rel=1e-5)
    assert ours.r_pim == pytest.approx(weighted.r_pim(), rel=1e-5)
    if kind == "Mean":
        assert ours.unique == weighted.unique_refl
        assert ours.cc_half_n == weighted.stats_refl
        unweighted = theirs.calculate_merging_stats(None, "U")[0]
        assert ours.cc_half == pytest.approx(unweighted.cc_half(), abs=1e-5)


@pytest.mark.parametrize("sigma", [30.0, 200.0, 600.0])
def test_cc_half_is_that_of_the_noise_put_in(simulated, sigma):
    observations = simulated(space_group="P 21 21 21", d_min=1.5, each=3, sigma=sigma)
    n = 6 / 2
    expected = 100**2 / (100**2 + sigma**2 / n)
    one = merging_statistics(observations, anomalous=False).overall
    assert one.cc_half == pytest.approx(expected, abs=4 / math.sqrt(one.cc_half_n))


def test_cc_ano_is_that_of_the_noise_put_in(simulated):
    observations = simulated(space_group="P 21 21 21", d_min=1.5, each=4, sigma=10, anomalous=12)
    # A half has two observations of I+ and of I-: its difference has twice 10^2 / 2 of noise.
    expected = 12**2 / (12**2 + 10**2)
    one = merging_statistics(observations, anomalous=True).overall
    assert one.cc_ano == pytest.approx(expected, abs=4 / math.sqrt(one.cc_ano_n))


def test_noise_alone_gives_sig_ano_of_the_half_normal(simulated):
    one = merging_statistics(simulated(space_group="P 21 21 21"), anomalous=True).overall
    assert one.sig_ano == pytest.approx(math.sqrt(2 / math.pi), abs=0.03)


def test_completeness_counts_what_is_possible_without_absences(simulated):
    observations = simulated(d_min=2.01, each=1)
    possible = gemmi.count_reflections(gemmi.UnitCell(*observations.cell), observations.group, 2.01)
    half = observations.select(np.arange(len(observations)) % 4 < 2)
    one = merging_statistics(half, d_min=2.01, d_max=100, anomalous=True).overall
    assert (one.possible, one.unique) == (possible, (possible + 1) // 2)
    absent = few([(0, 0, 1, True, 3, 1), (0, 0, 4, True, 5, 1)], "P 41 21 2", observations.cell)
    assert merging_statistics(absent, anomalous=False, shells=1).overall.observations == 1


def test_shells_partition_the_data_and_have_equal_volume(simulated):
    statistics = merging_statistics(simulated(d_min=2.01), anomalous=True, shells=12)
    assert len(statistics.shells) == 12
    assert sum(shell.unique for shell in statistics.shells) == statistics.overall.unique
    assert sum(shell.possible for shell in statistics.shells) == statistics.overall.possible
    volumes = [shell.d_min**-3 - shell.d_max**-3 for shell in statistics.shells]
    assert volumes == pytest.approx([volumes[0]] * 12)
    assert all(shell.completeness == 1 for shell in statistics.shells)
    assert statistics.inner == statistics.shells[0]
    assert statistics.outer == statistics.shells[-1]
    assert shell_edges(20, 2, 1) ** -0.5 == pytest.approx([20, 2])


def test_limits_are_kept(simulated):
    one = merging_statistics(simulated(d_min=2.0), d_min=2.5, d_max=10, anomalous=True).overall
    assert (one.d_max, one.d_min) == (pytest.approx(10), pytest.approx(2.5))
    with pytest.raises(ValueError, match="no observations between"):
        merging_statistics(simulated(d_min=2.0), d_max=1.5, d_min=1.4, anomalous=True)


def test_what_is_not_defined_is_null():
    single = merging_statistics(few([(1, 0, 0, True, 9, 1)]), anomalous=True, shells=3)
    text = json.dumps(single.to_json(), allow_nan=False)
    assert MergingStatistics.model_validate_json(text) == single
    assert single.overall.r_merge is None
    assert single.overall.cc_half is None


def test_a_centric_group_has_no_anomalous_numbers(simulated):
    observations = simulated(space_group="P -1", d_min=3)
    one = merging_statistics(observations, anomalous=True).overall
    assert (one.anomalous_completeness, one.cc_ano, one.sig_ano) == (None, None, None)
    assert one.r_merge_within == one.r_merge_all


def numbers(statistics):
    """The overall statistics as numbers; -1000 stands for what is not defined."""
    listed = statistics.overall.to_json()
    del listed["r_values"]
    return {name: -1000 if value is None else value for name, value in listed.items()}


rows = st.lists(
    st.tuples(
        st.integers(-2, 2), st.integers(-2, 2), st.integers(1, 3), st.booleans(),
        st.floats(1, 1e4), st.floats(0.5, 50),
    ),
    min_size=2,
    max_size=60,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows, st.integers(0, 2**32))
def test_the_order_of_observations_does_not_matter(listed, seed):
    observations = few(listed)
    mixed = observations.select(np.random.default_rng(seed).permutation(len(observations)))
    one, other = (
        merging_statistics(item, anomalous=True, shells=2) for item in (observations, mixed)
    )
    assert numbers(other) == pytest.approx(numbers(one), rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(rows, st.floats(1e-3, 1e3))
def test_the_scale_of_intensities_does_not_matter(listed, factor):
    observations = few(listed)
    scaled = replace(
        observations, intensity=observations.intensity * factor, sigma=observations.sigma * factor
    )
    one, other = (
        merging_statistics(item, anomalous=True, shells=2) for item in (observations, scaled)
    )
    assert numbers(other) == pytest.approx(numbers(one), rel=1e-6, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_r_meas_is_above_r_merge_and_r_pim_below_r_meas(listed):
    one = merging_statistics(few(listed), anomalous=False, shells=1).overall
    if one.r_merge is not None:
        assert one.r_meas >= one.r_merge
        assert one.r_meas >= one.r_pim
    assert one.completeness <= 1
