"""What a site record and a named goniostat say of a sweep, as values below those that people write.

A record speaks of what the format of the images cannot say. Where a file gives vectors itself
(imgCIF, NXmx) they are used, since they are those of the day, and `checks` compares the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sweepwright.model.facts import ImageFacts
from sweepwright.model.geometry_types import Mask
from sweepwright.model.job_geometry import Axis
from sweepwright.model.job_resolved import UsedSite
from sweepwright.model.resolved import Layer, Origin, Written
from sweepwright.sites.centres import centre_px, header_centre
from sweepwright.sites.schema import Goniostat
from sweepwright.sites.store import Entry


class SweepSite(NamedTuple):
    """The site record of a sweep, and the goniostat that the job names (`goniostat.model`)."""

    entry: Entry | None = None
    device: Goniostat | None = None


NO_SITE = SweepSite()


def site_values(entry: Entry, header: ImageFacts) -> dict[str, Written]:
    """Leaf of a sweep -> what the record says of it."""
    values = dict(_values(entry, header))
    return {
        key: Written(value, Origin(Layer.SITE, said, entry.record.id))
        for key, (value, said) in values.items()
    }


def device_axes(device: Goniostat) -> tuple[Axis, ...]:
    """The axes of a goniostat as a job writes them."""
    return tuple(Axis.model_construct(name=axis.name, vector=axis.vector) for axis in device.chain)


def header_axes(header: ImageFacts) -> Written:
    """The goniostat as the file states it."""
    axes = tuple(Axis.model_construct(name=axis.name, vector=axis.vector) for axis in header.axes)
    names = ", ".join(axis.name for axis in header.axes)
    return Written(axes, Origin(Layer.HEADER, f"axes {names}"))


def used_sites(sites: Mapping[str, SweepSite]) -> tuple[UsedSite, ...]:
    """The records and goniostats that a job uses, each once, in the order of its sweeps."""
    texts: dict[str, tuple[str, str]] = {}
    for site in sites.values():
        if site.entry is not None:
            record, text = site.entry.record, site.entry.part.text
            texts[record.id] = record.origin, f"facility: {record.facility}\n---\n{text}"
    return tuple(UsedSite(id_, *text) for id_, text in texts.items())


def _values(entry: Entry, header: ImageFacts) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Leaf, value, and what the record calls it."""
    record = entry.record
    if record.rotation_axis.sw is not None:
        yield "geometry.rotation_axis", (record.rotation_axis.sw, "rotation_axis")
    if entry.goniostat is not None and not header.axes:
        yield "goniostat.axes", (device_axes(entry.goniostat), f"goniostat {entry.goniostat.id}")
    center = None if header.panels else _beam_center(entry, header)
    if center is not None:
        yield "geometry.beam_center", (center, f"beam_centre {record.beam_centre}")
    if record.polarization is not None:
        yield "geometry.polarization.fraction", (record.polarization.fraction, "polarization")
        if record.polarization.normal is not None:
            yield "geometry.polarization.normal", (record.polarization.normal, "polarization")
    yield from _sensor(entry, header)
    masks = tuple(_masks(entry, header))
    if masks:
        yield "masks", (masks, "untrusted_px")


def _sensor(entry: Entry, header: ImageFacts) -> Iterator[tuple[str, tuple[Any, str]]]:
    """What the detector is made of, where the header is silent and there is one kind only."""
    family, own = entry.family, entry.record.detector.sensor_thickness_mm
    if family is None or family.sensor_material not in ("Si", "CdTe"):
        return
    said = f"detector {family.id}"
    if header.get("sensor_material") is None:
        yield "geometry.sensor.material", (family.sensor_material, said)
    thicknesses = (own,) if own is not None else family.sensor_thickness_mm
    if header.get("sensor_thickness") is None and len(thicknesses) == 1:
        yield "geometry.sensor.thickness", (thicknesses[0], said if own is None else "detector")


def _masks(entry: Entry, header: ImageFacts) -> Iterator[Mask]:
    """Dead areas within the frame. A mask counts pixels from 1 and names those beside the area."""
    size = header.get("size")
    if size is None or not isinstance(size.value, tuple):
        return
    width, height = size.value
    for left, right, top, bottom in entry.record.untrusted_px:
        if right <= width and bottom <= height:
            yield Mask("rectangle", (left, right + 1, top, bottom + 1))


def _beam_center(entry: Entry, header: ImageFacts) -> tuple[float, float] | None:
    """The centre in px where the header has two numbers that only the record can read."""
    convention, said = entry.record.beam_centre, header_centre(header)
    if convention is None or said is None:
        return None
    if header.get("beam_center") is not None and not convention.startswith("marccd"):
        return None
    return centre_px(convention, said)
