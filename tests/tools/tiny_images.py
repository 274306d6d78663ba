"""Images with a real header and next to no pixels: enough for everything before a program runs."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sweepwright.model.ranges import parse_images
from sweepwright.simulate.minicbf import minicbf

HEADER: Mapping[str, Any] = {
    "Detector": "PILATUS3 6M, S/N 60-0126",
    "time": "2026-03-05T10:00:00.000",
    "Pixel_size": "172e-6 m x 172e-6 m",
    "Silicon": "sensor, thickness 0.000450 m",
    "Exposure_time": "0.0970000 s",
    "Count_cutoff": "1048500 counts",
    "Wavelength": "0.97918 A",
    "Detector_distance": "0.300000 m",
    "Beam_xy": "(8.50, 9.25) pixels",
    "Start_angle": "0.0000 deg.",
    "Angle_increment": "0.5000 deg.",
    "Polarization": "0.990",
}
#: pixels along fast and slow
SIZE = (16, 20)


def write_series(
    folder: Path,
    template: str,
    numbers: str,
    start: float = 0.0,
    width: float = 0.5,
    time: str | None = None,
    header: Mapping[str, Any] | None = None,
    size: Sequence[int] = SIZE,
) -> None:
    """A series ``scan/x_####.cbf``: ``start`` is the angle of the first image in ``numbers``.

    ``header`` replaces header lines, or drops those given as None; ``size`` is fast, slow. Files whose
    names end in .gz are packed.
    """
    pixels = np.zeros((size[1], size[0]), np.int32)
    images = parse_images(numbers)
    stem, _, rest = template.partition("#")
    digits = template.count("#")
    suffix = rest.lstrip("#")
    for number in images:
        angle = start + (number - images.first) * width
        lines = {**HEADER, "Angle_increment": f"{width:.4f} deg.", **(header or {})}
        lines["Start_angle"] = f"{angle:.4f} deg."
        if time is not None:
            lines["time"] = time
        path = folder / f"{stem}{number:0{digits}d}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = [_line(key, value) for key, value in lines.items() if value is not None]
        content = minicbf(Path(path.name.removesuffix(".gz")).stem, text, pixels)
        path.write_bytes(gzip.compress(content, mtime=0) if suffix.endswith(".gz") else content)


def _line(key: str, value: Any) -> str:
    return str(value) if key == "time" else f"{key}{':' if key == 'Detector' else ''} {value}"
