"""What every XDS.INP of a sweep says: images, scan, beam, detector. XDS gets the frame ``sw`` unchanged."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sweepwright.engines.base import (
    TO_RUN,
    Part,
    constant,
    images_named,
    panel_of,
    panels_of,
    placed_by,
    template_path,
    threads,
)
from sweepwright.engines.ice import ring_limits
from sweepwright.engines.keywords import keyword_lines
from sweepwright.engines.xds.sensor import absorption
from sweepwright.geometry.xds import XdsGeometry, with_segments, xds_plane
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import AtRun, Leaves, Resolved, computed, items_of
from sweepwright.programs.xds.detectors import Family, family_of

#: how the names of masters end, and what XDS wants in their place (its plug-ins put it back)
_MASTER, _SIX = "master", "??????"
#: kind of mask -> variable of the template
_MASKS = {
    "rectangle": "rectangles",
    "ellipse": "ellipses",
    "polygon": "quadrilaterals",
    "resolution": "excluded_resolution",
}

Context = dict[str, Any]


def instrument(sweep: ResolvedSweep, job: Leaves) -> Context:
    """The part that every XDS.INP has, and the variables that mean the same wherever they stand."""
    path = f"sweeps[{sweep.name}].xds."
    low, high = (sweep.leaves[f"processing.resolution.{limit}"] for limit in ("low", "high"))
    return {
        "sweep": Resolved(path + "sweep", sweep.name, sweep.leaves["range"].origin),
        "instrument": Part("xds/instrument.inp.j2", _instrument(path, sweep)),
        "ice": None,
        "resolution_range": _limits(path, low, high),
        "processors": threads(path + "MAXIMUM_NUMBER_OF_PROCESSORS", job["run.threads"]),
    }


def _instrument(path: str, sweep: ResolvedSweep) -> Context:
    """The variables of ``instrument.inp.j2``."""
    leaves, first, kind = sweep.leaves, sweep.extent[0], family(sweep)
    pixel, size, images = leaves["geometry.pixel_size"], leaves["geometry.size"], leaves["range"]
    return {
        "template": images_named(
            path + "NAME_TEMPLATE_OF_DATA_FRAMES",
            sweep,
            template_name(sweep.seen, packed="plugin.file" in leaves),
        ),
        **_plugin(path, leaves),
        "data_range": computed(path + "DATA_RANGE", sweep.extent, "first and last image", images),
        "excluded": [
            computed(f"{path}EXCLUDE_DATA_RANGE[{index}]", pair, "excluded", *sweep.said_of_images)
            for index, pair in enumerate(sweep.excluded.intervals)
        ],
        "rotation_axis": leaves["scan.axis"],
        "oscillation_range": leaves["scan.width"],
        "starting_angle": leaves["scan.start"],
        "starting_frame": computed(path + "STARTING_FRAME", first, "first image", images),
        "wavelength": leaves["geometry.wavelength"],
        "beam_direction": constant(path + "INCIDENT_BEAM_DIRECTION", (0.0, 0.0, 1.0), "frame sw"),
        "polarization_fraction": leaves["geometry.polarization.fraction"],
        "polarization_normal": leaves["geometry.polarization.normal"],
        "detector": constant(path + "DETECTOR", kind.keyword, "detector family"),
        "nx": computed(path + "NX", size.known[0], "fast", size),
        "ny": computed(path + "NY", size.known[1], "slow", size),
        "qx": computed(path + "QX", pixel.known[0], "fast", pixel),
        "qy": computed(path + "QY", pixel.known[1], "slow", pixel),
        "fast_axis": leaves["detector.fast"],
        "slow_axis": leaves["detector.slow"],
        "overload": _overload(path, leaves["geometry.overload"], kind),
        "minimum_valid_pixel_value": constant(
            path + "MINIMUM_VALID_PIXEL_VALUE", kind.minimum, "detector family"
        ),
        "sensor_thickness": leaves["geometry.sensor.thickness"],
        "silicon": absorption(
            path, leaves["geometry.sensor.material"], leaves["geometry.wavelength"]
        ),
        "trusted_region": constant(path + "TRUSTED_REGION", (0.0, 1.41), "corners included"),
        **_placed(path, sweep),
        **_untrusted(path, sweep),
    }


def machine(sweep: ResolvedSweep, job: Leaves, stage: str, jobs: int | None) -> Context:
    """The variables of a stage in ``machine.inp.j2``; ``stage`` names the steps of XDS that run.

    ``jobs`` is None where no step of it is spread over jobs.
    """
    path = f"sweeps[{sweep.name}].{readers(stage)[-1]}."
    return {
        "job": constant(path + "JOB", stage, "steps of XDS"),
        "jobs": computed(path + "MAXIMUM_NUMBER_OF_JOBS", jobs, "pinned", job["run.jobs"]),
        "nodes": _nodes(path, job["run.nodes"], jobs),
        "keywords": keyword_lines(sweep.leaves, readers(stage), "= "),
    }


def _nodes(path: str, asked: Resolved[Any], jobs: int | None) -> Resolved[Any]:
    """The machines over which forkxds deals out the jobs of a step; one alone needs no name."""
    wanted = AtRun("nodes", asked.known) if asked.known > 1 and (jobs or 1) > 1 else None
    return computed(path + "CLUSTER_NODES", wanted, "nodes of the allocation", asked)


def readers(stage: str) -> tuple[str, ...]:
    """What a job calls the steps of XDS under ``keywords``."""
    return ("xds", *(f"xds.{step.lower()}" for step in stage.split()))


def _limits(path: str, low: Resolved[Any], high: Resolved[Any]) -> Resolved[Any]:
    """Low and high limit; without a low limit 999 A, without a high one 0 (all)."""
    top = high.value if isinstance(high.value, float) else 0.0
    bottom = low.value if low.value is not None else 999.0
    return computed(path + "INCLUDE_RESOLUTION_RANGE", (bottom, top), "limits", low, high)


def _plugin(path: str, leaves: Leaves) -> dict[str, Resolved[Any]]:
    """LIB, as seen from an attempt, and the digest of what it names; nothing where none is needed."""
    file, none = leaves.get("plugin.file"), constant(path + "LIB", None, "XDS reads the images")
    if file is None:
        return {"library": none, "library_sha256": none}
    library = computed(path + "LIB", f"{TO_RUN}/{file.known}", "plug-in", file)
    return {"library": library, "library_sha256": leaves["plugin.sha256"]}


def template_name(template: ImageTemplate, packed: bool = False) -> str:
    """The name of the images for XDS, which finds masters by itself.

    It unpacks images itself, and wants their names without .gz; a plug-in for ``packed`` ones has it.
    """
    if template.one_file and template.prefix.endswith(_MASTER):
        template = replace(template, prefix=template.prefix.removesuffix(_MASTER) + _SIX)
    name = template_path(template, "?")
    return name if packed else re.sub(r"\.(gz|bz2)$", "", name)


def _overload(path: str, said: Resolved[Any], kind: Family) -> Resolved[Any]:
    """As the job or the header has it, else as usual for the detector."""
    if said.value is not None or kind.overload is None:
        return said
    return constant(path + "OVERLOAD", kind.overload, "detector family")


def _placed(path: str, sweep: ResolvedSweep) -> Context:
    """Distance and ORG; of a detector square to the beam they are what was written."""
    leaves, sources = sweep.leaves, placed_by(sweep)
    detector, foot = xds_plane(panel_of(sweep)), "foot of the perpendicular + 0.5"
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
    segments = _segments(path, sweep, detector)
    return {"distance": distance, "orgx": orgx, "orgy": orgy, "segments": segments}


def _segments(path: str, sweep: ResolvedSweep, plane: XdsGeometry) -> list[Context]:
    """The lines of a SEGMENT for each panel, in the system of the plane that stands for them."""
    panels = panels_of(sweep)
    if not panels:
        return []
    seen, rule = sweep.leaves["detector.panels"], "against the main panel"
    found: list[Context] = []
    for number, one in enumerate(with_segments(plane, panels).segments, 1):
        own = f"{path}SEGMENT[{number}]."
        placed = {
            "x_axis": one.x_axis, "y_axis": one.y_axis, "distance": one.distance_mm,
            "orgx": one.org_px[0], "orgy": one.org_px[1],
        }  # fmt: skip
        limits = computed(own + "limits", one.limits, "first and last pixel", seen)
        found.append(
            {"limits": limits}
            | {key: computed(own + key, value, rule, seen) for key, value in placed.items()}
        )
    return found


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
        found["excluded_resolution"] += ring_limits(path, ice)
    return dict(found)


def family(sweep: ResolvedSweep) -> Family:
    """What XDS takes the detector of the sweep for."""
    header = sweep.facts.first_header
    name = header.get("detector")
    return family_of(
        header.format,
        str(name.value) if name is not None else "",
        sweep.leaves["geometry.sensor.material"].known,
    )
