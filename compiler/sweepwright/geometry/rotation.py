"""Rotations and frames, in plain Python: nine numbers need no numpy, and compiling starts faster.

The frame of the project (``sw``): z along the beam from source to crystal, x along the detector's
fast direction at two-theta 0, y = z x x. DIALS (dxtbx) writes mini-CBF geometry in the imgCIF
frame, which is ``sw`` turned by 180 degrees about x: beam along -z, slow direction -y.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Vector = tuple[float, float, float]
#: three rows
Matrix = tuple[Vector, Vector, Vector]

IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
#: the same matrix leads from sw to imgCIF and back
SW_TO_IMGCIF: Matrix = ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0))


def multiply(left: Matrix, right: Matrix) -> Matrix:
    """The matrix product."""
    columns = tuple(zip(*right, strict=True))
    a, b, c = (tuple(_dot(row, column) for column in columns) for row in left)
    return _vector(a), _vector(b), _vector(c)


def apply(matrix: Matrix, vector: Sequence[float]) -> Vector:
    """A vector turned by a matrix."""
    return _vector(_dot(row, vector) for row in matrix)


def rotation(axis: Sequence[float], angle_deg: float) -> Matrix:
    """The matrix of a right-handed turn about an axis (Rodrigues' formula)."""
    length = math.hypot(*axis)
    x, y, z = (component / length for component in axis)
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    rest = 1 - cosine
    return (
        (cosine + x * x * rest, x * y * rest - z * sine, x * z * rest + y * sine),
        (y * x * rest + z * sine, cosine + y * y * rest, y * z * rest - x * sine),
        (z * x * rest - y * sine, z * y * rest + x * sine, cosine + z * z * rest),
    )


def unit(vector: Sequence[float]) -> Vector:
    """The vector with length 1."""
    length = math.hypot(*vector)
    return rounded(component / length for component in vector)


def imgcif(vector: Sequence[float]) -> Vector:
    """A vector of frame sw in the imgCIF frame of dxtbx."""
    return rounded(apply(SW_TO_IMGCIF, vector))


def imgcif_matrix(nine: Sequence[float]) -> tuple[float, ...]:
    """A rotation of frame sw, nine numbers row by row, in the imgCIF frame."""
    matrix: Matrix = (_vector(nine[0:3]), _vector(nine[3:6]), _vector(nine[6:9]))
    return flat(multiply(multiply(SW_TO_IMGCIF, matrix), SW_TO_IMGCIF))


def flat(matrix: Matrix) -> tuple[float, ...]:
    """The nine numbers of a matrix row by row, rounded as leaves are."""
    return rounded_numbers(number for row in matrix for number in row)


def rounded(vector: Iterable[float]) -> Vector:
    """Three numbers to 12 significant digits, -0 made 0."""
    return _vector(rounded_numbers(vector))


def rounded_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    """Numbers to 12 significant digits; what is 0 but for rounding of unit vectors is 0."""
    return tuple(0.0 if abs(number) < 1e-15 else float(f"{number:.12g}") for number in numbers)


def _dot(left: Iterable[float], right: Iterable[float]) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def _vector(numbers: Iterable[float]) -> Vector:
    x, y, z = numbers
    return x, y, z
