"""CORRECT: the group, the refined cell, scaled intensities and their statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xds_standin import more_tables, parameters, reflections, scaling, spots, statistics
from xds_standin.assigning import assign
from xds_standin.blocks import refined_block
from xds_standin.inputs import Inputs
from xds_standin.logs import Log
from xds_standin.parameters import Lattice
from xds_standin.refining import Refined, refine_all
from xds_standin.reflections import Reflections
from xds_standin.steps_before import control_images, echo, required

_SHELLS = 9
_MODEL = """\
 The variance v0(I) of the intensity I obtained from counting statistics is
 replaced by v(I)=a*(v0(I)+b*I^2). The model parameters a, b are chosen to
 minimize the discrepancies between v(I) and the variance estimated from
 sample statistics of symmetry related reflections. This model implicates
 an asymptotic limit ISa=1/SQRT(a*b) for the highest I/Sigma(I) that the
 experimental setup can produce (Diederichs (2010) Acta Cryst D66, 733-740).

     a        b          ISa"""


def correct(inputs: Inputs, processors: int) -> None:
    with Log("CORRECT") as log:
        path = required("INTEGRATE.HKL", log)
        try:
            read = reflections.read(path)
        except ValueError:
            raise log.error("CANNOT OPEN OR READ FILE INTEGRATE.HKL") from None
        _head(log, inputs, read)
        read = _accepted(read, inputs, log)
        lattice, indices = assign(read, inputs, log)
        found = refine_all(read, lattice, indices, inputs, log)
        _report(log, found, read)
        more_tables.spindle_table(log, read.items["ZCAL"], read.items["IOBS"])
        scaled, model = _scaled(read, found, indices, inputs, log)
        _error_model(log, model)
        _write(read, found, indices, scaled, model, inputs)
        _statistics(log, read, found.lattice, indices, scaled, inputs)


def friedels_law(inputs: Inputs) -> bool:
    return inputs.truth("FRIEDEL'S_LAW", default=True)


def _head(log: Log, inputs: Inputs, read: Reflections) -> None:
    echo(
        log,
        inputs,
        "FRIEDEL'S_LAW",
        "INCLUDE_RESOLUTION_RANGE",
        "NAME_TEMPLATE_OF_DATA_FRAMES",
        "DATA_RANGE",
        "CORRECTIONS",
        "REFERENCE_DATA_SET",
    )
    log(f" SPACE_GROUP_NUMBER={read.lattice().group:5d} as used in the INTEGRATE step")
    cell = read.numbers("UNIT_CELL_CONSTANTS")
    text = "".join(f"{x:10.3f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])
    log(f" UNIT_CELL_CONSTANTS={text} as used by INTEGRATE\n")


def _accepted(read: Reflections, inputs: Inputs, log: Log) -> Reflections:
    """Without what is outside the images and resolutions wanted."""
    items = read.items
    first, last = inputs.numbers("DATA_RANGE")[:2]
    inside = (items["ZCAL"] >= first - 1) & (items["ZCAL"] <= last)
    for begin, end in inputs.ranges("EXCLUDE_DATA_RANGE"):
        inside &= (items["ZCAL"] < begin - 1) | (items["ZCAL"] > end)
    reciprocal = np.linalg.inv(np.array(read.lattice().axes))
    spacing = 1 / np.linalg.norm(read.indices() @ reciprocal.T, axis=1)
    resolved = spots.resolved(spacing, inputs)
    log(f'{len(inside):8d} REFLECTIONS ON FILE "INTEGRATE.HKL"')
    log(f"{0:8d} CORRUPTED REFLECTION RECORDS (IGNORED)")
    log(f'{0:8d} MATCHING REFLECTIONS SPECIFIED IN FILE "FILTER.HKL"')
    outside = np.count_nonzero(~inside)
    range_text = f"{first:8.0f} ...{last:8.0f}"
    log(f"{outside:8d} REFLECTIONS INCOMPLETE OR OUTSIDE IMAGE RANGE{range_text}")
    log(f"{0:8d} OVERLOADED REFLECTIONS (IGNORED)")
    log(f"{np.count_nonzero(inside & ~resolved):8d} REFLECTIONS OUTSIDE ACCEPTED RESOLUTION RANGES")
    log("                OR TOO CLOSE TO ROTATION AXIS (IGNORED)")
    kept = inside & resolved
    log(f"{np.count_nonzero(kept):8d} REFLECTIONS ACCEPTED\n")
    if not kept.any():
        raise log.error("NO REFLECTIONS ACCEPTED")
    return replace(read, items={name: values[kept] for name, values in items.items()})


def _report(log: Log, found: Refined, read: Reflections) -> None:
    if found.used:
        refined_block(
            log,
            found.geometry,
            found.lattice,
            sd_px=found.sd_px,
            sd_deg=found.sd_deg,
            refined="POSITION BEAM ORIENTATION CELL",
            mosaicity=read.numbers("REFLECTING_RANGE_E.S.D.")[0],
            from_spots=found.used,
            esd=found.esd,
        )
    else:
        log(" !!! WARNING !!! REFINEMENT RESULTS NOT ACCEPTED BECAUSE OF INSUFFICIENT")
        log("                 NUMBER OF REFLECTIONS.\n")
    cell = found.lattice.cell()
    text = "".join(f"{x:9.2f}" for x in cell[:3]) + "".join(f"{x:8.3f}" for x in cell[3:])
    log(" THE DATA COLLECTION STATISTICS REPORTED BELOW ASSUMES:")
    log(f" SPACE_GROUP_NUMBER={found.lattice.group:5d}\n UNIT_CELL_CONSTANTS={text}\n")


def _scaled(
    read: Reflections, found: Refined, indices: Any, inputs: Inputs, log: Log
) -> tuple[scaling.Scaled, scaling.ErrorModel]:
    wanted = set(inputs.words("CORRECTIONS", "ALL"))
    items = read.items
    sweep = scaling.Sweep(
        found.geometry,
        read.images(),
        found.lattice,
        indices,
        items["IOBS"],
        items["SIGMA"],
        np.stack([items[name] for name in ("XCAL", "YCAL", "ZCAL")], axis=1),
    )
    try:
        (one,), model = scaling.scale(
            [sweep],
            inputs,
            anomalous=not friedels_law(inputs),
            decay=bool(wanted & {"DECAY", "ALL"}),
            absorption=bool(wanted & {"ABSORPTION", "ABSORP"}),
        )
    except (RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        raise log.error("CANNOT DETERMINE SCALING FACTORS") from None
    return one, model


def _error_model(log: Log, model: scaling.ErrorModel) -> None:
    log.title("CORRECTION PARAMETERS FOR THE STANDARD ERROR OF REFLECTION INTENSITIES")
    log(_MODEL)
    log(f"{model.a:10.3E}{model.b:11.3E}{model.isa:8.2f}\n")


def _write(
    read: Reflections,
    found: Refined,
    indices: Any,
    scaled: scaling.Scaled,
    model: scaling.ErrorModel,
    inputs: Inputs,
) -> None:
    items = read.items
    names = dict(zip(("XD", "YD", "ZD"), ("XCAL", "YCAL", "ZCAL"), strict=True))
    written = {
        **dict(zip("HKL", indices.T.astype(float), strict=True)),
        "IOBS": scaled.intensities,
        "SIGMA(IOBS)": np.where(scaled.kept, scaled.errors, -scaled.errors),
        **{name: items[source] for name, source in names.items()},
        **{name: items[name] for name in ("RLP", "PEAK", "CORR", "PSI")},
    }
    order = np.lexsort([*(np.abs(indices[:, column]) for column in (2, 1, 0))])
    written = {name: values[order] for name, values in written.items()}
    spacing = _observations(found.lattice, indices, scaled, friedel=True).spacing()
    low = inputs.numbers("INCLUDE_RESOLUTION_RANGE", 20, 0)[0]
    lines = [
        *reflections.description(inputs, found.geometry, found.lattice),
        f"!INCLUDE_RESOLUTION_RANGE={low:10.3f}{spacing.min():10.3f}",
        f"!REFLECTING_RANGE_E.S.D.={read.head['REFLECTING_RANGE_E.S.D.']:>10}",
        f"!BEAM_DIVERGENCE_E.S.D.={read.head['BEAM_DIVERGENCE_E.S.D.']:>10}",
        *reflections.beam_lines(inputs),
        *reflections.detector_lines(inputs, found.geometry),
        f"!VARIANCE_MODEL={model.a:11.3E}{model.b:11.3E}",
    ]
    path = Path("XDS_ASCII.HKL")
    reflections.write_corrected(path, lines, written, friedel=friedels_law(inputs))
    if found.used:
        parameters.write("GXPARM.XDS", found.geometry, found.lattice)
    control_images(
        *("GX-CORRECTIONS", "GY-CORRECTIONS", "DX-CORRECTIONS", "DY-CORRECTIONS"),
        *("DECAY", "MODPIX", "ABSORP"),
    )


def _observations(
    lattice: Lattice, indices: Any, scaled: scaling.Scaled, *, friedel: bool
) -> statistics.Observations:
    return statistics.Observations(lattice, indices, scaled.intensities, scaled.errors, friedel)


def _statistics(
    log: Log,
    read: Reflections,
    lattice: Lattice,
    indices: Any,
    scaled: scaling.Scaled,
    inputs: Inputs,
) -> None:
    observed = _observations(lattice, indices, scaled, friedel=friedels_law(inputs))
    limits = inputs.numbers("RESOLUTION_SHELLS") or statistics.shell_limits(
        observed.spacing(), _SHELLS
    )
    first, last = read.images()
    middle = (first + last) // 2
    if middle > first:
        log.title(f"SUMMARY OF DATA SET STATISTICS FOR IMAGE   DATA_RANGE={first:8d}{middle:8d}")
        early = read.items["ZCAL"] <= middle
        _table(log, observed, scaled.kept, early, limits)
    law = "TRUE " if friedels_law(inputs) else "FALSE"
    data_range = f"(DATA_RANGE={first:8d}{last:8d})"
    log.title(
        f'  STATISTICS OF SAVED DATA SET "XDS_ASCII.HKL" {data_range}\n'
        f" FILE TYPE:         XDS_ASCII      MERGE=FALSE          FRIEDEL'S_LAW={law}"
    )
    more_tables.axial_table(log, observed.select(scaled.kept))
    _table(log, observed, scaled.kept, np.ones(len(indices), bool), limits)
    more_tables.wilson(log, observed.select(scaled.kept))
    records, good = len(indices), int(np.count_nonzero(scaled.kept))
    log(" NUMBER OF UNIQUE ALIEN REFLECTIONS WITH A Z-SCORE ABOVE LIMIT         0\n")
    log(f' NUMBER OF REFLECTION RECORDS ON OUTPUT FILE "XDS_ASCII.HKL"{records:12d}')
    log(f" NUMBER OF ACCEPTED OBSERVATIONS (INCLUDING SYSTEMATIC ABSENCES){good:8d}")
    log(f" NUMBER OF REJECTED MISFITS & ALIENS (marked by -1*SIGMA(IOBS)){records - good:9d}\n")


def _table(
    log: Log,
    observed: statistics.Observations,
    kept: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    limits: Sequence[float],
) -> None:
    accepted = observed.select(kept & wanted)
    log("          COMPLETENESS AND QUALITY OF DATA SET")
    log("          ------------------------------------\n")
    statistics.table(log, accepted, limits)
    unique = statistics.asymmetric(
        accepted.indices, accepted.lattice.group, friedel=accepted.friedel
    )
    absent = int(np.count_nonzero(more_tables.absent(accepted.indices, accepted.lattice.group)))
    rejected = int(np.count_nonzero(wanted & ~kept))
    log(f" NUMBER OF REFLECTIONS IN SELECTED SUBSET OF IMAGES{np.count_nonzero(wanted):10d}")
    log(f" NUMBER OF REJECTED MISFITS{rejected:34d}")
    log(f" NUMBER OF SYSTEMATIC ABSENT REFLECTIONS{absent:21d}")
    log(f" NUMBER OF ACCEPTED OBSERVATIONS{len(accepted.indices):29d}")
    log(f" NUMBER OF UNIQUE ACCEPTED REFLECTIONS{len(np.unique(unique, axis=0)):23d}\n")
