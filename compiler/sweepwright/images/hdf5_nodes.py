"""Nodes of an HDF5 file to plain values: texts, numbers as decimals, units.

What is absent, dangles or is of another kind is None: no link of a master is needed. Numbers of 32
bits stand for the shortest decimal that gives them: 0.1 is meant, not 0.10000000149. A header is a
hundred nodes, so they are read by the plain calls of HDF5, which cost a third of h5py's own objects.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import h5py
import numpy as np

from sweepwright.model.facts import Doubt, Fact

#: nothing in a header is longer; longer arrays are pixels
_LONGEST = 1_000_000
#: no attribute of an axis is longer
_VECTOR = 16
#: spellings of units in capitals or not, and what one of them is in mm, deg, s, eV, A, px
_UNITS: Mapping[str, Mapping[str, float]] = {
    "length": {
        **dict.fromkeys(("m", "meter", "metre", "meters", "metres"), 1e3),
        **dict.fromkeys(("mm", "millimeter", "millimetre"), 1.0),
        **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer", "micrometre"), 1e-3),
        "cm": 10.0,
        "nm": 1e-6,
    },
    "angle": {
        **dict.fromkeys(("deg", "deg.", "degree", "degrees", "°"), 1.0),
        **dict.fromkeys(("rad", "radian", "radians"), math.degrees(1)),
        "mrad": math.degrees(1e-3),
    },
    "time": {
        **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
        "ms": 1e-3,
        **dict.fromkeys(("us", "µs", "μs"), 1e-6),
        "ns": 1e-9,
    },
    "energy": {"ev": 1.0, "kev": 1e3},
    "wavelength": {
        **dict.fromkeys(("angstrom", "angstroms", "a", "å", "ang", "å"), 1.0),
        "nm": 10.0,
        "pm": 0.01,
        "m": 1e10,
    },
    "pixels": dict.fromkeys(("pixel", "pixels", "px", "", "1"), 1.0),
}
#: what NXdetector and DECTRIS call fields, and groups of other classes: no need to open them to know
_FIELDS = frozenset(
    """beam_center_x beam_center_y bit_depth_image bit_depth_readout count_time countrate_correction_applied
    data depends_on description detectorSpecific detector_distance detector_number detector_readout_time
    distance efficiency_correction_applied flatfield flatfield_applied flatfield_correction_applied
    frame_time gain_setting number_of_cycles pixel_mask pixel_mask_applied saturation_value
    sensor_density sensor_material sensor_thickness serial_number threshold_energy transformations
    type underload_value virtual_pixel_correction_applied virtual_pixel_interpolation_applied
    x_pixel_size y_pixel_size""".split()
)
#: classes of numbers, as numpy calls them
_LETTERS = {h5py.h5t.FLOAT: "f", h5py.h5t.INTEGER: "i"}
#: texts that say nothing
_NO_TEXT = frozenset(("", "unknown", "none", "n/a", "sample-char-data"))


class UnitError(ValueError):
    """A number whose units are not those of what it should be; the message goes on behind its name."""


class Node:
    """A group or a data set; ``path`` is how it was reached from the root of the file."""

    __slots__ = ("_id", "path")

    def __init__(self, identifier: Any, path: str) -> None:
        self._id = identifier
        self.path = path

    def child(self, path: str) -> Node | None:
        """The node at a path below this one; None where there is none, or a link that dangles."""
        try:
            identifier = h5py.h5o.open(self._id, path.encode())
        except (KeyError, OSError, RuntimeError, ValueError):
            return None
        return Node(identifier, path if path.startswith("/") else self.at(path))

    def at(self, path: str) -> str:
        """The path from the root of what is below this node."""
        return f"{self.path.rstrip('/')}/{path}"

    @property
    def is_group(self) -> bool:
        """Whether it holds other nodes."""
        return isinstance(self._id, h5py.h5g.GroupID)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of a data set; None for a group, and where there is nothing in it."""
        if not isinstance(self._id, h5py.h5d.DatasetID):
            return None
        shape: tuple[int, ...] | None = self._id.shape
        return shape if shape is not None and all(shape) else None

    def links(self) -> dict[str, str]:
        """The names of the nodes below a group; with each the other file that it is in, or empty."""
        if not self.is_group:
            return {}
        found = {}
        for name in self._id:
            outside = self._id.links.get_info(name).type == h5py.h5l.TYPE_EXTERNAL
            file = self._id.links.get_val(name)[0] if outside else b""
            found[name.decode("utf-8", "replace")] = file.decode("utf-8", "replace")
        return found

    def members(self, nx_class: str) -> list[Node]:
        """The groups of a class of NeXus below a group, in the order of their names."""
        names = (name for name, file in self.links().items() if not file and name not in _FIELDS)
        nodes = (self.child(name) for name in names)
        return [
            node
            for node in nodes
            if node is not None and node.is_group and node.attribute_text("NX_class") == nx_class
        ]

    def sources(self) -> list[str]:
        """The other files that a virtual data set is made of."""
        if self.shape is None:
            return []
        made = self._id.get_create_plist()
        if made.get_layout() != h5py.h5d.VIRTUAL:
            return []
        names = (made.get_virtual_filename(number) for number in range(made.get_virtual_count()))
        return [name for name in names if name != "."]

    def values(self) -> Any:
        """What a small data set holds, in one row; None for anything else."""
        shape = self.shape
        if shape is None or len(shape) > 1 or math.prod(shape) > _LONGEST:
            return None
        kind = self._id.get_type()
        dtype = _plain_dtype(kind)
        if dtype is None:
            dtype, kind = self._id.dtype, None
        found = np.empty(shape or 1, dtype)
        self._id.read(h5py.h5s.ALL, h5py.h5s.ALL, found, kind)
        return found

    def text(self) -> str | None:
        """The text of a data set; None where it says nothing."""
        return _text(self.values())

    def numbers(self, kind: str, units: str) -> Any:
        """Finite numbers in mm, deg, s, eV, A or px; ``units`` are theirs where none are said.

        Raises UnitError.
        """
        found = self.values()
        if found is None or not _finite(found):
            return None
        if not found.any():  # 0 is 0 in all units
            return found
        factor = self.unit_factor(kind, units)
        if factor == 1:
            return found
        return np.array([rounded(value * factor) for value in decimals(found)])

    def unit_factor(self, kind: str, units: str, attribute: str = "units") -> float:
        """What to multiply a number with, by its units. Raises UnitError."""
        told = self.attribute_text(attribute) or units
        factor = _UNITS[kind].get(told.lower())
        if factor is None:
            raise UnitError(f"is in {told!r}, which is no unit of {kind}")
        return factor

    def attribute_text(self, name: str) -> str | None:
        """The text of an attribute; None where it says nothing."""
        return _text(self._attribute(name))

    def attribute_numbers(self, name: str) -> tuple[float, ...] | None:
        """The finite numbers of an attribute, if that is what it holds."""
        found = self._attribute(name)
        if found is None or not _finite(found):
            return None
        return decimals(found.ravel())

    def _attribute(self, name: str) -> Any:
        key = name.encode()
        if not h5py.h5a.exists(self._id, key):
            return None
        attribute = h5py.h5a.open(self._id, key)
        kind = attribute.get_type()
        dtype = _plain_dtype(kind)
        if dtype is None:
            return _other_attribute(attribute, kind)
        count = attribute.get_storage_size() // kind.get_size()
        if not 0 < count <= _VECTOR:
            return None
        found = np.empty(count, dtype)
        attribute.read(found, kind)
        return found


def _plain_dtype(kind: Any) -> str | None:
    """The type of texts of one length and of ordinary numbers, which can be read as they stand.

    h5py's own way to it takes a third of the time of a header.
    """
    sort, size = kind.get_class(), kind.get_size()
    if sort == h5py.h5t.STRING:
        return None if kind.is_variable_str() else f"S{size}"
    if sort not in _LETTERS or kind.get_order() != h5py.h5t.ORDER_LE:
        return None
    if kind.get_precision() != 8 * size:  # some bits are padding
        return None
    unsigned = sort == h5py.h5t.INTEGER and kind.get_sign() == h5py.h5t.SGN_NONE
    return f"<{'u' if unsigned else _LETTERS[sort]}{size}"


def _other_attribute(attribute: Any, kind: Any) -> Any:
    shape, dtype = attribute.shape, kind.dtype
    if shape is None or dtype.subdtype is not None or not 0 < math.prod(shape) <= _VECTOR:
        return None
    found = np.empty(shape, dtype)
    attribute.read(found, None if dtype.hasobject else kind)
    return found


class Parts(NamedTuple):
    """The groups of a header, by the names that all writers use, else by their classes of NeXus."""

    entry: Node | None
    instrument: Node | None
    beam: Node | None
    detector: Node | None
    sample: Node | None
    data: Node | None


class Found:
    """Facts and doubts while they are gathered."""

    def __init__(self) -> None:
        self.fields: dict[str, Fact] = {}
        self.doubts: list[Doubt] = []

    def doubt(self, field: str, message: str, key: str) -> None:
        """Notes what cannot be meant."""
        self.doubts.append(Doubt(field, message, key))

    def number(
        self, field: str, group: Node | None, path: str, kind: str, units: str
    ) -> float | None:
        """As `number_in`; a number of other units is a doubt about a field."""
        try:
            return number_in(group, path, kind, units)
        except UnitError as problem:
            self.doubt(field, f"{path} {problem}", group.at(path) if group is not None else path)
            return None


def find_parts(file: h5py.File) -> tuple[Node, Parts]:
    """The root of a file, and the groups of its first entry."""
    root = Node(h5py.h5o.open(file.id, b"/"), "/")
    entry = _member(root, "entry", "NXentry")
    instrument = _member(entry, "instrument", "NXinstrument")
    sample = _member(entry, "sample", "NXsample")
    beam = _member(instrument, "beam", "NXbeam") or _member(sample, "beam", "NXbeam")
    detector = _member(instrument, "detector", "NXdetector")
    data = _member(entry, "data", "NXdata")
    return root, Parts(entry, instrument, beam, detector, sample, data)


def below(group: Node | None, path: str) -> Node | None:
    """The node at a path below a group, if both are there."""
    return group.child(path) if group is not None else None


def text_in(group: Node | None, path: str) -> str | None:
    """The text of a data set; None where it says nothing."""
    node = below(group, path)
    return node.text() if node is not None else None


def numbers_in(group: Node | None, path: str, kind: str, units: str) -> Any:
    """The numbers of a data set, as `Node.numbers`. Raises UnitError."""
    node = below(group, path)
    return node.numbers(kind, units) if node is not None else None


def number_in(group: Node | None, path: str, kind: str, units: str) -> float | None:
    """The first number of a data set as a decimal. Raises UnitError."""
    found = numbers_in(group, path, kind, units)
    return None if found is None else first_of(found)


def count_in(group: Node | None, path: str) -> int | None:
    """A whole number above 0."""
    node = below(group, path)
    found = node.values() if node is not None else None
    if found is None or found.dtype.kind not in "iuf" or len(found) != 1:
        return None
    return int(found[0]) if 1 <= found[0] < math.inf else None


def _finite(found: Any) -> bool:
    """Whether an array holds numbers, all of them finite; a single one is judged without numpy."""
    if found.dtype.kind not in "iuf":
        return False
    return math.isfinite(found.item()) if found.size == 1 else bool(np.isfinite(found).all())


def decimals(found: Iterable[Any]) -> tuple[float, ...]:
    """The shortest decimals that give these numbers in their precision; -0 is 0."""
    return tuple(float(str(value)) + 0.0 for value in found)


def first_of(found: Any) -> float:
    """The first of a row of numbers as a decimal."""
    return decimals(found[:1])[0]


def rounded(number: float) -> float:
    """A product of a decimal and a unit as it would be written."""
    return float(f"{number:.12g}")


def _member(group: Node | None, name: str, nx_class: str) -> Node | None:
    node = below(group, name)
    if node is not None and node.is_group:
        return node
    return next(iter(group.members(nx_class)), None) if group is not None else None


def _text(found: Any) -> str | None:
    """The text of a row of one string of any of the kinds of HDF5."""
    if found is None or found.size != 1:
        return None
    value = found.item()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    text = value.replace("\0", "").strip()
    return None if text.lower() in _NO_TEXT else text
