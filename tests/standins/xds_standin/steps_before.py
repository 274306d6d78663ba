"""XYCORR, INIT, COLSPOT and DEFPIX."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xds_standin import finding, spots
from xds_standin.geometry import of_inputs
from xds_standin.images import (
    check_images,
    data_range,
    excluded,
    experiments,
)
from xds_standin.inputs import Inputs
from xds_standin.logs import Log

_EMPTY_IMAGE = "###CBF: no pixels, written by a stand-in of XDS\n"


def control_images(*names: str) -> None:
    """The control images of XDS hold no pixels here."""
    for name in names:
        Path(f"{name}.cbf").write_text(_EMPTY_IMAGE, encoding="utf-8")


def required(name: str, log: Log) -> Path:
    path = Path(name)
    if not path.is_file():
        raise log.error(f"CANNOT OPEN OR READ FILE {name}")
    return path


def echo(log: Log, inputs: Inputs, *lines: str) -> None:
    """The parameters that were given; each of ``lines`` has the keywords of one line."""
    log(" INPUT PARAMETER VALUES\n ----------------------")
    for line in lines:
        given = [f"{name}= {inputs.text(name)}" for name in line.split() if name in inputs]
        if given:
            log(" " + "    ".join(given))
    log()


def xycorr(inputs: Inputs, processors: int) -> None:
    with Log("XYCORR") as log:
        echo(log, inputs, "DETECTOR", "NX NY QX QY")
        log(" XY-CORRECTION LOOK-UP TABLES SET TO ZERO")
        control_images("X-CORRECTIONS", "Y-CORRECTIONS")


def init(inputs: Inputs, processors: int) -> None:
    with Log("INIT") as log:
        required("X-CORRECTIONS.cbf", log)
        first, last = data_range(inputs)
        degrees = max(1, round(5 / abs(inputs.number("OSCILLATION_RANGE"))))
        begin, end = inputs.numbers("BACKGROUND_RANGE", first, min(last, first + degrees - 1))[:2]
        echo(log, inputs, "NAME_TEMPLATE_OF_DATA_FRAMES", "BACKGROUND_RANGE", "TRUSTED_REGION")
        numbers = range(int(begin), int(end) + 1)
        check_images(inputs, numbers, log)
        means = _backgrounds(inputs, [n for n in numbers if n not in excluded(inputs)])
        log(f" BACKGROUND LOOK-UP TABLE IS DETERMINED FROM DATA IMAGES{begin:8.0f}{end:8.0f}\n")
        log(" FRAME #    SCALE    COUNTS     MBKG    MSCALE      MSPOT")
        overall = np.mean([mean for mean, _ in means.values()])
        for number, (mean, used) in means.items():
            scale = mean / overall if overall else 1.0
            log(f"{number:8d}{scale:10.3f}{mean:9.1f}{used:10d}{used:10d}{0:11d}")
        log(f"\n BACKGROUND COUNTS IN A DATA IMAGE PIXEL{overall:19.4f}")
        control_images("BKGINIT", "BLANK", "GAIN")


def _backgrounds(inputs: Inputs, numbers: list[int]) -> dict[int, tuple[float, int]]:
    """By image: the mean of the pixels that are no spots, and how many they are."""
    made = experiments(of_inputs(inputs), inputs, (numbers[0], numbers[-1]), pixels=True)
    return {number: background(made[0].imageset, number - numbers[0]) for number in numbers}


def background(imageset: object, index: int) -> tuple[float, int]:
    pixels = imageset.get_raw_data(index)[0].as_numpy_array()
    good = pixels[imageset.get_mask(index)[0].as_numpy_array()]
    if not len(good):
        return 0.0, 0
    calm = good[good <= np.percentile(good, 99)]
    return float(calm.mean()), int(calm.size)


def colspot(inputs: Inputs, processors: int) -> None:
    with Log("COLSPOT") as log:
        for name in ("BKGINIT", "BLANK", "GAIN", "X-CORRECTIONS", "Y-CORRECTIONS"):
            required(f"{name}.cbf", log)
        images = data_range(inputs)
        ranges = inputs.ranges("SPOT_RANGE") or [images]
        echo(log, inputs, "NAME_TEMPLATE_OF_DATA_FRAMES", "DATA_RANGE", "STRONG_PIXEL")
        for first, last in ranges:
            log(f" SPOT_RANGE={first:8d}{last:8d}")
            check_images(inputs, range(first, last + 1), log)
        made = experiments(of_inputs(inputs), inputs, images, pixels=True)
        found = finding.find(made, inputs, ranges, processors, log)
        places, strengths = spots.places_of(found), found["intensity.sum.value"].as_numpy_array()
        kept = strengths >= 1
        _frames(log, places, ranges, inputs)
        log(f"\n NUMBER OF DIFFRACTION SPOTS LOCATED            {len(found):10d}")
        log(f" IGNORED BECAUSE OF SPOT MAXIMUM OUT OF CENTER  {0:10d}")
        log(f" IGNORED BECAUSE OF SPOT CLOSE TO UNTRUSTED REGION{0:8d}")
        log(f" WEAK SPOTS OMITTED                             {np.count_nonzero(~kept):10d}")
        log(f" NUMBER OF DIFFRACTION SPOTS ACCEPTED           {np.count_nonzero(kept):10d}")
        spots.write(places, strengths)
        control_images("FRAME")


def _frames(log: Log, places: spots.Floats, ranges: list[tuple[int, int]], inputs: Inputs) -> None:
    """The table of images; strong pixels are not counted here, spots are."""
    log("\n FRAME #      NBKG     NSTRONG   I/O-FLAG")
    nx, ny = inputs.integer("NX"), inputs.integer("NY")
    counts = np.bincount(np.floor(places[:, 2]).astype(int)) if len(places) else np.zeros(1, int)
    for first, last in ranges:
        for number in sorted(set(range(first, last + 1)) - excluded(inputs)):
            strong = counts[number - 1] if number <= len(counts) else 0
            log(f"{number:8d}{nx * ny:10d}{strong:12d}{0:8d}")


def defpix(inputs: Inputs, processors: int) -> None:
    with Log("DEFPIX") as log:
        required("BKGINIT.cbf", log)
        required("XPARM.XDS", log)
        low, high = inputs.numbers("INCLUDE_RESOLUTION_RANGE", 20, 0)[:2]
        names = "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS", "INCLUDE_RESOLUTION_RANGE"
        echo(log, inputs, *names)
        edge = highest_resolution(inputs)
        limits = f"{low:10.3f}{max(high, edge):10.3f}"
        log(f" RESOLUTION RANGE RECORDED BY DETECTOR (ANGSTROM){limits}")
        control_images("ABS", "BKGPIX")


def highest_resolution(inputs: Inputs) -> float:
    """Angstrom, in the detector's farthest corner, by XPARM.XDS."""
    from xds_standin import parameters as xparm
    from xds_standin.geometry import models

    geometry, _ = xparm.read("XPARM.XDS")
    beam, detector, _ = models(geometry, inputs)
    return float(detector.get_max_resolution(beam.get_s0()))
