"""``sweepwright headers``: facts with origins, as JSON, as lines of XDS.INP; files that are no images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_bytes_hdf5 import write_nxmx
from image_bytes_imgcif import AXES, FRAME, SCAN, imgcif_bytes, imgcif_text
from sweep_tool import command
from tiny_images import write_series
from xds_segments import segments_of

KEYS = (
    "file format error wavelength_A distance_mm beam_center_px pixel_size_mm size_px start_deg "
    "width_deg scan_axis rotation_axis_xds two_theta_deg detector serial date exposure_s overload "
    "sensor_material sensor_thickness_mm site origins"
).split()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A mini-CBF image whose header says nothing of the axis."""
    write_series(tmp_path, "x_####.cbf", "1-1", start=12.5, width=0.125)
    return tmp_path / "x_0001.cbf"


def write(path: Path, **tables: Any) -> Path:
    path.write_bytes(imgcif_bytes(imgcif_text(**tables)))
    return path


def as_json(*files: Path, code: int = 0) -> list[dict[str, Any]]:
    done = command("headers", "--json", *files)
    assert done.returncode == code, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert [list(item) for item in found] == [KEYS] * len(files)
    assert [item["file"] for item in found] == [str(file) for file in files]
    return found


def test_json_of_a_mini_cbf_image(image: Path) -> None:
    (found,) = as_json(image)
    expected = {
        "format": "minicbf",
        "error": None,
        "wavelength_A": 0.97918,
        "distance_mm": 300.0,
        "beam_center_px": [8.5, 9.25],
        "pixel_size_mm": [0.172, 0.172],
        "size_px": [16, 20],
        "start_deg": 12.5,
        "width_deg": 0.125,
        "rotation_axis_xds": None,
        "detector": "PILATUS3 6M, S/N 60-0126",
        "date": "2026-03-05T10:00:00.000",
        "exposure_s": 0.097,
        "overload": 1048500,
        "sensor_material": "Si",
        "sensor_thickness_mm": 0.45,
    }
    assert {key: found[key] for key in expected} == expected
    assert found["origins"]["wavelength_A"] == "Wavelength"
    assert set(found["origins"]) == {key for key in KEYS[3:-1] if found[key] is not None}


def test_json_of_an_imgcif_image(tmp_path: Path) -> None:
    (found,) = as_json(write(tmp_path / "full.cbf"))
    assert found["format"] == "imgcif"
    assert (found["scan_axis"], found["start_deg"], found["width_deg"]) == ("omega", 12.5, 0.25)
    assert found["rotation_axis_xds"] == [1.0, 0.0, 0.0]
    assert found["origins"]["rotation_axis_xds"] == "_axis GON_OMEGA"
    assert (found["site"], found["serial"]) == ("Beamline X1", None)


def test_the_axis_is_turned_by_the_axes_that_carry_it(tmp_path: Path) -> None:
    """phi along x, turned by chi 90 about -z to -y, then by omega 90 about x to -z: along the beam."""
    scan = [
        "SCAN1 GON_OMEGA 90.0 0 0",
        "SCAN1 GON_CHI 90.0 0 0",
        "SCAN1 GON_PHI 40.0 0.1 0",
        *SCAN[3:],
    ]
    (found,) = as_json(write(tmp_path / "full.cbf", scan=scan, frame=()))
    assert found["scan_axis"] == "phi"
    assert found["rotation_axis_xds"] == pytest.approx([0, 0, 1], abs=1e-12)
    unknown = ["SCAN1 GON_OMEGA 90.0 0 0", *scan[2:]]
    (found,) = as_json(write(tmp_path / "full.cbf", scan=unknown, frame=()))
    assert found["rotation_axis_xds"] is None


def test_for_people_with_origins_and_doubts(image: Path, tmp_path: Path) -> None:
    full = write(tmp_path / "full.cbf", items={"_diffrn_scan_frame.date": "1970-01-01"})
    done = command("headers", image, full)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("\n\n")
    assert first.startswith(f"{image}  minicbf\n")
    rows = [line.split(maxsplit=3) for line in first.splitlines()]
    assert ["wavelength", "0.97918", "A", "Wavelength"] in rows
    assert ["distance", "300", "mm", "Detector_distance"] in rows
    assert second.startswith(f"{full}  imgcif\n")
    assert "axis chi" in second
    assert "0 0 1 at 30 deg" in second
    assert "corner at -50.3 -40.7 200 mm" in second
    assert "doubt: date: the date 1970-01-01 is that of an unset clock" in second


def lines(text: str) -> dict[str, list[float]]:
    pairs = (line.split("= ") for line in text.splitlines() if not line.startswith("!"))
    return {key: [float(number) for number in value.split()] for key, value in pairs}


def test_xds_lines_of_a_mini_cbf_image(image: Path) -> None:
    done = command("headers", "--xds", image)
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout) == {
        "X-RAY_WAVELENGTH": [0.97918],
        "INCIDENT_BEAM_DIRECTION": [0, 0, 1],
        "NX": [16],
        "NY": [20],
        "QX": [0.172],
        "QY": [0.172],
        "DETECTOR_DISTANCE": [300],
        "ORGX": [9.0],
        "ORGY": [9.75],
        "DIRECTION_OF_DETECTOR_X-AXIS": [1, 0, 0],
        "DIRECTION_OF_DETECTOR_Y-AXIS": [0, 1, 0],
        "STARTING_ANGLE": [12.5],
        "OSCILLATION_RANGE": [0.125],
    }
    (missing,) = [line for line in done.stdout.splitlines() if line.startswith("! no")]
    assert missing.startswith("! no ROTATION_AXIS: ")


def test_xds_lines_of_a_swung_detector_put_each_pixel_where_the_file_has_it(tmp_path: Path) -> None:
    full = write(tmp_path / "full.cbf", frame=[*FRAME, "FRAME1 DET_2THETA 20.0 0"])
    xds = {
        key: np.array(value)
        for key, value in lines(command("headers", "--xds", full).stdout).items()
    }
    x, y = xds["DIRECTION_OF_DETECTOR_X-AXIS"], xds["DIRECTION_OF_DETECTOR_Y-AXIS"]

    def by_xds(ix: float, iy: float) -> np.ndarray:
        in_plane = (ix - xds["ORGX"]) * xds["QX"] * x + (iy - xds["ORGY"]) * xds["QY"] * y
        return np.asarray(in_plane + xds["DETECTOR_DISTANCE"] * np.cross(x, y))

    c, s = np.cos(np.radians(20)), np.sin(np.radians(20))
    arm = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    for i, j in ((0, 0), (999, 0), (310, 799)):
        # pixel (i, j) from 0; its centre is half a pixel from its corner
        place = arm @ [-50.3 + 0.1 * (i + 0.5), 40.7 - 0.1 * (j + 0.5), -200]
        assert by_xds(i + 1, j + 1) == pytest.approx(place * [1, -1, -1], abs=1e-9)


def test_a_scan_backwards_is_one_forwards_about_the_opposite_axis(tmp_path: Path) -> None:
    scan = ["SCAN1 GON_OMEGA 10.0 -0.25 0", *SCAN[1:]]
    full = write(tmp_path / "full.cbf", scan=scan)
    xds = lines(command("headers", "--xds", full).stdout)
    assert xds["STARTING_ANGLE"] == [-12.5]
    assert xds["OSCILLATION_RANGE"] == [0.25]
    assert xds["ROTATION_AXIS"] == [-1, 0, 0]


def test_xds_lines_of_two_panels_put_each_pixel_where_the_file_has_it(tmp_path: Path) -> None:
    """Modules of 1000 x 400 px, 200 and 230 mm away, their middles 0.3 and 20.3 mm off in x and y."""
    printed = command("headers", "--xds", write_nxmx(tmp_path / "x.nxs", modules=2)).stdout
    text = "\n".join(line for line in printed.splitlines() if not line.startswith("!"))
    near, far = segments_of(text)
    assert (near.limits, far.limits) == ((1, 1000, 1, 400), (1, 1000, 401, 800))
    assert near.at(0.5, 0.5) == pytest.approx([-50.3, -40.7, 200])
    assert far.at(1000.5, 800.5) == pytest.approx([49.7, 39.3, 230])


def test_xds_lines_that_cannot_be_given_are_named(tmp_path: Path) -> None:
    still = ["SCAN1 GON_OMEGA 10.0 0 0", *SCAN[1:]]
    axes = [
        *AXES,
        "B_Y translation detector DET_X 0 -1 0 60 40 0",
        "B_X translation detector B_Y 1 0 0 0 0 0",
    ]
    arrays = ["A 1 10 1 increasing ELEMENT_X", "A 2 10 2 increasing ELEMENT_Y"]
    arrays += ["B 1 10 1 increasing B_X", "B 2 10 2 increasing B_Y"]
    steps = [f"{name} {name} 0 0.1" for name in ("ELEMENT_X", "ELEMENT_Y", "B_X", "B_Y")]
    full = write(tmp_path / "full.cbf", scan=still, axes=axes, arrays=arrays, steps=steps)
    printed = command("headers", "--xds", full).stdout
    assert set(lines(printed)) == {"X-RAY_WAVELENGTH", "INCIDENT_BEAM_DIRECTION"}
    assert "! no ORGX: the detector has 2 panels that are no parts of one image" in printed
    assert "! no OSCILLATION_RANGE: the image is a still" in printed


def test_files_that_cannot_be_read_are_told_and_the_others_shown(
    image: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.cbf").touch()
    (tmp_path / "text.txt").write_text("not an image\n")
    (tmp_path / "cut.cbf").write_bytes(imgcif_bytes(imgcif_text())[:500])
    (tmp_path / "cut.cbf.gz").write_bytes(b"\x1f\x8b\x08\x00junk")
    (tmp_path / "images").mkdir()
    names = ("missing.cbf", "empty.cbf", "text.txt", "cut.cbf", "cut.cbf.gz", "images")
    files = [image, *(tmp_path / name for name in names), image]
    found = as_json(*files, code=1)
    assert [item["error"] is None for item in found] == [True, *[False] * 6, True]
    for item in found[1:-1]:
        assert item["error"]["code"] == "SW-I030"
        assert item["error"]["message"].startswith(item["file"])
        assert item["format"] is None
        assert item["origins"] == {}
    for option in ([], ["--xds"]):
        done = command("headers", *option, *files)
        assert done.returncode == 1
        assert done.stderr.count("error[SW-I030]") == 6
        assert "Traceback" not in done.stderr
        assert done.stdout.count(str(image)) == 2


def test_json_and_xds_go_one_at_a_time(image: Path) -> None:
    assert command("headers", "--json", "--xds", image).returncode == 2
    assert command("headers").returncode == 2
