"""Merged intensities and the statistics of merging, in shells of equal steps of 1/d^2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xds_standin.statistics import _halves as halves

from ccp4_standin.observations import Floats, Ints, Names, Unmerged, indices

Flags = NDArray[np.bool_]
_LEAST_PAIRS = 3


@dataclass(frozen=True)
class Rates:
    """R values, not in percent."""

    merge: float
    meas: float
    pim: float
    count: int


class Merging:
    """Accepted observations of one data set; ``anomalous`` keeps I+ and I- apart."""

    def __init__(self, data: Unmerged, names: Names, *, anomalous: bool) -> None:
        self.data, self.names, self.anomalous = data, names, anomalous
        self.intensity, self.error = data.columns.intensity, data.columns.error
        self.spacing = data.spacing()
        hkl = _asu(data, friedel=True)
        signed = _asu(data, friedel=False)
        self.minus: Flags = (hkl != signed).any(axis=1)
        """of an acentric reflection, on its minus side"""
        self.unique, self.pair = np.unique(hkl, axis=0, return_inverse=True)
        self.pair = np.asarray(self.pair).reshape(-1)
        self.centric: Flags = data.group.is_centric(indices(self.unique)).as_numpy_array()
        self.side = 2 * self.pair + self.minus
        self.set = self.side if anomalous else self.pair
        """what belongs together"""
        self.half: Flags = halves(self.side)

    @cached_property
    def unique_spacing(self) -> Floats:
        found = np.zeros(len(self.unique))
        found[self.pair] = self.spacing
        return found

    def means(
        self, numbers: Ints, size: int, chosen: Flags | None = None
    ) -> tuple[Floats, Floats, Ints]:
        """Weighted mean, its error and the count of each number."""
        use = np.ones(len(numbers), bool) if chosen is None else chosen
        weight = 1 / self.error[use] ** 2
        total = np.bincount(numbers[use], weight, minlength=size)
        safe = np.where(total > 0, total, 1)
        mean = np.bincount(numbers[use], weight * self.intensity[use], minlength=size) / safe
        return mean, safe**-0.5, np.bincount(numbers[use], minlength=size)

    @cached_property
    def overall(self) -> tuple[Floats, Floats, Ints]:
        """IMEAN, SIGIMEAN and N of each unique reflection."""
        return self.means(self.pair, len(self.unique))

    @cached_property
    def sides(self) -> tuple[Floats, Floats, Ints]:
        """The same of both sides: I(+) at 2 n, I(-) at 2 n + 1."""
        return self.means(self.side, 2 * len(self.unique))

    def rates(self, chosen: Flags, *, within: bool) -> Rates:
        numbers = self.set if within else self.pair
        size = 2 * len(self.unique)
        mean, _, _ = self.means(numbers, size)
        count = np.bincount(numbers, minlength=size)
        use = chosen & (count[numbers] > 1)
        total = mean[numbers[use]].sum()
        if total <= 0:
            return Rates(0.0, 0.0, 0.0, int(use.sum()))
        off = np.abs(self.intensity - mean[numbers])[use]
        n = count[numbers][use]
        values = (off.sum(), (np.sqrt(n / (n - 1)) * off).sum(), (np.sqrt(1 / (n - 1)) * off).sum())
        merge, meas, pim = (float(value / total) for value in values)
        return Rates(merge, meas, pim, int(use.sum()))

    def deviations(self, chosen: Flags) -> Floats:
        """From the mean of the set, over its error; of what was measured several times."""
        mean, _, count = self.means(self.set, 2 * len(self.unique))
        use = chosen & (count[self.set] > 1)
        n = count[self.set][use]
        off = (self.intensity - mean[self.set])[use]
        return np.asarray(off * np.sqrt(n / (n - 1)) / self.error[use])

    def chi_squared(self, chosen: Flags) -> float:
        found = self.deviations(chosen)
        return float((found**2).mean()) if len(found) else 0.0

    def signal(self, wanted: Flags) -> float:
        """Mean I/sd of unique reflections."""
        mean, error, count = self.overall
        use = wanted & (count > 0)
        return float((mean / error)[use].mean()) if use.any() else 0.0

    def half_means(self, wanted: Flags) -> tuple[Floats, Floats]:
        found = [self.means(self.pair, len(self.unique), half) for half in (self.half, ~self.half)]
        both = wanted & (found[0][2] > 0) & (found[1][2] > 0)
        return found[0][0][both], found[1][0][both]

    def cc_half(self, wanted: Flags) -> tuple[float, int]:
        return correlated(*self.half_means(wanted))

    def half_differences(self, wanted: Flags) -> tuple[Floats, Floats]:
        """I+ less I- in both halves."""
        size = 2 * len(self.unique)
        found = [self.means(self.side, size, half) for half in (self.half, ~self.half)]
        both = wanted & ~self.centric
        for _, _, count in found:
            both = both & (count[::2] > 0) & (count[1::2] > 0)
        one, two = ((mean[::2] - mean[1::2])[both] for mean, _, _ in found)
        return one, two

    def cc_anomalous(self, wanted: Flags) -> tuple[float, int, float]:
        """Correlation, number, and the ratio of RMS along and across the diagonal."""
        one, two = self.half_differences(wanted)
        across = float(((one - two) ** 2).mean()) if len(one) else 0.0
        ratio = float(np.sqrt(((one + two) ** 2).mean() / across)) if across > 0 else 0.0
        return (*correlated(one, two), ratio)

    def pairs(self) -> Flags:
        """Acentric reflections with both sides measured."""
        count = self.sides[2]
        return np.asarray(~self.centric & (count[::2] > 0) & (count[1::2] > 0))

    def slope(self) -> float:
        """Of the middle of the normal probability plot of anomalous differences."""
        from statistics import NormalDist

        mean, error, _ = self.sides
        both = self.pairs()
        if both.sum() < 10:
            return 0.0
        found = ((mean[::2] - mean[1::2]) / np.hypot(error[::2], error[1::2]))[both]
        found = np.sort(found)
        expected = np.array(
            [NormalDist().inv_cdf((n + 0.5) / len(found)) for n in range(len(found))]
        )
        middle = np.abs(expected) < 0.9
        return float(np.polyfit(expected[middle], found[middle], 1)[0])

    def possible(self) -> tuple[Floats, Flags]:
        """Spacing of everything that could be measured, and whether it is centric."""
        from cctbx import crystal, miller

        # with reflections that screw axes make absent: they are measured as well
        group = self.data.group.build_derived_reflection_intensity_group(anomalous_flag=True)
        everything = miller.build_set(
            crystal.symmetry(unit_cell=self.data.symmetry().unit_cell(), space_group=group),
            anomalous_flag=False,
            d_min=float(self.spacing.min()) - 1e-5,
            d_max=float(self.spacing.max()) + 1e-5,
        )
        return (
            everything.d_spacings().data().as_numpy_array(),
            everything.centric_flags().data().as_numpy_array(),
        )


def correlated(one: Floats, two: Floats) -> tuple[float, int]:
    if len(one) < _LEAST_PAIRS or one.std() == 0 or two.std() == 0:
        return 0.0, len(one)
    return float(np.corrcoef(one, two)[0, 1]), len(one)


def _asu(data: Unmerged, *, friedel: bool) -> Ints:
    from cctbx import miller

    found: Any = indices(data.columns.hkl)
    miller.map_to_asu(data.group.type(), not friedel, found)
    return np.rint(found.as_vec3_double().as_numpy_array().reshape(-1, 3)).astype(int)


@dataclass(frozen=True)
class Shells:
    """Edges in 1/d^2 from zero, in equal steps."""

    edges: Floats

    @classmethod
    def of(cls, high: float, count: int) -> Shells:
        return cls(np.linspace(0, 1 / high**2, count + 1))

    def number(self, spacing: Floats) -> Ints:
        at = np.searchsorted(self.edges, 1 / spacing**2, side="left") - 1
        return np.clip(at, 0, len(self.edges) - 2)

    def middles(self) -> Floats:
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)

    def limits(self, shell: int, low: float, high: float) -> tuple[float, float]:
        """Low and high limit in A, within those of the data."""
        begin = self.edges[shell] ** -0.5 if self.edges[shell] > 0 else low
        return min(begin, low), max(self.edges[shell + 1] ** -0.5, high)
