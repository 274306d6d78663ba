"""Writes geometries.json: geometries as other programs work them out.

    /usr/bin/python3 make_golden.py        (Debian's dials 3.12: dxtbx, and scipy)

Nothing of sweepwright is imported. Every vector here is in the imgCIF frame of dxtbx (x along the
spindle, z from crystal to source), but for the axes of a file in another frame, which are brought to
it by hand below. Sources of the numbers:

- goniostats: axis and fixed rotation from dxtbx's multi-axis goniometer; ``turned``, the whole
  rotation at ``angle`` of the scanned axis, from scipy's quaternions alone
- detectors: panels turned by scipy; beam centre, corner and foot of the perpendicular from dxtbx's
  Panel; ORGX, ORGY and distance as dxtbx.serialize.xds has them, which for pixels that are not square
  divides ORGY by the wrong side and is left out; two-theta panels from dxtbx's own factory
- barrel: pixels in the laboratory from dxtbx's hierarchy of panels
- pairs: the rotation between two settings of one crystal, from scipy's quaternions
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from dxtbx.model import Beam, Detector, Goniometer, Panel, Scan
from dxtbx.model.detector import DetectorFactory
from dxtbx.model.goniometer import GoniometerFactory
from dxtbx.serialize.xds import to_xds
from scipy.spatial.transform import Rotation
from scitbx.array_family import flex

COSINE, SINE = np.cos(np.radians(50)), np.sin(np.radians(50))
TINY = np.array([-0.002599, 0.000501, -0.999997])

#: name, source, axes from the base in the imgCIF frame, settings, scanned axis, its angle
GONIOSTATS = [
    ("spindle along -x", "Australian Synchrotron MX1", [("omega", (-1, 0, 0))], {}, "omega", 33.3),
    ("spindle along y", "MAX IV BioMAX", [("omega", (0, 1, 0))], {}, "omega", -71.0),
    (
        "kappa, scan about omega", "DLS I23: alpha 50, direction -y",
        [("omega", (1, 0, 0)), ("kappa", (COSINE, -SINE, 0)), ("phi", (1, 0, 0))],
        {"kappa": -60.0, "phi": 90.0}, "omega", 12.5,
    ),
    (
        "kappa, scan about phi", "DLS I23: alpha 50, direction -y",
        [("omega", (1, 0, 0)), ("kappa", (COSINE, -SINE, 0)), ("phi", (1, 0, 0))],
        {"omega": 25.0, "kappa": 70.0}, "phi", -140.0,
    ),
    (
        "mini-kappa, scan about omega", "ESRF ID30B, diffractcal.nml of 2018-04-25",
        [
            ("omega", (1, 0, 0)),
            ("kappa", (0.913106591595726, 0.281570947950061, 0.294879897000354)),
            ("phi", (0.999998364278384, -0.000464045, 0.001748171)),
        ],
        {"kappa": 137.2, "phi": -48.9}, "omega", 301.0,
    ),
    (
        "SmarGon, imgCIF frame", "DLS I04, run 5 of 2022 (dxtbx, test_FormatNXmxDLS16M.py)",
        [
            ("omega", (1, 0, 0)), ("chi", (-0.0046, 0.0372, -0.9993)),
            ("phi", (1, -0.0037, 0.002)),
        ],
        {"chi": 45.0, "phi": 120.0}, "omega", 90.0,
    ),
    (
        "Eulerian cradle, scan about phi", "STOE, chi as in COMCIFS/instrument-geometry-info",
        [("omega", (1, 0, 0)), ("chi", (0, 0, -1)), ("phi", (1, 0, 0))],
        {"omega": 35.0, "chi": -54.7}, "phi", 10.0,
    ),
    (
        "Eulerian cradle, scan about chi", "the axis in the middle of the chain",
        [("omega", (1, 0, 0)), ("chi", (0, 0, -1)), ("phi", (1, 0, 0))],
        {"omega": -20.0, "phi": 64.0}, "chi", 22.0,
    ),
]  # fmt: skip
#: McStas to imgCIF by hand: (-a, b, -c)
NEXUS = (
    "SmarGon, NeXus frame", "DLS I03 (mx-bluesky, nexus_utils.py)",
    [
        ("omega", (-1, 0, 0)), ("chi", (0.006, -0.0264, 0.9996)), ("phi", (-1, -0.0025, -0.0056)),
    ],
    {"chi": 30.0, "phi": -17.5}, "omega", 200.0,
)  # fmt: skip

#: name, beam centre px at two-theta 0, distance, pixel, size, fast, slow, turns about the crystal,
#: tilts about where the beam meets it, beam from source to crystal
SQUARE = ((1, 0, 0), (0, -1, 0))
DETECTORS = [
    ("square", (1231.5, 1263.25), 250.0, (0.172, 0.172), (2463, 2527), *SQUARE, [], [], (0, 0, -1)),
    ("two-theta +20 about x", (1531.5, 1535.0), 200.0, (0.073242, 0.073242), (3072, 3072), *SQUARE,
     [((1, 0, 0), 20.0)], [], (0, 0, -1)),
    ("two-theta -15 about y", (1044.0, 1085.5), 150.0, (0.075, 0.075), (2070, 2167), *SQUARE,
     [((0, 1, 0), -15.0)], [], (0, 0, -1)),
    ("fast along y, slow along x", (2102.48, 2163.1), 300.0, (0.075, 0.075), (4150, 4371),
     (0, 1, 0), (-1, 0, 0), [], [], (0, 0, -1)),
    ("slow mirrored", (512.25, 498.75), 120.0, (0.1, 0.1), (1024, 1024), (1, 0, 0), (0, 1, 0),
     [], [], (0, 0, -1)),
    ("both counted backwards", (512.25, 498.75), 120.0, (0.1, 0.1), (1024, 1024), (-1, 0, 0),
     (0, 1, 0), [], [], (0, 0, -1)),
    ("tilted about three axes", (1231.5, 1263.25), 250.0, (0.172, 0.172), (2463, 2527), *SQUARE,
     [], [((1, 0, 0), 1.2), ((0, 1, 0), -0.7), ((0, 0, 1), 0.4)], (0, 0, -1)),
    ("pixels not square, two-theta", (300.5, 280.25), 90.0, (0.05, 0.08), (600, 500), *SQUARE,
     [((1, 0, 0), -8.0)], [], (0, 0, -1)),
    ("beam off z", (1238.0, 1300.75), 321.5, (0.172, 0.172), (2463, 2527), *SQUARE, [], [],
     tuple(TINY / np.linalg.norm(TINY))),
    ("mirrored, tilted, pixels not square", (700.1, 411.9), 180.0, (0.0791, 0.0788), (1475, 1679),
     (0, -1, 0), (1, 0, 0), [], [((0.6, 0.8, 0), 6.5)], (0, 0, -1)),
]  # fmt: skip


def quaternion(axis, degrees):
    axis = np.array(axis, float)
    return Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis))


def whole_turn(axes, settings):
    turn = Rotation.identity()
    for name, axis in axes:
        turn = turn * quaternion(axis, settings[name])
    return turn


def goniostat(name, source, axes, settings, scanned, angle):
    inwards = axes[::-1]
    model = GoniometerFactory.multi_axis(
        flex.vec3_double([tuple(np.array(v, float) / np.linalg.norm(v)) for _, v in inwards]),
        flex.double([settings.get(axis, 0.0) for axis, _ in inwards]),
        flex.std_string([axis for axis, _ in inwards]),
        [axis for axis, _ in inwards].index(scanned),
    )
    setting = np.reshape(model.get_setting_rotation(), (3, 3))
    fixed = setting @ np.reshape(model.get_fixed_rotation(), (3, 3))
    return {
        "name": name,
        "source": source,
        "frame": "imgCIF",
        "axes": axes,
        "settings": settings,
        "scanned": scanned,
        "angle": angle,
        "axis": model.get_rotation_axis(),
        "fixed": fixed.ravel().tolist(),
        "turned": whole_turn(axes, {**settings, scanned: angle}).as_matrix().ravel().tolist(),
    }


def of_nexus(name, source, axes, settings, scanned, angle):
    by_hand = [(axis, (-a, b, -c)) for axis, (a, b, c) in axes]
    case = goniostat(name, source, by_hand, settings, scanned, angle)
    return case | {"frame": "NeXus", "axes": axes}


def xds_of(detector, beam):
    axis = Goniometer((1.0, 0.0, 0.0))
    sequence = SimpleNamespace(
        get_detector=lambda: detector,
        get_beam=lambda: Beam(tuple(-np.array(beam)), 1.0),
        get_goniometer=lambda: axis,
        get_scan=lambda: Scan((1, 10), (0.0, 0.1)),
    )
    return to_xds(sequence)


def detector(name, centre, distance, pixel, size, fast, slow, turns, tilts, beam):
    given = {
        "beam_center_px": centre, "distance_mm": distance, "pixel_mm": pixel, "size_px": size,
        "fast": fast, "slow": slow, "turns": turns, "tilts": tilts,
    }  # fmt: skip
    fast, slow, beam = (np.array(vector, float) for vector in (fast, slow, beam))
    meets = beam * distance / abs(np.cross(fast, slow) @ beam)
    origin = meets - centre[0] * pixel[0] * fast - centre[1] * pixel[1] * slow
    for axis, degrees in tilts:
        turn = quaternion(axis, degrees)
        fast, slow = turn.apply(fast), turn.apply(slow)
        origin = meets + turn.apply(origin - meets)
    for axis, degrees in turns:
        turn = quaternion(axis, degrees)
        fast, slow, origin = turn.apply(fast), turn.apply(slow), turn.apply(origin)
    model = Detector()
    panel = Panel()
    panel.set_frame(fast, slow, origin)
    panel.set_pixel_size(pixel)
    panel.set_image_size(size)
    model.add_panel(panel)
    xds = xds_of(model, beam)
    foot = np.array(panel.get_normal_origin()) / pixel
    if pixel[0] == pixel[1]:
        assert np.allclose(foot + 0.5, xds.detector_origin, atol=1e-9)
    return {
        "name": name,
        "input": given,
        "beam": beam.tolist(),
        "fast": panel.get_fast_axis(),
        "slow": panel.get_slow_axis(),
        "origin_mm": panel.get_origin(),
        "last_corner_mm": panel.get_pixel_lab_coord(size),
        "beam_center_px": panel.millimeter_to_pixel(panel.get_ray_intersection(tuple(beam))),
        "org_px": (foot + 0.5).tolist(),
        "distance_mm": xds.detector_distance,
    }


def by_factory():
    """A detector on a two-theta arm as dxtbx makes it: centre and distance are those at 0."""
    (panel,) = DetectorFactory.two_theta(
        "CCD", 175.0, (112.5, 118.75), "+x", "-y", "+x", 12.0, (0.1025, 0.1025),
        (2304, 2300), (0, 65535), [],
    )  # fmt: skip
    return {
        "name": "dxtbx's own two-theta",
        "beam_center_px": (112.5 / 0.1025, 118.75 / 0.1025),
        "distance_mm": 175.0,
        "pixel_mm": (0.1025, 0.1025),
        "size_px": (2304, 2300),
        "axis": (1, 0, 0),
        "angle": 12.0,
        "fast": panel.get_fast_axis(),
        "slow": panel.get_slow_axis(),
        "origin_mm": panel.get_origin(),
    }


def barrel():
    """Six of the rows of a half cylinder of 250 mm, as of DLS I23: 195 pixels and a gap of 17."""
    model = Detector()
    root = model.hierarchy()
    root.set_frame((-1, 0, 0), (0, 1, 0), (3.1, -2.2, -1.7))
    rows = []
    for row in (0, 5, 9, 10, 16, 23):
        angle = np.radians(-12.2 + 0.5 * 7.903 + row * (7.903 + 0.441))
        fast, slow = np.array([1.0, 0, 0]), np.array([0, np.sin(angle), np.cos(angle)])
        origin = 250.0 * np.cross(fast, slow) - 184.9 * fast - 16.8 * slow
        panel = root.add_panel()
        panel.set_local_frame(fast, slow, origin)
        panel.set_pixel_size((0.172, 0.172))
        panel.set_image_size((2463, 195))
        panel.set_raw_image_offset((0, row * (195 + 17)))
        rows.append(panel)
    places = [(0.0, 0.0), (2463.0, 195.0), (1000.5, 20.25)]
    return {
        "name": "barrel",
        "panels": [
            {
                "fast": panel.get_fast_axis(),
                "slow": panel.get_slow_axis(),
                "origin_mm": panel.get_origin(),
                "size_px": panel.get_image_size(),
                "pixel_mm": panel.get_pixel_size(),
                "first_px": panel.get_raw_image_offset(),
                "points_mm": [panel.get_pixel_lab_coord(place) for place in places],
            }
            for panel in rows
        ],
        "places_px": places,
    }


def pair(name, goniostat_case, settings_a, settings_b):
    axes = goniostat_case[2]
    between = whole_turn(axes, settings_b) * whole_turn(axes, settings_a).inv()
    return {
        "name": name,
        "axes": axes,
        "a": settings_a,
        "b": settings_b,
        "between": between.as_matrix().ravel().tolist(),
        "angle_deg": float(np.degrees(between.magnitude())),
    }


def main():
    kappa, mini = GONIOSTATS[2], GONIOSTATS[4]
    content = {
        "made_by": "make_golden.py with dxtbx of DIALS 3.12.1 and scipy 1.10.1",
        "goniostats": [goniostat(*case) for case in GONIOSTATS] + [of_nexus(*NEXUS)],
        "detectors": [detector(*case) for case in DETECTORS],
        "two_theta_by_dxtbx": by_factory(),
        "barrel": barrel(),
        "pairs": [
            pair("two omega scans", kappa, {"omega": 0, "kappa": 0, "phi": 0},
                 {"omega": 0, "kappa": -60.0, "phi": 90.0}),
            pair("an omega scan and a phi scan", kappa, {"omega": 0, "kappa": 30.0, "phi": 5.0},
                 {"omega": 40.0, "kappa": 80.0, "phi": 0}),
            pair("start angles not told to the engine", mini,
                 {"omega": 17.0, "kappa": 10.0, "phi": 0}, {"omega": -33.0, "kappa": 95.5, "phi": 61.0}),
        ],
    }  # fmt: skip
    target = Path(__file__).with_name("geometries.json")
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
