"""Made-up atoms, and the structure factors they give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import gemmi
import numpy as np
from numpy.typing import NDArray

from sweepwright.simulate.specification import Structure

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

#: light atoms of a protein and their share
_LIGHT = {"C": 0.62, "N": 0.17, "O": 0.21}
_SMALLEST_B = 2.0
_B_SPREAD = 4.0


@dataclass(frozen=True)
class Atom:
    """An atom of the asymmetric unit; ``site`` in fractions of the cell, ``b_factor`` in A^2."""

    element: str
    site: tuple[float, float, float]
    b_factor: float
    anomalous: bool


def make_atoms(structure: Structure, seed: int) -> tuple[Atom, ...]:
    """Atoms at random places: no chemistry, but intensities distributed as a protein's."""
    random = np.random.default_rng([seed, 1])
    count, heavy = structure.light_atoms, structure.anomalous
    elements = [str(name) for name in random.choice(list(_LIGHT), count, p=list(_LIGHT.values()))]
    elements += [gemmi.Element(heavy.z).name] * heavy.count
    sites = random.random((len(elements), 3))
    spread = random.normal(structure.b_factor, _B_SPREAD, len(elements))
    return tuple(
        Atom(
            element,
            (float(site[0]), float(site[1]), float(site[2])),
            float(max(b_factor, _SMALLEST_B)) if structure.b_factor else 0.0,
            number >= count,
        )
        for number, (element, site, b_factor) in enumerate(
            zip(elements, sites, spread, strict=True)
        )
    )


@dataclass(frozen=True)
class StructureFactors:
    """Structure factors of the asymmetric unit of reciprocal space, for any f' and f''.

    F(h) = normal + (f' + i f'') anomalous, and F(-h)* = normal + (f' - i f'') anomalous.
    """

    cell: gemmi.UnitCell
    group: gemmi.SpaceGroup
    hkl: Integers
    normal: NDArray[np.complex128]
    anomalous: NDArray[np.complex128]

    def intensities(self, f_prime: float, f_second: float) -> tuple[Floats, Floats]:
        """I(+) and I(-), electrons squared."""
        plus = self.normal + complex(f_prime, f_second) * self.anomalous
        minus = self.normal + complex(f_prime, -f_second) * self.anomalous
        return np.abs(plus) ** 2, np.abs(minus) ** 2

    @cached_property
    def sphere(self) -> Sphere:
        """All reflections, not just unique ones."""
        return _expand(self.hkl, self.group)


@dataclass(frozen=True)
class Sphere:
    """Every reflection within the resolution, with its place in the asymmetric unit."""

    hkl: Integers
    unique: Integers
    """row of the equivalent reflection in ``StructureFactors.hkl``"""
    is_plus: NDArray[np.bool_]
    """equivalent to h, k, l itself (else to its Friedel mate)"""


def structure_factors(structure: Structure, atoms: tuple[Atom, ...]) -> StructureFactors:
    """Sums over all atoms and symmetry operators; absent reflections are left out."""
    cell, group = structure.unit_cell(), structure.group()
    hkl = np.asarray(gemmi.make_miller_array(cell, group, structure.d_min), dtype=np.int32)
    stol2 = cell.calculate_1_d2_array(hkl) / 4
    normal = np.zeros(len(hkl), complex)
    anomalous = np.zeros(len(hkl), complex)
    for element in sorted({atom.element for atom in atoms}):
        for is_anomalous in (False, True):
            chosen = [a for a in atoms if a.element == element and a.anomalous == is_anomalous]
            if not chosen:
                continue
            waves = _waves(hkl, stol2, chosen, group)
            normal += _form_factor(element, stol2) * waves
            if is_anomalous:
                anomalous += waves
    return StructureFactors(cell, group, hkl, normal, anomalous)


def _form_factor(element: str, stol2: Floats) -> Floats:
    """f0 of the International Tables C, four Gaussians and a constant."""
    coefficients = gemmi.Element(element).it92.get_coefs()
    total = np.full(len(stol2), coefficients[8])
    for a, b in zip(coefficients[:4], coefficients[4:8], strict=True):
        total += a * np.exp(-b * stol2)
    return total


def _waves(
    hkl: Integers, stol2: Floats, atoms: list[Atom], group: gemmi.SpaceGroup
) -> NDArray[np.complex128]:
    """Sum of exp(-B s^2) exp(2 pi i h(Rx+t)). Centring only multiplies all alike, so it is left out."""
    turned = [(hkl @ rotation, hkl @ shift) for rotation, shift in _operators(group)]
    total = np.zeros(len(hkl), complex)
    for atom in atoms:
        # an atom at a time: all at once would need gigabytes for large cells
        real, imaginary = np.zeros(len(hkl)), np.zeros(len(hkl))
        for indices, shifts in turned:
            phase = 2 * np.pi * (indices @ atom.site + shifts)
            real += np.cos(phase)
            imaginary += np.sin(phase)
        total += np.exp(-atom.b_factor * stol2) * (real + 1j * imaginary)
    return total


def _operators(group: gemmi.SpaceGroup) -> list[tuple[Integers, Floats]]:
    """Rotations and translations of the symmetry operators, without the centring ones."""
    return [
        (np.array(op.rot, np.int32) // gemmi.Op.DEN, np.array(op.tran) / gemmi.Op.DEN)
        for op in group.operations().sym_ops
    ]


def _expand(unique: Integers, group: gemmi.SpaceGroup) -> Sphere:
    """Applies all operators; a reflection that is equivalent to both mates counts as plus."""
    rotations = [rotation for rotation, _ in _operators(group)]
    images = [(unique @ rotation, True) for rotation in rotations]
    images += [(-(unique @ rotation), False) for rotation in rotations]
    hkl = np.concatenate([image for image, _ in images])
    rows = np.tile(np.arange(len(unique), dtype=np.int32), len(images))
    is_plus = np.repeat([plus for _, plus in images], len(unique))
    # np.unique gives the first occurrence: plus comes before minus
    _, first = np.unique(hkl, axis=0, return_index=True)
    return Sphere(hkl[first], rows[first], is_plus[first])
