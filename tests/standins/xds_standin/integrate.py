"""INTEGRATE: the lattice of XPARM.XDS, refined and integrated by DIALS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from xds_standin import faults, finding, parameters, reflections, spots
from xds_standin.blocks import refined_block
from xds_standin.geometry import Geometry, refined
from xds_standin.images import check_images, data_range, excluded, experiments
from xds_standin.inputs import Inputs
from xds_standin.logs import Log
from xds_standin.parameters import Lattice
from xds_standin.refining import refine
from xds_standin.steps_before import background, control_images, echo, highest_resolution, required

_LEGEND = """\
 *** DEFINITION OF SYMBOLS ***
 IER     = ERROR CODE AFTER ACCESSING DATA IMAGE
              0: NO ERROR
             -1: CANNOT OPEN OR READ IMAGE FILE
             -3: WRONG DATA FORMAT
 SCALE   = SCALING FACTOR FOR THIS DATA IMAGE
 NBKG    = NUMBER OF BACKGROUND PIXELS ON DATA IMAGE
 NOVL    = NUMBER OF OVERLOADED REFLECTIONS ON DATA IMAGE
 NEWALD  = NUMBER OF REFLECTIONS CLOSE TO THE EWALD SPHERE
 NSTRONG = NUMBER OF STRONG REFLECTIONS ON DATA IMAGE
 NREJ    = NUMBER OF UNEXPECTED REFLECTIONS
 SIGMAB  = BEAM_DIVERGENCE_E.S.D.=SIGMAB
 SIGMAR  = REFLECTING_RANGE_E.S.D.=SIGMAR (MOSAICITY)

 IMAGE IER  SCALE     NBKG NOVL NEWALD NSTRONG  NREJ   SIGMAB   SIGMAR"""
_REFERENCES = 50
"""the least number of spots that must fit the lattice"""


def integrate(inputs: Inputs, processors: int) -> None:
    with Log("INTEGRATE") as log:
        for name in ("XPARM.XDS", "BKGPIX.cbf", "BLANK.cbf", "GAIN.cbf"):
            required(name, log)
        images = data_range(inputs)
        check_images(inputs, range(images[0], images[1] + 1), log)
        try:
            geometry, lattice = parameters.read("XPARM.XDS")
        except (ValueError, IndexError):
            raise log.error("CANNOT READ XPARM.XDS") from None
        _head(log, inputs, geometry, lattice)
        made = experiments(geometry, inputs, images, crystal=lattice.crystal(), pixels=True)
        found = finding.find(made, inputs, [images], processors, log)
        found, strange = _index(found, made, log)
        made, found, off = _refine(made, found, inputs, log)
        if faults.crashes_in("INTEGRATE"):
            _leave_pieces(log)
        made, table = _integrate(made, found, inputs, processors, log)
        done = _Integrated(made[0], table, strange, refined(made[0], geometry), lattice.group, off)
        _tables(log, done, inputs)
        _save(log, done, inputs)


def _head(log: Log, inputs: Inputs, geometry: Geometry, lattice: Lattice) -> None:
    echo(log, inputs, "NAME_TEMPLATE_OF_DATA_FRAMES", "DATA_RANGE", "DELPHI")
    log(f" SPACE_GROUP_NUMBER={lattice.group:5d}")
    cell = "".join(f"{x:9.2f}" for x in lattice.cell()[:3])
    cell += "".join(f"{x:8.3f}" for x in lattice.cell()[3:])
    log(f" UNIT_CELL_CONSTANTS={cell}")
    log(f" OSCILLATION_RANGE={geometry.width:10.6f} DEGREES")
    log(f" STARTING_ANGLE={geometry.start_angle:8.3f} STARTING_FRAME={geometry.start_frame:8d}")
    log(f" X-RAY_WAVELENGTH={geometry.wavelength:10.5f} ANGSTROM")
    nx, ny = geometry.size
    log(f" NX={nx:6d} NY={ny:5d} QX={geometry.pixel[0]:8.5f} QY={geometry.pixel[1]:8.5f}")
    log(f" ORGX={geometry.org[0]:10.2f}  ORGY={geometry.org[1]:10.2f}")
    log(f" DETECTOR_DISTANCE={geometry.distance:10.3f}")
    low, high = inputs.numbers("INCLUDE_RESOLUTION_RANGE", 20, 0)[:2]
    limits = f"{low:10.3f}{max(high, highest_resolution(inputs)):10.3f}"
    log(f" RESOLUTION RANGE RECORDED BY DETECTOR (ANGSTROM){limits}\n\n")


def _index(found: Any, made: Any, log: Log) -> tuple[Any, spots.Floats]:
    """The spots that fit the lattice, as DIALS wants references; and the images of the others."""
    from dials.algorithms.indexing.assign_indices import AssignIndicesGlobal
    from dials.array_family import flex

    found["id"] = flex.int(len(found), -1)
    found["imageset_id"] = flex.int(len(found), 0)
    found["miller_index"] = flex.miller_index(len(found), (0, 0, 0))
    for key in list(found.experiment_identifiers().keys()):
        del found.experiment_identifiers()[key]
    found.centroid_px_to_mm(made)
    found.map_centroids_to_reciprocal_space(made)
    AssignIndicesGlobal(tolerance=0.3)(found, made)
    for key in list(found.experiment_identifiers().keys()):
        del found.experiment_identifiers()[key]
    found.experiment_identifiers()[0] = made[0].identifier
    good = found["id"] == 0
    strange = spots.places_of(found.select(~good))[:, 2]
    found = found.select(good)
    if len(found) < _REFERENCES:
        raise log.error("AUTOMATIC DETERMINATION OF SPOT SIZE PARAMETERS HAS FAILED")
    found.calculate_entering_flags(made)
    found.set_flags(flex.bool(len(found), True), found.flags.indexed)
    return found, strange


def _refine(made: Any, found: Any, inputs: Inputs, log: Log) -> tuple[Any, Any, spots.Floats]:
    """As refined, and how far the spots are from where they are predicted (px, px, images)."""
    made, found = refine(made, found, inputs.words("REFINE(INTEGRATE)", "ALL"), log)
    used = found.select(found.get_flags(found.flags.used_in_refinement))
    return made, found, spots.places_of(used) - spots.places_of(used, "xyzcal.px")


def _integrate(made: Any, found: Any, inputs: Inputs, processors: int, log: Log) -> tuple[Any, Any]:
    from dials.command_line.integrate import phil_scope, run_integration
    from libtbx.phil import parse

    high = inputs.numbers("INCLUDE_RESOLUTION_RANGE", 20, 0)[1]
    text = f"integration.mp.nproc = {processors}\noutput.report = None\n"
    text += f"prediction.d_min = {high}\n" if high > 0.1 else ""
    try:
        made, table, _ = run_integration(
            phil_scope.fetch(source=parse(text)).extract(), made, found
        )
    except (RuntimeError, ValueError) as problem:
        log(f" ({' '.join(str(problem).split())})")
        raise log.error("AUTOMATIC DETERMINATION OF SPOT SIZE PARAMETERS HAS FAILED") from None
    return made, table.select(table.get_flags(table.flags.integrated_sum))


def _leave_pieces(log: Log) -> None:
    """What a run leaves that is killed: half a log, half a reflection file."""
    log(_LEGEND)
    Path("INTEGRATE.HKL").write_text("!OUTPUT_FILE=INTEGRATE.HKL\n", encoding="utf-8")
    Path("LP_01.tmp").write_text("", encoding="utf-8")
    faults.crash()


class _Integrated:
    """What INTEGRATE knows at its end."""

    def __init__(
        self,
        experiment: Any,
        table: Any,
        strange: spots.Floats,
        geometry: Geometry,
        group: int,
        off: spots.Floats,
    ) -> None:
        self.experiment = experiment
        self.geometry = geometry
        self.lattice = Lattice.of_crystal(experiment.crystal, group)
        self.items = _items(table)
        self.edges = np.array(table["bbox"].parts())[4:6]
        self.overloaded = table.get_flags(table.flags.overloaded).as_numpy_array()
        self.strange = strange
        self.fitted = len(off)
        self.sd_px = float(np.sqrt((off[:, :2] ** 2).sum(axis=1).mean())) if len(off) else 0.0
        self.sd_deg = (
            float(np.sqrt((off[:, 2] ** 2).mean()) * abs(geometry.width)) if len(off) else 0.0
        )
        self.sigma_b = float(experiment.profile.sigma_b(deg=True))
        self.sigma_m = float(experiment.profile.sigma_m(deg=True))


def _items(table: Any) -> dict[str, spots.Floats]:
    """The items of INTEGRATE.HKL; what has no counterpart in DIALS is 0."""
    fitted = table.get_flags(table.flags.integrated_prf).as_numpy_array()

    def best(name: str) -> spots.Floats:
        plain = table[f"intensity.sum.{name}"].as_numpy_array()
        return np.where(fitted, table[f"intensity.prf.{name}"].as_numpy_array(), plain)

    # Lorentz, polarisation and what the sensor let through
    factor = table["lp"].as_numpy_array() / table["qe"].as_numpy_array()
    strength, error = best("value"), np.sqrt(np.maximum(best("variance"), 1e-6))
    predicted, observed = (
        spots.places_of(table, f"xyz{name}") for name in ("cal.px", "obs.px.value")
    )
    observed[strength < 3 * error] = 0
    peak = np.clip(100 * table["partiality"].as_numpy_array(), 0, 100)
    correlation = (
        table["profile.correlation"].as_numpy_array() if "profile.correlation" in table else 0
    )
    nothing = np.zeros(len(table))
    items = dict.fromkeys(reflections.INTEGRATED, nothing)
    items |= dict(zip("HKL", spots.indices_of(table).T.astype(float), strict=True))
    items |= dict(zip(("XCAL", "YCAL", "ZCAL"), predicted.T, strict=True))
    items |= dict(zip(("XOBS", "YOBS", "ZOBS"), observed.T, strict=True))
    return items | {
        "IOBS": strength * factor,
        "SIGMA": error * factor,
        "RLP": factor,
        "PEAK": peak,
        "CORR": np.clip(100 * correlation + nothing, -99, 100),
        "ISEG": nothing + 1,
    }


def _tables(log: Log, done: _Integrated, inputs: Inputs) -> None:
    """Blocks of DELPHI degrees; the refined values are the same in all of them."""
    first, last = data_range(inputs)
    step = max(1, round(inputs.number("DELPHI", 5) / abs(done.geometry.width)))
    calm = {n: background(done.experiment.imageset, n - first) for n in range(first, last + 1)}
    left_out = excluded(inputs)
    overall = np.mean([mean for number, (mean, _) in calm.items() if number not in left_out])
    for begin in range(first, last + 1, step):
        end = min(last, begin + step - 1)
        log.title(f"PROCESSING OF IMAGES {begin:8d} ...{end:8d}")
        log(_LEGEND)
        for number in range(begin, end + 1):
            if number not in left_out:
                scale = calm[number][0] / overall if overall else 1.0
                log(_image_row(done, number, float(scale), calm[number][1]))
        accepted = int(done.fitted * (end - begin + 1) / (last - first + 1))
        log(f"\n{accepted:6d} OUT OF{accepted:7d} REFLECTIONS ACCEPTED FOR REFINEMENT")
        refined_block(
            log,
            done.geometry,
            done.lattice,
            sd_px=done.sd_px,
            sd_deg=done.sd_deg,
            refined="POSITION BEAM ORIENTATION CELL",
            mosaicity=done.sigma_m,
            turned=True,
        )


def _image_row(done: _Integrated, number: int, scale: float, pixels: int) -> str:
    def on_image(places: spots.Floats) -> Any:
        return (places > number - 1) & (places <= number)

    here = on_image(done.items["ZCAL"])
    strong = np.count_nonzero(here & (done.items["IOBS"] > 3 * done.items["SIGMA"]))
    near = np.count_nonzero((done.edges[0] < number) & (done.edges[1] > number - 1))
    overloaded = np.count_nonzero(here & done.overloaded)
    strange = np.count_nonzero(on_image(done.strange))
    return (
        f"{number:6d}{0:4d}{scale:7.3f}{pixels:9d}{overloaded:5d}{near:7d}{strong:8d}{strange:6d}"
        f"{done.sigma_b:9.5f}{done.sigma_m:9.5f}"
    )


def _save(log: Log, done: _Integrated, inputs: Inputs) -> None:
    items = done.items
    left_out = np.array([*excluded(inputs)])
    kept = ~np.isin(np.floor(items["ZCAL"]) + 1, left_out)
    kept &= items["PEAK"] >= inputs.number("MINPK", 75)
    order = np.flatnonzero(kept)
    order = order[np.lexsort([items[name][order] for name in "LKH"])]
    items = {name: values[order] for name, values in items.items()}
    lines = [
        *reflections.description(inputs, done.geometry, done.lattice),
        *reflections.spreads(done.sigma_b, done.sigma_m),
        *reflections.detector_lines(inputs, done.geometry),
    ]
    reflections.write_integrated(lines, items)
    control_images("FRAME")
    log("\n ***** SUGGESTED VALUES FOR INPUT PARAMETERS *****")
    wide, esd = 10 * done.sigma_b, done.sigma_b
    log(f" BEAM_DIVERGENCE=  {wide:7.5f}  BEAM_DIVERGENCE_E.S.D.=  {esd:7.5f}")
    wide, esd = 7 * done.sigma_m, done.sigma_m
    log(f" REFLECTING_RANGE= {wide:7.5f}  REFLECTING_RANGE_E.S.D.= {esd:7.5f}\n")
    log(f'{len(order):8d} REFLECTIONS SAVED ON FILE "INTEGRATE.HKL"\n\n')
