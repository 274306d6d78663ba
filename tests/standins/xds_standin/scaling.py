"""Scales reflection files together by DIALS, for CORRECT (one) and XSCALE (some)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xds_standin.geometry import Geometry
from xds_standin.images import experiments
from xds_standin.inputs import Inputs
from xds_standin.parameters import Lattice

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sweep:
    """Observations of one sweep, in the indices of ``lattice``; intensities need no factor more."""

    geometry: Geometry
    images: tuple[int, int]
    lattice: Lattice
    indices: NDArray[np.int64]
    intensities: Floats
    errors: Floats
    places: Floats
    """XD, YD, ZD"""


@dataclass(frozen=True)
class Scaled:
    intensities: Floats
    errors: Floats
    kept: NDArray[np.bool_]
    """false: a misfit"""
    factors: Floats
    """what the given intensities were multiplied by"""


@dataclass(frozen=True)
class ErrorModel:
    """v(I) = a (v0(I) + b I^2)."""

    a: float
    b: float

    @property
    def isa(self) -> float:
        return 1 / math.sqrt(self.a * self.b)


#: what XDS prints where it could not determine one
UNDETERMINED = ErrorModel(4.0, 1e-4)


def scale(
    sweeps: Sequence[Sweep], inputs: Inputs, *, anomalous: bool, decay: bool, absorption: bool
) -> tuple[list[Scaled], ErrorModel]:
    """Raises ValueError or RuntimeError when DIALS cannot scale them."""
    from dials.algorithms.scaling.algorithm import ScalingAlgorithm
    from dials.command_line.scale import phil_scope
    from dxtbx.model.experiment_list import ExperimentList
    from libtbx.phil import parse

    made, tables = ExperimentList(), []
    for number, sweep in enumerate(sweeps):
        one = experiments(sweep.geometry, inputs, sweep.images, crystal=sweep.lattice.crystal())[0]
        one.identifier = str(number)
        made.append(one)
        tables.append(_table(sweep, one, number))
    text = f"""
        model = physical
        anomalous = {anomalous}
        physical.decay_correction = {decay}
        physical.absorption_correction = {absorption}
        output.html = None
        output.json = None
    """
    algorithm = ScalingAlgorithm(phil_scope.fetch(source=parse(text)).extract(), made, tables)
    algorithm.run()
    scaled_made, joint = algorithm.finish()
    scaled = [_scaled(joint.select(joint["id"] == n), len(s.indices)) for n, s in enumerate(sweeps)]
    return scaled, _error_model(scaled_made)


def _table(sweep: Sweep, one: Any, number: int) -> Any:
    """Both kinds of intensities of DIALS are the given ones."""
    from dials.array_family import flex

    def real(values: Floats) -> Any:
        return flex.double(np.ascontiguousarray(values, float))

    size = len(sweep.indices)
    made = flex.reflection_table()
    made["id"] = flex.int(size, 0)
    made["row"] = flex.int(range(size))
    made["miller_index"] = flex.miller_index([tuple(map(int, hkl)) for hkl in sweep.indices])
    made["panel"] = flex.size_t(size, 0)
    places = sweep.places - [0.5, 0.5, 0]
    for name in ("xyzobs.px.value", "xyzcal.px"):
        made[name] = flex.vec3_double(*(real(column) for column in places.T))
    for kind in ("sum", "prf"):
        made[f"intensity.{kind}.value"] = real(sweep.intensities)
        made[f"intensity.{kind}.variance"] = real(sweep.errors**2)
    for name in ("lp", "qe", "partiality"):
        made[name] = flex.double(size, 1.0)
    panel = one.detector[0]
    seen = [panel.get_pixel_lab_coord((float(x), float(y))) for x, y, _ in places]
    directions = np.array(seen).reshape(-1, 3)
    directions /= np.linalg.norm(directions, axis=1)[:, None] * one.beam.get_wavelength()
    made["s1"] = flex.vec3_double(*(real(column) for column in directions.T))
    made["d"] = one.crystal.get_unit_cell().d(made["miller_index"])
    made["flags"] = flex.size_t(size, 0)
    done = made.flags.integrated_sum | made.flags.integrated_prf
    made.set_flags(flex.bool(size, True), done)
    made.experiment_identifiers()[0] = str(number)
    return made


def _scaled(joint: Any, size: int) -> Scaled:
    """In the order of the given observations; those that DIALS left out count as misfits."""
    rows = joint["row"].as_numpy_array()
    factor = joint["inverse_scale_factor"].as_numpy_array()
    used = (factor > 0) & joint.get_flags(joint.flags.scaled).as_numpy_array()
    used &= ~joint.get_flags(joint.flags.outlier_in_scaling).as_numpy_array()
    safe = np.where(factor > 0, factor, 1)
    intensities, errors, factors = np.zeros(size), np.ones(size), np.ones(size)
    kept = np.zeros(size, bool)
    intensities[rows] = joint["intensity.scale.value"].as_numpy_array() / safe
    variance = np.maximum(joint["intensity.scale.variance"].as_numpy_array(), 1e-12)
    errors[rows] = np.sqrt(variance) / safe
    factors[rows] = 1 / safe
    kept[rows] = used
    return Scaled(intensities, errors, kept, factors)


def _error_model(made: Any) -> ErrorModel:
    configuration = made[0].scaling_model.configdict
    a = configuration.get("error_model_parameters")
    if not a or a[0] * a[1] <= 0:
        return UNDETERMINED
    # DIALS has sigma'^2 = a^2 (sigma^2 + (b I)^2)
    return ErrorModel(float(a[0]) ** 2, float(a[1]) ** 2)
