"""The limit is where the known signal reaches the criterion."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from sweepwright.results.fits import smooth, tanh_fit
from sweepwright.results.resolution import LEAST_SHELLS, resolution_limit

CELL = (60.0, 70.0, 80.0, 90.0, 90.0, 90.0)
B, MEAN, SIGMA, EACH = 40.0, 1000.0, 60.0, 3


def d_where_mean_is(level):
    """The d in A at which MEAN exp(-B/(2 d^2)) is a level."""
    return math.sqrt(B / 2 / math.log(MEAN / level))


@pytest.fixture(scope="module")
def weak(simulated):
    return simulated(
        space_group="P 21 21 21",
        cell=CELL,
        d_min=1.6,
        each=EACH,
        sigma=SIGMA,
        b_factor=B,
        mean=MEAN,
    )


def test_cc_half(weak):
    decision = resolution_limit(weak, criteria={"cc_half": 0.3}, anomalous=False)
    noise_of_half = SIGMA**2 / EACH
    expected = d_where_mean_is(math.sqrt(0.3 / 0.7 * noise_of_half))
    assert decision.value == pytest.approx(expected, abs=0.03)
    assert decision.limited_by == "cc_half"


def test_i_over_sigma(weak):
    decision = resolution_limit(weak, criteria={"i_over_sigma": 1.0}, anomalous=False)
    expected = d_where_mean_is(SIGMA / math.sqrt(2 * EACH))
    assert decision.value == pytest.approx(expected, abs=0.03)


def test_the_worst_criterion_decides_and_off_is_off(weak):
    criteria = {"cc_half": 0.3, "i_over_sigma": 2.0, "r_pim": 0, "completeness": 0}
    decision = resolution_limit(weak, criteria=criteria, anomalous=False)
    assert set(decision.limits) == {"cc_half", "i_over_sigma"}
    assert decision.limited_by == "i_over_sigma"
    assert -0.001 <= decision.value - decision.limits["i_over_sigma"] <= 0.01


def test_r_pim_is_read_as_an_upper_limit(weak):
    decision = resolution_limit(weak, criteria={"r_pim": 0.6}, anomalous=False)
    # R_pim = sqrt(2/pi) sigma / sqrt(n) / <I> for noise in all of n observations.
    expected = d_where_mean_is(math.sqrt(2 / math.pi) * SIGMA / math.sqrt(2 * EACH) / 0.6)
    assert decision.value == pytest.approx(expected, abs=0.05)


def test_data_that_end_before_the_signal_are_kept_whole(simulated):
    strong = simulated(space_group="P 21 21 21", cell=CELL, d_min=2.2, sigma=1.0)
    decision = resolution_limit(
        strong, criteria={"cc_half": 0.3, "i_over_sigma": 1.0}, anomalous=True
    )
    assert decision.limited_by == "data"
    assert decision.value == pytest.approx(2.2, abs=0.011)
    assert decision.value >= strong.d_star_squared.max() ** -0.5 - 0.001


def test_signal_that_stops_dead_ends_the_data_in_its_last_shell(simulated):
    strong = simulated(space_group="P 21 21 21", cell=CELL, d_min=1.7, sigma=1.0)
    noise = np.random.default_rng(5).normal(size=len(strong))
    beyond = strong.d_star_squared > 2.2**-2
    cut = replace(strong, intensity=np.where(beyond, noise, strong.intensity))
    criteria = {"cc_half": 0.3, "i_over_sigma": 1.0}
    decision = resolution_limit(cut, criteria=criteria, anomalous=False)
    shell = next(shell for shell in decision.shells if shell.d_max >= 2.2 >= shell.d_min)
    assert shell.d_min - 0.001 <= decision.value <= shell.d_max + 0.01


def test_few_reflections_still_get_an_answer_with_a_note(simulated):
    tiny = simulated(d_min=6.0)
    decision = resolution_limit(tiny, criteria={"cc_half": 0.3}, anomalous=True)
    assert decision.value == pytest.approx(tiny.d_star_squared.max() ** -0.5, abs=0.011)
    assert "nothing was judged" in decision.notes[0]


def test_noise_alone_is_said_to_meet_nothing(simulated):
    noise = simulated(space_group="P 21 21 21", cell=CELL, d_min=2.5, mean=1e-6)
    decision = resolution_limit(noise, criteria={"i_over_sigma": 1.0}, anomalous=True)
    assert decision.notes == ("No shell meets i_over_sigma 1",)
    assert decision.value == pytest.approx(decision.shells[0].d_min, abs=0.011)


def test_an_ice_ring_does_not_end_the_data(simulated):
    data = simulated(space_group="P 21 21 21", cell=CELL, d_min=2.0, sigma=20.0, b_factor=10)
    d = data.d_star_squared**-0.5
    ring = (d < 2.258) & (d > 2.235)
    data.intensity[ring] += np.random.default_rng(2).normal(0, 5000, ring.sum())
    decision = resolution_limit(data, criteria={"cc_half": 0.3}, anomalous=False)
    assert any(shell.left_out == "ice ring" for shell in decision.shells)
    assert decision.value == pytest.approx(2.0, abs=0.011)


def test_the_evidence_is_complete_and_is_json(weak):
    decision = resolution_limit(weak, criteria={"cc_half": 0.3}, anomalous=False)
    document = json.loads(json.dumps(decision.to_json(), allow_nan=False))
    assert len(document["shells"]) >= LEAST_SHELLS
    assert document["shells"][0]["fits"]["cc_half"] == pytest.approx(1, abs=0.05)


def test_an_unknown_criterion_is_refused(weak):
    with pytest.raises(ValueError, match="unknown criterion wilson"):
        resolution_limit(weak, criteria={"wilson": 1.0}, anomalous=False)


def test_the_tanh_fit_finds_the_curve_it_was_given():
    x = np.linspace(0.02, 0.4, 25)
    y = 0.93 * (1 - np.tanh((x - 0.28) / 0.05)) / 2
    assert tanh_fit(x, y, np.ones(25)) == pytest.approx(y, abs=1e-3)


def test_the_smoother_bridges_what_has_no_weight_and_keeps_straight_lines():
    y = np.linspace(3, -2, 20)
    spoiled = y.copy()
    spoiled[7] = 99
    assert smooth(spoiled, np.arange(20) != 7) == pytest.approx(y)
