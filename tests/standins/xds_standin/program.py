"""The main programs of the stand-ins."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from xds_standin import faults, inputs
from xds_standin.inputs import Inputs
from xds_standin.logs import Log, StopError, banner, error_text

Step = Callable[[Inputs, int], None]
STEPS = "XYCORR INIT COLSPOT IDXREF DEFPIX XPLAN INTEGRATE CORRECT".split()
_REQUIRED = (
    *("DETECTOR", "NX", "NY", "QX", "QY", "ORGX", "ORGY", "DETECTOR_DISTANCE"),
    *("X-RAY_WAVELENGTH", "ROTATION_AXIS", "OSCILLATION_RANGE", "INCIDENT_BEAM_DIRECTION"),
    *("DIRECTION_OF_DETECTOR_X-AXIS", "DIRECTION_OF_DETECTOR_Y-AXIS"),
    *("NAME_TEMPLATE_OF_DATA_FRAMES", "DATA_RANGE"),
)
#: everything else is accepted and has no effect
_USED = {
    *_REQUIRED,
    *("JOB", "MAXIMUM_NUMBER_OF_PROCESSORS", "MAXIMUM_NUMBER_OF_JOBS", "STARTING_ANGLE"),
    *("STARTING_FRAME", "SPOT_RANGE", "BACKGROUND_RANGE", "EXCLUDE_DATA_RANGE"),
    *("FRACTION_OF_POLARIZATION", "POLARIZATION_PLANE_NORMAL", "OVERLOAD", "SILICON"),
    *("MINIMUM_VALID_PIXEL_VALUE", "SENSOR_THICKNESS", "UNTRUSTED_RECTANGLE"),
    *("UNTRUSTED_ELLIPSE", "UNTRUSTED_QUADRILATERAL"),
    *("SPACE_GROUP_NUMBER", "UNIT_CELL_CONSTANTS", "REIDX", "FRIEDEL'S_LAW"),
    *("INCLUDE_RESOLUTION_RANGE", "EXCLUDE_RESOLUTION_RANGE", "TEST_RESOLUTION_RANGE"),
    *("MAX_CELL_AXIS_ERROR", "MAX_CELL_ANGLE_ERROR", "MIN_RFL_Rmeas", "MAX_FAC_Rmeas"),
    *("MINIMUM_NUMBER_OF_PIXELS_IN_A_SPOT", "MINIMUM_FRACTION_OF_INDEXED_SPOTS"),
    *("MAXIMUM_ERROR_OF_SPOT_POSITION", "MAXIMUM_ERROR_OF_SPINDLE_POSITION"),
    *(
        "MINIMUM_NUMBER_OF_SPOTS",
        "REFINE(IDXREF)",
        "REFINE(INTEGRATE)",
        "REFINE(CORRECT)",
        "CORRECTIONS",
        "RESOLUTION_SHELLS",
    ),
    *("DELPHI", "MINPK", "REFERENCE_DATA_SET", "LIB"),
}


def main(program: str) -> int:
    """``xds`` uses one processor, ``xds_par`` as many as XDS.INP allows. The status is always 0."""

    def run() -> None:
        print(banner("XDS"))
        path = Path("XDS.INP")
        if not path.is_file():
            raise _stop("CANNOT OPEN OR READ XDS.INP")
        given = Inputs(inputs.read(path, "xds"))
        _check(given)
        _run(given, program)

    return _ended(run)


def scaling_main() -> int:
    def run() -> None:
        with Log("XSCALE", banner("XSCALE"), end=" by XSCALE") as log:
            path = Path("XSCALE.INP")
            if not path.is_file():
                raise log.error("CANNOT OPEN OR READ XSCALE.INP")
            from xds_standin.xscale import xscale

            xscale(path, log)

    return _ended(run)


def converting_main() -> int:
    def run() -> None:
        with Log("XDSCONV", banner("XDSCONV"), timed=False) as log:
            path = Path("XDSCONV.INP")
            if not path.is_file():
                raise log.error('CANNOT OPEN OR READ "XDSCONV.INP"')
            from xds_standin.xdsconv import xdsconv

            xdsconv(path, log)

    return _ended(run)


def _ended(run: Callable[[], None]) -> int:
    """Runs a program to an end that XDS knows: with status 0, whatever happened."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if day := faults.licence_expired():
        print(f" Sorry, license expired on {day}")
        return 0
    try:
        run()
    except StopError:
        pass
    except Exception:
        traceback.print_exc()
        print(error_text("THE STAND-IN ITSELF FAILED"))
    return 0


def _check(given: Inputs) -> None:
    """What cannot be processed, whatever the step."""
    for name in _REQUIRED:
        if name not in given:
            raise _stop(f"UNDEFINED PARAMETER {name}=")
    if "SEGMENT" in given:
        raise _stop("THE STAND-IN KNOWS NO SEGMENTS")
    if "?" not in given.text("NAME_TEMPLATE_OF_DATA_FRAMES"):
        raise _stop("ILLEGAL FILE NAME TEMPLATE")
    if given.number("MINIMUM_VALID_PIXEL_VALUE") < 0:
        raise _stop("INVALID MINIMUM PIXEL VALUE < 0")
    first, last = given.ranges("DATA_RANGE")[-1]
    if not 0 < first <= last:
        raise _stop("ILLEGAL DATA_RANGE=")
    for name in ("SPOT_RANGE", "BACKGROUND_RANGE", "EXCLUDE_DATA_RANGE"):
        for begin, end in given.ranges(name):
            if not first <= begin <= end <= last:
                raise _stop(f"{name}= IS NOT WITHIN DATA_RANGE=")
    ignored = sorted(set(given.names()) - _USED)
    if ignored:
        print(f" WITHOUT EFFECT IN THE STAND-IN: {' '.join(ignored)}")


def _stop(text: str) -> StopError:
    print(f" {error_text(text)}")
    return StopError(text)


def _run(given: Inputs, program: str) -> None:
    wanted = given.words("JOB") or ["ALL"]
    processors = 1
    if program.endswith("_par"):
        processors = given.integer("MAXIMUM_NUMBER_OF_PROCESSORS", 2) or 2
    for name in STEPS:
        if name in wanted or ("ALL" in wanted and name != "XPLAN"):
            _step(name)(given, processors)


def _step(name: str) -> Step:
    """Steps are imported when they are wanted: DIALS is slow to start."""
    if name == "IDXREF":
        from xds_standin.idxref import idxref

        return idxref
    if name == "INTEGRATE":
        from xds_standin.integrate import integrate

        return integrate
    if name == "CORRECT":
        from xds_standin.correct import correct

        return correct
    from xds_standin import steps_before

    step: Step = getattr(steps_before, name.lower())
    return step
