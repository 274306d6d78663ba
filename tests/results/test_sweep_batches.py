"""The sweeps of a file are told apart whatever the program added to the numbers of their images."""

from __future__ import annotations

import numpy as np
import pytest

from sweepwright.results.observations import Observations
from sweepwright.results.sweep_batches import sweep_batches


def made(*stretches: tuple[int, int]) -> Observations:
    batch = np.concatenate([np.arange(low, high + 1) for low, high in stretches])
    count = len(batch)
    return Observations(
        hkl=np.ones((count, 3), dtype=np.int32),
        plus=np.ones(count, dtype=bool),
        intensity=np.ones(count),
        sigma=np.ones(count),
        batch=batch,
        dataset=np.ones(count, dtype=np.int64),
        cell=(50.0, 60.0, 70.0, 90.0, 90.0, 90.0),
        space_group="P 1",
        batch_ranges=stretches,
    )


A, B, C = ("A", 1, 100), ("B", 1, 100), ("C", 101, 200)


@pytest.mark.parametrize(
    ("stretches", "sweeps", "offsets"),
    [
        ([(1, 100)], [A], [0]),
        ([(2, 99), (1001, 1098)], [A, B], [0, 1000]),  # POINTLESS; the ends are missing
        ([(1, 200)], [A, C], [0, 0]),  # POINTLESS: nothing collides, one stretch
        ([(1, 200)], [C, A], [0, 0]),
        ([(1, 100), (201, 300)], [A, B], [0, 200]),  # DIALS
        ([(1, 100), (201, 280)], [A, B], [0, 200]),  # DIALS; cut back
        ([(1, 100), (201, 301)], [A, ("D", 150, 250)], [0, 51]),
        ([(n, n + 99) for n in range(1, 1400, 200)], [A] * 7, [*range(0, 1400, 200)]),
        ([(1, 40), (61, 100), (1001, 1100)], [A, B], [0, 1000]),  # an excluded middle
    ],
)
def test_the_offsets_of_the_programs(
    stretches: list[tuple[int, int]], sweeps: list[tuple[str, int, int]], offsets: list[int]
) -> None:
    found = sweep_batches(made(*stretches), sweeps)
    assert [one.offset for one in found] == offsets
    assert [one.name for one in found] == [name for name, *_ in sweeps]


@pytest.mark.parametrize("sweeps", [[A], [A, B, C]])
def test_what_fits_in_no_way_is_an_error(sweeps: list[tuple[str, int, int]]) -> None:
    with pytest.raises(ValueError, match="not those of the images of A"):
        sweep_batches(made((1, 100), (1001, 1100)), sweeps)
