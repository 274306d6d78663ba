"""Finds spots on images: for COLSPOT, and for the profiles of INTEGRATE."""

from __future__ import annotations

from typing import Any

import numpy as np

from xds_standin import spots
from xds_standin.images import excluded
from xds_standin.inputs import Inputs
from xds_standin.logs import Log


def find(
    made: Any, inputs: Inputs, ranges: list[tuple[int, int]], processors: int, log: Log
) -> Any:
    """The DIALS table of strong spots, with their pixels."""
    from dials.array_family import flex
    from dials.command_line.find_spots import phil_scope
    from libtbx.phil import parse

    text = f"""
        spotfinder.mp.nproc = {processors}
        spotfinder.filter.max_strong_pixel_fraction = 0.9
        spotfinder.filter.min_spot_size = {inputs.integer("MINIMUM_NUMBER_OF_PIXELS_IN_A_SPOT", 3)}
    """ + "".join(f"\nspotfinder.scan_range = {first},{last}" for first, last in ranges)
    parameters = phil_scope.fetch(source=parse(text)).extract()
    try:
        found = flex.reflection_table.from_observations(made, parameters)
    except (OSError, RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        raise log.error("CANNOT READ IMAGE") from None
    numbers = spots.places_of(found)[:, 2].astype(int) + 1
    used = ~np.isin(numbers, [*excluded(inputs)])
    return found.select(flex.bool(used.tolist()))
