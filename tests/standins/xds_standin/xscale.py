"""The stand-in of XSCALE: scales files together by DIALS and writes each OUTPUT_FILE."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xds_standin import reflections, scaling, statistics
from xds_standin.inputs import Entry, Inputs
from xds_standin.logs import Log
from xds_standin.more_tables import wilson
from xds_standin.parameters import Lattice
from xds_standin.scale_inputs import (
    Output,
    ReadSet,
    common_lattice,
    outputs_of,
    read_all,
    read_file,
)

_SHELLS = 20
_LEAST_COMMON = 3
"""common reflections of two sets"""


def xscale(path: Path, log: Log) -> None:
    log.title("CONTROL CARDS")
    for line in path.read_text(encoding="latin-1").splitlines():
        log(f" {line}")
    outputs, general = outputs_of(path, log)
    named = [one for output in outputs for one in output.sets]
    first = read_file(named[0].path, log)
    lattice = common_lattice(first, general, log)
    sets = read_all(named, lattice, log)
    friedel = all(output.law([one.read for one in sets]) for output in outputs)
    scaled, model = _scale(sets, friedel, log)
    _correlations(log, sets, scaled, lattice)
    _models(log, sets, model)
    begin = 0
    for output in outputs:
        chosen = range(begin, begin + len(output.sets))
        begin += len(output.sets)
        _write(
            log, output, [sets[n] for n in chosen], [scaled[n] for n in chosen], lattice, general
        )


def _scale(
    sets: list[ReadSet], friedel: bool, log: Log
) -> tuple[list[scaling.Scaled], scaling.ErrorModel]:
    template = sets[0].read.head["NAME_TEMPLATE_OF_DATA_FRAMES"]
    name = Inputs([Entry("NAME_TEMPLATE_OF_DATA_FRAMES", template)])
    try:
        return scaling.scale(
            [one.sweep for one in sets], name, anomalous=not friedel, decay=True, absorption=False
        )
    except (RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        raise log.error("INACCURATE SCALING FACTORS.") from None


def _correlations(
    log: Log, sets: list[ReadSet], scaled: list[scaling.Scaled], lattice: Lattice
) -> None:
    log.title("OVERALL SCALING AND CRYSTAL DISORDER CORRECTION")
    log("      CORRELATIONS BETWEEN INPUT DATA SETS AFTER CORRECTIONS\n")
    log(" DATA SETS  NUMBER OF COMMON  CORRELATION   RATIO OF COMMON   B-FACTOR")
    log("  #i   #j     REFLECTIONS     BETWEEN i,j  INTENSITIES (i/j)  BETWEEN i,j\n")
    means = [
        statistics.means_by_index(one.sweep.indices[s.kept], s.intensities[s.kept], lattice.group)
        for one, s in zip(sets, scaled, strict=True)
    ]
    found = [0] * len(sets)
    for j in range(len(sets)):
        for i in range(j):
            common = means[i].keys() & means[j].keys()
            found[i], found[j] = (max(found[n], len(common)) for n in (i, j))
            pairs = np.array([(means[i][hkl], means[j][hkl]) for hkl in common]).reshape(-1, 2)
            cc = np.corrcoef(pairs.T)[0, 1] if len(pairs) >= _LEAST_COMMON else 0.0
            ratio = pairs[:, 0].sum() / pairs[:, 1].sum() if len(pairs) else 0.0
            log(f"{i + 1:5d}{j + 1:5d}{len(pairs):12d}{cc:16.3f}{ratio:18.4f}{0:15.4f}")
    log()
    for number, count in enumerate(found, 1):
        if len(sets) > 1 and count < _LEAST_COMMON:
            log(f" no common reflections with data set{number:5d}")
            raise log.error("INSUFFICIENT NUMBER OF COMMON STRONG REFLECTIONS.")
    log("\n K*EXP(B*SS) = Factor applied to intensities\n    SS       = (2sin(theta)/lambda)^2\n")
    log("      K        B           DATA SET NAME")
    for one, s in zip(sets, scaled, strict=True):
        log(f"{np.mean(s.factors):11.3E}{0:8.3f}    {one.name}")


def _models(log: Log, sets: list[ReadSet], model: scaling.ErrorModel) -> None:
    log.title("CORRECTION PARAMETERS FOR THE STANDARD ERROR OF REFLECTION INTENSITIES")
    log("     a        b          ISa    ISa0   INPUT DATA SET")
    for one in sets:
        before = -1.0
        if "VARIANCE_MODEL" in one.read.head:
            before = scaling.ErrorModel(*one.read.numbers("VARIANCE_MODEL")).isa
        log(f"{model.a:10.3E}{model.b:11.3E}{model.isa:8.2f}{before:8.2f} {one.name}")
    log("\n FACTOR TO PLACE ALL DATA SETS TO AN APPROXIMATE ABSOLUTE SCALE 0.100000E+01\n")


def _write(
    log: Log,
    output: Output,
    sets: list[ReadSet],
    scaled: list[scaling.Scaled],
    lattice: Lattice,
    general: Inputs,
) -> None:
    friedel = output.law([one.read for one in sets])
    merge = Inputs(output.entries).truth("MERGE", default=False)
    kept = np.concatenate([one.kept for one in scaled])
    observed = statistics.Observations(
        lattice,
        np.concatenate([one.sweep.indices for one in sets]),
        np.concatenate([one.intensities for one in scaled]),
        np.concatenate([one.errors for one in scaled]),
        friedel,
    )
    items = _merged(observed.select(kept)) if merge else _unmerged(observed, kept, sets)
    reflections.write_corrected(
        output.path, _lines(sets, lattice), items, friedel=friedel, program="XSCALE", merged=merge
    )
    law, merging = (("TRUE " if yes else "FALSE") for yes in (friedel, merge))
    log.title(
        f"  STATISTICS OF SCALED OUTPUT DATA SET : {output.path}\n"
        f"  FILE TYPE:         XDS_ASCII      MERGE={merging}          FRIEDEL'S_LAW={law}\n\n"
        f"{np.count_nonzero(~kept):10d} OUT OF{len(kept):10d} REFLECTIONS REJECTED\n"
        f"{len(items['H']):10d} REFLECTIONS ON OUTPUT FILE"
    )
    accepted = observed.select(kept)
    limits = general.numbers("RESOLUTION_SHELLS") or statistics.shell_limits(
        accepted.spacing(), _SHELLS
    )
    statistics.table(log, accepted, limits)
    log(" ========== STATISTICS OF INPUT DATA SET ==========\n\n")
    for one, s in zip(sets, scaled, strict=True):
        own = statistics.Observations(
            lattice, one.sweep.indices, s.intensities, s.errors, friedel
        ).select(s.kept)
        log(f"  R-FACTORS FOR INTENSITIES OF DATA SET {one.name}\n")
        statistics.short_table(log, own, limits)
    log.title(f"  WILSON STATISTICS OF SCALED DATA SET: {output.path}")
    wilson(log, accepted)


def _unmerged(
    observed: statistics.Observations, kept: reflections.Floats, sets: list[ReadSet]
) -> dict[str, reflections.Floats]:
    places = np.concatenate([one.sweep.places for one in sets])
    numbers = np.repeat(np.arange(1, len(sets) + 1), [len(one.sweep.indices) for one in sets])
    items = {
        **dict(zip("HKL", observed.indices.T.astype(float), strict=True)),
        "IOBS": observed.intensities,
        "SIGMA(IOBS)": np.where(kept, observed.errors, -observed.errors),
        **dict(zip(("XD", "YD", "ZD"), places.T, strict=True)),
        "PSI": np.zeros(len(kept)),
        "ISET": numbers.astype(float),
    }
    order = np.lexsort([np.abs(observed.indices[:, column]) for column in (2, 1, 0)])
    return {name: values[order] for name, values in items.items()}


def _merged(observed: statistics.Observations) -> dict[str, reflections.Floats]:
    unique = statistics.asymmetric(
        observed.indices, observed.lattice.group, friedel=observed.friedel
    )
    rows = np.unique(unique, axis=0)
    means, errors, _ = statistics.merged(
        statistics.numbered(unique), observed.intensities, observed.errors
    )
    return {
        **dict(zip("HKL", rows.T.astype(float), strict=True)),
        "IOBS": means,
        "SIGMA(IOBS)": errors,
    }


def _lines(sets: list[ReadSet], lattice: Lattice) -> list[str]:
    def text(cell: Sequence[float]) -> str:
        return "".join(f"{x:10.3f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])

    lines = [
        f"!SPACE_GROUP_NUMBER={lattice.group:5d}",
        f"!UNIT_CELL_CONSTANTS={text(lattice.cell())}",
    ]
    for number, one in enumerate(sets, 1):
        wavelength = one.read.numbers("X-RAY_WAVELENGTH")[0]
        lines += [
            f"! ISET= {number:3d} INPUT_FILE={one.name}",
            f"! ISET= {number:3d}   X-RAY_WAVELENGTH={wavelength:10.6f}",
            f"! ISET= {number:3d}   UNIT_CELL_CONSTANTS={text(one.read.numbers('UNIT_CELL_CONSTANTS'))}",
        ]
    return lines
