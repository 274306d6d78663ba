"""SPOT.XDS, and the tables that DIALS indexes.

XDS counts the first pixel's centre as 1, DIALS as 0.5; both count image n from n - 1 to n.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xds_standin.inputs import Inputs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SPOTS = Path("SPOT.XDS")
#: where XDS has the corner of the first pixel, px, px, images
_FIRST_PIXEL = np.array([0.5, 0.5, 0.0])
#: variances of a centroid, px and images squared
_VARIANCE = (0.0025, 0.0025, 0.03)


def write(places: Floats, intensities: Floats, indices: Ints | None = None) -> None:
    """By falling intensity; XDS stops reading at an intensity below 1."""
    order = np.argsort(-intensities, kind="stable")
    with SPOTS.open("w", encoding="utf-8") as file:
        for row in order[intensities[order] >= 1]:
            x, y, z = places[row]
            line = f"{x:10.2f}{y:10.2f}{z:10.2f}{intensities[row]:10.0f}."
            if indices is not None:
                line += "{:8d}{:8d}{:8d}".format(*indices[row])
            file.write(line + "\n")


def read() -> tuple[Floats, Floats]:
    """Places (px, px, image) and intensities, as far as XDS would read; ValueError if unreadable."""
    rows = [line.split() for line in SPOTS.read_text(encoding="utf-8").splitlines()]
    table = np.array([[float(word) for word in row[:4]] for row in rows]).reshape(-1, 4)
    weak = np.flatnonzero(table[:, 3] < 1)
    table = table[: weak[0]] if len(weak) else table
    return table[:, :3], table[:, 3]


def in_ranges(places: Floats, inputs: Inputs) -> NDArray[np.bool_]:
    """Spots of SPOT_RANGE (or of all images)."""
    ranges = inputs.ranges("SPOT_RANGE") or inputs.ranges("DATA_RANGE")
    kept = np.zeros(len(places), bool)
    for first, last in ranges:
        kept |= (places[:, 2] >= first - 1) & (places[:, 2] <= last)
    return kept


def resolved(spacing: Floats, inputs: Inputs) -> NDArray[np.bool_]:
    """Inside INCLUDE_RESOLUTION_RANGE and outside all EXCLUDE_RESOLUTION_RANGEs."""
    low, high = inputs.numbers("INCLUDE_RESOLUTION_RANGE", 20, 0)[:2]
    kept = (spacing <= low) & (spacing >= high)
    for limits in inputs.repeated("EXCLUDE_RESOLUTION_RANGE"):
        kept &= (spacing > max(limits[:2])) | (spacing < min(limits[:2]))
    return kept


def table(places: Floats, intensities: Floats) -> Any:
    """A DIALS table of strong spots, not indexed."""
    from dials.array_family import flex

    x, y, z = (flex.double(np.ascontiguousarray(column)) for column in (places - _FIRST_PIXEL).T)
    size = len(places)
    made = flex.reflection_table()
    made["id"] = flex.int(size, -1)
    made["imageset_id"] = flex.int(size, 0)
    made["panel"] = flex.size_t(size, 0)
    made["xyzobs.px.value"] = flex.vec3_double(x, y, z)
    made["xyzobs.px.variance"] = flex.vec3_double(size, _VARIANCE)
    made["intensity.sum.value"] = flex.double(np.ascontiguousarray(intensities))
    made["intensity.sum.variance"] = flex.double(np.ascontiguousarray(intensities))
    made["miller_index"] = flex.miller_index(size, (0, 0, 0))
    made["flags"] = flex.size_t(size, 0)
    made.set_flags(flex.bool(size, True), made.flags.strong)
    return made


def places_of(found: Any, column: str = "xyzobs.px.value") -> Floats:
    """A column of a DIALS table in XDS's pixels."""
    return found[column].as_numpy_array().reshape(-1, 3) + _FIRST_PIXEL


def indices_of(found: Any) -> Ints:
    return np.array(found["miller_index"].as_vec3_double().as_numpy_array().reshape(-1, 3), int)


def spacings(found: Any, made: Any) -> Floats:
    """Angstrom, of spots in an experiment list with one experiment."""
    found.centroid_px_to_mm(made)
    found.map_centroids_to_reciprocal_space(made)
    lengths = found["rlp"].norms().as_numpy_array()
    return 1 / np.maximum(lengths, 1e-6)
