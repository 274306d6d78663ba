"""Where the data end: a resolution limit from smooth fits over shells, with its evidence.

Each criterion that is on is read from low resolution upward on its fit; its limit is where the fit,
once it has met the criterion, first fails it, and not beyond the last shell that meets it by itself.
The limit of the data is the worst of these and never beyond the last shell that could be judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sweepwright.programs.ice import ice_rings
from sweepwright.results.fits import smooth, tanh_fit
from sweepwright.results.model import ShellStatistics
from sweepwright.results.observations import Flags, Floats, Observations
from sweepwright.results.statistics import merging_statistics

LEAST_PAIRS = 50
LEAST_SHELLS, MOST_SHELLS = 20, 50
_OBSERVATIONS_A_SHELL = 1000
# A shell counts as on an ice ring when this part of its volume is inside one; the fit bridges it.
_ICE_SHARE = 1 / 3
_LEAST_USED = 5
# Criterion -> the statistic it is read from; R_pim over I+ and I- together, as autoPROC has it.
_STATISTIC = {
    "cc_half": "cc_half",
    "i_over_sigma": "mean_i_over_sigma",
    "r_pim": "r_pim_all",
    "completeness": "completeness",
}
CRITERIA = tuple(_STATISTIC)
# A value this many times worse than its criterion says "no signal" and no more; if it said how bad,
# empty shells would pull the fit's crossing inward.
_WORST = 4.0


@dataclass(frozen=True, slots=True)
class ShellEvidence:
    """One shell as the rule saw it; ``left_out`` says why it was not used (empty: it was)."""

    d_max: float
    d_min: float
    pairs: int
    left_out: str
    values: dict[str, float | None]
    fits: dict[str, float]


@dataclass(frozen=True, slots=True)
class ResolutionDecision:
    """The limit in A, which criterion set it ("data": none did), and what it was read from.

    ``value`` is rounded to 0.01 A, towards low resolution, so that noise in the last digits of the
    statistics does not change what later programs are told; ``limits`` are not rounded.
    """

    value: float
    limited_by: str
    criteria: dict[str, float]
    limits: dict[str, float]
    shells: tuple[ShellEvidence, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Value, rule and evidence as plain data."""
        return asdict(self)


def resolution_limit(
    observations: Observations, *, criteria: Mapping[str, float], anomalous: bool
) -> ResolutionDecision:
    """The resolution limit by the criteria that are on (0 or absent: off).

    ``criteria`` maps ``cc_half``, ``i_over_sigma``, ``r_pim`` or ``completeness`` to its value at
    the limit. Raises ValueError for another criterion, or without observations.
    """
    unknown = sorted(set(criteria) - set(CRITERIA))
    if unknown:
        raise ValueError(f"unknown criterion {', '.join(unknown)}; there are {', '.join(CRITERIA)}")
    chosen = {name: float(criteria[name]) for name in CRITERIA if criteria.get(name)}
    count = min(max(len(observations) // _OBSERVATIONS_A_SHELL, LEAST_SHELLS), MOST_SHELLS)
    shells = merging_statistics(observations, anomalous=anomalous, shells=count).shells
    return _decide(shells, chosen)


def _decide(shells: tuple[ShellStatistics, ...], criteria: dict[str, float]) -> ResolutionDecision:
    reasons = [_left_out(shell) for shell in shells]
    used = np.array([not reason for reason in reasons])
    if used.sum() < _LEAST_USED:
        note = f"Fewer than {_LEAST_USED} shells have {LEAST_PAIRS} pairs: all data are kept, nothing was judged"
        evidence = _evidence(shells, reasons, {})
        return ResolutionDecision(
            _rounded(shells[-1].d_min), "data", criteria, {}, evidence, (note,)
        )
    end = max(i for i, shell in enumerate(shells) if shell.cc_half_n >= LEAST_PAIRS)
    fits = {name: _fit(name, criteria[name], shells, used) for name in criteria}
    crossings = {
        name: _crossing(name, fits[name], criteria[name], shells[: end + 1]) for name in criteria
    }
    limits = {
        name: max(crossing, _last_meeting(name, criteria[name], shells, used))
        for name, crossing in crossings.items()
        if crossing is not None
    }
    last = shells[end].d_min
    value = max([last, *limits.values()])
    limited_by = next((name for name, limit in limits.items() if limit == value), "data")
    notes = [
        f"No shell meets {name} {criteria[name]:g}"
        for name in criteria
        if not _meets(name, fits[name][: end + 1], criteria[name]).any()
    ]
    if end < len(shells) - 1:
        notes.append(
            f"The shells beyond {last:.2f} A have under {LEAST_PAIRS} pairs and were not judged"
        )
    return ResolutionDecision(
        _rounded(value),
        limited_by,
        criteria,
        limits,
        _evidence(shells, reasons, fits),
        tuple(notes),
    )


def _rounded(d: float) -> float:
    """To 0.01 A towards low resolution; 0.001 A beyond is let pass, so 1.5502 gives 1.55."""
    return math.ceil(d * 100 - 0.1) / 100


def _left_out(shell: ShellStatistics) -> str:
    if shell.cc_half_n < LEAST_PAIRS:
        return f"under {LEAST_PAIRS} pairs"
    first, last = shell.d_max**-3, shell.d_min**-3
    in_rings = sum(
        max(0.0, min(last, high**-3) - max(first, low**-3))
        for low, high in (ring.window for ring in ice_rings())
    )
    return "ice ring" if in_rings > _ICE_SHARE * (last - first) else ""


def _value(name: str, shell: ShellStatistics) -> float | None:
    value: float | None = getattr(shell, _STATISTIC[name])
    return value


def _fit(name: str, threshold: float, shells: tuple[ShellStatistics, ...], used: Flags) -> Floats:
    """The fit of a criterion's statistic at the middle of every shell (n,)."""
    raw = [_value(name, shell) for shell in shells]
    weights = (
        np.array([shell.cc_half_n for shell in shells])
        * used
        * [value is not None for value in raw]
    )
    y = np.array([0.0 if value is None else value for value in raw])
    if name == "cc_half":
        return tanh_fit(_middles(shells), y, weights)
    if name == "completeness":
        return smooth(y, weights)
    # An R value of 0 or less has a mean intensity below 0: as bad as it can be, not as good.
    worst = threshold * _WORST if name == "r_pim" else threshold / _WORST
    y = np.where(y > 0, y, worst)
    y = np.minimum(y, worst) if name == "r_pim" else np.maximum(y, worst)
    return np.exp(smooth(np.log(y), weights))


def _crossing(
    name: str, fit: Floats, threshold: float, shells: tuple[ShellStatistics, ...]
) -> float | None:
    """Where, in A, the fit first fails after it met the criterion; None: it does not fail.

    A criterion that no shell meets ends the data at the first shell.
    """
    meets = _meets(name, fit[: len(shells)], threshold)
    if not meets.any():
        return shells[0].d_min
    failing = np.flatnonzero(~meets[int(meets.argmax()) :])
    if not len(failing):
        return None
    i = int(meets.argmax()) + int(failing[0])
    middles = _middles(shells)
    part = (fit[i - 1] - threshold) / (fit[i - 1] - fit[i])
    d_star_squared = float(middles[i - 1] + part * (middles[i] - middles[i - 1]))
    return 1 / math.sqrt(d_star_squared)


def _last_meeting(
    name: str, threshold: float, shells: tuple[ShellStatistics, ...], used: Flags
) -> float:
    """The end, in A, of the last shell that meets the criterion itself; 0 when none does.

    Where data stop at once (a detector's edge, a cut at integration) a smooth fit falls more slowly
    than they do; no shell beyond this one has signal, so the limit does not lie there.
    """
    ends = [
        shell.d_min
        for shell, use in zip(shells, used, strict=True)
        if use
        and (value := _value(name, shell)) is not None
        and (value > 0 or name != "r_pim")
        and _meets(name, np.array([value]), threshold)[0]
    ]
    return min(ends, default=0.0)


def _meets(name: str, values: Floats, threshold: float) -> Flags:
    return values <= threshold if name == "r_pim" else values >= threshold


def _middles(shells: tuple[ShellStatistics, ...]) -> Floats:
    """The middle of each shell (n,) in 1/d^2, 1/A^2."""
    return np.array([(shell.d_max**-2 + shell.d_min**-2) / 2 for shell in shells])


def _evidence(
    shells: tuple[ShellStatistics, ...], reasons: list[str], fits: Mapping[str, Floats]
) -> tuple[ShellEvidence, ...]:
    return tuple(
        ShellEvidence(
            d_max=shell.d_max,
            d_min=shell.d_min,
            pairs=shell.cc_half_n,
            left_out=reasons[i],
            values={name: _value(name, shell) for name in CRITERIA},
            fits={name: float(fit[i]) for name, fit in fits.items()},
        )
        for i, shell in enumerate(shells)
    )
