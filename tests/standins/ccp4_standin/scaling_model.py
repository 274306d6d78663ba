"""The scales that AIMLESS would refine: their logarithms by linear least squares on equivalents.

Within a set of equivalent observations log I is a constant plus the logarithm of the scale, which is
linear in its parameters: nodes along the rotation, nodes of B, spherical harmonics of the diffracted
beam in the crystal's frame. Subtracting the mean of each set leaves the parameters alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ccp4_standin.inputs import Entry, Given
from ccp4_standin.logs import StopError
from ccp4_standin.merging import Merging
from ccp4_standin.observations import Floats, Ints, Run, Unmerged

_STRONG = 3.0
"""I/sigma of observations that count"""
_BEST = 30.0
"""I/sigma beyond which none counts more"""
_LEAST = 20
_SPACING, _B_SPACING = 5.0, 20.0
"""degrees"""
_TIE = 1e-3
"""holds what the data do not determine; relative to the strongest parameter"""
_FAR = 5.0


def factors(given: Given, data: Unmerged, *, anomalous: bool) -> tuple[Floats, str]:
    """What each intensity is multiplied by, 1 on average, and a name of the model."""
    size = len(data.columns.hkl)
    if "ONLYMERGE" in given:
        return np.ones(size), "no scaling"
    parameters = np.stack(list(_parameters(given, data)), axis=1)
    merging = Merging(data, data.runs[0].names, anomalous=anomalous)
    ratio = data.columns.intensity / data.columns.error
    _, _, count = merging.means(merging.set, 2 * len(merging.unique), ratio > _STRONG)
    use = (ratio > _STRONG) & (count[merging.set] > 1)
    if use.sum() < _LEAST:
        raise StopError("Scaling has failed to converge")
    logs = np.log(np.maximum(data.columns.intensity, 1e-9))
    weight = np.minimum(ratio, _BEST) ** 2
    for _ in range(2):
        fit = _fit(parameters[use], logs[use], weight[use], merging.set[use])
        left = np.abs(_centred((logs - parameters @ fit)[use], weight[use], merging.set[use]))
        use[np.flatnonzero(use)[left > _FAR * max(np.median(left), 1e-3)]] = False
    scale = np.exp(-parameters @ fit)
    return scale / scale.mean(), ", ".join(
        entry.words[0].lower() for entry in given.all("SCALES")
    ) or "smooth"


def _fit(parameters: Floats, logs: Floats, weight: Floats, sets: Ints) -> Floats:
    x = np.stack([_centred(column, weight, sets) for column in parameters.T], axis=1)
    y = _centred(logs, weight, sets)
    normal = (x * weight[:, None]).T @ x
    tie = _TIE * max(np.diag(normal).max(), 1e-9) * np.eye(len(normal))
    return np.asarray(np.linalg.solve(normal + tie, (x * weight[:, None]).T @ y))


def _centred(values: Floats, weight: Floats, sets: Ints) -> Floats:
    total = np.maximum(np.bincount(sets, weight), 1e-30)
    return np.asarray(values - (np.bincount(sets, weight * values) / total)[sets])


def _wanted(given: Given, run: int) -> Entry | None:
    """The SCALES line of a run, or that for all."""
    lines = given.all("SCALES")
    own = [line for line in lines if line.after("RUN")[:1] == [str(run)]]
    return next(iter((own or [line for line in lines if not line.says("RUN")])[::-1]), None)


def _parameters(given: Given, data: Unmerged) -> Iterator[Floats]:
    """A column for each: what it adds to log I of every observation for each unit of it."""
    square = 1 / data.spacing() ** 2 / 2
    for number, run in enumerate(data.runs):
        mine = data.columns.run == number
        if not mine.any():
            continue
        wanted = _wanted(given, number + 1)
        if wanted is not None and wanted.says("CONSTANT"):
            yield mine.astype(float)
            continue
        if wanted is not None and wanted.says("BATCH"):
            for batch in np.unique(data.columns.batch[mine]):
                yield (mine & (data.columns.batch == batch)).astype(float)
        else:
            yield from _nodes(data, run, mine, _spacing(wanted, "ROTATION", _SPACING))
        if not (wanted is not None and _off(wanted)):
            for column in _nodes(data, run, mine, _spacing(wanted, "BROTATION", _B_SPACING)):
                yield column * square * 10
        if (order := _order(wanted)) and run.width:
            yield from _surface(data, run, mine, order)


def _off(wanted: Entry) -> bool:
    return wanted.after("BFACTOR")[:1] in (["OFF"], ["off"])


def _spacing(wanted: Entry | None, name: str, default: float) -> float:
    words = wanted.after(name) if wanted is not None else []
    return float(words[1]) if words and words[0].upper() in ("SPACING", "SPAC") else default


def _order(wanted: Entry | None) -> int:
    """lmax, even; 4 if nothing is said, 0 for no surface."""
    if wanted is None:
        return 4
    words = wanted.after("SECONDARY") or wanted.after("ABSORPTION")
    if words and words[0].isdigit():
        return int(words[0]) // 2 * 2
    return 4 if wanted.says("SECONDARY", "ABSORPTION") else 0


def _nodes(data: Unmerged, run: Run, mine: Floats, spacing: float) -> Iterator[Floats]:
    """Hats of this half width along the rotation (degrees; batches where it is not known)."""
    turn = data.columns.place[:, 2] if run.width else data.columns.batch.astype(float)
    first, last = turn[mine].min(), turn[mine].max()
    count = max(2, round((last - first) / spacing) + 1)
    at = (turn - first) / max(last - first, 1e-9) * (count - 1)
    for node in range(count):
        yield np.where(mine, np.maximum(0, 1 - np.abs(at - node)), 0)


def _surface(data: Unmerged, run: Run, mine: Floats, order: int) -> Iterator[Floats]:
    from scipy.special import sph_harm

    x, y, z = _directions(run, data.columns.hkl, data.columns.place[:, 2]).T
    azimuth, polar = np.arctan2(y, x), np.arccos(np.clip(z, -1, 1))
    for degree in range(1, order + 1):
        for m in range(degree + 1):
            values = sph_harm(m, degree, azimuth, polar)
            yield np.where(mine, values.real, 0)
            if m:
                yield np.where(mine, values.imag, 0)


def _directions(run: Run, hkl: Ints, rotation: Floats) -> Floats:
    """Diffracted beams, in the frame of the crystal at spindle angle 0."""
    there = hkl @ np.linalg.inv(run.axes).T
    angle = np.radians(-rotation)[:, None]
    axis, beam = np.asarray(run.spindle), np.asarray(run.beam) / (run.wavelength or 1.0)
    along = (beam @ axis) * axis
    turned = along + np.cos(angle) * (beam - along) + np.sin(angle) * np.cross(axis, beam)
    made = there + turned
    return np.asarray(made / np.linalg.norm(made, axis=1)[:, None])
