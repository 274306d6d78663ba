"""Eight geometries: what dxtbx makes of the files, and where the spots are, against the truth."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from dials_python import run_script
from predicting import crossings
from simulated import Simulated, specification
from slow_minicbf import pixels

from sweepwright.geometry.detector import beam_center_px, signed_distance_mm
from sweepwright.simulate import simulate
from sweepwright.simulate.placement import place

COS, SIN = np.cos(np.radians(20)), np.sin(np.radians(20))
KAPPA = {"settings": {"kappa": 35, "phi": -20}}
#: changes of goniostat, detector and sweep
GEOMETRIES: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "axis x": ([1, 0, 0], {}, {}),
    "axis -x": ([-1, 0, 0], {}, {}),
    "axis y": ([0, 1, 0], {}, {}),
    "kappa": (None, {}, KAPPA),
    "phi scan": (None, {}, {"scan_axis": "phi", "settings": {"omega": 25, "kappa": 35}}),
    "two-theta": (None, {"distance": 200}, {"two_theta": 15, "distance": 60}),
    "two-theta about y": ([0, 1, 0], {"two_theta": -15, "two_theta_axis": [0, 2, 0]}, {}),
    "turned": (None, {"fast": [0, 1, 0], "slow": [-1, 0, 0]}, {}),
    "mirrored": (None, {"slow": [0, -1, 0]}, {}),
    "tilted": (None, {"tilt": [1.5, -2, 3], "two_theta": 10}, KAPPA),
    "non-square": (None, {"fast": [COS, 0, SIN], "slow": [0, 1, 0]}, {}),
}
FORMATS = ("imgcif", "nxmx")
CASES = list(itertools.product(GEOMETRIES, FORMATS))
_TO_DXTBX = np.diag([1, -1, -1])
_SCRIPT = """
import json, sys
from pathlib import Path
from dxtbx.model.experiment_list import ExperimentListFactory
told = []
for folder in map(Path, sys.argv[1:]):
    files = sorted(folder.glob("*_master.h5")) or sorted(folder.glob("*.cbf"))
    e, = ExperimentListFactory.from_filenames([str(path) for path in files])
    d, b, g, s = e.detector[0], e.beam, e.goniometer, e.scan
    told.append({"fast": d.get_fast_axis(), "slow": d.get_slow_axis(), "origin": d.get_origin(),
      "size": d.get_image_size(), "pixel": d.get_pixel_size(), "thickness": d.get_thickness(),
      "trusted": d.get_trusted_range(), "s0": b.get_s0(), "axis": g.get_rotation_axis(),
      "fixed": g.get_fixed_rotation(), "setting": g.get_setting_rotation(),
      "range": s.get_image_range(), "oscillation": s.get_oscillation(),
      "pixels": list(e.imageset.get_raw_data(1)[0].as_1d())})
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Simulated]:
    """Every geometry in every format that can tell of it: three images without noise."""
    made = {}
    for geometry, kind in CASES:
        axis, detector, sweep = GEOMETRIES[geometry]
        asked = specification(
            format=kind,
            detector={"model": "100K", "distance": 60, **detector},
            # no reflection may be broad enough to show far from its crossing
            crystals={"x": {"mosaicity": 0.01}},
            signal={"noise": False, "background": 0, "counts": 3000},
            sweeps=[{"name": "a", "images": 3, "start": 12.5, "width": 0.5, **sweep}],
            **({} if axis is None else {"goniostat": [{"name": "omega", "vector": axis}]}),
        )
        folder = tmp_path_factory.mktemp("geometry") / f"{geometry}-{kind}".replace(" ", "_")
        made[geometry, kind] = folder, simulate(asked, folder)
    return made


@pytest.fixture(scope="module")
def read_by_dxtbx(sets: dict[tuple[str, str], Simulated]) -> dict[tuple[str, str], Any]:
    """All of them in one process: it takes a second to start."""
    folders = [folder for folder, _ in sets.values()]
    return dict(zip(sets, run_script(_SCRIPT, folders, "dxtbx"), strict=True))


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_dxtbx_reads_the_true_geometry(
    case: tuple[str, str],
    sets: dict[tuple[str, str], Simulated],
    read_by_dxtbx: dict[tuple[str, str], Any],
) -> None:
    folder, truth = sets[case]
    sweep, read = truth.sweeps[0], read_by_dxtbx[case]
    for name, vector in [
        ("fast", sweep.fast),
        ("slow", sweep.slow),
        ("origin", sweep.origin_mm),
        ("s0", sweep.beam_vector),
        ("axis", sweep.rotation_axis),
    ]:
        assert np.allclose(read[name], _TO_DXTBX @ vector, rtol=0, atol=1e-6), name
    fixed, setting = (np.reshape(read[name], (3, 3)) for name in ("fixed", "setting"))
    expected = _TO_DXTBX @ np.array(sweep.fixed_rotation) @ _TO_DXTBX
    assert np.allclose(setting @ fixed, expected, rtol=0, atol=1e-6)
    assert read["oscillation"] == pytest.approx([12.5, 0.5], abs=1e-6)
    assert read["range"] == [1, 3]
    assert read["size"] == [487, 195]
    assert read["pixel"] == pytest.approx([0.172, 0.172])
    assert read["thickness"] == pytest.approx(0.32)
    assert read["trusted"] == [-1, 1048500]
    assert read["pixels"] == image(folder, 1).ravel().tolist()


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_brightest_pixels_are_where_the_truth_puts_spots(
    case: tuple[str, str], sets: dict[tuple[str, str], Simulated]
) -> None:
    folder, truth = sets[case]
    found = brightest(image(folder, 1), 10)
    expected = crossings(truth, truth.sweeps[0], 12.4, 14.1).place_px
    nearest = [np.abs(expected - place).max(axis=1).min() for place in found]
    assert max(nearest) < 1


def image(folder: Path, index: int) -> Any:
    """Pixels (slow, fast) of the image with an index from 0."""
    files = sorted(folder.glob("a_000001.h5"))
    if files:
        with h5py.File(files[0]) as file:
            return file["entry/data/data"][index]
    return pixels(folder / f"a_{index + 1:04d}.cbf")


def brightest(counts: Any, number: int) -> Any:
    """Middles (fast, slow) of the brightest pixels, one a spot."""
    left = counts.astype(float)
    places = []
    for _ in range(number):
        slow, fast = np.unravel_index(left.argmax(), left.shape)
        assert left[slow, fast] > 10
        places.append((fast + 0.5, slow + 0.5))
        left[max(slow - 5, 0) : slow + 6, max(fast - 5, 0) : fast + 6] = 0
    return np.array(places)


def test_two_theta_goes_where_the_axis_turns_it(sets: dict[tuple[str, str], Simulated]) -> None:
    _, truth = sets["two-theta", "imgcif"]
    sweep = truth.sweeps[0]
    sine, cosine = np.sin(np.radians(15)), np.cos(np.radians(15))
    assert sweep.two_theta_deg == 15
    assert sweep.slow == pytest.approx((0, cosine, sine))
    middle = np.array(sweep.origin_mm) + 0.172 * (
        245.2 * np.array(sweep.fast) + 94.2 * np.array(sweep.slow)
    )
    assert middle == pytest.approx([0, -60 * sine, 60 * cosine])


def test_the_beam_centre_stays_when_the_detector_is_tilted() -> None:
    tilted = {"model": "100K", "distance": 60, "tilt": [3, 5, 0]}
    asked = specification(format="nxmx", detector=tilted, sweeps=[{"name": "a", "images": 1}])
    panel = place(asked, asked.sweeps[0]).panel
    assert beam_center_px(panel) == pytest.approx((245.2, 94.2))
    assert signed_distance_mm(panel) == pytest.approx(60)
    # about fast first: fast leaves its direction by the turn about slow alone
    assert panel.fast[0] == pytest.approx(np.cos(np.radians(5)))


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        ({"fast": [0, 1, 0]}, "not square to each other"),
        ({"fast": [1, 1, 0]}, "not a unit vector"),
        ({"fast": [0, 0, 1]}, "the beam runs along the detector"),
        ({"tilt": [0, 88, 0]}, "the beam runs along the detector"),
        ({"tilt": [0, 1, 0]}, "the formats imgcif and nxmx can"),
        ({"fast": [0, 1, 0], "slow": [-1, 0, 0]}, "the formats imgcif and nxmx can"),
        ({"sensor_thickness": 0}, "must tell a sensor's thickness"),
        ({"two_theta_axis": [0, 0, 0]}, "no direction"),
    ],
)
def test_detectors_that_cannot_be_are_refused(detector: dict[str, Any], message: str) -> None:
    sweeps = [{"name": "a", "images": 1}, {"name": "b", "images": 1, "format": "nxmx"}]
    with pytest.raises(ValueError, match=message):
        specification(detector=detector, sweeps=sweeps)


@pytest.mark.parametrize(
    "sweep", [{"first_image": 2}, {"faults": {"missing": [1]}}, {"faults": {"truncated": [1]}}]
)
def test_nxmx_has_one_file_from_image_1_on(sweep: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="holds all images from number 1"):
        specification(sweeps=[{"name": "a", "images": 2, "format": "nxmx", **sweep}])
