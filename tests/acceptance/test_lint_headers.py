"""``sweepwright lint-headers``: what those who write headers should know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from image_bytes_hdf5 import FILEWRITER, NXMX, Pixels, f32, f64, write
from sweep_tool import command
from tiny_images import write_series

_D = "entry/instrument/detector"


def findings(*paths: Path, code: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Field -> its findings."""
    done = command("lint-headers", "--json", *paths)
    assert done.returncode == code, done.stderr
    by_field: dict[str, list[dict[str, Any]]] = {}
    for item in json.loads(done.stdout)["findings"]:
        by_field.setdefault(item["field"], []).append(item)
    return by_field


def test_what_a_header_lacks(tmp_path: Path) -> None:
    gone = dict.fromkeys(("Wavelength", "Polarization", "Count_cutoff", "Silicon"))
    write_series(tmp_path, "x_##.cbf", "1-2", header=gone)
    found = findings(tmp_path / "x_01.cbf")
    for field in ("wavelength", "polarization", "overload", "sensor_material", "sensor_thickness"):
        (item,) = found[field]
        assert (item["kind"], item["message"]) == ("lacking", None)
        assert item["files"] == [str(tmp_path / "x_01.cbf")]
        assert item["why"].endswith(".") and item["instead"]
    assert found["wavelength"][0]["instead"] == "# Wavelength 0.97918 A"
    assert not {"detector", "serial", "date", "distance", "size", "beam_center"} & set(found)


@pytest.mark.parametrize(
    ("header", "field", "words"),
    [
        ({"Oscillation_axis": "X, CW"}, "scan_axis", "says nothing of the axis"),
        ({"Wavelength": "0.97918"}, "wavelength", "is not written like '0.97918 A'"),
        ({"Detector_distance": "300 mm"}, "distance", "is not written like '0.250000 m'"),
        ({"Count_cutoff": "1048500"}, "overload", "1048500 counts"),
    ],
)
def test_wording_that_readers_have_to_guess(
    tmp_path: Path, header: dict[str, str], field: str, words: str
) -> None:
    write_series(tmp_path, "x_#.cbf", "1", header=header)
    told = [item["message"] for item in findings(tmp_path / "x_1.cbf")[field]]
    assert any(words in (message or "") for message in told)


def test_no_convention(tmp_path: Path) -> None:
    write_series(tmp_path, "x_#.cbf", "1")
    path = tmp_path / "x_1.cbf"
    assert "convention" not in findings(path)
    path.write_bytes(path.read_bytes().replace(b"_array_data.header_convention", b"_array_data.x"))
    ((item,),) = [findings(path)["convention"]]
    assert "no convention" in item["message"]


def test_hdf5(tmp_path: Path) -> None:
    write(tmp_path / "series_data_000001.h5", {"entry/data/data": Pixels((20, 1065, 1030))})
    wrong = {f"{_D}/sensor_thickness": f32(450.0, "m")}
    path = write(tmp_path / "series_master.h5", {**FILEWRITER, **wrong})
    found = findings(path)
    assert "definition" in found["convention"][0]["message"]
    assert "cannot be" in found["sensor_thickness"][0]["message"]
    assert found["rotation_axis"][0]["instead"] == "/entry/sample/transformations/omega@vector"
    assert "data" not in found
    bare = {"entry/instrument/beam/incident_wavelength": f64(0.97918)}
    found = findings(write(tmp_path / "n.nxs", {**NXMX, **bare}))
    assert found["wavelength"][0]["key"] == "/entry/instrument/beam/incident_wavelength@units"
    assert "convention" not in found and "rotation_axis" not in found


def test_a_folder_is_the_first_image_of_each_series(tmp_path: Path) -> None:
    for name in "ab":
        gone = {"Wavelength": None}
        write_series(tmp_path / "raw" / name, f"{name}_##.cbf", "3-9", header=gone)
    (item,) = findings(tmp_path / "raw")["wavelength"]
    assert item["files"] == [str(tmp_path / f"raw/{name}/{name}_03.cbf") for name in "ab"]


def test_for_people(tmp_path: Path) -> None:
    write_series(tmp_path, "x_#.cbf", "1", header={"Wavelength": None})
    done = command("lint-headers", tmp_path / "x_1.cbf")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 header read; ")
    assert "\nwavelength: All cell lengths scale with it.\n  not said: x_1.cbf\n" in done.stdout
    assert "    write: # Wavelength 0.97918 A" in done.stdout


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    write_series(tmp_path, "x_#.cbf", "1")
    (tmp_path / "bad_1.cbf").write_text("nothing")
    (tmp_path / "empty").mkdir()
    for path, code in (("bad_1.cbf", "SW-I030"), ("absent.cbf", "SW-I030"), ("empty", "SW-I021")):
        done = command("lint-headers", tmp_path / path, tmp_path / "x_1.cbf")
        assert done.returncode == 1
        assert code in done.stderr and "Traceback" not in done.stderr
        assert done.stdout.startswith("1 header read")
    assert "convention" not in findings(tmp_path, code=1)
