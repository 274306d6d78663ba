"""What DIALS has of the experiment, against what was compiled: a difference is an error.

``expected.json`` stands beside ``import.phil`` and is made from the same leaves. Everything is in the
imgCIF frame of dxtbx, units are in the names, and null means that nothing was compiled. Where dxtbx
can write a model in several ways (a goniostat as one axis or as many, a panel below a hierarchy) what
is compared is its effect in the laboratory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from sweepwright.geometry.rotation import rotation

Models = Mapping[str, Any]
Array = NDArray[np.float64]

#: largest difference of a number, relative to its size (at least 1)
RELATIVE = 1e-6
#: largest difference of a beam centre, which is computed from the vectors, in pixels
PIXELS = 1e-4


class ExpectedPanel(TypedDict):
    """One of several panels in the words of dxtbx; px and mm."""

    image_size: list[int]
    raw_image_offset: list[int]  # where its first pixel is in the image
    pixel_size: list[float]
    fast_axis: list[float]
    slow_axis: list[float]
    origin: list[float]


class ExpectedModels(TypedDict, total=False):
    """The content of ``expected.json``."""

    panels: list[ExpectedPanel]  # where there are several, in the order of the file

    images: int | None
    image_range: list[int] | None
    oscillation_deg: list[float] | None  # start, width
    wavelength_A: float | None
    beam_direction: list[float] | None  # sample to source
    polarization_fraction: float | None
    polarization_normal: list[float] | None
    rotation_axis: list[float] | None
    fixed_rotation: list[float] | None  # nine numbers, row by row
    distance_mm: float | None
    beam_center_px: list[float] | None  # fast, slow, from the corner of the first pixel
    size_px: list[int] | None
    pixel_size_mm: list[float] | None
    fast_axis: list[float] | None
    slow_axis: list[float] | None
    origin_mm: list[float] | None
    trusted_range: list[float] | None
    sensor_material: str | None
    sensor_thickness_mm: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A quantity that DIALS has otherwise than it was compiled."""

    quantity: str
    compiled: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.quantity} is {_shown(self.found)} where {_shown(self.compiled)} was compiled"


def compare_models(experiments: Models, expected: ExpectedModels) -> tuple[Difference, ...]:
    """Differences between the content of a .expt file with one sweep and ``expected.json``."""
    panels = expected.get("panels", [])
    for what, count, wanted in _counts(experiments, len(panels) or 1):
        if count != wanted:
            return (Difference(what, wanted, count),)
    whole = {name: value for name, value in expected.items() if name != "panels"}
    found = {name: read(experiments) for name, read in QUANTITIES.items() if name in whole}
    differences = _differences("", whole, found)
    for number, panel in enumerate(panels):
        read_back = {name: read(experiments, number) for name, read in PANEL_QUANTITIES.items()}
        differences += _differences(f"panel {number}: ", panel, read_back)
    return tuple(differences)


def _differences(
    where: str, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> list[Difference]:
    return [
        Difference(where + name, compiled, found[name])
        for name, compiled in expected.items()
        if compiled is not None and not _equal(name, compiled, found[name])
    ]


def _counts(experiments: Models, panels: int) -> Iterator[tuple[str, int, int]]:
    """What is counted, how many there are, and how many there must be."""
    yield "number of sweeps", len(experiments.get("experiment", ())), 1
    for model in ("beam", "goniometer", "scan", "detector"):
        yield f"number of {model} models", len(experiments.get(model, ())), 1
    yield "number of panels", len(experiments["detector"][0]["panels"]), panels


def _panel(experiments: Models, number: int = 0) -> Mapping[str, Any]:
    panel: Mapping[str, Any] = experiments["detector"][0]["panels"][number]
    return panel


def _frame(experiments: Models, number: int = 0) -> Array:
    """Columns fast, slow, origin in the laboratory: the panel's own, seen through the hierarchy."""
    local, root = _panel(experiments, number), experiments["detector"][0].get("hierarchy")
    frame = np.array([local[name] for name in ("fast_axis", "slow_axis", "origin")], float).T
    for group in _groups_above(root or {}, number)[::-1]:
        fast, slow = np.array(group["fast_axis"], float), np.array(group["slow_axis"], float)
        frame = np.column_stack([fast, slow, np.cross(fast, slow)]) @ frame
        frame[:, 2] += group["origin"]
    return frame


def _groups_above(group: Models, number: int) -> list[Models]:
    """The groups of a hierarchy that hold a panel, the outermost first; empty: it is not in there."""
    for child in group.get("children", ()):
        if child.get("panel") == number:
            return [group]
        if below := _groups_above(child, number):
            return [group, *below]
    return []


def _meeting_point(experiments: Models) -> tuple[float, Array]:
    """Distance of the panel's plane along its normal, and where the beam meets it, in mm."""
    fast, slow, origin = _frame(experiments).T
    beam = -np.array(experiments["beam"][0]["direction"], float)
    normal = np.cross(fast, slow)
    distance = float(origin @ normal)
    meets = beam * (distance / float(beam @ normal)) - origin
    return abs(distance), np.array([meets @ fast, meets @ slow])


def _goniostat(experiments: Models) -> tuple[Array, Array]:
    """Axis and fixed rotation in the laboratory, R(axis, a) fixed at scan angle a.

    Of several axes, listed from the crystal outwards, those before the scanned one turn the crystal
    alone; those after it turn the scanned axis too.
    """
    model = experiments["goniometer"][0]
    if "axes" not in model:
        setting, fixed = (
            np.reshape(np.array(model[name], float), (3, 3))
            for name in ("setting_rotation", "fixed_rotation")
        )
        return setting @ np.array(model["rotation_axis"], float), setting @ fixed
    turns = [
        np.array(rotation(axis, angle))
        for axis, angle in zip(model["axes"], model["angles"], strict=True)
    ]
    scan = int(model["scan_axis"])
    fixed, setting = _product(turns[:scan]), _product(turns[scan + 1 :])
    return setting @ np.array(model["axes"][scan], float), setting @ fixed


def _product(turns: list[Array]) -> Array:
    """The rotation of several turns, the first one innermost."""
    whole = np.eye(3)
    for turn in turns:
        whole = turn @ whole
    return whole


def _oscillation(experiments: Models) -> list[float]:
    """Start and width; newer releases of dxtbx store the angle of every image."""
    scan = experiments["scan"][0]
    if "oscillation" in scan:
        return [float(value) for value in scan["oscillation"]]
    angles = scan["properties"]["oscillation"]
    return [angles[0], angles[1] - angles[0] if len(angles) > 1 else 0.0]


def _images(experiments: Models) -> int:
    first, last = experiments["scan"][0]["image_range"]
    return int(last - first + 1)


def _center(experiments: Models) -> list[float]:
    return list(_meeting_point(experiments)[1] / np.array(_panel(experiments)["pixel_size"], float))


#: how each quantity of `ExpectedModels` is read from the content of a .expt file
QUANTITIES: Mapping[str, Callable[[Models], Any]] = {
    "images": _images,
    "image_range": lambda models: models["scan"][0]["image_range"],
    "oscillation_deg": _oscillation,
    "wavelength_A": lambda models: models["beam"][0]["wavelength"],
    "beam_direction": lambda models: models["beam"][0]["direction"],
    "polarization_fraction": lambda models: models["beam"][0]["polarization_fraction"],
    "polarization_normal": lambda models: models["beam"][0]["polarization_normal"],
    "rotation_axis": lambda models: list(_goniostat(models)[0]),
    "fixed_rotation": lambda models: list(_goniostat(models)[1].ravel()),
    "distance_mm": lambda models: _meeting_point(models)[0],
    "beam_center_px": _center,
    "size_px": lambda models: _panel(models)["image_size"],
    "pixel_size_mm": lambda models: _panel(models)["pixel_size"],
    "fast_axis": lambda models: list(_frame(models)[:, 0]),
    "slow_axis": lambda models: list(_frame(models)[:, 1]),
    "origin_mm": lambda models: list(_frame(models)[:, 2]),
    "trusted_range": lambda models: _panel(models)["trusted_range"],
    "sensor_material": lambda models: _panel(models)["material"],
    "sensor_thickness_mm": lambda models: _panel(models)["thickness"],
}


#: and how each of `ExpectedPanel`, of the panel of a number
PANEL_QUANTITIES: Mapping[str, Callable[[Models, int], Any]] = {
    "image_size": lambda models, number: _panel(models, number)["image_size"],
    "raw_image_offset": lambda models, number: _panel(models, number)["raw_image_offset"],
    "pixel_size": lambda models, number: _panel(models, number)["pixel_size"],
    "fast_axis": lambda models, number: list(_frame(models, number)[:, 0]),
    "slow_axis": lambda models, number: list(_frame(models, number)[:, 1]),
    "origin": lambda models, number: list(_frame(models, number)[:, 2]),
}


def _equal(name: str, compiled: Any, found: Any) -> bool:
    if isinstance(compiled, str) or isinstance(found, str):
        return bool(compiled == found)
    left, right = np.atleast_1d(compiled), np.atleast_1d(found)
    if left.shape != right.shape:
        return False
    allowed = PIXELS if name == "beam_center_px" else RELATIVE * np.maximum(1.0, np.abs(left))
    return bool(np.all(np.abs(left - right) <= allowed))


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return " ".join(f"{number:.9g}" for number in np.atleast_1d(value).ravel())
