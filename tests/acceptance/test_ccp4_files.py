"""What POINTLESS, AIMLESS and CTRUNCATE are given, as their own users would write it."""

from __future__ import annotations

import json
from pathlib import Path

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from made_hkl import Crystal, write
from standin_tool import PATH, run
from sweep_tool import command
from tiny_images import write_series
from xds_input import numbers, parse_xds_input

SWEEPS = """\
sweepwright: 1
name: run
sweeps:
  - {name: A, images: data/peak_####.cbf, dataset: peak}
  - {name: B, images: data/edge_####.cbf, dataset: edge}
"""
ONE = "sweepwright: 1\nname: run\nsweeps: [{name: A, images: data/peak_####.cbf}]\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("peak", "edge"):
        write_series(tmp_path / "data", f"{name}_####.cbf", "1-200")
    return tmp_path


def compiled(place: Path, text: str, **environment: str) -> Path:
    (place / "job.yaml").write_text(text)
    done = command(
        "compile", "job.yaml", "-o", "run", folder=place,
        environment={"PATH": PATH, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "run"


def lines(path: Path) -> list[str]:
    """The keywords of a script: no comments, no blanks at the ends."""
    stripped = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in stripped if line]


def step(run: Path, id_: str) -> dict:
    plan = json.loads((run / "plan.json").read_text())
    return next(item for item in plan["steps"] if item["id"] == id_)


def test_sweeps_keep_their_data_sets_and_their_names(place: Path) -> None:
    run = compiled(place, SWEEPS + "project: my project\nprocessing: {engine: xds}\n")
    assert lines(run / "groups/x1/pointless/pointless.inp") == [
        "ALLOW OUTOFSEQUENCEFILES",
        "NAME PROJECT my_project CRYSTAL x1 DATASET peak",
        "XDSIN A.HKL",
        "NAME PROJECT my_project CRYSTAL x1 DATASET edge",
        "XDSIN B.HKL",
        "SETTING SYMMETRY-BASED",
        "TOLERANCE 2",
        "RUN BYFILE",
    ]
    outputs = {output["name"] for output in step(run, "rescale@x1")["outputs"]}
    assert {"scaled_peak.mtz", "scaled_edge_unmerged.mtz"} <= outputs
    assert step(run, "ctruncate@x1.peak")["inputs"][0]["name"] == "scaled_peak.mtz"


def test_everything_that_has_several_defaults_is_written_out(place: Path) -> None:
    run = compiled(place, ONE + "processing: {engine: xds, resolution: {high: 2.1, low: 40}}\n")
    script = lines(run / "groups/x1/rescale/aimless.inp")
    assert script == [
        "RESOLUTION LOW 40 HIGH 2.1",
        "SCALES ROTATION SPACING 5 BFACTOR ON BROTATION SPACING 20 SECONDARY 4",
        "ANOMALOUS <anomalous@x1.anomalous>",
        "REJECT 6 6 KEEP ALL 9 EMAX 10",
        "SDCORRECTION REFINE SAME",
        "BINS RESOLUTION 20",
        "OUTPUT MTZ MERGED",
        "OUTPUT MTZ UNMERGED",
    ]
    first = lines(run / "groups/x1/aimless/aimless.inp")
    assert "ANOMALOUS ON" in first
    corrections = parse_xds_input((run / "sweeps/A/correct/XDS.INP").read_text())["CORRECTIONS"]
    assert corrections == [""]  # what AIMLESS models CORRECT leaves alone


def test_large_differences_are_protected_at_both_levels(place: Path) -> None:
    run = compiled(place, ONE + "processing: {engine: xds, protect_anomalous: all}\n")
    script = lines(run / "groups/x1/aimless/aimless.inp")
    assert "REJECT 6 6 KEEP ALL 0 EMAX 10" in script
    assert "KEEP MISFIT" in script
    correct = parse_xds_input((run / "sweeps/A/correct/XDS.INP").read_text())
    assert numbers(correct, "WFAC1") == [1.5]
    assert correct["FRIEDEL'S_LAW"] == ["FALSE"]


def test_lines_of_the_job_take_the_place_of_the_default(place: Path) -> None:
    more = 'keywords: {aimless: ["reject 8", "keep overloads", "SCALES RUN 1 CONSTANT"]}\n'
    run = compiled(place, ONE + "processing: {engine: xds}\n" + more)
    script = lines(run / "groups/x1/aimless/aimless.inp")
    assert [line for line in script if line.upper().startswith("REJECT")] == ["reject 8"]
    assert "keep overloads" in script
    assert [line.split()[1] for line in script if line.startswith("SCALES")] == ["ROTATION", "RUN"]


GIVEN = "crystals: {x1: {space_group: P 2 21 21, cell: [60, 40, 50, 90, 90, 90]}}\n"


def test_a_setting_that_has_no_number_is_reached_by_reindexing(place: Path) -> None:
    """The twofold axis, c of the standard setting P 21 21 2, is a of P 2 21 21."""
    run = compiled(place, ONE + GIVEN + "processing: {engine: xds}\n")
    for stage in ("index", "correct"):
        there = parse_xds_input((run / f"sweeps/A/{stage}/XDS.INP").read_text())
        assert there["SPACE_GROUP_NUMBER"] == ["18"]
        assert numbers(there, "UNIT_CELL_CONSTANTS") == [40, 50, 60, 90, 90, 90]
    script = lines(run / "groups/x1/pointless/pointless.inp")
    assert script[3:5] == ["SPACEGROUP P 2 21 21", "REINDEX l,h,k"]


def test_a_setting_is_reached_without_ccp4(place: Path) -> None:
    run = compiled(place, ONE + GIVEN + "processing: {engine: xds}\n", PATH="")
    asked = json.loads((run / "groups/x1/merge/parameters.json").read_text().replace("<", "-"))
    assert (asked["space_group"], asked["reindex"]) == ("P 2 21 21", "l,h,k")
    assert not (run / "groups/x1/ctruncate").exists()


def test_a_script_by_hand_says_what_the_runner_does(place: Path) -> None:
    run = compiled(place, ONE + "processing: {engine: xds}\n")
    planned = step(run, "rescale@x1")
    command_line = (run / "groups/x1/rescale/aimless.sh").read_text().splitlines()[-1]
    words = command_line.split()
    assert words[:2] == ["exec", "aimless"]
    assert words[2:-2] == planned["argv"]
    assert words[-2:] == ["<", planned["stdin"]]


def test_a_reference_decides_how_the_data_are_indexed(place: Path) -> None:
    reference = gemmi.Mtz(with_base=True)
    reference.spacegroup = gemmi.SpaceGroup("P 43 21 2")
    reference.set_cell_for_all(gemmi.UnitCell(45, 45, 30, 90, 90, 90))
    reference.add_dataset("native")
    reference.add_column("IMEAN", "J")
    reference.set_data(np.array([[1, 0, 4, 10.0], [2, 1, 1, 5.0]], dtype=np.float32))
    reference.write_to_file(str(place / "ref.mtz"))
    crystal = "crystals: {x1: {reference: {file: ref.mtz, use: [indexing, symmetry, cell]}}}\n"
    run = compiled(place, ONE + crystal + "processing: {engine: xds}\n")
    script = lines(run / "groups/x1/pointless/pointless.inp")
    (line,) = [line for line in script if line.startswith("HKLREF")]
    assert not [line for line in script if line.startswith(("SPACEGROUP", "SETTING"))]
    attempt = run / "groups/x1/pointless/1"
    assert (attempt / line.split()[1]).resolve() == (place / "ref.mtz").resolve()
    indexed = parse_xds_input((run / "sweeps/A/index/XDS.INP").read_text())
    assert indexed["SPACE_GROUP_NUMBER"] == ["96"]


LIMITED = """\
sweepwright: 1
name: run
project: p
datasets: {edge: {processing: {resolution: {high: 4.5 A}}}}
crystals: {x1: {space_group: P 4, cell: [40, 40, 50, 90, 90, 90]}}
processing: {engine: xds, resolution: {high: 3.6 A}}
sweeps:
  - {name: A, images: data/peak_####.cbf, dataset: peak}
  - {name: B, images: data/edge_####.cbf, dataset: edge}
"""


@needs_dials
def test_a_data_set_with_a_limit_of_its_own_is_cut_there(place: Path) -> None:
    """Its run is that of its sweep, counted in the order in which POINTLESS reads them."""
    group = compiled(place, LIMITED) / "groups/x1"
    for scaling in ("aimless", "rescale"):
        told = [line for line in lines(group / scaling / "aimless.inp") if "RESOLUTION" in line]
        assert told == ["RESOLUTION HIGH 3.6", "RESOLUTION RUN 2 HIGH 4.5", "BINS RESOLUTION 20"]
    crystal = Crystal("P 4", (40, 40, 50, 90, 90, 90), d_min=3.0)
    write(place / "A.HKL", crystal, number=75)
    write(place / "B.HKL", crystal, number=75, seed=2, wavelength=1.1)
    for program, words, text in (
        ("pointless", ("HKLOUT", "sorted.mtz"), "pointless/pointless.inp"),
        ("aimless", ("HKLIN", "sorted.mtz", "HKLOUT", "scaled.mtz"), "aimless/aimless.inp"),
    ):
        done = run(program, place, *words, typed=(group / text).read_text())
        assert done.returncode == 0, done.stdout
    for name, limit in (("peak", 3.6), ("edge", 4.5)):
        highest = gemmi.read_mtz_file(str(place / f"scaled_{name}.mtz")).resolution_high()
        assert limit <= highest < limit + 0.1
