"""IDXREF: indexes the spots of SPOT.XDS by DIALS and writes XPARM.XDS."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from xds_standin import faults, geometry, parameters, spots
from xds_standin.blocks import lattice_table, refined_block
from xds_standin.geometry import Vector, vector
from xds_standin.images import data_range, experiments
from xds_standin.inputs import Inputs
from xds_standin.lattices import similar
from xds_standin.logs import Log
from xds_standin.parameters import Lattice
from xds_standin.steps_before import echo, required

#: A
LARGE_CELL = 150
#: IDXREF of XDS starts from this mosaicity, it does not measure one
_MOSAICITY = 0.2
_ADVICE = """\
 AUTOMATIC DATA PROCESSING STOPPED. AS THE CRITERIA FOR A GOOD
 SOLUTION ARE RATHER STRICT, YOU MAY CHOOSE TO CONTINUE DATA
 PROCESSING AFTER CHANGING THE "JOB="-CARD IN "XDS.INP" TO
 "JOB= DEFPIX INTEGRATE CORRECT"."""
_ECHO = (
    "NAME_TEMPLATE_OF_DATA_FRAMES",
    "STARTING_ANGLE STARTING_FRAME",
    "NX NY QX QY",
    "DIRECTION_OF_DETECTOR_X-AXIS",
    "DIRECTION_OF_DETECTOR_Y-AXIS",
    "DETECTOR_DISTANCE",
    "ORGX ORGY",
    "X-RAY_WAVELENGTH",
    "INCIDENT_BEAM_DIRECTION",
    "ROTATION_AXIS",
    "OSCILLATION_RANGE",
    "INCLUDE_RESOLUTION_RANGE",
)


def idxref(inputs: Inputs, processors: int) -> None:
    with Log("IDXREF") as log:
        required("SPOT.XDS", log)
        echo(log, inputs, *_ECHO)
        group, cell = given_symmetry(inputs, log)
        given = geometry.of_inputs(inputs)
        axes = given_axes(inputs)
        crystal = Lattice(group or 1, axes).crystal() if axes else None
        bare = experiments(given, inputs, data_range(inputs), crystal=crystal)
        places, strengths = _spots(inputs, bare, log)
        if faults.idxref_fails():
            raise log.error("CANNOT INDEX REFLECTIONS")
        made, found = _index(bare, spots.table(places, strengths), group, cell, inputs, log)
        solution = _Solution(made, found, given, group, inputs)
        _report(log, solution, len(places), cell, inputs)
        parameters.write("XPARM.XDS", solution.geometry, solution.lattice)
        spots.write(solution.places, solution.strengths, solution.indices)
        _judge(log, solution, len(places), inputs)


def given_symmetry(inputs: Inputs, log: Log) -> tuple[int, tuple[float, ...] | None]:
    """Number and cell of the group that was given; 0 and None: not known."""
    group = inputs.integer("SPACE_GROUP_NUMBER")
    cell = inputs.numbers("UNIT_CELL_CONSTANTS", *[0.0] * 6)[:6]
    if group == 0:
        log(" SPACE GROUP AND CELL PARAMETERS ARE UNKNOWN\n")
        return 0, None
    from cctbx import sgtbx, uctbx

    try:
        fits = (
            sgtbx.space_group_info(number=group)
            .group()
            .is_compatible_unit_cell(uctbx.unit_cell(cell), 0.01, 1.0)
        )
    except RuntimeError:
        fits = False
    if not fits:
        raise log.error("ILLEGAL SPACE GROUP NUMBER OR UNIT CELL")
    text = "".join(f"{x:10.3f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])
    log(f" SPACE_GROUP_NUMBER={group:5d}\n UNIT_CELL_CONSTANTS={text}\n")
    return group, cell


def given_axes(inputs: Inputs) -> tuple[Vector, Vector, Vector] | None:
    """The axes of the cell at spindle angle 0 of a crystal whose orientation is known."""
    rows = [inputs.numbers(f"UNIT_CELL_{axis}-AXIS", 0, 0, 0)[:3] for axis in "ABC"]
    if not all(any(row) for row in rows):
        return None
    a, b, c = map(vector, rows)
    return a, b, c


def _spots(inputs: Inputs, bare: Any, log: Log) -> tuple[spots.Floats, spots.Floats]:
    try:
        places, strengths = spots.read()
    except ValueError:
        raise log.error("CANNOT READ SPOT.XDS") from None
    kept = spots.in_ranges(places, inputs)
    spacing = spots.spacings(spots.table(places, strengths), bare)
    kept &= spots.resolved(spacing, inputs)
    used = int(np.count_nonzero(kept))
    log(f"\n AUTOINDEXING IS BASED ON{used:7d} OUT OF{len(places):8d} SPOTS")
    log(" WITHIN THE ALLOWED RESOLUTION RANGES OF THE FOLLOWING DATA IMAGES:")
    for first, last in inputs.ranges("SPOT_RANGE") or [data_range(inputs)]:
        log(f" SPOT_RANGE={first:8d}{last:8d}")
    if used < inputs.number("MINIMUM_NUMBER_OF_SPOTS", 25):
        raise log.error("INSUFFICIENT NUMBER OF ACCEPTED SPOTS.")
    return places[kept], strengths[kept]


def _index(
    bare: Any, table: Any, group: int, cell: tuple[float, ...] | None, inputs: Inputs, log: Log
) -> tuple[Any, Any]:
    """Experiments and spots as indexed and refined; a crystal in ``bare`` is taken, not searched."""
    known = ""
    if cell:
        name = space_group_symbol(group)
        numbers = ",".join(f"{x:g}" for x in cell)
        known = f"\nindexing.known_symmetry {{ space_group = {name}\n unit_cell = {numbers} }}"
    fixed = inputs.words("REFINE(IDXREF)", "POSITION")
    if not {"POSITION", "DISTANCE", "ALL"} & set(fixed):
        known += "\nrefinement.parameterisation.detector.fix = position"
    # the finer grid that large cells need takes four times as long
    points = 256 if cell and max(cell[:3]) > LARGE_CELL else 128
    unknown, given = "CANNOT INDEX REFLECTIONS", "CANNOT INTERPRETE LATTICE BY THE GIVEN UNIT CELL"
    try:
        made, found = _search(bare, table, known, points)
    except (RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        raise log.error(given if cell else unknown) from None
    limits = cell_limits(inputs)
    if cell and not similar(made[0].crystal.get_unit_cell().parameters(), cell, limits):
        raise log.error(given)
    return made, found


def cell_limits(inputs: Inputs) -> tuple[float, float]:
    """By what part of a length, and by how many degrees, a cell may differ from the ideal one."""
    return inputs.number("MAX_CELL_AXIS_ERROR", 0.03), inputs.number("MAX_CELL_ANGLE_ERROR", 2.0)


def space_group_symbol(number: int) -> str:
    from cctbx import sgtbx

    return re.sub(r"\s", "", str(sgtbx.space_group_info(number=number).type().lookup_symbol()))


def _search(bare: Any, table: Any, known: str, points: int) -> tuple[Any, Any]:
    from dials.command_line.index import index, working_phil
    from libtbx.phil import parse

    text = f"""
        indexing.max_cell_estimation.filter_overlaps = False
        indexing.method = fft3d
        indexing.fft3d.reciprocal_space_grid.n_points = {points}
        indexing.basis_vector_combinations.max_refine = 5
        indexing.refinement_protocol.n_macro_cycles = 3
        refinement.reflections.outlier.algorithm = tukey
    """
    chosen = working_phil.fetch(source=parse(text + known)).extract()
    made, found = index(bare, [table], chosen)
    return made, found


class _Solution:
    """What IDXREF found; a spot counts as indexed when it is near where it is predicted."""

    def __init__(
        self, made: Any, found: Any, given: geometry.Geometry, group: int, inputs: Inputs
    ) -> None:
        one = made[0]
        self.experiment = one
        self.geometry = geometry.refined(one, given)
        self.lattice = Lattice.of_crystal(one.crystal, group or 1)
        self.places = spots.places_of(found)
        self.strengths = found["intensity.sum.value"].as_numpy_array()
        indexed = found.get_flags(found.flags.indexed).as_numpy_array()
        off = np.full((len(found), 3), np.inf)
        if "xyzcal.px" in found:
            predicted = spots.places_of(found, "xyzcal.px")
            off[indexed] = (self.places - predicted)[indexed]
        off_px, off_deg = np.hypot(off[:, 0], off[:, 1]), np.abs(off[:, 2] * given.width)
        near = off_px < inputs.number("MAXIMUM_ERROR_OF_SPOT_POSITION", 3.0)
        near &= off_deg < inputs.number("MAXIMUM_ERROR_OF_SPINDLE_POSITION", 2.0)
        self.near = near
        self.indices = np.where(near[:, None], spots.indices_of(found), 0)
        self.sd_px = float(np.sqrt(np.mean(off_px[near] ** 2))) if near.any() else 99.0
        self.sd_deg = float(np.sqrt(np.mean(off_deg[near] ** 2))) if near.any() else 99.0

    @property
    def indexed(self) -> int:
        return int(np.count_nonzero(self.near))


def _report(
    log: Log, solution: _Solution, used: int, cell: tuple[float, ...] | None, inputs: Inputs
) -> None:
    limits = cell_limits(inputs)
    reduced = solution.experiment.crystal.get_crystal_symmetry().niggli_cell().unit_cell()
    log(f"\n ***** RESULTS FROM LOCAL INDEXING OF{used:7d} OBSERVED SPOTS *****\n")
    log(f" SUBTREE    POPULATION\n\n     1{solution.indexed:13d}\n")
    log(f" NUMBER OF ACCEPTED SPOTS FROM LARGEST SUBTREE{solution.indexed:6d}\n")
    log(" ***** SELECTION OF THE INDEX ORIGIN OF THE REFLECTIONS *****\n")
    log(" SELECTED:     INDEX_ORIGIN=  0  0  0\n\n")
    log(" ***** REFINED SOLUTION BASED ON INDEXED REFLECTIONS IN SUBTREE # 1 *****\n")
    _block(log, solution)
    _counts(log, solution, used, 1)
    if cell:
        log(" ***** REFINED SOLUTION BASED ON GIVEN CELL CONSTANTS AND SPACE GROUP *****\n")
        lattice_table(log, reduced.parameters(), limits)
        _block(log, solution)
        _counts(log, solution, used, solution.lattice.group)
    log(" ***** DIFFRACTION PARAMETERS USED AT START OF INTEGRATION *****\n")
    _block(log, solution)
    if not cell:
        lattice_table(log, reduced.parameters(), limits)


def _block(log: Log, solution: _Solution) -> None:
    refined_block(
        log,
        solution.geometry,
        solution.lattice,
        sd_px=solution.sd_px,
        sd_deg=solution.sd_deg,
        refined="POSITION BEAM ORIENTATION CELL",
        mosaicity=_MOSAICITY,
        from_spots=solution.indexed,
    )


def _counts(log: Log, solution: _Solution, used: int, group: int) -> None:
    far = used - solution.indexed
    log(f" ***** INDEXING OF OBSERVED SPOTS IN SPACE GROUP #{group:4d} *****")
    log(f"{solution.indexed:10d} OUT OF{used:10d} SPOTS INDEXED.")
    log(f"{0:9d} REJECTED REFLECTIONS (REASON: OVERLAP)")
    log(f"{far:9d} REJECTED REFLECTIONS (REASON: TOO FAR FROM IDEAL POSITION)")
    log(f" EXPECTED ERROR IN SPINDLE  POSITION{solution.sd_deg:10.3f} DEGREES")
    log(f" EXPECTED ERROR IN DETECTOR POSITION{solution.sd_px:10.2f} PIXELS\n\n")


def _judge(log: Log, solution: _Solution, used: int, inputs: Inputs) -> None:
    """Ends the run at a solution that is not good enough; the files are written by then."""
    wanted = inputs.number("MINIMUM_FRACTION_OF_INDEXED_SPOTS", 0.5)
    if solution.indexed < wanted * used or faults.forced_soft_error():
        text = f"INSUFFICIENT PERCENTAGE (< {100 * wanted:.0f}%) OF INDEXED REFLECTIONS\n{_ADVICE}"
        raise log.error(text, after_timing=True)
