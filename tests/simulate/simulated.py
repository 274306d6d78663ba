"""The specification most tests start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweepwright.simulate import Specification, Truth

Simulated = tuple[Path, Truth]
BASE: dict[str, Any] = {
    "seed": 7,
    "structure": {
        "space_group": "P 43 21 2",
        "cell": [45, 45, 30, 90, 90, 90],
        "d_min": 2.6,
        "light_atoms": 30,
    },
    "detector": {"model": "100K", "distance": 60},
}


def specification(**changes: Any) -> Specification:
    """The base specification with whole sections replaced."""
    return Specification.model_validate({**BASE, **changes})
