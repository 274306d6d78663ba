"""Geometry against independently written numbers."""

import numpy as np
import pytest

from sweepwright.geometry.goniostat import GoniostatAxis, positive_scan, scan_geometry
from sweepwright.geometry.rotation import (
    angle_between_deg,
    apply,
    multiply,
    rotation,
    rotation_angle_deg,
    rounded_numbers,
)


def test_a_positive_turn_follows_the_right_hand_rule() -> None:
    assert np.allclose(apply(rotation((0, 0, 1), 90), [1, 0, 0]), [0, 1, 0])
    assert np.allclose(apply(rotation((1, 0, 0), 90), [0, 1, 0]), [0, 0, 1])


def test_a_rotation_matches_the_quaternion_of_the_same_turn() -> None:
    axis, angle = np.array([0.3, -0.5, 0.81]), 37.3
    axis /= np.linalg.norm(axis)
    w, (x, y, z) = np.cos(np.radians(angle / 2)), np.sin(np.radians(angle / 2)) * axis
    from_quaternion = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    assert np.allclose(rotation(axis, angle), from_quaternion, atol=1e-14)


def test_axes_nearer_the_base_turn_the_scanned_axis_and_all_turn_the_crystal() -> None:
    chain = [
        GoniostatAxis("omega", (1.0, 0.0, 0.0)),
        GoniostatAxis("kappa", (0.0, 0.0, 1.0)),
        GoniostatAxis("phi", (1.0, 0.0, 0.0)),
    ]
    about_omega = scan_geometry(chain, "omega", {"kappa": 90, "phi": 0})
    assert about_omega.axis == (1, 0, 0)
    assert np.allclose(about_omega.fixed, rotation((0, 0, 1), 90))
    about_phi = scan_geometry(chain, "phi", {"omega": 0, "kappa": 90})
    assert np.allclose(about_phi.axis, (0, 1, 0))
    # kappa stands still too: at phi 0 the crystal is turned by it
    assert np.allclose(about_phi.fixed, rotation((0, 0, 1), 90))


def test_the_order_of_two_turns_matters_and_the_base_is_leftmost() -> None:
    chain = [
        GoniostatAxis("omega", (1.0, 0.0, 0.0)),
        GoniostatAxis("kappa", (0.0, 1.0, 0.0)),
        GoniostatAxis("phi", (0.0, 0.0, 1.0)),
    ]
    fixed = scan_geometry(chain, "omega", {"kappa": 90, "phi": 90}).fixed
    # phi first takes x to y, which kappa (about y) leaves alone
    assert np.allclose(apply(fixed, [1, 0, 0]), [0, 1, 0])


def test_a_scan_with_one_axis_repeats_every_orientation_of_the_chain() -> None:
    chain = [
        GoniostatAxis("omega", (1.0, 0.0, 0.0)),
        GoniostatAxis("kappa", (0.64, 0.48, 0.6)),
        GoniostatAxis("phi", (0.0, 0.6, 0.8)),
    ]
    settings = {"omega": 31.0, "kappa": -77.0, "phi": 140.0}
    for scanned in settings:
        scan = scan_geometry(chain, scanned, settings)
        for angle in (0.0, 12.5, -200.0):
            whole = np.eye(3)
            for axis in chain:
                turn = angle if axis.name == scanned else settings[axis.name]
                whole = whole @ np.array(rotation(axis.vector, turn))
            as_engine = np.array(rotation(scan.axis, angle)) @ np.array(scan.fixed)
            assert np.allclose(as_engine, whole, atol=1e-11)


def test_an_unknown_setting_is_not_zero() -> None:
    chain = [GoniostatAxis("omega", (1.0, 0.0, 0.0)), GoniostatAxis("phi", (1.0, 0.0, 0.0))]
    with pytest.raises(KeyError):
        scan_geometry(chain, "omega", {})


def test_a_negative_width_turns_axis_start_and_width_together() -> None:
    axis, start, width = positive_scan((1.0, 0.0, 0.0), 30.0, -0.1)
    assert (axis, start, width) == ((-1.0, 0.0, 0.0), -30.0, 0.1)
    before = rotation((1, 0, 0), 30.0 - 0.1 * 7)
    after = rotation(axis, start + width * 7)
    assert np.allclose(before, after)


def test_computed_numbers_have_twelve_digits_and_no_minus_zero() -> None:
    assert rounded_numbers([0.1 + 0.2, -0.0, 1e-17]) == (0.3, 0.0, 0.0)
    assert str(rounded_numbers([-1e-17])[0]) == "0.0"


def test_products_of_matrices_are_those_of_numpy() -> None:
    a, b = rotation((0.1, 0.7, -0.3), 41), rotation((-0.4, 0.2, 0.9), -17)
    assert np.allclose(multiply(a, b), np.array(a) @ np.array(b), atol=1e-15)


@pytest.mark.parametrize("angle", [1e-9, 0.001, 37.0, 90.0, 179.0, 180.0])
def test_small_and_large_angles_are_told(angle: float) -> None:
    turn = rotation((0.2, -0.4, 0.7), angle)
    assert rotation_angle_deg(turn) == pytest.approx(angle, rel=1e-6)
    across = np.cross((0.2, -0.4, 0.7), (1, 0, 0))
    assert angle_between_deg(across, apply(turn, across)) == pytest.approx(angle, rel=1e-6)
