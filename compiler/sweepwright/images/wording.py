"""How headers word what they say: units, conventions and defaults that readers have to guess at.

Sources: DECTRIS, "PILATUS CBF header specification" 1.4 (a convention, a unit behind each number,
the axis "X, CW" as its example); the NeXus definition NXmx (``units`` on each number, ``definition``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_head
from sweepwright.model.facts import Doubt, ImageFacts

#: key of a mini-CBF header -> field, what its value looks like, how it is written
_CBF_UNITS: Mapping[str, tuple[str, str, str]] = {
    "Wavelength": ("wavelength", r"[\d.eE+-]+ A\b", "0.97918 A"),
    "Detector_distance": ("distance", r"[\d.eE+-]+ m\b", "0.250000 m"),
    "Pixel_size": ("pixel_size", r"[\d.eE+-]+ m x [\d.eE+-]+ m\b", "172e-6 m x 172e-6 m"),
    "Beam_xy": (
        "beam_center",
        r"\([\d.eE+-]+, *[\d.eE+-]+\) pixels\b",
        "(1231.50, 1263.50) pixels",
    ),
    "Start_angle": ("start", r"[\d.eE+-]+ deg", "0.0000 deg."),
    "Angle_increment": ("width", r"[\d.eE+-]+ deg", "0.1000 deg."),
    "Exposure_time": ("exposure_time", r"[\d.eE+-]+ s\b", "0.0970000 s"),
    "Count_cutoff": ("overload", r"\d+ counts\b", "1048500 counts"),
}
_DEFAULT_AXIS = re.compile(r"X *[,.] *CW", re.IGNORECASE)
#: fields whose numbers have units in HDF5
_WITH_UNITS = ("wavelength", "distance", "pixel_size", "sensor_thickness", "exposure_time", "start")


def odd_wording(path: Path, facts: ImageFacts) -> Iterator[Doubt]:
    """What a reader has to guess in a file whose facts are known. Raises ImageError, OSError."""
    if facts.format == "minicbf":
        yield from _minicbf(read_head(path).decode("latin-1"))
    elif facts.format in ("eiger", "nxmx"):
        yield from _hdf5(path, facts)


def _minicbf(text: str) -> Iterator[Doubt]:
    if "_array_data.header_convention" not in text:
        yield Doubt("convention", "the header names no convention", "_array_data.header_convention")
    for line in text.replace("\r", "").split("\n"):
        words = line.removeprefix("#").strip().replace(":", " ").split(maxsplit=1)
        if not line.startswith("#") or len(words) < 2:
            continue
        key, value = words[0], words[1].strip(" =")
        if key == "Oscillation_axis" and _DEFAULT_AXIS.fullmatch(value):
            message = f"{value!r} is the example of the specification: it says nothing of the axis"
            yield Doubt("scan_axis", message, key)
        if key in _CBF_UNITS:
            field, form, written = _CBF_UNITS[key]
            if re.match(form, value) is None:
                yield Doubt(field, f"{value!r} is not written like {written!r}", key)


def _hdf5(path: Path, facts: ImageFacts) -> Iterator[Doubt]:
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            if "entry/definition" not in file:
                message = "the file names no definition, so that the axes have no directions"
                yield Doubt("convention", message, "/entry/definition")
            for field in _WITH_UNITS:
                fact = facts.get(field)
                node = file.get(fact.key) if fact is not None else None
                if isinstance(node, h5py.Dataset) and "units" not in node.attrs:
                    yield Doubt(field, "the number has no units", f"{node.name}@units")
    except (OSError, KeyError, RuntimeError, ValueError) as problem:
        raise ImageError(f"is HDF5 that cannot be read: {problem}") from problem
