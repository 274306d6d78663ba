"""The plan of the `xds` engine, run to its end with stand-ins of XDS and CCP4 on simulated images.

It shows that files, plan, readers, judges and decisions are right; it shows nothing of XDS itself.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from standin_tool import PATH, STANDINS
from sweep_tool import command
from truth_compare import compare

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("xds-plan")]

SIMULATION = """\
seed: 68  # an orientation that measures both screw axes
structure:
  space_group: P 43 21 2
  cell: [45, 45, 30, 90, 90, 90]
  d_min: 2.4
  light_atoms: 60
  anomalous: {count: 2, z: 34, f_prime: -5.0, f_second: 5.0}
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60}
sweeps:
  - {name: x, images: 60, width: 1.0}
"""
JOB = """\
sweepwright: 1
name: NAME
processing: {engine: xds}
sweeps: [{name: A, images: data/x_####.cbf}]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xds-plan")
    (folder / "sim.yaml").write_text(SIMULATION)
    done = command("simulate", "sim.yaml", "-o", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(place: Path, name: str, more: str = "", **environment: str) -> tuple[int, str, Path]:
    """Exit code, what was said, and the run folder."""
    (place / f"{name}.yaml").write_text(JOB.replace("NAME", name) + more)
    done = command("run", f"{name}.yaml", folder=place, environment={"PATH": PATH, **environment})
    return done.returncode, done.stdout + done.stderr, place / name


def decided(folder: Path, step: str) -> dict[str, Any]:
    return dict(json.loads((folder / step / "1/decision.json").read_text())["values"])


def attempts(folder: Path, step: str) -> list[dict[str, Any]]:
    ends = sorted((folder / step).glob("*/end.json"))
    return [json.loads(end.read_text()) for end in ends]


@pytest.fixture(scope="module")
def right(place: Path) -> Path:
    code, said, folder = run(place, "right")
    assert code == 0, said
    return folder


def near_the_truth(place: Path, merged: Path) -> None:
    found = compare(place / "data", merged)
    assert found.cc_intensity > 0.99
    assert found.same_group
    assert found.completeness > 0.8
    assert found.cell_deviation < 0.001
    assert found.cc_anomalous is not None and found.cc_anomalous > 0.95


def test_the_data_are_those_of_the_truth(place: Path, right: Path) -> None:
    near_the_truth(place, right / "results/merged.mtz")
    merged = gemmi.read_mtz_file(str(right / "results/merged.mtz"))
    assert {"IMEAN", "I(+)", "I(-)", "F(+)", "F(-)", "DANO", "FreeR_flag"} <= set(
        merged.column_labels()
    )


def test_what_is_auto_is_decided_and_said(right: Path) -> None:
    group = decided(right, "groups/x1/point_group")
    assert group["space_group_number"] == 89  # P 4 2 2: CORRECT looks at no screw axes
    assert group["cell"] == pytest.approx([45, 45, 30, 90, 90, 90], rel=0.005)
    decision = json.loads((right / "groups/x1/space_group/1/decision.json").read_text())
    assert decision["values"]["space_group"] in ("P 41 21 2", "P 43 21 2")
    assert {"P 41 21 2", "P 43 21 2"} <= set(decision["evidence"]["equally_likely"])
    assert "mirror image" in decision["evidence"]["note"]
    assert decided(right, "groups/x1/anomalous") == {"anomalous": True, "friedels_law": False}
    again = decided(right, "sweeps/A/again2")
    assert again.pop("again") is True
    written = (right / "sweeps/A/reintegrate2/1/XDS.INP").read_text()
    suggested = (right / "sweeps/A/integrate/1/INTEGRATE.LP").read_text()
    assert len(again) == 4
    for size in again.values():
        assert f"= {size} " in written
        assert f"{size:.5f}" in suggested
    assert decided(right, "sweeps/A/best")["cycle"] in (1, 2)
    limit = decided(right, "groups/x1/resolution")["d_min"]
    script = (right / "groups/x1/rescale/1/aimless.inp").read_text()
    assert f"\nRESOLUTION HIGH {limit:g} " in script
    assert "\nANOMALOUS ON " in script
    corrected = (right / "sweeps/A/correct/1/XDS.INP").read_text()
    assert "\nSPACE_GROUP_NUMBER= 89 " in corrected


@pytest.fixture(scope="module")
def by_dials(place: Path) -> Path:
    code, said, folder = run_with(place, "by-dials", "processing: {engine: dials}\n")
    assert code == 0, said
    return folder


def test_both_engines_make_the_same_of_one_job(place: Path, right: Path, by_dials: Path) -> None:
    near_the_truth(place, by_dials / "results/merged.mtz")
    files = [gemmi.read_mtz_file(str(run / "results/merged.mtz")) for run in (right, by_dials)]
    groups, cells = [each.spacegroup.xhm() for each in files], [each.cell for each in files]
    assert groups[0] == groups[1]
    assert cells[0].parameters == pytest.approx(cells[1].parameters, rel=0.001)
    ours, theirs = (means(each) for each in files)
    common = sorted(ours.keys() & theirs.keys())
    assert len(common) > 1000
    pairs = np.array([(ours[index], theirs[index]) for index in common])
    assert np.corrcoef(pairs.T)[0, 1] > 0.99


def test_a_clean_crystal_has_no_ice_and_one_lattice(right: Path, by_dials: Path) -> None:
    """Looked for in both engines; then nothing is masked and integrated again, and no line is in force."""
    for folder in (right, by_dials):
        assert decided(folder, "sweeps/A/ice")["rings"] == []
        assert decided(folder, "sweeps/A/several_lattices") == {"lattices": 1}
        found = json.loads((folder / "results/results.json").read_text())["findings"]
        states = {one["code"]: one["state"] for one in found}
        assert (states["SW-Q016"], states["SW-Q018"]) == ("not seen", "not seen")
    assert not (by_dials / "sweeps/A/reintegrate/1").exists()
    for step in ("correct", "reintegrate2", "recorrect2"):
        text = (right / f"sweeps/A/{step}/1/XDS.INP").read_text()
        assert text.count("\n! EXCLUDE_RESOLUTION_RANGE=") == 10
        assert "\n EXCLUDE_RESOLUTION_RANGE=" not in text


def means(merged: gemmi.Mtz) -> dict[tuple[int, ...], float]:
    values = merged.column_with_label("IMEAN").array
    indices = merged.make_miller_array().tolist()
    return {
        tuple(index): value
        for index, value in zip(indices, values, strict=True)
        if np.isfinite(value)
    }


KNOWN = """\
processing: {engine: xds, scaling: {program: xscale}, integration: {cycles: 1}}
crystals: {x1: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90]}}
"""


def test_xscale_scales_in_the_group_that_is_known(place: Path) -> None:
    code, said, folder = run_with(place, "known", KNOWN)
    assert code == 0, said
    near_the_truth(place, folder / "results/merged.mtz")
    merged = gemmi.read_mtz_file(str(folder / "results/merged.mtz"))
    assert merged.spacegroup.xhm() == "P 43 21 2"
    indexed = (folder / "sweeps/A/index/1/XDS.INP").read_text()
    assert "\nSPACE_GROUP_NUMBER= 96 " in indexed
    assert "\nFRIEDEL'S_LAW= FALSE " in (folder / "groups/x1/rescale/1/XSCALE.INP").read_text()


def test_without_ccp4_it_is_said_what_is_lacking(place: Path, tmp_path: Path) -> None:
    for name in ("xds_par", "xscale_par"):
        (tmp_path / name).symlink_to(STANDINS / name)
    (place / "alone.yaml").write_text(JOB.replace("NAME", "alone"))
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = command("check", "alone.yaml", folder=place, environment={"PATH": path})
    assert done.returncode == 0, done.stderr
    assert "SW-E057" in done.stdout + done.stderr
    assert "no amplitudes are made" in done.stdout + done.stderr


def test_an_expert_gets_the_same_by_hand(right: Path, tmp_path: Path) -> None:
    """The folder of an attempt holds all that XDS reads."""
    import subprocess

    there = right / "sweeps/A/correct/1"
    here = right / "sweeps/A/correct/9"
    here.mkdir()
    try:
        shutil.copy(there / "XDS.INP", here)
        for link in (path for path in there.iterdir() if path.is_symlink()):
            (here / link.name).symlink_to(link.readlink())
        program = STANDINS / "xds_par"
        done = subprocess.run([program], cwd=here, capture_output=True, text=True, check=False)
        assert "!!! ERROR" not in done.stdout
        columns = [
            gemmi.read_xds_ascii(str(folder / "XDS_ASCII.HKL")).iobs_array
            for folder in (here, there)
        ]
        assert columns[0] == pytest.approx(columns[1])
    finally:
        shutil.rmtree(here)


@pytest.mark.long
def test_the_ladder_goes_on_until_indexing_works(place: Path) -> None:
    more = "keywords: {xds: {MINIMUM_ZETA: 0.06}}\n"
    counter = {"XDS_STANDIN_IDXREF_FAILS": "1", "XDS_STANDIN_COUNTER": str(place / "count")}
    code, said, folder = run(place, "ladder", "run: {threads: 2}\n" + more, **counter)
    assert code == 0, said
    ends = attempts(folder, "sweeps/A/index")
    assert [end["verdict"]["outcome"] for end in ends] == ["failure", "success"]
    assert "CANNOT INDEX REFLECTIONS" in ends[0]["verdict"]["message"]
    assert (folder / "sweeps/A/index/2/XDS.INP").read_text().count("PIXELS_IN_A_SPOT= 2 ") == 1


@pytest.mark.long
def test_few_indexed_spots_that_fit_are_a_finding(place: Path) -> None:
    until = "processing: {engine: xds, until: indexing}\n"
    (place / "soft.yaml").write_text("")
    code, said, folder = run_with(place, "soft", until, XDS_STANDIN_SOFT_ERROR="1")
    assert code == 0, said
    (end,) = attempts(folder, "sweeps/A/index")
    assert end["verdict"]["outcome"] == "soft-failure"
    seen = [one["code"] for one in end["verdict"]["findings"] if one["state"] == "seen"]
    assert seen == ["SW-Q002"]


def run_with(place: Path, name: str, processing: str, **environment: str) -> tuple[int, str, Path]:
    text = JOB.replace("NAME", name).replace("processing: {engine: xds}\n", processing)
    (place / f"{name}.yaml").write_text(text)
    done = command("run", f"{name}.yaml", folder=place, environment={"PATH": PATH, **environment})
    return done.returncode, done.stdout + done.stderr, place / name


def test_an_expired_licence_is_said_and_nothing_is_believed(place: Path) -> None:
    code, said, folder = run(place, "expired", XDS_STANDIN_LICENCE_EXPIRED="31-Mar-2022")
    assert code == 3
    assert "the licence of XDS ended on 31-Mar-2022" in said
    assert not (folder / "results/merged.mtz").exists()


@pytest.mark.long
def test_a_crash_in_integrate_is_a_failure(place: Path) -> None:
    code, said, folder = run(place, "crash", XDS_STANDIN_CRASH="INTEGRATE")
    assert code == 3
    (end,) = attempts(folder, "sweeps/A/integrate")
    assert end["verdict"]["outcome"] == "failure"
    assert "signal" in said
