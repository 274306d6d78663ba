"""Data taken from the setting that a program knows to the one that is asked for."""

from __future__ import annotations

import gemmi
import numpy as np
import pytest

from sweepwright.results.observations import Setting, read_unmerged


def by_index(observations):
    """(h, k, l, I+?) of the asymmetric unit -> mean intensity."""
    found = {}
    for hkl, plus, value in zip(
        observations.hkl.tolist(), observations.plus, observations.intensity, strict=True
    ):
        found.setdefault((*hkl, bool(plus)), []).append(value)
    return {key: np.mean(values) for key, values in found.items()}


@pytest.mark.parametrize(
    ("standard", "named", "operator", "cell", "moved", "index"),
    [
        # the twofold axis, c in P 21 21 2, is a in P 2 21 21
        ("P 21 21 2", "P 2 21 21", "l,h,k", (40, 50, 60), (60, 40, 50), (1, 2, 3)),
        ("P 4 2 2", "P 43 21 2", "h,k,l", (45, 45, 30), (45, 45, 30), (3, 2, 1)),
    ],
)
def test_indices_cell_and_mates_move_together(
    simulated, unmerged_mtz, standard, named, operator, cell, moved, index
):
    angles = (90.0, 90.0, 90.0)
    made = simulated(standard, (*cell, *angles), d_min=6.0, anomalous=40, sigma=0.01)
    path = unmerged_mtz(made)
    read = read_unmerged(path, Setting(named, operator))
    assert read.space_group == named
    assert read.cell == pytest.approx((*moved, *angles))
    before, after = by_index(read_unmerged(path)), by_index(read)
    assert len(before) == len(after)
    # the truth by hand: h' = M h, both taken to their mates of positive indices
    h, k, l = index  # noqa: E741
    there = {"l,h,k": (l, h, k), "h,k,l": (h, k, l)}[operator]
    for plus in (True, False):
        assert after[(*there, plus)] == pytest.approx(before[(*index, plus)])
    group = gemmi.SpaceGroup(named)
    unit = gemmi.ReciprocalAsu(group)
    assert all(unit.is_in(hkl) for hkl in read.hkl.tolist())


def test_what_is_no_group_is_said(simulated, unmerged_mtz):
    with pytest.raises(ValueError, match="'P 9' is no space group"):
        read_unmerged(unmerged_mtz(simulated(d_min=8.0)), Setting("P 9", "h,k,l"))
