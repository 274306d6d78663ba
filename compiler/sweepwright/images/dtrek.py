"""d*TREK's dialect of SMV: goniometers, detector and source by vectors.

The keys of the detector have its name in front (``CCD_``). Vectors stand in the frame of d*TREK, z
from the crystal to the source, as in imgCIF. The detector's chain of turns and shifts applies from
the last to the first; its pixels run along the two detector vectors mixed by
SPATIAL_DISTORTION_VECTORS. Source: the header texts of public images, and what dxtbx
(FormatSMVRigaku) makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sweepwright.geometry.detector import beam_center_px, signed_distance_mm, turned
from sweepwright.geometry.frames import IMGCIF, to_sw
from sweepwright.geometry.rotation import Vector, combine, dot, rounded, rounded_numbers, unit
from sweepwright.images.smv import Header, number, numbers, size_px
from sweepwright.model.facts import AxisFact, Doubt, Fact, ImageFacts, PanelFact

#: names of axes of the crystal's goniostat that others call otherwise
_NAMES = {"omega": "omega", "chi": "chi", "phi": "phi", "kappa": "kappa"}
_SQUARE = 1e-3
_MIDDLE_PX = 0.55
_STILL_DEG = 1e-6


def dtrek_facts(header: Header) -> ImageFacts:
    """The normalised facts of a header."""
    fields = dict(_fields(header))
    doubts = list(_doubts(header))
    axes = tuple(_axes(header, fields))
    panel = _panel(header)
    panels: tuple[PanelFact, ...] = ()
    if panel is not None:
        key = f"{_prefix(header)}GONIO_VALUES"
        (distance,) = rounded_numbers([abs(signed_distance_mm(panel))])
        fields["distance"] = Fact(distance, key)
        panels = (panel,)
        center = _center(panel)
        said = f"{_prefix(header)}SPATIAL_DISTORTION_INFO"
        if center is None:
            doubts.append(Doubt("beam_center", "the beam does not meet the detector", said))
        elif _is_middle(header):
            doubts.append(Doubt("beam_center", "it is the middle of the detector", said))
        else:
            fields["beam_center"] = Fact(center, said)
    return ImageFacts("dtrek", fields, axes, panels, tuple(doubts))


def _prefix(header: Header) -> str:
    return (header["DETECTOR_NAMES"].split() or [""])[0]


def _fields(header: Header) -> Iterator[tuple[str, Fact]]:
    prefix = _prefix(header)
    size = size_px(header)
    if size is not None:
        yield "size", Fact(size, "SIZE1, SIZE2")
    distortion = numbers(header, f"{prefix}SPATIAL_DISTORTION_INFO")
    if len(distortion) >= 4 and min(distortion[2:4]) > 0:
        key = f"{prefix}SPATIAL_DISTORTION_INFO"
        yield "pixel_size", Fact((distortion[2], distortion[3]), key)
    for key, place in (("SCAN_WAVELENGTH", 0), ("SOURCE_WAVELENGTH", 1)):
        found = numbers(header, key)
        if len(found) > place and found[place] > 0:
            yield "wavelength", Fact(found[place], key)
            break
    yield from _scan(header)
    overload = number(header, "SATURATED_VALUE")
    if overload and overload > 0:
        yield "overload", Fact(int(overload), "SATURATED_VALUE")
    polarization = number(header, "SOURCE_POLARZ")
    if polarization is not None and 0 < polarization <= 1:
        yield "polarization", Fact(polarization, "SOURCE_POLARZ")
    for field, key in (
        ("detector", f"{prefix}DETECTOR_DESCRIPTION"),
        ("serial", f"{prefix}DETECTOR_IDENTIFICATION"),
        ("date", "DTREK_DATE_TIME"),
    ):
        if header.get(key):
            yield field, Fact(header[key], key)
    swing = _swing(header)
    if swing is not None:
        yield "two_theta", swing


def _scan(header: Header) -> Iterator[tuple[str, Fact]]:
    rotation = numbers(header, "ROTATION")
    if len(rotation) >= 3:
        yield "start", Fact(rotation[0], "ROTATION")
        yield "width", Fact(rotation[2], "ROTATION")
        if len(rotation) > 3 and rotation[3] > 0:
            yield "exposure_time", Fact(rotation[3], "ROTATION")
    name = header.get("ROTATION_AXIS_NAME", "").lower()
    if name in _NAMES:
        yield "scan_axis", Fact(_NAMES[name], "ROTATION_AXIS_NAME")
    vector = numbers(header, "ROTATION_VECTOR")
    if len(vector) == 3 and any(vector):
        yield "rotation_axis", Fact(unit(to_sw(IMGCIF, vector)), "ROTATION_VECTOR")


def _doubts(header: Header) -> Iterator[Doubt]:
    rotation = numbers(header, "ROTATION")
    if len(rotation) >= 3 and rotation[2] == 0:
        yield Doubt("width", "the width is 0: a still, or nobody set it", "ROTATION")
    if _panel(header) is None:
        prefix = _prefix(header)
        message = "vectors, goniometer or beam position of the detector are missing or no numbers"
        yield Doubt("panels", message, f"{prefix}DETECTOR_VECTORS")


def _gonio(header: Header, prefix: str) -> list[tuple[str, str, float, Vector]]:
    """Name, unit, value and vector (frame sw) of each axis; empty where they do not fit together."""
    names, units = (header.get(f"{prefix}GONIO_{key}", "").split() for key in ("NAMES", "UNITS"))
    values, flat = (numbers(header, f"{prefix}GONIO_{key}") for key in ("VALUES", "VECTORS"))
    if not names or not len(names) == len(units) == len(values) or len(flat) != 3 * len(names):
        return []
    vectors = [to_sw(IMGCIF, flat[3 * i : 3 * i + 3]) for i in range(len(names))]
    if not all(any(vector) for vector in vectors):
        return []
    return list(zip(names, units, values, vectors, strict=True))


def _swing(header: Header) -> Fact | None:
    """The turn of the detector's arm."""
    for name, unit_, value, _ in _gonio(header, _prefix(header)):
        if unit_ == "deg" and name.lower() in ("2theta", "swing", "rotx/swing", "twotheta"):
            return Fact(value, f"{_prefix(header)}GONIO_VALUES {name}")
    return None


def _axes(header: Header, fields: dict[str, Fact]) -> Iterator[AxisFact]:
    """The crystal's goniostat, from the base; the scanned axis stands where the image begins."""
    scanned, start = fields.get("scan_axis"), fields.get("start")
    for name, unit_, value, vector in _gonio(header, "CRYSTAL_"):
        known = _NAMES.get(name.lower(), name.lower())
        if unit_ != "deg":
            continue
        angle = value
        if scanned is not None and known == scanned.value and start is not None:
            angle = float(str(start.value))
        fields[known] = Fact(angle, f"CRYSTAL_GONIO_VALUES {name}")
        yield AxisFact(known, unit(vector), angle, f"CRYSTAL_GONIO_VECTORS {name}")


def _panel(header: Header) -> PanelFact | None:
    """The detector as its goniometer has put it; None where the header does not say all of it."""
    prefix, size = _prefix(header), size_px(header)
    vectors = numbers(header, f"{prefix}DETECTOR_VECTORS")
    info = numbers(header, f"{prefix}SPATIAL_DISTORTION_INFO")
    mix = numbers(header, f"{prefix}SPATIAL_DISTORTION_VECTORS") or [1.0, 0.0, 0.0, 1.0]
    gonio = _gonio(header, prefix)
    if size is None or len(vectors) != 6 or len(info) < 4 or len(mix) != 4 or not gonio:
        return None
    if not (any(vectors[:3]) and any(vectors[3:])) or min(info[2:4]) <= 0:
        return None
    x, y = to_sw(IMGCIF, vectors[:3]), to_sw(IMGCIF, vectors[3:])
    fast, slow = combine((mix[0], x), (mix[1], y)), combine((mix[2], x), (mix[3], y))
    if not any(fast) or not any(slow) or abs(dot(unit(fast), unit(slow))) > _SQUARE:
        return None
    corner = combine((-info[0] * info[2], unit(fast)), (-info[1] * info[3], unit(slow)))
    panel = PanelFact(unit(fast), unit(slow), corner, size, (info[2], info[3]))
    for _, unit_, value, vector in reversed(gonio):
        if unit_ == "deg" and abs(value) > _STILL_DEG:
            panel = turned(panel, vector, value)
        elif unit_ == "mm":
            panel = replace(panel, origin_mm=combine((1.0, panel.origin_mm), (value, vector)))
    return replace(
        panel,
        fast=rounded(panel.fast), slow=rounded(panel.slow), origin_mm=rounded(panel.origin_mm),
    )  # fmt: skip


def _center(panel: PanelFact) -> tuple[float, float] | None:
    try:
        fast, slow = rounded_numbers(beam_center_px(panel))
    except ValueError:
        return None
    return fast, slow


def _is_middle(header: Header) -> bool:
    """Whether the beam position is the middle of the frame, which nobody measures."""
    info, size = numbers(header, f"{_prefix(header)}SPATIAL_DISTORTION_INFO"), size_px(header)
    return size is not None and all(
        abs(place - count / 2) < _MIDDLE_PX for place, count in zip(info[:2], size, strict=True)
    )
