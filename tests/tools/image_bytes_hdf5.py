"""HDF5 masters as the tests want them: nodes by their paths, and no pixels.

The layouts are those of DECTRIS' filewriter 1 and of NXmx as the NeXus manual has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np


@dataclass(frozen=True)
class At:
    """A data set, or with value None a group, and its attributes."""

    value: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pixels:
    """A stack of images of this shape, never written."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Virtual:
    """A virtual data set of this shape over other data sets: (file, path, images)."""

    shape: tuple[int, ...]
    sources: tuple[tuple[str, str, int], ...]


Nodes = Mapping[str, Any]


def f32(value: Any, units: str = "") -> At:
    """A number or a list of 32 bits, as filewriters write them."""
    return At(np.asarray(value, dtype="f4"), {"units": units} if units else {})


def f64(value: Any, units: str = "") -> At:
    """A number or a list of 64 bits."""
    return At(np.asarray(value, dtype="f8"), {"units": units} if units else {})


def write(path: Path, nodes: Nodes) -> Path:
    """Writes a file; nodes that are None are left out, of those of one path the last counts."""
    with h5py.File(path, "w") as file:
        for name, node in {name.strip("/"): node for name, node in nodes.items()}.items():
            if node is not None:
                _write(file, name, node)
    return path


def _write(file: h5py.File, name: str, node: Any) -> None:
    if isinstance(node, h5py.ExternalLink | h5py.SoftLink):
        file[name] = node
    elif isinstance(node, Pixels):
        file.create_dataset(name, shape=node.shape, dtype="u2", chunks=(1, *node.shape[1:]))
    elif isinstance(node, Virtual):
        layout = h5py.VirtualLayout(shape=node.shape, dtype="u2")
        first = 0
        for other, inside, count in node.sources:
            source = h5py.VirtualSource(other, inside, shape=(count, *node.shape[1:]))
            layout[first : first + count] = source
            first += count
        file.create_virtual_dataset(name, layout)
    elif isinstance(node, At):
        made = file.require_group(name) if node.value is None else _dataset(file, name, node.value)
        for key, value in node.attributes.items():
            made.attrs[key] = value
    else:
        _dataset(file, name, node)


def _dataset(file: h5py.File, name: str, value: Any) -> h5py.Dataset:
    file[name] = np.bytes_(value) if isinstance(value, str) else value
    return file[name]


_D = "entry/instrument/detector"
_S = f"{_D}/detectorSpecific"
_G = "entry/sample/goniometer"


def goniometer(name: str, start: float, width: float, images: int) -> dict[str, Any]:
    """What a filewriter tells of one axis."""
    angles = np.float32(start) + np.float32(width) * np.arange(images, dtype="f4")
    return {
        f"{_G}/{name}": f32(angles if width else [start], "degree"),
        f"{_G}/{name}_end": f32(angles + np.float32(width) if width else [start], "degree"),
        f"{_G}/{name}_start": f32(start, "degree"),
        f"{_G}/{name}_increment": f32(width, "degree"),
        f"{_G}/{name}_range_average": f32(width, "degree"),
        f"{_G}/{name}_range_total": f32(images * width, "degree"),
    }


#: 20 images of an EIGER 1M in one data file: omega from 30 by 0.1
FILEWRITER: Nodes = {
    "entry": At(None, {"NX_class": "NXentry"}),
    "entry/data/data_000001": h5py.ExternalLink("series_data_000001.h5", "entry/data/data"),
    "entry/instrument/beam/incident_wavelength": f32(0.97918, "angstrom"),
    f"{_D}/description": "Dectris Eiger 1M",
    f"{_D}/detector_number": "E-02-0199",
    f"{_D}/beam_center_x": f32(502.25, "pixel"),
    f"{_D}/beam_center_y": f32(541.5, "pixel"),
    f"{_D}/count_time": f32(0.0399, "s"),
    f"{_D}/frame_time": f32(0.04, "s"),
    f"{_D}/detector_distance": f32(0.1543, "m"),
    f"{_D}/x_pixel_size": f32(7.5e-5, "m"),
    f"{_D}/y_pixel_size": f32(7.5e-5, "m"),
    f"{_D}/sensor_material": "Si",
    f"{_D}/sensor_thickness": f32(4.5e-4, "m"),
    f"{_D}/goniometer/two_theta": f32([0.0], "degree"),
    f"{_S}/countrate_correction_count_cutoff": np.uint32(12440),
    f"{_S}/data_collection_date": "2017-03-04T05:06:07.123456",
    f"{_S}/eiger_fw_version": "release-1.8.0",
    f"{_S}/nimages": np.uint32(20),
    f"{_S}/ntrigger": np.uint32(1),
    f"{_S}/photon_energy": f32(12662.0, "eV"),
    f"{_S}/x_pixels_in_detector": np.uint32(1030),
    f"{_S}/y_pixels_in_detector": np.uint32(1065),
    **goniometer("omega", 30.0, 0.1, 20),
    **goniometer("phi", 0.0, 0.0, 20),
    **goniometer("chi", 0.0, 0.0, 20),
    **goniometer("kappa", 0.0, 0.0, 20),
}


def axis(value: Any, kind: str, vector: Any, parent: str, units: str, **more: Any) -> At:
    """An axis of NXtransformations."""
    told = {"transformation_type": kind, "vector": np.asarray(vector, dtype="f8"), "units": units}
    return At(np.asarray(value, dtype="f8"), {**told, "depends_on": parent, **more})


_T = "/entry/sample/transformations"
_M = f"/{_D}/module"
#: 100 images of 1000 x 800 px of 0.1 mm at 200 mm, the beam at 503, 407 px; omega from 10 by 0.25
NXMX: Nodes = {
    "entry": At(None, {"NX_class": "NXentry"}),
    "entry/definition": "NXmx",
    "entry/start_time": "2024-05-06T07:08:09Z",
    "entry/data/data": Virtual((100, 800, 1000), (("series_000001.h5", "/data", 100),)),
    "entry/instrument": At(None, {"NX_class": "NXinstrument"}),
    "entry/instrument/name": At("Beamline X1", {"short_name": "X1"}),
    "entry/instrument/beam/incident_wavelength": f64(0.97918, "angstrom"),
    _D: At(None, {"NX_class": "NXdetector"}),
    f"{_D}/depends_on": f"/{_D}/transformations/det_z",
    f"{_D}/description": "Flat 1M",
    f"{_D}/serial_number": "F-7",
    f"{_D}/count_time": f64(0.04, "s"),
    f"{_D}/saturation_value": 40000,
    f"{_D}/sensor_material": "Silicon",
    f"{_D}/sensor_thickness": f64(0.45, "mm"),
    f"{_D}/beam_center_x": f64(503.0, "pixels"),
    f"{_D}/beam_center_y": f64(407.0, "pixels"),
    f"{_D}/detector_distance": f64(0.2, "m"),
    f"{_D}/transformations/det_z": axis([200.0], "translation", (0, 0, 1), ".", "mm"),
    _M: At(None, {"NX_class": "NXdetector_module"}),
    f"{_M}/data_origin": np.array([0, 0]),
    f"{_M}/data_size": np.array([800, 1000]),
    f"{_M}/module_offset": axis(
        0.0, "translation", (1, 0, 0), f"/{_D}/transformations/det_z", "m",
        offset=np.array([0.0503, 0.0407, 0.0]),
    ),
    f"{_M}/fast_pixel_direction": axis(
        1e-4, "translation", (-1, 0, 0), f"{_M}/module_offset", "m"
    ),
    f"{_M}/slow_pixel_direction": axis(
        1e-4, "translation", (0, -1, 0), f"{_M}/module_offset", "m"
    ),
    "entry/sample/depends_on": f"{_T}/phi",
    f"{_T}/omega": axis(10 + 0.25 * np.arange(100), "rotation", (-1, 0, 0), ".", "deg"),
    f"{_T}/sam_x": axis([0.3], "translation", (1, 0, 0), f"{_T}/omega", "mm"),
    f"{_T}/chi": axis([30.0], "rotation", (0, 0, 1), f"{_T}/sam_x", "deg"),
    f"{_T}/phi": axis([40.0], "rotation", (-1, 0, 0), f"{_T}/chi", "deg"),
}  # fmt: skip


def write_nxmx(path: Path, modules: int = 1, apart: bool = True, row: int = 400) -> Path:
    """The file of NXMX with its images in it, none of them written, of one or two modules.

    With ``apart`` the second module stands 30 mm behind the plane of the first; its first row is
    ``row`` of the image.
    """
    nodes: dict[str, Any] = {**NXMX, "entry/data/data": Pixels((100, 800, 1000))}
    if modules == 2:
        nodes[f"{_M}/data_size"] = np.array([400, 1000])
        second = f"{_M}_2"
        nodes |= {key.replace(_M, second): node for key, node in nodes.items() if _M in key}
        nodes[f"{second}/data_origin"] = np.array([row, 0])
        for which in ("fast", "slow"):
            vector = (-1, 0, 0) if which == "fast" else (0, -1, 0)
            nodes[f"{second}/{which}_pixel_direction"] = axis(
                1e-4, "translation", vector, f"{second}/module_offset", "m"
            )
        nodes[f"{second}/module_offset"] = axis(
            0.0, "translation", (1, 0, 0), f"/{_D}/transformations/det_z", "m",
            offset=np.array([0.0503, 0.0007, 0.03 if apart else 0.0]),
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, nodes)
