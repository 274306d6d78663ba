"""Frames of the laboratory, and the one function each way between them and the project's own.

The frame of the project, ``sw``: z along the beam from source to crystal, x along the detector's
fast direction at two-theta 0, y = z x x (along the slow direction of a detector that is not
mirrored). All frames are right-handed.

- XDS takes any right-handed frame; it is given ``sw``. (XDS, "Coordinate Systems")
- imgCIF, and dxtbx with it: x along the principal axis of the goniostat, z from the crystal to the
  source. (imgCIF dictionary, category AXIS; International Tables G, 3.7)
- NeXus, as McStas: z along the beam, y up. (NeXus manual, "The NeXus Coordinate System")

For imgCIF and NeXus this takes a horizontal axis along the fast direction, as dxtbx does for its
default detector (fast x, slow -y). Where a file gives the detector's own vectors nothing is assumed:
axes, panels and beam of one file, brought here together, keep their places to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sweepwright.geometry.rotation import (
    IDENTITY,
    Matrix,
    Vector,
    apply,
    combine,
    cross,
    dot,
    multiply,
    transpose,
    unit,
)

#: direction of the beam in frame sw
BEAM: Vector = (0.0, 0.0, 1.0)


class Frame(NamedTuple):
    """A frame by the rotation that brings its components to those of frame sw."""

    name: str
    turn: Matrix


XDS = Frame("XDS", IDENTITY)
#: half a turn about x
IMGCIF = Frame("imgCIF", ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)))
#: half a turn about z
NEXUS = Frame("NeXus", ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)))


def frame_along(beam: Sequence[float], fast: Sequence[float]) -> Frame:
    """The frame in which beam and fast direction have these components; ``beam`` becomes z.

    For files in a frame of their own, as XDS.INP with another INCIDENT_BEAM_DIRECTION. ``fast`` need
    not be square to the beam. Raises ValueError when it is parallel to it.
    """
    z = unit(beam)
    across = combine((1.0, fast), (-dot(fast, z), z))
    if dot(across, across) <= 1e-12 * dot(fast, fast):
        raise ValueError("the fast direction is parallel to the beam")
    x = unit(across)
    return Frame("own", (x, cross(z, x), z))


def to_sw(frame: Frame, vector: Sequence[float]) -> Vector:
    """The components in frame sw of a vector of another frame."""
    return _no_minus_zero(apply(frame.turn, vector))


def from_sw(frame: Frame, vector: Sequence[float]) -> Vector:
    """The components in another frame of a vector of frame sw."""
    return _no_minus_zero(apply(transpose(frame.turn), vector))


def matrix_to_sw(frame: Frame, matrix: Matrix) -> Matrix:
    """A rotation of another frame as it reads in frame sw."""
    return multiply(multiply(frame.turn, matrix), transpose(frame.turn))


def matrix_from_sw(frame: Frame, matrix: Matrix) -> Matrix:
    """A rotation of frame sw as it reads in another frame."""
    return multiply(multiply(transpose(frame.turn), matrix), frame.turn)


def _no_minus_zero(vector: Vector) -> Vector:
    x, y, z = vector
    return x + 0.0, y + 0.0, z + 0.0
