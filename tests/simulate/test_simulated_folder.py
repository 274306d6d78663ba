"""Same bytes for the same specification; all or nothing; truth.json tells what is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from simulated import Simulated, specification

from sweepwright.simulate import SimulationError, Specification, simulate

EXAMPLES = Path(__file__).parents[2] / "examples" / "simulations"
ONE = [{"name": "a", "images": 1}]


def test_same_specification_same_bytes(plain: Simulated, tmp_path: Path) -> None:
    folder, truth = plain
    simulate(specification(sweeps=truth.specification["sweeps"]), tmp_path / "again")
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert first == again
    assert set(first) == set(truth.files)


@pytest.mark.parametrize("kind", ["imgcif", "nxmx"])
def test_other_formats_have_the_same_bytes_too(kind: str, tmp_path: Path) -> None:
    for name in ("one", "other"):
        simulate(specification(sweeps=ONE, format=kind), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_another_seed_gives_other_atoms_orientation_and_noise(tmp_path: Path) -> None:
    one, other = (simulate(specification(sweeps=ONE, seed=s), tmp_path / str(s)) for s in (1, 2))
    assert one.atoms != other.atoms
    assert one.u != other.u


def test_a_folder_may_be_filled_again_by_the_same_simulation_only(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    simulate(specification(sweeps=ONE), tmp_path)
    simulate(specification(sweeps=ONE), tmp_path)
    before = (tmp_path / "a_0001.cbf").read_bytes()
    with pytest.raises(SimulationError, match="not of the same simulation"):
        simulate(specification(sweeps=ONE, seed=99), tmp_path)
    assert (tmp_path / "a_0001.cbf").read_bytes() == before
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    bad = [{"name": "a", "images": 1}, {"name": "b", "images": 1, "reindex": "l,h,k"}]
    with pytest.raises(SimulationError, match="no symmetry"):
        simulate(specification(sweeps=bad), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_truth_says_where_things_are(plain: Simulated) -> None:
    folder, truth = plain
    told = json.loads((folder / "truth.json").read_text())
    assert told == json.loads(truth.to_json())
    assert told["space_group_number"] == 96
    sweep = told["sweeps"][0]
    assert sweep["template"] == "a_####.cbf"
    assert sweep["image_numbers"] == [5, 6, 7]
    assert sweep["beam_vector"] == pytest.approx([0, 0, 1 / 0.9795])
    assert sweep["origin_mm"] == pytest.approx([-245.2 * 0.172, -94.2 * 0.172, 60])
    b, u = np.array(told["b"]), np.array(sweep["u"])
    assert np.allclose(b, np.diag([1 / 45, 1 / 45, 1 / 30]))
    assert np.allclose(u @ u.T, np.eye(3))
    assert "/tmp" not in truth.to_json()


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    simulate(specification(sweeps=ONE), tmp_path / "x", said.append)
    assert len(said) == 2
    assert said[1].startswith("a: 1 images")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_valid(path: Path, tmp_path: Path) -> None:
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    asked = Specification.model_validate(content)
    assert asked.title
    if path.stem == "faults":
        truth = simulate(asked, tmp_path / "faults")
        assert all(sweep.faults for sweep in truth.sweeps)


def test_specifications_survive_a_round_trip() -> None:
    asked = specification(sweeps=ONE)
    assert Specification.model_validate(asked.model_dump(mode="json")) == asked
