"""Where crystal, axes, beam and detector of a sweep truly are: everything in frame sw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.detector import normal, signed_distance_mm
from sweepwright.geometry.rotation import combine, rotation
from sweepwright.model.facts import PanelFact
from sweepwright.simulate.setup import true_setup
from sweepwright.simulate.specification import Crystal, Specification, Sweep
from sweepwright.simulate.values import parse_reindexing

Matrix = NDArray[np.float64]

#: the largest strain at which an operator still counts as a symmetry of the lattice
_LARGEST_STRAIN = 0.05


class SimulationError(ValueError):
    """A specification that cannot be simulated, or a folder that must not be written to."""


@dataclass(frozen=True)
class Placement:
    """The true geometry of a sweep. The orientation at an angle is R(axis, angle) fixed U B."""

    wavelength_a: float
    axis: Matrix
    """scanned axis, true direction"""
    fixed: Matrix
    """rotation of the crystal by all axes that stand still"""
    u: Matrix
    b: Matrix
    """fractional to Cartesian reciprocal coordinates, 1/A"""
    panel: PanelFact

    @property
    def s0(self) -> Matrix:
        """The incident beam, length 1/wavelength."""
        return np.array([0.0, 0.0, 1.0 / self.wavelength_a])

    @property
    def directions(self) -> Matrix:
        """Fast and slow direction as rows."""
        return np.array([self.panel.fast, self.panel.slow])

    @property
    def origin_mm(self) -> Matrix:
        """Outer corner of the first pixel."""
        return np.array(self.panel.origin_mm)

    @property
    def distance_mm(self) -> float:
        """From the crystal to the plane of the detector."""
        return abs(signed_distance_mm(self.panel))

    @property
    def normal(self) -> Matrix:
        """Of the detector, away from the crystal."""
        away = math.copysign(1.0, signed_distance_mm(self.panel))
        return np.array(combine((away, normal(self.panel))))


def place(specification: Specification, sweep: Sweep) -> Placement:
    """The geometry of a sweep. Raises SimulationError for a reindexing the lattice does not allow."""
    crystal = crystal_of(specification, sweep)
    cell = specification.structure.unit_cell()
    b = np.array(cell.frac.mat.tolist()).T
    u = orientation(specification, crystal)
    if sweep.reindex is not None:
        u = _reindexed(u, b, sweep.reindex)
    if sweep.reorient is not None:
        u = np.array(rotation(sweep.reorient.axis, sweep.reorient.angle)) @ u
    setup = true_setup(specification, sweep)
    axis, fixed = setup.scan
    return Placement(setup.wavelength_a, np.array(axis), np.array(fixed), u, b, setup.panel)


def crystal_of(specification: Specification, sweep: Sweep) -> str:
    """The name of a sweep's crystal."""
    return sweep.crystal or next(iter(specification.crystals))


def orientation(specification: Specification, crystal_name: str) -> Matrix:
    """U of a crystal as mounted."""
    crystal: Crystal = specification.crystals[crystal_name]
    if crystal.orientation != "random":
        # rows of a specification are rounded: take the nearest rotation
        return _nearest_rotation(np.array(crystal.orientation))
    place_in_list = list(specification.crystals).index(crystal_name)
    random = np.random.default_rng([specification.seed, 2, place_in_list])
    # four normal numbers, normalised, are a uniformly distributed rotation (as a quaternion)
    w, x, y, z = random.normal(size=4)
    length = float(np.sqrt(w * w + x * x + y * y + z * z))
    half_angle = float(np.degrees(np.arccos(w / length)))
    return np.array(rotation((x, y, z), 2 * half_angle))


def _reindexed(u: Matrix, b: Matrix, operator: str) -> Matrix:
    """U' such that U' B h = U B M h, as far as M is a rotation of the lattice."""
    turned = u @ b @ parse_reindexing(operator) @ np.linalg.inv(b)
    nearest = _nearest_rotation(turned)
    if np.abs(turned - nearest).max() > _LARGEST_STRAIN:
        raise SimulationError(f"{operator} is no symmetry of this lattice, not even roughly")
    return nearest


def _nearest_rotation(matrix: Matrix) -> Matrix:
    left, _, right = np.linalg.svd(matrix)
    nearest: Matrix = left @ right
    return nearest
