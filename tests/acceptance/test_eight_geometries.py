"""The geometry compiled for XDS against what dxtbx makes of the same images, in every geometry.

dxtbx's (a, b, c) is (a, -b, -c) in the compiled frame, see docs/explanation/geometry.md; nothing else is
free. XDS counts pixels from 1 at the middle of the first one, dxtbx from 0 at its outer corner.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from command_here import run_in
from dials_python import run_script
from simulated import BASE
from test_simulated_geometry import GEOMETRIES
from xds_input import Keywords, number, numbers, parse_xds_input

#: format -> files of its sweep, which has the format's name
FILES = {"imgcif": "imgcif_####.cbf", "nxmx": "nxmx_master.h5", "minicbf": "minicbf_####.cbf"}
PLAIN, OBLONG = "axis x", "oblong pixels"
#: a mini-CBF tells neither axes nor tilt
CASES = [
    *itertools.product(GEOMETRIES, ("imgcif", "nxmx")),
    (PLAIN, "minicbf"),
    (OBLONG, "nxmx"),
]
_ALL = {**GEOMETRIES, OBLONG: GEOMETRIES["tilted"]}
_FROM_DXTBX = np.diag([1, -1, -1])
_SCRIPT = """
import json, sys
from pathlib import Path
from dxtbx.model.experiment_list import ExperimentListFactory
told = []
for pattern in map(Path, sys.argv[1:]):
    files = sorted(map(str, pattern.parent.glob(pattern.name.replace("#", "?"))))
    (e,) = ExperimentListFactory.from_filenames(files)
    (p,), b, g, s = e.detector, e.beam, e.goniometer, e.scan
    (nx, ny), (qx, qy) = p.get_image_size(), p.get_pixel_size()
    first, last = s.get_image_range()
    pixels = [(1, 1), (nx, 1), (1, ny), (nx, ny), (nx // 3, ny // 2)]
    told.append({
        "fast": p.get_fast_axis(), "slow": p.get_slow_axis(), "origin": p.get_origin(),
        "size": (nx, ny), "pixel": (qx, qy), "wavelength": b.get_wavelength(),
        "beam": b.get_unit_s0(), "axis": g.get_rotation_axis_datum(),
        "setting": g.get_setting_rotation(), "width": s.get_oscillation()[1],
        "angles": {i: s.get_angle_from_image_index(i) for i in range(first, last + 1)},
        "places": [(x, y, p.get_lab_coord(((x - 0.5) * qx, (y - 0.5) * qy))) for x, y in pixels],
    })
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every geometry simulated in every format, and compiled for XDS: ``data`` and ``run``."""
    made = {}
    for geometry in _ALL:
        made[geometry] = tmp_path_factory.mktemp("eight")
        _simulate_and_compile(geometry, made[geometry])
    return made


def _simulate_and_compile(geometry: str, folder: Path) -> None:
    axis, detector, sweep = _ALL[geometry]
    formats = [kind for kind in FILES if (geometry, kind) in CASES]
    scan = {"images": 3, "start": 12.5, "width": 0.25, **sweep}
    # only an NXmx file must begin with image 1
    first = {"imgcif": 4, "nxmx": 1, "minicbf": 4}
    specification = {
        **BASE,
        "detector": {"model": "100K", "distance": 60, **detector},
        "sweeps": [
            {"name": kind, "format": kind, "first_image": first[kind], **scan} for kind in formats
        ],
    }
    if axis is not None:
        specification["goniostat"] = [{"name": "omega", "vector": axis}]
    (folder / "simulation.yaml").write_text(json.dumps(specification), encoding="utf-8")
    done = run_in(folder, "simulate", "simulation.yaml", "-o", "data")
    assert done.exit_code == 0, done.stderr
    if geometry == OBLONG:
        _stretch(folder / "data/nxmx_master.h5")
    sweeps = "".join(f"  - {{name: {kind}, images: data/{FILES[kind]}}}\n" for kind in formats)
    job = f"sweepwright: 1\nprocessing: {{engine: xds}}\nsweeps:\n{sweeps}"
    (folder / "job.yaml").write_text(job, encoding="utf-8")
    done = run_in(folder, "compile", "job.yaml", "-o", "run")
    assert done.exit_code == 0, done.stderr
    assert "SW-G" not in done.stderr, "the headers leave no doubt about the geometry"


def _stretch(master: Path) -> None:
    """Makes pixels 0.172 x 0.25 mm: the simulation knows square ones alone."""
    with h5py.File(master, "r+") as file:
        detector = file["entry/instrument/detector"]
        detector["module/slow_pixel_direction"][...] = 0.25e-3
        detector["y_pixel_size"][...] = 0.25e-3


@pytest.fixture(scope="module")
def read_by_dxtbx(folders: Mapping[str, Path]) -> Mapping[tuple[str, str], Any]:
    """All of them in one process: it takes a second to start."""
    patterns = [folders[geometry] / "data" / FILES[kind] for geometry, kind in CASES]
    return dict(zip(CASES, run_script(_SCRIPT, patterns, "dxtbx"), strict=True))


@pytest.fixture(params=CASES, ids=" ".join)
def case(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def dxtbx(case: tuple[str, str], read_by_dxtbx: Mapping[tuple[str, str], Any]) -> Any:
    return read_by_dxtbx[case]


@pytest.fixture
def xds(case: tuple[str, str], folders: Mapping[str, Path]) -> Keywords:
    geometry, kind = case
    path = folders[geometry] / "run/sweeps" / kind / "index/XDS.INP"
    return parse_xds_input(path.read_text(encoding="utf-8"))


def test_every_pixel_is_where_dxtbx_has_it(xds: Keywords, dxtbx: Any) -> None:
    x, y = (np.array(numbers(xds, f"DIRECTION_OF_DETECTOR_{name}-AXIS")) for name in "XY")
    orgx, orgy, qx, qy = (number(xds, name) for name in ("ORGX", "ORGY", "QX", "QY"))
    foot = number(xds, "DETECTOR_DISTANCE") * np.cross(x, y)
    for ix, iy, place in dxtbx["places"]:
        by_xds = foot + (ix - orgx) * qx * x + (iy - orgy) * qy * y
        assert by_xds == pytest.approx(_FROM_DXTBX @ place, rel=0, abs=1e-6), (ix, iy)


def test_every_keyword_of_the_detector_follows_from_dxtbx(xds: Keywords, dxtbx: Any) -> None:
    fast, slow, origin = (_FROM_DXTBX @ dxtbx[name] for name in ("fast", "slow", "origin"))
    (qx, qy), size = dxtbx["pixel"], dxtbx["size"]
    expected = {
        "NX": size[0],
        "NY": size[1],
        "QX": qx,
        "QY": qy,
        "DETECTOR_DISTANCE": origin @ np.cross(fast, slow),
        "ORGX": 0.5 - origin @ fast / qx,
        "ORGY": 0.5 - origin @ slow / qy,
    }
    assert {name: number(xds, name) for name in expected} == pytest.approx(expected, rel=1e-6)
    for name, direction in (("X", fast), ("Y", slow)):
        told = numbers(xds, f"DIRECTION_OF_DETECTOR_{name}-AXIS")
        assert told == pytest.approx(direction, rel=0, abs=1e-6)


def test_beam_and_scan_are_those_of_dxtbx(xds: Keywords, dxtbx: Any) -> None:
    assert number(xds, "X-RAY_WAVELENGTH") == pytest.approx(dxtbx["wavelength"], rel=1e-6)
    beam = numbers(xds, "INCIDENT_BEAM_DIRECTION")
    assert beam == pytest.approx(_FROM_DXTBX @ dxtbx["beam"], rel=0, abs=1e-6)
    setting = np.reshape(dxtbx["setting"], (3, 3))
    axis = _FROM_DXTBX @ setting @ dxtbx["axis"]
    assert numbers(xds, "ROTATION_AXIS") == pytest.approx(axis, rel=0, abs=1e-6)
    start, width, frame = (
        number(xds, name) for name in ("STARTING_ANGLE", "OSCILLATION_RANGE", "STARTING_FRAME")
    )
    assert width == pytest.approx(dxtbx["width"], rel=1e-6)
    first, last = (int(image) for image in numbers(xds, "DATA_RANGE"))
    angles = {str(image): start + width * (image - frame) for image in range(first, last + 1)}
    assert angles == pytest.approx(dxtbx["angles"], rel=1e-6)


def test_what_needs_no_program_to_be_known(folders: Mapping[str, Path]) -> None:
    """Lest both sides be wrong alike: what was asked for, and a turn by 15 degrees done by hand."""
    told = {
        geometry: parse_xds_input((folder / "run/sweeps/imgcif/index/XDS.INP").read_text())
        for geometry, folder in folders.items()
        if geometry != OBLONG
    }
    assert numbers(told[PLAIN], "ROTATION_AXIS") == [1, 0, 0]
    assert numbers(told["axis -x"], "ROTATION_AXIS") == [-1, 0, 0]
    assert numbers(told["axis y"], "ROTATION_AXIS") == [0, 1, 0]
    assert numbers(told["turned"], "DIRECTION_OF_DETECTOR_X-AXIS") == [0, 1, 0]
    assert number(told["mirrored"], "DETECTOR_DISTANCE") == pytest.approx(-60, rel=1e-9)
    swung = numbers(told["two-theta"], "DIRECTION_OF_DETECTOR_Y-AXIS")
    assert swung == pytest.approx([0, 0.965925826289, 0.258819045103], rel=0, abs=1e-9)
    for geometry in (PLAIN, "two-theta", "kappa"):  # the foot is carried along by the arm
        # of 487 x 195 px; the simulated beam is 1.7, -3.3 px off the middle, and XDS counts from 1
        org = [number(told[geometry], name) for name in ("ORGX", "ORGY")]
        assert org == pytest.approx([245.2 + 0.5, 94.2 + 0.5], rel=1e-9), geometry


def test_the_oblong_pixels_are_oblong(read_by_dxtbx: Mapping[tuple[str, str], Any]) -> None:
    assert read_by_dxtbx[OBLONG, "nxmx"]["pixel"] == pytest.approx([0.172, 0.25])
