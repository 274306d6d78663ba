"""Rules that no example job can show: they need rights, many folders, or what DIALS wrote."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_scene import run
from test_judges import JUDGES, judged, left, states, step
from tiny_images import write_series

from sweepwright.api.discovering import discover
from sweepwright.model.verdict import FindingState
from sweepwright.steps.finish import _completeness

NOBODY = 65534
SEEN, NOT_SEEN = FindingState.SEEN, FindingState.NOT_SEEN


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder that everybody can read; a user without rights, where the tests run as root."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        yield place


def test_a_folder_that_may_not_be_read(as_nobody: Path) -> None:
    write_series(as_nobody, "data/x_####.cbf", "1-3")
    (as_nobody / "locked").mkdir(mode=0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        found = discover(as_nobody)
    finally:
        os.seteuid(me)
    assert [item.code for item in found.diagnostics] == ["SW-I023"]
    assert len(found.sweeps) == 1


def test_no_free_name_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_series(tmp_path, "data/x_####.cbf", "1-3")
    Path("job.yaml").write_text(
        "sweepwright: 1\nsweeps: [{images: data/x_####.cbf}]\nprocessing: {engine: dials}\n"
    )
    for name in ("job", *(f"job-{number}" for number in range(2, 1000))):
        Path(name).mkdir()
    assert "SW-P003" in run("compile job.yaml").codes


def test_low_completeness_is_a_finding() -> None:
    for completeness, state in ((0.5, SEEN), (0.97, NOT_SEEN), (None, FindingState.NOT_JUDGED)):
        finding = _completeness(completeness)
        assert (finding["code"], finding["state"]) == ("SW-Q001", state)


def test_the_hand_of_a_space_group_is_a_finding(tmp_path: Path) -> None:
    assert states(judged("symmetry", "symmetry", tmp_path))["SW-Q003"] is SEEN  # P 41 21 2


def test_spots_far_from_their_predictions_are_a_finding(tmp_path: Path) -> None:
    folder = left("refine", "refine", tmp_path)
    judge, said = JUDGES["dials.refine"], (folder / "stdout").read_text()
    assert states(judge(step("refine"), folder, 0)) == {"SW-Q011": NOT_SEEN}
    # the rms deviation in x of the last table, in pixels
    (folder / "stdout").write_text(said.replace("0.047385", "1.47385"))
    assert states(judge(step("refine"), folder, 0)) == {"SW-Q011": SEEN}


def test_few_profiles_are_a_finding(tmp_path: Path) -> None:
    assert states(judged("integrate", "integrate", tmp_path))["SW-Q012"] is NOT_SEEN
    said = (tmp_path / "stdout").read_text()
    rows = [row for row in said.splitlines() if "processed with profile fitting" in row]
    (tmp_path / "stdout").write_text(
        said.replace(rows[-1], "| processed with profile fitting | 9 |")
    )
    assert states(JUDGES["dials.integrate"](step("integrate"), tmp_path, 0))["SW-Q012"] is SEEN
