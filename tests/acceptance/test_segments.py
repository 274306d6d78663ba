"""Detectors of several panels in XDS.INP: every pixel where the panels have it, and moved as one body."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from replayed_facts import Compiled, compile_replayed
from shared_samples import IMAGES, XDS_INPUTS, needs_samples
from xds_input import numbers, parse_xds_input
from xds_segments import segments_of

from sweepwright.geometry.detector import beam_center_px, main_plane, signed_distance_mm
from sweepwright.images.formats import read_facts
from sweepwright.model.diagnostic import Severity
from sweepwright.model.facts import Fact, ImageFacts, PanelFact

_JOB = """\
sweepwright: 1
processing: {{engine: xds}}
sweeps: [{{name: A, images: x_####.cbf, range: 1-9, {more}}}]
"""
_I23 = "dls_i23_pilatus12m_120-0100_00001.cbf"
#: what its file says of the detector, of which the distance is left open
_BARREL_OF_EXPERT = """\
QX= 0.172 QY= 0.172
DIRECTION_OF_DETECTOR_X-AXIS= -1 0 0
DIRECTION_OF_DETECTOR_Y-AXIS= 0 -1 0
ORGX= -163.0 ORGY= -1.6
DETECTOR_DISTANCE= 10
"""
_PIXEL, _NX, _NY = (0.172, 0.1), 487, 195
Array = np.ndarray[Any, np.dtype[np.float64]]


def rotation(axis: Sequence[float], angle_deg: float) -> Array:
    """By the formula of Rodrigues."""
    x, y, z = np.array(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(angle_deg)
    turn: Array = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turn


def panel(turn: Array, corner: Sequence[float], row: int) -> PanelFact:
    """The panel of a row of the image, with gaps of 17 px between the rows."""
    fast, slow = turn[:, 0], turn[:, 1]
    place = (0, row * (_NY + 17))
    return PanelFact(tuple(fast), tuple(slow), tuple(corner), (_NX, _NY), _PIXEL, place)


def header(panels: tuple[PanelFact, ...]) -> ImageFacts:
    plane = main_plane(panels)
    fields = {
        "wavelength": 2.7552, "start": 10.0, "width": 0.1, "overload": 65535,
        "distance": abs(signed_distance_mm(plane)), "beam_center": beam_center_px(plane),
        "size": plane.size_px, "pixel_size": _PIXEL, "two_theta": 0.0,
    }  # fmt: skip
    facts = {name: Fact(value, name) for name, value in fields.items()}
    return ImageFacts("replayed", facts, panels=panels)


def compiled(said: ImageFacts, more: str = "") -> Compiled:
    done = compile_replayed(_JOB.format(more=more), said, Path("/jobs"))
    assert done.files, done.diagnostics
    return done


def pixels(panels: Sequence[PanelFact]) -> Array:
    """Places of the laboratory, mm, by the vectors of the panels: corners and middle of each."""
    return np.array(
        [
            np.array(one.origin_mm)
            + x * one.pixel_mm[0] * np.array(one.fast)
            + y * one.pixel_mm[1] * np.array(one.slow)
            for one in panels
            for x, y in ((0, 0), (_NX, 0), (0, _NY), (_NX, _NY), (_NX / 2, _NY / 2))
        ]
    )


def written(text: str) -> Array:
    """The same by what XDS is told; a corner of the first pixel is at IX, IY = 0.5."""
    return np.array(
        [
            one.at(x, y)
            for one in segments_of(text)
            for x1, x2, y1, y2 in [one.limits]
            for x, y in (
                (x1 - 0.5, y1 - 0.5), (x2 + 0.5, y1 - 0.5), (x1 - 0.5, y2 + 0.5),
                (x2 + 0.5, y2 + 0.5), ((x1 + x2) / 2, (y1 + y2) / 2),
            )
        ]
    )  # fmt: skip


#: three rows of a cylinder about the crystal, the second of them nearly square to the beam
BARREL = tuple(
    panel(
        rotation([1, 0, 0], angle),
        rotation([1, 0, 0], angle) @ [-_NX * _PIXEL[0] / 2 + 3.1, -_NY * _PIXEL[1] / 2, 250.0],
        row,
    )
    for row, angle in enumerate((12.0, 2.5, -7.0))
)
ANGLES = st.tuples(*[st.floats(-40, 40)] * 3)
SHIFTS = st.tuples(st.floats(-90, 90), st.floats(-90, 90), st.floats(60, 900))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(ANGLES, SHIFTS), min_size=2, max_size=5), st.booleans())
def test_every_pixel_is_where_its_panel_is(
    places: list[tuple[tuple[float, ...], tuple[float, ...]]], mirrored: bool
) -> None:
    hand = np.diag([1.0, -1.0, 1.0]) if mirrored else np.eye(3)
    axes = np.eye(3)
    panels = tuple(
        panel(
            rotation(axes[0], x) @ rotation(axes[1], y) @ rotation(axes[2], z) @ hand, corner, row
        )
        for row, ((x, y, z), corner) in enumerate(places)
    )
    try:
        beam_center_px(main_plane(panels))
    except ValueError:
        assume(False)
    text = compiled(header(panels)).xds_inp
    found = segments_of(text)
    assert [one.limits for one in found] == [
        (1, _NX, 1 + row * (_NY + 17), _NY + row * (_NY + 17)) for row in range(len(panels))
    ]
    assert np.abs(written(text) - pixels(panels)).max() < 1e-6


def test_every_step_is_told_the_same_segments() -> None:
    done = compiled(header(BARREL))
    inputs = [text for name, text in done.files.items() if name.endswith("/XDS.INP")]
    assert len(inputs) > 3
    for text in inputs:
        assert np.abs(written(text) - pixels(BARREL)).max() < 1e-6


def test_the_panel_in_the_beam_is_the_detector_itself() -> None:
    """Its directions are the detector's, and ORGX, ORGY count the pixels of the image."""
    text = compiled(header(BARREL)).xds_inp
    told = parse_xds_input(text)
    assert numbers(told, "DIRECTION_OF_DETECTOR_Y-AXIS") == pytest.approx(BARREL[1].slow)
    main = segments_of(text)[1]
    foot = main.at(numbers(told, "ORGX")[0], numbers(told, "ORGY")[0])
    normal = np.cross(BARREL[1].fast, BARREL[1].slow)
    assert foot == pytest.approx(numbers(told, "DETECTOR_DISTANCE")[0] * normal, abs=1e-9)


def test_two_theta_swings_all_panels_about_the_crystal() -> None:
    text = compiled(header(BARREL), "geometry: {two_theta: 20 deg}").xds_inp
    swung = pixels(BARREL) @ rotation([1, 0, 0], 20.0).T
    assert np.abs(written(text) - swung).max() < 1e-6


def test_two_theta_goes_on_from_that_of_the_header() -> None:
    said = header(BARREL)
    said = replace(said, fields=said.fields | {"two_theta": Fact(5.0, "two_theta")})
    text = compiled(said, "geometry: {two_theta: 20 deg}").xds_inp
    swung = pixels(BARREL) @ rotation([1, 0, 0], 15.0).T
    assert np.abs(written(text) - swung).max() < 1e-6


def test_the_distance_moves_all_panels_along_the_normal_at_the_beam() -> None:
    said = header(BARREL)
    further = float(str(said.fields["distance"].value)) + 10.0
    text = compiled(said, f"geometry: {{distance: {further!r} mm}}").xds_inp
    # the beam stays where it is on the plane, so the way is along the beam
    way = 10.0 / np.cross(BARREL[1].fast, BARREL[1].slow)[2]
    assert np.abs(written(text) - pixels(BARREL) - [0, 0, way]).max() < 1e-6


def test_a_beam_centre_moves_all_panels_in_the_plane() -> None:
    said = header(BARREL)
    center = said.fields["beam_center"].value
    assert isinstance(center, tuple)
    x, y = map(float, center)
    text = compiled(said, f"geometry: {{beam_center: [{x + 8} px, {y - 5} px]}}").xds_inp
    fast, slow = (np.array(vector) for vector in (BARREL[1].fast, BARREL[1].slow))
    moved = -8 * _PIXEL[0] * fast + 5 * _PIXEL[1] * slow
    # and along the beam, for the distance to stay: nothing, since the beam's foot is in the plane
    assert np.abs(written(text) - pixels(BARREL) - moved).max() < 1e-6


def test_directions_of_the_job_turn_the_whole_detector() -> None:
    """The plane of the panel in the beam comes to them; its pixel (0, 0) is that of the image."""
    place = "fast: [0, 1, 0], slow: [-1, 0, 0], origin: [20 mm, -40 mm, 300 mm]"
    text = compiled(header(BARREL), f"geometry: {{detector: {{{place}}}}}").xds_inp
    plane = main_plane(BARREL)
    before = np.array([plane.fast, plane.slow, np.cross(plane.fast, plane.slow)])
    after = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]).T
    moved = (pixels(BARREL) - plane.origin_mm) @ (after @ before).T + [20, -40, 300]
    assert np.abs(written(text) - moved).max() < 1e-6


@pytest.mark.parametrize("said", ["pixel_size: 0.2", "orgx_orgy: [200, 300]"])
def test_what_would_tear_the_panels_apart_is_refused(said: str) -> None:
    job = _JOB.format(more=f"geometry: {{{said}}}")
    found = compile_replayed(job, header(BARREL), Path("/jobs")).diagnostics
    assert [item.code for item in found if item.severity is Severity.ERROR] == ["SW-G032"]


def test_every_line_of_a_segment_says_who_set_it() -> None:
    moved = compiled(header(BARREL), "geometry: {two_theta: 20 deg}").xds_inp
    for text, origin in ((compiled(header(BARREL)).xds_inp, ""), (moved, "geometry.two_theta")):
        lines = [line for line in text.splitlines() if "SEGMENT" in line.partition("!")[0]]
        assert len(lines) == 3 * 5
        assert all("header 3 panels" in line and origin in line for line in lines)


def test_masks_count_the_pixels_of_the_image() -> None:
    text = compiled(header(BARREL), "masks: [{rectangle: [10, 20, 300, 310]}]").xds_inp
    assert numbers(parse_xds_input(text), "UNTRUSTED_RECTANGLE") == [10, 20, 300, 310]


@needs_samples
def test_the_barrel_of_i23_is_that_of_dxtbx() -> None:
    """In components across, along the axis and along the beam, which need no common frame."""
    theirs = json.loads((IMAGES / "dxtbx_geometry.json").read_text(encoding="utf-8"))[_I23]
    text = compiled(read_facts(IMAGES / _I23)).xds_inp
    told = parse_xds_input(text)
    ours_in = _components(numbers(told, "INCIDENT_BEAM_DIRECTION"), numbers(told, "ROTATION_AXIS"))
    theirs_in = _components(theirs["beam"]["s0"], theirs["goniometer"]["rotation_axis"])
    found = segments_of(text)
    assert len(found) == len(theirs["detector"]["panels"]) == 24
    for segment, model in zip(found, theirs["detector"]["panels"], strict=True):
        (nx, ny), (x, y) = model["image_size"], model["raw_image_offset"]
        assert segment.limits == (x + 1, x + nx, y + 1, y + ny)
        fast, slow = np.array(model["fast_axis"]), np.array(model["slow_axis"])
        (qx, qy) = model["pixel_size_mm"]
        for f, s in ((0, 0), (nx, 0), (0, ny), (nx, ny)):
            place = np.array(model["origin"]) + f * qx * fast + s * qy * slow
            ours = segment.at(x + f + 0.5, y + s + 0.5)
            assert ours_in @ ours == pytest.approx(theirs_in @ place, abs=1e-6)


@needs_samples
def test_the_barrel_of_i23_is_that_of_an_expert_who_measured_it() -> None:
    """An XDS.INP with 120 segments refined at the beamline: half a millimetre after one shift of all."""
    measured = (XDS_INPUTS / "032.XDS.INP").read_text(encoding="utf-8")
    groups = [line for line in measured.splitlines() if re.match(r"\w*SEGMENT", line)]
    theirs = segments_of(_BARREL_OF_EXPERT + "\n".join(groups))
    ours = segments_of(compiled(read_facts(IMAGES / _I23)).xds_inp)
    assert len(theirs) == 120
    apart = []
    for module in theirs:
        x1, x2, y1, y2 = module.limits
        row = ours[(y1 - 1) // 212]
        assert row.limits[2:] == (y1, y2)
        apart += [module.at(x, y) - row.at(x, y) for x in (x1, x2) for y in (y1, y2)]
    assert np.abs(apart - np.mean(apart, axis=0)).max() < 0.5


def _components(beam: Any, axis: Any) -> Array:
    z = np.array(beam, float) / np.linalg.norm(beam)
    y = np.array(axis, float) - (np.array(axis, float) @ z) * z
    y /= np.linalg.norm(y)
    return np.array([np.cross(y, z), y, z])
