"""An NXmx detector of two modules through dials.import, which builds them on the axes of the file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import h5py
import pytest
from image_bytes_hdf5 import write_nxmx
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.engines.dials.models import compare_models

needs_dials = pytest.mark.skipif(
    shutil.which("dials.import") is None, reason="dials.import is not on PATH"
)
_JOB = "sweepwright: 1\nprocessing: {engine: dials}\nsweeps: [{name: A, images: x_master.h5%s}]\n"
#: without them dxtbx takes the file for no NXmx
_CLASSES = {
    "entry/sample": "NXsample", "entry/sample/transformations": "NXtransformations",
    "entry/instrument/beam": "NXbeam", "entry/data": "NXdata",
    "entry/instrument/detector/transformations": "NXtransformations",
}  # fmt: skip


def imported(folder: Path, *words: str) -> Any:
    subprocess.run(
        ["dials.import", *words], cwd=folder, check=True, capture_output=True, timeout=120
    )
    return json.loads((folder / "imported.expt").read_text())


@pytest.mark.parametrize(("apart", "far"), [(True, 230.0), (False, 200.0)])
def test_dials_is_told_of_both_modules(apart: bool, far: float, tmp_path: Path) -> None:
    """In the frame of dxtbx, where y and z are against those of ours."""
    write_nxmx(tmp_path / "x_master.h5", 2, apart=apart)
    folder = compiled(tmp_path, "")
    told = json.loads((folder / "expected.json").read_text())["panels"]
    assert [panel["raw_image_offset"] for panel in told] == [[0, 0], [0, 400]]
    assert [panel["origin"] for panel in told] == [[-50.3, 40.7, -200], [-50.3, 0.7, -far]]
    assert "use_detector_reference = True" in (folder / "import.phil").read_text()


@needs_dials
@pytest.mark.dials
@pytest.mark.long
@pytest.mark.parametrize("apart", [True, False])
def test_modules_stand_where_dxtbx_has_them_and_where_the_job_wants_them(
    apart: bool, tmp_path: Path
) -> None:
    """Modules of one plane are one panel in a job, and two for DIALS."""
    with h5py.File(write_nxmx(tmp_path / "x_master.h5", 2, apart=apart), "r+") as file:
        for group, name in _CLASSES.items():
            file[group].attrs["NX_class"] = name
    as_read, moved = (compiled(tmp_path, name) for name in ("", ", geometry: {two_theta: 15 deg}"))
    expected = json.loads((as_read / "expected.json").read_text())
    assert len(expected["panels"]) == 2
    whole: Any = {"panels": [{**panel, "raw_image_offset": None} for panel in expected["panels"]]}
    assert compare_models(imported(tmp_path, "x_master.h5"), whole) == ()
    there = json.loads((moved / "expected.json").read_text())
    assert compare_models(imported(moved, "import.phil"), there) == ()
    assert there["panels"][1]["origin"] != expected["panels"][1]["origin"]


def compiled(place: Path, more: str) -> Path:
    """The folder of an attempt at dials.import, with the files of the step."""
    (place / "job.yaml").write_text(_JOB % more)
    run = place / f"run{len(more)}"
    words = ["compile", str(place / "job.yaml"), "-o", str(run)]
    done = CliRunner().invoke(application(), words)
    assert done.exit_code == 0, done.stderr
    folder = run / "sweeps/A/import/1"
    folder.mkdir()
    for path in folder.parent.glob("*.*"):
        shutil.copy(path, folder)
    return folder
