"""The models of DIALS against what was compiled."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweepwright.engines.dials.models import (
    PANEL_QUANTITIES,
    QUANTITIES,
    ExpectedModels,
    ExpectedPanel,
    compare_models,
)
from sweepwright.geometry import rotation as geometry

IMPORTED = Path(__file__).parent / "fixtures" / "import"


def rotation(axis: Any, angle: float) -> Any:
    return np.array(geometry.rotation(axis, angle))


@pytest.fixture
def imported() -> dict[str, Any]:
    models: dict[str, Any] = json.loads((IMPORTED / "imported.expt").read_bytes())
    return models


@pytest.fixture
def expected() -> dict[str, Any]:
    models: dict[str, Any] = json.loads((IMPORTED / "expected.json").read_bytes())
    return models


def test_what_dials_imported_is_what_was_compiled(imported: Any, expected: Any) -> None:
    assert compare_models(imported, expected) == ()


def test_every_quantity_is_compared(expected: Any) -> None:
    assert set(expected) == set(QUANTITIES) == set(ExpectedModels.__annotations__) - {"panels"}
    assert set(PANEL_QUANTITIES) == set(ExpectedPanel.__annotations__)


@pytest.mark.parametrize("quantity", sorted(QUANTITIES))
def test_a_difference_is_told_by_name_with_both_values(
    quantity: str, imported: Any, expected: Any
) -> None:
    value = expected[quantity]
    other = (
        "CdTe" if isinstance(value, str)
        else [value[0] + 0.01, *value[1:]] if isinstance(value, list)
        else value + 0.01
    )  # fmt: skip
    (difference,) = compare_models(imported, expected | {quantity: other})
    assert (difference.quantity, difference.compiled) == (quantity, other)
    assert quantity in str(difference)


@pytest.mark.parametrize(
    ("model", "key", "value", "told"),
    [
        ("beam", "wavelength", 0.9796, {"wavelength_A"}),
        ("beam", "direction", [0.0, 0.001, 1.0], {"beam_direction", "beam_center_px"}),
        ("goniometer", "rotation_axis", [-1.0, 0.0, 0.0], {"rotation_axis"}),
        ("scan", "oscillation", [0.0, 0.9], {"oscillation_deg"}),
        ("scan", "image_range", [1, 38], {"image_range", "images"}),
    ],
)
def test_a_model_that_dials_changed_is_told(
    model: str, key: str, value: Any, told: set[str], imported: Any, expected: Any
) -> None:
    imported[model][0][key] = value
    assert {item.quantity for item in compare_models(imported, expected)} == told


def test_distance_and_beam_centre_follow_from_the_panel(imported: Any, expected: Any) -> None:
    imported["detector"][0]["panels"][0]["origin"][2] -= 0.5
    told = {item.quantity: item.found for item in compare_models(imported, expected)}
    assert told["distance_mm"] == pytest.approx(90.5)
    assert set(told) == {"distance_mm", "origin_mm"}


def test_a_hierarchy_moves_its_panel(imported: Any, expected: Any) -> None:
    imported["detector"][0]["hierarchy"]["origin"] = [0.0, 0.0, -1.0]
    assert "origin_mm" in {item.quantity for item in compare_models(imported, expected)}


def test_what_was_not_compiled_is_not_compared(imported: Any, expected: Any) -> None:
    imported["detector"][0]["panels"][0]["trusted_range"] = [-1.0, 65535.0]
    assert compare_models(imported, expected)
    assert compare_models(imported, expected | {"trusted_range": None}) == ()


def test_several_axes_are_compared_by_what_they_do(imported: Any, expected: Any) -> None:
    """omega scanned, kappa at 30 and phi at 40 degrees, listed from the crystal outwards."""
    kappa = [np.cos(0.8), np.sin(0.8), 0.0]
    fixed = rotation(kappa, 30.0) @ rotation([1, 0, 0], 40.0)
    imported["goniometer"][0] = {
        "axes": [[1.0, 0.0, 0.0], kappa, [1.0, 0.0, 0.0]],
        "angles": [40.0, 30.0, 0.0],
        "names": ["phi", "kappa", "omega"],
        "scan_axis": 2,
    }
    compiled = expected | {"fixed_rotation": list(fixed.ravel())}
    assert compare_models(imported, compiled) == ()
    imported["goniometer"][0]["scan_axis"] = 0
    told = {item.quantity: item.found for item in compare_models(imported, compiled)}
    assert told["rotation_axis"] == pytest.approx(list(rotation(kappa, 30.0)[:, 0]))


def test_a_second_sweep_is_one_too_many(imported: Any, expected: Any) -> None:
    imported["experiment"].append(copy.deepcopy(imported["experiment"][0]))
    (difference,) = compare_models(imported, expected)
    assert str(difference) == "number of sweeps is 2 where 1 was compiled"
