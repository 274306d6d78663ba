"""A sweep of a crystal that changes while it is measured, from images to results.

XDS, XSCALE and the programs of CCP4 are stand-ins, so this shows nothing of these programs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from sweep_tool import REPOSITORY, command

pytestmark = [
    pytest.mark.dials,
    pytest.mark.long,
    needs_dials,
    pytest.mark.xdist_group("damage-runs"),
]

SIMULATION = """\
seed: 7
structure:
  space_group: P 43 21 2
  cell: [45, 45, 30, 90, 90, 90]
  d_min: 3.0
  light_atoms: 60
  anomalous: {count: 2, z: 34, f_prime: -5.0, f_second: 5.0}
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60}
sweeps:
  - {name: x, images: 90, width: 2.0, faults: {decay: {specific: 0.9}}}
"""
JOB = """\
sweepwright: 1
crystals: {x1: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90]}}
sweeps: [{name: A, images: data/x_####.cbf}]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage-runs")
    (folder / "sim.yaml").write_text(SIMULATION)
    done = command("simulate", "sim.yaml", "-o", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(place: Path, name: str, processing: str) -> Path:
    text = f"{JOB}name: {name}\nprocessing: {{{processing}, integration: {{cycles: 1}}}}\n"
    (place / f"{name}.yaml").write_text(text)
    path = f"{REPOSITORY / 'tests/standins'}:{os.environ['PATH']}"
    done = command("run", f"{name}.yaml", folder=place, environment={"PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    return place / name


def read(folder: Path, file: str) -> dict[str, Any]:
    return dict(json.loads((folder / "groups/x1" / file).read_text()))


def test_aimless_leaves_out_what_was_decided(place: Path) -> None:
    """R_d rises with the distance, the end is cut, and none of its images is in the result."""
    folder = run(
        place, "cut", "engine: xds, scaling: {program: aimless}, damage: {report: true, cut_back: true}"
    )  # fmt: skip
    values = read(folder, "cut_back/1/decision.json")["values"]
    last = values["last_A"]
    assert 45 <= last < 90
    script = (folder / "groups/x1/rescale/1/aimless.inp").read_text()
    assert f"RUN 1 BATCH 1 TO {last} " in script
    done = read(folder, "finish/1/set.json")
    assert max(image["batch"] for image in done["images"][0]) <= last
    (sweep,) = done["damage"]
    assert sweep["significant"]
    (finding,) = [item for item in done["findings"] if item["code"] == "SW-Q030"]
    assert finding["state"] == "seen"


def test_xscale_extrapolates_when_dose_matters(place: Path) -> None:
    folder = run(
        place, "dose", "engine: xds, scaling: {program: xscale}, damage: {zero_dose: true}"
    )  # fmt: skip
    assert read(folder, "zero_dose/1/decision.json")["values"] == {"zero_dose": True}
    assert "CRYSTAL_NAME= x1" in (folder / "groups/x1/rescale_dose/1/XSCALE.INP").read_text()
    assert not (folder / "groups/x1/rescale/1/XSCALE.INP").exists()
    assert (folder / "results/merged.mtz").exists()


def test_dials_leaves_out_what_was_decided(place: Path) -> None:
    folder = run(place, "dials", "engine: dials, damage: {cut_back: true}")
    last = read(folder, "cut_back/1/decision.json")["values"]["last_A"]
    assert 45 <= last < 90
    phil = (folder / "groups/x1/rescale/1/rescale.phil").read_text()
    assert f"0:{last + 1}:90" in phil
    images = read(folder, "finish/1/set.json")["images"][0]
    assert max(image["batch"] for image in images) <= last
