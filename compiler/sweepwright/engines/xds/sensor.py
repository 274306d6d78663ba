"""How strongly a sensor absorbs: what XDS wants as SILICON= for a sensor of another material.

XDS has a value of its own for silicon, which is photoelectric absorption alone: the same sum as here
gives it within 1 %. Tables of total attenuation, such as NIST's, count scattering too (7 % for silicon).
"""

from __future__ import annotations

from typing import Any

from sweepwright.model.resolved import Resolved, computed

#: edge of the cubic cell, A, and the atoms in it (CRC Handbook of Chemistry and Physics)
_CELLS = {
    "Si": (5.4310, {14: 8}),
    "CdTe": (6.482, {48: 4, 52: 4}),
    "GaAs": (5.6533, {31: 4, 33: 4}),
}
_ELECTRON_RADIUS_A = 2.8179403e-5
_MM_IN_A = 1e7
_ENERGY_EV_A = 12398.42
#: below, beams are of electrons, or of X-rays that are scattered more than absorbed
_SHORTEST_A = 0.1


def absorption(path: str, material: Resolved[Any], wavelength: Resolved[Any]) -> Resolved[Any]:
    """The leaf of SILICON=; None for silicon, which XDS knows better than tables do."""
    known = material.value in (None, "Si") or wavelength.known < _SHORTEST_A
    value = None if known else float(f"{absorbed_per_mm(material.known, wavelength.known):.6g}")
    rule = "photoelectric absorption of the sensor"
    return computed(path + "SILICON", value, rule, material, wavelength)


def absorbed_per_mm(material: str, wavelength_a: float) -> float:
    """The linear coefficient of photoelectric absorption, 1/mm.

    By the optical theorem an atom's cross-section is 2 r_e lambda f''; f'' is that of Cromer and Liberman.
    """
    import gemmi

    edge, atoms = _CELLS[material]
    energy = _ENERGY_EV_A / wavelength_a
    f_second = sum(n * gemmi.cromer_liberman(z, energy)[1] for z, n in atoms.items())
    return 2 * _ELECTRON_RADIUS_A * wavelength_a * f_second / edge**3 * _MM_IN_A
