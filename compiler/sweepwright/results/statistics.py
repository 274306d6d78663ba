"""Merging statistics by resolution, after the published definitions.

For reflection h with n observations I_i: <I> is the mean with weights 1/sigma^2 (in numerator and
denominator of the R values, as AIMLESS has it); reflections observed once are left out of them.

======================  ======================================================================
``r_merge``             sum_h sum_i |I_i - <I>| / sum_h n <I>
``r_meas``              the same with sqrt(n/(n-1)) before the inner sum; Diederichs & Karplus,
                        Nat. Struct. Biol. 4 (1997) 269
``r_pim``               with sqrt(1/(n-1)); Weiss, J. Appl. Cryst. 34 (2001) 130
``cc_half``             CC1/2 (Karplus & Diederichs, Science 336 (2012) 1030) by the sigma-tau
                        method of Assmann, Brehm & Diederichs, J. Appl. Cryst. 49 (2016) 1021:
                        (s_y - s_e/2) / (s_y + s_e/2); s_y is the variance of the plain means
                        among reflections, s_e the mean of 2 var(I_i)/n
``cc_half_n``           number of reflections with n > 1, on which ``cc_half`` rests
``mean_i_over_sigma``   mean of <I>/sigma(<I>) over unique reflections, sigma propagated
``completeness``        unique / possible; systematic absences are in neither
``multiplicity``        observations / unique
``anomalous_*``         completeness: acentric reflections with I+ and I- / possible acentric
                        ones; multiplicity: observations per I+ or I- of those reflections
``cc_ano``              Pearson correlation of <I+> - <I-> between two halves of the
                        observations (``merge.half_means``), on ``cc_ano_n`` reflections;
                        Evans, Acta Cryst. D62 (2006) 72
``r_anom``              sum |<I+> - <I->| / sum |(<I+> + <I->)/2|, as iotbx has it
``sig_ano``             mean of |<I+> - <I->| / sigma(<I+> - <I->); 0.80 is pure noise
======================  ======================================================================

Sigma-tau was taken for CC1/2 because it needs no random numbers and scatters less than one random
halving. CC1/2, <I/sigma>, completeness and multiplicity are of I+ and I- together; the R values are
given for both ways, and the plain names follow ``anomalous``. R values are not clipped: in shells
without signal they may be huge or negative. Not defined (nothing to average) is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import gemmi
import numpy as np

from sweepwright.results.merge import Merged, half_means, in_order, mates, merge
from sweepwright.results.model import MergingStatistics, RValues, ShellStatistics
from sweepwright.results.observations import Floats, Integers, Observations, d_star_squared

# Reflections that lie on a limit to within rounding of the cell belong to it.
_ON_LIMIT = 1e-9
# A variance that is this small a part of the mean square is rounding of the sums: there is none.
_ROUNDING = 1e-12
Sums = dict[str, Floats]


def merging_statistics(
    observations: Observations,
    *,
    d_min: float | None = None,
    d_max: float | None = None,
    anomalous: bool,
    shells: int = 10,
) -> MergingStatistics:
    """Statistics in ``shells`` shells of equal volume between the limits (A; default: the data's).

    ``inner`` and ``outer`` are the first and the last shell. Raises ValueError without observations
    between the limits.
    """
    chosen, edges = _within_limits(observations, d_min, d_max, shells)
    ordered = in_order(chosen)
    together, apart = merge(ordered, apart=False), merge(ordered, apart=True)

    def shell_of(hkl: np.ndarray) -> Integers:
        return shell_numbers(d_star_squared(hkl, observations.cell), edges)

    sums = {
        **_possible(observations, edges, shell_of),
        **_counts_and_cc(together, shell_of(together.hkl), shells),
        **_r_sums(together, shell_of(together.hkl), shells, "all"),
        **_r_sums(apart, shell_of(apart.hkl), shells, "within"),
        **_anomalous_sums(ordered, apart, shell_of, shells),
    }
    rows = tuple(
        _statistics(
            {name: float(values[i]) for name, values in sums.items()}, edges[i : i + 2], anomalous
        )
        for i in range(shells)
    )
    total = {name: float(values.sum()) for name, values in sums.items()}
    return MergingStatistics(
        anomalous=anomalous,
        overall=_statistics(total, edges[[0, -1]], anomalous),
        inner=rows[0],
        outer=rows[-1],
        shells=rows,
    )


def shell_edges(d_max: float, d_min: float, shells: int) -> Floats:
    """Edges (shells + 1,) in 1/A^2 of shells of equal volume in reciprocal space, from d_max on."""
    edges: Floats = np.linspace(d_max**-3.0, d_min**-3.0, shells + 1) ** (2 / 3)
    return edges


def shell_numbers(values: Floats, edges: Floats) -> Integers:
    """The shell of each 1/d^2 (n,), 0 first; values beyond the limits go to the nearest shell."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def _within_limits(
    observations: Observations, d_min: float | None, d_max: float | None, shells: int
) -> tuple[Observations, Floats]:
    """The present observations between the limits, without absences, and the edges of the shells."""
    values = observations.d_star_squared
    keep = (values > 0) & ~observations.group.operations().systematic_absences(observations.hkl)
    if d_max is not None:
        keep &= values >= d_max**-2.0 * (1 - _ON_LIMIT)
    if d_min is not None:
        keep &= values <= d_min**-2.0 * (1 + _ON_LIMIT)
    if not keep.any():
        raise ValueError("there are no observations between the resolution limits")
    low = d_max or float(values[keep].min()) ** -0.5
    high = d_min or float(values[keep].max()) ** -0.5
    chosen = observations if keep.all() else observations.select(keep)
    return chosen, shell_edges(low, high, shells)


def _possible(
    observations: Observations, edges: Floats, shell_of: Callable[[np.ndarray], Integers]
) -> Sums:
    """Possible reflections of the space group by shell; absences are not among them."""
    d_max, d_min = edges[[0, -1]] ** -0.5
    group, cell = observations.group, gemmi.UnitCell(*observations.cell)
    hkl = gemmi.make_miller_array(cell, group, d_min * (1 - _ON_LIMIT), d_max * (1 + _ON_LIMIT))
    shell = shell_of(hkl)
    acentric = ~group.operations().centric_flag_array(hkl)
    count = len(edges) - 1
    return {
        "possible": _by_shell(shell, count),
        "possible_acentric": _by_shell(shell, count, acentric.astype(np.float64)),
    }


def _counts_and_cc(together: Merged, shell: Integers, shells: int) -> Sums:
    several = together.count > 1
    mean = np.where(several, together.mean, 0.0)
    terms = {
        "observations": together.count,
        "unique": np.ones(len(shell)),
        "i_over_sigma": together.weighted_mean / together.sigma,
        "cc_half_n": several,
        "mean": mean,
        "mean_squared": mean**2,
        "error": np.where(several, 2 * together.variance / together.count, 0.0),
    }
    return {name: _by_shell(shell, shells, values) for name, values in terms.items()}


def _r_sums(merged: Merged, shell: Integers, shells: int, which: str) -> Sums:
    count = merged.count.astype(np.float64)
    several = count > 1
    others = np.maximum(count - 1, 1)
    terms = {
        "merge": merged.deviation,
        "meas": merged.deviation * np.sqrt(count / others),
        "pim": merged.deviation * np.sqrt(1 / others),
        "intensity": count * merged.weighted_mean,
    }
    return {
        f"{name}_{which}": _by_shell(shell, shells, np.where(several, values, 0.0))
        for name, values in terms.items()
    }


def _anomalous_sums(
    ordered: Observations, apart: Merged, shell_of: Callable[[np.ndarray], Integers], shells: int
) -> Sums:
    plus, minus = mates(apart)
    shell = shell_of(apart.hkl[plus])
    difference = apart.weighted_mean[plus] - apart.weighted_mean[minus]
    terms = {
        "pairs": np.ones(len(plus)),
        "pair_observations": apart.count[plus] + apart.count[minus],
        "difference": np.abs(difference),
        "pair_mean": np.abs(apart.weighted_mean[plus] + apart.weighted_mean[minus]) / 2,
        "signal": np.abs(difference) / np.hypot(apart.sigma[plus], apart.sigma[minus]),
    }
    first, second = half_means(ordered, apart)
    x, y = first[plus] - first[minus], second[plus] - second[minus]
    both = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(both, x, 0.0), np.where(both, y, 0.0)
    terms |= {"cc_ano_n": both, "x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y}
    return {name: _by_shell(shell, shells, values) for name, values in terms.items()}


def _by_shell(shell: Integers, shells: int, values: np.ndarray | None = None) -> Floats:
    return np.bincount(shell, weights=values, minlength=shells).astype(np.float64)


def _statistics(sums: Mapping[str, float], edges: Floats, anomalous: bool) -> ShellStatistics:
    """The statistics from the sums over one shell, or over all of them."""
    r_values = {
        f"r_{name}_{which}": _ratio(sums[f"{name}_{which}"], sums[f"intensity_{which}"])
        for name in ("merge", "meas", "pim")
        for which in ("all", "within")
    }
    chosen = "within" if anomalous else "all"
    return ShellStatistics(
        d_max=float(edges[0] ** -0.5),
        d_min=float(edges[1] ** -0.5),
        observations=int(sums["observations"]),
        unique=int(sums["unique"]),
        possible=int(sums["possible"]),
        completeness=_ratio(sums["unique"], sums["possible"]),
        multiplicity=_ratio(sums["observations"], sums["unique"]),
        mean_i_over_sigma=_ratio(sums["i_over_sigma"], sums["unique"]),
        r_values=RValues.WITHIN if anomalous else RValues.ALL,
        r_merge=r_values[f"r_merge_{chosen}"],
        r_meas=r_values[f"r_meas_{chosen}"],
        r_pim=r_values[f"r_pim_{chosen}"],
        **r_values,
        cc_half=_sigma_tau(sums),
        cc_half_n=int(sums["cc_half_n"]),
        anomalous_completeness=_ratio(sums["pairs"], sums["possible_acentric"]),
        anomalous_multiplicity=_ratio(sums["pair_observations"], 2 * sums["pairs"]),
        cc_ano=_pearson(sums),
        cc_ano_n=int(sums["cc_ano_n"]),
        r_anom=_ratio(sums["difference"], sums["pair_mean"]),
        sig_ano=_ratio(sums["signal"], sums["pairs"]),
    )


def _sigma_tau(sums: Mapping[str, float]) -> float | None:
    n = sums["cc_half_n"]
    if n < 2:
        return None
    variance = (sums["mean_squared"] - sums["mean"] ** 2 / n) / (n - 1)
    error = sums["error"] / n
    if variance + error / 2 <= _ROUNDING * sums["mean_squared"] / n:
        return None
    return _ratio(variance - error / 2, variance + error / 2)


def _pearson(sums: Mapping[str, float]) -> float | None:
    n = sums["cc_ano_n"]
    if n < 3:
        return None
    spread_x = sums["xx"] - sums["x"] ** 2 / n
    spread_y = sums["yy"] - sums["y"] ** 2 / n
    if spread_x <= _ROUNDING * sums["xx"] or spread_y <= _ROUNDING * sums["yy"]:
        return None
    return _ratio(sums["xy"] - sums["x"] * sums["y"] / n, math.sqrt(spread_x * spread_y))


def _ratio(numerator: float, denominator: float) -> float | None:
    """The quotient, or None where it does not exist."""
    if denominator == 0 or not math.isfinite(numerator / denominator):
        return None
    return numerator / denominator
