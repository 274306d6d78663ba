"""Radiation damage in the plans of both engines: nothing unless asked, and then what each can do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_here import run_in
from tiny_images import write_series
from xds_input import parse_xds_input

SWEEPS = """\
sweepwright: 1
name: run
crystals: {x1: {space_group: P 2 2 2, cell: [40, 50, 60, 90, 90, 90]}}
sweeps:
  - {name: A, images: data/first_####.cbf}
  - {name: B, images: data/second_####.cbf, exclude: [11-20]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_series(tmp_path / "data", "first_####.cbf", "1-100")
    write_series(tmp_path / "data", "second_####.cbf", "1-40")
    return tmp_path


def compiled(place: Path, engine: str, scaling: str, damage: str) -> tuple[int, str, Path]:
    """Exit code, what was said, and the run folder."""
    scaled = f"scaling: {{program: {scaling}}}"
    processing = f"processing: {{engine: {engine}, {scaled}, damage: {{{damage}}}}}\n"
    (place / "job.yaml").write_text(SWEEPS + processing)
    done = run_in(place, "compile", "job.yaml", "-o", "run")
    return done.exit_code, done.stdout + done.stderr, place / "run"


def steps(run: Path) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads((run / "plan.json").read_text())["steps"]}


ENGINES = [("xds", "aimless"), ("xds", "xscale"), ("dials", "auto")]


@pytest.mark.parametrize(("engine", "scaling"), ENGINES)
@pytest.mark.parametrize("damage", ["", "report: false, zero_dose: false, cut_back: false"])
def test_nothing_is_planned_unless_it_is_asked_for(
    place: Path, engine: str, scaling: str, damage: str
) -> None:
    code, said, run = compiled(place, engine, scaling, damage)
    assert code == 0, said
    names = {name.partition("@")[0] for name in steps(run)}
    assert not names & {"cut_back", "zero_dose", "cut", "rescale_dose"}
    assert json.loads((run / "groups/x1/finish/parameters.json").read_text())["damage"] is None
    for file in run.rglob("*.INP"):
        assert "CRYSTAL_NAME" not in file.read_text()
    for file in run.rglob("aimless.inp"):
        assert "RUN" not in file.read_text()


@pytest.mark.parametrize(("engine", "scaling"), ENGINES)
def test_a_report_names_the_sweeps_to_be_judged(place: Path, engine: str, scaling: str) -> None:
    code, said, run = compiled(place, engine, scaling, "report: true")
    assert code == 0, said
    asked = json.loads((run / "groups/x1/finish/parameters.json").read_text())["damage"]
    assert asked == [["A", 1, 100], ["B", 1, 40]]
    assert "cut_back@x1" not in steps(run)


def test_aimless_gets_the_batches_that_are_kept(place: Path) -> None:
    code, said, run = compiled(place, "xds", "aimless", "cut_back: true")
    assert code == 0, said
    script = (run / "groups/x1/rescale/aimless.inp").read_text()
    kept = [line.partition("#")[0].split() for line in script.splitlines() if "RUN" in line]
    assert kept == [
        ["RUN", n, "BATCH", f"<cut_back@x1.first_batch_{s}>", "TO", f"<cut_back@x1.last_batch_{s}>"]
        for n, s in (("1", "A"), ("2", "B"))
    ]
    assert "RUN" not in (run / "groups/x1/aimless/aimless.inp").read_text()
    asked = json.loads((run / "groups/x1/cut_back/parameters.json").read_text())
    assert asked["files"] == [[["A", 1, 100], ["B", 1, 40]]]


def test_xscale_gets_files_that_end_where_it_is_decided(place: Path) -> None:
    code, said, run = compiled(place, "xds", "xscale", "cut_back: true")
    assert code == 0, said
    plan = steps(run)
    assert [item["steps"] for item in plan["rescale@x1"]["inputs"]] == [["cut@A"], ["cut@B"]]
    assert [item["steps"] for item in plan["xscale@x1"]["inputs"]] == [["best@A"], ["best@B"]]
    assert plan["cut@A"]["argv"][0]["steps"] == ["best@A"]
    assert "<cut_back@x1.last_A>" in (run / "sweeps/A/cut/parameters.json").read_text()


def test_zero_dose_is_one_of_two_final_scalings(place: Path) -> None:
    code, said, run = compiled(place, "xds", "xscale", "zero_dose: true")
    assert code == 0, said
    plan = steps(run)
    for step, yes in (("rescale@x1", False), ("rescale_dose@x1", True)):
        assert plan[step]["when"] == {"step": "zero_dose@x1", "field": "zero_dose", "equals": yes}
    (unmerged,) = plan["merge@x1"]["argv"]
    assert unmerged["steps"] == ["rescale@x1", "rescale_dose@x1"]
    assert unmerged["need"] == "present"
    entries = parse_xds_input((run / "groups/x1/rescale_dose/XSCALE.INP").read_text())
    assert entries["CRYSTAL_NAME"] == ["x1", "x1"]
    assert entries["STARTING_DOSE"] == ["0", "100"]
    assert "CRYSTAL_NAME" not in (run / "groups/x1/rescale/XSCALE.INP").read_text()


def test_both_go_together(place: Path) -> None:
    code, said, run = compiled(place, "xds", "xscale", "zero_dose: true, cut_back: true")
    assert code == 0, said
    plan = steps(run)
    assert [item["steps"] for item in plan["rescale_dose@x1"]["inputs"]] == [["cut@A"], ["cut@B"]]
    sweeps = 2
    assert len(plan) <= 15 * sweeps + 20


def test_dials_leaves_out_what_is_cut_beside_what_the_job_leaves_out(place: Path) -> None:
    code, said, run = compiled(place, "dials", "auto", "cut_back: true")
    assert code == 0, said
    assert "<cut_back@x1.exclude_images>" in (run / "groups/x1/rescale/rescale.phil").read_text()
    asked = json.loads((run / "groups/x1/cut_back/parameters.json").read_text())
    assert asked == {"files": [[["A", 1, 100], ["B", 1, 40]]], "excluded": ["1:11:20"]}


@pytest.mark.parametrize(("engine", "scaling"), [("xds", "aimless"), ("dials", "auto")])
def test_a_macro_asks_in_vain_for_zero_dose(place: Path, engine: str, scaling: str) -> None:
    (place / "dose.yaml").write_text(
        "macro: dose\ndoc: x\nset: {processing: {damage: {zero_dose: true}}}\n"
    )
    text = f"processing: {{engine: {engine}, scaling: {{program: {scaling}}}}}\n"
    (place / "job.yaml").write_text(SWEEPS + text + "macros: [./dose.yaml]\n")
    done = run_in(place, "compile", "job.yaml", "-o", "run")
    assert done.exit_code == 0
    assert "warning[SW-E010]" in done.stdout + done.stderr
    assert "zero_dose@x1" not in steps(place / "run")


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_the_macro_does_what_it_says(place: Path, engine: str) -> None:
    text = f"processing: {{engine: {engine}}}\nmacros: [radiation-damage]\n"
    (place / "job.yaml").write_text(SWEEPS + text)
    done = run_in(place, "compile", "job.yaml", "-o", "run")
    assert done.exit_code == 0
    assert "SW-E010" not in done.stdout + done.stderr
    assert "cut_back@x1" in steps(place / "run")
    assert json.loads((place / "run/groups/x1/finish/parameters.json").read_text())["damage"]


@pytest.mark.parametrize(("engine", "scaling"), [("xds", "aimless"), ("dials", "auto")])
def test_only_xscale_extrapolates_to_zero_dose(place: Path, engine: str, scaling: str) -> None:
    code, said, run = compiled(place, engine, scaling, "zero_dose: true")
    assert code == 1
    assert "SW-E010" in said
    assert "scaling: {program: xscale}" in said
    assert not run.exists()
