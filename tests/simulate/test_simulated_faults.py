"""Every fault and feature shows in the files, and truth.json tells of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gemmi
import h5py
import numpy as np
import pytest
from simulated import BASE, Simulated, specification
from slow_minicbf import header, pixels

from sweepwright.simulate import Specification
from sweepwright.simulate.atoms import make_atoms, structure_factors
from sweepwright.simulate.render import Canvas, Spots
from sweepwright.simulate.simulator import SweepSimulation, prepare

FORMATS = ("minicbf", "imgcif", "nxmx")
Make = Callable[..., Simulated]


def prepared(sweep: dict[str, Any] | None = None, **changes: Any) -> SweepSimulation:
    """A sweep ready to draw, of the base specification or a changed one; without noise."""
    asked = specification(
        **{
            "signal": {"noise": False},
            "sweeps": [{"name": "a", "images": 3, **(sweep or {})}],
            **changes,
        }
    )
    factors = structure_factors(asked.structure, make_atoms(asked.structure, asked.seed))
    return prepare(asked, factors, 0)


def spots_of(sweep: SweepSimulation) -> float:
    """Counts of all images above the background."""
    return float(sum(sweep.pixels(i).clip(0).sum() for i in range(sweep.sweep.images)))


def test_headers_lie_on_request(make: Make) -> None:
    lies = {"beam_center_offset": [12, -3], "distance": 72.5, "start": 30, "width": 0.5}
    folder, truth = make(sweeps=[{"name": "a", "images": 2, "faults": {"header": lies}}])
    told = header(folder / "a_0002.cbf")
    assert told["Beam_xy"] == "(257.20, 91.20) pixels"
    assert told["Detector_distance"] == "0.072500 m"
    assert told["Start_angle"] == "30.5000 deg."
    assert told["Angle_increment"] == "0.5000 deg."
    sweep = truth.sweeps[0]
    assert (sweep.distance_mm, sweep.start_deg, sweep.width_deg) == (60, 0, 1)
    assert sweep.beam_center_px == pytest.approx((245.2, 94.2))
    assert sweep.faults["header"]["distance"] == 72.5


LIES = {
    "settings": {"kappa": 0},
    "wavelength": 1.1,
    "beam_center_swapped": True,
    "beam_center_offset": [0.5, 0],
    "serial": "60-0119, DLS",
    "date": "1970-01-01T00:00:00.000",
}


@pytest.fixture(scope="module")
def lies(make: Make) -> Simulated:
    """A sweep whose headers tell next to nothing true, in each format."""
    sweep = {"images": 2, "settings": {"kappa": 20}, "two_theta": 5, "faults": {"header": LIES}}
    return make(sweeps=[{"name": name, "format": name, **sweep} for name in FORMATS])


def test_truth_tells_what_headers_tell(lies: Simulated) -> None:
    _, truth = lies
    for sweep, name in zip(truth.sweeps, FORMATS, strict=True):
        assert sweep.format == name
        assert sweep.settings_deg == {"kappa": 20, "phi": 0}
        assert (sweep.wavelength_a, sweep.beam_center_px) == (0.9795, (245.2, 94.2))
        told = sweep.header
        assert told.settings_deg == {"kappa": 0, "phi": 0}
        assert told.fixed_rotation == ((1, 0, 0), (0, 1, 0), (0, 0, 1))
        assert told.wavelength_a == 1.1
        assert told.beam_center_px == pytest.approx((94.7, 245.2))
        assert told.origin_mm[0] == pytest.approx(-94.7 * 0.172)
        assert (told.serial, told.date) == ("60-0119, DLS", "1970-01-01T00:00:00.000")
        assert told.distance_mm == sweep.distance_mm == 60
        assert told.two_theta_deg == sweep.two_theta_deg == 5
        assert set(sweep.faults["header"]) == set(LIES)


def test_lies_of_a_minicbf(lies: Simulated) -> None:
    folder, _ = lies
    told = header(folder / "minicbf_0002.cbf")
    assert told["Detector"] == "PILATUS 100K, S/N 60-0119, DLS"
    assert told["Wavelength"] == "1.10000 A"
    assert told["Beam_xy"] == "(94.70, 245.20) pixels"
    assert told["Kappa"] == "0.0000 deg."
    assert told["Detector_2theta"] == "5.0000 deg."
    assert b"# 1970-01-01T00:00:00.000\r\n" in (folder / "minicbf_0002.cbf").read_bytes()


def test_lies_of_an_imgcif(lies: Simulated) -> None:
    folder, _ = lies
    file = (folder / "imgcif_0002.cbf").read_bytes()
    block = gemmi.cif.read_string(file[: file.index(b"_array_data.data")]).sole_block()
    assert block.find_loop("_diffrn_radiation_wavelength.wavelength")[0] == "1.1"
    assert block.find_loop("_diffrn_scan_frame.date")[0] == "1970-01-01T00:00:00.000"
    angles = dict(block.find("_diffrn_scan_frame_axis.", ["axis_id", "angle"]))
    assert {name: float(angle) for name, angle in angles.items()} == {
        "OMEGA": 1, "KAPPA": 0, "PHI": 0, "TWOTHETA": 5, "DISTANCE": 0,
    }  # fmt: skip
    offsets = dict(block.find("_axis.", ["id", "offset[1]"]))
    assert float(offsets["SLOW"]) == pytest.approx(-94.7 * 0.172)
    assert "Detector: PILATUS 100K, S/N 60-0119, DLS" in block.find_value(
        "_array_data.header_contents"
    )
    assert b"Beam_xy" not in file


def test_lies_of_an_nxmx(lies: Simulated) -> None:
    folder, truth = lies
    with h5py.File(folder / "nxmx_master.h5") as file:
        entry = file["entry"]
        assert entry["instrument/beam/incident_wavelength"][()] == 1.1
        assert entry["start_time"][()] == b"1970-01-01T00:00:00.000"
        detector = entry["instrument/detector"]
        assert detector["serial_number"][()] == b"60-0119, DLS"
        assert detector["transformations/two_theta"][()] == 5
        assert entry["sample/transformations/kappa"][()] == 0
        assert entry["sample/transformations/omega"][()].tolist() == [0, 1]
        assert entry["sample/depends_on"][()] == b"/entry/sample/transformations/phi"
        assert entry["data/data"].shape == (2, 195, 487)
        # the beam meets the swung detector elsewhere than with the arm at 0
        shift = 60 * np.tan(np.radians(5)) / 0.172
        assert detector["beam_center_x"][()] == pytest.approx(94.7)
        assert detector["beam_center_y"][()] == pytest.approx(245.2 + shift)
    assert {"nxmx_master.h5", "nxmx_000001.h5"} < set(truth.files)


def test_a_reversed_axis_turns_the_other_way_and_no_header_tells(make: Make) -> None:
    straight, truth = make(sweeps=[{"name": "a", "images": 1, "start": -1}])
    reversed_, lie = make(
        sweeps=[{"name": "a", "images": 1, "start": 0, "faults": {"reversed_axis": True}}]
    )
    assert truth.sweeps[0].rotation_axis == (1, 0, 0)
    assert lie.sweeps[0].rotation_axis == (-1, 0, 0)
    assert header(reversed_ / "a_0001.cbf")["Oscillation_axis"] == "OMEGA"
    # angles 0..1 about -x are the angles -1..0 about x: the same reflections, other noise
    one, other = (pixels(f / "a_0001.cbf").astype(float) for f in (straight, reversed_))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.95


def test_missing_truncated_and_blank_images(make: Make) -> None:
    faults = {"missing": [3], "truncated": [2], "blank": [4]}
    folder, truth = make(sweeps=[{"name": "a", "images": 4, "faults": faults}])
    assert sorted(path.name for path in folder.glob("*.cbf")) == [
        "a_0001.cbf",
        "a_0002.cbf",
        "a_0004.cbf",
    ]
    sizes = [(folder / f"a_000{n}.cbf").stat().st_size for n in (1, 2)]
    assert sizes[1] < 0.7 * sizes[0]
    assert int(header(folder / "a_0002.cbf")["X-Binary-Size"]) > sizes[1]
    assert pixels(folder / "a_0004.cbf").max() < 30 < pixels(folder / "a_0001.cbf").max()
    assert truth.sweeps[0].image_numbers == (1, 2, 4)
    assert truth.sweeps[0].faults == {"missing": [3], "truncated": [2], "blank": [4]}
    assert "a_0003.cbf" not in truth.files


def test_noise_of_an_image_does_not_depend_on_the_others(plain: Simulated, make: Make) -> None:
    folder, _ = plain
    fewer, _ = make(
        sweeps=[
            {"name": "a", "images": 3, "start": 10, "first_image": 5, "faults": {"missing": [5, 6]}}
        ]
    )
    assert (fewer / "a_0007.cbf").read_bytes() == (folder / "a_0007.cbf").read_bytes()


def test_ice_rings_have_their_radius() -> None:
    blank = {"blank": [1, 2, 3]}
    dry = prepared({"faults": blank}).pixels(0)
    icy = prepared({"faults": {**blank, "ice_rings": 50}}).pixels(0)
    difference = (icy - dry).astype(float)
    y, x = np.mgrid[: dry.shape[0], : dry.shape[1]] + 0.5
    radius = np.hypot(x - 245.2, y - 94.2) * 0.172
    two_theta = 2 * np.arcsin(0.9795 / 2 / 3.897)
    strongest = radius[difference > 0.9 * difference.max()]
    assert strongest.mean() == pytest.approx(60 * np.tan(two_theta), abs=0.15)


def test_grains_of_ice_lie_on_rings() -> None:
    lattice = prepared().lattices
    found = prepared({"faults": {"ice_grains": 20}}).lattices
    assert len(found) == len(lattice) + 1
    grains = found[-1]
    radius = np.hypot(grains.x_px - 245.2, grains.y_px - 94.2) * 0.172
    d = 0.9795 / (2 * np.sin(np.arctan(radius / 60) / 2))
    ring = (1 / d)[:, None] - 1 / np.array([3.897, 3.669, 3.441, 2.671, 2.249, 2.072, 1.948, 1.918])
    assert np.abs(ring).min(axis=1).max() < 5 * 0.0012
    # three images of a degree; the whole ring is on the detector
    assert (np.abs(ring[:, 0]) < 0.006).sum() == 60
    assert grains.angle_deg.min() >= 0
    assert grains.angle_deg.max() <= 3
    dark = {"background": 0, "noise": False}
    assert spots_of(prepared({"faults": {"ice_grains": 20}}, signal=dark)) > spots_of(
        prepared(signal=dark)
    )


def test_decay_weakens_spots_and_those_of_high_resolution_more() -> None:
    fresh = prepared().lattices[0]
    asked = {"b_factor": 50, "scale": 0.2, "images_before": 100}
    worn = prepared({"faults": {"decay": asked}}).lattices[0]
    left = worn.counts / fresh.counts
    radius = np.hypot(fresh.x_px - 245.2, fresh.y_px - 94.2) * 0.172
    d = 0.9795 / (2 * np.sin(np.arctan(radius / 60) / 2))
    hundreds = 1 + fresh.angle_deg / 100
    expected = (1 - 0.2 * hundreds) * np.exp(-50 * hundreds / (2 * d**2))
    # the parallax shifts spots, so d is not exact
    assert np.allclose(left, expected, rtol=0.03)


def test_reflections_change_each_in_its_own_way() -> None:
    fresh = prepared({"images": 30}).lattices[0].counts
    asked = {"specific": 0.1, "images_before": 100}
    worn = prepared({"images": 30, "faults": {"decay": asked}}).lattices[0]
    change = worn.counts / fresh - 1
    per_hundred = change / (1 + worn.angle_deg / 100)
    assert per_hundred.mean() == pytest.approx(0, abs=0.02)
    assert per_hundred.std() == pytest.approx(0.1, rel=0.15)
    # equivalent reflections, and both passages through the sphere, change alike
    assert len(np.unique(np.round(per_hundred, 9))) < len(per_hundred)
    later = prepared({"images": 30, "faults": {"decay": asked | {"images_before": 200}}})
    assert np.allclose(
        (later.lattices[0].counts / fresh - 1) / (2 + worn.angle_deg / 100), per_hundred
    )


def test_a_second_lattice_adds_spots() -> None:
    dark = {"background": 0, "noise": False}
    split = prepared({"faults": {"second_lattice": {"fraction": 0.25}}}, signal=dark)
    first, second = split.lattices
    assert not np.isin(np.round(second.x_px, 3), np.round(first.x_px, 3)).any()
    assert second.counts.mean() / first.counts.mean() == pytest.approx(0.25, rel=0.5)
    assert spots_of(split) > 1.1 * spots_of(prepared(signal=dark))


def test_counts_and_exposure() -> None:
    mean = prepared(signal={"counts": 700}).lattices[0].counts.mean()
    assert mean == pytest.approx(700)
    half = prepared({"exposure": 0.5}, signal={"counts": 700}).lattices[0].counts.mean()
    assert half == pytest.approx(350)


def test_drawn_spots_have_their_counts_place_and_rocking_curve() -> None:
    x, y = np.array([20.3, 60.8, 100.5]), np.array([30.6, 12.1, 41.0])
    counts, angle = np.array([5000.0, 800.0, 90000.0]), np.array([0.5, 1.0, 1.75])
    spots = Spots(angle, np.array([0.05, 0.1, 0.25]), x, y, counts)
    images = [Canvas((130, 60), 0.9).draw([spots], i, i + 1.0) for i in range(3)]
    assert np.sum(images) == pytest.approx(counts.sum(), rel=1e-3)
    for number in range(3):
        columns = slice(int(x[number]) - 8, int(x[number]) + 9)
        parts = [image[:, columns] for image in images]
        total = np.sum(parts, axis=0)
        assert total.sum() == pytest.approx(counts[number], rel=1e-3)
        rows_px, columns_px = np.mgrid[0.5:60, columns.start + 0.5 : columns.stop]
        assert (total * columns_px).sum() / total.sum() == pytest.approx(x[number], abs=0.01)
        assert (total * rows_px).sum() / total.sum() == pytest.approx(y[number], abs=0.01)
        variance = (total * (columns_px - x[number]) ** 2).sum() / total.sum()
        assert variance == pytest.approx(0.9**2 + 1 / 12, rel=0.02)  # spot and pixel
    # the second is split evenly; the third is 1 sigma from the end of its image
    assert images[0][:, 52:70].sum() == pytest.approx(400, rel=1e-3)
    assert images[2][:, 90:112].sum() == pytest.approx(90000 * 0.15866, rel=1e-3)


def test_gaps_shadow_and_cutoff() -> None:
    asked = {
        "model": "300K",
        "distance": 60,
        "beam_center": [200, 100],
        "count_cutoff": 40,
        "beam_stop": {"radius": 3, "arm_width": 2, "arm_direction": "-x"},
    }
    image = prepared(detector=asked, signal={"noise": False, "background": 30}).pixels(0)
    assert image.shape == (619, 487)
    dead = np.flatnonzero((image == -1).all(1))
    assert dead.tolist() == [*range(195, 212), *range(407, 424)]
    assert image.max() == 40
    assert image[100, 215] <= 1  # 2.6 mm from the centre
    assert image[100, 222] > 2  # 3.8 mm
    assert (image[100, :200] <= 12).all()  # the arm
    assert image[90, 50] > 2


@pytest.mark.parametrize(
    ("model", "shape", "serial"),
    [
        ("100K", (195, 487), "1-9900"),
        ("200K", (407, 487), "2-9900"),
        ("300K", (619, 487), "3-9900"),
        ("300K-W", (195, 1475), "3-9900"),
        ("1M", (1043, 981), "10-9900"),
    ],
)
def test_detectors(make: Make, model: str, shape: tuple[int, int], serial: str) -> None:
    folder, truth = make(
        detector={"model": model, "distance": 60}, sweeps=[{"name": "a", "images": 1}]
    )
    told = header(folder / "a_0001.cbf")
    assert told["Detector"] == f"PILATUS {model}, S/N {serial}"
    assert told["X-Binary-Size-Fastest-Dimension"] == str(shape[1])
    assert truth.sweeps[0].size_px == (shape[1], shape[0])


def test_sensor_moves_oblique_spots_outward_and_absorbs() -> None:
    bare = {**BASE["detector"], "sensor_thickness": 0}
    thick = {**BASE["detector"], "sensor_thickness": 0.32}
    without, with_ = (prepared(detector=d).lattices[0] for d in (bare, thick))
    ids = dict(zip(np.round(without.angle_deg, 9), range(len(without.angle_deg)), strict=True))
    pairs = [(ids[a], i) for i, a in enumerate(np.round(with_.angle_deg, 9)) if a in ids]
    j, i = np.array(pairs).T
    out = [np.hypot(s.x_px[k] - 245.2, s.y_px[k] - 94.2) for s, k in ((without, j), (with_, i))]
    shift_mm = (out[1] - out[0]) * 0.172
    angle = np.arctan(out[0] * 0.172 / 60)
    assert (shift_mm > 0).all()
    # photons of 12.66 keV that are recorded go 0.11 mm deep on average, times those that are
    assert np.median(shift_mm / np.sin(angle)) == pytest.approx(0.09, abs=0.02)


def test_settings_show_in_headers(make: Make) -> None:
    scan = {"scan_axis": "phi", "settings": {"omega": 30, "kappa": 20}, "start": 5}
    folder, truth = make(sweeps=[{"name": "a", "images": 2, **scan}])
    told = header(folder / "a_0002.cbf")
    assert told["Omega"] == "30.0000 deg."
    assert told["Kappa"] == "20.0000 deg."
    assert told["Phi"] == "6.0000 deg."
    assert told["Phi_increment"] == "1.0000 deg."
    assert told["Omega_increment"] == "0.0000 deg."
    assert told["Oscillation_axis"] == "PHI"
    assert truth.sweeps[0].settings_deg == {"omega": 30, "kappa": 20}


def test_two_wavelengths_have_their_own_truth(make: Make) -> None:
    sweeps = [
        {"name": "peak", "images": 1},
        {"name": "remote", "images": 1, "wavelength": 0.92, "f_prime": -2, "f_second": 2.5},
    ]
    folder, truth = make(sweeps=sweeps)
    assert [sweep.mtz for sweep in truth.sweeps] == ["truth.mtz", "truth-remote.mtz"]
    peak, remote = (_differences(folder / sweep.mtz) for sweep in truth.sweeps)
    # differences are proportional to f'' as long as f'' is small beside the rest
    assert np.std(remote) / np.std(peak) == pytest.approx(0.5, abs=0.06)
    assert header(folder / "remote_0001.cbf")["Wavelength"] == "0.92000 A"


def _differences(path: Path) -> Any:
    mtz = gemmi.read_mtz_file(str(path))
    plus, minus = (np.array(mtz.column_with_label(f"F({sign})").array) for sign in "+-")
    intensity = np.array(mtz.column_with_label("I(+)").array)
    assert np.allclose(plus**2, intensity, rtol=1e-4)
    return plus - minus


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"faults": {"missing": [9]}}, "faults name image 9"),
        ({"settings": {"omega": 3}}, "omega is scanned"),
        ({"settings": {"chi": 3}}, "no axis chi"),
        ({"name": "../x"}, "cannot be a name"),
        ({"first_image": 9999, "images": 2}, "limit"),
        ({"crystal": "z"}, "no crystal is called 'z'"),
        ({"colour": "red"}, "Extra inputs"),
        ({"faults": {"header": {"settings": {"omega": 3}}}}, "omega is scanned"),
        ({"faults": {"header": {"settings": {"chi": 3}}}}, "no axis chi"),
        ({"faults": {"header": {"serial": "2\n# Wavelength 3"}}}, "pattern"),
    ],
)
def test_contradictions_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        specification(sweeps=[{"name": "a", "images": 3, **change}])


def test_cell_and_group_must_agree() -> None:
    for group, cell in [("P 4", [40, 41, 30, 90, 90, 90]), ("Q 9", [40, 40, 30, 90, 90, 90])]:
        with pytest.raises(ValueError, match="space group"):
            Specification.model_validate(
                {"structure": {"space_group": group, "cell": cell}, "sweeps": []}
            )
