"""What a user can get wrong: each mistake gets an answer that helps, and nothing is left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sweep_tool import SMALLEST, command

JOB = SMALLEST.format(images="data/x_####.cbf")


@pytest.fixture
def folder(few: Path, tmp_path: Path) -> Path:
    shutil.copytree(few, tmp_path / "work")
    return tmp_path / "work"


def refused(
    folder: Path, job: str, *words: str, code: int = 1, arguments: tuple[str, ...] = ()
) -> str:
    (folder / "job.yaml").write_text(job, encoding="utf-8")
    before = sorted(folder.iterdir())
    done = command("run", "job.yaml", *arguments, folder=folder)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert sorted(folder.iterdir()) == before
    return done.stderr


def test_a_missing_image_is_named(folder: Path) -> None:
    (folder / "data/x_0003.cbf").unlink()
    refused(folder, JOB, "SW-I003", "missing: 3", "job.yaml:3:13", "range: 1-2; range: 4-6")


def test_a_template_that_matches_nothing_shows_what_is_there(folder: Path) -> None:
    refused(folder, JOB.replace("x_", "y_"), "SW-I002", "no file fits 'y_####.cbf'", "x_####.cbf")


def test_a_folder_that_is_not_there(folder: Path) -> None:
    refused(folder, JOB.replace("data/", "dada/"), "SW-I001", "dada", "No such file")


def test_a_truncated_image_is_named(folder: Path) -> None:
    image = folder / "data/x_0006.cbf"
    image.write_bytes(image.read_bytes()[:-9000])
    refused(folder, JOB, "SW-I005", "x_0006.cbf is truncated")


def test_a_file_that_is_no_image(folder: Path) -> None:
    (folder / "data/x_0001.cbf").write_text("hello")
    refused(folder, JOB, "SW-I005", "x_0001.cbf is no image of a format that is known here")


def test_an_unknown_key_is_pointed_at(folder: Path) -> None:
    said = refused(folder, JOB.replace("images", "imgaes"), "SW-L008", "Did you mean 'images'?")
    assert "  - imgaes: data/x_####.cbf\n   |     ^^^^^^" in said


def test_a_range_outside_the_images(folder: Path) -> None:
    refused(folder, JOB + "    range: 1-900\n", "SW-I004", "images 7-900", "Write 'range: 1-6'")


def test_an_angle_that_jumps(folder: Path) -> None:
    image = folder / "data/x_0006.cbf"
    image.write_bytes(image.read_bytes().replace(b"Start_angle 13.125", b"Start_angle 93.125"))
    refused(folder, JOB, "SW-I007", "the angle jumps")


def test_a_job_that_is_not_there(folder: Path) -> None:
    done = command("run", "nothing.yaml", folder=folder)
    assert done.returncode == 1
    assert "cannot read 'nothing.yaml'" in done.stderr


def test_images_outside_the_job_want_a_root(folder: Path, tmp_path: Path) -> None:
    outside = JOB.replace("data/", f"{tmp_path}/elsewhere/")
    refused(folder, outside, "SW-L028", "roots: {raw:", "$raw/x_####.cbf")
    refused(folder, JOB.replace("data/", f"../{folder.name}/data/"), "SW-L028")


def test_a_root_is_bound_where_the_images_are(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder / "data", tmp_path / "elsewhere")
    (folder / "job.yaml").write_text(
        "sweepwright: 1\nroots: {raw: data}\nsweeps:\n  - images: $raw/x_####.cbf\n"
    )
    assert command("check", "job.yaml", folder=folder).returncode == 1
    done = command("compile", "job.yaml", "--bind", f"raw={tmp_path}/elsewhere", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "job/roots/raw").readlink() == tmp_path / "elsewhere"


def test_without_dials_it_says_how_to_get_it(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    (folder / "job.yaml").write_text(JOB)
    done = command("run", "job.yaml", folder=folder, environment={"PATH": str(empty)})
    assert done.returncode == 1
    for words in ("SW-E001", "apt-get install dials", "conda-forge"):
        assert words in done.stderr
    assert (
        command("compile", "job.yaml", folder=folder, environment={"PATH": str(empty)}).returncode
        == 0
    )


def test_a_folder_of_somebody_else_is_left_alone(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine/file").write_text("precious")
    refused(folder, JOB, "SW-P004", "no run folder", arguments=("-o", "mine"))
    assert (folder / "mine/file").read_text() == "precious"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_place_that_cannot_be_written(folder: Path) -> None:
    refused(folder, JOB, "SW-P001", "cannot write the run folder", arguments=("-o", "/proc/run"))


def test_wrong_use_is_another_exit_code(folder: Path) -> None:
    assert command("run", "job.yaml", "--engine", "mosflm", folder=folder).returncode == 2
    assert command("run", "job.yaml", "--bind", "raw", folder=folder).returncode == 2
    assert command("frobnicate", folder=folder).returncode == 2
    refused(folder, JOB, "SW-L008", arguments=("--set", "processing.engin=xds"))


def test_a_run_folder_without_a_plan(folder: Path) -> None:
    for name in ("plan", "status", "report"):
        done = command(name, "data", folder=folder)
        assert done.returncode == 1
        assert "no plan.json" in done.stderr


def test_a_bad_plan_is_pointed_at(folder: Path) -> None:
    (folder / "hand").mkdir()
    (folder / "hand/plan.json").write_text(
        '{"name": "x", "steps": [{"id": "A B", "folder": "../x"}]}'
    )
    done = command("run", "hand", folder=folder)
    assert done.returncode == 1
    assert "SW-R00" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_written_by_hand_runs(folder: Path) -> None:
    (folder / "hand").mkdir()
    (folder / "hand/plan.json").write_text(
        '{"name": "by-hand", "steps": ['
        '{"id": "hello", "program": "sh", "argv": ["-c", "echo hello > out.txt"],'
        ' "folder": "hello", "outputs": [{"name": "out.txt"}]},'
        '{"id": "again", "program": "cp", "argv": [{"steps": ["hello"], "name": "out.txt"}, "copy.txt"],'
        ' "folder": "again", "outputs": [{"name": "copy.txt"}]}],'
        ' "results": [{"path": "results/copy.txt", "step": "again", "name": "copy.txt", "role": "copy"}]}'
    )
    done = command("run", "hand", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "hand/results/copy.txt").read_text() == "hello\n"
    assert "again" in command("status", "hand", folder=folder).stdout


@pytest.mark.parametrize("name", ["check", "compile", "plan", "run", "status", "simulate"])
def test_help_reads_like_a_manual_page(name: str) -> None:
    text = command(name, "--help").stdout
    assert "Usage: " in text
    assert "Example: sweepwright " + name in text


def test_a_simulation_that_is_wrong_is_pointed_at(folder: Path) -> None:
    (folder / "s.yaml").write_text("structure: {space_group: P 9, cell: [1, 2]}\nsweps: []\n")
    done = command("simulate", "s.yaml", "-o", "out", folder=folder)
    assert done.returncode == 1
    assert "s.yaml:2:1" in done.stderr
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("sweepwright: 1\nsweeps:\n\t- images: data/x_####.cbf\n", "a tab cannot indent"),
        ("sweepwright: 1\nsweeps:\n  - data/x_####.cbf\n", "Write '- images: data/x_####.cbf'"),
        (JOB.replace("x_", "x "), "starts a comment in YAML"),
        (JOB.replace("####", "###"), "x_####.cbf"),
        ("sweepwright: 1\nsweeps: []\n", "the job has no sweeps"),
        (
            JOB + "goniostat: {axes: [{name: omega, vector: [1, 0, 0]}]}\n"
            "geometry: {rotation_axis: [1, 0, 0]}\n",
            "SW-G009",
        ),
        (JOB + JOB.splitlines()[2] + "\n    range: 2-3\n", "share images 2-3"),
        (JOB.replace("x_####", "*"), "one '#' for each digit"),
    ],
)
def test_what_people_type_gets_an_answer(folder: Path, job: str, words: str) -> None:
    refused(folder, job, words)
