"""Modules of one flat detector as the one panel that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweepwright.geometry.detector import (
    beam_center_px,
    image_size,
    point_mm,
    signed_distance_mm,
)
from sweepwright.geometry.rotation import angle_between_deg, combine, rounded, rounded_numbers
from sweepwright.model.facts import Fact, ImageFacts, PanelFact

#: how far, in pixels and in degrees, modules may be off the common plane and grid
_OFF_PX, _OFF_DEG = 0.5, 0.01


def joined(facts: ImageFacts) -> ImageFacts:
    """The facts with one panel, where the panels lie in one plane and on one grid of pixels."""
    panel = _common(facts.panels)
    if panel is None:
        return facts
    key = f"{len(facts.panels)} modules of one plane"
    (distance,) = rounded_numbers([abs(signed_distance_mm(panel))])
    fields = {
        **facts.fields,
        "size": facts.get("size") or Fact(panel.size_px, key),
        "pixel_size": Fact(panel.pixel_mm, key),
        "distance": Fact(distance, key),
    }
    try:
        fast, slow = rounded_numbers(beam_center_px(panel))
        fields["beam_center"] = Fact((fast, slow), key)
    except ValueError:
        return facts
    return replace(facts, fields=fields, panels=(panel,), modules=facts.panels)


def _common(panels: Sequence[PanelFact]) -> PanelFact | None:
    first = panels[0]
    (f0, s0), (qx, qy) = first.first_px, first.pixel_mm
    corner = combine((1.0, first.origin_mm), (-f0 * qx, first.fast), (-s0 * qy, first.slow))
    size = image_size(panels)
    whole = replace(first, origin_mm=rounded(corner), size_px=size, first_px=(0, 0))
    return whole if all(_is_part(panel, whole) for panel in panels) else None


def _is_part(panel: PanelFact, whole: PanelFact) -> bool:
    place = point_mm(whole, (float(panel.first_px[0]), float(panel.first_px[1])))
    off = max(abs(a - b) for a, b in zip(panel.origin_mm, place, strict=True))
    turned = max(
        angle_between_deg(panel.fast, whole.fast), angle_between_deg(panel.slow, whole.slow)
    )
    same = panel.pixel_mm == whole.pixel_mm
    return same and off <= _OFF_PX * min(whole.pixel_mm) and turned <= _OFF_DEG
