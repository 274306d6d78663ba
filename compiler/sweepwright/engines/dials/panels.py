"""The panels of a detector as dxtbx has them: each is told to dials.import, and compared afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.engines.base import constant, panel_of, panels_of, placed_by
from sweepwright.geometry.detector import carried
from sweepwright.geometry.frames import IMGCIF, from_sw
from sweepwright.geometry.rotation import Vector, rounded
from sweepwright.model.facts import PanelFact
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import Resolved, computed


def panels(sweep: ResolvedSweep) -> tuple[PanelFact, ...]:
    """The panels of dxtbx where it has several: also the modules of one plane, which are one for us."""
    header = sweep.facts.first_header
    if header.modules:
        return carried(header.modules, header.panels[0], panel_of(sweep))
    return panels_of(sweep)


def each_panel(sweep: ResolvedSweep) -> Resolved[Any]:
    """What `models.ExpectedPanel` has of each of several panels; None where there is one."""
    path = f"sweeps[{sweep.name}].dials.each_panel"
    told = [
        {
            "image_size": panel.size_px,
            "raw_image_offset": panel.first_px,
            "pixel_size": panel.pixel_mm,
        }
        | _in_space(panel)
        for panel in panels(sweep)
    ]
    return computed(path, told or None, "in the order of the file", *placed_by(sweep))


def for_phil(
    sweep: ResolvedSweep, geometry: Mapping[str, Resolved[Any]]
) -> list[dict[str, Resolved[Any]]]:
    """Number and place of each panel; the only one of a flat detector has no number."""
    path, found = f"sweeps[{sweep.name}].dials.panel", []
    for number, panel in enumerate(panels(sweep)):
        own, place = f"{path}s[{number}].", _in_space(panel)
        found.append(
            {"number": computed(own + "number", number, "in the file", *placed_by(sweep))}
            | {key: computed(own + key, place[key], "panel", *placed_by(sweep)) for key in place}
        )
    only = {"number": constant(path, None, "the only one")}
    return found or [only | {key: geometry[key] for key in ("fast_axis", "slow_axis", "origin")}]


def _in_space(panel: PanelFact) -> dict[str, Vector]:
    """Where a panel is, in the frame of dxtbx."""
    told = {"fast_axis": panel.fast, "slow_axis": panel.slow, "origin": panel.origin_mm}
    return {key: rounded(from_sw(IMGCIF, vector)) for key, vector in told.items()}


def on_groups(sweep: ResolvedSweep) -> Resolved[Any]:
    """True where dxtbx builds panels on the groups of the file's axes; else None."""
    is_nexus = sweep.facts.first_header.format == "nxmx" and len(panels(sweep)) > 1
    return constant(f"sweeps[{sweep.name}].dials.on_groups", is_nexus or None, "NXmx")
