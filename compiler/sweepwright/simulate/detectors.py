"""Sizes and dead areas of PILATUS detectors, and how their sensor absorbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DetectorName = Literal["100K", "200K", "300K", "300K-W", "1M"]

PIXEL_MM = 0.172
_MODULE_PX = (487, 195)
_GAP_PX = (7, 17)
#: modules along fast and slow
_MODULES: dict[DetectorName, tuple[int, int]] = {
    "100K": (1, 1),
    "200K": (1, 2),
    "300K": (1, 3),
    "300K-W": (3, 1),
    "1M": (2, 5),
}
# attenuation of silicon: NIST XCOM mass coefficients (cm2/g) at energies in keV
_ENERGY_KEV = (4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
_MASS_COEFFICIENT = (453.3, 245.3, 147.0, 64.68, 33.89, 10.34, 4.464, 1.436)
_SILICON_G_PER_CM3 = 2.33
_KEV_A = 12.39842


@dataclass(frozen=True, slots=True)
class DetectorModel:
    """A detector of the catalogue; sizes are (fast, slow)."""

    name: DetectorName
    modules: tuple[int, int]

    @property
    def size_px(self) -> tuple[int, int]:
        """Pixels along fast and slow, gaps included."""
        fast, slow = (
            count * module + (count - 1) * gap
            for count, module, gap in zip(self.modules, _MODULE_PX, _GAP_PX, strict=True)
        )
        return fast, slow

    @property
    def text(self) -> str:
        """The name as headers have it."""
        return f"PILATUS {self.name}"

    @property
    def serial(self) -> str:
        """Of the form of real ones, but belongs to no real detector."""
        return f"{self.modules[0] * self.modules[1]}-9900"

    def gaps(self) -> NDArray[np.bool_]:
        """Mask (slow, fast) of the dead pixels between modules."""
        in_gap = [
            np.arange(size) % (module + gap) >= module
            for size, module, gap in zip(self.size_px, _MODULE_PX, _GAP_PX, strict=True)
        ]
        return in_gap[1][:, None] | in_gap[0][None, :]


def detector_model(name: DetectorName) -> DetectorModel:
    """The model with a name."""
    return DetectorModel(name, _MODULES[name])


def silicon_attenuation_per_mm(wavelength_a: float) -> float:
    """The linear attenuation coefficient of silicon, interpolated in the logarithms."""
    log_mass = np.interp(
        np.log(_KEV_A / wavelength_a), np.log(_ENERGY_KEV), np.log(_MASS_COEFFICIENT)
    )
    return float(np.exp(log_mass)) * _SILICON_G_PER_CM3 / 10
