"""Rings of ice, in made-up spots and intensities of which it is known what lies on which ring."""

from __future__ import annotations

import gemmi
import numpy as np
import pytest
from numpy.typing import NDArray

from sweepwright.programs.ice import ice_rings
from sweepwright.results.ice import find_ice, off_rings

Floats = NDArray[np.float64]
NONE = np.zeros(0)
#: a full width at half maximum as of powder, in 1/A
SIGMA = 0.001


def crystal(seed: int, cell: float = 90.0, times: int = 4) -> tuple[Floats, Floats]:
    """1/d and counts of a crystal to 1.7 A (B 25 A^2), every reflection measured so many times."""
    rng = np.random.default_rng(seed)
    unit = gemmi.UnitCell(cell, cell * 1.1, cell * 0.8, 90, 90, 90)
    hkl = gemmi.make_miller_array(unit, gemmi.SpaceGroup("P 2 2 2"), 1.7)
    inverse = np.sqrt(unit.calculate_1_d2_array(hkl))
    mean = 1500 * np.exp(-25 / 2 * inverse**2) * rng.exponential(1.0, len(inverse))
    seen = np.repeat(inverse, times)
    background = 60.0
    return seen, rng.poisson(np.repeat(mean, times) + background) - background


def on(seen: Floats, d: float) -> Floats:
    return np.exp(-(((seen - 1 / d) / SIGMA) ** 2) / 2)


def scattered(number: int, seed: int = 1) -> Floats:
    """Spots everywhere in the sphere to 1.7 A, as of noise or of another lattice."""
    return np.cbrt(np.random.default_rng(seed).uniform(0.05**3, 1.7**-3, number))


@pytest.mark.parametrize("seed", range(10))
def test_a_clean_crystal_has_no_ice(seed: int) -> None:
    found = find_ice(scattered(300, seed), *crystal(seed))
    assert found.found == ()
    assert found.free_mean is not None


@pytest.mark.parametrize("number", [10, 1000, 30_000])
def test_spots_off_the_lattice_are_no_ice_by_themselves(number: int) -> None:
    assert find_ice(scattered(number), NONE, NONE).found == ()


def test_grains_are_spots_on_rings() -> None:
    rng = np.random.default_rng(4)
    spots = [scattered(2000)]
    rings = (3.897, 3.669, 3.441, 2.249)
    spots += [1 / d + rng.normal(0, SIGMA, 80) for d in rings]
    found = find_ice(np.concatenate(spots), NONE, NONE)
    assert found.found == rings
    first = found.rings[0]
    # the shell of 0.03 A around the ring has one sigma on either side, and its share of all others
    share = (1 / 3.882**3 - 1 / 3.912**3) / (1.7**-3 - 0.05**3)
    assert first.spots == pytest.approx(0.68 * 80 + 2000 * share, abs=12)
    assert first.expected == pytest.approx(2000 * share, abs=10)


def test_the_strongest_rings_are_not_without_the_others() -> None:
    rng = np.random.default_rng(4)
    one, other = (1 / d + rng.normal(0, SIGMA, 80) for d in (2.249, 2.072))
    assert find_ice(one, NONE, NONE).found == (2.249,)
    both = find_ice(np.concatenate([one, other]), NONE, NONE)
    assert both.found == (3.897, 3.669, 3.441, 2.249, 2.072)


def test_fine_powder_adds_to_intensities() -> None:
    seen, counts = crystal(3)
    rings = (3.897, 3.669, 3.441, 2.671, 2.249)
    icy = counts + sum(800 * on(seen, d) for d in rings)
    assert find_ice(NONE, seen, icy).found == rings
    assert find_ice(NONE, seen, 0.01 * icy).found == rings, "the unit does not matter"


def test_rings_of_something_else_are_no_ice() -> None:
    """Salt: between the rings of ice."""
    seen, counts = crystal(5)
    salt = counts + sum(800 * on(seen, d) for d in (3.26, 2.82, 2.41))
    assert find_ice(NONE, seen, salt).found == ()


@pytest.mark.parametrize("seed", range(5))
def test_reflections_measured_often_count_once(seed: int) -> None:
    """A small cell, each of its few reflections measured fifty times: uneven, and no ice."""
    assert find_ice(NONE, *crystal(seed, cell=25, times=50)).found == ()


def test_too_little_is_not_judged() -> None:
    seen, counts = crystal(1)
    found = find_ice(NONE, seen[::400], counts[::400])
    assert (found.free_mean, found.found) == (None, ())


def test_off_rings_is_what_is_kept() -> None:
    middles = np.array([1 / ring.d for ring in ice_rings()])
    beside = 1 / np.array([4.0, 3.8, 3.55, 3.0, 2.4, 2.15, 1.8])
    assert not off_rings(middles).any()
    assert off_rings(beside).all()


def test_rings_are_those_of_the_cell_of_ice() -> None:
    """Ice Ih: a = 4.4975, c = 7.3224 A at 100 K (Roettger et al., Acta Cryst. B50 (1994) 644)."""
    ice = gemmi.UnitCell(4.4975, 4.4975, 7.3224, 90, 90, 120)
    for ring in ice_rings():
        expected = ice.calculate_d([int(index) for index in ring.hkl])
        assert ring.d == pytest.approx(expected, abs=0.01)
        assert ring.window[0] > ring.window[1]
        assert ring.excluded[1] < ring.d < ring.excluded[0]
