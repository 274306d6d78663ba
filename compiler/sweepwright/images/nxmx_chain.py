"""Chains of NeXus transformations: how goniostat and detector are built, axis upon axis.

Source: NeXus manual, NXtransformations and NXdetector_module. An axis stands at its offset in the
system of the axis that it depends on; a rotation then turns, a translation shifts, all that depends
on it. Translations are value times vector, whether the vector has length 1 or holds the whole way
(nexgen writes both). Turns are right-handed about the vector. The frame is that of McStas: z along the
beam, y up. Units stand on each axis; where an offset has none of its own they are those of the axis,
as DIAMOND means them.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Any

from sweepwright.geometry.frames import NEXUS, to_sw
from sweepwright.geometry.rotation import (
    IDENTITY,
    Matrix,
    Vector,
    apply,
    combine,
    multiply,
    rotation,
    rounded,
    unit,
)
from sweepwright.images.hdf5_nodes import Node, UnitError, first_of
from sweepwright.images.hdf5_nodes import rounded as rounded_number

#: what an axis does -> the kind of its settings, and their units where it says none
_KINDS = {"rotation": ("angle", "deg"), "translation": ("length", "")}
_END = (".", "")
_ORIGIN: Vector = (0.0, 0.0, 0.0)


class ChainError(ValueError):
    """Axes that do not say where things are; the message goes on behind 'the axes'."""


@dataclass(frozen=True, slots=True)
class Link:
    """An axis of a chain: where it is in the file, how it moves what depends on it, mm and deg.

    ``listed`` holds its settings, one or one for each image; None where the file tells none.
    """

    path: str
    kind: str
    vector: Vector
    offset: Vector
    listed: Any
    parent: str

    @property
    def name(self) -> str:
        """The last word of its path."""
        return posixpath.basename(self.path)

    @property
    def setting(self) -> float | None:
        """Where it stands at the first image."""
        return None if self.listed is None else first_of(self.listed)


def chain(root: Node, start: str) -> tuple[Link, ...]:
    """The axis at a path and all that carry it, the base first. Raises ChainError."""
    found: dict[str, Link] = {}
    path = start
    while path not in _END:
        if path in found:
            raise ChainError(f"let {path} depend on itself")
        found[path] = read_link(root, path)
        path = found[path].parent
    return (*reversed(found.values()),)


def absolute(path: str | None, group: str) -> str:
    """A path of depends_on from the root of the file; it may be relative to a group."""
    if path is None or path in _END:
        return "."
    return posixpath.normpath(posixpath.join(group, path))


def read_link(root: Node, path: str) -> Link:
    """One axis. Raises ChainError."""
    node = root.child(path)
    if node is None:
        raise ChainError(f"name an axis that is not there: {path}")
    # a positioner or log is a group: the settings are in it, what they mean here or there
    holder = node.child("value") if node.is_group else node
    inner = node.is_group and holder is not None and holder.attribute_text("depends_on")
    told = holder if holder is not None and inner else node
    try:
        kind = _kind(told, path)
        return Link(
            path,
            kind,
            _three(told, "vector", path),
            _offset(told, path),
            None if holder is None else holder.numbers(*_KINDS[kind]),
            absolute(told.attribute_text("depends_on"), posixpath.dirname(path)),
        )
    except UnitError as problem:
        raise ChainError(f"cannot be followed: {path} {problem}") from None


def placed(links: tuple[Link, ...]) -> tuple[Matrix, Vector]:
    """How the system of the last axis is turned at the first image, and where its origin is, mm.

    Frame of the file. Raises ChainError.
    """
    turn, origin = IDENTITY, _ORIGIN
    for link in links:
        setting = link.setting
        if setting is None:
            raise ChainError(f"do not say where {link.path} stands")
        arm = link.offset
        if link.kind == "translation":
            arm = combine((1.0, arm), (setting, link.vector))
        origin = combine((1.0, origin), (1.0, apply(turn, arm)))
        if link.kind == "rotation":
            turn = multiply(turn, rotation(direction(link), setting))
    return turn, origin


def direction(link: Link) -> Vector:
    """The direction of an axis, in the frame of the file. Raises ChainError."""
    if not any(link.vector):
        raise ChainError(f"give {link.path} no direction")
    return unit(link.vector)


def in_sw(vector: Vector) -> Vector:
    """A vector of the file in frame sw."""
    return rounded(to_sw(NEXUS, vector))


def _kind(node: Node, path: str) -> str:
    """What the axis does, as it says or as its units say."""
    told = (node.attribute_text("transformation_type") or "").lower()
    if told in _KINDS:
        return told
    for kind, (quantity, _) in _KINDS.items():
        try:
            node.unit_factor(quantity, "")
        except UnitError:
            continue
        return kind
    raise ChainError(f"do not say whether {path} turns or shifts")


def _three(node: Node, name: str, path: str) -> Vector:
    numbers = node.attribute_numbers(name)
    if numbers is None or len(numbers) != 3:
        raise ChainError(f"give {path} no {name} of three numbers")
    x, y, z = numbers
    return x, y, z


def _offset(node: Node, path: str) -> Vector:
    """mm; what is not said, or a single 0, is no offset."""
    numbers = node.attribute_numbers("offset")
    if numbers is None or not any(numbers):
        return _ORIGIN
    x, y, z = _three(node, "offset", path)
    named = "offset_units" if node.attribute_text("offset_units") else "units"
    factor = node.unit_factor("length", "", named)
    return rounded_number(x * factor), rounded_number(y * factor), rounded_number(z * factor)
