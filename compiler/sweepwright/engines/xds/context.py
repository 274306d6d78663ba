"""Leaves to the variables of ``templates/xds``. XDS gets the frame ``sw`` unchanged."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sweepwright.engines.base import constant, panel_of, placed_by, template_path, threads
from sweepwright.engines.keywords import keyword_lines
from sweepwright.geometry.xds import xds_geometry
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.job_resolved import DataSet, ResolvedGroup, ResolvedSweep
from sweepwright.model.resolved import Leaves, Resolved, computed, items_of

#: width of image packets for the background, degrees (XDS's own default is about five degrees)
BACKGROUND_DEG = 5.0
XDS_PROGRAMS = (
    "xds",
    *(f"xds.{step}" for step in "xycorr init colspot idxref defpix integrate correct".split()),
)
_KEYWORDS = {"PILATUS": "PILATUS", "EIGER": "EIGER"}
#: how the names of masters end, and what XDS wants in their place (its plug-ins put it back)
_MASTER, _SIX = "master", "??????"


#: steps of XDS until processing stops
STEPS = {
    "indexing": "XYCORR INIT COLSPOT IDXREF",
    "integration": "XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT",
    "end": "XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT",
}
#: words of REFINE(IDXREF); XDS calls the distance POSITION
_REFINED = {
    "beam": "BEAM", "axis": "AXIS", "orientation": "ORIENTATION", "cell": "CELL",
    "distance": "POSITION",
}  # fmt: skip
#: rings of hexagonal ice, A, and half of the width that is left out (XDS's distributed XDS.INP)
_ICE_A = (3.897, 3.669, 3.441, 2.671, 2.249, 2.072, 1.948, 1.918, 1.883, 1.721)
_ICE_HALF_WIDTH_A = 0.03


def xds_context(sweep: ResolvedSweep, group: ResolvedGroup, job: Leaves) -> dict[str, Any]:
    """Every variable of ``XDS.INP.j2``."""
    leaves, first, last = sweep.leaves, *sweep.extent
    path = f"sweeps[{sweep.name}].xds."
    pixel, size = leaves["geometry.pixel_size"], leaves["geometry.size"]
    images = leaves["range"]
    width = leaves["scan.width"]
    # within the first images that are used: the background is never taken from excluded ones
    background = min(
        sweep.images.intervals[0][1], first + max(1, round(BACKGROUND_DEG / width.known)) - 1
    )
    high, low = (leaves[f"processing.resolution.{end}"] for end in ("high", "low"))
    spots, until, jobs = leaves["scan.spot_images"], job["processing.until"], job["run.jobs"]
    number, cell = group.leaves["space_group_number"], group.leaves["cell"]
    return {
        "sweep": Resolved(path + "sweep", sweep.name, images.origin),
        "job": computed(path + "JOB", STEPS[until.known], "steps of XDS", until),
        "template": computed(
            path + "NAME_TEMPLATE_OF_DATA_FRAMES",
            _template(sweep.template),
            "template",
            leaves["images"],
        ),
        "data_range": computed(path + "DATA_RANGE", (first, last), "first and last image", images),
        "spot_ranges": [
            computed(f"{path}SPOT_RANGE[{index}]", pair, "SPOT_RANGE", spots)
            for index, pair in enumerate(spots.known.intervals)
        ],
        "background_range": computed(
            path + "BACKGROUND_RANGE",
            (first, background),
            "the first five degrees",
            images,
            width,
        ),
        "excluded": [
            computed(f"{path}EXCLUDE_DATA_RANGE[{index}]", pair, "excluded", *sweep.said_of_images)
            for index, pair in enumerate(sweep.excluded.intervals)
        ],
        "rotation_axis": leaves["scan.axis"],
        "oscillation_range": width,
        "starting_angle": leaves["scan.start"],
        "starting_frame": computed(path + "STARTING_FRAME", first, "first image", images),
        "wavelength": leaves["geometry.wavelength"],
        "beam_direction": constant(path + "INCIDENT_BEAM_DIRECTION", (0.0, 0.0, 1.0), "frame sw"),
        "polarization_fraction": leaves["geometry.polarization.fraction"],
        "polarization_normal": leaves["geometry.polarization.normal"],
        "detector": constant(path + "DETECTOR", _keyword(sweep), "detector family"),
        "nx": computed(path + "NX", size.known[0], "fast", size),
        "ny": computed(path + "NY", size.known[1], "slow", size),
        "qx": computed(path + "QX", pixel.known[0], "fast", pixel),
        "qy": computed(path + "QY", pixel.known[1], "slow", pixel),
        "fast_axis": leaves["detector.fast"],
        "slow_axis": leaves["detector.slow"],
        "overload": leaves["geometry.overload"],
        "minimum_valid_pixel_value": constant(path + "MINIMUM_VALID_PIXEL_VALUE", 0, "gaps are -1"),
        "sensor_thickness": leaves["geometry.sensor.thickness"],
        "trusted_region": constant(path + "TRUSTED_REGION", (0.0, 1.41), "corners included"),
        "space_group_number": _number(path, number),
        "cell": cell,
        "friedels_law": _friedel(path, group),
        "resolution_range": _resolution(path, low, high),
        "refine_idxref": _refined(path, leaves["processing.indexing.refine"]),
        "jobs": computed(path + "MAXIMUM_NUMBER_OF_JOBS", jobs.known.integrate, "pinned", jobs),
        "keywords": keyword_lines(leaves, XDS_PROGRAMS, "= "),
        "processors": threads(path + "MAXIMUM_NUMBER_OF_PROCESSORS", job["run.threads"]),
        **_placed(path, sweep),
        **_untrusted(path, sweep),
    }


def _template(template: ImageTemplate) -> str:
    """The name of the images for XDS, which unpacks them itself and finds masters by itself."""
    if template.one_file and template.prefix.endswith(_MASTER):
        template = replace(template, prefix=template.prefix.removesuffix(_MASTER) + _SIX)
    return re.sub(r"\.(gz|bz2)$", "", template_path(template, "?"))


def _placed(path: str, sweep: ResolvedSweep) -> dict[str, Resolved[Any]]:
    """Distance and ORG; of a detector square to the beam they are what was written."""
    leaves, sources = sweep.leaves, placed_by(sweep)
    detector, foot = xds_geometry([panel_of(sweep)]), "foot of the perpendicular + 0.5"
    distance, center = leaves["geometry.distance"], leaves["geometry.beam_center"]
    if detector.distance_mm != distance.value:
        distance = computed(
            path + "DETECTOR_DISTANCE", detector.distance_mm, "along fast x slow", *sources
        )
    elif tuple(px + 0.5 for px in center.known) == detector.org_px:
        foot, sources = "beam centre + 0.5", [center]
    orgx, orgy = (
        computed(path + key, value, foot, *sources)
        for key, value in zip(("ORGX", "ORGY"), detector.org_px, strict=True)
    )
    return {"distance": distance, "orgx": orgx, "orgy": orgy}


def _refined(path: str, choice: Resolved[Any]) -> Resolved[Any]:
    """The words of REFINE(IDXREF), or None: what XDS refines by itself."""
    words = None if choice.value is None else tuple(_REFINED[word] for word in choice.known)
    return computed(path + "REFINE(IDXREF)", words, "what is refined", choice)


def _untrusted(path: str, sweep: ResolvedSweep) -> dict[str, Any]:
    """Masks by XDS's names; resolutions that are left out, of masks and of ice."""
    masks, ice = sweep.leaves.get("masks"), sweep.leaves["processing.ice_rings"]
    found: dict[str, list[Resolved[Any]]] = {
        "rectangles": [], "ellipses": [], "quadrilaterals": [], "excluded_resolution": [],
    }  # fmt: skip
    for index, (mask, origin) in enumerate(items_of(masks) if masks is not None else ()):
        kind, numbers = mask
        if kind == "circle":
            x, y, radius = numbers
            kind, numbers = "ellipse", (x - radius, x + radius, y - radius, y + radius)
        where = _MASKS[kind]
        one = Resolved(f"sweeps[{sweep.name}].masks", mask, origin)
        found[where].append(computed(f"{path}{where}[{index}]", numbers, mask.kind, one))
    if ice.value == "exclude":
        for ring in _ICE_A:
            limits = tuple(round(ring + side * _ICE_HALF_WIDTH_A, 3) for side in (1, -1))
            leaf = computed(f"{path}ice[{ring}]", limits, "rings of ice", ice)
            found["excluded_resolution"].append(leaf)
    return dict(found)


_MASKS = {
    "rectangle": "rectangles",
    "ellipse": "ellipses",
    "polygon": "quadrilaterals",
    "resolution": "excluded_resolution",
}


def xscale_context(group: ResolvedGroup, job: Leaves) -> dict[str, Any]:
    """Every variable of ``XSCALE.INP.j2``: data sets are scaled together and written apart."""
    path = f"groups[{group.name}].xscale."
    return {
        "group": constant(path + "group", group.name, "group"),
        "datasets": [
            {
                "output": constant(
                    f"{path}OUTPUT_FILE[{dataset.name}]", scaled_file(group, dataset), "data set"
                ),
                "resolution_range": _resolution(
                    f"{path}{dataset.name}.",
                    dataset.leaves["processing.resolution.low"],
                    dataset.leaves["processing.resolution.high"],
                ),
                "files": [
                    constant(f"{path}INPUT_FILE[{name}]", f"{name}.HKL", "linked XDS_ASCII.HKL")
                    for name in dataset.sweeps
                ],
            }
            for dataset in group.datasets
        ],
        "keywords": {
            scope: keyword_lines(job, ("xscale",), "= ", scope)
            for scope in ("general", "output", "input")
        },
        "friedels_law": _friedel(path, group),
        "merge": constant(path + "MERGE", False, "unmerged for statistics"),
        "strict_absorption": constant(path + "STRICT_ABSORPTION_CORRECTION", False, "XSCALE"),
        "processors": threads(path + "MAXIMUM_NUMBER_OF_PROCESSORS", job["run.scaling_threads"]),
    }


def scaled_file(group: ResolvedGroup, dataset: DataSet) -> str:
    """The name of a data set's scaled file: its own, unless it is alone and nobody named it."""
    named = len(group.datasets) > 1 or group.sweeps[0].dataset
    return f"{dataset.name}.HKL" if named else "XSCALE.HKL"


def _keyword(sweep: ResolvedSweep) -> str:
    fact = sweep.facts.first_header.get("detector")
    text = str(fact.value).upper() if fact is not None else ""
    return next((word for name, word in _KEYWORDS.items() if name in text), "PILATUS")


def _number(path: str, number: Resolved[Any]) -> Resolved[Any]:
    if number.value is not None:
        return number
    return constant(path + "SPACE_GROUP_NUMBER", 0, "group unknown")


def _friedel(path: str, group: ResolvedGroup) -> Resolved[Any]:
    """FALSE keeps mates apart; until it is decided they are kept apart."""
    anomalous = group.leaves["processing.anomalous"]
    merged = anomalous.value is False
    return computed(path + "FRIEDEL'S_LAW", merged, "mates together unless anomalous", anomalous)


def _resolution(path: str, low: Resolved[Any], high: Resolved[Any]) -> Resolved[Any]:
    """Low and high limit; without a low limit 999 A, without a high one 0 (all)."""
    top = high.value if isinstance(high.value, float) else 0.0
    bottom = low.value if low.value is not None else 999.0
    return computed(path + "INCLUDE_RESOLUTION_RANGE", (bottom, top), "limits", low, high)
