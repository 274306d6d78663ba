"""From a folder of images to a job that passes ``check``, by the command itself."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sweep_tool import command
from tiny_images import write_series


def discovered(folder: Path, images: str) -> tuple[str, list[dict[str, str]]]:
    """Text and sweeps of the job that ``discover`` prints; it must pass ``check``."""
    done = command("discover", images, folder=folder)
    assert done.returncode == 0, done.stderr
    job = folder / "found.yaml"
    job.write_text(done.stdout)
    checked = command("check", job.name, folder=folder)
    assert checked.returncode == 0, checked.stderr
    return done.stdout, YAML(typ="safe").load(done.stdout)["sweeps"]


def comments(text: str) -> str:
    return " ".join(line.strip(" #") for line in text.splitlines() if line.strip().startswith("#"))


def column(sweeps: Sequence[dict[str, str]], key: str) -> list[str | None]:
    return [sweep.get(key) for sweep in sweeps]


def test_the_first_job(tmp_path: Path) -> None:
    write_series(tmp_path / "data", "lyso_####.cbf", "1-36")
    done = command("new", "data/", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "lyso.yaml").read_text()
    assert [line for line in text.splitlines() if "# " not in line] == [
        "sweepwright: 1",
        "sweeps:",
        "  - images: data/lyso_####.cbf",
    ]
    assert "36 images, 18 degrees from 0" in text
    for fact in ("0.97918 A", "PILATUS3 6M, S/N 60-0126", "300 mm", "2026-03-05 10:00:00"):
        assert fact in text
    assert "sweepwright check lyso.yaml" in done.stdout
    assert command("check", "lyso.yaml", folder=tmp_path).returncode == 0


def test_the_job_is_never_named_like_the_folder_of_images(tmp_path: Path) -> None:
    for name in "ab":
        write_series(tmp_path / "raw", f"{name}_##.cbf", "1-10")
    assert command("new", "raw", folder=tmp_path).returncode == 0
    assert (tmp_path / "raw-job.yaml").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_series(tmp_path / "data", "lyso_##.cbf", "1-10")
    (tmp_path / "lyso.yaml").write_text("mine")
    done = command("new", "data", folder=tmp_path)
    assert done.returncode == 1 and "SW-P016" in done.stderr
    assert (tmp_path / "lyso.yaml").read_text() == "mine"
    other = command("new", "data", "-o", "other.yaml", folder=tmp_path)
    assert other.returncode == 0 and (tmp_path / "other.yaml").exists()
    absent = command("new", "data", "-o", "absent/x.yaml", folder=tmp_path)
    assert absent.returncode == 1 and "SW-P017" in absent.stderr


def test_images_elsewhere_are_named_by_a_root(tmp_path: Path) -> None:
    write_series(tmp_path / "disk" / "scan 1", "lyso_##.cbf", "1-10")
    (tmp_path / "work" / "jobs").mkdir(parents=True)
    done = command("new", "../disk", "-o", "jobs/a.yaml", folder=tmp_path / "work")
    assert done.returncode == 0, done.stderr
    job = YAML(typ="safe").load((tmp_path / "work" / "jobs" / "a.yaml").read_text())
    assert job["roots"] == {"raw": str(tmp_path / "disk")}
    assert job["sweeps"] == [{"images": "$raw/scan 1/lyso_##.cbf"}]
    checked = command("check", "jobs/a.yaml", folder=tmp_path / "work")
    assert checked.returncode == 0, checked.stderr


def test_a_folder_whose_name_is_no_part_of_a_template(tmp_path: Path) -> None:
    write_series(tmp_path / "run #1", "lyso_##.cbf", "1-10")
    _, sweeps = discovered(tmp_path, "run #1")
    assert sweeps == [{"images": "$raw/lyso_##.cbf"}]


def test_inverse_beam_wedges(tmp_path: Path) -> None:
    """Collected in the order of the wedges; names and natural order say otherwise."""
    order = [3, 4, 1, 2]
    for minute, wedge in enumerate(order):
        start = (minute // 2) * 30.0 + (minute % 2) * 180.0
        time = f"2026-03-05T10:{minute:02d}:00.000"
        write_series(tmp_path / "raw", f"semet_w{wedge}_###.cbf", "1-60", start, time=time)
    text, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "name") == [f"semet_w{wedge}" for wedge in order]
    assert column(sweeps, "images") == [f"raw/semet_w{wedge}_###.cbf" for wedge in order]
    assert "inverse beam: semet_w3 with semet_w4, semet_w1 with semet_w2." in comments(text)


def test_two_halves_of_a_turn_are_no_inverse_beam(tmp_path: Path) -> None:
    for name, start in (("a", 0.0), ("b", 180.0)):
        write_series(tmp_path / "raw", f"{name}_###.cbf", "1-180", start, 1.0)
    text, _ = discovered(tmp_path, "raw")
    assert "inverse" not in text


def test_numbering_that_runs_on_is_split(tmp_path: Path) -> None:
    write_series(tmp_path / "raw", "x_###.cbf", "1-30")
    write_series(tmp_path / "raw", "x_###.cbf", "31-60", start=180.0)
    text, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "range") == ["1-30", "31-60"]
    assert column(sweeps, "name") == ["x-1", "x-2"]
    assert "the angle jumps at image 31" in text


def test_numbers_from_zero(tmp_path: Path) -> None:
    write_series(tmp_path / "raw", "x_####.cbf", "0-19")
    text, sweeps = discovered(tmp_path, "raw")
    assert sweeps == [{"images": "raw/x_####.cbf"}]
    assert "20 images, 10 degrees from 0" in comments(text)
    checked = command("check", "found.yaml", folder=tmp_path).stdout
    assert "images 0-19" in checked


def test_interleaved_wedges_in_one_numbering(tmp_path: Path) -> None:
    """Inverse beam in wedges of 10 degrees, all under one prefix, without a gap in the numbers."""
    truth = []
    for wedge in range(6):
        first = wedge * 20 + 1
        truth.append((f"{first}-{first + 19}", wedge // 2 * 10.0 + wedge % 2 * 180.0))
        write_series(tmp_path / "raw", "x_###.cbf", truth[-1][0], truth[-1][1])
    text, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "range") == [images for images, _ in truth]
    assert "inverse beam: x-1 with x-2, x-3 with x-4, x-5 with x-6." in comments(text)


def test_several_sweeps_with_one_prefix_and_gaps_between(tmp_path: Path) -> None:
    for first, kappa in ((1, "0.0 deg."), (101, "30.0 deg."), (201, "60.0 deg.")):
        numbers = f"{first}-{first + 9}"
        write_series(tmp_path / "raw", "x_###.cbf", numbers, header={"Kappa": kappa})
    _, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "range") == ["1-10", "101-110", "201-210"]


def test_wavelengths_in_one_numbering(tmp_path: Path) -> None:
    waves = ["0.97925 A", "0.97942 A", "0.95373 A"]
    for block in range(6):
        first, header = block * 15 + 1, {"Wavelength": waves[block % 3]}
        numbers = f"{first}-{first + 14}"
        write_series(tmp_path, "raw/tm_##.cbf", numbers, block // 3 * 15.0, 1.0, header=header)
    text, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "range") == ["1-15", "16-30", "31-45", "46-60", "61-75", "76-90"]
    assert (
        "3 wavelengths: w1 0.95373 A (tm-3, tm-6); w2 0.97925 A (tm-1, tm-4); "
        "w3 0.97942 A (tm-2, tm-5)" in comments(text)
    )
    proposed = [line.split()[-1] for line in text.splitlines() if "# dataset:" in line]
    assert proposed == ["w2", "w3", "w1", "w2", "w3", "w1"]


def test_kappa_orientations(tmp_path: Path) -> None:
    for name, kappa in (("a", "0.0 deg."), ("b", "-60.0 deg.")):
        write_series(tmp_path / "raw", f"{name}_##.cbf", "1-10", header={"Kappa": kappa})
    text, _ = discovered(tmp_path, "raw")
    assert "Kappa differs: 0 degrees (a); -60 degrees (b)." in comments(text)


def test_missing_and_broken_images(tmp_path: Path) -> None:
    write_series(tmp_path / "raw", "x_##.cbf", "1-20")
    write_series(tmp_path / "raw", "x_##.cbf", "24-40", start=11.5)
    (tmp_path / "raw" / "x_30.cbf").write_bytes(b"")
    text, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "range") == ["1-20", "24-29", "31-40"]
    told = comments(text)
    assert "images 21-23 are missing" in told
    assert "cannot be used: x_30.cbf is empty" in told
    starts = [
        line.split("degrees from ")[1].split(",")[0]
        for line in text.splitlines()
        if "degrees from" in line
    ]
    assert starts == ["0", "11.5", "15"]


def crystals(folder: Path, count: int) -> None:
    for crystal in range(1, count + 1):
        write_series(folder / f"x{crystal:02d}", f"x{crystal:02d}_##.cbf", "1-5")


def test_many_crystals_are_one_line(tmp_path: Path) -> None:
    crystals(tmp_path / "grid", 12)
    text, sweeps = discovered(tmp_path, "grid")
    assert sweeps == [{"images": "grid/x*/x*_##.cbf", "name": "{folder}"}]
    assert "12 sweeps, each 5 images, 2.5 degrees from 0" in comments(text)
    checked = command("check", "found.yaml", folder=tmp_path).stdout
    assert all(f"x{crystal:02d}_##.cbf" in checked for crystal in range(1, 13))


def test_a_pattern_that_would_catch_a_test_sweep_is_not_written(tmp_path: Path) -> None:
    crystals(tmp_path / "grid", 12)
    write_series(tmp_path / "grid" / "x01", "x01_test_##.cbf", "1-2")
    _, sweeps = discovered(tmp_path, "grid")
    assert column(sweeps, "images") == [f"grid/x{n:02d}/x{n:02d}_##.cbf" for n in range(1, 13)]


def test_odd_series_are_left_out_with_the_reason(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_series(raw, "lyso_##.cbf", "1-10")
    write_series(raw, "snap_##.cbf", "1-2", width=90.0)
    write_series(raw, "grid_##.cbf", "1-9", width=0.0)
    write_series(raw, "stuck_##.cbf", "1-9", header={"Start_angle": None, "Angle_increment": None})
    for name in ("old_001.img", "line\nsweeps: []\n_01.cbf", "hash#_01.cbf", "$x_01.cbf"):
        (raw / name).touch()
    (raw / os.fsdecode(b"latin-\xe4_01.cbf")).touch()
    text, sweeps = discovered(tmp_path, "raw")
    assert sweeps == [{"images": "raw/lyso_##.cbf"}]
    reasons = {
        line.partition("images: ")[2].split(",")[0].split("}")[0]: line.partition("}  # ")[2]
        for line in text.splitlines()
        if line.startswith("  # - {")
    }
    assert reasons["raw/snap_##.cbf"] == "only 2 images"
    assert reasons["raw/grid_##.cbf"] == "still images: the oscillation width is 0"
    assert "no oscillation" in reasons["raw/stuck_##.cbf"]
    assert reasons["raw/old_###.img"] == "old_001.img is empty"
    assert sum("rename" in reason for reason in reasons.values()) == 4
    data = command("discover", "raw", "--json", folder=tmp_path)
    assert len(json.loads(data.stdout)["left_out"]) == 8
    uncommented = text.replace("  # - {name: snap", "  - {name: snap")
    assert YAML(typ="safe").load(uncommented)["sweeps"][1]["images"] == "raw/snap_##.cbf"


def test_equal_names_in_two_folders(tmp_path: Path) -> None:
    for folder in ("scan1", "scan2"):
        write_series(tmp_path / "raw" / folder, "test_##.cbf", "1-10")
    _, sweeps = discovered(tmp_path, "raw")
    assert column(sweeps, "name") == ["scan1-test", "scan2-test"]


def test_sweeps_as_data(tmp_path: Path) -> None:
    write_series(tmp_path / "raw", "x_##.cbf", "1-10", start=5.0)
    write_series(tmp_path / "raw", "y_##.cbf", "1-2")
    done = command("discover", "raw", "--json", folder=tmp_path)
    found = json.loads(done.stdout)
    (sweep,) = found["sweeps"]
    assert [sweep[key] for key in ("images", "range", "count", "start", "degrees", "time")] == [
        "x_##.cbf", "1-10", 10, 5.0, 5.0, "2026-03-05T10:00:00",
    ]  # fmt: skip
    assert sweep["header"]["wavelength"] == 0.97918
    assert [item["doubt"] for item in found["left_out"]] == ["only 2 images"]


@pytest.mark.parametrize(
    ("folder", "code"),
    [("absent", "SW-I020"), ("file", "SW-I020"), ("empty", "SW-I021"), ("odd", "SW-I022")],
)
@pytest.mark.parametrize("verb", ["discover", "new"])
def test_errors(tmp_path: Path, verb: str, folder: str, code: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    write_series(tmp_path / "odd", "x_##.cbf", "1-2")
    done = command(verb, folder, folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert code in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.yaml"))
