"""The axis tables of an imgCIF file as chains: how the goniostat is built, where the panels stand.

Source: the imgCIF dictionary (International Tables G, 4.6; cif_img.dic), categories AXIS,
DIFFRN_SCAN_AXIS, DIFFRN_SCAN_FRAME_AXIS, ARRAY_STRUCTURE_LIST and ARRAY_STRUCTURE_LIST_AXIS. An axis
stands at its offset in the system of the axis that it depends on; a rotation then turns, a translation
shifts, all that depends on it. Turns are right-handed, lengths mm, angles degrees. The frame of the
file has z from the crystal to the source and x along the principal goniometer axis.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepwright.geometry.frames import IMGCIF, to_sw
from sweepwright.geometry.rotation import (
    IDENTITY,
    Matrix,
    Vector,
    apply,
    combine,
    multiply,
    rotation,
    rounded,
    rounded_numbers,
    unit,
)
from sweepwright.images.imgcif_text import Row, number, table
from sweepwright.model.facts import AxisFact, PanelFact

if TYPE_CHECKING:
    from gemmi import cif

_COUNT = re.compile("[1-9][0-9]{0,8}")
#: axes whose settings have a name of their own among the facts
AXIS_WORDS = ("omega", "kappa", "phi", "chi")

#: angle or displacement of each axis by its id
Settings = Mapping[str, float]


class ChainError(ValueError):
    """Axis tables that do not say where things are; the message goes on behind 'the axis tables'."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A row of AXIS in the file's own frame; ``parent`` is the axis that it depends on, or empty."""

    name: str
    kind: str
    equipment: str
    parent: str
    vector: Vector
    offset: Vector


def read_axes(block: cif.Block) -> dict[str, Axis]:
    """The axes of a file by their ids."""
    places = [f"{what}[{n}]" for what in ("vector", "offset") for n in (1, 2, 3)]
    axes = {}
    for row in table(block, "axis", "id", "type", "equipment", "depends_on", *places):
        x, y, z, *offset = (number(row, place) or 0.0 for place in places)
        name, parent = row.get("id", ""), row.get("depends_on", "")
        kind, equipment = row.get("type", "").lower(), row.get("equipment", "").lower()
        axes[name] = Axis(
            name, kind, equipment, parent, (x, y, z), (offset[0], offset[1], offset[2])
        )
    return axes


def read_settings(block: cif.Block, axes: Mapping[str, Axis]) -> dict[str, float]:
    """Where each axis stands for the first frame: what the frame says, else where the scan begins."""
    settings: dict[str, float] = {}
    scan = table(block, "diffrn_scan_axis", "axis_id", "angle_start", "displacement_start")
    for row in [*scan, *first_frame(block)]:
        axis = axes.get(row.get("axis_id", ""))
        if axis is not None:
            item = "angle" if axis.kind == "rotation" else "displacement"
            value = number(row, item)
            value = number(row, f"{item}_start") if value is None else value
            if value is not None:
                settings[axis.name] = value
    return settings


def first_frame(block: cif.Block) -> list[Row]:
    """The rows of DIFFRN_SCAN_FRAME_AXIS that belong to the first frame."""
    items = ("frame_id", "axis_id", "angle", "displacement", "angle_increment")
    rows = table(block, "diffrn_scan_frame_axis", *items)
    return [row for row in rows if row.get("frame_id") == rows[0].get("frame_id")]


def goniostat(axes: Mapping[str, Axis], settings: Settings) -> tuple[AxisFact, ...]:
    """The rotations of the goniometer from the base to the crystal, frame sw."""
    own = {name: axis for name, axis in axes.items() if axis.equipment == "goniometer"}
    ends = [name for name in own if name not in {axis.parent for axis in own.values()}]
    if own and not ends:
        raise ChainError(f"let {min(own)} depend on itself")
    if len(ends) > 1:
        raise ChainError(f"end the goniometer in {len(ends)} axes: {', '.join(ends)}")
    return tuple(
        AxisFact(
            axis_word(axis.name),
            rounded(to_sw(IMGCIF, unit(_direction(axis)))),
            settings.get(axis.name),
            f"_axis {axis.name}",
        )
        for axis in (chain(axes, ends[0]) if ends else ())
        if axis.kind == "rotation"
    )


def axis_word(name: str) -> str:
    """``omega`` of ``GONIOMETER_OMEGA``; other names as they are."""
    word = name.rpartition("_")[2].lower()
    return word if word in AXIS_WORDS else name


def chain(axes: Mapping[str, Axis], name: str) -> list[Axis]:
    """An axis and all that carry it, the base first. Raises ChainError."""
    found: dict[str, Axis] = {}
    while name:
        if name not in axes:
            raise ChainError(f"name an axis that is not there: {name}")
        if name in found:
            raise ChainError(f"let {name} depend on itself")
        found[name] = axes[name]
        name = axes[name].parent
    return [*reversed(found.values())]


def panels(block: cif.Block, axes: Mapping[str, Axis], settings: Settings) -> dict[str, PanelFact]:
    """The panels in frame sw by the id of their array. Raises ChainError."""
    return {
        array: _panel(axes, settings, *directions) for array, directions in _arrays(block).items()
    }


def two_theta(
    block: cif.Block, axes: Mapping[str, Axis], settings: Settings
) -> tuple[str, float] | None:
    """Name and angle of the arm of a detector of one array: the one rotation across the beam that
    carries a translation of the detector. Raises ChainError.
    """
    ((fast, slow),) = _arrays(block).values()
    *carriers, _, _ = max((chain(axes, direction.axis) for direction in (fast, slow)), key=len)
    arms = [
        axis
        for place, axis in enumerate(carriers)
        if axis.kind == "rotation"
        and any(axis.vector[:2])
        and any(other.kind == "translation" for other in carriers[place:])
    ]
    known = [(axis.name, settings[axis.name]) for axis in arms if axis.name in settings]
    return known[0] if len(known) == len(arms) == 1 else None


@dataclass(frozen=True, slots=True)
class _Direction:
    """One direction of an array: pixels, the axis they lie along, first pixel and step on it."""

    pixels: int
    axis: str
    first_mm: float
    step_mm: float

    @property
    def edge_mm(self) -> float:
        """The outer edge of the first pixel.

        By the dictionary the displacement is that of the pixel's centre. All writers known that
        leave it 0 have put the edge into the offset instead: at DIAMOND it is Beam_xy times the pixel
        size, at LCLS half the width of the detector.
        """
        return self.first_mm - self.step_mm / 2 if self.first_mm else 0.0


def _arrays(block: cif.Block) -> dict[str, tuple[_Direction, _Direction]]:
    """Fast and slow direction of each array whose axes are given."""
    items = ("axis_set_id", "axis_id", "displacement", "displacement_increment")
    sets: dict[str, list[Row]] = {}
    for row in table(block, "array_structure_list_axis", *items):
        sets.setdefault(row.get("axis_set_id", row.get("axis_id", "")), []).append(row)
    found: dict[str, dict[str, _Direction]] = {}
    for row in array_rows(block):
        along = sets.get(row.get("axis_set_id", ""), [])
        if not along:
            continue
        if len(along) > 1 or number(along[0], "displacement_increment") in (None, 0.0):
            raise ChainError(f"do not give array {row['array_id']} a straight row of pixels")
        if row.get("direction", "increasing") != "increasing":
            raise ChainError(f"count array {row['array_id']} backwards")
        found.setdefault(row["array_id"], {})[row["precedence"]] = _Direction(
            int(row["dimension"]),
            along[0].get("axis_id", row["axis_set_id"]),
            number(along[0], "displacement") or 0.0,
            number(along[0], "displacement_increment") or 0.0,
        )
    return {name: (one["1"], one["2"]) for name, one in found.items() if {"1", "2"} <= set(one)}


def array_rows(block: cif.Block) -> Iterator[Row]:
    """The rows of ARRAY_STRUCTURE_LIST that say how many pixels there are, and in which order."""
    items = ("array_id", "precedence", "dimension", "direction", "axis_set_id")
    for row in table(block, "array_structure_list", *items):
        dimension = row.get("dimension", "")
        if {"array_id", "precedence"} <= set(row) and _COUNT.fullmatch(dimension):
            yield row


def _panel(
    axes: Mapping[str, Axis], settings: Settings, fast: _Direction, slow: _Direction
) -> PanelFact:
    """A panel at the end of the longer of the chains of its two directions."""
    carriers = max((chain(axes, direction.axis) for direction in (fast, slow)), key=len)
    if any(axes.get(direction.axis) not in carriers for direction in (fast, slow)):
        raise ChainError(f"do not carry {fast.axis} and {slow.axis} one on the other")
    at_edge = {**settings, fast.axis: fast.edge_mm, slow.axis: slow.edge_mm}
    qx, qy = rounded_numbers([abs(fast.step_mm), abs(slow.step_mm)])
    return PanelFact(
        _along(axes, settings, fast),
        _along(axes, settings, slow),
        rounded(to_sw(IMGCIF, _placed(carriers, at_edge)[1])),
        (fast.pixels, slow.pixels),
        (qx, qy),
    )


def _along(axes: Mapping[str, Axis], settings: Settings, direction: _Direction) -> Vector:
    """Where the pixels of a direction run, in frame sw."""
    turn, _ = _placed(chain(axes, direction.axis), settings)
    sign = math.copysign(1.0, direction.step_mm)
    vector = combine((sign, unit(_direction(axes[direction.axis]))))
    return rounded(to_sw(IMGCIF, apply(turn, vector)))


def _placed(carriers: list[Axis], settings: Settings) -> tuple[Matrix, Vector]:
    """How the system of the last axis is turned and where its origin is; unsaid settings are 0."""
    turn, origin = IDENTITY, (0.0, 0.0, 0.0)
    for axis in carriers:
        setting = settings.get(axis.name, 0.0)
        arm = axis.offset
        if axis.kind == "translation" and setting:
            arm = combine((1.0, arm), (setting, unit(_direction(axis))))
        origin = combine((1.0, origin), (1.0, apply(turn, arm)))
        if axis.kind == "rotation":
            turn = multiply(turn, rotation(_direction(axis), setting))
    return turn, origin


def _direction(axis: Axis) -> Vector:
    if not any(axis.vector):
        raise ChainError(f"give {axis.name} no direction")
    return axis.vector
