"""Data sets that several tests run; each is simulated and processed once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from standin_tool import JOB, SPECIFICATION, prepare, run, with_keywords
from sweep_tool import EXAMPLES, SMALLEST, command, simulate
from xds_input import WHOLE

needs_dials = pytest.mark.skipif(shutil.which("dials.import") is None, reason="DIALS is not here")


@pytest.fixture(scope="session")
def lysozyme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The images of the demo with its job beside them."""
    folder = simulate("lysozyme", tmp_path_factory.mktemp("lysozyme"))
    shutil.copy(EXAMPLES / "jobs" / "lysozyme.yaml", folder)
    return folder


@pytest.fixture(scope="session")
def demo(lysozyme: Path) -> Path:
    """The run folder of the demo, really run."""
    done = command("run", "lysozyme.yaml", "-o", "run", folder=lysozyme)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CC1/2" in done.stdout
    assert "run/summary.html" in done.stdout
    return lysozyme / "run"


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few images and a job, for tests that run no engine."""
    folder = tmp_path_factory.mktemp("few")
    specification = folder / "few.yaml"
    specification.write_text(
        "structure: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90], d_min: 4}\n"
        "detector: {model: 100K, distance: 60}\n"
        "sweeps:\n  - {name: x, images: 6, start: 12.5, width: 0.125}\n",
        encoding="utf-8",
    )
    done = command("simulate", specification, "-o", folder / "data")
    assert done.returncode == 0, done.stderr
    (folder / "job.yaml").write_text(SMALLEST.format(images="data/x_####.cbf"), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def xds_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images with their truth, and beside them XDS.INP as it was compiled."""
    folder = tmp_path_factory.mktemp("standin")
    (folder / "small.yaml").write_text(SPECIFICATION, encoding="utf-8")
    (folder / "job.yaml").write_text(JOB, encoding="utf-8")
    for arguments in (("simulate", "small.yaml", "-o", "data"), ("compile", "job.yaml")):
        done = command(*arguments, folder=folder)
        assert done.returncode == 0, done.stderr
    text = with_keywords(
        (folder / "run" / WHOLE).read_text(),
        {
            "NAME_TEMPLATE_OF_DATA_FRAMES": "data/x_????.cbf",
            "MAXIMUM_NUMBER_OF_PROCESSORS": "2",
        },
    )
    (folder / "XDS.INP").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def xds_run(xds_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with the compiled XDS.INP."""
    folder = tmp_path_factory.mktemp("right")
    prepare(xds_data, folder, {})
    done = run("xds_par", folder)
    assert done.returncode == 0
    assert "!!! ERROR !!!" not in done.stdout, done.stdout + done.stderr
    (folder / "stdout").write_text(done.stdout, encoding="utf-8")
    return folder
