"""Rotations and frames.

The frame of the project (``sw``): z along the beam from source to crystal, x along the detector's
fast direction at two-theta 0, y = z x x. DIALS (dxtbx) writes mini-CBF geometry in the imgCIF frame,
which is ``sw`` turned by 180 degrees about x: beam along -z, slow direction -y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:  # numpy.typing costs as much time to import as half of numpy
    from numpy.typing import NDArray

Vector = tuple[float, float, float]
Matrix: TypeAlias = "NDArray[np.float64]"

#: the same matrix leads from sw to imgCIF and back
SW_TO_IMGCIF: Matrix = np.diag([1.0, -1.0, -1.0])


def rotation(axis: Sequence[float], angle_deg: float) -> Matrix:
    """The 3x3 matrix of a right-handed turn about an axis (Rodrigues' formula)."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(angle_deg)
    turned: Matrix = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    return turned


def unit(vector: Sequence[float]) -> Vector:
    """The vector with length 1."""
    return rounded(np.asarray(vector, float) / np.linalg.norm(vector))


def imgcif(vector: Sequence[float]) -> Vector:
    """A vector of frame sw in the imgCIF frame of dxtbx."""
    return rounded(SW_TO_IMGCIF @ np.asarray(vector, float))


def imgcif_matrix(matrix: Matrix) -> tuple[float, ...]:
    """A rotation of frame sw in the imgCIF frame, nine numbers row by row."""
    return rounded_numbers((SW_TO_IMGCIF @ matrix @ SW_TO_IMGCIF).ravel())


def rounded(vector: Sequence[float] | Matrix) -> Vector:
    """Three numbers to 12 significant digits, -0 made 0."""
    x, y, z = rounded_numbers(vector)
    return x, y, z


def rounded_numbers(numbers: Sequence[float] | Matrix) -> tuple[float, ...]:
    """Numbers to 12 significant digits; what is 0 but for rounding of unit vectors is 0."""
    return tuple(0.0 if abs(number) < 1e-15 else float(f"{number:.12g}") for number in numbers)
