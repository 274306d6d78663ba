"""Quantities as people write them: a number in the documented unit, or text with a unit."""

from __future__ import annotations

import re
from typing import NamedTuple

#: h c in keV A, from the exact SI values of h, c and e (CODATA 2018)
HC_KEV_ANGSTROM = 12.398419843320026

_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*")

#: dimension -> unit -> factor to the documented unit (the first of each)
UNITS: dict[str, dict[str, float]] = {
    "length": {"mm": 1.0, "m": 1000.0, "cm": 10.0, "um": 0.001, "µm": 0.001},
    "angle": {"deg": 1.0, "degree": 1.0, "degrees": 1.0, "°": 1.0, "mrad": 0.0572957795130823},
    "resolution": {"A": 1.0, "Å": 1.0, "nm": 10.0},
    "wavelength": {"A": 1.0, "Å": 1.0, "nm": 10.0},
    "fraction": {"": 1.0, "%": 0.01},
    "pixels": {"px": 1.0, "pixel": 1.0, "pixels": 1.0},
    "number": {"": 1.0},
}
#: K-alpha1 of common home sources in A: Hoelzer et al., Phys. Rev. A 56 (1997) 4554 (Cu);
#: Bearden, Rev. Mod. Phys. 39 (1967) 78 (Mo, Ag, Ga)
ANODES = {"Cu": 1.540593, "Mo": 0.709300, "Ag": 0.559408, "Ga": 1.340087}


class Quantity(NamedTuple):
    """A number and the unit it was written with (empty when none was)."""

    value: float
    unit: str


def split_quantity(text: str) -> Quantity:
    """Number and unit of a text. Raises ValueError when it does not begin with a number."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a number")
    return Quantity(float(match[1]), (match[2] or "").strip())


def parse_quantity(text: str, dimension: str) -> float:
    """The value in the documented unit of the dimension.

    Raises ValueError for a wrong dimension, naming the one that is wanted.
    """
    quantity = split_quantity(text)
    units = UNITS[dimension]
    if not quantity.unit:
        return quantity.value
    if quantity.unit not in units:
        wanted = ", ".join(unit for unit in units if unit) or "no unit"
        raise ValueError(
            f"'{text}' has the unit '{quantity.unit}', but a {dimension} is wanted ({wanted})"
        )
    return quantity.value * units[quantity.unit]


def parse_wavelength(text: str) -> float:
    """A wavelength in A from A, nm, eV, keV, or the name of an anode (``Cu``)."""
    if text in ANODES:
        return ANODES[text]
    quantity = split_quantity(text)
    if quantity.unit in ("eV", "keV"):
        kev = quantity.value / 1000 if quantity.unit == "eV" else quantity.value
        if kev <= 0:
            raise ValueError(f"'{text}' is not the energy of a beam")
        return HC_KEV_ANGSTROM / kev
    value = parse_quantity(text, "wavelength")
    if value > 100 and not quantity.unit:
        raise ValueError(
            f"'{text}' is no wavelength in A; if it is an energy write {text} eV "
            f"({HC_KEV_ANGSTROM / value * 1000:.5f} A)"
        )
    if not 0.01 < value < 20:
        raise ValueError(f"a wavelength of {value} A is outside 0.01 to 20 A")
    return value
