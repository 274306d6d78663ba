"""The demo, run for real through DIALS, against the truth of the simulation."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from sweep_tool import SMALLEST, command, simulate
from truth_compare import compare

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("demo")]


def journal(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "journal.jsonl").read_text().splitlines()]


def test_the_demo_finds_the_truth(demo: Path, lysozyme: Path) -> None:
    scaled = demo / "groups/x1/rescale/1/scaled.expt"
    found = compare(lysozyme, demo / "results/merged.mtz", scaled)
    assert found.same_group
    assert found.cell_deviation < 0.001
    assert found.cc_intensity >= 0.99
    assert found.cc_anomalous is not None
    assert found.cc_anomalous > 0.9
    assert found.right_signs is not None
    assert found.right_signs > 0.95


def test_results_have_the_published_shape(demo: Path) -> None:
    results = json.loads((demo / "results/results.json").read_text())
    assert results["schema"] == 1
    for part in (results, results["sets"][0]):
        assert part["space_group"] == "P 41 21 2"
        assert part["wavelength_A"] == 0.9795
        overall = part["overall"]
        assert 0.5 < overall["completeness"] <= 1
        for key in (
            "d_max", "d_min", "observations", "unique", "multiplicity", "mean_i_over_sigma",
            "r_merge", "r_meas", "r_pim", "cc_half", "cc_ano", "anomalous_completeness",
        ):  # fmt: skip
            assert isinstance(overall[key], int | float), key
    assert {output["state"] for output in results["outputs"]} == {"made"}
    assert all((demo / output["path"]).is_file() for output in results["outputs"])


def test_the_merged_file_is_what_refinement_programs_want(demo: Path) -> None:
    mtz = gemmi.read_mtz_file(str(demo / "results/merged.mtz"))
    labels = mtz.column_labels()
    assert {"IMEAN", "SIGIMEAN", "I(+)", "I(-)", "F", "SIGF", "FreeR_flag"} <= set(labels)
    free = np.array(mtz.column_with_label("FreeR_flag").array)
    assert set(free) == set(range(20))
    assert abs((free == 0).mean() - 0.05) < 0.02


def test_running_again_starts_no_program(demo: Path) -> None:
    before = len(journal(demo))
    merged = (demo / "results/merged.mtz").read_bytes()
    done = command("run", demo)
    assert done.returncode == 0
    first, later = journal(demo)[:before], journal(demo)[before:]
    assert [line for line in first if line["event"] == "start"]
    assert not [line for line in later if line["event"] == "start"]
    assert (demo / "results/merged.mtz").read_bytes() == merged


def test_every_program_got_what_was_compiled(demo: Path) -> None:
    lock = json.loads((demo / "job.lock.json").read_text())["values"]
    imported = json.loads((demo / "sweeps/A/import/1/imported.expt").read_text())
    assert imported["beam"][0]["wavelength"] == lock["sweeps[A].geometry.wavelength"]["value"]
    assert imported["scan"][0]["image_range"] == lock["sweeps[A].range"]["value"]
    scaled = (demo / "groups/x1/rescale/1/rescale.phil").read_text()
    decided = json.loads((demo / "groups/x1/resolution/1/decision.json").read_text())["values"]
    assert f"cut_data.d_min = {decided['d_min']}" in scaled


def test_killed_in_two_steps_it_ends_with_the_same_bytes(demo: Path, lysozyme: Path) -> None:
    """SIGKILL in indexing and in scaling: what was finished is kept, the result is the same."""
    run = lysozyme / "killed"
    for step in ("index@A", "scale@x1"):
        process = subprocess.Popen(
            [sys.executable, "-m", "sweepwright", "run", "lysozyme.yaml", "-o", "killed"],
            cwd=lysozyme, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        wait_for(run, step)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done = command("run", "lysozyme.yaml", "-o", "killed", folder=lysozyme)
    assert done.returncode == 0, done.stderr
    started = [line["step"] for line in journal(run) if line["event"] == "start"]
    assert started.count("index@A") == 2
    assert started.count("scale@x1") == 2
    assert started.count("find_spots@A") == started.count("integrate@A") == 1
    for name in ("merged.mtz", "unmerged.mtz"):
        assert (run / "results" / name).read_bytes() == (demo / "results" / name).read_bytes()


def wait_for(run: Path, step: str) -> None:
    """Until the journal says that a step was started."""
    for _ in range(6000):
        if (run / "journal.jsonl").exists():
            lines = (run / "journal.jsonl").read_text().splitlines()
            if any(json.loads(line).get("step") == step for line in lines if line.endswith("}")):
                return
        time.sleep(0.1)
    pytest.fail(f"{step} was never started")


@pytest.mark.long
def test_the_executed_script_repeats_the_run(demo: Path) -> None:
    done = subprocess.run(
        ["sh", "run-executed.sh", "again"], cwd=demo, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    again = demo / "again/groups/x1/finish/1/merged.mtz"
    assert again.read_bytes() == (demo / "results/merged.mtz").read_bytes()


@pytest.mark.xdist_group("p4")
def test_two_sweeps_that_index_differently_are_merged_rightly(tmp_path: Path) -> None:
    folder = simulate("p4-two-sweeps", tmp_path / "p4")
    job = SMALLEST.format(images="first_####.cbf") + "  - images: second_####.cbf\n"
    (folder / "p4.yaml").write_text(job)
    done = command("run", "p4.yaml", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert results["space_group"] == "P 4"
    run = folder / "p4"
    found = compare(folder, run / "results/merged.mtz", run / "groups/x1/rescale/1/scaled.expt")
    assert found.same_group
    assert found.cc_intensity >= 0.99
    assert results["overall"]["cc_half"] > 0.98


@pytest.mark.long
@pytest.mark.xdist_group("kappa")
def test_kappa_settings_reach_dials(tmp_path: Path) -> None:
    """Two orientations related by the goniostat have one crystal setting U0 in the models."""
    folder = simulate("kappa", tmp_path / "kappa")
    (folder / "kappa.yaml").write_text(
        "sweepwright: 1\n"
        "goniostat:\n  axes:\n"
        "    - {name: omega, vector: [1, 0, 0]}\n"
        "    - {name: kappa, vector: [0.6427876, 0.7660444, 0]}\n"
        "    - {name: phi, vector: [1, 0, 0]}\n"
        "sweeps:\n"
        + "".join(f"  - images: {name}_####.cbf\n" for name in ("flat", "tilted", "phiscan"))
    )
    done = command("run", "kappa.yaml", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    cells = []
    for name in "ABC":
        models = json.loads((folder / f"kappa/sweeps/{name}/refine/1/refined.expt").read_text())
        crystal = models["crystal"][0]
        cells.append(np.array([crystal[f"real_space_{axis}"] for axis in "abc"]))
    for other in cells[1:]:
        # the same lattice in the same orientation: rows differ by a unimodular integer matrix
        relation = other @ np.linalg.inv(cells[0])
        assert np.abs(relation - np.rint(relation)).max() < 0.02
        assert abs(abs(np.linalg.det(np.rint(relation))) - 1) < 1e-9


def test_the_demo_copied_elsewhere_still_reports(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy, symlinks=True)
    done = command("report", copy)
    assert done.returncode == 0, done.stderr
    assert (copy / "results/results.json").read_bytes() == (
        demo / "results/results.json"
    ).read_bytes()
