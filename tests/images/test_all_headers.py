"""``check --all-headers``: what a few headers do not show."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_here import run_in
from tiny_images import write_series

JOB = "sweepwright: 1\nsweeps:\n  - images: data/x_####.cbf\n"


def found(folder: Path, *words: str) -> list[tuple[str, str]]:
    """Codes and messages of errors and warnings about the images."""
    (folder / "job.yaml").write_text(JOB)
    (told,) = json.loads(run_in(folder, "check", "job.yaml", "--json", *words).stdout)
    return [
        (item["code"], item["message"])
        for item in told["diagnostics"]
        if item["code"].startswith("SW-I") and item["severity"] != "advice"
    ]


def all_found(folder: Path) -> list[tuple[str, str]]:
    return found(folder, "--all-headers")


def series(folder: Path, numbers: str, start: float = 0.0, **more: Any) -> None:
    write_series(folder, "data/x_####.cbf", numbers, start, **more)


def test_a_good_sweep_is_silent(tmp_path: Path) -> None:
    series(tmp_path, "1-60", 330.0)  # through 360
    assert all_found(tmp_path) == []


def test_two_turns_are_no_copies(tmp_path: Path) -> None:
    series(tmp_path, "1-80", width=10.0)
    assert all_found(tmp_path) == []


def test_angles_of_two_decimals_are_no_jumps(tmp_path: Path) -> None:
    for number in range(1, 100):
        header = {"Angle_increment": "0.0333 deg."}
        series(tmp_path, str(number), round((number - 1) / 30, 2), width=1 / 30, header=header)
    assert all_found(tmp_path) == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"Wavelength": "0.97949 A"}, "wavelength is 0.97918, but 0.97949 in images 5-6"),
        ({"Detector_distance": "0.300020 m"}, "distance is 300, but 300.02 in images 5-6"),
        (
            {"Beam_xy": "(9.50, 9.25) pixels"},
            "beam centre is 8.5 x 9.25, but 9.5 x 9.25 in images 5-6",
        ),
        ({"Kappa": "30.0 deg."}, "kappa stands at 0 degrees, but at 30 in images 5-6"),
        ({"Detector_2theta": "5.0 deg."}, "two_theta stands at 0 degrees, but at 5 in images 5-6"),
        ({"Detector": "PILATUS3 6M, S/N 60-0127"}, "in images 5-6"),
    ],
)
def test_two_images_that_differ_are_told_once(
    tmp_path: Path, header: dict[str, str], words: str
) -> None:
    zero = {"Kappa": "0.0 deg.", "Detector_2theta": "0.0 deg."}
    series(tmp_path, "1-100", header=zero)
    series(tmp_path, "5-6", 2.0, header=zero | header)
    assert found(tmp_path) == []  # the few that are read by default do not show it
    told = all_found(tmp_path)
    assert [code for code, _ in told] == ["SW-I006"] * len(told)
    assert words in told[0][1]


def test_jumps_are_told_with_their_images(tmp_path: Path) -> None:
    for first, start in ((1, 0.0), (31, 90.0), (71, 200.0)):
        series(tmp_path, f"{first}-{first + 39}", start)
    ((code, message),) = all_found(tmp_path)
    assert code == "SW-I007"
    assert message.endswith("the angle jumps at images 31, 71")


def test_a_copy_is_named_with_its_original(tmp_path: Path) -> None:
    series(tmp_path, "1-100")
    for number in (41, 43):
        shutil.copy(tmp_path / "data/x_0007.cbf", tmp_path / f"data/x_{number:04d}.cbf")
    assert found(tmp_path) == []
    ((code, message),) = all_found(tmp_path)
    assert code == "SW-I040"
    assert message.endswith(
        "one angle twice: image 41 begins at 3 degrees, as image 7; in all images 41, 43"
    )


def times(folder: Path, texts: list[str]) -> None:
    for number, text in enumerate(texts, 1):
        series(folder, str(number), (number - 1) * 0.5, time=text)


def test_one_time_twice(tmp_path: Path) -> None:
    texts = [f"2026-03-05T10:00:00.{number}00" for number in range(1, 9)]
    texts[5] = texts[2]
    times(tmp_path, texts)
    ((code, message),) = all_found(tmp_path)
    assert code == "SW-I041"
    assert message.endswith("one time twice: image 6 at 2026-03-05T10:00:00.300, as image 3")


@pytest.mark.parametrize(
    "texts",
    [
        ["2026-03-05T10:00:00.000"] * 8,  # as converters write
        ["2026-03-05T10:00:00"] * 4 + ["2026-03-05T10:00:01"] * 4,  # of a fast detector
    ],
)
def test_times_that_tell_no_images_apart_are_silent(tmp_path: Path, texts: list[str]) -> None:
    times(tmp_path, texts)
    assert all_found(tmp_path) == []


def test_all_broken_images_are_one_error(tmp_path: Path) -> None:
    series(tmp_path, "1-100")
    for number in (20, 21, 22, 50):
        path = tmp_path / f"data/x_{number:04d}.cbf"
        path.write_bytes(path.read_bytes()[:900])
    (tmp_path / "data/x_0060.cbf").write_bytes(b"")
    ((code, message),) = all_found(tmp_path)
    assert code == "SW-I005"
    assert "images 20-22, 50, 60 cannot be used: x_0020.cbf " in message
    ((_, sampled),) = found(tmp_path)
    assert "image x_0060.cbf is empty" in sampled


def test_missing_numbers_are_listed(tmp_path: Path) -> None:
    series(tmp_path, "1-100")
    for number in (20, 21, 50):
        (tmp_path / f"data/x_{number:04d}.cbf").unlink()
    ((code, message),) = all_found(tmp_path)
    assert (code, message) == ("SW-I003", "sweep A: 3 images are missing: 20-21, 50")


def test_it_does_not_go_with_language(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(JOB)
    assert run_in(tmp_path, "check", "--language", "--all-headers", "job.yaml").exit_code == 2
