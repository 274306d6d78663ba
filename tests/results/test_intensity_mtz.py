"""MTZ files of intensities as gemmi reads them: means worked out by hand, and the way back."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

from sweepwright.results.intensity_mtz import write_merged, write_unmerged
from sweepwright.results.observations import Observations, read_unmerged

CELL = (40.0, 50.0, 60.0, 90.0, 90.0, 90.0)
#: h k l, I+, intensity, sigma, batch; in P 2 2 2 the zone 1 2 0 is centric
ROWS = [
    (1, 2, 3, True, 10.0, 1.0, 7),
    (1, 2, 0, True, 6.0, 1.0, 7),
    (1, 2, 3, False, 20.0, 2.0, 8),
    (1, 2, 0, True, 8.0, 1.0, 12),
    (1, 2, 3, True, 14.0, 2.0, 12),
    (2, 1, 1, False, 5.0, 4.0, 12),
]


@pytest.fixture
def observations() -> Observations:
    *hkl, plus, intensity, sigma, batch = map(np.array, zip(*ROWS, strict=True))
    return Observations(
        hkl=np.column_stack(hkl).astype(np.int32),
        plus=plus,
        intensity=intensity,
        sigma=sigma,
        batch=batch.astype(np.int64),
        dataset=np.ones(len(ROWS), np.int64),
        cell=CELL,
        space_group="P 2 2 2",
        wavelength_a=0.9795,
    )


def test_means_are_weighted_and_sides_are_kept_apart(
    observations: Observations, tmp_path: Path
) -> None:
    write_merged(observations, tmp_path / "merged.mtz")
    mtz = gemmi.read_mtz_file(str(tmp_path / "merged.mtz"))
    nan = float("nan")
    expected = {
        # of 6 and 8 alike: 7, sigma 1/sqrt(2); a centric reflection is I+
        (1, 2, 0): (7, 2**-0.5, 7, 2**-0.5, nan, nan, 2, 0),
        # weights 1, 1/4, 1/4: (10 + 14/4 + 20/4) / 1.5; of I+ alone (10 + 14/4) / 1.25
        (1, 2, 3): (37 / 3, 1.5**-0.5, 10.8, 1.25**-0.5, 20, 2, 2, 1),
        (2, 1, 1): (5, 4, nan, nan, 5, 4, 0, 1),
    }
    found = {tuple(map(int, row[:3])): row[3:] for row in np.array(mtz)}
    assert found.keys() == expected.keys()
    for hkl, row in expected.items():
        assert found[hkl] == pytest.approx(row, rel=1e-6, nan_ok=True), hkl
    assert "".join(column.type for column in mtz.columns) == "HHHJQKMKMII"
    assert_described(mtz)
    assert not mtz.batches


def test_unmerged_intensities_come_back(observations: Observations, tmp_path: Path) -> None:
    path = tmp_path / "unmerged.mtz"
    write_unmerged(observations, path)
    mtz = gemmi.read_mtz_file(str(path))
    assert_described(mtz)
    assert [batch.number for batch in mtz.batches] == [7, 8, 12]
    assert {batch.dataset_id for batch in mtz.batches} == {1}
    assert all(batch.cell == gemmi.UnitCell(*CELL) for batch in mtz.batches)
    isym = mtz.column_with_label("M/ISYM").array.tolist()
    assert isym == [1 if plus else 2 for _, _, _, plus, *_ in ROWS]
    read = read_unmerged(path)
    back = zip(read.hkl.tolist(), read.plus, read.intensity, read.sigma, read.batch, strict=True)
    assert [(*hkl, *rest) for hkl, *rest in back] == ROWS
    assert (read.cell, read.space_group, read.wavelength_a) == (
        CELL, "P 2 2 2", pytest.approx(0.9795),
    )  # fmt: skip


def assert_described(mtz: gemmi.Mtz) -> None:
    assert mtz.spacegroup.hm == "P 2 2 2"
    assert mtz.cell == gemmi.UnitCell(*CELL)
    assert mtz.datasets[-1].wavelength == pytest.approx(0.9795)
