"""Images packed with gzip: read as they are, refused, or unpacked once by a step of the run."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from conftest import needs_dials
from standin_tool import PATH
from sweep_tool import command
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application

JOB = """\
sweepwright: 1
name: run
image_access: {compressed: CHOICE}
processing: {engine: ENGINE, until: indexing}
sweeps: [{name: A, images: data/x_####.cbf.gz}]
"""
SIMULATION = """\
seed: 7
structure: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90], d_min: 3.2, light_atoms: 60}
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60}
sweeps:
  - {name: x, images: 25, width: 1.0}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_series(tmp_path, "data/x_####.cbf.gz", "1-4")
    return tmp_path


def compiled(place: Path, choice: str, engine: str, *arguments: str) -> str:
    """What the command says."""
    job = JOB.replace("CHOICE", choice).replace("ENGINE", engine)
    (place / "job.yaml").write_text(job)
    words = ["compile", str(place / "job.yaml"), *arguments]
    return CliRunner().invoke(application(), words).output


def step(place: Path, name: str) -> str:
    done = CliRunner().invoke(application(), ["step", str(place / "run"), name])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("engine", "mark"), [("xds", "?"), ("dials", "#")])
def test_steps_read_what_was_unpacked_once(place: Path, engine: str, mark: str) -> None:
    compiled(place, "unpack", engine)
    step(place, "manifest@A")
    step(place, "unpack@A")
    folder = place / "run/sweeps/A/unpack/1"
    told = json.loads((folder / "decision.json").read_text())
    first = {"xds": "index", "dials": "import"}[engine]
    attempt = place / f"run/sweeps/A/{first}/1"
    template = attempt / told["values"]["template"]
    assert template.name == f"x_{mark * 4}.cbf"
    attempt.mkdir()
    packed = [gzip.decompress(p.read_bytes()) for p in sorted((place / "data").iterdir())]
    plain = [template.parent / f"x_{number:04d}.cbf" for number in range(1, 5)]
    assert [path.read_bytes() for path in plain] == packed
    assert told["evidence"] == {"images": 4, "bytes": sum(map(len, packed))}
    assert list(folder.glob(".*")) == []
    plan = json.loads((place / "run/plan.json").read_text())
    steps = {one["id"]: json.dumps(one["files"]) for one in plan["steps"] if "files" in one}
    assert "unpack@A.template" in steps[f"{first}@A"]


def test_packed_images_are_read_as_they_are_by_default(place: Path) -> None:
    compiled(place, "allow", "xds")
    text = (place / "run/sweeps/A/index/XDS.INP").read_text()
    assert "roots/job/data/x_????.cbf " in text  # XDS looks for the packed file itself
    assert "unpack@A" not in (place / "run/plan.json").read_text()


def test_packed_images_are_refused_where_the_job_says_so(place: Path) -> None:
    assert "error[SW-E063]: sweep A: the images are packed (.gz)" in compiled(
        place, "refuse", "dials"
    )
    assert not (place / "run").exists()


def test_a_plugin_for_packed_images_gets_their_whole_names(place: Path) -> None:
    (place / "zcbf.so").write_text("a plug-in")
    given = ("--plugin", f"xds-zcbf={place}/zcbf.so", "--set", "image_access.plugin=xds-zcbf")
    compiled(place, "allow", "xds", *given)
    text = (place / "run/sweeps/A/index/XDS.INP").read_text()
    assert "roots/job/data/x_????.cbf.gz " in text
    assert "LIB= ../../../../plugins/xds-zcbf.so" in text


@pytest.mark.dials
@needs_dials
@pytest.mark.long
@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_both_engines_index_what_was_unpacked(tmp_path: Path, engine: str) -> None:
    (tmp_path / "sim.yaml").write_text(SIMULATION)
    assert command("simulate", "sim.yaml", "-o", "data", folder=tmp_path).returncode == 0
    for path in (tmp_path / "data").glob("*.cbf"):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    job = JOB.replace("CHOICE", "unpack").replace("ENGINE", engine)
    (tmp_path / "job.yaml").write_text(job)
    done = command("run", "job.yaml", folder=tmp_path, environment={"PATH": PATH})
    assert done.returncode == 0, done.stdout + done.stderr
