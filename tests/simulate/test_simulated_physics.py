"""Intensities and positions against formulas evaluated another way."""

from __future__ import annotations

import math
from typing import Any

import gemmi
import numpy as np
import pytest
from simulated import specification

from sweepwright.simulate.atoms import make_atoms, structure_factors
from sweepwright.simulate.detectors import silicon_attenuation_per_mm
from sweepwright.simulate.placement import SimulationError, place
from sweepwright.simulate.predict import predict
from sweepwright.simulate.render import erf
from sweepwright.simulate.specification import Structure

CELLS = {
    "P 1": (20, 23, 26, 80, 95, 105),
    "C 1 2 1": (40, 22, 25, 90, 104, 90),
    "P 43 21 2": (30, 30, 20, 90, 90, 90),
    "H 3": (35.3, 35.3, 30.1, 90, 90, 120),
    "P 63": (30, 30, 22, 90, 90, 120),
}


def structure(group: str, **changes: Any) -> Structure:
    return Structure(space_group=group, cell=CELLS[group], d_min=3.5, light_atoms=8, **changes)


@pytest.mark.parametrize("group", CELLS)
def test_intensities_of_mates_by_a_plain_sum_over_the_cell(group: str) -> None:
    """Every reflection of the sphere, Friedel mates too, against F = sum f exp(2 pi i h.x)."""
    asked = structure(group)
    atoms = make_atoms(asked, 5)
    factors = structure_factors(asked, atoms)
    f_prime, f_second = -4.0, 6.0
    plus, minus = factors.intensities(f_prime, f_second)
    sphere = factors.sphere
    random = np.random.default_rng(0)
    for number in random.choice(len(sphere.hkl), 25, replace=False):
        h = sphere.hkl[number]
        stol2 = asked.unit_cell().calculate_1_d2(list(map(int, h))) / 4
        total = 0j
        for op in asked.group().operations().sym_ops:
            for atom in atoms:
                f: complex = gemmi.Element(atom.element).it92.calculate_sf(stol2)
                f += complex(f_prime, f_second) if atom.anomalous else 0
                x = op.apply_to_xyz(list(atom.site))
                total += f * np.exp(2j * np.pi * (h @ x) - atom.b_factor * stol2)
        side = plus if sphere.is_plus[number] else minus
        assert side[sphere.unique[number]] == pytest.approx(abs(total) ** 2, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("group", CELLS)
def test_sphere_holds_every_present_reflection_once(group: str) -> None:
    asked = structure(group)
    sphere = structure_factors(asked, make_atoms(asked, 1)).sphere
    cell, operations = asked.unit_cell(), asked.group().operations()
    reach = [int(length / asked.d_min) + 1 for length in asked.cell[:3]]
    grid = np.mgrid[tuple(slice(-n, n + 1) for n in reach)].reshape(3, -1).T
    wanted = {
        tuple(h)
        for h in grid.tolist()
        if any(h)
        and cell.calculate_d(h) >= asked.d_min
        and not operations.is_systematically_absent(h)
    }
    assert len(sphere.hkl) == len(wanted)
    assert {tuple(h) for h in sphere.hkl.tolist()} == wanted


def test_friedel_mates_are_equal_without_f_second_and_for_centric_reflections() -> None:
    asked = structure("P 43 21 2")
    factors = structure_factors(asked, make_atoms(asked, 1))
    plus, minus = factors.intensities(-5.0, 0.0)
    assert np.allclose(plus, minus)
    plus, minus = factors.intensities(-5.0, 5.0)
    operations = asked.group().operations()
    centric = np.array([operations.is_reflection_centric(h) for h in factors.hkl.tolist()])
    assert np.allclose(plus[centric], minus[centric], rtol=1e-9, atol=1e-6)
    differing = np.abs(plus - minus) > 1e-3 * plus.mean()
    assert differing[~centric].mean() > 0.9


SWEEPS = [
    {"name": "s", "images": 20, "start": 30},
    {"name": "s", "images": 15, "settings": {"kappa": 35, "phi": -70}, "start": -20},
    {"name": "s", "images": 400, "scan_axis": "phi", "settings": {"omega": 40, "kappa": 25}},
    {"name": "s", "images": 10, "wavelength": 1.5, "faults": {"reversed_axis": True}},
]


@pytest.mark.parametrize("sweep", SWEEPS)
def test_predictions_lie_on_the_ewald_sphere_and_on_their_pixel(sweep: dict[str, Any]) -> None:
    asked = specification(
        sweeps=[sweep], detector={"model": "300K", "distance": 80, "sensor_thickness": 0}
    )
    only = asked.sweeps[0]
    placement = place(asked, only)
    atoms = make_atoms(asked.structure, 1)
    hkl = structure_factors(asked.structure, atoms).sphere.hkl
    span = (only.start, only.start + only.images * only.width)
    found = predict(placement, placement.u @ placement.b, hkl, span, 0.0, 0.99)
    assert len(found.row) > 100
    assert span[0] <= found.angle_deg.min() <= found.angle_deg.max() <= span[1]
    origin = placement.origin_mm
    for i in range(0, len(found.row), max(len(found.row) // 40, 1)):

        def s1(angle_deg: float, i: int = i) -> Any:
            turned = _quaternion_turn(
                placement.axis,
                angle_deg,
                placement.fixed @ placement.u @ placement.b @ hkl[found.row[i]],
            )
            return turned + placement.s0

        ray = s1(found.angle_deg[i])
        assert np.linalg.norm(ray) == pytest.approx(1 / placement.wavelength_a, rel=1e-9)
        hit = origin + 0.172 * np.array([found.x_px[i], found.y_px[i], 0])
        assert np.allclose(np.cross(ray, hit), 0, atol=1e-8)
        # Lorentz factor: time in the sphere, 1/speed, with the speed by differences
        step = 1e-4
        speed = (
            np.linalg.norm(s1(found.angle_deg[i] + step))
            - np.linalg.norm(s1(found.angle_deg[i] - step))
        ) / np.radians(2 * step)
        unit = ray / np.linalg.norm(ray)
        polarized = (1 - 2 * 0.99) * (1 - unit[1] ** 2) + 0.99 * (1 + unit[2] ** 2)
        expected = polarized / (abs(speed) * placement.wavelength_a)
        if found.factor[i] < 1000:
            assert found.factor[i] == pytest.approx(expected, rel=1e-4)


def test_no_crossing_is_missed() -> None:
    """Counts changes of the side of the sphere while turning in small steps."""
    asked = specification(sweeps=[{"name": "s", "images": 30}])
    placement = place(asked, asked.sweeps[0])
    hkl = structure_factors(asked.structure, make_atoms(asked.structure, 1)).sphere.hkl[::20]
    ub = placement.u @ placement.b
    q = ub @ hkl.T
    inside = []
    for angle in np.linspace(0, 30, 601):
        turned = np.array(_quaternion_turn(placement.axis, angle, q))
        ray = turned + placement.s0[:, None]
        inside.append(np.linalg.norm(ray, axis=0) < 1 / placement.wavelength_a)
    changes = (np.diff(np.array(inside), axis=0)).sum(0)
    huge = {"model": "1M", "distance": 1.0}  # hit by whatever goes forward
    near = place(
        specification(sweeps=[{"name": "s", "images": 30}], detector=huge), asked.sweeps[0]
    )
    found = predict(near, ub, hkl, (0.0, 30.0), 0.0, 0.99)
    counted = np.bincount(found.row, minlength=len(hkl))
    assert (counted <= changes + 2).all()
    assert np.abs(counted - changes).sum() <= 0.01 * changes.sum()


def test_reindexed_sweep_lies_as_the_operator_says() -> None:
    turned, plain = {"name": "b", "images": 1, "reindex": "k,h,-l"}, {"name": "a", "images": 1}
    asked = specification(sweeps=[plain, turned])
    first, second = (place(asked, sweep) for sweep in asked.sweeps)
    assert np.allclose(second.u @ second.b @ [1, 2, 3], first.u @ first.b @ [2, 1, -3])
    assert np.linalg.det(second.u) == pytest.approx(1)


def test_reindexing_must_suit_lattice_and_hand() -> None:
    asked = specification(sweeps=[{"name": "b", "images": 1, "reindex": "l,h,k"}])
    with pytest.raises(SimulationError, match="no symmetry of this lattice"):
        place(asked, asked.sweeps[0])
    with pytest.raises(ValueError, match="hand"):
        specification(sweeps=[{"name": "b", "images": 1, "reindex": "k,h,l"}])
    with pytest.raises(ValueError, match="no operator"):
        specification(sweeps=[{"name": "b", "images": 1, "reindex": "x,y,z"}])


def test_reorient_turns_the_mounted_crystal() -> None:
    turn = {"axis": [0, 0, 2], "angle": 90}
    asked = specification(
        crystals={"x": {"orientation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}},
        sweeps=[{"name": "b", "images": 1, "reorient": turn}],
    )
    u = place(asked, asked.sweeps[0]).u
    assert np.allclose(u @ [1, 0, 0], [0, 1, 0])


def test_attenuation_of_silicon() -> None:
    # 12.4 keV: attenuation length 0.24 mm; 8 keV (Cu K alpha): 0.066 mm
    assert 1 / silicon_attenuation_per_mm(1.0) == pytest.approx(0.24, rel=0.06)
    assert 1 / silicon_attenuation_per_mm(1.5418) == pytest.approx(0.066, rel=0.06)


def test_error_function() -> None:
    x = np.linspace(-6, 6, 1001)
    assert np.allclose(erf(x), [math.erf(value) for value in x], atol=3e-7)


def _quaternion_turn(axis: Any, angle_deg: float, vectors: Any) -> Any:
    """Turns vectors (columns) with quaternion algebra."""
    half = math.radians(angle_deg) / 2
    w, (x, y, z) = math.cos(half), math.sin(half) * np.asarray(axis)
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return matrix @ vectors
