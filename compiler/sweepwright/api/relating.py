"""What discovered sweeps have to do with each other, as far as their headers tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from sweepwright.api.discovering import Found
from sweepwright.images.wedges import wrapped

#: wavelengths within this are one data set unless a job says otherwise, A
_TOLERANCE_A = 0.00005
_SAME_ANGLE = 0.1  # degrees


def datasets_of(sweeps: Sequence[Found]) -> dict[str, str]:
    """Sweep -> the name that its data set will have; empty if there is one wavelength.

    As the language groups: sorted by wavelength, a group grows while its spread stays within the
    tolerance.
    """
    known = [(value, found.name) for found in sweeps if (value := found.value("wavelength"))]
    names: dict[str, str] = {}
    lowest, count = -1.0, 0
    for value, name in sorted(known):
        if value - lowest > _TOLERANCE_A + 1e-9:
            lowest, count = value, count + 1
        names[name] = f"w{count}"
    return names if count > 1 else {}


def inverse_pairs(sweeps: Sequence[Found]) -> list[tuple[str, str]]:
    """Pairs of equal length, width, wavelength and settings that begin 180 degrees apart.

    Two halves of one turn are no pair.
    """
    paired: set[str] = set()
    pairs = []
    for one, two in combinations(sweeps, 2):
        if one.start is None or two.start is None or {one.name, two.name} & paired:
            continue
        apart = abs(wrapped(two.start - one.start))
        if abs(apart - 180.0) <= _SAME_ANGLE and _alike(one, two):
            paired |= {one.name, two.name}
            pairs.append((one.name, two.name))
    return pairs


def moved_axes(sweeps: Sequence[Found]) -> dict[str, dict[float, list[str]]]:
    """Axis -> angle in degrees -> sweeps, for each axis that stood differently in some of them."""
    stood: dict[str, dict[float, list[str]]] = {}
    for found in sweeps:
        for axis, angle in found.settings.items():
            stood.setdefault(axis, {}).setdefault(round(angle, 1), []).append(found.name)
    return {axis: angles for axis, angles in stood.items() if len(angles) > 1}


def _alike(one: Found, two: Found) -> bool:
    width, other_width = one.value("width") or 0.0, two.value("width") or 0.0
    wave, other_wave = one.value("wavelength") or 0.0, two.value("wavelength") or 0.0
    return (
        len(one.images) == len(two.images)
        and abs(one.degrees or 0.0) < 180.0 - _SAME_ANGLE
        and abs(width - other_width) <= 1e-4 * abs(width)
        and abs(wave - other_wave) <= _TOLERANCE_A
        and all(
            abs(wrapped(two.settings.get(axis, angle) - angle)) <= _SAME_ANGLE
            for axis, angle in one.settings.items()
        )
    )
