"""The header of a full imgCIF (CBF) image: its tables, and the mini-CBF lines that some hold besides.

Source: the imgCIF dictionary (International Tables G, 4.6; cif_img.dic 1.8). What the tables say goes
before the mini-CBF lines, which are written by another program and may be of another experiment
(DIAMOND I19); only the string of the detector is theirs, because it alone holds the serial number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sweepwright.geometry.detector import beam_center_px, signed_distance_mm
from sweepwright.geometry.rotation import rounded_numbers
from sweepwright.images import imgcif_axes, minicbf
from sweepwright.images.imgcif_axes import ChainError
from sweepwright.images.imgcif_text import number, parse, read_text, table
from sweepwright.model.facts import AxisFact, Doubt, Fact, ImageFacts, PanelFact

if TYPE_CHECKING:
    from gemmi import cif

#: of the mini-CBF lines nothing is taken that the tables say in their own way
_OF_AXES = frozenset("start width scan_axis rotation_axis omega kappa phi chi".split())
_OF_PANELS = frozenset("distance beam_center beam_mm size pixel_size".split())


def understands(head: bytes, path: Path) -> bool:
    """Whether it is a CBF file, or CIF text with tables of imgCIF."""
    return head.startswith(b"###CBF") or (
        re.search(rb"^data_", head, re.MULTILINE) is not None
        and re.search(rb"_(axis|array_structure_list|array_data)\.", head) is not None
    )


def read_facts(path: Path, head: bytes) -> ImageFacts:
    """The normalised header of an image. Raises ImageError, OSError."""
    text, mime = read_text(path)
    block = parse(text)
    found = _Found()
    _texts(block, found)
    _numbers(block, found)
    axes, panels = _geometry(block, found)
    _array(block, mime, panels, found)
    _mini_lines(block, mime, found, bool(axes), bool(panels))
    return ImageFacts("imgcif", found.fields, axes, tuple(panels.values()), tuple(found.doubts))


class _Found:
    """Facts and doubts while they are gathered."""

    def __init__(self) -> None:
        self.fields: dict[str, Fact] = {}
        self.doubts: list[Doubt] = []

    def doubt(self, field: str, message: str, key: str) -> None:
        self.doubts.append(Doubt(field, message, key))


#: field, category, item: the first row that gives it
_TEXTS = (
    ("detector", "diffrn_detector", "type"),
    ("date", "diffrn_scan_frame", "date"),
    ("site", "diffrn_source", "type"),
)
_NUMBERS = (
    ("wavelength", "diffrn_radiation_wavelength", "wavelength"),
    ("exposure_time", "diffrn_scan_frame", "integration_time"),
    ("overload", "array_intensities", "overload"),
    ("sensor_thickness", "diffrn_detector", "layer_thickness"),
)


def _texts(block: cif.Block, found: _Found) -> None:
    for field, category, item in _TEXTS:
        for row in table(block, category, item)[:1]:
            if row.get(item, "?") != "?":
                found.fields[field] = Fact(" ".join(row[item].split()), f"_{category}.{item}")
    date = found.fields.get("date")
    if date is not None and str(date.value).startswith("1970"):
        del found.fields["date"]
        found.doubt("date", f"the date {date.value} is that of an unset clock", date.key)


def _numbers(block: cif.Block, found: _Found) -> None:
    """Numbers above 0; all rows of a category must agree."""
    for field, category, item in _NUMBERS:
        key, name = f"_{category}.{item}", field.replace("_", " ")
        rows = table(block, category, item)
        values = {value for row in rows if (value := number(row, item)) is not None}
        if len(values) > 1:
            found.doubt(field, f"there are {len(values)} different values of the {name}", key)
        for value in values if len(values) == 1 else ():
            if value <= 0:
                found.doubt(field, f"the {name} is {value:g}", key)
            else:
                whole = field == "overload" and value.is_integer()
                found.fields[field] = Fact(int(value) if whole else value, key)


def _geometry(block: cif.Block, found: _Found) -> tuple[tuple[AxisFact, ...], dict[str, PanelFact]]:
    """Goniostat, scan and detector; tables that cannot be followed become doubts."""
    axes = imgcif_axes.read_axes(block)
    settings = imgcif_axes.read_settings(block, axes)
    source = next((axis for axis in axes.values() if axis.equipment == "source"), None)
    if source is not None and (any(source.vector[:2]) or source.vector[2] <= 0):
        message = f"the source is not along 0 0 1, but {source.vector}: not the frame of imgCIF"
        found.doubt("panels", message, f"_axis {source.name}")
        return (), {}
    goniostat: tuple[AxisFact, ...] = ()
    panels: dict[str, PanelFact] = {}
    try:
        goniostat = imgcif_axes.goniostat(axes, settings)
        _scan(block, goniostat, found)
    except ChainError as problem:
        found.doubt("axes", f"the axis tables {problem}", "_axis")
    try:
        panels = imgcif_axes.panels(block, axes, settings)
        arm = imgcif_axes.two_theta(block, axes, settings) if len(panels) == 1 else None
        if arm is not None:
            found.fields["two_theta"] = Fact(arm[1], f"_axis {arm[0]}")
    except ChainError as problem:
        found.doubt("panels", f"the axis tables {problem}", "_axis")
    return goniostat, panels


def _scan(block: cif.Block, goniostat: tuple[AxisFact, ...], found: _Found) -> None:
    """Angles, and the axis whose increment is not 0; the increment of the frame goes first."""
    known = {axis.key.removeprefix("_axis "): axis for axis in goniostat}
    widths: dict[str, tuple[float, str]] = {}
    scan = table(block, "diffrn_scan_axis", "axis_id", "angle_increment")
    for category, rows in (
        ("diffrn_scan_axis", scan),
        ("diffrn_scan_frame_axis", imgcif_axes.first_frame(block)),
    ):
        for row in rows:
            width = number(row, "angle_increment")
            if width is not None and row.get("axis_id") in known:
                widths[row["axis_id"]] = width, f"_{category}.angle_increment {row['axis_id']}"
    for axis in goniostat:
        if axis.angle_deg is not None and axis.name in imgcif_axes.AXIS_WORDS:
            found.fields[axis.name] = Fact(axis.angle_deg, axis.key)
    moving = [name for name, (width, _) in widths.items() if width]
    if len(moving) > 1:
        found.doubt("scan_axis", f"several axes turn: {', '.join(moving)}", "_diffrn_scan_axis")
        return
    if not moving and len(widths) == len(goniostat) > 0:
        found.fields["width"] = Fact(0.0, "_diffrn_scan_axis.angle_increment")
        moving = list(widths) if len(widths) == 1 else []
    for name in moving:
        axis = known[name]
        found.fields["scan_axis"] = Fact(axis.name, widths[name][1])
        found.fields["width"] = Fact(*widths[name])
        if axis.angle_deg is not None:
            found.fields["start"] = Fact(axis.angle_deg, f"_diffrn_scan_frame_axis.angle {name}")


def _array(
    block: cif.Block, mime: Mapping[str, str], panels: Mapping[str, PanelFact], found: _Found
) -> None:
    """Size and pixels of a detector of one array, and where the beam meets its panel."""
    rows = list(imgcif_axes.array_rows(block))
    if len({row["array_id"] for row in rows}) != 1:
        return
    pixels = {row["precedence"]: row["dimension"] for row in rows}
    told = (pixels.get("1"), pixels.get("2"))
    stored = (mime.get(f"X-Binary-Size-{name}-Dimension") for name in ("Fastest", "Second"))
    _size(told, tuple(stored), found)
    for name, panel in panels.items():
        key = f"_array_structure_list_axis of {name}"
        found.fields["pixel_size"] = Fact(panel.pixel_mm, key)
        _beam_on(panel, f"axes of {name}", found)
    if not panels:
        _element_size(block, found)


def _size(told: tuple[str | None, ...], stored: tuple[str | None, ...], found: _Found) -> None:
    """Pixels, fast then slow; the tables and the lines above the binary section must agree."""
    key = "_array_structure_list.dimension"
    fast, slow = told
    if fast is None or slow is None:
        return
    if None in stored or stored == told:
        found.fields["size"] = Fact((int(fast), int(slow)), key)
    else:
        message = f"the tables say {fast} x {slow} pixels, the data are {stored[0]} x {stored[1]}"
        found.doubt("size", message, key)


def _beam_on(panel: PanelFact, key: str, found: _Found) -> None:
    (distance,) = rounded_numbers([abs(signed_distance_mm(panel))])
    if distance == 0:
        found.doubt("distance", "the distance is 0", key)
        return
    found.fields["distance"] = Fact(distance, key)
    try:
        fast, slow = rounded_numbers(beam_center_px(panel))
    except ValueError as problem:
        found.doubt("beam_center", str(problem), key)
        return
    if all(abs(p - n / 2) < 0.01 for p, n in zip((fast, slow), panel.size_px, strict=True)):
        found.doubt("beam_center", f"{fast:g}, {slow:g} px is the middle of the detector", key)
    else:
        found.fields["beam_center"] = Fact((fast, slow), key)


def _element_size(block: cif.Block, found: _Found) -> None:
    key = "_array_element_size.size"
    rows = table(block, "array_element_size", "index", "size")
    size = {row.get("index"): number(row, "size") for row in rows}
    if "1" not in size or "2" not in size:
        return
    if not size["1"] or not size["2"]:
        found.doubt("pixel_size", "the pixels have no size", key)
    else:
        fast, slow = rounded_numbers([size["1"] * 1000, size["2"] * 1000])
        found.fields["pixel_size"] = Fact((fast, slow), key)


def _mini_lines(
    block: cif.Block, mime: Mapping[str, str], found: _Found, has_axes: bool, has_panels: bool
) -> None:
    """Fills what is lacking from the lines of a mini-CBF header inside the file."""
    contents = "".join(
        row["header_contents"] for row in table(block, "array_data", "header_contents")[:1] if row
    )
    lines = tuple(line for line in contents.split("\n") if line.startswith("#"))
    if not lines:
        return
    mini = minicbf.facts(minicbf.Header(lines, mime, 0))
    told = (_OF_AXES if has_axes else frozenset()) | (_OF_PANELS if has_panels else frozenset())
    for field, fact in mini.fields.items():
        if field not in told and (field not in found.fields or field == "detector"):
            found.fields[field] = fact
    taken = told | set(found.fields)
    found.doubts += [doubt for doubt in mini.doubts if doubt.field not in taken]
