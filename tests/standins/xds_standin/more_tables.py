"""Tables of CORRECT and XSCALE that are not by shells: axial reflections, the Wilson line ..."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from xds_standin.logs import Log
from xds_standin.statistics import Floats, Ints, Observations, asymmetric, merged


def absent(indices: Ints, group: int) -> NDArray[np.bool_]:
    """Whether the group forbids them."""
    from cctbx import sgtbx
    from cctbx.array_family import flex

    space_group = sgtbx.space_group_info(number=group).group()
    wanted = flex.miller_index([tuple(map(int, index)) for index in indices])
    return space_group.is_sys_absent(wanted).as_numpy_array()


def axial_table(log: Log, observed: Observations) -> None:
    """Merged reflections on the axes, and those that the group forbids."""
    log("   REFLECTIONS OF TYPE H,0,0  0,K,0  0,0,L OR EXPECTED TO BE ABSENT (*)")
    log("   --------------------------------------------------------------------\n")
    log("   H    K    L  RESOLUTION  INTENSITY     SIGMA    INTENSITY/SIGMA  #OBSERVED\n")
    forbidden = absent(observed.indices, observed.lattice.group)
    shown = ((observed.indices != 0).sum(axis=1) == 1) | forbidden
    chosen = observed.select(shown)
    if not len(chosen.indices):
        return
    unique = asymmetric(chosen.indices, observed.lattice.group, friedel=True)
    rows, first, numbers = np.unique(unique, axis=0, return_index=True, return_inverse=True)
    means, errors, counts = merged(
        np.asarray(numbers).reshape(-1), chosen.intensities, chosen.errors
    )
    spacing, marks = chosen.spacing()[first], forbidden[shown][first]
    for index, d, mean, error, count, mark in zip(
        rows, spacing, means, errors, counts, marks, strict=True
    ):
        place = "".join(f"{number:5d}" for number in index)
        number = f"{count:10d}{'*' if mark else ' '}"
        values = f"{fortran(mean):>13}{fortran(error):>12}{mean / error:13.2f}"
        log(f"{place}{d:10.3f}{values}  {number}")
    log("\n")


def fortran(number: float, digits: int = 4) -> str:
    """``0.8697E+04``, as Fortran prints it."""
    if number == 0:
        return f"{0:.{digits}f}E+00"
    power = int(np.floor(np.log10(abs(number)))) + 1
    return f"{number / 10.0**power:.{digits}f}E{power:+03d}"


def wilson(log: Log, observed: Observations) -> None:
    """A straight line through log <I> against (sin theta / wavelength)^2."""
    ss = 1 / (4 * observed.spacing() ** 2)
    edges = np.quantile(ss, np.linspace(0, 1, 12))
    points = []
    for low, high in itertools.pairwise(edges):
        inside = (ss >= low) & (ss <= high)
        mean = observed.intensities[inside].mean() if inside.any() else 0
        if mean > 0:
            points.append((ss[inside].mean(), np.log(mean), int(inside.sum())))
    if len(points) < 3:
        return
    x, y, counts = np.array(points).T
    slope, start = np.polyfit(x, y, 1)
    correlation = -np.corrcoef(x, y)[0, 1]
    log(
        f"   WILSON LINE (using all data) : A={start:8.3f} B={-slope / 2:8.3f}"
        f" CORRELATION={correlation:6.2f}"
    )
    log("      #      RES      SS        <I>       log(<I>)       BO")
    for s, value, count in zip(x, y, counts, strict=True):
        row = f"{count:8.0f}{(4 * s) ** -0.5:10.3f}{s:8.3f}{np.exp(value):12.4E}"
        log(row + f"{value:12.3f}{(start - value) / (2 * s):10.1f}")
    log("\n")


def spindle_table(log: Log, places: Floats, intensities: Floats) -> None:
    """Mean intensities by where within its image (``places``: ZD) a reflection was."""
    log.title("MEAN INTENSITY AS FUNCTION OF SPINDLE POSITION WITHIN DATA IMAGE")
    log("   INTERVAL     NUMBER      INTENSITY      FACTOR")
    within = (places + 0.05) % 1 - 0.05
    overall = float(intensities.mean())
    for low in np.arange(-0.05, 0.9, 0.1):
        inside = (within >= low) & (within < low + 0.1)
        mean = float(intensities[inside].mean()) if inside.any() else 0.0
        factor = overall / mean if mean else 1.0
        log(f"{low:6.2f}{low + 0.1:6.2f}{np.count_nonzero(inside):10d}{mean:15.3f}{factor:12.3f}")
    log(f" \n{-0.05:6.2f}{0.95:6.2f}{len(places):10d}{overall:15.3f}{1:12.3f}\n \n")
