"""The master file of DECTRIS' filewriter 1; never pixels, masks or flat fields.

Source: DECTRIS, "EIGER HDF5 / NeXus" (layout and units), and public masters of several beamlines. Its
signs of detector orientation were once wrong and are not used (dials issue 324): such a master says
where beam and detector are, not how the detector and the axes are turned, so it gives no panels. Of
the axes it gives the angles; which way they turn only a site record knows, except where a beamline
wrote a vector (MAX IV: /entry/sample/transformations; xia2 issue 186).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sweepwright.geometry.frames import NEXUS, to_sw
from sweepwright.geometry.rotation import unit
from sweepwright.images.hdf5_data import read_stack, told_size
from sweepwright.images.hdf5_header import put_center, put_number, read_common
from sweepwright.images.hdf5_nodes import (
    Found,
    Node,
    Parts,
    UnitError,
    below,
    first_of,
    number_in,
    numbers_in,
    text_in,
)
from sweepwright.images.hdf5_scan import UnevenError, moves, step_of
from sweepwright.model.facts import Fact, ImageFacts

AXES = ("omega", "phi", "chi", "kappa")
_GONIOMETER = "goniometer"


class Motion(NamedTuple):
    """An axis as the header tells it: start and width, deg, and where they were read."""

    name: str
    start: float
    width: float
    start_key: str
    width_key: str


def is_filewriter(parts: Parts) -> bool:
    """Whether DECTRIS' filewriter made it."""
    said = (text_in(parts.detector, "description") or "").lower()
    return "dectris" in said or has_firmware(parts)


def has_firmware(parts: Parts) -> bool:
    """Whether the detector's own firmware wrote the file."""
    return below(parts.detector, "detectorSpecific/eiger_fw_version") is not None


def facts(parts: Parts, path: Path) -> ImageFacts:
    """The normalised header; raises what h5py raises for broken files."""
    found = Found()
    read_common(parts, found)
    stack = read_stack(parts, path, found)
    size = read_size(parts, stack.size_px, stack.key, found)
    read_distance(parts, found)
    read_center(parts, size, found)
    at = f"{_GONIOMETER}/two_theta"
    two_theta = found.number("two_theta", parts.detector, at, "angle", "deg")
    if two_theta is not None and parts.detector is not None:
        found.fields["two_theta"] = Fact(two_theta, parts.detector.at(at))
    read_scan(parts, found)
    return ImageFacts("eiger", found.fields, doubts=tuple(found.doubts))


def read_size(
    parts: Parts, stored: tuple[int, int] | None, stored_key: str, found: Found
) -> tuple[int, int] | None:
    """Pixels, fast then slow: those stored, else those of the detector; and their size."""
    detector = parts.detector
    pixels = [
        found.number("pixel_size", detector, f"{x}_pixel_size", "length", "m") or 0.0 for x in "xy"
    ]
    if detector is not None and all(0.001 < pixel < 10 for pixel in pixels):
        key = detector.at("x_pixel_size")
        found.fields["pixel_size"] = Fact((pixels[0], pixels[1]), key)
    told = told_size(parts)
    if stored is not None and told is not None and stored != told[0]:
        (fast, slow), key = told
        message = f"the detector has {fast} x {slow} pixels, the images {stored[0]} x {stored[1]}"
        found.doubt("size", message, key)
    size, key = (stored, stored_key) if stored is not None or told is None else told
    if size is not None:
        found.fields["size"] = Fact(size, key)
    return size


def read_distance(parts: Parts, found: Found) -> None:
    """The distance that the header tells, mm."""
    for name in ("detector_distance", "distance"):
        if below(parts.detector, name) is not None:
            put_number(found, "distance", parts.detector, name, ("length", "m", 5, 20000))
            return


def read_center(parts: Parts, size: tuple[int, int] | None, found: Found) -> None:
    """The beam centre that the header tells, px."""
    center = told_center(parts, found)
    if center is not None and parts.detector is not None:
        put_center(found, center, size, parts.detector.at("beam_center_x"))


def told_center(parts: Parts, found: Found) -> tuple[float, float] | None:
    """beam_center_x, beam_center_y, px."""
    fast, slow = (
        found.number("beam_center", parts.detector, f"beam_center_{x}", "pixels", "pixel")
        for x in "xy"
    )
    return (fast, slow) if fast is not None and slow is not None else None


def read_scan(parts: Parts, found: Found) -> None:
    """Which axis turns, from where and by how much."""
    group = below(parts.sample, _GONIOMETER)
    if group is None or not group.is_group:
        _unknown(found, parts, "the header has no goniometer")
        return
    try:
        motions = [motion for name in AXES if (motion := _motion(group, name, found)) is not None]
    except (UnevenError, UnitError) as problem:
        found.doubt("width", str(problem), group.path)
        return
    moving = [motion for motion in motions if motion.width]
    if not moving:
        _unknown(found, parts, "no axis turns")
        return
    for motion in motions:
        found.fields[motion.name] = Fact(motion.start, motion.start_key)
    if len(moving) > 1:
        names = ", ".join(motion.name for motion in moving)
        found.doubt("scan_axis", f"several axes turn: {names}", group.path)
        return
    (scanned,) = moving
    found.fields["scan_axis"] = Fact(scanned.name, scanned.width_key)
    found.fields["start"] = Fact(scanned.start, scanned.start_key)
    found.fields["width"] = Fact(scanned.width, scanned.width_key)
    _range_total(group, scanned, found)
    _vector(parts, scanned, found)


def _motion(group: Node, name: str, found: Found) -> Motion | None:
    """One axis; of its list, start with increment and average width the first that moves it counts."""

    def told(ending: str) -> float | None:
        return number_in(group, name + ending, "angle", "deg")

    listed = numbers_in(group, name, "angle", "deg")
    increment, average, start = told("_increment"), told("_range_average"), told("_start")
    key = group.at(name)
    if moves(listed):
        try:
            width = step_of(listed, increment, average)
        except UnevenError as problem:
            raise UnevenError(f"{name} {problem}") from None
        if increment and abs(increment - width) > 1e-3 * abs(width):
            message = f"{name}_increment is {increment:g}, but {name} steps by {width:g} deg"
            found.doubt("width", message, f"{key}_increment")
        return Motion(name, first_of(listed), width, key, key)
    ending, width = next(
        (
            (end, value)
            for end, value in (("_increment", increment), ("_range_average", average))
            if value
        ),
        ("", 0.0),
    )
    if start is not None:
        return Motion(name, start, width, f"{key}_start", key + ending)
    if listed is None:
        return None
    return Motion(name, first_of(listed), width, key, key + ending)


def _unknown(found: Found, parts: Parts, why: str) -> None:
    images = found.fields.get("images")
    one = images is not None and images.value == 1
    message = f"{why}: {'a still' if one else 'stills'}, or the beamline wrote no angles. For "
    message += "rotation data start and width must come from the site or the job"
    found.doubt(
        "width", message, parts.sample.path if parts.sample is not None else "/entry/sample"
    )


def _range_total(group: Node, scanned: Motion, found: Found) -> None:
    """What the axis turned in all may be left over from another series."""
    total = found.number("width", group, f"{scanned.name}_range_total", "angle", "deg")
    images = found.fields.get("images")
    if not total or images is None:
        return
    turned = float(str(images.value)) * scanned.width
    if abs(total - turned) > 1e-3 * max(abs(total), abs(turned)):
        message = (
            f"{scanned.name}_range_total is {total:g} deg, but {images.value} x {scanned.width:g} "
            f"are {turned:g}: the series was cut short, or the total is of another one"
        )
        found.doubt("width", message, group.at(f"{scanned.name}_range_total"))


def _vector(parts: Parts, scanned: Motion, found: Found) -> None:
    """The direction of the scanned axis, where a beamline wrote it."""
    node = below(parts.sample, f"transformations/{scanned.name}")
    vector = node.attribute_numbers("vector") if node is not None else None
    if node is not None and vector is not None and len(vector) == 3 and any(vector):
        key = f"{node.path} vector"
        found.fields["rotation_axis"] = Fact(to_sw(NEXUS, unit(vector)), key)
