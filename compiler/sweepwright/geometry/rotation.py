"""Vectors and rotations in plain Python: nine numbers need no numpy, and compiling starts faster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Vector = tuple[float, float, float]
#: three rows
Matrix = tuple[Vector, Vector, Vector]

IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def multiply(left: Matrix, right: Matrix) -> Matrix:
    """The matrix product."""
    columns = transpose(right)
    a, b, c = (_vector(dot(row, column) for column in columns) for row in left)
    return a, b, c


def transpose(matrix: Matrix) -> Matrix:
    """Rows made columns: the inverse of a rotation."""
    a, b, c = zip(*matrix, strict=True)
    return a, b, c


def apply(matrix: Matrix, vector: Sequence[float]) -> Vector:
    """A vector turned by a matrix."""
    return _vector(dot(row, vector) for row in matrix)


def dot(left: Iterable[float], right: Iterable[float]) -> float:
    """The scalar product."""
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def cross(left: Sequence[float], right: Sequence[float]) -> Vector:
    """The vector product."""
    (a, b, c), (x, y, z) = left, right
    return b * z - c * y, c * x - a * z, a * y - b * x


def combine(*terms: tuple[float, Sequence[float]]) -> Vector:
    """The sum of vectors, each times its factor."""
    factors, vectors = zip(*terms, strict=True)
    return _vector(dot(factors, parts) for parts in zip(*vectors, strict=True))


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


def rotation_angle_deg(matrix: Matrix) -> float:
    """By how much a rotation turns, 0 to 180 degrees; exact for small turns too."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return math.degrees(math.atan2(math.hypot(h - f, c - g, d - b), a + e + i - 1))


def angle_between_deg(left: Sequence[float], right: Sequence[float]) -> float:
    """The angle between two directions, 0 to 180 degrees; exact for small angles too."""
    return math.degrees(math.atan2(math.hypot(*cross(left, right)), dot(left, right)))


def unit(vector: Sequence[float]) -> Vector:
    """The vector with length 1."""
    length = math.hypot(*vector)
    return rounded(component / length for component in vector)


def flat(matrix: Matrix) -> tuple[float, ...]:
    """The nine numbers of a matrix row by row, rounded as leaves are."""
    return rounded_numbers(number for row in matrix for number in row)


def rows(nine: Sequence[float]) -> Matrix:
    """The matrix of nine numbers row by row."""
    return _vector(nine[0:3]), _vector(nine[3:6]), _vector(nine[6:9])


def rounded(vector: Iterable[float]) -> Vector:
    """Three numbers to 12 significant digits, -0 made 0."""
    return _vector(rounded_numbers(vector))


def rounded_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    """Numbers to 12 significant digits; what is 0 but for rounding of unit vectors is 0."""
    return tuple(0.0 if abs(number) < 1e-15 else float(f"{number:.12g}") for number in numbers)


def _vector(numbers: Iterable[float]) -> Vector:
    x, y, z = numbers
    return x, y, z
