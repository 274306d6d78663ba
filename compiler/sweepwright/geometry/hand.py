"""Mirrors and swaps between two descriptions of one experiment: detector, rotation axis, beam centre.

Two descriptions mean the same when one is the other turned in space, so they are compared in the
terms of the image: the axis by its components along the fast direction, the slow direction and the
beam, and the hand of (fast, slow, beam). Mirror the whole laboratory by M: vectors become M v, but a
right-handed turn about a becomes a left-handed one about M a, which is a right-handed one about -M a.
Every reflection is explained as before by a crystal of the other hand. In the image's terms that
world has the other hand *and* the opposite axis: the double mirror. Lattice, symmetry and merging
statistics cannot see it; the anomalous differences change their sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import product
from typing import NamedTuple

from sweepwright.geometry.detector import Pair
from sweepwright.geometry.frames import frame_along, to_sw
from sweepwright.geometry.rotation import Vector, angle_between_deg, cross, dot, unit

#: below this the beam runs along the detector and its hand cannot be told
_EDGE_ON = 1e-6


class Setting(NamedTuple):
    """Directions of one description, in any one right-handed frame; lengths do not matter."""

    fast: Vector
    slow: Vector
    beam: Vector
    axis: Vector
    """turns right-handed as image numbers grow"""


class Hand(Enum):
    """How a candidate differs from what is believed."""

    SAME = "same"
    MIRRORED_DETECTOR = "mirrored detector"
    REVERSED_AXIS = "reversed axis"
    DOUBLE_MIRROR = "double mirror"
    OTHER_AXIS = "other axis"


class HandComparison(NamedTuple):
    """The verdict, whether the hand of the detector differs, and the angle between the axes.

    The angle is 0 to 180 degrees, in the terms of the image: 180 is a reversed axis.
    """

    verdict: Hand
    mirrored: bool
    axis_angle_deg: float


_VERDICTS = {
    (False, False): Hand.SAME,
    (True, False): Hand.MIRRORED_DETECTOR,
    (False, True): Hand.REVERSED_AXIS,
    (True, True): Hand.DOUBLE_MIRROR,
}


def compare_hands(believed: Setting, candidate: Setting, tolerance_deg: float) -> HandComparison:
    """Tells a candidate from what is believed.

    OTHER_AXIS when the axes are further than ``tolerance_deg`` from both same and opposite. Raises
    ValueError when a detector is seen edge-on or its fast direction is along the beam.
    """
    (hand, axis), (other_hand, other_axis) = map(_in_the_image, (believed, candidate))
    mirrored, angle = hand != other_hand, angle_between_deg(axis, other_axis)
    if min(angle, 180 - angle) > tolerance_deg:
        return HandComparison(Hand.OTHER_AXIS, mirrored, angle)
    return HandComparison(_VERDICTS[mirrored, angle > 90], mirrored, angle)


def _in_the_image(setting: Setting) -> tuple[int, Vector]:
    """The hand of the detector, and the axis along fast, slow and beam, each square to the others."""
    faces = dot(cross(unit(setting.fast), unit(setting.slow)), unit(setting.beam))
    if abs(faces) < _EDGE_ON:
        raise ValueError("the beam runs along the detector, so that its hand cannot be told")
    hand = 1 if faces > 0 else -1
    x, y, z = to_sw(frame_along(setting.beam, setting.fast), setting.axis)
    return hand, (x, hand * y, z)


class CentrePermutation(NamedTuple):
    """A way to misread a beam centre, and the centre it gives when it is undone, px."""

    name: str
    center_px: Pair


def centre_permutations(
    center: Pair, size_px: tuple[int, int], pixel_mm: Pair
) -> Iterator[CentrePermutation]:
    """All readings of two numbers as a beam centre (corner based, fast then slow), simplest first.

    As px they stand for themselves, or they were mm taken for px; they may be swapped, and counted
    from the far edge along fast or slow.
    """
    for millimetres, swap, far_slow, far_fast in sorted(product((False, True), repeat=4), key=sum):
        fast, slow = center[::-1] if swap else center
        if millimetres:
            fast, slow = fast / pixel_mm[0], slow / pixel_mm[1]
        if far_fast:
            fast = size_px[0] - fast
        if far_slow:
            slow = size_px[1] - slow
        said = {
            "mm taken for px": millimetres,
            "fast and slow swapped": swap,
            "mirrored along fast": far_fast,
            "mirrored along slow": far_slow,
        }
        name = ", ".join(word for word, is_so in said.items() if is_so) or "as it is"
        yield CentrePermutation(name, (fast, slow))


def fitting_permutations(
    center: Pair,
    expected_px: Pair,
    size_px: tuple[int, int],
    pixel_mm: Pair,
    tolerance_px: float,
) -> tuple[CentrePermutation, ...]:
    """The readings of ``center`` within the tolerance of the expected one, simplest first.

    Near the middle of a detector several fit, and none is evidence.
    """
    return tuple(
        reading
        for reading in centre_permutations(center, size_px, pixel_mm)
        if all(
            abs(found - wanted) <= tolerance_px
            for found, wanted in zip(reading.center_px, expected_px, strict=True)
        )
    )
