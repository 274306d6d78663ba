"""Statistics of unmerged intensities by resolution, as CORRECT and XSCALE print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xds_standin.logs import Log
from xds_standin.parameters import Lattice

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_HEAD = """\
 SUBSET OF INTENSITY DATA WITH SIGNAL/NOISE >= -3.0 AS FUNCTION OF RESOLUTION
 RESOLUTION     NUMBER OF REFLECTIONS    COMPLETENESS R-FACTOR  R-FACTOR COMPARED I/SIGMA   R-meas  CC(1/2)  Anomal  SigAno   Nano
   LIMIT     OBSERVED  UNIQUE  POSSIBLE     OF DATA   observed  expected                                      Corr
"""
#: a correlation is marked that chance gives once in a thousand
_SIGNIFICANT = 3.09


def asymmetric(indices: Ints, group: int, *, friedel: bool) -> Ints:
    """Unique indices: mates of a pair alike (``friedel``), or the minus mate negative."""
    from cctbx import miller, sgtbx
    from cctbx.array_family import flex

    space_group = sgtbx.space_group_info(number=group)
    mapped = flex.miller_index([tuple(map(int, index)) for index in indices])
    miller.map_to_asu(space_group.type(), not friedel, mapped)
    return np.array(mapped.as_vec3_double().as_numpy_array().reshape(-1, 3), int)


def centric(indices: Ints, group: int) -> NDArray[np.bool_]:
    from cctbx import sgtbx
    from cctbx.array_family import flex

    space_group = sgtbx.space_group_info(number=group).group()
    wanted = flex.miller_index([tuple(map(int, index)) for index in indices])
    return space_group.is_centric(wanted).as_numpy_array()


def numbered(unique: Ints) -> Ints:
    """A number for each row, the same for equal rows."""
    _, numbers = np.unique(unique, axis=0, return_inverse=True)
    return np.asarray(numbers).reshape(-1)


def r_meas(indices: Ints, intensities: Floats, group: int) -> tuple[int, float, int]:
    """Unique reflections (mates alike), Rmeas in percent, and observations compared."""
    if not len(indices):
        return 0, 0.0, 0
    rates = _rates(numbered(asymmetric(indices, group, friedel=True)), intensities)
    return rates.unique, rates.r_meas, rates.compared


@dataclass(frozen=True)
class _Rates:
    unique: int
    compared: int
    r_observed: float
    r_meas: float


def _rates(numbers: Ints, intensities: Floats) -> _Rates:
    counts = np.bincount(numbers)
    means = np.bincount(numbers, intensities) / np.maximum(counts, 1)
    several = counts[numbers] > 1
    total = intensities[several].sum()
    off = np.abs(intensities - means[numbers])[several]
    factor = np.sqrt(counts[numbers] / np.maximum(counts[numbers] - 1, 1))[several]
    unique = int(np.count_nonzero(counts))
    if total <= 0:
        return _Rates(unique, int(several.sum()), -99.9, -99.9)
    rates = 100 * off.sum() / total, 100 * (factor * off).sum() / total
    return _Rates(unique, int(several.sum()), *map(float, rates))


@dataclass(frozen=True)
class Observations:
    """Accepted observations of one crystal form; ``friedel`` as in FRIEDEL'S_LAW=."""

    lattice: Lattice
    indices: Ints
    intensities: Floats
    errors: Floats
    friedel: bool

    def spacing(self) -> Floats:
        reciprocal = np.linalg.inv(np.array(self.lattice.axes))
        return 1 / np.linalg.norm(self.indices @ reciprocal.T, axis=1)

    def select(self, kept: NDArray[Any]) -> Observations:
        return Observations(
            self.lattice,
            self.indices[kept],
            self.intensities[kept],
            self.errors[kept],
            self.friedel,
        )


def shell_limits(spacing: Floats, shells: int) -> list[float]:
    """High limits (A) of shells of equal thickness in 1/d^2."""
    fine = 1 / spacing.min() ** 2
    return [float((number * fine / shells) ** -0.5) for number in range(1, shells + 1)]


def table(log: Log, observed: Observations, limits: Sequence[float]) -> None:
    """The table by shells (high limits in A, falling) with its total."""
    if not observed.friedel:
        log("       NOTE:      Friedel pairs are treated as different reflections.\n")
    log(_HEAD)
    strong = observed.select(observed.intensities >= -3 * observed.errors)
    spacing, possible = strong.spacing(), _possible(strong, limits)
    low = np.inf
    for high, could in zip(limits, possible, strict=True):
        inside = (spacing < low) & (spacing >= high - 1e-6)
        low = high - 1e-6
        log(f"{high:9.2f}" + _row(strong.select(inside), could))
    log("    total" + _row(strong, sum(possible)) + "\n\n")


def _possible(observed: Observations, limits: Sequence[float]) -> list[int]:
    from cctbx import crystal, miller

    symmetry = crystal.symmetry(
        unit_cell=observed.lattice.cell(), space_group=observed.lattice.crystal().get_space_group()
    )
    everything = miller.build_set(
        symmetry, anomalous_flag=not observed.friedel, d_min=limits[-1] - 1e-6
    )
    spacing = everything.d_spacings().data().as_numpy_array()
    within = [int(np.count_nonzero(spacing >= limit - 1e-6)) for limit in limits]
    return [within[0], *np.diff(within).tolist()]


def _row(observed: Observations, possible: int) -> str:
    if not len(observed.indices):
        return (
            f"{0:12d}{0:8d}{possible:10d}{0:11.1f}%{-99.9:10.1f}%{-99.9:9.1f}%{0:9d}{0:8.2f}"
            f"{-99.9:9.1f}%{0:8.1f} {0:6d} {0:8.3f}{0:8d}"
        )
    group = observed.lattice.group
    numbers = numbered(asymmetric(observed.indices, group, friedel=observed.friedel))
    rates = _rates(numbers, observed.intensities)
    cc, marked = _half_correlation(numbers, observed.intensities)
    anomalous = _anomalous(observed)
    return (
        f"{len(numbers):12d}{rates.unique:8d}{possible:10d}"
        f"{100 * rates.unique / max(possible, 1):11.1f}%{rates.r_observed:10.1f}%"
        f"{_expected(numbers, observed):9.1f}%{rates.compared:9d}"
        f"{_signal(numbers, observed):8.2f}{rates.r_meas:9.1f}%{100 * cc:8.1f}{'*' if marked else ' '}"
        f"{anomalous}"
    )


def _expected(numbers: Ints, observed: Observations) -> float:
    """The R-factor that the errors let expect, percent."""
    counts = np.bincount(numbers)[numbers]
    several = counts > 1
    total = observed.intensities[several].sum()
    if total <= 0:
        return -99.9
    off = np.sqrt(2 / np.pi * (1 - 1 / counts[several])) * observed.errors[several]
    return float(100 * off.sum() / total)


def merged(numbers: Ints, intensities: Floats, errors: Floats) -> tuple[Floats, Floats, Ints]:
    """Weighted means, their errors and how many there were, by number."""
    weights = 1 / np.maximum(errors, 1e-9) ** 2
    total = np.bincount(numbers, weights)
    safe = np.where(total > 0, total, 1)
    return np.bincount(numbers, weights * intensities) / safe, safe**-0.5, np.bincount(numbers)


def _signal(numbers: Ints, observed: Observations) -> float:
    means, errors, counts = merged(numbers, observed.intensities, observed.errors)
    return float(np.mean((means / errors)[counts > 0]))


def _halves(numbers: Ints) -> NDArray[np.bool_]:
    """For each observation whether it is in the first of two random halves of its group."""
    chance = np.random.default_rng(0).random(len(numbers))
    order = np.lexsort([chance, numbers])
    rank = np.empty(len(numbers), int)
    rank[order] = np.arange(len(numbers))
    starts = np.concatenate([[0], np.cumsum(np.bincount(numbers))[:-1]])
    return (rank - starts[numbers]) % 2 == 0


def _half_means(numbers: Ints, intensities: Floats, size: int) -> tuple[Floats, Floats]:
    """Means of both halves; not a number where one is empty."""
    first = _halves(numbers)
    means = []
    for half in (first, ~first):
        counts = np.bincount(numbers[half], minlength=size)
        sums = np.bincount(numbers[half], intensities[half], minlength=size)
        means.append(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
    return means[0], means[1]


def _half_correlation(numbers: Ints, intensities: Floats) -> tuple[float, bool]:
    return _correlation(*_half_means(numbers, intensities, int(numbers.max()) + 1))


def _correlation(first: Floats, second: Floats) -> tuple[float, bool]:
    """And whether it is significant at the level of 0.1 %."""
    both = ~np.isnan(first) & ~np.isnan(second)
    pairs = int(both.sum())
    if pairs < 3 or first[both].std() == 0 or second[both].std() == 0:
        return 0.0, False
    found = float(np.corrcoef(first[both], second[both])[0, 1])
    strength = found * np.sqrt((pairs - 2) / max(1 - found**2, 1e-9))
    return found, bool(strength > _SIGNIFICANT)


def _anomalous(observed: Observations) -> str:
    """Anomal Corr, SigAno and Nano: of acentric pairs with two observations of each mate."""
    group = observed.lattice.group
    pairs = numbered(asymmetric(observed.indices, group, friedel=True))
    signed = asymmetric(observed.indices, group, friedel=False)
    size = int(pairs.max()) + 1
    plus = (signed == asymmetric(observed.indices, group, friedel=True)).all(axis=1)
    plus &= ~centric(observed.indices, group)
    minus = ~plus & ~centric(observed.indices, group)
    sides = []
    for side in (plus, minus):
        chosen = observed.select(side)
        counts = np.bincount(pairs[side], minlength=size)
        halves = _half_means(pairs[side], chosen.intensities, size) if side.any() else None
        means, errors = np.zeros(size), np.ones(size)
        if side.any():
            found = merged(pairs[side], chosen.intensities, chosen.errors)
            means[: len(found[0])], errors[: len(found[0])] = found[0], found[1]
        sides.append((counts, halves, means, errors))
    (n_plus, halves_plus, i_plus, s_plus), (n_minus, halves_minus, i_minus, s_minus) = sides
    used = (n_plus >= 2) & (n_minus >= 2)
    if not used.any() or halves_plus is None or halves_minus is None:
        return f"{0:6d} {0:8.3f}{0:8d}"
    correlation, marked = _correlation(
        *((p - m)[used] for p, m in zip(halves_plus, halves_minus, strict=True))
    )
    signal = np.mean((np.abs(i_plus - i_minus) / np.hypot(s_plus, s_minus))[used])
    return f"{100 * correlation:6.0f}{'*' if marked else ' '}{signal:8.3f}{used.sum():8d}"


def means_by_index(indices: Ints, intensities: Floats, group: int) -> dict[tuple[int, ...], float]:
    """Mean intensities by unique index, mates of a pair together."""
    unique = asymmetric(indices, group, friedel=True)
    rows, numbers = np.unique(unique, axis=0), numbered(unique)
    means = np.bincount(numbers, intensities) / np.bincount(numbers)
    return dict(zip(map(tuple, rows.tolist()), means.tolist(), strict=True))


def short_table(log: Log, observed: Observations, limits: Sequence[float]) -> None:
    """R-factors by shells alone, as XSCALE prints them for its input."""
    log(" RESOLUTION   R-FACTOR   R-FACTOR   COMPARED")
    log("   LIMIT      observed   expected\n")
    spacing, low = observed.spacing(), np.inf
    for high in limits:
        inside = (spacing < low) & (spacing >= high - 1e-6)
        low = high - 1e-6
        log(f"{high:9.2f}" + _short_row(observed.select(inside)))
    log("    total" + _short_row(observed) + "\n\n")


def _short_row(observed: Observations) -> str:
    if not len(observed.indices):
        return f"{-99.9:12.1f}%{-99.9:10.1f}%{0:10d}"
    numbers = numbered(
        asymmetric(observed.indices, observed.lattice.group, friedel=observed.friedel)
    )
    rates = _rates(numbers, observed.intensities)
    return f"{rates.r_observed:12.1f}%{_expected(numbers, observed):10.1f}%{rates.compared:10d}"
