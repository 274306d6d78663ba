"""Data sets that several tests run; each is simulated and processed once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sweep_tool import EXAMPLES, SMALLEST, command, simulate

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
