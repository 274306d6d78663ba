"""Sweeps with rings of ice, and with a second crystal in the beam, from images to results.

With the engine `xds` the programs are stand-ins, so this shows nothing of XDS itself.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from sweep_tool import REPOSITORY, command
from truth_compare import compare

from sweepwright.programs.ice import ice_rings

pytestmark = [
    pytest.mark.dials,
    pytest.mark.long,
    needs_dials,
    pytest.mark.xdist_group("ice-runs"),
]

SIMULATION = """\
seed: 68
structure:
  space_group: P 43 21 2
  cell: [58, 58, 40, 90, 90, 90]
  d_min: 2.4
  light_atoms: 60
beam: {wavelength: 0.9795}
detector: {model: 300K, distance: 100}
sweeps:
  - {name: ice, images: 40, width: 1.0, faults: {ice_rings: 15, ice_grains: 4}}
  - {name: two, images: 20, width: 1.0, faults: {second_lattice: {fraction: 0.6}}}
"""
JOB = """\
sweepwright: 1
crystals: {x1: {space_group: P 43 21 2, cell: [58, 58, 40, 90, 90, 90]}}
"""
#: the rings that the simulation draws
SIMULATED = {3.897, 3.669, 3.441, 2.671, 2.249, 2.072, 1.948, 1.918}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ice-runs")
    (folder / "sim.yaml").write_text(SIMULATION)
    done = command("simulate", "sim.yaml", "-o", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(place: Path, name: str, images: str, processing: str) -> Path:
    text = f"{JOB}name: {name}\nsweeps: [{{name: A, images: data/{images}_####.cbf}}]\n"
    (place / f"{name}.yaml").write_text(f"{text}processing: {{{processing}}}\n")
    path = f"{REPOSITORY / 'tests/standins'}:{os.environ['PATH']}"
    done = command("run", f"{name}.yaml", folder=place, environment={"PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    return place / name


def seen(folder: Path, code: str) -> list[dict[str, Any]]:
    results = json.loads((folder / "results/results.json").read_text())
    return [one for one in results["findings"] if (one["code"], one["state"]) == (code, "seen")]


def spacings(folder: Path) -> Any:
    """d of each merged reflection that has an intensity."""
    merged = gemmi.read_mtz_file(str(folder / "results/merged.mtz"))
    return merged.make_d_array()[np.isfinite(merged.column_with_label("IMEAN").array)]


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_rings_are_found_and_left_out(place: Path, engine: str) -> None:
    folder = run(place, engine, "ice", f"engine: {engine}")
    decision = json.loads((folder / "sweeps/A/ice/1/decision.json").read_text())
    rings = set(decision["values"]["rings"])
    assert {3.897, 3.669, 3.441} <= rings <= SIMULATED
    (finding,) = seen(folder, "SW-Q016")
    assert "3.897" in finding["message"]
    assert not seen(folder, "SW-Q018"), "spots of ice are no second lattice"
    left = spacings(folder)
    for ring in ice_rings():
        low, _ = ring.excluded
        middle = (left > ring.d - 0.01) & (left < ring.d + 0.01)
        beside = (left > low + 0.01) & (left < low + 0.07)
        if ring.d in rings:
            assert not middle.any(), ring.d
        if ring.d > 2.6:
            assert beside.any(), ring.d
    assert compare(place / "data", folder / "results/merged.mtz").cc_intensity > 0.97
    assert f"{sorted(rings)[-1]:g}" in (folder / "summary.html").read_text()


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_a_second_lattice_is_seen(place: Path, engine: str) -> None:
    """Its default turn is 7 degrees."""
    folder = run(place, f"{engine}-two", "two", f"engine: {engine}, until: indexing")
    decision = json.loads((folder / "sweeps/A/several_lattices/1/decision.json").read_text())
    assert decision["values"] == {"lattices": 2}
    assert decision["evidence"]["turn_deg"] == pytest.approx(7.0, abs=0.2)
    assert len(seen(folder, "SW-Q018")) == 1
    assert not seen(folder, "SW-Q016")
