"""Signal is found, noise is not taken for it."""

import json
from dataclasses import replace

import numpy as np

from sweepwright.results.anomalous import SIGNIFICANCE, anomalous_signal

CELL = (45.0, 50.0, 55.0, 90.0, 90.0, 90.0)


def test_real_differences_are_significant(simulated):
    decision = anomalous_signal(
        simulated(space_group="P 21 21 21", cell=CELL, sigma=10, anomalous=5)
    )
    assert decision.value
    assert decision.sets[0].p < SIGNIFICANCE
    json.dumps(decision.to_json(), allow_nan=False)


def test_noise_gives_p_values_that_are_uniform(simulated):
    p = []
    for seed in range(150):
        data = simulated(space_group="P 21 21 21", cell=CELL, d_min=3.5, seed=seed)
        # Noise in proportion to the intensity: large in both halves of a strong reflection.
        rng = np.random.default_rng(seed)
        noisy = data.intensity * (1 + rng.normal(0, 0.2, len(data)))
        p.append(anomalous_signal(replace(data, intensity=noisy)).sets[0].p)
    assert sum(value < SIGNIFICANCE for value in p) <= 2
    assert abs(np.mean(p) - 0.5) < 0.1
    assert 0.01 < np.mean(np.array(p) < 0.1) < 0.2


def test_without_repeated_pairs_nothing_is_claimed(simulated):
    decision = anomalous_signal(simulated(each=1, anomalous=50))
    assert not decision.value
    assert "no reflection has two observations" in decision.note


def test_a_centric_group_has_no_signal(simulated):
    assert not anomalous_signal(simulated(space_group="P -1", d_min=4)).value
