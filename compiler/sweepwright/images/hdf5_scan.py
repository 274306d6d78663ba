"""Lists of angles, one for each image, to the start and the width of a scan."""

from __future__ import annotations

from typing import Any

from sweepwright.images.hdf5_nodes import decimals

#: how far from a straight line an angle may be, in widths: encoders are read while they move
_UNEVEN = 0.1


class UnevenError(ValueError):
    """Angles that are no scan at one speed; the message goes on behind the name of the axis."""


def moves(listed: Any) -> bool:
    """Whether there is more than one setting."""
    return listed is not None and len(listed) > 1 and bool((listed != listed[0]).any())


def step_of(listed: Any, *told: float | None) -> float:
    """The width of a list of angles, deg: what the header tells where that fits, else the shortest
    decimal that does. Raises UnevenError.

    A list is only as exact as its precision and its reading: 0.1 x 7 is 0.7000000000000001.
    """
    import numpy as np

    first, last = decimals((listed[0], listed[-1]))
    steps = len(listed) - 1
    mean = (last - first) / steps
    line = first + mean * np.arange(steps + 1)
    off = float(np.abs(listed - line).max())
    if not mean or off > _UNEVEN * abs(mean):
        low, high = decimals((np.diff(listed).min(), np.diff(listed).max()))
        raise UnevenError(f"steps by {low:g} to {high:g} deg, not evenly")
    precision = float(np.finfo(listed.dtype if listed.dtype.kind == "f" else float).eps)
    exact_to = 2 * max(off, precision * max(abs(first), abs(last))) / steps
    for width in told:
        if width and abs(width - mean) <= exact_to:
            return width
    return next(
        width
        for digits in range(1, 18)
        if abs((width := float(f"{mean:.{digits}g}")) - mean) <= exact_to or digits == 17
    )
