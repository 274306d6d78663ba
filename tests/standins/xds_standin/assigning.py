"""The part of CORRECT that decides on the group and re-indexes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xds_standin import reflections, statistics, symmetry
from xds_standin.blocks import lattice_table
from xds_standin.idxref import cell_limits, given_symmetry
from xds_standin.inputs import Inputs
from xds_standin.logs import Log
from xds_standin.parameters import Lattice
from xds_standin.reflections import Reflections
from xds_standin.symmetry import Floats, Tested


def assign(read: Reflections, inputs: Inputs, log: Log) -> tuple[Lattice, Any]:
    """The lattice with its group, obeying it, and the indices that belong to it."""
    log.title("AUTOMATIC SPACE GROUP ASSIGNMENT")
    group, cell = given_symmetry(inputs, log)
    lattice, indices = read.lattice(), read.indices()
    if "REIDX" in inputs:
        matrix, shift = _reidx(inputs, lattice)
        indices = symmetry.apply(matrix, indices) + shift
        lattice = symmetry.transformed(lattice, matrix, group or 1)
    reduced = lattice.crystal().get_crystal_symmetry().niggli_cell().unit_cell().parameters()
    lattice_table(log, reduced, cell_limits(inputs), reindexing=True)
    if cell:
        if "REIDX" in inputs:
            matrix = np.eye(3)
        else:
            matrix = _by_cell(read, lattice, group, cell, inputs, log)
    else:
        group, matrix = _by_intensities(read, lattice, indices, inputs, log)
    lattice = _obeying(symmetry.transformed(lattice, matrix, group), log)
    _selected(log, lattice, matrix)
    return lattice, symmetry.apply(matrix, indices)


def _reidx(inputs: Inputs, lattice: Lattice) -> tuple[Floats, symmetry.Ints]:
    numbers = np.array(inputs.numbers("REIDX")[:12]).reshape(3, 4)
    return numbers[:, :3] / symmetry.divisor(lattice.group), numbers[:, 3].astype(int)


def _by_cell(
    read: Reflections,
    lattice: Lattice,
    group: int,
    cell: tuple[float, ...],
    inputs: Inputs,
    log: Log,
) -> Floats:
    """The way of indexing that gives this cell; a reference data set decides among several."""
    ways = symmetry.to_given_cell(lattice, group, cell, cell_limits(inputs))
    if not ways:
        raise log.error("ILLEGAL SPACE GROUP NUMBER OR UNIT CELL")
    reference = _reference(inputs, group, log)
    rows = [_agreement(read, way, group, reference) for way in ways]
    best = max(range(len(ways)), key=lambda number: (rows[number][0], -number))
    log(" Several solutions exist for the given space group that explain the data. The")
    log(' selected solution (marked "*") correlates best with the given reference data set.\n')
    log(" CORRELATION  NPAIR  Rmeas  COMPARED  ESD       REINDEX TRANSFORMATION\n")
    times = symmetry.divisor(lattice.group)
    for number, (way, (correlation, pairs, rate, compared)) in enumerate(
        zip(ways, rows, strict=True)
    ):
        card = "".join("{:3.0f}{:3.0f}{:3.0f}  0".format(*line) for line in way * times)
        mark = "*" if number == best else " "
        log(f"  {mark}{correlation:7.2f}{pairs:9d}{rate:7.1f}{compared:8d}{0:8.2f}{card}")
    log()
    return ways[best]


def _reference(inputs: Inputs, group: int, log: Log) -> dict[tuple[int, ...], float]:
    """Mean intensities of the reference data set by unique index; empty without one."""
    if "REFERENCE_DATA_SET" not in inputs:
        return {}
    path = Path(inputs.words("REFERENCE_DATA_SET")[0])
    try:
        read = reflections.read(path)
    except (OSError, ValueError):
        raise log.error(f"CANNOT OPEN OR READ FILE {path}") from None
    return statistics.means_by_index(read.indices(), read.items["IOBS"], group)


def _agreement(
    read: Reflections, way: Floats, group: int, reference: dict[tuple[int, ...], float]
) -> tuple[float, int, float, int]:
    """Correlation with the reference, pairs, Rmeas, observations compared."""
    indices = symmetry.apply(way, read.indices())
    _, rate, compared = statistics.r_meas(indices, read.items["IOBS"], group)
    means = statistics.means_by_index(indices, read.items["IOBS"], group) if reference else {}
    common = means.keys() & reference.keys()
    if len(common) < 3:
        return 0.0, len(common), rate, compared
    both = np.array([(means[index], reference[index]) for index in common])
    return float(np.corrcoef(both.T)[0, 1]), len(common), rate, compared


def _by_intensities(
    read: Reflections, lattice: Lattice, indices: Any, inputs: Inputs, log: Log
) -> tuple[int, Floats]:
    groups = symmetry.tested(lattice, indices, read.items["IOBS"], read.items["SIGMA"], inputs)
    best = symmetry.chosen(groups, inputs)
    log("  SPACE-GROUP         UNIT CELL CONSTANTS            UNIQUE   Rmeas  COMPARED  LATTICE-")
    log("    NUMBER      a      b      c   alpha beta gamma                            CHARACTER\n")
    for one in groups:
        log(_tested_row(one, marked=one is best))
    log()
    if best is None:
        log(" !!! WARNING !!! NONE OF THE SPACE GROUPS ABOVE IS ACCEPTABLE.")
        log(" XDS WILL CONTINUE WITH THE SPACE GROUP USED IN THE INTEGRATE STEP.\n")
        return lattice.group, np.eye(3)
    return best.lattice.group, best.matrix


#: the lattice characters that XDS prints for primitive and centred lattices of each kind
_BRAVAIS = {
    "aP": 31, "mP": 33, "mC": 39, "oP": 32, "oC": 38, "oF": 26, "oI": 42, "tP": 11, "tI": 15,
    "hP": 12, "hR": 9, "cP": 3, "cF": 1, "cI": 5,
}  # fmt: skip


def _tested_row(one: Tested, *, marked: bool) -> str:
    from cctbx import sgtbx
    from cctbx.sgtbx.bravais_types import bravais_lattice

    kind = str(bravais_lattice(group=sgtbx.space_group_info(number=one.lattice.group).group()))
    kind = kind.replace("S", "C")
    cell = one.lattice.cell()
    numbers = "".join(f"{x:7.1f}" for x in cell[:3]) + "".join(f"{x:6.1f}" for x in cell[3:])
    return (
        f" {'*' if marked else ' '}{one.lattice.group:4d}  {numbers}{one.unique:8d}"
        f"{one.r_meas:8.1f}{one.compared:9d}{_BRAVAIS[kind]:6d} {kind}"
    )


def _obeying(lattice: Lattice, log: Log) -> Lattice:
    """The same with the cell that the group demands."""
    crystal = lattice.crystal()
    group = crystal.get_space_group()
    if not group.is_compatible_unit_cell(crystal.get_unit_cell(), 0.05, 5.0):
        raise log.error("ILLEGAL SPACE GROUP NUMBER OR UNIT CELL")
    crystal.set_unit_cell(group.average_unit_cell(crystal.get_unit_cell()))
    return replace(Lattice.of_crystal(crystal, lattice.group))


def _selected(log: Log, lattice: Lattice, matrix: Floats) -> None:
    cell = lattice.cell()
    text = "".join(f"{x:9.2f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])
    log(" ************ SELECTED SPACE GROUP AND UNIT CELL FOR THIS DATA SET ************\n")
    log(f" SPACE_GROUP_NUMBER={lattice.group:5d}\n UNIT_CELL_CONSTANTS= {text}")
    for name, axis in zip("ABC", lattice.axes, strict=True):
        log(f" UNIT_CELL_{name}-AXIS=" + "".join(f"{x:10.3f}" for x in axis))
    log(' REFLECTIONS H,K,L FROM "INTEGRATE.HKL" WILL BE REINDEXED BY')
    for name, row in zip("HKL", np.rint(2 * matrix), strict=True):
        log(f" {name}' = ({row[0]:4.0f}*H + {row[1]:2.0f}*K + {row[2]:2.0f}*L)/ 2 +  0")
    log("\n")
