"""The golden geometry check: what is used against what header and site record say, with the numbers.

A job may be right where a header is wrong, so a difference is a warning; it names the misreading that
explains it, where there is one. The hand of the data is judged from detector and axis together
(`geometry.hand`): each alone cannot see the double mirror.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.geometry.hand import Hand, Setting, compare_hands, fitting_permutations
from sweepwright.geometry.rotation import Vector, unit
from sweepwright.model.diagnostic import Diagnostic, Span, advice, warning
from sweepwright.model.facts import ImageFacts
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import Layer, Resolved
from sweepwright.resolve.site import SweepSite

#: beam centre: mm on the detector that no drift explains, and how near a misreading must come
_CENTRE_MM, _FITS_MM = 2.0, 1.0
#: relative differences of distance and wavelength beyond which something else is meant
_DISTANCE, _WAVELENGTH = 0.01, 0.002
_UNITS = (10.0, 100.0, 1000.0)
_AXIS_DEG = 1.0
_TWO_THETA_DEG = 0.1
#: hc, keV A (CODATA 2018)
_KEV_A = 12.398419843320026
#: macromolecular rotation data: below 0.2 A only electrons, above 5 A nothing diffracts
_LONGEST_A = 5.0
_BEAM: Vector = (0.0, 0.0, 1.0)


def check_geometry(
    sweep: ResolvedSweep, site: SweepSite, anomalous: bool, span: Span | None
) -> Iterator[Diagnostic]:
    """SW-G024: beam centre. SW-G025: axis. SW-G026: hand. SW-G027: distance, two-theta, pixel.

    SW-G028: wavelength. SW-G029: the axis is a default while ``anomalous`` differences are wanted.
    """
    yield from _wavelength(sweep, span)
    yield from _lengths(sweep, site, span)
    yield from _centre(sweep, span)
    yield from _directions(sweep, site, span)
    axis = sweep.leaves["scan.axis"]
    if anomalous and axis.origin.layer is Layer.DEFAULT:
        message = f"sweep {sweep.name}: nothing says how the rotation axis stands; {_xyz(axis.known)} is taken"
        help_ = "With the opposite axis and a mirrored detector anomalous differences change their sign: write 'geometry: {rotation_axis: [x, y, z]}' or 'site: ID'."
        yield advice("SW-G029", message, span, help=help_)


def _header(sweep: ResolvedSweep) -> ImageFacts:
    return sweep.facts.first_header


def _wavelength(sweep: ResolvedSweep, span: Span | None) -> Iterator[Diagnostic]:
    leaf = sweep.leaves["geometry.wavelength"]
    used, said = float(leaf.known), _header(sweep).get("wavelength")
    place = leaf.origin.span or span
    as_energy = _KEV_A / used
    if said is not None and _apart(used, float(str(said.value)), _WAVELENGTH):
        header = float(str(said.value))
        message = (
            f"sweep {sweep.name}: the wavelength used is {used:g} A, the header says {header:g} A"
        )
        help_ = "Make sure which is right; the job's goes before the header's."
        if not _apart(as_energy, header, 0.05):
            help_ = f"{used:g} keV would be {as_energy:.5g} A: write 'wavelength: {used:g} keV'."
        yield warning("SW-G028", message, place, help=help_)
    elif used > _LONGEST_A:
        message = f"sweep {sweep.name}: a wavelength of {used:g} A is longer than any in use"
        help_ = f"If the energy is meant, write 'wavelength: {used:g} keV' ({as_energy:.5g} A)."
        yield warning("SW-G028", message, place, help=help_)


def _lengths(sweep: ResolvedSweep, site: SweepSite, span: Span | None) -> Iterator[Diagnostic]:
    distance, header = sweep.leaves["geometry.distance"], _header(sweep)
    said = header.get("distance")
    used = float(distance.known)
    if said is not None and _apart(used, float(str(said.value)), _DISTANCE):
        told = float(str(said.value))
        message = (
            f"sweep {sweep.name}: the distance used is {used:g} mm, the header says {told:g} mm"
        )
        small, large = sorted((used, told))
        factor = next((f for f in _UNITS if not _apart(small * f, large, _DISTANCE)), None)
        help_ = "Make sure which is right; the job's goes before the header's."
        if factor is not None:
            help_ = f"They differ by a factor of {factor:g}, as with another unit: write 'distance: {told:g} mm'."
        yield warning("SW-G027", message, distance.origin.span or span, help=help_)
    swing, told_swing = sweep.leaves["geometry.two_theta"], header.get("two_theta")
    if told_swing is not None and abs(float(str(told_swing.value)) - swing.known) > _TWO_THETA_DEG:
        message = f"sweep {sweep.name}: two-theta used is {swing.known:g} degrees, the header says {told_swing.value:g}"
        yield warning("SW-G027", message, swing.origin.span or span)
    yield from _pixel(sweep, site, span)


def _pixel(sweep: ResolvedSweep, site: SweepSite, span: Span | None) -> Iterator[Diagnostic]:
    """The pixel against the detector's family; binned pixels are whole multiples."""
    family = site.entry.family if site.entry is not None else None
    if family is None:
        return
    pixel = sweep.leaves["geometry.pixel_size"]
    ratios = [used / usual for used, usual in zip(pixel.known, family.pixel_mm, strict=True)]
    if all(abs(ratio - round(ratio)) < _DISTANCE and round(ratio) >= 1 for ratio in ratios):
        return
    message = f"sweep {sweep.name}: the pixels used are {pixel.known[0]:g} x {pixel.known[1]:g} mm, those of {family.name} are {family.pixel_mm[0]:g} x {family.pixel_mm[1]:g} mm"
    yield warning("SW-G027", message, pixel.origin.span or span)


def _centre(sweep: ResolvedSweep, span: Span | None) -> Iterator[Diagnostic]:
    """The centre used against the header's, with the misreading that explains the difference."""
    leaf, said = sweep.leaves["geometry.beam_center"], _header(sweep).get("beam_center")
    size = sweep.leaves["geometry.size"].known
    pixel = sweep.leaves["geometry.pixel_size"].known
    used = leaf.known
    if not all(-count <= place <= 2 * count for place, count in zip(used, size, strict=True)):
        message = f"sweep {sweep.name}: the beam centre used, {_px(used)}, is far off the detector of {size[0]} x {size[1]} px"
        yield warning("SW-G024", message, leaf.origin.span or span)
    if said is None or not isinstance(said.value, tuple):
        return
    told = float(said.value[0]), float(said.value[1])
    apart = max(abs(a - b) * mm for a, b, mm in zip(used, told, pixel, strict=True))
    if apart <= _CENTRE_MM:
        return
    message = f"sweep {sweep.name}: the beam centre used, {_px(used)}, is {apart:.1f} mm from the header's, {_px(told)}"
    fits = fitting_permutations(told, used, size, pixel, _FITS_MM / min(pixel))
    help_ = "Make sure which is right; a low-resolution ring or the beam stop's shadow shows it."
    if fits:
        names = " or ".join(f"'{reading.name}'" for reading in fits[:2])
        back = _px(fits[0].center_px)
        help_ = f"The header's numbers give {back} when they are read as {names}: one of the two is a misreading of the other."
    yield warning("SW-G024", message, leaf.origin.span or span, help=help_)


def _directions(sweep: ResolvedSweep, site: SweepSite, span: Span | None) -> Iterator[Diagnostic]:
    """Axis and hand used against those of the header and of the site record."""
    leaves = sweep.leaves
    width = leaves["geometry.oscillation.width"].known
    fast, slow = (leaves[f"detector.{key}"].known for key in ("fast", "slow"))
    used = Setting(fast, slow, _BEAM, leaves["scan.axis"].known)
    place = _place(leaves["scan.axis"], leaves["detector.fast"]) or span
    told = [("the header", _of_header(_header(sweep), fast, slow))]
    told.append((_name(site), _of_site(sweep, site, fast, slow)))
    for who, setting in told:
        if setting is not None:
            turned = setting if width > 0 else setting._replace(axis=_opposite(setting.axis))
            yield from _compared(sweep.name, used, turned, who, place)


def _name(site: SweepSite) -> str:
    return f"site record {site.entry.record.id}" if site.entry is not None else ""


def _compared(
    sweep: str, used: Setting, told: Setting, who: str, span: Span | None
) -> Iterator[Diagnostic]:
    try:
        comparison = compare_hands(told, used, _AXIS_DEG)
    except ValueError:
        return
    axes = f"the axis used is {_xyz(used.axis)}, {who} says {_xyz(told.axis)}"
    if comparison.verdict is Hand.DOUBLE_MIRROR:
        message = f"sweep {sweep}: detector and axis together are mirrored against {who}: data will index and merge well, with the wrong hand"
        help_ = f"Anomalous differences change their sign and structures their hand. In the terms of the image {axes}."
        yield warning("SW-G026", message, span, help=help_)
    elif comparison.verdict is Hand.MIRRORED_DETECTOR:
        message = (
            f"sweep {sweep}: the detector is mirrored against {who}: indexing will fail or be poor"
        )
        help_ = f"Used: fast {_xyz(used.fast)}, slow {_xyz(used.slow)}; {who}: fast {_xyz(told.fast)}, slow {_xyz(told.slow)}."
        yield warning("SW-G026", message, span, help=help_)
    elif comparison.verdict is Hand.REVERSED_AXIS:
        message = f"sweep {sweep}: the rotation axis is reversed: {axes}"
        help_ = "With the wrong sign wide wedges index poorly or not at all. Compare both on 30 degrees of images."
        yield warning("SW-G025", message, span, help=help_)
    elif comparison.verdict is Hand.OTHER_AXIS:
        message = f"sweep {sweep}: the rotation axis is {comparison.axis_angle_deg:.1f} degrees off: {axes}"
        yield warning("SW-G025", message, span, help="Make sure which is right.")


def _of_header(header: ImageFacts, fast: Vector, slow: Vector) -> Setting | None:
    """Axis and detector as the file itself gives them; its panel where it has one."""
    axis = _header_axis(header)
    if axis is None:
        return None
    if header.panels:
        fast, slow = header.panels[0].fast, header.panels[0].slow
    return Setting(fast, slow, _BEAM, axis)


def _header_axis(header: ImageFacts) -> Vector | None:
    said, scanned = header.get("rotation_axis"), header.get("scan_axis")
    if said is not None and isinstance(said.value, tuple):
        x, y, z = said.value
        return unit((x, y, z))
    names = [axis.name for axis in header.axes]
    if scanned is None or scanned.value not in names:
        return None
    settings = {axis.name: axis.angle_deg for axis in header.axes if axis.angle_deg is not None}
    if not {*names} <= {*settings, str(scanned.value)}:
        return None
    chain = [GoniostatAxis(axis.name, axis.vector) for axis in header.axes]
    return scan_geometry(chain, str(scanned.value), settings).axis


def _of_site(sweep: ResolvedSweep, site: SweepSite, fast: Vector, slow: Vector) -> Setting | None:
    """The usual axis of the record, and its mounting where the detector stands square to the beam."""
    if site.entry is None:
        return None
    record = site.entry.record
    axis = record.rotation_axis.sw
    if axis is None or not is_usual(_header(sweep)):
        return None
    if not sweep.leaves["geometry.two_theta"].known:
        mounting = record.mounting
        fast, slow = (mounting.fast, mounting.slow) if mounting else ((1, 0, 0), (0, 1, 0))
    return Setting(fast, slow, _BEAM, unit(axis))


def is_usual(header: ImageFacts) -> bool:
    """Whether the scan is of the kind that a record's axis is for, as far as the header tells."""
    scanned, kappa = header.get("scan_axis"), header.get("kappa")
    if scanned is None or scanned.value == "omega":
        return True
    return scanned.value == "phi" and (kappa is None or abs(float(str(kappa.value))) < _AXIS_DEG)


def _place(*leaves: Resolved[Any]) -> Span | None:
    return next((leaf.origin.span for leaf in leaves if leaf.origin.span is not None), None)


def _opposite(vector: Vector) -> Vector:
    x, y, z = vector
    return -x + 0.0, -y + 0.0, -z + 0.0


def _apart(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) > tolerance * max(abs(one), abs(other))


def _px(centre: tuple[float, float]) -> str:
    return f"({centre[0]:.1f}, {centre[1]:.1f}) px"


def _xyz(vector: Vector) -> str:
    return " ".join(f"{number:.4g}" for number in vector)
