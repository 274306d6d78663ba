"""What the `dials` engine adapts to, on simulated images: beam centres, masks, reference data."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
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


COUNT = """
import pickle, sys
mask = pickle.load(open(sys.argv[1], "rb"))[0].as_numpy_array()
for box in sys.argv[2:]:
    x1, x2, y1, y2 = map(int, box.split(","))
    print((~mask[y1:y2, x1:x2]).sum())
"""


@pytest.mark.skipif(shutil.which("libtbx.python") is None, reason="no python that reads masks")
def test_masks_of_the_job_reach_dials(place: Path) -> None:
    """Pixels left out, counted in boxes about each mask; the detector has one module, no gaps."""
    text = JOB.replace("NAME", "masks").replace("CENTRE", "[245 px, 60 px]")
    masks = "masks: [{rectangle: [10, 17, 20, 24]}, {circle: [100, 100, 10]}, "
    masks += "{ellipse: [200, 240, 50, 70]}, {polygon: [[300, 20], [340, 20], [340, 60]]}, "
    masks += "{resolution: [9 A, 8 A]}]\n"
    (place / "masks.yaml").write_text(text.replace("SEARCH", '"off"') + masks)
    done = command("run", "masks.yaml", "--until", "mask@A", folder=place)
    assert done.returncode == 0, done.stdout + done.stderr
    file = place / "masks/sweeps/A/mask/1/pixels.mask"
    boxes = ["10,17,20,24", "0,30,10,40", "80,120,80,120", "190,250,45,75", "290,350,15,65"]
    # 8.5 A: tan(2 theta) x 60 mm / 0.172 mm from the beam, where nothing else is masked
    boxes.append("284,287,58,62")
    told = subprocess.run(
        ["libtbx.python", "-c", COUNT, str(file), *boxes],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = [int(line) for line in told.stdout.split()]
    assert counts[:2] == [28, 28]
    assert counts[2] == pytest.approx(np.pi * 10**2, rel=0.05)
    # of a polygon every pixel that its border cuts: the area, and at most one for each px of border
    assert np.pi * 20 * 10 <= counts[3] <= np.pi * 20 * 10 + 97
    assert 40 * 40 / 2 <= counts[4] <= 40 * 40 / 2 + 137
    assert counts[5] == 12


@pytest.mark.long
def test_axes_and_free_flags_of_a_reference_are_taken(tmp_path: Path) -> None:
    """P 43 can be indexed in two ways. The reference is the truth in the other one, without a fifth."""
    text = SIMULATION.replace("P 43 21 2", "P 43").replace("images: 30", "images: 50")
    (tmp_path / "sim.yaml").write_text(text)
    assert command("simulate", "sim.yaml", "-o", "data", folder=tmp_path).returncode == 0
    truth = gemmi.read_mtz_file(str(tmp_path / "data/truth.mtz"))
    truth.reindex(gemmi.Op("k,h,-l"))
    truth.ensure_asu()
    hkl, values = truth.make_miller_array(), np.array(truth.column_with_label("I(+)").array)
    keep = (hkl @ [3, 5, 7] % 5 > 0) & ~np.isnan(values)
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = truth.spacegroup
    mtz.set_cell_for_all(truth.cell)
    mtz.add_dataset("reference")
    for label, kind in (("IMEAN", "J"), ("SIGIMEAN", "Q"), ("FreeR_flag", "I")):
        mtz.add_column(label, kind)
    flags = np.random.default_rng(0).integers(0, 20, len(hkl))
    table = np.column_stack([hkl, values, np.maximum(values * 0.02, 1), flags])
    mtz.set_data(table[keep].astype(np.float32))
    mtz.write_to_file(str(tmp_path / "ref.mtz"))
    job = JOB.replace("NAME", "run").replace("CENTRE", "[245 px, 60 px]").replace("SEARCH", '"off"')
    job = job.replace("until: indexing, ", "").replace("{name: A,", "{name: A, crystal: x,")
    (tmp_path / "run.yaml").write_text(job + "crystals: {x: {reference: ref.mtz}}\n")
    done = command("run", "run.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    known = {tuple(row[:3]): row[3:] for row in table[keep].tolist()}
    merged = gemmi.read_mtz_file(str(tmp_path / "run/results/merged.mtz"))
    merged.ensure_asu()
    columns = [merged.column_with_label("IMEAN").array, merged.rfree_column().array]
    pairs = [
        (known[tuple(h)][0], intensity, known[tuple(h)][2], flag)
        for h, intensity, flag in zip(merged.make_miller_array().tolist(), *columns, strict=True)
        if tuple(h) in known and not np.isnan(intensity)
    ]
    true, found, kept, written = np.array(pairs).T
    assert len(pairs) > 500
    assert np.corrcoef(true, found)[0, 1] > 0.95
    assert np.array_equal(kept, written)
    assert set(merged.rfree_column().array) == set(range(20))
    said = json.loads((tmp_path / "run/groups/x/finish/1/set.json").read_text())["findings"]
    assert any("0 to 19, 0 is free" in item["message"] for item in said)
