"""Which sweeps are one data set: by name, else by wavelength; and what looks wrong about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sweepwright.model.choice_types import Grouping
from sweepwright.model.diagnostic import Diagnostic, warning
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import Resolved

#: wavelengths nearer than this, or within this, are taken for one by other programs too, A
_USUAL_TOLERANCE_A = 0.00005
#: of its value, in each wavelength: what is lost in headers with five decimals
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Cluster:
    """Sweeps of one data set and their mean wavelength (A), weighted by images."""

    name: str
    sweeps: tuple[ResolvedSweep, ...]
    wavelength_a: float

    @property
    def spread_a(self) -> float:
        """The largest difference of two wavelengths, A."""
        values = [wavelength(sweep) for sweep in self.sweeps]
        return max(values) - min(values)


def wavelength(sweep: ResolvedSweep) -> float:
    """The wavelength of a sweep, A."""
    return float(sweep.leaves.known("geometry.wavelength"))


def clusters(sweeps: Sequence[ResolvedSweep], grouping: Grouping) -> list[Cluster]:
    """The data sets by rising wavelength; those without a name are ``w1, w2 ...``.

    With a tolerance, sorted wavelengths are one data set while its spread stays within it; with
    decimals or significant digits, when they round to the same number.
    """
    named: dict[str, list[ResolvedSweep]] = {}
    for sweep in sweeps:
        if sweep.dataset:
            named.setdefault(sweep.dataset, []).append(sweep)
    rest = _by_wavelength([sweep for sweep in sweeps if not sweep.dataset], grouping)
    found = [_cluster(name, members) for name, members in named.items()]
    free = (name for n in range(1, len(sweeps) + len(named) + 1) if (name := f"w{n}") not in named)
    found += [_cluster(name, members) for name, members in zip(free, rest, strict=False)]
    return sorted(found, key=lambda cluster: cluster.wavelength_a)


def _by_wavelength(
    sweeps: Sequence[ResolvedSweep], grouping: Grouping
) -> list[list[ResolvedSweep]]:
    groups: list[list[ResolvedSweep]] = []
    for sweep in sorted(sweeps, key=wavelength):
        if groups and _one(wavelength(groups[-1][0]), wavelength(sweep), grouping):
            groups[-1].append(sweep)
        else:
            groups.append([sweep])
    order = {sweep.name: index for index, sweep in enumerate(sweeps)}
    return [sorted(group, key=lambda sweep: order[sweep.name]) for group in groups]


def _one(first: float, second: float, grouping: Grouping) -> bool:
    if grouping.kind == "tolerance":
        return second - first <= grouping.amount + _ROUNDING
    digits = int(grouping.amount)
    spell = f".{digits}f" if grouping.kind == "decimals" else f".{digits - 1}e"
    return format(first, spell) == format(second, spell)


def _cluster(name: str, sweeps: list[ResolvedSweep]) -> Cluster:
    images = sum(len(sweep.images) for sweep in sweeps)
    total = sum(len(sweep.images) * wavelength(sweep) for sweep in sweeps)
    return Cluster(name, tuple(sweeps), float(f"{total / images:.12g}"))


def doubts(found: Sequence[Cluster], rule: Resolved[Grouping]) -> Iterator[Diagnostic]:
    """SW-L045 to SW-L048: near ties, wide data sets, names that hide or invent a difference."""
    near = _nearness(rule.known, found)
    for low, high in pairwise(found):
        gap = high.wavelength_a - low.wavelength_a
        both_named = all(cluster.sweeps[0].dataset for cluster in (low, high))
        if both_named and gap <= _USUAL_TOLERANCE_A:
            message = f"data sets {low.name} and {high.name} differ only in name: both have {_a(low.wavelength_a)}"
            help_ = "That is right for parts of one experiment; else give them one name."
            yield warning("SW-L048", message, help=help_)
        elif not both_named and gap <= near:
            message = (
                f"wavelengths {_a(low.wavelength_a)} and {_a(high.wavelength_a)} are {_a(gap)} apart "
                f"and make two data sets, {low.name} and {high.name}"
            )
            help_ = (
                "Name them with 'dataset:' if they are two; else set "
                f"'processing: {{wavelengths: {{tolerance: {2 * gap:.6f} A}}}}'."
            )
            yield warning("SW-L045", message, rule.origin.span, help=help_)
    for cluster in found:
        if cluster.spread_a <= _USUAL_TOLERANCE_A + _ROUNDING:
            continue
        which = " and ".join(f"{s.name} ({_a(wavelength(s))})" for s in _ends(cluster))
        message = f"data set {cluster.name} holds wavelengths {_a(cluster.spread_a)} apart: {which}"
        if cluster.sweeps[0].dataset:
            yield warning("SW-L047", message, help="Give the sweeps different 'dataset:' names.")
        else:
            help_ = "Near an absorption edge these are different data: lower the tolerance."
            yield warning("SW-L046", message, rule.origin.span, help=help_)


def _ends(cluster: Cluster) -> tuple[ResolvedSweep, ResolvedSweep]:
    ordered = sorted(cluster.sweeps, key=wavelength)
    return ordered[0], ordered[-1]


def _nearness(grouping: Grouping, found: Sequence[Cluster]) -> float:
    """Two data sets nearer than this are a near tie, A."""
    if grouping.kind == "tolerance":
        return 2 * grouping.amount
    if grouping.kind == "decimals":
        return float(10.0 ** -int(grouping.amount) * 1.5)
    largest = max(cluster.wavelength_a for cluster in found)
    return float(10.0 ** (len(str(int(largest))) - (largest < 1) - int(grouping.amount)) * 1.5)


def _a(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".") + " A"
