"""Leaves to the variables of ``templates/dials``. DIALS gets vectors in the imgCIF frame of dxtbx."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sweepwright.engines import damage
from sweepwright.engines.base import (
    TO_RUN,
    constant,
    images_named,
    panel_of,
    placed_by,
    template_path,
    threads,
    until_decided,
)
from sweepwright.engines.dials.masks import mask_name
from sweepwright.engines.dials.panels import each_panel, for_phil, on_groups
from sweepwright.geometry.detector import beam_center_px, signed_distance_mm
from sweepwright.geometry.frames import IMGCIF, from_sw, matrix_from_sw
from sweepwright.geometry.rotation import flat, rounded, rows
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.resolved import Leaves, Resolved, computed

Context = dict[str, Any]

#: degrees of a block of integration; pinned, since it decides how reflections are cut
BLOCK_DEG = 10.0
#: the simplest space group of each Bravais lattice, as `indexing.known_symmetry` wants it
LATTICE_GROUPS = {
    "aP": "P 1", "mP": "P 1 2 1", "mC": "C 1 2 1", "mI": "I 1 2 1", "oP": "P 2 2 2",
    "oC": "C 2 2 2", "oF": "F 2 2 2", "oI": "I 2 2 2", "tP": "P 4 2 2", "tI": "I 4 2 2",
    "hP": "P 6 2 2", "hR": "R 3 2:H", "cP": "P 4 3 2", "cF": "F 4 3 2", "cI": "I 4 3 2",
}  # fmt: skip


def for_import(sweep: ResolvedSweep) -> Context:
    """Geometry, goniometer and scan, all written out: what was compiled is what DIALS gets."""
    path = f"sweeps[{sweep.name}].dials.template"
    geometry = _geometry(sweep)
    return geometry | {
        "images": images_named(path, sweep, template_path(sweep.seen)),
        "panels": for_phil(sweep, geometry),
        "on_groups": on_groups(sweep),
    }


def expected(sweep: ResolvedSweep) -> Context:
    """The models that DIALS must have made, to be compared after the import."""
    leaves, path = sweep.leaves, f"sweeps[{sweep.name}].dials."
    panel, placed = panel_of(sweep), placed_by(sweep)
    return _geometry(sweep) | {
        "size": leaves["geometry.size"],
        "distance": computed(
            path + "distance", abs(signed_distance_mm(panel)), "along the normal", *placed
        ),
        "beam_center": computed(
            path + "beam_center", beam_center_px(panel), "where the beam meets it", *placed
        ),
        "images": computed(
            path + "images",
            sweep.extent[1] - sweep.extent[0] + 1,
            "images",
            leaves["range"],
        ),
        "each_panel": each_panel(sweep),
    }


def _geometry(sweep: ResolvedSweep) -> Context:
    leaves, path = sweep.leaves, f"sweeps[{sweep.name}].dials."
    axis, fixed = leaves["scan.axis"], leaves["scan.fixed_rotation"]
    normal = leaves["geometry.polarization.normal"]
    start, width = leaves["scan.start"], leaves["scan.width"]
    frame = "imgCIF frame"
    overload = leaves["geometry.overload"]
    # dxtbx 3.12 takes the lower end as excluded, newer ones as included: -0.5 lets 0 in, -1 out
    trusted = None if overload.known is None else (-0.5, overload.known)
    return {
        "wavelength": leaves["geometry.wavelength"],
        "beam_direction": constant(
            path + "beam_direction", (0.0, 0.0, 1.0), "sample to source, imgCIF frame"
        ),
        "polarization_fraction": leaves["geometry.polarization.fraction"],
        "polarization_normal": computed(
            path + "polarization_normal", from_sw(IMGCIF, normal.known), frame, normal
        ),
        "rotation_axis": computed(path + "rotation_axis", from_sw(IMGCIF, axis.known), frame, axis),
        "fixed_rotation": computed(
            path + "fixed_rotation", flat(matrix_from_sw(IMGCIF, rows(fixed.known))), frame, fixed
        ),
        "oscillation": computed(
            path + "oscillation", (start.known, width.known), "start, width", start, width
        ),
        "image_range": leaves["range"],
        "fast_axis": _in_imgcif(path + "fast_axis", leaves["detector.fast"]),
        "slow_axis": _in_imgcif(path + "slow_axis", leaves["detector.slow"]),
        "origin": computed(
            path + "origin",
            rounded(from_sw(IMGCIF, leaves["detector.origin"].known)),
            "corner of the first pixel",
            *placed_by(sweep),
        ),
        "pixel_size": leaves["geometry.pixel_size"],
        "trusted_range": computed(
            path + "trusted_range", trusted, "counts from 0 to overload", overload
        ),
        "sensor_material": leaves["geometry.sensor.material"],
        "sensor_thickness": leaves["geometry.sensor.thickness"],
    }


def _in_imgcif(path: str, leaf: Resolved[Any]) -> Resolved[Any]:
    """A direction of frame sw as dxtbx has it; the rule of the leaf says where it is from."""
    return replace(leaf, path=path, value=rounded(from_sw(IMGCIF, leaf.known)))


def _excluded(sweep: ResolvedSweep) -> Resolved[Any]:
    """Numbers of the images that are left out between the first and the last."""
    numbers = tuple(sweep.excluded) or None
    return computed(
        f"sweeps[{sweep.name}].dials.exclude_images", numbers, "excluded", *sweep.said_of_images
    )


def find_spots(sweep: ResolvedSweep) -> Context:
    """Spots of all images."""
    path = f"sweeps[{sweep.name}].dials."
    spots = sweep.leaves["scan.spot_images"]
    return {
        "nproc": threads(path + "nproc"),
        "spot_ranges": [
            computed(f"{path}scan_range[{first}]", (first, last), "images searched", spots)
            for first, last in spots.known.intervals
        ],
        "sigma_strong": constant(path + "sigma_strong", 3, "DIALS"),
        "mask": mask_name(sweep),
        "min_spot_size": constant(path + "min_spot_size", "Auto", "DIALS"),
    }


def search_beam(sweep: ResolvedSweep) -> Context:
    """The search of the beam centre."""
    path = f"sweeps[{sweep.name}].dials."
    return {
        "nproc": threads(path + "nproc"),
        "max_cell": sweep.leaves["processing.indexing.max_cell"],
        "max_reflections": constant(path + "max_reflections", 2000, "enough, and fast"),
    }


def index(sweep: ResolvedSweep, group: ResolvedGroup) -> Context:
    """Known group and cell are enforced when the job gives them."""
    path = f"sweeps[{sweep.name}].dials."
    max_cell = sweep.leaves["processing.indexing.max_cell"]
    if max_cell.value is None:
        max_cell = constant(path + "max_cell", "Auto", "from the distances of spots")
    return {
        "space_group": _group_or_lattice(path, sweep, group),
        "unit_cell": group.leaves["cell"],
        "max_cell": max_cell,
        "max_refine": constant(path + "max_refine", "Auto", "all candidates"),
    } | _refined(path, sweep.leaves["processing.indexing.refine"])


def _group_or_lattice(path: str, sweep: ResolvedSweep, group: ResolvedGroup) -> Resolved[Any]:
    """The job's space group; else the simplest group of the lattice that it asks for."""
    lattice = sweep.leaves["processing.indexing.lattice"]
    if lattice.value is None or group.leaves["space_group"].value is not None:
        return group.leaves["space_group"]
    return computed(path + "lattice_group", LATTICE_GROUPS[lattice.known], "its lattice", lattice)


def _refined(path: str, choice: Resolved[Any]) -> Context:
    """What is kept fixed while indexing; None is what DIALS does by itself."""
    auto = choice.known is None
    refined = {"beam", "orientation", "cell", "distance"} if auto else set(choice.known)
    crystal = {"orientation", "cell"} - refined
    fix = {
        "fix_beam": None if "beam" in refined else "all",
        "fix_detector": None if "distance" in refined else "distance",
        "fix_crystal": {0: None, 2: "all"}.get(len(crystal), next(iter(crystal), None)),
    }
    return {
        key: computed(path + key, value, "what is not refined", choice)
        for key, value in fix.items()
    }


def integrate(sweep: ResolvedSweep) -> Context:
    """Blocks are pinned: with DIALS's automatic blocks the number of processes changes results."""
    path = f"sweeps[{sweep.name}].dials."
    return {
        "nproc": threads(path + "nproc"),
        "block_size": constant(path + "block_size", BLOCK_DEG, "pinned"),
        "d_min": sweep.leaves["processing.resolution.high"],
        "d_max": sweep.leaves["processing.resolution.low"],
        "exclude_images": _excluded(sweep),
        "mask": mask_name(sweep),
    }


def _known_high(path: str, leaves: Leaves) -> Resolved[Any]:
    """The limit when the job gives one; a decided one cuts later."""
    high = leaves["processing.resolution.high"]
    return until_decided(high, path + "d_min", None, "the limit is decided after scaling")


def symmetry(group: ResolvedGroup) -> Context:
    """The symmetry of one sweep."""
    return {"d_min": _known_high(f"groups[{group.name}].dials.", group.leaves)}


def reference(group: ResolvedGroup) -> Resolved[Any]:
    """The reference data set that the choice of axes follows, if there is one."""
    path = f"groups[{group.name}].dials.reference"
    asked = group.leaves.get("reference")
    if asked is None or asked.value is None or "indexing" not in asked.known.use:
        return constant(path, None, "no reference for indexing")
    place = group.leaves["reference.place"]
    return computed(path, f"{TO_RUN}/{place.known}", "its axes are taken", place)


def cosym(group: ResolvedGroup) -> Context:
    """One indexing for several sweeps; the job's group is imposed when it gives one."""
    return {
        "space_group": group.leaves["space_group"],
        "reference": reference(group),
        "d_min": _known_high(f"groups[{group.name}].dials.", group.leaves),
    }


def first_scale(group: ResolvedGroup) -> Context:
    """All data, mates apart: what is to be decided must not be hidden by what is assumed."""
    path = f"groups[{group.name}].dials."
    anomalous = group.leaves["processing.anomalous"]
    why = "mates apart until it is decided"
    anomalous = until_decided(anomalous, path + "anomalous", True, why)
    return _scale(group, _mates(group, anomalous), _known_high(path, group.leaves))


def final_scale(group: ResolvedGroup) -> Context:
    """With limit and treatment of mates as decided."""
    leaves = group.leaves
    anomalous = _mates(group, leaves["processing.anomalous"])
    values = _scale(group, anomalous, leaves["processing.resolution.high"])
    if damage.is_asked(group, damage.CUT_BACK):
        path = values["exclude_images"].path
        values["exclude_images"] = damage.cut(group, path, "exclude_images")
    return values


def _mates(group: ResolvedGroup, anomalous: Resolved[Any]) -> Resolved[Any]:
    """Whether mates are apart: always, where their differences must not count as outliers."""
    protect = group.leaves.get("processing.protect_anomalous")
    if protect is None or protect.value != "all":
        return anomalous
    path = f"groups[{group.name}].dials.anomalous"
    return computed(path, True, "differences of mates are kept", protect)


def excluded(group: ResolvedGroup) -> Resolved[Any]:
    """What the job leaves out between the first and the last image of each sweep."""
    found = tuple(
        f"{number}:{first}:{last}"
        for number, sweep in enumerate(group.sweeps)
        for first, last in sweep.excluded.intervals
    )
    path = f"groups[{group.name}].dials.exclude_images"
    ranges = [leaf for sweep in group.sweeps for leaf in sweep.said_of_images]
    return computed(path, found or None, "EXPERIMENT:first:last", *ranges)


def _scale(group: ResolvedGroup, anomalous: Resolved[Any], d_min: Resolved[Any]) -> Context:
    return {
        "anomalous": anomalous,
        "d_min": d_min,
        "d_max": group.leaves["processing.resolution.low"],
        "absorption": group.leaves["processing.scaling.absorption"],
        "exclude_images": excluded(group),
    }
