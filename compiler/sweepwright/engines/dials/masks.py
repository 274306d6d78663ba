"""``mask@SWEEP``: pixels that the job leaves out, as one file for spot finding and integration.

dials.generate_mask counts pixels from 0 and takes whole numbers: a rectangle holds its first pixel and
not its last, so corners in px are its numbers. What is cut by a border is left out as a whole.
"""

from __future__ import annotations

import math
from typing import Any

from sweepwright.engines.base import PlannedStep, constant, one, sweep_folder
from sweepwright.engines.dials.program import program
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Resolved, computed, items_of

MASK = "pixels.mask"
#: corners of the polygon that stands for an ellipse, which DIALS has not
_CORNERS = 36


def mask_steps(sweep: ResolvedSweep) -> list[PlannedStep]:
    """The step, where the sweep has masks."""
    if not _masks(sweep):
        return []
    return [
        program(
            "generate_mask", sweep.name, sweep_folder(sweep, "mask"), _context(sweep),
            sweep.leaves, (one(f"import@{sweep.name}", "imported.expt"),),
            (Output(name=MASK, role="mask"),), step="mask", template="mask",
            title=f"mask pixels of sweep {sweep.name}",
        )
    ]  # fmt: skip


def mask_file(sweep: ResolvedSweep) -> tuple[FileRef, ...]:
    """The mask, for a step that reads it under its own name."""
    return (one(f"mask@{sweep.name}", MASK, MASK),) if _masks(sweep) else ()


def mask_name(sweep: ResolvedSweep) -> Resolved[Any]:
    """What such a step is told; None without masks."""
    path = f"sweeps[{sweep.name}].dials.mask"
    if not _masks(sweep):
        return constant(path, None, "no masks")
    return computed(path, MASK, "masks of the job", sweep.leaves["masks"])


def _masks(sweep: ResolvedSweep) -> list[tuple[Any, Any]]:
    leaf = sweep.leaves.get("masks")
    return [] if leaf is None else list(items_of(leaf))


def _context(sweep: ResolvedSweep) -> dict[str, list[Resolved[Any]]]:
    found: dict[str, list[Resolved[Any]]] = {
        "rectangles": [], "circles": [], "polygons": [], "resolutions": [],
    }  # fmt: skip
    size = sweep.leaves["geometry.size"].known
    for number, (mask, origin) in enumerate(_masks(sweep)):
        kind, values = _for_dials(mask.kind, mask.numbers, size)
        path = f"sweeps[{sweep.name}].dials.{kind}[{number}]"
        source = Resolved(f"sweeps[{sweep.name}].masks", mask, origin)
        found[kind].append(computed(path, values, mask.kind, source))
    return found


def _for_dials(
    kind: str, numbers: tuple[float, ...], size: tuple[int, int]
) -> tuple[str, tuple[float, ...]]:
    """DIALS's kind of a mask, and its numbers."""
    if kind == "rectangle":
        x1, x2, y1, y2 = numbers
        first = max(0, math.floor(x1)), max(0, math.floor(y1))
        last = min(size[0], math.ceil(x2)), min(size[1], math.ceil(y2))
        return "rectangles", (first[0], last[0], first[1], last[1])
    if kind == "circle":
        *centre, radius = numbers
        return "circles", (*map(round, centre), math.ceil(radius))
    if kind == "resolution":
        return "resolutions", numbers[::-1]
    if kind == "ellipse":
        x1, x2, y1, y2 = numbers
        turns = [2 * math.pi * i / _CORNERS for i in range(_CORNERS)]
        numbers = tuple(
            n
            for turn in turns
            for n in (
                (x1 + x2 + (x2 - x1) * math.cos(turn)) / 2,
                (y1 + y2 + (y2 - y1) * math.sin(turn)) / 2,
            )
        )
    # closed, since dials.generate_mask refuses three corners
    return "polygons", tuple(max(0, round(n)) for n in (*numbers, *numbers[:2]))
