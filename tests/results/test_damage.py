"""Figures of radiation damage on made-up observations whose change with dose is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sweepwright.results.damage import damage, tenths, trend
from sweepwright.results.observations import Observations

Simulated = Callable[..., Observations]


def made(*rows: tuple[tuple[int, int, int], int, float]) -> Observations:
    """Observations (hkl, image, intensity) of I+ in P1."""
    count = len(rows)
    return Observations(
        hkl=np.array([row[0] for row in rows], dtype=np.int32),
        plus=np.ones(count, dtype=bool),
        intensity=np.array([row[2] for row in rows]),
        sigma=np.ones(count),
        batch=np.array([row[1] for row in rows]),
        dataset=np.ones(count, dtype=np.int64),
        cell=(50.0, 60.0, 70.0, 90.0, 90.0, 90.0),
        space_group="P 1",
    )


def changed(observations: Observations, per_image: float, seed: int = 5) -> Observations:
    """Each reflection grows or fades with dose, by this part of itself for each image."""
    keys, number = np.unique(
        np.column_stack([observations.hkl, observations.plus]), axis=0, return_inverse=True
    )
    sign = np.random.default_rng(seed).choice([-1.0, 1.0], len(keys))[number.ravel()]
    factor = 1 + per_image * sign * (observations.batch - 50.5)
    return replace(observations, intensity=observations.intensity * factor)


def test_rd_by_hand() -> None:
    # distance 10: |100 - 110| / 105 and |200 - 180| / 190, together 30 / 295
    found = trend(
        made(
            ((1, 0, 0), 1, 100.0),
            ((1, 0, 0), 11, 110.0),
            ((2, 0, 0), 5, 200.0),
            ((2, 0, 0), 15, 180.0),
            ((3, 0, 0), 1, 100.0),
            ((3, 0, 0), 3, 100.0),
            ((3, 0, 0), 21, 120.0),
        )
    )  # fmt: skip
    assert found is not None
    by_distance = {item.images: (item.r_d, item.pairs) for item in found.distances}
    assert by_distance[10.0] == (pytest.approx(30 / 295), 2)
    assert by_distance[2.0] == (0.0, 1)
    assert by_distance[20.0] == (pytest.approx(20 / 110), 1)


def test_the_slope_of_a_known_change_is_found_exactly() -> None:
    # without noise: one reflection grows and one fades by 0.2 % an image, so R_d = 0.002 d; the
    # images stand about the one where both are equal, in which each pair has its mirror image
    rows = [
        ((h, 0, 0), image, 100.0 * (1 + sign * 0.002 * (image - 51)))
        for h, sign in ((1, 1), (2, -1), (3, 1), (4, -1))
        for image in (1, 26, 51, 76, 101)
    ]
    found = trend(made(*rows))
    assert found is not None
    assert found.slope == pytest.approx(0.002, rel=1e-3)
    assert found.at_zero == pytest.approx(0.0, abs=1e-4)
    assert found.rise == pytest.approx(0.2, rel=1e-3)
    assert found.p < 1e-6


def test_noise_hides_a_change_no_more_than_its_error_says(simulated: Simulated) -> None:
    """Slope of the change itself: pairs that differ by noise alone add at R_0, not to the slope."""
    strong = simulated(each=6, sigma=0.1)
    found = trend(changed(strong, 0.002))
    assert found is not None
    assert found.slope == pytest.approx(0.002, rel=0.02)
    assert found.significant


def test_without_a_change_p_is_evenly_distributed(simulated: Simulated) -> None:
    values = []
    for seed in range(60):
        found = trend(simulated(each=3, d_min=3.0, sigma=10.0, seed=seed))
        assert found is not None
        values.append(found.p)
        assert not found.significant
    assert 0.35 < np.mean(values) < 0.65  # 0.5 +- 0.04 where p is what it says
    assert sum(p < 0.1 for p in values) <= 14  # 6 expected


def test_one_observation_of_each_is_not_judged() -> None:
    found = damage("A", made(((1, 0, 0), 1, 10.0), ((2, 0, 0), 2, 10.0)), 1, 10)
    assert found.trend is None
    assert found.significant is None


def test_a_fall_with_resolution_is_a_b_factor(simulated: Simulated) -> None:
    """B grows by 0.1 A^2 an image and intensities fall by 0.2 %: tenths say it back."""
    whole = simulated(each=20, sigma=0.01)
    image = whole.batch - 5.5
    fall = np.exp(-0.1 * image * whole.d_star_squared / 2) * np.exp(-0.002 * image)
    last = tenths(replace(whole, intensity=whole.intensity * fall), 1, 100)[-1]
    assert (last.first, last.last) == (91, 100)
    assert last.relative_b == pytest.approx(9.0, rel=0.1)
    assert last.scale == pytest.approx(np.exp(-0.18), rel=0.05)


def test_r_between_tenths_by_hand() -> None:
    rows = [((h, k, 1), 1, 100.0) for h in range(1, 9) for k in range(8)]
    rows += [((h, k, 1), 10, 80.0) for h in range(1, 9) for k in range(8)]
    first, *between, last = tenths(made(*rows), 1, 10)
    assert first.r == 0.0
    assert last.r == pytest.approx(20 / 90)
    assert {tenth.r for tenth in between} == {None}


def test_many_pairs_are_a_sample(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = changed(simulated(each=6, sigma=1.0), 0.002)
    all_pairs = trend(whole)
    monkeypatch.setattr("sweepwright.results.damage._PAIRS", 10_000)
    some = trend(whole)
    assert all_pairs is not None
    assert some is not None
    assert sum(item.pairs for item in some.distances) <= 10_000
    assert abs(some.slope - all_pairs.slope) < 4 * some.sigma
