"""Goniostats as chains of axes from the base to the crystal.

The orientation at settings (w, k, p) is R(w) R(k) R(p) U0, base leftmost. In a scan about axis k the
axes nearer the base turn axis k and the crystal; those nearer the crystal turn only the crystal.
(Busing & Levy, Acta Cryst. 22, 457 (1967) for the Eulerian chain; dxtbx, MultiAxisGoniometer.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sweepwright.geometry.rotation import (
    IDENTITY,
    Matrix,
    Vector,
    apply,
    multiply,
    rotation,
    rotation_angle_deg,
    rounded,
    transpose,
    unit,
)


class GoniostatAxis(NamedTuple):
    """An axis of the chain, its direction in frame sw with all settings at zero."""

    name: str
    vector: Vector


class ScanGeometry(NamedTuple):
    """A scan as engines with one axis see it.

    ``axis`` is the scanned axis in the laboratory, ``fixed`` the 3x3 rotation of the crystal by all
    axes that stand still: at angle a of the scanned axis the orientation is R(axis, a) fixed U0.
    """

    axis: Vector
    fixed: Matrix


def orientation(axes: Iterable[GoniostatAxis], settings_deg: Mapping[str, float]) -> Matrix:
    """How these settings turn the crystal from all at zero. Raises KeyError: unknown is not 0."""
    whole = IDENTITY
    for axis in axes:
        whole = multiply(whole, rotation(axis.vector, settings_deg[axis.name]))
    return whole


def scan_geometry(
    axes: Sequence[GoniostatAxis], scanned: str, settings_deg: Mapping[str, float]
) -> ScanGeometry:
    """The scanned axis in the laboratory and the rotation by the axes that stand still.

    With B the turn of the axes nearer the base and C that of those nearer the crystal, the
    orientation B R(v, a) C U0 is R(B v, a) B C U0. Raises KeyError when the device has no axis
    ``scanned`` or a setting is unknown: an unknown setting is not 0.
    """
    names = [axis.name for axis in axes]
    if scanned not in names:
        raise KeyError(scanned)
    place = names.index(scanned)
    base = orientation(axes[:place], settings_deg)
    crystal = orientation(axes[place + 1 :], settings_deg)
    return ScanGeometry(unit(apply(base, axes[place].vector)), multiply(base, crystal))


def positive_scan(axis: Vector, start_deg: float, width_deg: float) -> tuple[Vector, float, float]:
    """The same scan with a positive width: axis, start and width are negated together.

    Orientations at angle 0 stay what they are.
    """
    if width_deg >= 0:
        return axis, start_deg, width_deg
    return rounded([-component for component in axis]), -start_deg + 0.0, -width_deg


def relative_orientation(
    axes: Sequence[GoniostatAxis], settings_a: Mapping[str, float], settings_b: Mapping[str, float]
) -> Matrix:
    """The rotation Q that leads from one sweep's orientation to another's: U_b = Q U_a.

    One crystal, mounted once. The setting of a scanned axis is the angle at which its sweep's
    orientation is stated: 0 where the engine knew the true start angle (an engine states U at angle
    0), the start angle where it was told that the scan began at 0. Settings in degrees.
    """
    return multiply(orientation(axes, settings_b), transpose(orientation(axes, settings_a)))


def misset_deg(
    predicted: Matrix, u_a: Matrix, u_b: Matrix, operators: Iterable[Matrix] = (IDENTITY,)
) -> float:
    """By how much the orientation ``u_b`` is off the predicted rotation of ``u_a``, degrees.

    Each sweep may be indexed in any way that the lattice allows: the smallest angle over the
    ``operators`` counts, rotations of the lattice in the Cartesian axes of the crystal (B M B^-1 for
    a change M of indices), the identity among them.
    """
    back = multiply(transpose(u_b), multiply(predicted, u_a))
    return min(rotation_angle_deg(multiply(back, operator)) for operator in operators)
