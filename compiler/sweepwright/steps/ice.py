"""Which rings of ice are in a sweep, from its spots and from its first integration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sweepwright.engines.ice import LIMITS, OFF, SWITCH
from sweepwright.programs.ice import ice_rings
from sweepwright.results.dials_table import INTEGRATED_SUM, read_columns
from sweepwright.results.ice import LEAST_SPOTS, Ice, find_ice
from sweepwright.results.observations import Floats, d_star_squared
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision
from sweepwright.steps.spots import read_spots


def ice(call: StepCall) -> None:
    """``ice``: whether there is any; ``rings``, A; and a switch for the line of each ring.

    What cannot be read keeps nothing from being processed: then no ring is left out.
    """
    files = {path.name: path for path in call.inputs}
    try:
        spots = read_spots(files)
        number = len(spots.indexed)
        found = find_ice(spots.inverse_d[~spots.indexed], *_integrated(files))
        note, judged = _told(found, all_images=call.parameters["all_images"])
    except StepError as problem:
        nothing = np.zeros(0)
        number, found = 0, find_ice(nothing, nothing, nothing)
        note, judged = f"whether there is ice is not known: {problem}", False
    values: dict[str, Any] = {"ice": bool(found.found), "rings": list(found.found)}
    for ring, evidence in zip(ice_rings(), found.rings, strict=True):
        values[SWITCH.format(ring.hkl)] = "" if evidence.found else OFF
        values[LIMITS.format(ring.hkl)] = ring.excluded if evidence.found else None
    more = {"spots": number, "judged": judged, "note": note}
    write_decision(call, values, found.to_json() | more)


def _integrated(files: Mapping[str, Path]) -> tuple[Floats, Floats]:
    """1/d (n,), 1/A, and intensity (n,) of what was integrated; none where nothing was yet."""
    try:
        if "integrated.refl" in files:
            names = ("d", "intensity.sum.value", "flags")
            d, intensity, flags = read_columns(files["integrated.refl"], names).values()
            good = (flags & INTEGRATED_SUM) > 0
            return 1 / d[good], intensity[good]
        if "INTEGRATE.HKL" in files:
            import gemmi

            said = gemmi.read_xds_ascii(str(files["INTEGRATE.HKL"]))
            a, b, c, alpha, beta, gamma = said.cell_constants
            squares = d_star_squared(said.miller_array, (a, b, c, alpha, beta, gamma))
            return np.sqrt(squares), np.array(said.iobs_array)
    except (ValueError, RuntimeError) as damage:
        why = f"the integrated intensities cannot be read: {damage}"
        raise StepError(why, "Run the integration again.") from damage
    return np.zeros(0), np.zeros(0)


def _told(found: Ice, *, all_images: bool) -> tuple[str, bool]:
    """The evidence in words, and whether no ice means that there is none."""
    if found.found:
        rings = ", ".join(f"{d:g}" for d in found.found)
        spots = sum(ring.spots for ring in found.rings if ring.found)
        above = [r.above for r in found.rings if r.found and r.above is not None]
        said = f"hexagonal ice at {rings} A: {spots} spots off the lattice"
        if above:
            said += (
                f", an intensity there is above its neighbours in up to {100 * max(above):.0f} %"
            )
        return said, True
    if found.free_mean is None:
        return (
            f"no {LEAST_SPOTS} spots off the lattice on a ring of ice; no intensities to compare",
            False,
        )
    if not all_images:
        return "no ice seen, but spots were looked for on a part of the images", False
    return "neither spots nor intensities show rings of ice", True
