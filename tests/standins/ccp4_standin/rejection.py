"""Errors made larger to fit the scatter, and outliers left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ccp4_standin.inputs import Given
from ccp4_standin.merging import Merging
from ccp4_standin.observations import Floats, Names, Unmerged
from ccp4_standin.resolution import normalised

_INTENSITY_BINS = 10
_MOST_ROUNDS = 5
_FAR = 6.0


@dataclass(frozen=True)
class ErrorModel:
    """sigma' = sdfac sqrt(sigma^2 + sdb I + (sdadd I)^2)"""

    factor: float = 1.0
    b: float = 0.0
    add: float = 0.02
    refined: bool = True

    def applied(self, intensity: Floats, error: Floats) -> Floats:
        positive = np.maximum(intensity, 0)
        variance = error**2 + self.b * positive + (self.add * positive) ** 2
        return np.asarray(self.factor * np.sqrt(np.maximum(variance, 0.1 * error**2)))

    @property
    def isa(self) -> float:
        return min(1 / max(self.factor * abs(self.add), 1e-3), 999.9)


def error_model(given: Given) -> ErrorModel:
    """What SDCORRECTION says: numbers switch refinement off unless REFINE is written too."""
    made = ErrorModel()
    for entry in given.all("SDCORRECTION"):
        numbers: list[float] = []
        if not entry.says("SIMILAR", "TIE", "DAMP"):
            numbers = entry.numbers()[1 if entry.says("RUN") else 0 :]
        if len(numbers) == 2:
            made = replace(made, factor=numbers[0], add=numbers[1], refined=False)
        elif len(numbers) == 3:
            made = ErrorModel(*numbers, refined=False)
        if entry.says("NOREFINE"):
            made = replace(made, refined=False)
        elif entry.says("REFINE"):
            made = replace(made, refined=True)
    return made


def fitted(merging: Merging, start: ErrorModel) -> ErrorModel:
    """Factor and part of I so that deviations are as large as errors at all intensities."""
    mean, _, count = merging.means(merging.set, 2 * len(merging.unique))
    several = count[merging.set] > 1
    n = count[merging.set][several]
    off = (merging.intensity - mean[merging.set])[several] * np.sqrt(n / (n - 1))
    error, size = merging.error[several], np.maximum(mean[merging.set][several], 0)
    near = np.abs(off) < _FAR * start.applied(size, error)
    off, error, size = off[near], error[near], size[near]
    if len(off) < 5 * _INTENSITY_BINS:
        return start
    rows = []
    for part in np.array_split(np.argsort(size), _INTENSITY_BINS):
        seen = max(float((off[part] ** 2).mean()), 1e-9)
        rows.append(((error[part] ** 2).mean() / seen, (size[part] ** 2).mean() / seen))
    from scipy.optimize import nnls

    own, of_intensity = nnls(np.array(rows), np.ones(len(rows)))[0]
    own = max(own, 1e-2)
    return ErrorModel(float(np.sqrt(own)), start.b, float(np.sqrt(of_intensity / own)))


@dataclass(frozen=True)
class Limits:
    """In standard deviations: within I+ or I- sets, and between I+ and I- (0: any difference)."""

    within: float = 6.0
    between: float = 9.0
    e_max: float = 10.0
    twice: str = "KEEP"
    off: bool = False


def limits(given: Given) -> Limits:
    made = Limits()
    for entry in given.all("REJECT"):
        if entry.says("NONE"):
            return replace(made, off=True)
        if entry.says("SCALE") and not entry.says("MERGE"):
            continue
        words = [word.upper() for word in entry.words]
        at = next((n for n, word in enumerate(words) if word[:1].isdigit()), None)
        if at is not None and (at == 0 or words[at - 1] not in ("ALL", "EMAX", "BATC", "BATCH")):
            made = replace(made, within=float(words[at]))
        for name, key in (("ALL", "between"), ("EMAX", "e_max")):
            if found := entry.after(name):
                made = replace(made, **{key: abs(float(found[0]))})
        if entry.says("NOALL"):
            made = replace(made, between=0.0)
        for policy in ("REJECT", "LARGER", "SMALLER", "KEEP"):
            if entry.says(policy):
                made = replace(made, twice=policy)
    return made


@dataclass(frozen=True)
class Rejected:
    """Which observations, by reason."""

    within: Floats
    between: Floats
    e_max: Floats

    def any(self) -> Floats:
        return np.asarray(self.within | self.between | self.e_max, bool)


def reject(data: Unmerged, names: Names, limit: Limits, *, anomalous: bool) -> Rejected:
    size = len(data.columns.hkl)
    none = np.zeros(size, bool)
    if limit.off or not size:
        return Rejected(none, none.copy(), none.copy())
    e_square, _ = normalised(data.miller(anomalous=False))
    centric = data.miller(anomalous=False).centric_flags().data().as_numpy_array()
    too_large = e_square > np.where(centric, 2, 1) * limit.e_max**2
    within = _deviant(data, names, ~too_large, limit.within, limit.twice, split=anomalous)
    between = none.copy()
    if anomalous and limit.between > 0:
        between = _deviant(
            data, names, ~too_large & ~within, limit.between, limit.twice, split=False
        )
    return Rejected(within, between, too_large)


def _deviant(
    data: Unmerged, names: Names, usable: Floats, limit: float, twice: str, *, split: bool
) -> Floats:
    """The worst of each set is left out until none is too far from the mean of all others."""
    out = np.zeros(len(usable), bool)
    for _ in range(_MOST_ROUNDS):
        rows = np.flatnonzero(usable & ~out)
        merging = Merging(data.select(rows), names, anomalous=split)
        mean, error, count = merging.means(merging.set, 2 * len(merging.unique))
        own = 1 / merging.error**2
        others = np.maximum(1 / error[merging.set] ** 2 - own, 1e-12)
        of_others = (mean[merging.set] / error[merging.set] ** 2 - own * merging.intensity) / others
        off = (merging.intensity - of_others) / np.sqrt(merging.error**2 + 1 / others)
        n = count[merging.set]
        far = (np.abs(off) > limit) & (n > 2)
        if twice in ("REJECT", "LARGER", "SMALLER"):
            side = {"REJECT": True, "LARGER": off > 0, "SMALLER": off < 0}[twice]
            far |= (np.abs(off) > limit) & (n == 2) & side
        worst = np.zeros(2 * len(merging.unique))
        np.maximum.at(worst, merging.set, np.abs(off))
        now = far & ((np.abs(off) >= worst[merging.set]) | (n == 2))
        if not now.any():
            break
        out[rows[now]] = True
    return out
