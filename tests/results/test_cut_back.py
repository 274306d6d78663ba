"""How much of a sweep is kept, on made-up observations that go wrong at a known image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sweepwright.results.cut_back import cut_back
from sweepwright.results.observations import Observations
from sweepwright.results.statistics import merging_statistics

Simulated = Callable[..., Observations]


def broken_after(whole: Observations, image: int, by: float) -> Observations:
    """Behind an image intensities are off by errors that their sigmas do not tell of."""
    rng = np.random.default_rng(11)
    wrong = rng.normal(0, by, len(whole)) * whole.intensity * (whole.batch > image)
    return replace(whole, intensity=whole.intensity + wrong)


def test_good_data_are_kept_whole(simulated: Simulated) -> None:
    for seed in range(10):
        whole = simulated(each=5, sigma=10.0, seed=seed)
        found = cut_back(whole, whole.batch, 1, 100)
        assert found.last == 100
        assert found.candidates[0].gain == 0.0


def test_images_that_are_only_weaker_are_kept(simulated: Simulated) -> None:
    whole = simulated(each=5, sigma=10.0)
    weak = np.where(whole.batch > 60, 5.0, 1.0)
    noise = np.random.default_rng(2).normal(0, 1, len(whole)) * whole.sigma * np.sqrt(weak**2 - 1)
    weaker = replace(whole, intensity=whole.intensity + noise, sigma=whole.sigma * weak)
    assert cut_back(weaker, weaker.batch, 1, 100).last == 100


def test_the_damaged_end_is_cut_where_it_begins(simulated: Simulated) -> None:
    whole = broken_after(simulated(each=10, sigma=5.0), 70, by=0.8)
    found = cut_back(whole, whole.batch, 1, 100)
    assert found.last == 70
    best = next(item for item in found.candidates if item.last == 70)
    assert best.gain > 3 * best.sigma
    kept = whole.select(whole.batch <= 70)
    assert best.cc_half == merging_statistics(kept, anomalous=False).overall.cc_half


def test_damage_is_no_reason_to_lose_reflections(simulated: Simulated) -> None:
    """A third of the reflections is on the last images alone."""
    whole = broken_after(simulated(each=10, sigma=5.0), 70, by=0.8)
    alone = (whole.hkl.sum(axis=1) % 3 == 0) & (whole.batch <= 70)
    found = cut_back(whole.select(~alone), whole.batch[~alone], 1, 100)
    assert found.last > 70
    assert found.note


def test_other_sweeps_stay_whole(simulated: Simulated) -> None:
    """Image 0 is another sweep's: it is in every candidate."""
    whole = broken_after(simulated(each=10, sigma=5.0), 70, by=0.8)
    both = np.where(np.arange(len(whole)) % 2 == 0, whole.batch, 0)
    found = cut_back(whole, both, 1, 100)
    assert found.last == 70
    assert found.candidates[-1].multiplicity > 0.6 * found.candidates[0].multiplicity


def test_the_gain_is_that_of_cc_half(simulated: Simulated) -> None:
    """With equal sigmas and every reflection in both, z is artanh of the CC1/2 of the statistics."""
    whole = broken_after(simulated(each=10, sigma=5.0, d_min=3.0), 70, by=0.8)
    found = cut_back(whole, whole.batch, 1, 100)
    expected, weight = 0.0, 0
    tables = [
        merging_statistics(whole.select(whole.batch <= last), anomalous=False, shells=10)
        for last in (100, 70)
    ]
    for longer, shorter in zip(tables[0].shells, tables[1].shells, strict=True):
        assert longer.cc_half is not None
        assert shorter.cc_half is not None
        difference = np.arctanh(shorter.cc_half) - np.arctanh(longer.cc_half)
        expected += longer.unique * difference
        weight += longer.unique
    gain = next(item.gain for item in found.candidates if item.last == 70)
    assert gain == pytest.approx(expected / weight, rel=0.03)
