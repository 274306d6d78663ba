"""A wheel in an empty folder finds its templates, site data and examples; so does an editable install."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOOK = (
    "import sweepwright, sweepwright.resources as r; print(sweepwright.__file__); "
    "print((r.templates_folder() / 'xds/index.inp.j2').is_file(), r.sites_folder().is_dir(), "
    "(r.examples_folder() / 'jobs/lysozyme.yaml').is_file())"
)


def python(*arguments: str, folder: Path, path: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_wheel_in_an_empty_folder_is_whole(tmp_path: Path) -> None:
    python("-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), folder=REPOSITORY)
    wheel = next(tmp_path.glob("sweepwright-*.whl"))
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    empty = tmp_path / "empty"
    empty.mkdir()
    where, found = python("-c", LOOK, folder=empty, path=installed).splitlines()
    assert where.startswith(str(installed))
    assert found == "True True True"
    python("-m", "sweepwright", "simulate", "-o", "data", folder=empty, path=installed)
    (empty / "job.yaml").write_text("sweepwright: 1\nsweeps:\n  - images: data/lyso_####.cbf\n")
    for engine in ("dials", "xds"):
        python("-m", "sweepwright", "compile", "job.yaml", "--engine", engine, "-o", engine,
               folder=empty, path=installed)  # fmt: skip
    assert "X-RAY_WAVELENGTH= 0.9795" in (empty / "xds/sweeps/A/index/XDS.INP").read_text()


def test_the_checkout_is_whole_too(tmp_path: Path) -> None:
    where, found = python("-c", LOOK, folder=tmp_path).splitlines()
    assert where.startswith(str(REPOSITORY))
    assert found == "True True True"
