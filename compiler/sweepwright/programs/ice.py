"""The powder rings of hexagonal ice, as ``ice_rings.yaml`` has them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Ring(NamedTuple):
    """A ring: its indices in ice, spacing, what lies on it, and what is left out with it (A, low first)."""

    hkl: str
    d: float
    window: tuple[float, float]
    excluded: tuple[float, float]


@cache
def ice_rings() -> tuple[Ring, ...]:
    """All rings from low to high resolution."""
    from ruamel.yaml import YAML

    text = (files("sweepwright.programs") / "ice_rings.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=False).load(text)
    half = table["half_width"]
    return tuple(
        Ring(
            row["hkl"],
            row["d"],
            (row["window"][0], row["window"][1]),
            (round(row["d"] + half, 3), round(row["d"] - half, 3)),
        )
        for row in table["rings"]
    )
