"""Mirrors: what is told, against what the crystal's reciprocal lattice does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.geometry.hand import (
    Hand,
    Setting,
    centre_permutations,
    compare_hands,
    fitting_permutations,
)
from sweepwright.geometry.rotation import apply, rotation

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def minus(vector: Any) -> Any:
    return tuple(-part for part in vector)


PLAIN = Setting(X, Y, Z, X)
VERTICAL = Setting(X, Y, Z, Y)
CASES = [
    (PLAIN, PLAIN, Hand.SAME),
    (PLAIN, PLAIN._replace(slow=minus(Y)), Hand.MIRRORED_DETECTOR),
    (PLAIN, PLAIN._replace(axis=minus(X)), Hand.REVERSED_AXIS),
    (PLAIN, PLAIN._replace(slow=minus(Y), axis=minus(X)), Hand.DOUBLE_MIRROR),
    # with the axis along slow, turning slow round turns the axis in the image
    (VERTICAL, VERTICAL._replace(slow=minus(Y)), Hand.DOUBLE_MIRROR),
    (VERTICAL, VERTICAL._replace(fast=minus(X)), Hand.MIRRORED_DETECTOR),
    (VERTICAL, VERTICAL._replace(fast=minus(X), axis=minus(Y)), Hand.DOUBLE_MIRROR),
    # both detector axes and the rotation axis: half a turn about the beam
    (PLAIN, Setting(minus(X), minus(Y), Z, minus(X)), Hand.SAME),
    (PLAIN, PLAIN._replace(axis=Y), Hand.OTHER_AXIS),
]


@pytest.mark.parametrize(("believed", "candidate", "verdict"), CASES)
def test_a_difference_has_a_name(believed: Setting, candidate: Setting, verdict: Hand) -> None:
    assert compare_hands(believed, candidate, 5.0).verdict is verdict
    assert compare_hands(candidate, believed, 5.0).verdict is verdict


@pytest.mark.parametrize(("believed", "candidate", "verdict"), CASES[:-1])
def test_the_lattice_behaves_as_the_verdict_says(
    believed: Setting, candidate: Setting, verdict: Hand
) -> None:
    """Spots of a lattice seen with one description, mapped back with the other.

    Right descriptions and double mirrors give a perfect lattice, of the same and of the other hand;
    a mirror of one alone, none.
    """
    random = np.random.default_rng(11)
    places = random.uniform(-100, 100, (200, 2))
    angles = random.uniform(0, 120, 200)
    true, seen = (reciprocal(setting, places, angles) for setting in (believed, candidate))
    relation, *_ = np.linalg.lstsq(true, seen, rcond=None)
    is_lattice = np.allclose(true @ relation, seen, atol=1e-9)
    assert is_lattice == (verdict in (Hand.SAME, Hand.DOUBLE_MIRROR))
    if is_lattice:
        assert np.allclose(relation @ relation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(relation) == pytest.approx(1 if verdict is Hand.SAME else -1)


def reciprocal(setting: Setting, places: Any, angles: Any) -> Any:
    """Reciprocal vectors at angle 0 of spots at places (mm from the beam) of a detector 150 mm off."""
    fast, slow, beam = (np.array(vector) for vector in setting[:3])
    rays = places[:, :1] * fast + places[:, 1:] * slow + 150.0 * beam
    vectors = rays / np.linalg.norm(rays, axis=1, keepdims=True) - beam
    return np.array(
        [
            apply(rotation(setting.axis, -angle), vector)
            for angle, vector in zip(angles, vectors, strict=True)
        ]
    )


PART = st.floats(-1, 1)
VECTOR = st.tuples(PART, PART, PART).filter(lambda vector: np.linalg.norm(vector) > 0.1)


@given(VECTOR, st.floats(-180, 180), st.sampled_from(CASES))
def test_the_frame_of_a_description_does_not_matter(axis: Any, angle: float, case: Any) -> None:
    believed, candidate, verdict = case
    elsewhere = Setting(*(apply(rotation(axis, angle), vector) for vector in candidate))
    assert compare_hands(believed, elsewhere, 5.0).verdict is verdict


@given(VECTOR, st.sampled_from(CASES))
def test_a_small_tilt_is_not_a_mirror(axis: Any, case: Any) -> None:
    believed, candidate, verdict = case
    tilt = rotation(axis, 1.5)
    tilted = candidate._replace(fast=apply(tilt, candidate.fast), slow=apply(tilt, candidate.slow))
    found = compare_hands(believed, tilted, 5.0)
    assert found.verdict is verdict


def test_a_swung_detector_keeps_its_hand() -> None:
    swing = rotation(X, 40.0)
    swung = PLAIN._replace(slow=apply(swing, Y))
    found = compare_hands(PLAIN, swung, 1.0)
    assert (found.verdict, found.mirrored) == (Hand.SAME, False)
    assert found.axis_angle_deg == pytest.approx(0)


def test_a_detector_along_the_beam_has_no_hand() -> None:
    with pytest.raises(ValueError, match="hand"):
        compare_hands(PLAIN, Setting(X, Z, Z, X), 1.0)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ((1000.25, 1300.75), "as it is"),
        ((1300.75, 1000.25), "fast and slow swapped"),
        ((1462.75, 1300.75), "mirrored along fast"),
        ((1000.25, 1226.25), "mirrored along slow"),
        ((1226.25, 1462.75), "fast and slow swapped, mirrored along fast, mirrored along slow"),
        ((172.043, 223.729), "mm taken for px"),
        ((223.729, 172.043), "mm taken for px, fast and slow swapped"),
        ((251.593, 210.915), "mm taken for px, mirrored along fast, mirrored along slow"),
    ],
)
def test_a_misread_beam_centre_is_named(header: tuple[float, float], name: str) -> None:
    """A PILATUS 6M, 2463 x 2527 pixels of 0.172 mm, the beam at 1000.25, 1300.75."""
    expected, size, pixel = (1000.25, 1300.75), (2463, 2527), (0.172, 0.172)
    (fits,) = fitting_permutations(header, expected, size, pixel, 1.0)
    assert fits.name == name
    assert fits.center_px == pytest.approx(expected, abs=1e-6)


def test_a_centre_in_the_middle_says_nothing_and_one_elsewhere_fits_nothing() -> None:
    size, pixel = (1024, 1024), (0.1, 0.1)
    middle = fitting_permutations((512.2, 511.9), (512.0, 512.0), size, pixel, 1.0)
    assert len(middle) == 8
    assert middle[0].name == "as it is"
    assert fitting_permutations((300.0, 90.0), (512.0, 512.0), size, pixel, 20.0) == ()


def test_there_are_sixteen_readings() -> None:
    readings = list(centre_permutations((10.0, 30.0), (1000, 500), (0.1, 0.2)))
    assert len({reading.center_px for reading in readings}) == 16
    assert [reading.name.count(",") for reading in readings] == sorted(
        reading.name.count(",") for reading in readings
    )
