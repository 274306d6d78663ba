"""``mask@SWEEP``: pixels that the job leaves out, as one file for spot finding and integration.

``mask_ice@SWEEP`` adds rings of ice that were found, for integration alone.

dials.generate_mask counts pixels from 0 and takes whole numbers: a rectangle holds its first pixel and
not its last, so corners in px are its numbers. What is cut by a border is left out as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from sweepwright.engines.base import PlannedStep, constant, one, sweep_folder
from sweepwright.engines.dials.panels import panels
from sweepwright.engines.dials.program import program
from sweepwright.engines.ice import decided_limits, ring_limits
from sweepwright.geometry.detector import Pair
from sweepwright.model.facts import PanelFact
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.plan import FileRef, Output
from sweepwright.model.resolved import Resolved, computed, items_of

MASK = "pixels.mask"
Context = dict[str, list[Any]]
_ICE = "processing.ice_rings"
#: corners of the polygon that stands for an ellipse, which DIALS has not
_CORNERS = 36


def mask_steps(sweep: ResolvedSweep) -> list[PlannedStep]:
    """The step, where the sweep has masks."""
    if not _has_masks(sweep):
        return []
    title = f"mask pixels of sweep {sweep.name}"
    return [_step("mask", sweep, _context(sweep), "import", "imported.expt", title)]


def mask_ice_step(sweep: ResolvedSweep) -> PlannedStep:
    """The masks again, with the rings of ice that were found by the refined geometry."""
    context = _context(sweep)
    context["resolutions"] += decided_limits(f"sweeps[{sweep.name}].dials.", sweep)
    title = f"mask ice of sweep {sweep.name}"
    return _step("mask_ice", sweep, context, "refine", "refined.expt", title)


def _step(
    name: str, sweep: ResolvedSweep, context: Context, source: str, models: str, title: str
) -> PlannedStep:
    return program(
        "generate_mask", sweep.name, sweep_folder(sweep, name), context, sweep.leaves,
        (one(f"{source}@{sweep.name}", models),), (Output(name=MASK, role="mask"),),
        step=name, template="mask", title=title,
    )  # fmt: skip


def mask_file(sweep: ResolvedSweep) -> tuple[FileRef, ...]:
    """The mask, for a step that reads it under its own name."""
    return (one(f"mask@{sweep.name}", MASK, MASK),) if _has_masks(sweep) else ()


def mask_name(sweep: ResolvedSweep) -> Resolved[Any]:
    """What such a step is told; None without masks."""
    path = f"sweeps[{sweep.name}].dials.mask"
    if not _has_masks(sweep):
        return constant(path, None, "no masks")
    said = [sweep.leaves[key] for key in ("masks", _ICE) if key in sweep.leaves]
    return computed(path, MASK, "masks of the job", *said)


def _has_masks(sweep: ResolvedSweep) -> bool:
    return bool(_masks(sweep)) or sweep.leaves[_ICE].value == "exclude"


def _masks(sweep: ResolvedSweep) -> list[tuple[Any, Any]]:
    leaf = sweep.leaves.get("masks")
    return [] if leaf is None else list(items_of(leaf))


def _context(sweep: ResolvedSweep) -> Context:
    found: Context = {
        "rectangles": [], "circles": [], "polygons": [], "resolutions": [],
    }  # fmt: skip
    size = sweep.leaves["geometry.size"].known
    for number, (mask, origin) in enumerate(_masks(sweep)):
        kind, values = _for_dials(mask.kind, mask.numbers, size)
        path = f"sweeps[{sweep.name}].dials.{kind}[{number}]"
        source = Resolved(f"sweeps[{sweep.name}].masks", mask, origin)
        if kind == "resolutions":
            found[kind].append(computed(path, values, mask.kind, source))
            continue
        found[kind] += (
            {
                "panel": computed(f"{path}.panel", panel, "its number", source),
                "shape": computed(path, shape, mask.kind, source),
            }
            for panel, shape in _by_panel(sweep, kind, values)
        )
    if (ice := sweep.leaves[_ICE]).value == "exclude":
        found["resolutions"] += ring_limits(f"sweeps[{sweep.name}].dials.", ice)
    return found


def _by_panel(
    sweep: ResolvedSweep, kind: str, values: tuple[float, ...]
) -> Iterator[tuple[int | None, tuple[float, ...]]]:
    """A shape in the pixels of each panel that it touches; None is the only panel of a flat detector."""
    parts = panels(sweep)
    if not parts:
        yield None, values
    for number, panel in enumerate(parts):
        shape = _on_panel(kind, values, panel)
        if shape:
            yield number, shape


def _on_panel(kind: str, values: tuple[float, ...], panel: PanelFact) -> tuple[float, ...]:
    """A shape of the image cut to a panel and counted from its first pixel; empty: it is elsewhere."""
    (f, s), (nx, ny) = panel.first_px, panel.size_px
    if kind == "rectangles":
        x1, x2, y1, y2 = values
        left, right, top, bottom = max(x1 - f, 0), min(x2 - f, nx), max(y1 - s, 0), min(y2 - s, ny)
        return (left, right, top, bottom) if left < right and top < bottom else ()
    if kind == "circles":
        x, y, radius = values[0] - f, values[1] - s, values[2]
        touches = -radius < x < nx + radius and -radius < y < ny + radius
        return (x, y, radius) if touches else ()
    corners = [(x - f, y - s) for x, y in zip(values[:-2:2], values[1:-2:2], strict=True)]
    for axis, border, side in ((0, 0, 1), (0, nx, -1), (1, 0, 1), (1, ny, -1)):
        corners = list(_within(corners, axis, border, side))
    return tuple(round(n) for corner in (*corners, *corners[:1]) for n in corner)


def _within(corners: list[Pair], axis: int, border: int, side: int) -> Iterator[Pair]:
    """The part of a polygon on one side of a border (Sutherland and Hodgman, 1974)."""
    for here, there in zip(corners, [*corners[1:], *corners[:1]], strict=True):
        a, b = (side * (corner[axis] - border) for corner in (here, there))
        if a >= 0:
            yield here
        if a * b < 0:
            part = a / (a - b)
            yield here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])


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
