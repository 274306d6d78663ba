"""The comparison itself, on merged data made from the truth."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest
from simulated import Simulated
from truth_compare import compare


def merged(folder: Path, path: Path, operator: str = "h,k,l", swap: bool = False) -> Path:
    """The truth with 3 % noise, re-indexed; ``swap``: with the wrong hand."""
    mtz = gemmi.read_mtz_file(str(folder / "truth.mtz"))
    data = np.array(mtz.array)
    labels = mtz.column_labels()
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.03 * data[:, labels.index("I(+)")].mean(), (2, len(data)))
    for label, other, extra in zip(("I(+)", "I(-)"), ("I(-)", "I(+)"), noise, strict=True):
        source = mtz.column_with_label(other if swap else label).array
        data[:, labels.index(label)] = np.array(source) + extra
    op = gemmi.Op(operator)
    data[:, :3] = [op.apply_to_hkl(h) for h in mtz.make_miller_array().tolist()]
    mtz.set_data(data)
    mtz.write_to_file(str(path))
    return path


def test_truth_with_noise_agrees(plain: Simulated, tmp_path: Path) -> None:
    folder, _ = plain
    result = compare(folder, merged(folder, tmp_path / "m.mtz"), reindex=np.eye(3))
    assert result.cc_intensity > 0.99
    assert result.cc_anomalous is not None and result.cc_anomalous > 0.9
    assert result.right_signs is not None and result.right_signs > 0.95
    assert result.completeness == 1
    assert result.cell_deviation < 1e-6
    assert result.same_group


def test_the_wrong_hand_shows(plain: Simulated, tmp_path: Path) -> None:
    folder, _ = plain
    result = compare(folder, merged(folder, tmp_path / "m.mtz", swap=True), reindex=np.eye(3))
    assert result.cc_intensity > 0.9
    assert result.cc_anomalous is not None and result.cc_anomalous < -0.9


@pytest.mark.parametrize("operator", ["k,-h,l", "k,h,-l"])
def test_reindexing_is_found_from_the_cells(
    plain: Simulated, tmp_path: Path, operator: str
) -> None:
    folder, _ = plain
    result = compare(folder, merged(folder, tmp_path / "m.mtz", operator))
    assert result.cc_intensity > 0.99
    assert result.cc_anomalous is not None and result.cc_anomalous > 0.9
