"""Value types of specifications."""

from __future__ import annotations

from typing import Annotated

import gemmi
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Triple = tuple[float, float, float]
NonNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Wavelength = Annotated[float, Field(ge=0.4, le=3.1)]
#: part of a line of a header: ASCII without quotation marks
Text = Annotated[str, Field(pattern=r"^[!#-&(-~]([ !#-&(-~]{0,78}[!#-&(-~])?$")]
#: how far from a rotation a matrix with rounded numbers may be
_ROUNDING = 1e-4


class Part(BaseModel):
    """A section of a specification: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


def _has_direction(vector: Triple) -> Triple:
    if np.linalg.norm(vector) < 1e-6:
        raise ValueError("a vector of length 0 has no direction")
    return vector


def _is_unit(vector: Triple) -> Triple:
    if abs(np.linalg.norm(vector) - 1) > _ROUNDING:
        raise ValueError("this direction is not a unit vector")
    return vector


def _is_rotation(rows: tuple[Triple, Triple, Triple]) -> tuple[Triple, Triple, Triple]:
    matrix = np.array(rows)
    if np.abs(matrix @ matrix.T - np.eye(3)).max() > _ROUNDING or np.linalg.det(matrix) < 0:
        raise ValueError("these three rows are not a rotation matrix")
    return rows


def _is_cell(
    cell: tuple[float, float, float, float, float, float],
) -> tuple[float, float, float, float, float, float]:
    if min(cell[:3]) < 2 or not all(10 < angle < 170 for angle in cell[3:]):
        raise ValueError("a cell needs axes of at least 2 A and angles between 10 and 170 degrees")
    if not gemmi.UnitCell(*cell).volume > 0:
        raise ValueError("no cell has these angles")
    return cell


Vector = Annotated[Triple, AfterValidator(_has_direction)]
Direction = Annotated[Triple, AfterValidator(_is_unit)]
RotationRows = Annotated[tuple[Triple, Triple, Triple], AfterValidator(_is_rotation)]
CellParameters = Annotated[
    tuple[float, float, float, float, float, float], AfterValidator(_is_cell)
]


class Turn(Part):
    """A right-handed turn."""

    axis: Vector
    """direction in frame sw"""
    angle: float
    """degrees"""


def parse_reindexing(operator: str) -> NDArray[np.int_]:
    """The matrix M of an operator like ``k,h,-l``: new indices = M (h, k, l). Raises ValueError."""
    try:
        if not set(operator) <= set("hkl+-*/,0123456789 "):
            raise ValueError(operator)
        op = gemmi.Op(operator)
        columns = [op.apply_to_hkl(unit) for unit in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"'{operator}' is no operator like k,h,-l") from error
    matrix = np.array(columns).T
    if round(np.linalg.det(matrix)) != 1:
        raise ValueError(f"'{operator}' changes the hand or the volume of the cell")
    return matrix
