"""Sample leaves for every DIALS template, and the files made from them.

The numbers are those of the little data set of ``fixtures/README.md``: P 43 21 2, 45 45 30, 40 images
of one degree on a Pilatus 300K.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.emit.tables import fill
from sweepwright.emit.templates import JSON, PHIL, Renderer
from sweepwright.model.plan import Hole
from sweepwright.model.resolved import AtRun, Decision, Layer, Origin, Resolved, Verbatim

THREADS = AtRun("threads")

GEOMETRY: dict[str, Any] = {
    "wavelength": 0.9795,
    "beam_direction": (0.0, 0.0, 1.0),
    "polarization_fraction": 0.999,
    "polarization_normal": (0.0, 1.0, 0.0),
    "rotation_axis": (1.0, 0.0, 0.0),
    "fixed_rotation": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    "oscillation": (0.0, 1.0),
    "image_range": (1, 40),
    "fast_axis": (1.0, 0.0, 0.0),
    "slow_axis": (0.0, -1.0, 0.0),
    "origin": (-42.1744, 52.6664, -90.0),
    "pixel_size": (0.172, 0.172),
    "trusted_range": (-0.5, 1048500),
    "sensor_material": "Si",
    "sensor_thickness": 0.32,
}
ONE_PANEL = {"number": None} | {
    name: GEOMETRY[name] for name in ("fast_axis", "slow_axis", "origin")
}
#: the second is turned by 60 degrees about x
TWO_PANELS = [
    ONE_PANEL | {"number": 0},
    ONE_PANEL | {"number": 1, "slow_axis": (0.0, -0.5, 0.8660254037844386)},
]
NAMES = {"project": "lyso-test", "crystal": "x1", "dataset": "w1"}

ONE_AREA = {"panel": None, "shape": (3, 9, 0, 2)}

#: what the compiler gives for a job that says little, by template
CONTEXTS: dict[str, dict[str, Any]] = {
    "import": GEOMETRY
    | {"images": "../../../../roots/job/sweep1_####.cbf", "panels": [ONE_PANEL], "on_groups": None},
    "find_spots": {
        "nproc": THREADS,
        "spot_ranges": [(1, 40)],
        "sigma_strong": 3,
        "mask": None,
        "min_spot_size": "Auto",
    },
    "mask": {"rectangles": [ONE_AREA], "circles": [], "polygons": [], "resolutions": []},
    "search_beam": {"nproc": THREADS, "max_cell": None, "max_reflections": 2000},
    "index": {
        "space_group": None,
        "unit_cell": None,
        "max_cell": "Auto",
        "max_refine": "Auto",
        "fix_beam": None,
        "fix_detector": None,
        "fix_crystal": None,
    },
    "refine": {},
    "integrate": {
        "nproc": THREADS,
        "block_size": 10.0,
        "d_min": None,
        "d_max": None,
        "exclude_images": None,
        "mask": None,
    },
    "symmetry": {"d_min": None},
    "cosym": {"space_group": None, "reference": None, "d_min": None},
    "absences": {"d_min": None},
    "scale": {
        "anomalous": True,
        "d_min": None,
        "d_max": None,
        "absorption": False,
        "exclude_images": None,
    },
    "merge": NAMES | {"d_min": Decision("resolution@x1", "d_min", ""), "d_max": None},
    "export": NAMES | {"d_min": 1.9, "d_max": None},
    "split": {},
}

#: the same where a job says much
FULL: dict[str, dict[str, Any]] = {
    "import": GEOMETRY
    | {"images": "../../../../roots/job/sweep1_####.cbf", "panels": TWO_PANELS, "on_groups": True},
    "mask": {
        "rectangles": [ONE_AREA, {"panel": 1, "shape": (0, 2, 0, 2)}],
        "circles": [{"panel": 2, "shape": (10, 12, 5)}],
        "polygons": [{"panel": None, "shape": (1, 1, 9, 1, 9, 9, 1, 1)}],
        "resolutions": [(3.6, 3.7)],
    },
    "search_beam": {"nproc": 2, "max_cell": 120, "max_reflections": 500},
    "find_spots": {
        "nproc": 2,
        "spot_ranges": [(1, 10), (13, 40)],
        "sigma_strong": 2,
        "mask": "pixels.mask",
        "min_spot_size": 2,
        "keywords": [Verbatim("spotfinder.threshold.dispersion.sigma_strong = 2")],
    },
    "index": {
        "space_group": "P 43 21 2",
        "unit_cell": (45.0, 45.0, 30.0, 90.0, 90.0, 90.0),
        "max_cell": 100.0,
        "max_refine": 15,
        "fix_beam": "all",
        "fix_detector": "distance",
        "fix_crystal": "orientation",
    },
    "integrate": {
        "nproc": 1,
        "block_size": 7.5,
        "d_min": 1.95,
        "d_max": 40.0,
        "exclude_images": (11, 12),
        "mask": "pixels.mask",
        "keywords": [Verbatim("profile.gaussian_rs.min_spots.overall = 70")],
    },
    "symmetry": {"d_min": 2.0},
    "cosym": {"space_group": "R 3 :H", "reference": "../r.mtz", "d_min": 2.0},
    "absences": {"d_min": 2.0},
    "scale": {
        "anomalous": False,
        "d_min": 1.95,
        "d_max": 40.0,
        "absorption": True,
        "exclude_images": ("0:11:12", "1:3:3"),
    },
    "merge": NAMES | {"d_min": 1.95, "d_max": 40.0},
    "export": NAMES | {"d_min": None, "d_max": 40.0},
}
EXPECTED = GEOMETRY | {
    "images": 40,
    "distance": 90.0,
    "beam_center": (245.2, 306.2),
    "size": (487, 619),
    "each_panel": None,
}


def leaf(name: str, value: Any) -> Resolved[Any]:
    """A leaf whose origin holds every sign that PHIL could take for its own."""
    return Resolved(name, value, Origin(Layer.HEADER, f"{name}; a = {{b}}", 'it\'s "x" # [A].k'))


def leaves(values: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a template; a list becomes a list of leaves."""
    return {name: of_leaves(name, value) for name, value in {"keywords": [], **values}.items()}


def of_leaves(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [of_leaves(name, item) for item in value]
    if isinstance(value, dict):
        return {key: of_leaves(key, item) for key, item in value.items()}
    return leaf(name, value)


def at_run(hole: Hole) -> Any:
    """What stands in a hole when the step starts."""
    return 2 if hole.resource else 1.9


def phil_file(name: str, values: Mapping[str, Any]) -> str:
    """A rendered and filled PHIL file."""
    table = Renderer().table(f"dials/{name}.phil.j2", f"{name}.phil", PHIL, leaves(values))
    return fill(table, at_run)


def reference_file(values: Mapping[str, Any] = EXPECTED) -> str:
    """A rendered ``reference.expt``."""
    table = Renderer().table("dials/reference.expt.j2", "reference.expt", JSON, leaves(values))
    return fill(table, at_run)


def expected_file(values: Mapping[str, Any] = EXPECTED) -> str:
    """A rendered ``expected.json``."""
    table = Renderer().table("dials/expected.json.j2", "expected.json", JSON, leaves(values))
    return fill(table, at_run)
