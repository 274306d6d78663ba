"""The kappa test: one crystal in several settings, indexed apart by DIALS, against the goniostat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from sweep_tool import command, simulate

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("kappa")]

JOB = """sweepwright: 1
name: NAME
processing: {engine: dials, until: indexing}
goniostat:
  axes:
    - {name: omega, vector: [1, 0, 0]}
AXES
sweeps:
SWEEPS
"""
KAPPA = "    - {name: kappa, vector: [0.6427876, VECTOR, 0]}"
PHI = "    - {name: phi, vector: [1, 0, 0]}"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate("kappa", tmp_path_factory.mktemp("kappa") / "data")


def processed(images: Path, name: str, axes: list[str], sweeps: str) -> tuple[dict[str, Any], str]:
    """What the step found, and what the journal says of it."""
    listed = "\n".join(f"  - {{name: {s}, images: data/{s}_####.cbf}}" for s in sweeps.split())
    text = JOB.replace("NAME", name).replace("AXES", "\n".join(axes)).replace("SWEEPS", listed)
    job = images.parent / f"{name}.yaml"
    job.write_text(text)
    done = command("run", job.name, folder=images.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = next((images.parent / name).glob("groups/*/orientations/1"))
    end = json.loads((folder / "end.json").read_text())
    return json.loads((folder / "orientations.json").read_text()), json.dumps(end["verdict"])


def attempts(images: Path, name: str, sweep: str) -> list[Any]:
    """The verdicts on all attempts to index a sweep."""
    folders = sorted((images.parent / name / f"sweeps/{sweep}/index").glob("[0-9]*"))
    return [json.loads((folder / "end.json").read_text())["verdict"] for folder in folders]


def test_sweeps_are_turned_by_the_predicted_rotation(images: Path) -> None:
    right = [KAPPA.replace("VECTOR", "0.7660444"), PHI]
    found, said = processed(images, "right", right, "flat tilted phiscan")
    for sweep in ("tilted", "phiscan"):
        (only,) = attempts(images, "right", sweep)
        assert only["values"]["carried_misset_deg"] < 0.1
    assert found["misset_deg"].keys() == {"tilted", "phiscan"}
    assert all(misset < 0.1 for misset in found["misset_deg"].values()), found
    assert '"not seen"' in said


def test_a_misread_kappa_is_seen_and_named(images: Path) -> None:
    reversed_ = [KAPPA.replace("VECTOR", "0.7660444"), PHI]
    reversed_[0] = reversed_[0].replace("[0.6427876, 0.7660444", "[-0.6427876, -0.7660444")
    found, said = processed(images, "reversed", reversed_, "flat tilted")
    assert [one["outcome"] for one in attempts(images, "reversed", "tilted")] == [
        "failure", "success",
    ]  # fmt: skip
    assert found["misset_deg"]["tilted"] > 5
    assert found["best_misreading"] == "kappa turns the other way"
    assert found["its_misset_deg"] < 0.1
    assert '"seen"' in said
    assert "if kappa turns the other way" in said


def test_an_ignored_kappa_is_seen(images: Path) -> None:
    found, said = processed(images, "ignored", [PHI], "flat tilted")
    assert found["misset_deg"]["tilted"] > 5
    assert found["its_misset_deg"] > 1  # no reading of phi alone explains it
    assert '"seen"' in said
