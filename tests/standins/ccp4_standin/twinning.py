"""The L-test of Padilla and Yeates (2003), Acta Cryst. D59, 1124-1130, as both programs print it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ccp4_standin.laue import keys
from ccp4_standin.logs import Table, child
from ccp4_standin.observations import Floats, Unmerged
from ccp4_standin.resolution import falls_below, normalised

_TWIN_LIMIT = 0.45
"""mean |L| below which data are called twinned"""


@dataclass(frozen=True)
class LTest:
    values: Floats
    """|L|"""
    high: float

    @property
    def mean(self) -> float:
        return float(self.values.mean()) if len(self.values) else 0.5

    @property
    def mean_square(self) -> float:
        return float((self.values**2).mean()) if len(self.values) else 1 / 3

    @property
    def twinned(self) -> bool:
        return self.mean < _TWIN_LIMIT

    def fraction(self) -> float:
        """0 at a mean of 1/2, 1/2 at 3/8."""
        return float(np.clip((0.5 - self.mean) / 0.25, 0, 0.5))

    def cumulative(self) -> list[tuple[float, float, float, float]]:
        """|L|, its distribution, and that of untwinned and perfectly twinned data."""
        steps = np.arange(21) / 20
        found = [(self.values <= step).mean() if len(self.values) else step for step in steps]
        return [(s, float(f), s, s * (3 - s * s) / 2) for s, f in zip(steps, found, strict=True)]


def l_test(merged: Any, signal: float) -> LTest:
    """Of acentric intensities, merged in their Laue group, to where I/sigma falls below ``signal``."""
    high = falls_below(merged, signal)
    used = merged.resolution_filter(d_min=high)
    used = used.select(~used.centric_flags().data())
    used = used.expand_to_p1()
    hkl = np.rint(used.indices().as_vec3_double().as_numpy_array()).astype(int).reshape(-1, 3)
    values = normalised(used)[0] if len(hkl) else np.zeros(0)
    key = keys(hkl)
    order = np.argsort(key)
    found = []
    for step in ((2, 0, 0), (0, 2, 0), (0, 0, 2)):
        other = keys(hkl + step)
        at = np.clip(np.searchsorted(key[order], other), 0, max(len(key) - 1, 0))
        both = key[order][at] == other if len(key) else np.zeros(0, bool)
        one, two = values[both], values[order][at][both]
        total = one + two
        positive = (total > 0) & (one != two)  # equal: related by symmetry
        found.append(np.abs(((one - two)[positive]) / total[positive]))
    l_values = np.concatenate(found)
    return LTest(l_values[l_values <= 1], high)


def report(root: ElementTree.Element, data: Unmerged) -> bool:
    """Says what POINTLESS does; whether the data may be twinned."""
    usable = data.select(data.columns.flag == 0)
    test = l_test(usable.miller(anomalous=False).merge_equivalents().array(), 8.0)
    fraction = test.fraction()
    print("Checking for possible twinning")
    print(f"L-test for twinning (acentrics only) to maximum resolution {test.high:8.3f}")
    print("    using Mn(I/sigmaI) cutoff    8.0\n")
    table = Table(
        f"L-test for twinning, twin fraction {fraction:.3f}",
        "Graph-L-test",
        (f"Cumulative distribution of |L|, estimated fraction {fraction:.3f}:N:1,2,3,4:",),
        ("|L|", "N(|L|)", "Untwinned", "Twinned"),
        [tuple(f"{x:.4f}" for x in row) for row in test.cumulative()],
    )
    print(table.log())
    print(f"   < |L| >: {test.mean:8.3f} (0.5 untwinned, 0.375 perfect twin)")
    print(f"      Estimated twin fraction alpha from < |L| > {fraction:8.3f}")
    print(f"   < L^2 >: {test.mean_square:8.3f} (0.333 untwinned, 0.2 perfect twin)\n")
    print(f"The L-test suggests that the data {'may be' if test.twinned else 'are not'} twinned\n")
    root.append(table.element())
    child(root, "TwinFraction", f"{fraction:.3f}")
    if test.twinned:
        child(root, "TwinWarning", "The L-test suggests that the data may be twinned")
    return test.twinned
