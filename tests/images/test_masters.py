"""Sweeps of one HDF5 file: found, counted, shifted to the range, refused where they cannot be used."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import h5py
import pytest
from command_here import run_in
from image_bytes_hdf5 import FILEWRITER, NXMX, Pixels, write

from sweepwright.images.discover import parse_pattern
from sweepwright.images.formats import read_facts
from sweepwright.images.masters import at_image, files_of
from sweepwright.images.series import Series, find_series
from sweepwright.images.several import expand
from sweepwright.images.wedges import wedges
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.ranges import ImageSet
from sweepwright.run import StepCall, StepError
from sweepwright.steps.manifest import manifest

JOB = "sweepwright: 1\nsweeps:\n  - images: data/{name}\n{more}"


def filewriter(folder: Path, stem: str = "x", data: bool = True) -> Path:
    """A master of 20 images, omega from 30 by 0.1, and its data file."""
    folder.mkdir(parents=True, exist_ok=True)
    link = h5py.ExternalLink(f"{stem}_data_000001.h5", "entry/data/data")
    if data:
        write(folder / f"{stem}_data_000001.h5", {"entry/data/data": Pixels((20, 1065, 1030))})
    return write(folder / f"{stem}_master.h5", {**FILEWRITER, "entry/data/data_000001": link})


def checked(
    folder: Path, name: str, *words: str, more: str = ""
) -> tuple[list[dict[str, str]], str]:
    """The diagnostics of a job with this file, and what else is said."""
    (folder / "job.yaml").write_text(JOB.format(name=name, more=more))
    told = run_in(folder, "check", "job.yaml", "--json", *words).stdout
    return json.loads(told)[0]["diagnostics"], run_in(folder, "check", "job.yaml", *words).stdout


def errors(found: list[dict[str, str]]) -> list[str]:
    return [item["code"] for item in found if item["severity"] == "error"]


def test_the_template_of_a_master_is_its_name() -> None:
    pattern = parse_pattern("$raw/scan 1/x_0001_master.h5")
    assert pattern[:4] == ("$raw/scan 1", "x_0001_master", 0, ".h5")
    assert pattern.single is None
    template = ImageTemplate("raw", "scan 1", "x_master", 0, ".h5")
    assert template.one_file
    assert {template.name(1), template.name(900), template.hashes(), template.hashes("?")} == {
        "x_master.h5"
    }
    assert template.text == "$raw/scan 1/x_master.h5"
    with pytest.raises(ValueError, match="master"):
        parse_pattern("x_######.h5")


@pytest.mark.parametrize(
    ("name", "prefix", "width", "suffix", "single"),
    [
        ("x_001.mar2300", "x_", 3, ".mar2300", 1),
        ("x_012.img.bz2", "x_", 3, ".img.bz2", 12),
        ("name.0007", "name.", 4, "", 7),
        ("name_E1.0001", "name_E1.", 4, "", 1),
        ("x_1_2.rodhypix", "x_1_", 1, ".rodhypix", 2),
        ("a01_0003.sfrm", "a01_", 4, ".sfrm", 3),
        ("name.####", "name.", 4, "", None),
        ("x_####.cbf.gz", "x_", 4, ".cbf.gz", None),
    ],
)
def test_names_of_all_formats_are_split(
    name: str, prefix: str, width: int, suffix: str, single: int | None
) -> None:
    assert parse_pattern(name) == ("", prefix, width, suffix, single)


def test_the_files_of_a_run_are_one_series(tmp_path: Path) -> None:
    names = (
        "a_master.h5 a_meta.h5 a_data_000001.h5 a_data_000002.h5 "
        "ins_8_5.nxs ins_8_5_master.h5 ins_8_5_meta.h5 ins_8_5_000001.h5 ins_8_5_000002.h5 "
        "b.nxs b_000001.h5 c_2_master.h5 c_10_master.h5 d.hdf5 "
        "lost_data_000001.h5 lost_data_000002.h5"
    )
    for name in names.split():
        (tmp_path / name).touch()
    assert [series.path for series in find_series(tmp_path, deep=False)] == [
        "a_master.h5",
        "b.nxs",
        "c_2_master.h5",
        "c_10_master.h5",
        "d.hdf5",
        "ins_8_5_master.h5",
        "lost_data_000001.h5",
    ]


def test_patterns_and_folders_of_masters(tmp_path: Path) -> None:
    for stem in ("x1", "x2"):
        filewriter(tmp_path / "grid" / stem, stem)
    assert [(m.images, m.folder, m.stem) for m in expand(tmp_path, "grid/x*/x*_master.h5")] == [
        ("grid/x1/x1_master.h5", "x1", "x1"),
        ("grid/x2/x2_master.h5", "x2", "x2"),
    ]
    assert [match.images for match in expand(tmp_path, "grid/x1/")] == ["grid/x1/x1_master.h5"]


def test_a_master_is_one_wedge(tmp_path: Path) -> None:
    filewriter(tmp_path)
    (series,) = find_series(tmp_path, deep=False)
    assert series == Series("", "x_master", 0, ".h5", ImageSet())
    ((wedge,), broken) = wedges(tmp_path, series)
    assert (str(wedge.range), wedge.start, wedge.width) == ("1-20", 30.0, 0.1)
    assert str(wedge.time) == "2017-03-04 05:06:07.123456"
    assert broken == {}


def test_the_header_at_another_image(tmp_path: Path) -> None:
    facts = read_facts(filewriter(tmp_path))
    assert at_image(facts, 1) is facts
    shifted = at_image(facts, 8)
    assert {name: fact.value for name, fact in shifted.fields.items()} == {
        name: fact.value for name, fact in facts.fields.items()
    } | {"start": 30.7, "omega": 30.7}
    nxmx = at_image(read_facts(write(tmp_path / "n.nxs", NXMX)), 3)
    assert {axis.name: axis.angle_deg for axis in nxmx.axes} == {
        "omega": 10.5,
        "chi": 30.0,
        "phi": 40.0,
    }


def test_a_job_takes_a_master(tmp_path: Path) -> None:
    filewriter(tmp_path / "data")
    found, told = checked(tmp_path, "x_master.h5")
    assert errors(found) == []
    assert "images 1-20 (20 x 0.1 = 2 deg)" in told
    assert "30 deg" in told


def test_range_and_exclude_count_images(tmp_path: Path) -> None:
    filewriter(tmp_path / "data")
    more = "    range: 6-20\n    exclude: [9-10]\n"
    found, told = checked(tmp_path, "x_master.h5", "--all-headers", more=more)
    assert errors(found) == []
    assert "images 6-8, 11-20" in told
    assert "30.5 deg" in told
    found, _ = checked(tmp_path, "x_master.h5", more="    range: 6-30\n")
    assert errors(found) == ["SW-I004"]
    assert "6-20" in found[0]["help"]


def test_the_master_that_is_not_there(tmp_path: Path) -> None:
    filewriter(tmp_path / "data")
    found, _ = checked(tmp_path, "y_master.h5")
    assert errors(found) == ["SW-I002"]
    assert "x_master.h5" in found[0]["help"]


def test_a_companion_names_the_master(tmp_path: Path) -> None:
    filewriter(tmp_path / "data")
    found, _ = checked(tmp_path, "x_data_000001.h5")
    assert errors(found) == ["SW-I013"]
    assert found[0]["help"] == "Name the master file x_master.h5 instead."


def test_data_files_that_are_not_there(tmp_path: Path) -> None:
    filewriter(tmp_path / "data", data=False)
    found, _ = checked(tmp_path, "x_master.h5")
    assert errors(found) == ["SW-I038"]
    assert "x_data_000001.h5" in found[0]["message"]


def test_a_broken_master_is_told(tmp_path: Path) -> None:
    path = filewriter(tmp_path / "data")
    path.write_bytes(path.read_bytes()[:3000])
    found, _ = checked(tmp_path, "x_master.h5")
    assert errors(found) == ["SW-I013"]


def test_the_files_of_a_master(tmp_path: Path) -> None:
    master = filewriter(tmp_path)
    assert files_of(master) == {
        "x_master.h5": master,
        "x_data_000001.h5": tmp_path / "x_data_000001.h5",
    }


def test_discovered_runs(tmp_path: Path) -> None:
    filewriter(tmp_path / "raw", "a")
    filewriter(tmp_path / "raw", "b", data=False)
    (tmp_path / "raw" / "a_meta.h5").touch()
    write(tmp_path / "raw" / "lost_data_000001.h5", {"entry/data/data": Pixels((3, 20, 10))})
    found = json.loads(run_in(tmp_path, "discover", "raw", "--json").stdout)
    assert [(item["name"], item["images"], item["range"]) for item in found["sweeps"]] == [
        ("a", "a_master.h5", "1-20")
    ]
    doubts = {item["images"]: item["doubt"] for item in found["left_out"]}
    assert "b_data_000001.h5" in doubts["b_master.h5"]
    assert "holds images alone" in doubts["lost_data_000001.h5"]


def test_a_job_of_what_was_discovered_passes(tmp_path: Path) -> None:
    filewriter(tmp_path / "raw", "a")
    (tmp_path / "found.yaml").write_text(run_in(tmp_path, "discover", "raw").stdout)
    assert run_in(tmp_path, "check", "found.yaml").exit_code == 0


@pytest.mark.parametrize(("off", "codes"), [(0.004, []), (0.05, ["SW-I037"])])
def test_all_angles_of_a_master(tmp_path: Path, off: float, codes: list[str]) -> None:
    """Encoders are read while they turn: a tenth of an image is no jump."""
    filewriter(tmp_path / "data")
    with h5py.File(tmp_path / "data/x_master.h5", "r+") as file:
        file["entry/sample/goniometer/omega"][7] += off
    found, _ = checked(tmp_path, "x_master.h5", "--all-headers")
    assert errors(found) == codes


def test_sizes_are_those_of_all_files(tmp_path: Path) -> None:
    filewriter(tmp_path / "data")
    (tmp_path / "job.yaml").write_text(JOB.format(name="x_master.h5", more=""))
    assert run_in(tmp_path, "compile", "job.yaml", "-o", "run", "--engine", "dials").exit_code == 0
    locked = (tmp_path / "run/job.lock.json").read_text()
    total = sum(path.stat().st_size for path in (tmp_path / "data").iterdir())
    assert f'"bytes": {total},' in locked
    assert '"numbers": "1-20"' in locked


def test_the_digests_are_those_of_all_files(tmp_path: Path) -> None:
    master = filewriter(tmp_path / "data")
    asked = {
        "folder": "../data",
        "prefix": "x_master",
        "width": 0,
        "suffix": ".h5",
        "range": [3, 9],
        "plugin": None,
    }
    (tmp_path / "step").mkdir()
    manifest(StepCall(tmp_path / "step", {}, asked))
    told = json.loads((tmp_path / "step/images.json").read_text())["images"]
    files = [master, master.with_name("x_data_000001.h5")]
    assert [(item["name"], item["bytes"], item["sha256"]) for item in told] == [
        (path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    ]
    files[1].unlink()
    with pytest.raises(StepError, match=r"x_master.h5 .*x_data_000001.h5"):
        manifest(StepCall(tmp_path / "step", {}, asked))
