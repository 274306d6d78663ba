"""The step that looks for a second lattice, on spots as DIALS packs them, and what the judge makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from packed_refl import column, pack

from sweepwright.engines.lattices import judged
from sweepwright.model.verdict import FindingState
from sweepwright.run import StepCall
from sweepwright.steps.lattices import several_lattices

Floats = NDArray[np.float64]
AXES = np.diag([40.0, 50.0, 60.0])
ANGLE = np.radians(5)
TURN = np.array([[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, 1]])


def lattice(axes: Floats, number: int) -> Floats:
    hkl = np.random.default_rng(2).integers(-12, 13, (number, 3))
    places: Floats = hkl @ np.linalg.inv(axes).T
    return places


def scattered(number: int, inner: float, outer: float) -> Floats:
    """Between two lengths, 1/A."""
    random = np.random.default_rng(3)
    directions = random.normal(size=(number, 3))
    length = random.uniform(inner, outer, number) / np.linalg.norm(directions, axis=1)
    places: Floats = directions * length[:, None]
    return places


def called(folder: Path, *rest: Floats) -> Any:
    """With 300 spots of the lattice that was indexed, and others."""
    places = np.concatenate([lattice(AXES, 300), *rest])
    flags = np.where(np.arange(len(places)) < 300, 36, 32)
    table = {"rlp": column(places), "flags": column(flags)}
    pack(folder / "indexed.refl", len(places), table)
    crystal = {f"real_space_{name}": axis.tolist() for name, axis in zip("abc", AXES, strict=True)}
    (folder / "indexed.expt").write_text(json.dumps({"crystal": [crystal]}))
    files = folder / "indexed.refl", folder / "indexed.expt"
    several_lattices(StepCall(folder, files, {}))
    return json.loads((folder / "decision.json").read_text())


def test_a_turned_crystal_is_a_second_lattice(tmp_path: Path) -> None:
    decision = called(tmp_path, lattice(AXES @ TURN.T, 150))
    assert decision["values"] == {"lattices": 2}
    assert decision["evidence"]["turn_deg"] == pytest.approx(5.0, abs=0.1)
    (finding,) = judged(tmp_path, "A").findings
    assert (finding.code, finding.state) == ("SW-Q018", FindingState.SEEN)
    assert "turned by 5.0 degrees" in finding.message


def test_neither_noise_nor_ice_is_one(tmp_path: Path) -> None:
    """Nor are spots a little off their own lattice."""
    off = lattice(AXES, 150) + 0.001
    noise = scattered(150, 0.05, 0.5)
    ice = scattered(150, 1 / 3.70, 1 / 3.64)
    decision = called(tmp_path, off, noise, ice)
    assert decision["values"] == {"lattices": 1}
    assert decision["evidence"]["left_over"] <= 150
    (finding,) = judged(tmp_path, "A").findings
    assert finding.state is FindingState.NOT_SEEN
