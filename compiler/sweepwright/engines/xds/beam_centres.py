"""Where the beam may be when it is not where it was said to be: the rungs of a search, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sweepwright.engines.base import panels_of
from sweepwright.engines.xds.instrument import Context
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep

#: shifts in distances between spots of the longest axis: from within a pattern to millimetres
SHIFTS = (1, 2, 3, 4, 6, 8)
#: the axis that gives this distance where no cell is known, A
_LIKELY_AXIS_A = 100.0
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))


def beam_centres(
    sweep: ResolvedSweep, group: ResolvedGroup, context: Context
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reason, and ORGX and ORGY by their paths: what a header may have meant, then a star of shifts.

    The numbers of several panels follow from their axes and are not exchanged in a header.
    """
    nx, ny = sweep.leaves["geometry.size"].known
    orgx, orgy = (context["instrument"].context[name] for name in ("orgx", "orgy"))
    x, y = orgx.known, orgy.known
    for reason, place in (
        ("with x and y exchanged", (y, x)),
        ("with y counted from the other side", (x, ny + 1 - y)),
        ("with x counted from the other side", (nx + 1 - x, y)),
    ):
        if not panels_of(sweep) and max(abs(place[0] - x), abs(place[1] - y)) > 1:
            yield reason, {orgx.path: place[0], orgy.path: place[1]}
    along_x, along_y = _between_spots(sweep, group)
    for times in SHIFTS:
        for right, down in _DIRECTIONS:
            by = round(times * right * along_x, 1), round(times * down * along_y, 1)
            place = round(x + by[0], 1), round(y + by[1], 1)
            reason = f"shifted by {by[0]:g}, {by[1]:g} px"
            yield reason, {orgx.path: place[0], orgy.path: place[1]}


def _between_spots(sweep: ResolvedSweep, group: ResolvedGroup) -> tuple[float, float]:
    """Pixels between spots that are one index of the longest axis apart, along x and y."""
    cell = group.leaves["cell"]
    longest = _LIKELY_AXIS_A if cell.value is None else max(cell.known[:3])
    wavelength = sweep.leaves["geometry.wavelength"].known
    apart_mm = wavelength * abs(sweep.leaves["geometry.distance"].known) / longest
    qx, qy = sweep.leaves["geometry.pixel_size"].known
    return apart_mm / qx, apart_mm / qy
