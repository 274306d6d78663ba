"""Compiling: the same bytes everywhere, every value with an origin, nothing half-written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from sweep_tool import command

from sweepwright.model.plan import Plan, plan_schema

MACHINE = {"roots.json"}


def compile_(folder: Path, *arguments: object, **more: object) -> Path:
    done = command("compile", "job.yaml", "-o", "run", *arguments, folder=folder, **more)
    assert done.returncode == 0, done.stderr
    return folder / "run"


def files(run: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(run)): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file()
        and "roots" not in path.relative_to(run).parts
        and path.name not in MACHINE
    }


@pytest.fixture
def copies(few: Path, tmp_path: Path) -> tuple[Path, Path]:
    places = (tmp_path / "one", tmp_path / "another place" / "deeper")
    for place in places:
        shutil.copytree(few, place)
    return places


@pytest.mark.parametrize("engine", ["dials", "xds"])
def test_two_folders_and_two_locales_give_the_same_bytes(
    copies: tuple[Path, Path], engine: str
) -> None:
    first = compile_(copies[0], "--engine", engine, environment={"LC_ALL": "C", "TZ": "UTC"})
    second = compile_(
        copies[1], "--engine", engine, environment={"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}
    )
    assert files(first) == files(second)


def test_an_equal_folder_is_kept_and_a_changed_job_compiled_anew(copies: tuple[Path, Path]) -> None:
    folder = copies[0]
    run = compile_(folder)
    before = (run / "plan.json").stat().st_mtime_ns
    compile_(folder)
    assert (run / "plan.json").stat().st_mtime_ns == before
    compile_(folder, "--set", "processing.resolution.high=3")
    assert (run / "plan.json").stat().st_mtime_ns != before


def test_the_plan_is_valid_by_its_published_schema(copies: tuple[Path, Path]) -> None:
    plan = json.loads((compile_(copies[0]) / "plan.json").read_text())
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    jsonschema.validate(plan, plan_schema())
    published = Path(__file__).parents[2] / "docs/reference/plan.schema.json"
    assert json.loads(published.read_text()) == plan_schema()


@pytest.mark.parametrize("engine", ["dials", "xds"])
def test_every_emitted_value_has_an_origin(copies: tuple[Path, Path], engine: str) -> None:
    run = compile_(copies[0], "--engine", engine)
    plan = Plan.model_validate_json((run / "plan.json").read_text())
    values = [
        piece
        for step in plan.steps
        for table in step.files
        for line in table.lines
        for piece in line
        if not isinstance(piece, str)
    ]
    assert len(values) > 20
    assert all(piece.leaf for piece in values)
    lines = (run / "sweeps/A").rglob("XDS.INP" if engine == "xds" else "import.phil")
    text = next(iter(lines)).read_text()
    assert re.search(r"0\.125 .*header Angle_increment", text)


def test_header_numbers_reach_the_engines_file_unrounded(copies: tuple[Path, Path]) -> None:
    text = (compile_(copies[0], "--engine", "xds") / "sweeps/A/index/XDS.INP").read_text()
    values = dict(re.findall(r"^([A-Z_]+)= ([^!\n]*?)\s*(?:!.*)?$", text, re.MULTILINE))
    header = (copies[0] / "data/x_0001.cbf").read_bytes()[:4000].decode("latin-1")
    beam = re.search(r"Beam_xy \(([\d.]+), ([\d.]+)\)", header)
    assert beam is not None
    orgx = re.search(r"^ORGX= (\S+) ORGY= (\S+)", text, re.MULTILINE)
    assert orgx is not None
    assert float(orgx[1]) == pytest.approx(float(beam[1]) + 0.5, rel=1e-12)
    assert float(orgx[2]) == pytest.approx(float(beam[2]) + 0.5, rel=1e-12)
    assert values["OSCILLATION_RANGE"] == "0.125"
    assert values["STARTING_ANGLE"] == "12.5"
    assert values["DATA_RANGE"] == "1 6"
    assert values["NAME_TEMPLATE_OF_DATA_FRAMES"].endswith("x_????.cbf")


def test_the_job_overrides_the_header_and_keeps_its_word(copies: tuple[Path, Path]) -> None:
    job = copies[0] / "job.yaml"
    job.write_text(job.read_text() + "    geometry: {distance: 61.5 mm}\n")
    run = compile_(copies[0], "--engine", "xds")
    assert "DETECTOR_DISTANCE= 61.5 " in (run / "sweeps/A/index/XDS.INP").read_text()
    stack = json.loads((run / "origins.json").read_text())["sweeps[A].geometry.distance"]
    assert [(level["layer"], level["value"]) for level in stack] == [
        ("sweep", 61.5),
        ("header", 60.0),
    ]
    assert (stack[0]["file"], stack[0]["line"]) == ("job.yaml", 4)


def test_json_is_printed_for_machines(copies: tuple[Path, Path]) -> None:
    done = command("compile", "job.yaml", "--json", folder=copies[0])
    told = json.loads(done.stdout)
    assert told["run"].endswith("/one/job")
    assert told["steps"][:2] == ["manifest@A", "import@A"]


def test_a_negative_width_turns_the_axis(copies: tuple[Path, Path]) -> None:
    run = compile_(
        copies[0],
        "--engine",
        "xds",
        "--set",
        "sweeps[A].geometry.oscillation={start: 30, width: -0.5}",
    )
    text = (run / "sweeps/A/index/XDS.INP").read_text()
    assert re.search(r"ROTATION_AXIS= -1 0 0 ", text)
    assert re.search(r"STARTING_ANGLE= -30 ", text)
    assert re.search(r"OSCILLATION_RANGE= 0.5 ", text)


def test_excluded_images_stay_out_of_every_range(copies: tuple[Path, Path]) -> None:
    job = copies[0] / "job.yaml"
    job.write_text(job.read_text() + "    exclude: [3, 5]\n")
    text = (compile_(copies[0], "--engine", "xds") / "sweeps/A/index/XDS.INP").read_text()
    ranges = re.findall(r"^(\w*(?:DATA|SPOT|BACKGROUND)_RANGE)= (\d+ \d+)", text, re.MULTILINE)
    assert ranges == [
        ("DATA_RANGE", "1 6"), ("EXCLUDE_DATA_RANGE", "3 3"), ("EXCLUDE_DATA_RANGE", "5 5"),
        ("SPOT_RANGE", "1 2"), ("SPOT_RANGE", "4 4"), ("SPOT_RANGE", "6 6"), ("BACKGROUND_RANGE", "1 2"),
    ]  # fmt: skip
    run = copies[0] / "dials"
    assert command("compile", "job.yaml", "-o", run, folder=copies[0]).returncode == 0
    assert "exclude_images = 3,5 " in (run / "sweeps/A/integrate/integrate.phil").read_text()
    assert "exclude_images = 0:3:3,0:5:5 " in (run / "groups/x1/scale/scale.phil").read_text()


def test_two_crystals_are_merged_apart(copies: tuple[Path, Path]) -> None:
    job = copies[0] / "job.yaml"
    job.write_text(
        "sweepwright: 1\ncrystals:\n  native: {}\n"
        "  derivative: {space_group: P43212, cell: [45, 45, 30, 90, 90, 90]}\n"
        "sweeps:\n  - {images: data/x_####.cbf, range: 1-3, crystal: native}\n"
        "  - {images: data/x_####.cbf, range: 4-6, crystal: derivative}\n"
    )
    plan = Plan.model_validate_json(
        (compile_(copies[0], "--engine", "dials") / "plan.json").read_text()
    )
    assert {result.path for result in plan.results} == {
        f"results/{crystal}/w1/{name}.mtz"
        for crystal in ("native", "derivative")
        for name in ("merged", "unmerged")
    }
    steps = {step.id for step in plan.steps}
    assert "symmetry@native" in steps
    assert "symmetry@derivative" not in steps  # its group is enforced


@pytest.mark.parametrize("engine", ["dials", "xds"])
def test_no_leaf_is_auto_after_resolving(copies: tuple[Path, Path], engine: str) -> None:
    lock = json.loads((compile_(copies[0], "--engine", engine) / "job.lock.json").read_text())
    assert len(lock["values"]) > 30
    assert [key for key, leaf in lock["values"].items() if leaf["value"] == "auto"] == []
    text = json.dumps(lock)
    assert str(copies[0]) not in text
    assert '"line"' not in text
