"""The spots that a lattice was found from, as each engine writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sweepwright.logs.reading import Value
from sweepwright.logs.xparm import read as read_xparm
from sweepwright.results.dials_table import INDEXED, read_columns
from sweepwright.results.observations import Flags, Floats
from sweepwright.run import StepError


@dataclass(frozen=True, eq=False)
class Spots:
    """Where spots are in reciprocal space (n, 3), 1/A, crystal at angle 0; and which have indices (n,)."""

    place: Floats
    indexed: Flags

    @property
    def inverse_d(self) -> Floats:
        """1/d of each (n,), 1/A."""
        lengths: Floats = np.linalg.norm(self.place, axis=1)
        return lengths


def read_spots(files: Mapping[str, Path]) -> Spots:
    """From indexed.refl, or from SPOT.XDS and XPARM.XDS. Raises StepError when they cannot be read."""
    try:
        if "indexed.refl" in files:
            table = read_columns(files["indexed.refl"], ("rlp", "flags"))
            return Spots(table["rlp"], (table["flags"] & INDEXED) > 0)
        return _of_xds(files["SPOT.XDS"], files["XPARM.XDS"])
    except ValueError as damage:
        raise StepError(
            f"the spots cannot be read: {damage}", "Run the indexing again."
        ) from damage


def _of_xds(spots: Path, models: Path) -> Spots:
    """SPOT.XDS counts the middle of the first pixel as 1; its last three columns are indices."""
    rows = np.array([line.split() for line in spots.read_text("latin-1").splitlines()], float)
    if rows.ndim != 2 or rows.shape[1] not in (7, 8):
        raise ValueError(f"{spots.name} has no spots with indices")
    said = read_xparm(models.read_text("latin-1"), "XPARM.XDS").values
    if not said:
        raise ValueError(f"{models.name} has no parameters")
    beam = _vector(said, "incident_beam")
    x, y = (
        (rows[:, i] - _vector(said, "origin_px")[i]) * _vector(said, "pixel_size_mm")[i]
        for i in (0, 1)
    )
    seen = (
        np.outer(x, _vector(said, "detector_x_axis"))
        + np.outer(y, _vector(said, "detector_y_axis"))
        + _vector(said, "distance_mm") * _vector(said, "detector_normal")
    )
    seen /= np.linalg.norm(seen, axis=1)[:, None]
    scattered = (seen - beam / np.linalg.norm(beam)) / _vector(said, "wavelength")
    turned = _vector(said, "starting_angle_deg") + _vector(said, "oscillation_range_deg") * (
        rows[:, 2] - _vector(said, "starting_frame") + 1
    )
    place = _rotated(scattered, _vector(said, "rotation_axis"), -np.radians(turned))
    return Spots(place, np.any(rows[:, -3:] != 0, axis=1))


def _vector(said: Mapping[str, Value], name: str) -> Floats:
    return np.array(said[f"xparm.{name}"], float)


def _rotated(vectors: Floats, axis: Floats, angle: Floats) -> Floats:
    """Vectors (n, 3), each turned about an axis by its angle (n,), radians."""
    axis = axis / np.linalg.norm(axis)
    along = np.outer(vectors @ axis, axis)
    sine, cosine = np.sin(angle)[:, None], np.cos(angle)[:, None]
    turned: Floats = along + (vectors - along) * cosine + np.cross(axis, vectors) * sine
    return turned
