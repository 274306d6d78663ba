"""Unit cells: six numbers, A and degrees."""

from __future__ import annotations

from collections.abc import Sequence

#: how much the cells of one crystal form may differ: relative in lengths, degrees in angles
ALIKE, ALIKE_DEG = 0.05, 3.0


def unlike(cell: Sequence[float], other: Sequence[float]) -> str:
    """How two cells differ by more than crystals of one form do; empty where they do not."""
    for name, one, two in zip("a b c alpha beta gamma".split(), cell, other, strict=True):
        limit = ALIKE * two if len(name) == 1 else ALIKE_DEG
        if abs(one - two) > limit:
            return f"{name} is {one:g} and {two:g}"
    return ""


def alike(lattice: str) -> tuple[str, ...]:
    """The names of a Bravais lattice: mC and mI are one, by choice of axes."""
    return ("mC", "mI") if lattice in ("mC", "mI") else (lattice,)
