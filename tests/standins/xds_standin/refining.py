"""Refines one crystal and one detector for all images by DIALS, for INTEGRATE and CORRECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xds_standin import spots
from xds_standin.geometry import Geometry, refined
from xds_standin.images import experiments
from xds_standin.inputs import Inputs
from xds_standin.logs import Log
from xds_standin.parameters import Lattice
from xds_standin.reflections import Reflections


def refine(made: Any, found: Any, names: list[str], log: Log) -> tuple[Any, Any]:
    """Experiments and spots with ``xyzcal.px``; ``names`` as in REFINE()=."""
    from dials.command_line.refine import run_dials_refine, working_phil
    from libtbx.phil import parse

    wanted = set(names)
    if not wanted:
        found["xyzcal.px"] = found["xyzobs.px.value"]
        return made, found
    everything = "ALL" in wanted
    free = {
        "crystal.fix = cell": everything or "CELL" in wanted,
        "crystal.fix = orientation": everything or "ORIENTATION" in wanted,
        "beam.fix = all": everything or "BEAM" in wanted,
        "detector.fix = all": everything or bool(wanted & {"POSITION", "DISTANCE"}),
    }
    fixed = [text for text, moves in free.items() if not moves]
    if len([text for text in fixed if text.startswith("crystal")]) == 2:
        fixed = [text for text in fixed if not text.startswith("crystal")] + ["crystal.fix = all"]
    text = "refinement.reflections.outlier.algorithm = tukey\n"
    text += "refinement.parameterisation.scan_varying = False\n"
    text += "".join(f"refinement.parameterisation.{line}\n" for line in fixed)
    chosen = working_phil.fetch(source=parse(text)).extract()
    try:
        made, found, *_ = run_dials_refine(made, found, chosen)
    except (RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        log(" !!! WARNING !!! REFINEMENT DID NOT CONVERGE")
        found["xyzcal.px"] = found["xyzobs.px.value"]
    return made, found


@dataclass(frozen=True)
class Refined:
    geometry: Geometry
    lattice: Lattice
    sd_px: float
    sd_deg: float
    used: int
    esd: Sequence[float]


def refine_all(
    read: Reflections, lattice: Lattice, indices: Any, inputs: Inputs, log: Log
) -> Refined:
    """The refinement of CORRECT, with the reflections of INTEGRATE.HKL that were seen."""
    log.title("REFINEMENT OF DIFFRACTION PARAMETERS USING ALL IMAGES")
    geometry = read.geometry()
    observed = read.items["ZOBS"] != 0
    places = np.stack([read.items[name][observed] for name in ("XOBS", "YOBS", "ZOBS")], axis=1)
    made = experiments(geometry, inputs, read.images(), crystal=lattice.crystal())
    table = _indexed(places, read.items["IOBS"][observed], indices[observed], made)
    made, table = refine(made, table, inputs.words("REFINE(CORRECT)", "ALL"), log)
    used = table.select(table.get_flags(table.flags.used_in_refinement))
    off = spots.places_of(used) - spots.places_of(used, "xyzcal.px")
    crystal = made[0].crystal
    # DIALS gives the angles that symmetry fixes some 1e-18
    esd = [round(sd, 9) for sd in crystal.get_cell_parameter_sd() or (0.0,) * 6]
    return Refined(
        refined(made[0], geometry),
        Lattice.of_crystal(crystal, lattice.group),
        float(np.sqrt((off[:, :2] ** 2).sum(axis=1).mean())) if len(off) else 0.0,
        float(np.sqrt((off[:, 2] ** 2).mean()) * abs(geometry.width)) if len(off) else 0.0,
        len(off),
        esd,
    )


def _indexed(places: spots.Floats, strengths: spots.Floats, indices: Any, made: Any) -> Any:
    from dials.array_family import flex

    table = spots.table(places, strengths)
    table["id"] = flex.int(len(table), 0)
    table["miller_index"] = flex.miller_index([tuple(map(int, index)) for index in indices])
    table.experiment_identifiers()[0] = made[0].identifier
    table.centroid_px_to_mm(made)
    table.map_centroids_to_reciprocal_space(made)
    table.calculate_entering_flags(made)
    table.set_flags(flex.bool(len(table), True), table.flags.indexed)
    return table
