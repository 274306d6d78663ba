"""Geometry against what dxtbx and scipy make of the same instruments (golden/make_golden.py)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweepwright.geometry.detector import (
    beam_center_px,
    foot_px,
    panel_at,
    point_mm,
    signed_distance_mm,
    turned,
)
from sweepwright.geometry.frames import IMGCIF, NEXUS, from_sw, matrix_from_sw, to_sw
from sweepwright.geometry.goniostat import (
    GoniostatAxis,
    misset_deg,
    orientation,
    relative_orientation,
    scan_geometry,
)
from sweepwright.geometry.rotation import flat, rotation_angle_deg, unit
from sweepwright.geometry.xds import XdsGeometry, XdsSegment, panels_of_xds, xds_geometry
from sweepwright.model.facts import PanelFact

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "geometries.json").read_text(encoding="utf-8")
)
FRAMES = {"imgCIF": IMGCIF, "NeXus": NEXUS}


def near(numbers: Any) -> Any:
    return pytest.approx(np.array(numbers, float), abs=1e-9, rel=1e-9)


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def chain(case: dict[str, Any]) -> list[GoniostatAxis]:
    frame = FRAMES[case.get("frame", "imgCIF")]
    return [GoniostatAxis(name, to_sw(frame, vector)) for name, vector in case["axes"]]


def sw(vector: list[float]) -> tuple[float, float, float]:
    return to_sw(IMGCIF, vector)


@named(GOLDEN["goniostats"])
def test_a_scan_is_that_of_dxtbx(case: dict[str, Any]) -> None:
    scan = scan_geometry(chain(case), case["scanned"], case["settings"])
    assert from_sw(IMGCIF, scan.axis) == near(case["axis"])
    assert flat(matrix_from_sw(IMGCIF, scan.fixed)) == near(case["fixed"])


@named(GOLDEN["goniostats"])
def test_an_orientation_is_that_of_quaternions(case: dict[str, Any]) -> None:
    settings = case["settings"] | {case["scanned"]: case["angle"]}
    whole = orientation(chain(case), settings)
    assert flat(matrix_from_sw(IMGCIF, whole)) == near(case["turned"])


@named(GOLDEN["pairs"])
def test_two_settings_of_one_crystal_differ_as_quaternions_say(case: dict[str, Any]) -> None:
    between = relative_orientation(chain(case), case["a"], case["b"])
    assert flat(matrix_from_sw(IMGCIF, between)) == near(case["between"])
    assert rotation_angle_deg(between) == near(case["angle_deg"])
    u_a, u_b = (orientation(chain(case), case[sweep]) for sweep in "ab")
    assert misset_deg(between, u_a, u_b) == pytest.approx(0, abs=1e-6)


def panel_of(case: dict[str, Any]) -> PanelFact:
    """The panel from its directions before any turn, tilted and then turned."""
    given = case["input"]
    center, size = tuple(given["beam_center_px"]), tuple(given["size_px"])
    pixel, beam = tuple(given["pixel_mm"]), sw(case["beam"])
    fast, slow = sw(given["fast"]), sw(given["slow"])
    panel = panel_at(center, pixel, given["distance_mm"], size, fast, slow, beam)
    meets = point_mm(panel, center)
    for axis, angle in given["tilts"]:
        panel = turned(panel, sw(axis), angle, meets)
    for axis, angle in given["turns"]:
        panel = turned(panel, sw(axis), angle)
    return panel


@named(GOLDEN["detectors"])
def test_a_panel_stands_where_dxtbx_puts_it(case: dict[str, Any]) -> None:
    panel = panel_of(case)
    assert from_sw(IMGCIF, panel.fast) == near(case["fast"])
    assert from_sw(IMGCIF, panel.slow) == near(case["slow"])
    assert from_sw(IMGCIF, panel.origin_mm) == near(case["origin_mm"])
    assert from_sw(IMGCIF, point_mm(panel, panel.size_px)) == near(case["last_corner_mm"])
    assert beam_center_px(panel, sw(case["beam"])) == near(case["beam_center_px"])


@named(GOLDEN["detectors"])
def test_xds_is_told_what_dxtbx_tells_it(case: dict[str, Any]) -> None:
    panel = panel_of(case)
    geometry = xds_geometry([panel])
    assert geometry.org_px == near(case["org_px"])
    assert geometry.distance_mm == near(case["distance_mm"])
    assert (geometry.x_axis, geometry.y_axis) == (near(sw(case["fast"])), near(sw(case["slow"])))
    assert np.add(foot_px(panel), 0.5) == near(case["org_px"])
    assert signed_distance_mm(panel) == near(case["distance_mm"])


def test_a_two_theta_arm_turns_as_in_dxtbx() -> None:
    case = GOLDEN["two_theta_by_dxtbx"]
    center, pixel = tuple(case["beam_center_px"]), tuple(case["pixel_mm"])
    square = panel_at(center, pixel, case["distance_mm"], tuple(case["size_px"]))
    panel = turned(square, sw(case["axis"]), case["angle"])
    assert from_sw(IMGCIF, panel.slow) == near(case["slow"])
    assert from_sw(IMGCIF, panel.origin_mm) == near(case["origin_mm"])


def test_pixels_of_a_barrel_are_where_dxtbx_has_them() -> None:
    """By XDS's own formula for a pixel (IX, IY) of a segment, written out here with numpy."""
    case = GOLDEN["barrel"]
    panels = [
        PanelFact(
            sw(panel["fast"]),
            sw(panel["slow"]),
            sw(panel["origin_mm"]),
            tuple(panel["size_px"]),
            tuple(panel["pixel_mm"]),
            tuple(panel["first_px"]),
        )
        for panel in case["panels"]
    ]
    geometry = xds_geometry(panels)
    assert geometry.size_px == (2463, 23 * 212 + 195)
    for segment, panel in zip(geometry.segments, case["panels"], strict=True):
        x1, x2, y1, y2 = segment.limits
        assert (x1 - 1, y1 - 1) == tuple(panel["first_px"])
        assert (x2 - x1 + 1, y2 - y1 + 1) == tuple(panel["size_px"])
        for (fast, slow), point in zip(case["places_px"], panel["points_mm"], strict=True):
            found = xds_point(geometry, segment, x1 - 0.5 + fast, y1 - 0.5 + slow)
            assert found == near(sw(point))
    for back, panel in zip(panels_of_xds(geometry), panels, strict=True):
        assert back.origin_mm == near(panel.origin_mm)
        assert (back.size_px, back.first_px) == (panel.size_px, panel.first_px)


def xds_point(geometry: XdsGeometry, segment: XdsSegment, ix: float, iy: float) -> Any:
    """XDS documentation, "Coordinate Systems"."""

    def system(x: Any, y: Any) -> Any:
        return np.column_stack([x, y, np.cross(x, y)])

    (qx, qy), (orgx, orgy) = geometry.pixel_mm, geometry.org_px
    ed = system(geometry.x_axis, geometry.y_axis)
    origin = ed @ [-orgx * qx, -orgy * qy, geometry.distance_mm]
    edsl = ed @ system(segment.x_axis, segment.y_axis)
    orgxs, orgys = segment.org_px
    return origin + edsl @ [qx * (ix - orgxs), qy * (iy - orgys), segment.distance_mm]


def test_the_segment_nearest_the_beam_is_the_detector_itself() -> None:
    """As XDS echoes a flat detector: axes 1 0 0 and 0 1 0, ORG 0 0, distance 0."""
    panel = panel_at((100.0, 150.0), (0.172, 0.172), 200.0, (487, 195))
    other = replace(turned(panel, unit((1, 0, 0)), 30.0), first_px=(0, 212))
    near_beam, _ = xds_geometry([panel, other]).segments
    assert near_beam == XdsSegment((1, 487, 1, 195), (1, 0, 0), (0, 1, 0), (0.0, 0.0), 0.0)


def test_pixels_of_two_sizes_are_not_for_xds() -> None:
    panels = [panel_at((0, 0), (size, 0.1), 100.0, (10, 10)) for size in (0.1, 0.2)]
    with pytest.raises(ValueError, match="several sizes"):
        xds_geometry(panels)
