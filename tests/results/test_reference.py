"""Reference data sets: conventions of free flags, what is kept, what is added, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from reference_mtz import write_reference

from sweepwright.results.reference import Extended, convention, extended, read_reference
from sweepwright.steps.finish import _free

CELL = (40.0, 50.0, 60.0, 90.0, 90.0, 90.0)


def ccp4(hkl: Any) -> Any:
    return np.arange(len(hkl)) % 20


def one_is_free(hkl: Any) -> Any:
    return np.arange(len(hkl)) % 10 == 3


def zero_is_free(hkl: Any) -> Any:
    return np.arange(len(hkl)) % 10 != 3


@pytest.mark.parametrize(
    ("flags", "free", "fraction", "said"),
    [
        (ccp4, 0, 0.05, "0 to 19, 0 is free"),
        (one_is_free, 1, 0.1, "0 or 1, 1 is free"),
        (zero_is_free, 0, 0.1, "0 or 1, 0 is free"),
    ],
)
def test_the_convention_is_detected(
    tmp_path: Path, flags: Any, free: int, fraction: float, said: str
) -> None:
    found = read_reference(write_reference(tmp_path / "r.mtz", "P 21 21 21", CELL, flags))
    assert found.convention is not None
    assert found.convention.free == free
    assert found.convention.fraction == pytest.approx(fraction, abs=0.005)
    assert str(found.convention) == said


@pytest.mark.parametrize("flags", [ccp4, one_is_free, zero_is_free])
def test_flags_are_kept_and_extended(tmp_path: Path, flags: Any) -> None:
    """To higher resolution, with every index given as one of its equivalents."""
    group = gemmi.SpaceGroup("P 21 21 21")
    path = write_reference(tmp_path / "r.mtz", "P 21 21 21", CELL, flags, d_min=6)
    known = gemmi.make_miller_array(gemmi.UnitCell(*CELL), group, 6)
    kept = {tuple(map(abs, h)): int(f) for h, f in zip(known.tolist(), flags(known), strict=True)}
    hkl = gemmi.make_miller_array(gemmi.UnitCell(*CELL), group, 3) * [-1, 1, -1]
    reference = read_reference(path)
    made, count = extended(reference, hkl, seed=1)
    there = [tuple(map(abs, h)) in kept for h in hkl.tolist()]
    assert count == sum(there) == len(known)
    for index, flag, old in zip(hkl.tolist(), made, there, strict=True):
        assert not old or flag == kept[tuple(map(abs, index))]
    rule = convention(made[~np.array(there)])
    assert (rule.values, rule.free) == (reference.convention.values, reference.convention.free)
    assert rule.fraction == pytest.approx(reference.convention.fraction, rel=0.25)
    assert np.array_equal(extended(reference, hkl[::-1], seed=1)[0][::-1], made)


def test_another_crystal_form_is_refused(tmp_path: Path) -> None:
    path = write_reference(tmp_path / "r.mtz", "P 21 21 21", CELL)
    hkl = np.array([[1, 2, 3]])
    flagger = Extended(read_reference(path), seed=1)
    with pytest.raises(ValueError, match="another crystal form: b is 53"):
        flagger(hkl, "P 21 21 21", (40, 53, 60, 90, 90, 90))
    with pytest.raises(ValueError, match="another Laue group"):
        flagger(hkl, "P 1 21 1", CELL)
    flagger(hkl, "P 21 21 2", CELL)
    assert flagger.all == 1


def test_an_unusual_free_part_is_seen(tmp_path: Path) -> None:
    usual, half = (
        Extended(read_reference(write_reference(tmp_path / "r.mtz", "P 1", CELL, flags)), 1)
        for flags in (one_is_free, lambda hkl: np.arange(len(hkl)) % 2)
    )
    assert (_free(usual)["code"], _free(usual)["state"]) == ("SW-Q021", "not seen")
    assert _free(half)["state"] == "seen"


def test_files_that_are_no_reference(tmp_path: Path) -> None:
    (tmp_path / "x.mtz").write_bytes(b"MTZ not")
    with pytest.raises(ValueError, match="cannot be read as MTZ"):
        read_reference(tmp_path / "x.mtz")
    bare = read_reference(write_reference(tmp_path / "bare.mtz", "P 1", CELL, None))
    assert bare.convention is None
