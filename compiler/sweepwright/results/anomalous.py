"""Whether the anomalous differences are real: the rule behind ``anomalous: auto``.

Differences I+ - I- of two half sets are compared on the lowest third of the shells. Noise in the
halves is independent, so a correlation that noise would give with p < 0.001 is signal.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sweepwright.results.merge import half_means, in_order, mates, merge
from sweepwright.results.observations import Floats, Observations
from sweepwright.results.statistics import shell_edges

SIGNIFICANCE = 0.001
SHELLS = 20


@dataclass(frozen=True, slots=True)
class SetSignal:
    """The evidence of one data set to ``d_min`` A: CC_ano on ``pairs`` reflections and its p value."""

    dataset: str
    d_min: float
    pairs: int
    cc_ano: float | None
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class AnomalousDecision:
    """True when any data set has signal; the evidence of each."""

    value: bool
    significance: float
    sets: tuple[SetSignal, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Value, rule and evidence as plain data."""
        return asdict(self)


def anomalous_signal(*files: Observations) -> AnomalousDecision:
    """Judge each data set of observations that were scaled with I+ and I- apart."""
    if files[0].group.is_centrosymmetric():
        return AnomalousDecision(
            False, SIGNIFICANCE, (), "a centric space group has no anomalous signal"
        )
    parts = [part for file in files for part in file.by_dataset() or (file,)]
    sets = tuple(_signal(part) for part in parts)
    note = (
        ""
        if any(item.pairs for item in sets)
        else "no reflection has two observations of I+ and of I-"
    )
    return AnomalousDecision(any(item.p < SIGNIFICANCE for item in sets), SIGNIFICANCE, sets, note)


def _signal(observations: Observations) -> SetSignal:
    values = observations.d_star_squared
    limits = float(values.min()) ** -0.5, float(values.max()) ** -0.5
    edge = shell_edges(*limits, SHELLS)[SHELLS // 3]
    x, y, sigma = _differences(observations.select(values <= edge))
    z = _score(x / sigma, y / sigma)
    return SetSignal(
        dataset=observations.datasets[0].name if observations.datasets else "",
        d_min=float(edge**-0.5),
        pairs=len(x),
        cc_ano=float(np.corrcoef(x, y)[0, 1]) if len(x) > 2 and x.std() * y.std() > 0 else None,
        z=z,
        p=math.erfc(z / math.sqrt(2)) / 2,
    )


def _differences(observations: Observations) -> tuple[Floats, Floats, Floats]:
    """I+ - I- of both halves and sigma(I+ - I-) of the whole, three arrays (p,)."""
    ordered = in_order(observations)
    apart = merge(ordered, apart=True)
    first, second = half_means(ordered, apart)
    plus, minus = mates(apart)
    x, y = first[plus] - first[minus], second[plus] - second[minus]
    both = np.isfinite(x) & np.isfinite(y)
    return x[both], y[both], np.hypot(apart.sigma[plus], apart.sigma[minus])[both]


def _score(x: Floats, y: Floats) -> float:
    """sum xy / sqrt(sum (xy)^2): standard normal when x and y (p,) are independent noise about 0.

    Unlike Fisher's transform of the correlation this holds when the noise of a reflection is large
    in both halves (strong reflections), which otherwise makes false signals; White, Econometrica
    48 (1980) 817. Differences are in units of sigma so that no few reflections decide alone.
    """
    products = x * y
    norm = math.sqrt(float((products**2).sum()))
    return float(products.sum()) / norm if norm > 0 else 0.0
