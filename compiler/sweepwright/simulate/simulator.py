"""The simulation as a whole: specification in, folder of images and truth out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.rotation import rotation
from sweepwright.simulate import folder as folders
from sweepwright.simulate.atoms import StructureFactors, make_atoms, structure_factors
from sweepwright.simulate.header import Told, told
from sweepwright.simulate.ice import grains
from sweepwright.simulate.placement import (
    Matrix,
    Placement,
    SimulationError,
    crystal_of,
    orientation,
    place,
)
from sweepwright.simulate.predict import Predictions, predict
from sweepwright.simulate.render import Canvas, Spots
from sweepwright.simulate.scene import Scene, make_scene
from sweepwright.simulate.setup import Setup, true_setup
from sweepwright.simulate.specification import Specification, Sweep
from sweepwright.simulate.truth import HeaderTruth, SweepTruth, Truth, rows, write_mtz
from sweepwright.simulate.writing import image_files, template, write_images, written

__all__ = ["SimulationError", "simulate"]

Progress = Callable[[str], None]
Pixels = NDArray[np.int32]

_DEAD = -1
#: beyond this many sigmas outside the sweep a reflection leaves nothing on its images
_REACH = 4.5


def simulate(specification: Specification, folder: Path, progress: Progress | None = None) -> Truth:
    """Writes images and truth into a folder, all or nothing.

    The same specification gives the same bytes. Raises SimulationError when the specification
    contradicts itself or foreign files would be overwritten, OSError when writing fails.
    """
    plain = specification.model_dump(mode="json")
    folders.check_writable(folder, _file_names(specification), plain)
    tell = progress or (lambda _: None)
    atoms = make_atoms(specification.structure, specification.seed)
    factors = structure_factors(specification.structure, atoms)
    if len(factors.hkl) == 0:
        raise SimulationError("no reflection of this cell is within the resolution limit")
    tell(f"{len(factors.hkl)} unique reflections to {specification.structure.d_min:g} A")
    with folders.filled_at_the_end(folder) as temporary:
        sweeps = _write_sweeps(specification, factors, temporary, tell)
        crystals = {n: rows(orientation(specification, n)) for n in specification.crystals}
        truth = Truth(
            specification=plain,
            space_group=factors.group.xhm(),
            space_group_number=factors.group.number,
            cell=specification.structure.cell,
            u=next(iter(crystals.values())),
            b=rows(place(specification, specification.sweeps[0]).b),
            crystals=crystals,
            scale=sweeps[0].scale,
            atoms=atoms,
            sweeps=tuple(sweep.truth() for sweep in sweeps),
            files=tuple(_file_names(specification)),
        )
        _write_intensities(specification, factors, sweeps, temporary)
        (temporary / folders.TRUTH).write_text(truth.to_json(), encoding="utf-8")
    return truth


@dataclass(frozen=True)
class SweepSimulation:
    """A sweep with all that is needed to make its images."""

    specification: Specification
    number: int
    placement: Placement
    lattices: tuple[Spots, ...]
    scene: Scene
    scale: float

    @property
    def sweep(self) -> Sweep:
        """What was asked for."""
        return self.specification.sweeps[self.number]

    @property
    def told(self) -> Told:
        """What the headers tell."""
        return told(self.specification, self.sweep)

    def pixels(self, index: int) -> Pixels:
        """The image with an index from 0."""
        sweep, signal = self.sweep, self.specification.signal
        image = sweep.first_image + index
        begin = sweep.start + index * sweep.width
        canvas = Canvas(self.placement.panel.size_px, signal.spot_size)
        lattices = () if image in sweep.faults.blank else self.lattices
        expected = canvas.draw(lattices, begin, begin + sweep.width)
        expected = expected + self.scene.background * sweep.width * sweep.exposure
        expected *= self.scene.transmission
        if signal.noise:
            # a stream for each image: a missing image does not change those after it
            seed = [self.specification.seed, 3, self.number, image]
            counts = np.random.default_rng(seed).poisson(expected)
        else:
            counts = np.rint(expected).astype(np.int64)
        limited = np.minimum(counts, self.specification.detector.count_cutoff).astype(np.int32)
        return np.where(self.scene.dead, np.int32(_DEAD), limited)

    def truth(self) -> SweepTruth:
        """What is true of this sweep."""
        specification, sweep, placement = self.specification, self.sweep, self.placement
        f_prime, f_second = scattering(specification, sweep)
        return SweepTruth(
            **_described(true_setup(specification, sweep)),
            name=sweep.name,
            format=specification.format_of(sweep),
            template=template(specification, sweep),
            crystal=crystal_of(specification, sweep),
            image_numbers=tuple(written(sweep)),
            first_image=sweep.first_image,
            images=sweep.images,
            scan_axis=sweep.scan_axis,
            f_prime=f_prime,
            f_second=f_second,
            u=rows(placement.u),
            beam_vector=tuple(float(value) for value in placement.s0),
            size_px=placement.panel.size_px,
            pixel_mm=placement.panel.pixel_mm[0],
            crossings=len(self.lattices[0].counts),
            mtz=_mtz_name(specification, sweep),
            faults=sweep.faults.model_dump(mode="json", exclude_defaults=True),
            header=HeaderTruth(
                **_described(self.told.setup),
                detector=self.told.model.text,
                serial=self.told.serial,
                date=self.told.date(0),
            ),
        )


def _described(setup: Setup) -> dict[str, Any]:
    """The fields that truth and header have in common."""
    panel, scan = setup.panel, setup.scan
    return {
        "wavelength_a": setup.wavelength_a,
        "start_deg": setup.start_deg,
        "width_deg": setup.width_deg,
        "settings_deg": dict(setup.settings_deg),
        "rotation_axis": scan.axis,
        "fixed_rotation": scan.fixed,
        "distance_mm": setup.distance_mm,
        "beam_center_px": setup.beam_center_px,
        "two_theta_deg": setup.two_theta_deg,
        "fast": panel.fast,
        "slow": panel.slow,
        "origin_mm": panel.origin_mm,
    }


def prepare(
    specification: Specification,
    factors: StructureFactors,
    number: int,
    scale: float | None = None,
) -> SweepSimulation:
    """Predicts the spots of a sweep. Without a scale, this sweep sets it to the counts wanted."""
    sweep = specification.sweeps[number]
    placement = place(specification, sweep)
    crystal = specification.crystals[crystal_of(specification, sweep)]
    plus, minus = factors.intensities(*scattering(specification, sweep))
    sphere = factors.sphere
    intensity = np.where(sphere.is_plus, plus[sphere.unique], minus[sphere.unique])
    margin = _REACH * crystal.mosaicity
    span = (sweep.start - margin, sweep.start + sweep.images * sweep.width + margin)
    lattices: list[Spots] = []
    for ub, fraction in _lattices(placement, sweep):
        found = predict(
            placement,
            ub,
            sphere.hkl,
            span,
            specification.detector.sensor_thickness,
            specification.beam.polarization,
        )
        if len(found.row) == 0:
            raise SimulationError(f"sweep {sweep.name}: no reflection meets the detector")
        recorded = intensity[found.row] * found.factor
        if scale is None:
            scale = specification.signal.counts / float(np.mean(recorded))
        counts = recorded * scale * fraction * sweep.exposure
        counts *= _decay(
            specification, sweep, sphere.hkl[found.row], sphere.unique[found.row], found
        )
        sigma = crystal.mosaicity / found.zeta
        lattices.append(Spots(found.angle_deg, sigma, found.x_px, found.y_px, counts))
    if sweep.faults.ice_grains:
        lattices.append(grains(specification, sweep, number, placement))
    scene = make_scene(placement, specification.detector, specification.signal, sweep)
    return SweepSimulation(specification, number, placement, tuple(lattices), scene, scale or 1.0)


def scattering(specification: Specification, sweep: Sweep) -> tuple[float, float]:
    """f' and f'' of a sweep."""
    common = specification.structure.anomalous
    f_prime = common.f_prime if sweep.f_prime is None else sweep.f_prime
    f_second = common.f_second if sweep.f_second is None else sweep.f_second
    return f_prime, f_second


def _lattices(placement: Placement, sweep: Sweep) -> Iterator[tuple[Matrix, float]]:
    """UB and relative intensity of each lattice."""
    ub = placement.u @ placement.b
    yield ub, 1.0
    second = sweep.faults.second_lattice
    if second is not None:
        yield np.array(rotation(second.turn.axis, second.turn.angle)) @ ub, second.fraction


def _decay(
    specification: Specification,
    sweep: Sweep,
    hkl: NDArray[np.int32],
    unique: NDArray[np.int32],
    found: Predictions,
) -> NDArray[np.float64]:
    """What radiation has left of each reflection's intensity; ``unique`` numbers reflections."""
    decay = sweep.faults.decay
    if decay is None:
        return np.ones(len(hkl))
    hundreds = (decay.images_before + (found.angle_deg - sweep.start) / sweep.width) / 100
    stol2 = specification.structure.unit_cell().calculate_1_d2_array(hkl) / 4
    own = np.random.default_rng([specification.seed, 4]).normal(size=int(unique.max()) + 1)[unique]
    left: NDArray[np.float64] = np.exp(-2 * decay.b_factor * hundreds * stol2) * np.maximum(
        0.0, 1 - (decay.scale + decay.specific * own) * hundreds
    )
    return left


def _write_sweeps(
    specification: Specification, factors: StructureFactors, folder: Path, tell: Progress
) -> list[SweepSimulation]:
    """Simulates and writes every sweep."""
    done: list[SweepSimulation] = []
    for number, sweep in enumerate(specification.sweeps):
        prepared = prepare(specification, factors, number, done[0].scale if done else None)
        write_images(folder, prepared.told, prepared.pixels, prepared.scene.dead)
        spots = len(prepared.lattices[0].counts)
        tell(f"{sweep.name}: {len(written(sweep))} images, {spots} reflections")
        done.append(prepared)
    return done


def _write_intensities(
    specification: Specification,
    factors: StructureFactors,
    sweeps: list[SweepSimulation],
    folder: Path,
) -> None:
    """truth.mtz, and one MTZ for each sweep with other f', f''."""
    common = specification.structure.anomalous
    wanted = {"truth.mtz": (common.f_prime, common.f_second)}
    for sweep in specification.sweeps:
        wanted.setdefault(_mtz_name(specification, sweep), scattering(specification, sweep))
    for name, (f_prime, f_second) in wanted.items():
        plus, minus = factors.intensities(f_prime, f_second)
        write_mtz(folder / name, factors, plus * sweeps[0].scale, minus * sweeps[0].scale)


def _mtz_name(specification: Specification, sweep: Sweep) -> str:
    """The file with a sweep's intensities."""
    own = specification.wavelength_of(sweep) != specification.beam.wavelength
    common = specification.structure.anomalous
    if own or scattering(specification, sweep) != (common.f_prime, common.f_second):
        return f"truth-{sweep.name}.mtz"
    return "truth.mtz"


def _file_names(specification: Specification) -> list[str]:
    """Every file of the simulation."""
    images = [name for sweep in specification.sweeps for name in image_files(specification, sweep)]
    tables = {"truth.mtz"} | {_mtz_name(specification, sweep) for sweep in specification.sweeps}
    return [*images, *sorted(tables), folders.TRUTH]
