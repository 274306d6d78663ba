"""Several sweeps through XDS and CCP4: wavelengths, orientations, an excluded middle.

With stand-ins; the images are simulated, so the truth is known.
"""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from standin_tool import PATH
from sweep_tool import REPOSITORY, command, simulate
from truth_compare import compare

pytestmark = [
    pytest.mark.dials, pytest.mark.long, needs_dials, pytest.mark.xdist_group("xds-stories"),
]  # fmt: skip


def run(folder: Path, text: str) -> Path:
    (folder / "job.yaml").write_text(
        f"sweepwright: 1\nname: run\nprocessing: {{engine: xds, integration: {{cycles: 1}}}}\n{text}"
    )
    done = command("run", "job.yaml", folder=folder, environment={"PATH": PATH})
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "run"


def test_three_wavelengths_are_scaled_together_and_merged_apart(tmp_path: Path) -> None:
    specification = (REPOSITORY / "examples/simulations/mad.yaml").read_text()
    more = "  - {name: inflection, images: 40, wavelength: 0.9795, f_prime: -9.5, f_second: 3.0}\n"
    (tmp_path / "mad.yaml").write_text(specification + more)
    done = command("simulate", "mad.yaml", "-o", "data", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    names = ("peak", "remote", "inflection")
    sweeps = "".join(
        f"  - {{name: {name}, images: data/{name}_####.cbf, dataset: {name}}}\n" for name in names
    )
    folder = run(tmp_path, "sweeps:\n" + sweeps)
    truth = {}
    for name in names:
        merged = folder / f"results/x1/{name}/merged.mtz"
        found = compare(tmp_path / "data", merged, sweep=name)
        assert found.cc_intensity > 0.99, name
        assert found.same_group, name
        assert found.cc_anomalous is not None and found.cc_anomalous > 0.8, name
        truth[name] = gemmi.read_mtz_file(str(merged)).datasets[-1].wavelength
    assert truth == pytest.approx({"peak": 0.9793, "remote": 0.95, "inflection": 0.9795})


def test_three_orientations_of_one_crystal_are_one_data_set(tmp_path: Path) -> None:
    simulate("kappa", tmp_path / "data")
    axes = "goniostat:\n  axes:\n" + "".join(
        f"    - {{name: {name}, vector: {vector}}}\n"
        for name, vector in (
            ("omega", "[1, 0, 0]"),
            ("kappa", "[0.6427876, 0.7660444, 0]"),
            ("phi", "[1, 0, 0]"),
        )
    )
    sweeps = "".join(
        f"  - {{name: {name}, images: data/{name}_####.cbf}}\n"
        for name in ("flat", "tilted", "phiscan")
    )
    folder = run(tmp_path, f"sweeps:\n{sweeps}{axes}")
    found = compare(tmp_path / "data", folder / "results/merged.mtz")
    assert found.cc_intensity > 0.99
    assert found.same_group
    scanned = (folder / "sweeps/phiscan/index/1/XDS.INP").read_text()
    (line,) = [row for row in scanned.splitlines() if row.startswith("ROTATION_AXIS=")]
    axis = np.array([float(word) for word in line.partition("!")[0].split()[1:]])
    # phi, turned by kappa 20 degrees about its axis and omega 30 degrees about x (Rodrigues)
    assert axis == pytest.approx(turned([1, 0, 0]), abs=1e-6)


def turned(vector: list[float]) -> np.ndarray:
    def about(axis: list[float], degrees: float, what: np.ndarray) -> np.ndarray:
        unit, angle = np.array(axis) / np.linalg.norm(axis), np.radians(degrees)
        along = unit * (unit @ what)
        return along + np.cos(angle) * (what - along) + np.sin(angle) * np.cross(unit, what)

    by_kappa = about([0.6427876, 0.7660444, 0], 20, np.array(vector, dtype=float))
    return about([1, 0, 0], 30, by_kappa)


def test_an_excluded_middle_keeps_one_orientation_and_scale(tmp_path: Path) -> None:
    specification = (REPOSITORY / "examples/simulations/mad.yaml").read_text()
    (tmp_path / "sim.yaml").write_text(specification)
    done = command("simulate", "sim.yaml", "-o", "data", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    exclude = "{name: A, images: data/peak_####.cbf, exclude: 18-22}"
    folder = run(tmp_path, f"sweeps: [{exclude}]\n")
    found = compare(tmp_path / "data", folder / "results/merged.mtz", sweep="peak")
    assert found.cc_intensity > 0.99
    unmerged = gemmi.read_mtz_file(str(folder / "results/unmerged.mtz"))
    images = np.unique(unmerged.column_with_label("BATCH").array.astype(int))
    assert not set(images) & set(range(18, 23))
    assert {1, 2, 16, 24, 39} <= set(images)
