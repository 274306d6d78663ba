"""Free flags depend on indices and seed alone, and equivalents share them."""

import gemmi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepwright.results.free import free_flags, lattice_rotations, reduce_indices

# A group, and a group of the highest Laue class of its lattice in the same setting.
LATTICES = {
    "P 1": "P -1", "P 1 21 1": "P 1 2/m 1", "B 1 1 2": "P 1 1 2/m", "P 21 21 21": "P m m m",
    "F 2 2 2": "P m m m", "I 41": "P 4/m m m", "P 31 2 1": "P 6/m m m", "P 63": "P 6/m m m",
    "R 3:H": "R -3 m:H", "R 3 2:R": "R -3 m:R", "P 21 3": "P m -3 m", "I 2 3": "P m -3 m",
}  # fmt: skip
index = st.integers(-300, 300)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(LATTICES)), st.tuples(index, index, index), st.integers(0, 2**31))
def test_equivalents_in_the_highest_laue_group_share_a_flag(name, hkl, seed):
    operations = gemmi.SpaceGroup(LATTICES[name]).operations()
    mates = np.array([op.apply_to_hkl(list(hkl)) for op in operations.sym_ops])
    assert len(set(free_flags(mates, name, seed, 0.05).tolist())) == 1
    assert len(np.unique(reduce_indices(mates, name), axis=0)) == 1


@pytest.mark.parametrize("name", LATTICES)
def test_no_more_than_the_highest_laue_group_is_merged(name):
    order = len(gemmi.SpaceGroup(LATTICES[name]).operations().sym_ops)
    unique = {rotation.tobytes() for rotation in lattice_rotations(name)}
    assert len(unique) == order


def plain_flag(h, k, l, seed, bins):  # noqa: E741
    """The published rule in Python integers."""

    def mix(word):
        word = (word + 0x9E3779B97F4A7C15) % 2**64
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
        return word ^ (word >> 31)

    packed = ((h + 2**20) << 42) | ((k + 2**20) << 21) | (l + 2**20)
    return (mix(packed ^ mix(seed)) >> 32) * bins >> 32


def test_the_hash_is_the_published_one():
    """Flags of old runs stay valid only while this holds, so it is written out a second time."""
    hkl = np.array([[h, k, l] for h in range(-3, 4) for k in range(-3, 4) for l in range(4)])  # noqa: E741
    reduced = np.maximum(hkl, -hkl)
    flags = free_flags(hkl, "P 21 21 21", 7, 0.05)
    assert flags.tolist() == [plain_flag(*row, 7, 20) for row in reduced.tolist()]


@pytest.mark.parametrize(("fraction", "bins"), [(0.05, 20), (0.1, 10), (0.02, 50)])
def test_the_fraction_is_free_and_all_flags_occur(fraction, bins):
    hkl = gemmi.make_miller_array(
        gemmi.UnitCell(80, 90, 100, 90, 90, 90), gemmi.SpaceGroup("P 21 21 21"), 2
    )
    counts = np.bincount(free_flags(hkl, "P 21 21 21", 1, fraction), minlength=bins)
    expected = len(hkl) / bins
    assert len(counts) == bins
    assert ((counts - expected) ** 2 / expected).sum() < bins + 5 * np.sqrt(2 * bins)


def test_seeds_differ_and_subsets_agree():
    hkl = gemmi.make_miller_array(
        gemmi.UnitCell(45, 45, 30, 90, 90, 90), gemmi.SpaceGroup("P 4"), 2
    )
    one, other = (free_flags(hkl, "P 4", seed, 0.05) for seed in (1, 2))
    assert 0.02 < np.mean(one == other) < 0.1
    mixed = np.random.default_rng(0).permutation(len(hkl))[:100]
    assert np.array_equal(free_flags(hkl[mixed], "P 4", 1, 0.05), one[mixed])


def test_a_silly_fraction_is_refused():
    with pytest.raises(ValueError, match="at most"):
        free_flags(np.array([[1, 2, 3]]), "P 1", 1, 0.9)
