"""A detector of several panels: a rigid body that is moved as a whole.

One plane stands for it, that of the panel nearest to the beam with the pixels of the whole image.
Distance and beam centre are those of this plane, and so are ``detector.fast``, ``detector.slow`` and
``detector.origin``; what the job says of them moves the plane, and all panels go with it.
"""

from __future__ import annotations

import math
from typing import Any

from sweepwright.geometry.detector import (
    beam_center_px,
    carried,
    main_plane,
    panel_at,
    signed_distance_mm,
    turned,
    why_no_image,
)
from sweepwright.geometry.rotation import rounded
from sweepwright.language.compose import ComposedSweep
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.facts import ImageFacts, PanelFact
from sweepwright.model.resolved import Layer, Origin, Resolved, computed
from sweepwright.resolve.detector import (
    PLACED_BY,
    TWO_THETA_AXIS,
    Table,
    frame_given,
    leaves_of,
    leaves_of_job,
    said_by,
)
from sweepwright.sites.store import Entry

PANELS = "detector.panels"
#: relative difference of pixel sizes that is no rounding: headers have numbers of 32 bits
_SAME = 1e-6


def check_panels(sweep: ComposedSweep, header: ImageFacts, table: Table) -> list[Diagnostic]:
    """SW-G023: panels that are not parts of one image. SW-G032: a job that says they are others."""
    panels = header.panels
    if len(panels) < 2:
        return []
    what = f"sweep {sweep.name}: the detector has {len(panels)} panels"
    if why := why_no_image(panels):
        help_ = "Convert them to images in which each panel has a place of its own."
        return [error("SW-G023", f"{what} {why}", sweep.span, help=help_)]
    pixel, org = (table.get(f"geometry.{key}") for key in ("pixel_size", "orgx_orgy"))
    if org is not None and org.value is not None:
        return [_not_theirs(what, "that have no common ORGX, ORGY", org)]
    if pixel is not None and _apart(pixel.known, panels[0].pixel_mm):
        shown = " x ".join(f"{side:g}" for side in panels[0].pixel_mm)
        return [_not_theirs(what, f"with pixels of {shown} mm", pixel)]
    return []


def resolve_panels(
    sweep: ComposedSweep, header: ImageFacts, table: Table, entry: Entry | None = None
) -> tuple[dict[str, Resolved[Any]] | None, list[Diagnostic]]:
    """The leaves of the plane as `resolve_detector` has them, and ``detector.panels``."""
    start = main_plane(header.panels)
    path = f"sweeps[{sweep.name}].{PANELS}"
    said = Resolved(path, header.panels, Origin(Layer.HEADER, f"{len(header.panels)} panels"))
    given = frame_given(table)
    placed, swing = [table[key] for key in PLACED_BY], table["geometry.two_theta"]
    moved = given or _moved_by(table)
    if given:
        leaves, found = leaves_of_job(sweep, given)
        if leaves is None:
            return None, found
    else:
        if not moved:
            leaves = leaves_of(sweep.name, start, placed, "the header's vectors of the main panel")
            return leaves | {PANELS: said}, []
        told = dict(said_by(entry.record if entry is not None else None, sweep.name, swing))
        try:
            end = _placed(start, header, table, told.get("detector.two_theta_axis"))
        except ValueError as problem:
            return None, [error("SW-G022", f"sweep {sweep.name}: {problem}", sweep.span)]
        sources = [*placed, *told.values(), *(leaf for leaf in (swing,) if leaf in moved)]
        leaves = told | leaves_of(sweep.name, end, sources, "main panel moved")
    fast, slow, origin = (leaves[f"detector.{key}"].known for key in ("fast", "slow", "origin"))
    end = PanelFact(fast, slow, origin, start.size_px, start.pixel_mm)
    panels = tuple(map(_rounded, carried(header.panels, start, end)))
    leaves[PANELS] = computed(path, panels, "moved with the main panel", said, *moved)
    return leaves, []


def _moved_by(table: Table) -> list[Resolved[Any]]:
    """What somebody other than the header says of the place."""
    keys = ("geometry.beam_center", "geometry.distance", "geometry.two_theta")
    by_file = (Layer.HEADER, Layer.DEFAULT)
    return [table[key] for key in keys if table[key].origin.layer not in by_file]


def _placed(
    start: PanelFact, header: ImageFacts, table: Table, arm: Resolved[Any] | None
) -> PanelFact:
    """The plane where the job wants it: swung back, placed, and swung out again."""
    axis = arm.known if arm is not None else TWO_THETA_AXIS
    moved = _moved_by(table)
    center, distance, swing = (
        table[f"geometry.{key}"] for key in ("beam_center", "distance", "two_theta")
    )
    before = header.get("two_theta")
    was = float(str(before.value)) if before is not None else 0.0
    plane = turned(start, axis, -was) if swing in moved else start
    if center in moved or distance in moved:
        plane = panel_at(
            center.known if center in moved else beam_center_px(plane),
            start.pixel_mm,
            distance.known if distance in moved else abs(signed_distance_mm(plane)),
            start.size_px,
            plane.fast,
            plane.slow,
        )
    return turned(plane, axis, swing.known) if swing in moved else plane


def _rounded(panel: PanelFact) -> PanelFact:
    fast, slow, origin = map(rounded, (panel.fast, panel.slow, panel.origin_mm))
    return PanelFact(fast, slow, origin, panel.size_px, panel.pixel_mm, panel.first_px)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return not all(math.isclose(a, b, rel_tol=_SAME) for a, b in zip(one, other, strict=True))


def _not_theirs(what: str, have: str, leaf: Resolved[Any]) -> Diagnostic:
    help_ = (
        "Take it out: distance, beam centre, two-theta and directions move the panels as a whole."
    )
    return error(
        "SW-G032", f"{what} {have}, and the job says otherwise", leaf.origin.span, help=help_
    )
