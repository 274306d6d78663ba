"""Goniostats as chains of axes from the base to the crystal.

The orientation at settings (w, k, p) is R(w) R(k) R(p) U0, base leftmost. In a scan about axis k
the axes nearer the base turn axis k itself; those nearer the crystal turn only the crystal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sweepwright.geometry.rotation import (
    IDENTITY,
    Matrix,
    Vector,
    apply,
    multiply,
    rotation,
    rounded,
    unit,
)


class GoniostatAxis(NamedTuple):
    """An axis of the chain, its direction in frame sw with all settings at zero."""

    name: str
    vector: Vector


class ScanGeometry(NamedTuple):
    """A scan as engines with one axis see it.

    ``axis`` is the scanned axis in the laboratory, ``fixed`` the 3x3 rotation of the crystal by the
    axes between it and the crystal; the crystal's orientation is R(axis, angle) fixed U0.
    """

    axis: Vector
    fixed: Matrix


def scan_geometry(
    axes: Sequence[GoniostatAxis], scanned: str, settings_deg: Mapping[str, float]
) -> ScanGeometry:
    """The scanned axis in the laboratory and the fixed rotation below it.

    Raises KeyError when the device has no axis ``scanned`` or a setting is unknown: an unknown
    setting is not 0.
    """
    position = (
        [axis.name for axis in axes].index(scanned) if scanned in {a.name for a in axes} else -1
    )
    if position < 0:
        raise KeyError(scanned)
    base, fixed = IDENTITY, IDENTITY
    for axis in axes[:position]:
        base = multiply(base, rotation(axis.vector, settings_deg[axis.name]))
    for axis in axes[position + 1 :]:
        fixed = multiply(fixed, rotation(axis.vector, settings_deg[axis.name]))
    return ScanGeometry(unit(apply(base, axes[position].vector)), fixed)


def positive_scan(axis: Vector, start_deg: float, width_deg: float) -> tuple[Vector, float, float]:
    """The same scan with a positive width: axis, start and width are negated together."""
    if width_deg >= 0:
        return axis, start_deg, width_deg
    return rounded([-component for component in axis]), -start_deg + 0.0, -width_deg
