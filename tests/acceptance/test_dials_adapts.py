"""The decisions of the `dials` engine on simulated images: beam centre, reference, masks, ice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from sweep_tool import command

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("dials-adapts")]

CELL = [30, 45, 45]
SIMULATION = """\
seed: 7
structure:
  space_group: P 43 21 2
  cell: [45, 45, 30, 90, 90, 90]
  d_min: 2.6
  light_atoms: 60
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60, beam_center: [245.0, 60.0]}
sweeps:
  - {name: x, images: 30, width: 1.0}
"""
JOB = """\
sweepwright: 1
name: NAME
processing: {engine: dials, until: indexing, indexing: {beam_search: SEARCH}}
keywords: {dials.index: {indexing.basis_vector_combinations.max_refine: 5}}
sweeps: [{name: A, images: data/x_####.cbf, geometry: {beam_center: CENTRE}}]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dials-adapts")
    (folder / "sim.yaml").write_text(SIMULATION)
    done = command("simulate", "sim.yaml", "-o", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(place: Path, name: str, centre: str, search: str = "after-failure") -> tuple[int, Path]:
    """Exit code and run folder of indexing with a beam centre."""
    text = JOB.replace("NAME", name).replace("CENTRE", centre).replace("SEARCH", search)
    (place / f"{name}.yaml").write_text(text)
    return command("run", f"{name}.yaml", folder=place).returncode, place / name


def ends(folder: Path, step: str) -> list[dict[str, Any]]:
    found = sorted((folder / "sweeps/A" / step).glob("*/end.json"))
    return [json.loads(end.read_text()) for end in found]


def is_right(end: dict[str, Any]) -> bool:
    """Whether an attempt found the cell of the simulation, in P1 and so by rising lengths."""
    cell = end["verdict"]["values"]["cell"]
    return cell[:3] == pytest.approx(CELL, rel=0.01) and cell[3:] == pytest.approx([90] * 3, abs=1)


def beam_finding(folder: Path) -> dict[str, Any]:
    verdict = ends(folder, "search_beam")[0]["verdict"]
    return dict(next(item for item in verdict["findings"] if item["code"] == "SW-Q020"))


@pytest.mark.long
def test_a_beam_centre_counted_from_the_other_side_is_recovered(place: Path) -> None:
    code, folder = run(place, "turned", "[245 px, 135 px]")
    assert code == 0
    attempts = ends(folder, "index")
    assert len(attempts) > 1
    assert is_right(attempts[-1])
    assert "y counted from the other side" in (folder / "journal.jsonl").read_text()


def test_a_shifted_beam_is_found_and_said(place: Path) -> None:
    code, folder = run(place, "shifted", "[245 px, 63.2 px]", "always")
    assert code == 0
    assert is_right(ends(folder, "index")[-1])
    finding = beam_finding(folder)
    assert finding["state"] == "seen"
    assert finding["values"]["shift_px"] == pytest.approx([0, -3.2], abs=1)


@pytest.mark.long
@pytest.mark.parametrize(("x", "y"), [(251, 60), (245, 72), (260, 72)])
def test_no_wrong_lattice_is_believed_without_a_word(place: Path, x: int, y: int) -> None:
    code, folder = run(place, f"far-{x}-{y}", f"[{x} px, {y} px]")
    last = ends(folder, "index")[-1]
    assert code == 3 or is_right(last) or beam_finding(folder)["state"] == "seen"
