"""The header of an NXmx file: sample and detector as chains of axes; never pixels, masks, meta files.

Source: NeXus manual, NXmx, NXdetector_module, NXtransformations. The chains go before beam_center_x,
beam_center_y and the distance, which are copies for people; where the chain of the detector is
missing or cannot be, these are used. What writers do otherwise: `nxmx_chain`, `nxmx_panels`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweepwright.geometry.detector import (
    beam_center_px,
    image_size,
    main_panel,
    signed_distance_mm,
)
from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.geometry.rotation import combine, rounded, rounded_numbers
from sweepwright.images import eiger
from sweepwright.images.errors import ImageError
from sweepwright.images.hdf5_data import read_stack
from sweepwright.images.hdf5_header import is_middle, read_common
from sweepwright.images.hdf5_nodes import (
    Found,
    Node,
    Parts,
    UnitError,
    first_of,
    numbers_in,
    text_in,
)
from sweepwright.images.hdf5_scan import UnevenError, moves, step_of
from sweepwright.images.nxmx_chain import ChainError, Link, absolute, chain, direction, in_sw
from sweepwright.images.nxmx_panels import read_panels, two_theta
from sweepwright.model.facts import AxisFact, Fact, ImageFacts, PanelFact

#: chain and beam_center of one file agree this well, px
_CENTER_AGREES = 1.0
#: below this a corner is in the beam, mm
_IN_BEAM = 1e-6
_WORDS = frozenset(eiger.AXES)
#: -1 0 0 in frame sw (dxtbx overrides it for ESRF ID23-2, whose axis is vertical)
_UNSET_AXIS = (1.0, 0.0, 0.0)
_NO_SCAN = "For rotation data start and width must come from the site or the job"


def facts(root: Node, parts: Parts, path: Path) -> ImageFacts:
    """The normalised header. Raises ImageError, and what h5py raises for broken files."""
    found = Found()
    read_common(parts, found)
    stack = read_stack(parts, path, found)
    size = eiger.read_size(parts, stack.size_px, stack.key, found)
    panels = _detector(root, parts, size, found)
    axes = _sample(root, parts, found)
    if not {"wavelength", "size", "distance"} & set(found.fields):
        raise ImageError(
            "calls itself NXmx, but holds no beam, no distance and no size of an image",
            "Name the master file of a measured series.",
        )
    return ImageFacts("nxmx", found.fields, axes, panels, tuple(found.doubts))


def _detector(
    root: Node, parts: Parts, size: tuple[int, int] | None, found: Found
) -> tuple[PanelFact, ...]:
    """The panels, and what they make of distance and beam centre; without them what is told."""
    told = eiger.told_center(parts, found)
    key = f"axes of {parts.detector.path if parts.detector is not None else '/'}"
    try:
        panels, links = read_panels(root, parts, size)
        panels = _with_center(panels, told, key, found)
        _geometry(panels, told, key, found)
    except ChainError as problem:
        found.doubt("panels", f"the axes of the detector {problem}", key)
        eiger.read_distance(parts, found)
        eiger.read_center(parts, size, found)
        return ()
    arm = two_theta(links)
    if arm is not None and arm.setting is not None:
        found.fields["two_theta"] = Fact(arm.setting, arm.path)
    found.fields["pixel_size"] = Fact(panels[0].pixel_mm, key)
    found.fields.setdefault("size", Fact(image_size(panels), key))
    return panels


def _with_center(
    panels: tuple[PanelFact, ...], told: tuple[float, float] | None, key: str, found: Found
) -> tuple[PanelFact, ...]:
    """Older firmware of DECTRIS puts the corner of the detector into the beam, and tells the centre."""
    if len(panels) != 1 or told is None or not any(told):
        return panels
    (panel,) = panels
    x, y, _ = panel.origin_mm
    if max(abs(x), abs(y)) > _IN_BEAM:
        return panels
    message = "the axes put the corner of the detector into the beam: beam_center_x and _y are used"
    found.doubt("panels", message, key)
    (f, s), (qx, qy) = told, panel.pixel_mm
    corner = combine((1.0, panel.origin_mm), (-f * qx, panel.fast), (-s * qy, panel.slow))
    return (PanelFact(panel.fast, panel.slow, rounded(corner), panel.size_px, panel.pixel_mm),)


def _geometry(
    panels: tuple[PanelFact, ...], told: tuple[float, float] | None, key: str, found: Found
) -> None:
    """Distance and beam centre of the panel in the beam. Raises ChainError when they cannot be."""
    panel = main_panel(panels)
    (distance,) = rounded_numbers([abs(signed_distance_mm(panel))])
    if not 1 <= distance <= 20000:
        raise ChainError(f"put the detector at {distance:g} mm")
    try:
        fast, slow = beam_center_px(panel)
    except ValueError as problem:
        raise ChainError(f"cannot be meant: {problem}") from None
    fast, slow = rounded_numbers([fast + panel.first_px[0], slow + panel.first_px[1]])
    size = panel.size_px
    if told is not None and any(told):
        off = max(abs(fast - told[0]), abs(slow - told[1]))
        if off > _CENTER_AGREES:
            message = f"say the beam is at {fast:.1f}, {slow:.1f} px"
            other = f"beam_center_x and _y say {told[0]:.1f}, {told[1]:.1f}"
            if not _inside((fast, slow), size) and _inside(told, size):
                raise ChainError(f"{message}, outside the detector, but {other}")
            found.doubt("beam_center", f"the axes {message}, but {other}", key)
    found.fields["distance"] = Fact(distance, key)
    if is_middle((fast, slow), size) and len(panels) == 1:
        message = f"{fast:g}, {slow:g} px is the middle of the detector: it was not measured"
        found.doubt("beam_center", message, key)
    else:
        found.fields["beam_center"] = Fact((fast, slow), key)


def _inside(place: tuple[float, float], size: tuple[int, int]) -> bool:
    return all(0 <= at <= pixels for at, pixels in zip(place, size, strict=True))


def _sample(root: Node, parts: Parts, found: Found) -> tuple[AxisFact, ...]:
    """The goniostat and the scan; where there is no chain, what a filewriter tells of the scan."""
    group = parts.sample.path if parts.sample is not None else "/entry/sample"
    start = absolute(text_in(parts.sample, "depends_on"), group)
    if start == ".":
        eiger.read_scan(parts, found)
        return ()
    try:
        links = chain(root, start)
        turning = [link for link in links if link.kind == "rotation"]
        axes = tuple(
            AxisFact(_word(link.name), in_sw(direction(link)), link.setting, link.path)
            for link in turning
        )
    except ChainError as problem:
        found.doubt("axes", f"the axes of the sample {problem}", f"axes of {group}")
        eiger.read_scan(parts, found)
        return ()
    for axis in axes:
        if axis.name in _WORDS and axis.angle_deg is not None:
            found.fields[axis.name] = Fact(axis.angle_deg, axis.key)
    _scan(root, links, axes, found)
    told = found.fields.get("rotation_axis")
    if told is not None and told.value == _UNSET_AXIS and eiger.has_firmware(parts):
        message = "DECTRIS' filewriter writes the axis -1 0 0 at every beamline: it says nothing"
        del found.fields["rotation_axis"]
        found.doubt("rotation_axis", message, told.key)
        return ()
    return axes


def _scan(root: Node, links: tuple[Link, ...], axes: tuple[AxisFact, ...], found: Found) -> None:
    """The rotation whose width is not 0, where it starts, and its axis in the laboratory."""
    widths: dict[str, tuple[float, str]] = {}
    for link in links:
        if link.kind == "rotation":
            try:
                widths[link.path] = _width(root, link)
            except (UnevenError, UnitError) as problem:
                found.doubt("width", f"{link.name} {problem}", link.path)
                return
    moving = [axis for axis in axes if widths[axis.key][0]]
    if len(moving) != 1:
        _no_scan(links, moving, found)
        return
    (scanned,) = moving
    width, key = widths[scanned.key]
    found.fields["scan_axis"] = Fact(scanned.name, scanned.key)
    found.fields["width"] = Fact(width, key)
    if scanned.angle_deg is not None:
        found.fields["start"] = Fact(scanned.angle_deg, scanned.key)
    settings = {axis.name: axis.angle_deg for axis in axes if axis.angle_deg is not None}
    if len(settings) == len(axes):
        turns = [GoniostatAxis(axis.name, axis.vector) for axis in axes]
        vector = rounded(scan_geometry(turns, scanned.name, settings).axis)
        found.fields["rotation_axis"] = Fact(vector, f"{scanned.key} vector")


def _width(root: Node, link: Link) -> tuple[float, str]:
    """By how much an axis turns in an image, and where that stands; 0 where it stands still."""
    increments = _beside(root, link, "_increment_set")
    told = None if increments is None else first_of(increments)
    if moves(link.listed):
        return step_of(link.listed, told), link.path
    if told:
        return told, f"{link.path}_increment_set"
    ends = _beside(root, link, "_end")
    if ends is not None and link.setting is not None:
        (turned,) = rounded_numbers([first_of(ends) - link.setting])
        return turned, f"{link.path}_end"
    return 0.0, link.path


def _beside(root: Node, link: Link, ending: str) -> Any:
    return numbers_in(root, link.path + ending, "angle", "deg")


def _no_scan(links: tuple[Link, ...], moving: list[AxisFact], found: Found) -> None:
    key = links[0].path
    if moving:
        names = ", ".join(axis.name for axis in moving)
        found.doubt("scan_axis", f"several axes turn: {names}", key)
        return
    shifted = [link.name for link in links if link.kind == "translation" and moves(link.listed)]
    if shifted:
        message = (
            f"this is not a rotation but a grid scan: {', '.join(shifted)} change, no axis turns"
        )
    else:
        message = f"no axis turns: stills, or the beamline wrote no angles. {_NO_SCAN}"
    found.doubt("width", message, key)


def _word(name: str) -> str:
    """``omega`` of ``GONIOMETER_OMEGA``; other names as they are."""
    word = name.rpartition("_")[2].lower()
    return word if word in _WORDS else name
