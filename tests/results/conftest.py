"""Made-up observations whose statistics are known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from sweepwright.results.observations import Observations

CELL = (45.0, 45.0, 30.0, 90.0, 90.0, 90.0)


def simulate(
    space_group: str = "P 41 21 2",
    cell: tuple[float, ...] = CELL,
    d_min: float = 2.0,
    each: int = 4,
    sigma: float = 10.0,
    anomalous: float = 0.0,
    b_factor: float = 0.0,
    seed: int = 1,
    mean: float = 100.0,
) -> Observations:
    """``each`` observations of every I+ and every I- with Wilson-distributed true intensities.

    The mean true intensity is ``mean`` exp(-B/(2 d^2)); noise is normal with the given sigma;
    ``anomalous`` is the standard deviation of the true I+ - I-.
    """
    rng = np.random.default_rng(seed)
    group, box = gemmi.SpaceGroup(space_group), gemmi.UnitCell(*cell)
    unique = gemmi.make_miller_array(box, group, d_min)
    centric = group.operations().centric_flag_array(unique)
    level = mean * np.exp(-b_factor / 2 * box.calculate_1_d2_array(unique))
    truth = level * rng.exponential(1.0, len(unique))
    difference = np.where(centric, 0.0, rng.normal(0, anomalous, len(unique)) / 2)
    rows = np.repeat(np.arange(len(unique)), 2 * each)
    plus = np.tile(np.repeat([True, False], each), len(unique)) | centric[rows]
    intensity = (
        truth[rows] + np.where(plus, 1, -1) * difference[rows] + rng.normal(0, sigma, len(rows))
    )
    return Observations(
        hkl=unique[rows],
        plus=plus,
        intensity=intensity,
        sigma=np.full(len(rows), sigma),
        batch=rng.integers(1, 101, len(rows)),
        dataset=np.ones(len(rows), dtype=np.int64),
        cell=tuple(cell),
        space_group=space_group,
        wavelength_a=0.9795,
        scale=np.ones(len(rows)),
    )


def write_unmerged(observations: Observations, path: Path) -> Path:
    """The observations as an unmerged MTZ with the columns and the time stamps that DIALS writes."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = observations.group
    mtz.set_cell_for_all(gemmi.UnitCell(*observations.cell))
    mtz.title = "From None"
    mtz.history = ["From DIALS 3.12, run on 2026-11-22 at 23:24:10 UTC"]
    dataset = mtz.add_dataset("FROMDIALS")
    dataset.wavelength = observations.wavelength_a
    for label, kind in (
        ("M/ISYM", "Y"),
        ("BATCH", "B"),
        ("I", "J"),
        ("SIGI", "Q"),
        ("SCALEUSED", "R"),
    ):
        mtz.add_column(label, kind).source = "CREATED_22/11/2026_23:24:10"
    isym = np.where(observations.plus, 1, 2)
    columns = (
        isym,
        observations.batch,
        observations.intensity,
        observations.sigma,
        observations.scale,
    )
    mtz.set_data(np.column_stack([observations.hkl, *columns]).astype(np.float32))
    for number in np.unique(observations.batch):
        batch = gemmi.Mtz.Batch()
        batch.number, batch.dataset_id = int(number), dataset.id
        mtz.batches.append(batch)
    mtz.write_to_file(str(path))
    return path


def write_merged(path: Path) -> Path:
    """A merged MTZ like that of dials.merge, with times in the history and in the columns."""
    group, box = gemmi.SpaceGroup("P 41 21 2"), gemmi.UnitCell(*CELL)
    hkl = gemmi.make_miller_array(box, group, 2.5)[::-1]
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = group
    mtz.set_cell_for_all(box)
    mtz.history = ["From DIALS 3.12, run on 2026-11-22 at 23:24:13 UTC"]
    mtz.add_dataset("NATIVE")
    for label, kind in (("IMEAN", "J"), ("SIGIMEAN", "Q")):
        mtz.add_column(label, kind).source = "CREATED_22/11/2026_23:24:14"
    values = np.random.default_rng(3).exponential(100, len(hkl))
    mtz.set_data(np.column_stack([hkl, values, np.sqrt(values)]).astype(np.float32))
    mtz.write_to_file(str(path))
    return path


@pytest.fixture(scope="session")
def simulated() -> Callable[..., Observations]:
    return simulate


@pytest.fixture
def unmerged_mtz(tmp_path: Path) -> Callable[[Observations], Path]:
    return lambda observations: write_unmerged(observations, tmp_path / "scaled.mtz")


@pytest.fixture
def merged_mtz(tmp_path: Path) -> Path:
    return write_merged(tmp_path / "merged.mtz")
