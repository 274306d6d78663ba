"""A second lattice among spots of which it is known where they are from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sweepwright.results.second_lattice import on_lattice, second_lattice

Floats = NDArray[np.float64]
RNG = np.random.default_rng(3)


def turned(degrees: float, *axis: float) -> Floats:
    """Rodrigues' rotation about an axis."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    matrix: Floats = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def spots(axes: Floats, number: int, seed: int = 0) -> Floats:
    """Points of the reciprocal lattice to 2.5 A, each seen 0.0003/A off."""
    rng = np.random.default_rng(seed)
    hkl = rng.integers(-30, 31, (40 * number, 3))
    places = hkl @ np.linalg.inv(axes).T
    length = np.linalg.norm(places, axis=1)
    kept = places[(length < 1 / 2.5) & (length > 1 / 40)][:number]
    seen: Floats = kept + rng.normal(0, 0.0003, kept.shape)
    return seen


def noise(number: int) -> Floats:
    directions = RNG.normal(size=(number, 3))
    lengths = np.cbrt(RNG.uniform(0.03**3, 0.4**3, number))
    places: Floats = directions / np.linalg.norm(directions, axis=1)[:, None] * lengths[:, None]
    return places


CELLS = {
    "tetragonal": np.diag([58.0, 58.0, 40.0]),
    "orthorhombic": np.diag([70.0, 95.0, 130.0]),
    "triclinic": np.array([[32.0, 0, 0], [-5.0, 41.0, 0], [3.0, -9.0, 55.0]]),
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("degrees", [1.5, 7.0, 43.0])
def test_a_turned_lattice_is_found_among_noise(cell: str, degrees: float) -> None:
    axes = CELLS[cell] @ turned(33, 1, 2, 3).T
    second = axes @ turned(degrees, 0.3, 0.8, 0.5).T
    places = np.concatenate([spots(second, 300), noise(200)])
    found = second_lattice(places, axes)
    assert found is not None
    assert 295 <= found.spots <= 300 + 0.1 * 200
    assert found.turn_deg == pytest.approx(degrees, abs=0.05)


@pytest.mark.parametrize("cell", CELLS)
def test_noise_is_no_lattice(cell: str) -> None:
    found = second_lattice(noise(500), CELLS[cell])
    assert found is not None
    assert found.spots < 0.2 * 500


def test_nothing_comes_of_nothing() -> None:
    axes = CELLS["triclinic"]
    assert second_lattice(np.zeros((0, 3)), axes) is None
    assert second_lattice(noise(1), axes) is None


def test_spots_are_on_their_own_lattice() -> None:
    axes = CELLS["triclinic"]
    assert on_lattice(spots(axes, 200), axes).mean() > 0.99
    by_chance = on_lattice(noise(20_000), axes).mean()
    assert by_chance == pytest.approx(0.3**3, rel=0.2)
