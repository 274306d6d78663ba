"""Where crystal, axes, beam and detector of a sweep are: everything in frame sw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.geometry.rotation import rotation
from sweepwright.simulate.detectors import PIXEL_MM, DetectorModel, detector_model
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
    """rotation of the crystal by the axes between it and the scanned one"""
    u: Matrix
    b: Matrix
    """fractional to Cartesian reciprocal coordinates, 1/A"""
    model: DetectorModel
    distance_mm: float
    beam_center_px: tuple[float, float]

    @property
    def s0(self) -> Matrix:
        """The incident beam, length 1/wavelength."""
        return np.array([0.0, 0.0, 1.0 / self.wavelength_a])

    @property
    def origin_mm(self) -> Matrix:
        """Outer corner of the first pixel."""
        fast, slow = self.beam_center_px
        return np.array([-fast * PIXEL_MM, -slow * PIXEL_MM, self.distance_mm])


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
    axes = [
        GoniostatAxis(axis.name, _true_direction(axis.vector, axis.name, sweep))
        for axis in specification.goniostat
    ]
    settings: dict[str, float] = {
        axis.name: sweep.settings.get(axis.name, 0.0) for axis in specification.goniostat
    }
    scan = scan_geometry(axes, sweep.scan_axis, settings)
    detector = specification.detector
    model = detector_model(detector.model)
    return Placement(
        sweep.wavelength or specification.beam.wavelength,
        np.array(scan.axis),
        np.array(scan.fixed),
        u,
        b,
        model,
        sweep.distance or detector.distance,
        detector.beam_center or _off_the_middle(model),
    )


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


def _true_direction(
    vector: tuple[float, float, float], name: str, sweep: Sweep
) -> tuple[float, float, float]:
    x, y, z = vector
    if sweep.faults.reversed_axis and name == sweep.scan_axis:
        return (-x, -y, -z)
    return vector


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


def _off_the_middle(model: DetectorModel) -> tuple[float, float]:
    """A beam centre that is not by accident the centre of a gap or of symmetry."""
    fast, slow = model.size_px
    return fast / 2 + 1.7, slow / 2 - 3.3
