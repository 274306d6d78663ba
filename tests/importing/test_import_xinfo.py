"""`import xinfo`: xia2's project file becomes the job that it means, and no line is dropped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from mangling import mangled
from ruamel.yaml import YAML
from typer.testing import CliRunner

from sweepwright.api.importing.draft import Imported
from sweepwright.api.importing.pieces import Source
from sweepwright.api.importing.table import table
from sweepwright.api.importing.values import READERS
from sweepwright.api.importing.xinfo import import_file, import_text
from sweepwright.cli.main import application
from sweepwright.language.lines import Offsets
from sweepwright.language.text import loads
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import ExitCode, Severity

HERE = Path(__file__).parent
PROJECT = (HERE / "project.xinfo").read_text(encoding="utf-8")


def values(text: str) -> dict[str, Any]:
    loaded, found = loads(text, "job.yaml")
    assert loaded is not None, found
    patch, found = validate(loaded)
    assert patch is not None, found
    return patch.job.model_dump(exclude_unset=True)


def read(text: str) -> Imported:
    return import_text(Source("a.xinfo", text))


def uncovered(text: str, made: Imported) -> str:
    offsets, left = Offsets(text), list(text)
    for one in made.ledger:
        first, last = offsets.of(one.span)
        left[first:last] = " " * (last - first)
    return "".join("".join(left).split())


def test_a_project_becomes_the_job_that_it_means() -> None:
    made = import_file(str(HERE / "project.xinfo"))
    assert made.job is not None, made.diagnostics
    assert values(made.job) == values((HERE / "project.yaml").read_text(encoding="utf-8"))
    assert [item.code for item in made.diagnostics] == ["SW-M017"]
    assert uncovered(PROJECT, made) == ""
    for text in ("AA_SEQUENCE: ", "NUMBER_TOTAL 2: ", "F'' 3.9: ", "WAVELENGTH_STATISTICS: "):
        assert text in made.job


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("DISTANCE 200.1", "DISTNACE 200.1", "SW-M018", "DISTNACE"),
        ("DISTANCE 200.1", "DISTANCE far", "SW-M005", "far"),
        ("DISTANCE 200.1", "DISTANCE", "SW-M004", "DISTANCE"),
        ("DISTANCE 200.1", "BEGIN DISTANCE", "SW-M018", "DISTANCE"),
        ("BEAM 90.1 91.2", "BEAM 90.1,91.2", "SW-M005", "90.1,91.2"),
        ("START_END 1 90", "START_END 90 1", "SW-M005", "90 1"),
        ("EXCLUDE 2.28 2.22", "EXCLUDE 2.28", "SW-M005", "2.28"),
        ("  WAVELENGTH PEAK\n  DIR", "  WAVELENGTH PIK\n  DIR", "SW-M005", "PIK"),
        ("IMAGE ins_1_001.img", "IMAGE insulin.img", "SW-M005", "insulin.img"),
        ("/data/visit/scan1", "~/scan1", "SW-M005", "ins_1_001.img"),
        ("IMAGE ins_1_001.img", "", "SW-M009", "BEGIN"),
        ("BEGIN SWEEP S2", "BEGIN SWEEP s1", "SW-M014", "SWEEP s1"),
        ("BEGIN CRYSTAL INS2", "BEGIN CRYSTAL", "SW-M019", "CRYSTAL"),
        ("END SWEEP S1", "END SWEEP S9", "SW-M019", "SWEEP S9"),
        ("END SWEEP S1\n", "", "SW-M019", "SWEEP S2"),
        ("END PROJECT DEMO", "", "SW-M019", "BEGIN"),
        ("  BEGIN HA_INFO", "  BEGIN SWEEP x\n  BEGIN HA_INFO", "SW-M019", "HA_INFO"),
        ("USER_SPACEGROUP P213", "USER_SPACEGROUP P9", "SW-M005", "P9"),
        (
            "  FREER_FILE",
            "  REFERENCE_REFLECTION_FILE /data/visit/r.mtz\n  FREER_FILE",
            "SW-M014",
            "/data/visit/free.mtz",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_line(old: str, new: str, code: str, place: str) -> None:
    assert PROJECT.count(old) == 1
    text = PROJECT.replace(old, new)
    made = read(text)
    assert made.job is None
    problem = next(item for item in made.diagnostics if item.severity is Severity.ERROR)
    assert problem.span is not None
    first, last = Offsets(text).of(problem.span)
    assert (problem.code, text[first:last]) == (code, place)
    assert uncovered(text, made) == ""


def test_one_wrong_line_is_one_error() -> None:
    made = read(PROJECT.replace("DISTANCE", "DISTNACE").replace("USER_CELL 78.1", "USER_CELL"))
    errors = [item for item in made.diagnostics if item.severity is Severity.ERROR]
    assert [str(item.span) for item in errors] == ["a.xinfo:18:13", "a.xinfo:42:3"]


def test_two_data_sets_of_one_name_with_other_limits_are_an_error() -> None:
    text = PROJECT.replace("NATIVE", "PEAK").replace(
        "BEGIN WAVELENGTH PEAK\n  END", "BEGIN WAVELENGTH PEAK\n  RESOLUTION 2.5\n  END"
    )
    assert "SW-M014" in {item.code for item in read(text).diagnostics}


def test_the_order_needs_the_time_of_every_sweep() -> None:
    made = read(PROJECT.replace("  EPOCH 1120000900\n", ""))
    assert made.job is not None
    assert not any("order" in sweep for sweep in values(made.job)["sweeps"])
    assert "SW-M003" in {item.code for item in made.diagnostics}


def test_one_crystal_needs_no_name_in_its_sweeps() -> None:
    text = PROJECT[: PROJECT.index("BEGIN CRYSTAL INS2")] + "END PROJECT DEMO\n"
    made = read(text)
    assert made.job is not None
    assert [sweep.get("crystal") for sweep in values(made.job)["sweeps"]] == [None, None]


def test_facts_have_sources_and_readers() -> None:
    labels = YAML(typ="safe").load(
        HERE.parents[1] / "compiler/sweepwright/api/importing/xinfo.yaml"
    )
    for block, rows in table("xinfo").items():
        for name, row in rows.items():
            assert row.source, (block, name)
            assert set(row.source) <= set(labels["sources"])
            assert row.read in READERS


@settings(max_examples=800, deadline=None)
@given(mangled(PROJECT))
def test_whatever_stands_in_a_project_is_answered_and_no_line_is_dropped(text: str) -> None:
    made = read(text)
    assert uncovered(text, made) == ""
    errors = [item for item in made.diagnostics if item.severity is Severity.ERROR]
    assert (made.job is None) == bool(errors)
    assert not [item for item in made.diagnostics if item.code.startswith("SW-L")]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.xinfo").write_text(PROJECT)
    app = application("import")
    done = CliRunner().invoke(app, ["import", "xinfo", "a.xinfo", "-o", "job.yaml"])
    assert done.exit_code == ExitCode.GOOD
    assert values(Path("job.yaml").read_text())["project"] == "DEMO"
    assert re.search(r"a\.xinfo:\d+:\d+", done.stderr)
    done = CliRunner().invoke(app, ["import", "xinfo", "none.xinfo"])
    assert done.exit_code == ExitCode.WRONG_INPUT
    assert "SW-M012" in done.stderr
