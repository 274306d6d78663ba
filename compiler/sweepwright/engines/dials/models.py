"""Compares the models that DIALS made with what was compiled: a difference is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: largest difference of a vector's component or of a number, relative to its size (at least 1)
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Difference:
    """A quantity that DIALS has otherwise than it was compiled."""

    quantity: str
    compiled: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.quantity} is {self.found} where {self.compiled} was compiled"


def compare_models(experiments: Mapping[str, Any], expected: Mapping[str, Any]) -> list[Difference]:
    """Differences between the content of a .expt file with one sweep and ``expected.json``.

    Keys of ``expected`` that are null were not compiled and are not compared.
    """
    count = len(experiments.get("experiment", ()))
    if count != 1:
        return [Difference("number of sweeps", 1, count)]
    return [
        Difference(name, expected[name], found)
        for name, found in _found(experiments)
        if expected.get(name) is not None and not _equal(expected[name], found)
    ]


def _found(experiments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The same quantities as in ``expected.json``, read from the experiment."""
    beam, goniometer, scan = (experiments[name][0] for name in ("beam", "goniometer", "scan"))
    panel = experiments["detector"][0]["panels"][0]
    yield "wavelength_A", beam["wavelength"]
    yield "beam_direction", beam["direction"]
    yield "polarization_normal", beam["polarization_normal"]
    yield "polarization_fraction", beam["polarization_fraction"]
    yield "rotation_axis", goniometer["rotation_axis"]
    yield "fixed_rotation", goniometer["fixed_rotation"]
    yield "image_range", scan["image_range"]
    yield "oscillation_deg", _oscillation(scan)
    yield "fast_axis", panel["fast_axis"]
    yield "slow_axis", panel["slow_axis"]
    yield "origin_mm", panel["origin"]
    yield "pixel_size_mm", panel["pixel_size"]
    yield "image_size_px", panel["image_size"]
    yield "trusted_range", panel["trusted_range"]
    yield "sensor_thickness_mm", panel["thickness"]
    yield "sensor_material", panel["material"]


def _oscillation(scan: Mapping[str, Any]) -> Sequence[float]:
    """Start and width; newer versions of dxtbx store the angle of every image."""
    if "oscillation" in scan:
        return [float(value) for value in scan["oscillation"]]
    angles = scan["properties"]["oscillation"]
    return [angles[0], angles[1] - angles[0]] if len(angles) > 1 else [angles[0], 0.0]


def _equal(compiled: Any, found: Any) -> bool:
    if isinstance(compiled, str) or isinstance(found, str):
        return bool(compiled == found)
    left = compiled if isinstance(compiled, list) else [compiled]
    right = found if isinstance(found, list) else [found]
    return len(left) == len(right) and all(
        abs(a - b) <= TOLERANCE * max(1.0, abs(a)) for a, b in zip(left, right, strict=True)
    )
