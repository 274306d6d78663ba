"""``compile --locked``: does a job still compile to the same files? Nothing is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from sweep_tool import command
from tiny_images import write_series

from sweepwright.api.front import Options
from sweepwright.api.locking import compare_with_lock

JOB = """\
sweepwright: 1
name: lyso
processing: {engine: xds, resolution: {low: 40 A}}
sweeps:
  - images: raw/x_####.cbf
    geometry: {distance: 250 mm}
"""
#: another program on PATH would move nothing but tools, yet nothing here depends on it
ALONE = {"PATH": "/nonexistent"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The job with its images and its run folder."""
    folder = tmp_path_factory.mktemp("locked")
    write_series(folder, "raw/x_####.cbf", "1-40")
    (folder / "job.yaml").write_text(JOB, encoding="utf-8")
    assert sweepwright(folder, "compile", "job.yaml").returncode == 0
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place", symlinks=True))


def sweepwright(folder: Path, *arguments: object) -> CompletedProcess[str]:
    return command(*arguments, folder=folder, environment=ALONE)


def locked(folder: Path, *arguments: object) -> CompletedProcess[str]:
    """The command; it must leave the folder as it was."""
    before = state(folder)
    done = sweepwright(folder, "compile", "job.yaml", "--locked", *arguments)
    assert state(folder) == before
    return done


def state(folder: Path) -> dict[str, Any]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def edit(path: Path, change: Callable[[Any], None]) -> None:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_unchanged_job_compiles_to_the_same_files(place: Path) -> None:
    done = locked(place)
    assert done.returncode == 0
    assert done.stdout == "job.yaml compiles to the same files as lyso/job.lock.json\n"


def test_a_comment_in_the_job_changes_nothing(place: Path) -> None:
    rewrite(place / "job.yaml", "name: lyso", "# best crystal\nname: lyso")
    assert locked(place).returncode == 0


def test_a_changed_value_is_told_with_the_lines_that_change(place: Path) -> None:
    rewrite(place / "job.yaml", "250 mm", "251.5 mm")
    done = locked(place)
    assert done.returncode == 5
    head, value, corner, plan, *lines = done.stdout.splitlines()
    assert head == "job.yaml does not compile to what is in lyso/job.lock.json"
    assert value == "  sweeps[A].geometry.distance: 250 -> 251.5 (set by the sweep)"
    assert corner.startswith("  sweeps[A].detector.origin: ")
    assert corner.endswith(" 250 -> -1.462 -1.591 251.5 (follows from sweeps[A].geometry.distance)")
    assert plan == "  plan.json differs: other steps, or other text in their files"
    assert {"--- sweeps/A/index/XDS.INP", "+++ sweeps/A/index/XDS.INP"} <= set(lines)
    moved = {
        line.split("!")[0].strip()
        for line in lines
        if line[0] in "+-" and line[:3] not in ("---", "+++")
    }
    assert moved == {"-DETECTOR_DISTANCE= 250", "+DETECTOR_DISTANCE= 251.5"}


def test_a_value_that_moves_to_another_layer_is_told(place: Path) -> None:
    done = locked(place, "--set", "geometry.distance=250")
    assert done.returncode == 5  # the line says who set it
    said = "sweeps[A].geometry.distance: 250 (set by --set, was the sweep)"
    assert said in done.stdout
    assert "-DETECTOR_DISTANCE= 250 " in done.stdout


def test_an_image_that_is_gone_is_told(place: Path) -> None:
    (place / "raw/x_0040.cbf").unlink()
    done = locked(place)
    assert done.returncode == 5
    assert "sweeps[A].range: 1 40 -> 1 39 (set by the images found)" in done.stdout
    assert "sweep A: 40 images -> 39 images (numbers 1-40 -> 1-39, bytes" in done.stdout


def test_an_image_of_another_size_is_told(place: Path) -> None:
    image = place / "raw/x_0017.cbf"
    image.write_bytes(image.read_bytes() + b"\n")
    done = locked(place)
    assert done.returncode == 5
    (change,) = done.stdout.splitlines()[1:]
    assert change.startswith("  sweep A: 40 images -> 40 images (bytes ")


def test_a_default_that_moved_is_told(place: Path) -> None:
    leaf = "sweeps[A].geometry.polarization.normal"

    def older(lock: Any) -> None:
        assert lock["values"][leaf] == {"layer": "default", "value": [0.0, 1.0, 0.0]}
        lock["values"][leaf]["value"] = [1.0, 0.0, 0.0]

    edit(place / "lyso/job.lock.json", older)
    done = locked(place)
    assert done.returncode == 5
    (change,) = done.stdout.splitlines()[1:]
    assert change == f"  {leaf}: 1 0 0 -> 0 1 0 (default of the language moved)"


def test_a_new_release_with_the_same_files_is_good(place: Path) -> None:
    def older(lock: Any) -> None:
        lock["sweepwright"] = "0.0.9"
        lock["inputs"]["templates"]["xds/instrument.inp.j2"] = "0" * 64
        lock["inputs"]["tools"]["xds_par"] = {"version": "Jan 10, 2025", "digest": "0" * 64}

    edit(place / "lyso/job.lock.json", older)
    done = locked(place)
    assert done.returncode == 0
    head, *notes = done.stdout.splitlines()
    assert head == (
        "job.yaml compiles to the same files as lyso/job.lock.json with the new release"
    )
    assert [note.strip() for note in notes] == [
        "sweepwright 0.0.9 -> 0.1.0",
        "template xds/instrument.inp.j2 changed",
        "xds_par Jan 10, 2025 -> nothing",
    ]


def test_other_files_of_equal_values_are_a_difference(place: Path) -> None:
    edit(place / "lyso/job.lock.json", lambda lock: lock.update(plan="0" * 64))
    done = locked(place)
    assert done.returncode == 5
    assert "plan.json differs" in done.stdout


def test_a_lock_beside_the_job_comes_first(place: Path) -> None:
    shutil.copy(place / "lyso/job.lock.json", place / "lyso.lock.json")
    (place / "lyso/job.lock.json").write_text("{}")
    done = locked(place)
    assert done.returncode == 0
    assert "as lyso.lock.json" in done.stdout
    shutil.rmtree(place / "lyso")
    rewrite(place / "job.yaml", "40 A", "30 A")
    alone = locked(place)
    assert alone.returncode == 5
    assert "processing.resolution.low: 40 -> 30 (set by the job)" in alone.stdout
    assert "---" not in alone.stdout  # no run folder, so no lines of files


def test_the_lock_can_be_named(place: Path) -> None:
    (place / "lyso").rename(place / "other")
    assert locked(place, "-o", "other").returncode == 0
    assert locked(place, "--lock", "other/job.lock.json").returncode == 0
    rewrite(place / "job.yaml", "250 mm", "260 mm")
    for option in (("-o", "other"), ("--lock", "other/job.lock.json")):
        done = locked(place, *option)
        assert done.returncode == 5
        assert "+DETECTOR_DISTANCE= 260 " in done.stdout


@pytest.mark.parametrize(
    ("options", "looked"),
    [
        ((), "at 'lyso.lock.json', 'lyso/job.lock.json'"),
        (("-o", "run"), "at 'run/job.lock.json'"),
        (("--lock", "x.json"), "at 'x.json'"),
    ],
)
def test_without_a_lock_it_says_where_it_looked(
    place: Path, options: tuple[str, ...], looked: str
) -> None:
    shutil.rmtree(place / "lyso")
    done = locked(place, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[SW-P012]" in done.stderr
    assert looked in done.stderr
    assert "cp RUN/job.lock.json lyso.lock.json" in done.stderr


@pytest.mark.parametrize("content", ["", "[]", '{"lock": 1}', '{"lock": 7}', "not json"])
def test_a_broken_lock_is_an_error(place: Path, content: str) -> None:
    (place / "lyso/job.lock.json").write_text(content)
    done = locked(place)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[SW-P013]: 'lyso/job.lock.json' is not a lock: " in done.stderr


def test_a_folder_is_no_lock(place: Path) -> None:
    done = locked(place, "--lock", "raw")
    assert done.returncode == 1
    assert "error[SW-P013]: cannot read the lock 'raw'" in done.stderr


def test_a_wrong_job_is_no_difference(place: Path) -> None:
    rewrite(place / "job.yaml", "250 mm", "250 deg")
    done = locked(place)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[SW-L012]" in done.stderr


@pytest.mark.parametrize("options", ["--lock x", "--locked --lock x -o y"])
def test_wrong_use_is_exit_code_2(place: Path, options: str) -> None:
    assert sweepwright(place, "compile", "job.yaml", *options.split()).returncode == 2


def test_json_and_python_say_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(place / "job.yaml", "250 mm", "251 mm")
    done = locked(place, "--json")
    assert done.returncode == 5
    told = json.loads(done.stdout)
    assert (told["lock"], told["same"]) == ("lyso/job.lock.json", False)
    change = told["changes"][0]
    assert {key: change[key] for key in ("kind", "path", "old", "new")} == {
        "kind": "value", "path": "sweeps[A].geometry.distance", "old": 250.0, "new": 251.0,
    }  # fmt: skip
    monkeypatch.chdir(place)
    for name, value in ALONE.items():
        monkeypatch.setenv(name, value)
    same = compare_with_lock(Path("job.yaml"), Options())
    assert same.to_json() == told
    again = compare_with_lock(
        Path("job.yaml"), Options(settings=("sweeps[A].geometry.distance=250",))
    )
    assert [str(change) for change in again.changes if change.kind == "value"] == []
