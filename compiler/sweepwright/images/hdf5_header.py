"""The facts that masters of all writers have in the same places: beam, sensor, times, names."""

from __future__ import annotations

import re
from typing import NamedTuple

from sweepwright.images.hdf5_nodes import (
    Found,
    Node,
    Parts,
    UnitError,
    count_in,
    decimals,
    numbers_in,
    text_in,
)
from sweepwright.model.facts import Fact

_EV_ANGSTROM = 12398.419843  # h c, CODATA 2018
#: wavelength and energy of one beam agree this well
_AGREE = 0.01
#: a detector that nobody told an energy writes 12.4 keV / 10 (APS; dials issue 126)
_UNSET_WAVELENGTH = (1.2398, 1.24)
_MATERIALS = {"si": "Si", "silicon": "Si", "cdte": "CdTe", "gaas": "GaAs", "cdznte": "CdZnTe"}
#: clocks that were never set write these years
_UNSET_YEARS = re.compile(r"19[0-8]\d")


class _Number(NamedTuple):
    """A number: the first place (part, path) that has it, its units, and what it can be."""

    field: str
    places: tuple[tuple[str, str], ...]
    kind: str
    units: str
    low: float
    high: float


_COUNT_TIME = (("detector", "count_time"), ("detector", "frame_time"))
_NUMBERS = (
    _Number("exposure_time", _COUNT_TIME, "time", "s", 1e-7, 1e5),
    _Number("sensor_thickness", (("detector", "sensor_thickness"),), "length", "m", 0.02, 20),
)
_TEXTS = (
    ("detector", (("detector", "description"),)),
    ("serial", (("detector", "detector_number"), ("detector", "serial_number"))),
    ("date", (("detector", "detectorSpecific/data_collection_date"), ("entry", "start_time"))),
    ("site", (("instrument", "name"),)),
)
_CUTOFF = "countrate_correction_count_cutoff"
_CUTOFFS = (
    f"detectorSpecific/{_CUTOFF}",
    f"detectorSpecific/detectorModule_000/{_CUTOFF}",
    "saturation_value",
)


def read_common(parts: Parts, found: Found) -> None:
    """What does not depend on the geometry."""
    for field, places in _TEXTS:
        for part, path in places:
            group: Node | None = getattr(parts, part)
            text = text_in(group, path)
            if group is not None and text is not None:
                found.fields.setdefault(field, Fact(text, group.at(path)))
    for row in _NUMBERS:
        for part, path in row.places:
            if row.field not in found.fields:
                put_number(found, row.field, getattr(parts, part), path, row[2:])
    _site(parts, found)
    _date(found)
    _material(parts, found)
    _overload(parts, found)
    _wavelength(parts, found)


def put_number(
    found: Found, field: str, group: Node | None, path: str, meaning: tuple[str, str, float, float]
) -> None:
    """A number between two limits as a fact, or a doubt; ``meaning``: kind, units, the limits."""
    kind, units, low, high = meaning
    value = found.number(field, group, path, kind, units)
    if value is None or group is None:
        return
    if low <= value <= high:
        found.fields[field] = Fact(value, group.at(path))
    else:
        name = field.replace("_", " ")
        unit = {"length": " mm", "time": " s", "wavelength": " A"}.get(kind, "")
        found.doubt(field, f"the {name} is {value:g}{unit}, which cannot be", group.at(path))


def put_center(
    found: Found, center: tuple[float, float], size: tuple[int, int] | None, key: str
) -> None:
    """A beam centre (px) that was measured; a default is a doubt.

    Who sets none leaves 0, or the middle in whole or half pixels.
    """
    fast, slow = center
    if fast == slow == 0:
        found.doubt("beam_center", "the beam centre is 0, 0: it was not set", key)
    elif size is not None and is_middle(center, size):
        message = f"{fast:g}, {slow:g} px is the middle of the detector: it was not measured"
        found.doubt("beam_center", message, key)
    else:
        found.fields["beam_center"] = Fact(center, key)


def is_middle(center: tuple[float, float], size: tuple[int, int]) -> bool:
    """Whether a centre is that of the detector, to the pixel and without a fraction but a half."""
    return all(
        abs(place - pixels / 2) <= 1 and abs(2 * place - round(2 * place)) < 1e-6
        for place, pixels in zip(center, size, strict=True)
    )


def _site(parts: Parts, found: Found) -> None:
    """The beamline: its name, else the short one."""
    if "site" in found.fields or parts.instrument is None:
        return
    for node in (parts.instrument.child("name"), parts.instrument):
        text = node.attribute_text("short_name") if node is not None else None
        if node is not None and text is not None:
            found.fields["site"] = Fact(text, f"{node.path} short_name")
            return


def _date(found: Found) -> None:
    date = found.fields.get("date")
    if date is not None and _UNSET_YEARS.match(str(date.value)):
        del found.fields["date"]
        found.doubt("date", f"the date {date.value} is that of an unset clock", date.key)


def _material(parts: Parts, found: Found) -> None:
    text = text_in(parts.detector, "sensor_material")
    if text is None or parts.detector is None:
        return
    key, material = parts.detector.at("sensor_material"), _MATERIALS.get(text.lower())
    if material is None:
        found.doubt("sensor_material", f"{text!r} is no material of a sensor", key)
    else:
        found.fields["sensor_material"] = Fact(material, key)


def _overload(parts: Parts, found: Found) -> None:
    """The highest count that can be trusted; all bits set is the format's limit, not that."""
    for path in _CUTOFFS:
        count = count_in(parts.detector, path)
        if count is None or parts.detector is None:
            continue
        key = parts.detector.at(path)
        if not count & (count + 1):
            message = f"{count} is the limit of the format, not of the detector"
            found.doubt("overload", message, key)
        else:
            found.fields["overload"] = Fact(count, key)
            return


def _wavelength(parts: Parts, found: Found) -> None:
    """One wavelength, which the energy that the detector was set to must bear out."""
    path = "incident_wavelength"
    if parts.beam is None:
        return
    key = parts.beam.at(path)
    try:
        listed = numbers_in(parts.beam, path, "wavelength", "angstrom")
    except UnitError as problem:
        found.doubt("wavelength", f"{path} {problem}", key)
        return
    if listed is None:
        return
    low, value, high = decimals(sorted(listed)[index] for index in (0, len(listed) // 2, -1))
    at = "detectorSpecific/photon_energy"
    energy = found.number("wavelength", parts.detector, at, "energy", "eV") or 0.0
    agrees = energy > 0 and abs(energy * value / _EV_ANGSTROM - 1) <= _AGREE
    if not 0.001 <= value <= 20:
        found.doubt("wavelength", f"the wavelength is {value:g} A, which cannot be", key)
    elif high - low > 1e-4:
        message = f"the wavelength is not one: {low:g} to {high:g} A"
        found.doubt("wavelength", message, key)
    elif energy > 0 and not agrees:
        message = (
            f"{value:g} A is {_EV_ANGSTROM / value:.0f} eV, but photon_energy is {energy:g} eV"
        )
        found.doubt("wavelength", message, key)
    elif _UNSET_WAVELENGTH[0] <= value <= _UNSET_WAVELENGTH[1] and not agrees:
        found.doubt("wavelength", f"{value:g} A is the default, 10 keV: it was not set", key)
    else:
        found.fields["wavelength"] = Fact(value, key)
