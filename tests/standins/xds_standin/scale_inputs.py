"""What XSCALE.INP asks for, and the reflection files that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from xds_standin import inputs as given_inputs
from xds_standin import reflections, scaling, spots
from xds_standin.inputs import Entry, Inputs
from xds_standin.lattices import similar
from xds_standin.logs import Log
from xds_standin.more_tables import fortran
from xds_standin.parameters import Lattice
from xds_standin.reflections import Reflections

_CELL_LIMITS = (0.1, 5.0)


@dataclass(frozen=True)
class DataSet:
    """An INPUT_FILE with the keywords that stand below it."""

    path: Path
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Output:
    """An OUTPUT_FILE with its INPUT_FILEs and its own keywords."""

    path: Path
    entries: list[Entry] = field(default_factory=list)
    sets: list[DataSet] = field(default_factory=list)

    def law(self, read: Sequence[Reflections]) -> bool:
        """FRIEDEL'S_LAW: false by itself where it is false in all input files."""
        anyone = any(one.head.get("FRIEDEL'S_LAW", "TRUE").startswith("TRUE") for one in read)
        return Inputs(self.entries).truth("FRIEDEL'S_LAW", default=anyone)


@dataclass(frozen=True)
class ReadSet:
    """A data set as read: its name as typed, records in use and records refused."""

    name: str
    read: Reflections
    rejected: int
    sweep: scaling.Sweep


#: keywords of one OUTPUT_FILE; those of one INPUT_FILE; all others are general
_OF_OUTPUT = {"FRIEDEL'S_LAW", "MERGE", "STRICT_ABSORPTION_CORRECTION"}
_OF_INPUT = {
    *("REIDX_ISET", "INCLUDE_RESOLUTION_RANGE", "CORRECTIONS", "CRYSTAL_NAME"),
    *("STARTING_DOSE", "DOSE_RATE", "WEIGHT"),
}


#: everything else is accepted and has no effect
_USED = {
    *("OUTPUT_FILE", "INPUT_FILE", "FRIEDEL'S_LAW", "MERGE", "INCLUDE_RESOLUTION_RANGE"),
    *("SPACE_GROUP_NUMBER", "UNIT_CELL_CONSTANTS", "RESOLUTION_SHELLS"),
    "MAXIMUM_NUMBER_OF_PROCESSORS",
}


def outputs_of(path: Path, log: Log) -> tuple[list[Output], Inputs]:
    """The outputs with their inputs, and the keywords that are general."""
    entries = given_inputs.read(path, "xscale")
    if ignored := sorted({entry.name for entry in entries} - _USED):
        log(f" WITHOUT EFFECT IN THE STAND-IN: {' '.join(ignored)}")
    outputs: list[Output] = []
    general: list[Entry] = []
    for entry in entries:
        if entry.name == "OUTPUT_FILE":
            outputs.append(Output(Path(entry.text.split()[0])))
        elif entry.name == "INPUT_FILE" and outputs:
            outputs[-1].sets.append(DataSet(Path(entry.text.lstrip("*").split()[0])))
        elif entry.name in _OF_INPUT and outputs and outputs[-1].sets:
            outputs[-1].sets[-1].entries.append(entry)
        elif entry.name in _OF_OUTPUT and outputs:
            outputs[-1].entries.append(entry)
        else:
            general.append(entry)
    if not outputs or not all(output.sets for output in outputs):
        raise log.error("NO OUTPUT_FILE= OR INPUT_FILE= SPECIFIED")
    return outputs, Inputs(general)


def read_file(path: Path, log: Log) -> Reflections:
    try:
        return reflections.read(path)
    except (OSError, ValueError):
        raise log.error(f"CANNOT OPEN OR READ {path}") from None


def common_lattice(first: Reflections, general: Inputs, log: Log) -> Lattice:
    """Group and cell of all data sets; only the metric of its axes matters."""
    from cctbx import uctbx
    from dxtbx.model import Crystal

    own = first.lattice()
    group = general.integer("SPACE_GROUP_NUMBER", own.group) or own.group
    cell = general.numbers("UNIT_CELL_CONSTANTS", *first.numbers("UNIT_CELL_CONSTANTS"))[:6]
    matrix = np.array(uctbx.unit_cell(cell).orthogonalization_matrix()).reshape(3, 3)
    a, b, c = (tuple(map(float, axis)) for axis in matrix.T)
    lattice = Lattice.of_crystal(Crystal(a, b, c, space_group_symbol="P 1"), group)
    lattice.crystal()
    text = "".join(f"{x:9.2f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])
    log("\n THE DATA COLLECTION STATISTICS REPORTED BELOW ASSUMES:")
    log(f" SPACE_GROUP_NUMBER={group:5d}\n UNIT_CELL_CONSTANTS={text}")
    return lattice


def read_all(named: list[DataSet], lattice: Lattice, log: Log) -> list[ReadSet]:
    log(f"\n ALL DATA SETS WILL BE SCALED TO {named[0].path}")
    log.title("READING INPUT REFLECTION DATA FILES")
    log(" DATA    MEAN       REFLECTIONS        INPUT FILE NAME")
    log(" SET# INTENSITY  ACCEPTED REJECTED")
    sets = []
    for number, one in enumerate(named, 1):
        read = read_file(one.path, log)
        if not similar(read.numbers("UNIT_CELL_CONSTANTS"), lattice.cell(), _CELL_LIMITS):
            raise log.error(f"INCOMPATIBLE UNIT CELL CONSTANTS IN {one.path}")
        made = _set(one, read, lattice)
        accepted = len(made.sweep.indices)
        mean = fortran(float(made.sweep.intensities.mean())) if accepted else "0.0000E+00"
        log(f"{number:4d}{mean:>12}{accepted:9d}{made.rejected:7d}  {one.path}")
        if not accepted:
            raise log.error("USELESS DATA ON INPUT REFLECTION FILE")
        sets.append(made)
    return sets


def _set(one: DataSet, read: Reflections, lattice: Lattice) -> ReadSet:
    wanted = Inputs([Entry("INCLUDE_RESOLUTION_RANGE", "1E6 0"), *one.entries])
    reciprocal = np.linalg.inv(np.array(lattice.axes))
    spacing = 1 / np.linalg.norm(read.indices() @ reciprocal.T, axis=1)
    inside = spots.resolved(spacing, wanted)
    good = inside & (read.items["SIGMA(IOBS)"] > 0)
    items = {name: values[good] for name, values in read.items.items()}
    used = replace(read, items=items)
    own = read.lattice()
    sweep = scaling.Sweep(
        read.geometry(),
        read.images(),
        Lattice(lattice.group, own.axes),
        used.indices(),
        items["IOBS"],
        items["SIGMA(IOBS)"],
        np.stack([items[name] for name in ("XD", "YD", "ZD")], axis=1),
    )
    return ReadSet(str(one.path), used, int(np.count_nonzero(inside & ~good)), sweep)
