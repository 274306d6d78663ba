"""What must hold for any geometry."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.geometry.detector import (
    beam_center_px,
    foot_px,
    panel_at,
    point_mm,
    signed_distance_mm,
    turned,
)
from sweepwright.geometry.frames import (
    BEAM,
    IMGCIF,
    NEXUS,
    XDS,
    frame_along,
    from_sw,
    matrix_from_sw,
    matrix_to_sw,
    to_sw,
)
from sweepwright.geometry.goniostat import (
    GoniostatAxis,
    misset_deg,
    orientation,
    positive_scan,
    relative_orientation,
)
from sweepwright.geometry.rotation import (
    Matrix,
    Vector,
    apply,
    combine,
    flat,
    multiply,
    rotation,
    rotation_angle_deg,
    rows,
    transpose,
)
from sweepwright.geometry.xds import XdsGeometry, panels_of_xds, xds_geometry
from sweepwright.model import geometry_types
from sweepwright.model.facts import PanelFact

_X = GoniostatAxis("omega", (1.0, 0.0, 0.0))
CHAINS = {
    "kappa": (
        _X,
        GoniostatAxis("kappa", (0.642787609687, 0.766044443119, 0.0)),  # 50 degrees to omega
        GoniostatAxis("phi", (1.0, 0.0, 0.0)),
    ),
    "eulerian": (
        _X,
        GoniostatAxis("chi", (0.0, 0.0, 1.0)),
        GoniostatAxis("phi", (1.0, 0.0, 0.0)),
    ),
    "fixed chi": (_X, GoniostatAxis("phi", (0.577350269190, 0.816496580928, 0.0))),
}
PART = st.floats(-1, 1)
VECTOR = st.tuples(PART, PART, PART).filter(lambda vector: math.hypot(*vector) > 0.1)
ANGLE = st.floats(-400, 400)
TURN = st.builds(rotation, VECTOR, ANGLE)
PIXEL = st.floats(0.01, 0.5)
PLACE = st.floats(-500, 5000)
SIZE = st.integers(1, 5000)
SQUARE = st.builds(
    panel_at,
    st.tuples(PLACE, PLACE),
    st.tuples(PIXEL, PIXEL),
    st.floats(20, 2000),
    st.tuples(SIZE, SIZE),
    st.just((1.0, 0.0, 0.0)),
    st.sampled_from([(0.0, 1.0, 0.0), (0.0, -1.0, 0.0)]),
)
PANEL = st.builds(turned, SQUARE, VECTOR, st.floats(-80, 80), st.tuples(PLACE, PLACE, PLACE))


@given(TURN)
def test_rotations_are_orthonormal_and_right_handed(turn: Matrix) -> None:
    assert np.allclose(multiply(turn, transpose(turn)), np.eye(3), atol=1e-13)
    assert np.linalg.det(turn) == pytest.approx(1)


@given(VECTOR, TURN, st.sampled_from([XDS, IMGCIF, NEXUS, frame_along((0.1, -1, 0.2), (1, 1, 0))]))
def test_every_frame_leads_back(vector: Vector, turn: Matrix, frame: object) -> None:
    assert to_sw(frame, from_sw(frame, vector)) == pytest.approx(vector, abs=1e-11)
    assert np.allclose(matrix_to_sw(frame, matrix_from_sw(frame, turn)), turn, atol=1e-11)
    # a turned vector is the same vector in any frame
    there = apply(matrix_from_sw(frame, turn), from_sw(frame, vector))
    assert to_sw(frame, there) == pytest.approx(apply(turn, vector), abs=1e-11)


@given(VECTOR)
def test_named_frames_only_change_signs_and_job_files_mean_the_same(vector: Vector) -> None:
    x, y, z = vector
    as_text = [f"{part:.17f}" for part in vector]
    assert to_sw(XDS, vector) == vector
    assert to_sw(IMGCIF, vector) == (x, -y, -z)
    assert to_sw(NEXUS, vector) == (-x, -y, z)
    assert geometry_types.vector({"imgcif": as_text}) == pytest.approx((x, -y, -z))
    assert geometry_types.vector({"nexus": as_text}) == pytest.approx((-x, -y, z))


def test_beam_and_detector_of_each_frame() -> None:
    assert to_sw(IMGCIF, (0, 0, -1)) == to_sw(NEXUS, (0, 0, 1)) == BEAM
    # Diamond's NXmx files: fast (-1, 0, 0), slow (0, -1, 0), omega (-1, 0, 0)
    assert to_sw(NEXUS, (-1, 0, 0)) == (1, 0, 0)
    assert to_sw(NEXUS, (0, -1, 0)) == (0, 1, 0)
    assert [math.copysign(1, part) for part in to_sw(IMGCIF, (1, 0.0, 0.0))] == [1, 1, 1]


def test_a_frame_of_its_own_has_beam_z_and_fast_in_the_plane_of_x_and_z() -> None:
    # BL13-XALOC: beam 0 -1 0, detector y 0 0 1, hence x 1 0 0
    xaloc = frame_along((0, -1, 0), (1, 0, 0))
    assert to_sw(xaloc, (0, -1, 0)) == BEAM
    assert to_sw(xaloc, (0, 0, 1)) == (0, 1, 0)
    leaning = frame_along((0, 0, 2), (3, 0, 1))
    assert to_sw(leaning, (3, 0, 1)) == pytest.approx((3, 0, 1))
    with pytest.raises(ValueError, match="parallel"):
        frame_along((0, 0, 1), (0, 0, -3))


@given(TURN)
def test_nine_numbers_are_the_matrix(turn: Matrix) -> None:
    assert np.allclose(rows(flat(turn)), turn, atol=1e-11)


@given(PANEL)
def test_the_foot_of_the_perpendicular_is_perpendicular_and_nearest(panel: PanelFact) -> None:
    foot = point_mm(panel, foot_px(panel))
    assert np.dot(foot, panel.fast) == pytest.approx(0, abs=1e-8)
    assert np.dot(foot, panel.slow) == pytest.approx(0, abs=1e-8)
    assert math.hypot(*foot) == pytest.approx(abs(signed_distance_mm(panel)), abs=1e-8)


@given(
    st.tuples(PLACE, PLACE),
    st.tuples(PIXEL, PIXEL),
    st.floats(20, 2000),
    st.builds(rotation, VECTOR, st.floats(-60, 60)),
    st.sampled_from([1.0, -1.0]),
    st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01), st.just(1.0)),
)
def test_beam_centre_and_distance_lead_to_the_panel_and_back(
    center: tuple[float, float],
    pixel: tuple[float, float],
    distance: float,
    turn: Matrix,
    hand: float,
    beam: Vector,
) -> None:
    fast, slow = apply(turn, (1, 0, 0)), apply(turn, (0, hand, 0))
    panel = panel_at(center, pixel, distance, (10, 10), fast, slow, beam)
    assert beam_center_px(panel, beam) == pytest.approx(center, abs=1e-6)
    assert abs(signed_distance_mm(panel)) == pytest.approx(distance)
    assert math.copysign(1, signed_distance_mm(panel)) == hand


def test_a_panel_that_the_beam_does_not_meet_has_no_beam_centre() -> None:
    panel = panel_at((5.0, 5.0), (0.1, 0.1), 100.0, (10, 10))
    with pytest.raises(ValueError, match="behind"):
        beam_center_px(turned(panel, (1, 0, 0), 120))
    with pytest.raises(ValueError, match="along"):
        beam_center_px(turned(panel, (0, 1, 0), 90))


def same_panel(left: PanelFact, right: PanelFact) -> None:
    assert (left.fast, left.slow) == (
        pytest.approx(right.fast, abs=1e-9),
        pytest.approx(right.slow, abs=1e-9),
    )
    assert left.origin_mm == pytest.approx(right.origin_mm, rel=1e-9, abs=1e-8)
    assert (left.size_px, left.pixel_mm) == (right.size_px, right.pixel_mm)


@given(PANEL)
def test_xds_geometry_leads_back_to_the_panel(panel: PanelFact) -> None:
    geometry = xds_geometry([panel])
    (back,) = panels_of_xds(geometry)
    same_panel(back, panel)
    # directions have 12 digits, which a long arm to the foot of the perpendicular makes larger
    assert xds_geometry([back]).org_px == pytest.approx(geometry.org_px, rel=1e-9, abs=1e-6)


@given(PANEL, VECTOR, st.floats(-60, 60), VECTOR)
def test_segments_lead_back_to_their_panels(
    panel: PanelFact, axis: Vector, angle: float, shift: Vector
) -> None:
    moved = turned(panel, axis, angle, combine((100.0, shift)))
    moved = replace(moved, first_px=(3, panel.size_px[1] + 17))
    for back, given_panel in zip(
        panels_of_xds(xds_geometry([panel, moved])), (panel, moved), strict=True
    ):
        same_panel(back, given_panel)


def test_xds_counts_from_the_centre_of_the_first_pixel_as_one() -> None:
    panel = panel_at((2102.48, 2163.0), (0.073242, 0.075), 187.3, (4150, 4371))
    assert xds_geometry([panel]) == XdsGeometry(
        (4150, 4371), (0.073242, 0.075), (1, 0, 0), (0, 1, 0), (2102.98, 2163.5), 187.3
    )


def test_orgx_is_not_the_beam_centre_once_the_detector_is_swung() -> None:
    """At two-theta t the beam is off the foot by D tan t, along slow for an arm along x."""
    panel = turned(panel_at((500.0, 500.0), (0.1, 0.1), 100.0, (1000, 1000)), (1, 0, 0), 30.0)
    assert xds_geometry([panel]).org_px == pytest.approx((500.5, 500.5))
    assert beam_center_px(panel) == pytest.approx((500, 500 + 1000 * math.tan(math.radians(30))))
    assert xds_geometry([panel]).y_axis == pytest.approx((0, math.sqrt(3) / 2, 0.5))


@given(ANGLE, ANGLE, ANGLE, ANGLE, TURN, st.sampled_from(sorted(CHAINS)))
def test_one_crystal_at_two_settings(
    a: float, b: float, c: float, d: float, mounted: Matrix, device: str
) -> None:
    axes = CHAINS[device]
    inner = [axis.name for axis in axes[1:]]
    first = {"omega": 0.0} | dict(zip(inner, (a, b), strict=False))
    second = {"omega": 0.0} | dict(zip(inner, (c, d), strict=False))
    u_a, u_b = (multiply(orientation(axes, at), mounted) for at in (first, second))
    between = relative_orientation(axes, first, second)
    assert np.allclose(multiply(between, u_a), u_b, atol=1e-12)
    assert misset_deg(between, u_a, u_b) < 1e-9
    half_turn: Matrix = ((-1, 0, 0), (0, -1, 0), (0, 0, 1))
    other_setting = multiply(u_b, half_turn)
    assert misset_deg(between, u_a, other_setting) == pytest.approx(180)
    assert misset_deg(between, u_a, other_setting, (np.eye(3), half_turn)) < 1e-9


def test_a_misset_of_a_tenth_of_a_degree_is_seen() -> None:
    axes = CHAINS["kappa"]
    start, end = {"omega": 0, "kappa": 0, "phi": 0}, {"omega": 0, "kappa": 60, "phi": 0}
    u_b = multiply(rotation((1, 2, 3), 0.1), orientation(axes, end))
    eye = orientation(axes, start)
    assert misset_deg(relative_orientation(axes, start, end), eye, u_b) == pytest.approx(0.1)
    # kappa ignored: the whole of its turn is left over
    ignored = relative_orientation(axes, start, end | {"kappa": 0})
    assert misset_deg(ignored, eye, u_b) == pytest.approx(60, abs=0.2)


@given(VECTOR, ANGLE, st.floats(-2, -0.001))
def test_a_negative_scan_made_positive_turns_the_crystal_alike(
    axis: Vector, start: float, width: float
) -> None:
    turned_axis, first, step = positive_scan(axis, start, width)
    assert step > 0
    for image in (0, 7, 300):
        before = rotation(axis, start + image * width)
        assert np.allclose(rotation(turned_axis, first + image * step), before, atol=1e-9)


def test_chi_of_a_kappa_goniostat_reaches_twice_alpha() -> None:
    """cos(chi) = cos^2 a + sin^2 a cos(kappa), the angle between omega and the turned phi."""
    axes = CHAINS["kappa"]
    for kappa in (0.0, 30.0, 90.0, 180.0):
        phi = apply(rotation(axes[1].vector, kappa), axes[2].vector)
        cosine, sine = math.cos(math.radians(50)), math.sin(math.radians(50))
        expected = cosine**2 + sine**2 * math.cos(math.radians(kappa))
        assert phi[0] == pytest.approx(expected)
    assert rotation_angle_deg(orientation(axes, {"omega": 0, "kappa": 180, "phi": 0})) == 180
