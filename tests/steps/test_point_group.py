"""The point group of a group of sweeps, from the table of a CORRECT.LP; with a lattice that is asked for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sweepwright.run import StepCall, StepError
from sweepwright.steps.point_group import point_group

#: its table: 1 aP with 388 unique reflections, 16 oP with 277, 3 mP of which nothing was compared
LOG = Path(__file__).parents[1] / "logs/data/correct_new.LP"


def decided(folder: Path, *lattices: str | None) -> dict[str, Any]:
    inputs = []
    for number, _ in enumerate(lattices):
        inputs.append(folder / f"{number}.LP")
        shutil.copy(LOG, inputs[-1])
    point_group(StepCall(folder, tuple(inputs), {"lattices": list(lattices)}))
    values: dict[str, Any] = json.loads((folder / "decision.json").read_text())["values"]
    return values


@pytest.mark.parametrize(
    ("lattices", "number", "a"),
    [
        ((None,), 16, 63.1),
        ((None, None), 16, 63.1),
        (("oP",), 16, 63.1),
        (("aP",), 1, 63.1),
        ((None, "aP"), 1, 63.1),
        (("mP",), 3, 74.1),
    ],
)
def test_the_lattice_that_is_asked_for_is_taken(
    tmp_path: Path, lattices: tuple[str | None, ...], number: int, a: float
) -> None:
    values = decided(tmp_path, *lattices)
    assert values["space_group_number"] == number
    assert values["cell"][0] == a


def test_a_lattice_that_correct_has_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no lattice tP, but aP, oP, mP"):
        decided(tmp_path, "tP")
