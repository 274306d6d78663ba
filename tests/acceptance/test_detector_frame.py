"""A detector that the job places by fast, slow and origin, with headers that say less or other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sweep_tool import command
from tiny_images import write_series
from xds_input import numbers, parse_xds_input

JOB = """\
sweepwright: 1
name: run
processing: {engine: ENGINE}
geometry: {detector: {FRAME}}
sweeps: [{name: A, images: data/x_####.cbf}]
"""
#: 150 mm ahead; the beam meets it 42.14 and 53.234 mm from its corner, 245 and 309.5 px of 0.172 mm
FRAME = "fast: [1, 0, 0], slow: [0, 1, 0], origin: [-42.14, -53.234, 150]"


def said(
    folder: Path, frame: str, engine: str = "xds", header: dict[str, Any] | None = None
) -> Any:
    write_series(folder, "data/x_####.cbf", "1-6", header=header or {})
    (folder / "job.yaml").write_text(JOB.replace("ENGINE", engine).replace("FRAME", frame))
    return command("compile", "job.yaml", folder=folder)


@pytest.mark.parametrize("header", [None, {"Detector_distance": None, "Beam_xy": None}])
def test_xds_gets_distance_and_origin_of_the_frame(
    tmp_path: Path, header: dict[str, Any] | None
) -> None:
    done = said(tmp_path, FRAME, header=header)
    assert done.returncode == 0, done.stderr
    given = parse_xds_input((tmp_path / "run/sweeps/A/index/XDS.INP").read_text())
    assert numbers(given, "DETECTOR_DISTANCE") == [150]
    assert numbers(given, "ORGX") == pytest.approx([245.5])
    assert numbers(given, "ORGY") == pytest.approx([310.0])


def test_what_the_header_says_else_is_told(tmp_path: Path) -> None:
    """The series has 300 mm in its headers."""
    done = said(tmp_path, FRAME)
    assert "the distance used is 150 mm" in done.stderr


def test_dials_needs_no_distance_either(tmp_path: Path) -> None:
    header = {"Detector_distance": None, "Beam_xy": None}
    assert said(tmp_path, FRAME, "dials", header).returncode == 0


@pytest.mark.parametrize("part", ["fast: [1, 0, 0], slow: [0, 1, 0]", "origin: [-42, -53, 150]"])
@pytest.mark.parametrize("header", [None, {"Detector_distance": None}])
def test_of_a_part_of_the_frame_the_rest_is_asked_for(
    tmp_path: Path, part: str, header: dict[str, Any] | None
) -> None:
    """Not for a distance, which would not go with it."""
    done = said(tmp_path, part, header=header)
    assert done.returncode == 1
    assert "SW-G021" in done.stderr
    assert "belong together" in done.stderr
    assert "SW-G001" not in done.stderr


def test_a_detector_that_the_beam_does_not_meet_is_placed_all_the_same(tmp_path: Path) -> None:
    """Behind the crystal, read from its back."""
    done = said(tmp_path, "fast: [-1, 0, 0], slow: [0, 1, 0], origin: [42.14, -53.234, -150]")
    assert done.returncode == 0, done.stderr
    given = parse_xds_input((tmp_path / "run/sweeps/A/index/XDS.INP").read_text())
    assert numbers(given, "DETECTOR_DISTANCE") == [150]
    assert numbers(given, "ORGX") == pytest.approx([245.5])


@pytest.mark.parametrize(
    ("given", "effect"),
    [
        ("distance: 200 mm", "'distance: 200 mm' has no effect: by 'detector' it is 150 mm"),
        ("distance: 150 mm", ""),
        ("beam_center: [245 px, 309.5 px]", ""),
        ("beam_center: [42.14 mm, 53.234 mm]", ""),
        ("beam_center: [40 mm, 53.234 mm]", "it is [245 px, 309.5 px]"),
        ("orgx_orgy: [250, 310]", "'beam_center: [249.5 px, 309.5 px]' has no effect"),
    ],
)
def test_what_is_given_beside_the_frame_places_nothing(
    tmp_path: Path, given: str, effect: str
) -> None:
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    job = JOB.replace("ENGINE", "xds").replace("FRAME", FRAME)
    (tmp_path / "job.yaml").write_text(job.replace("detector:", f"{given}, detector:"))
    done = command("compile", "job.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("SW-G033" in done.stderr) == bool(effect)
    assert effect in done.stderr
    told = parse_xds_input((tmp_path / "run/sweeps/A/index/XDS.INP").read_text())
    assert numbers(told, "DETECTOR_DISTANCE") == [150]
    assert numbers(told, "ORGX") == pytest.approx([245.5])
    assert numbers(told, "ORGY") == pytest.approx([310.0])
    why = command("explain", "job.yaml", "sweeps[A].geometry.distance", folder=tmp_path)
    assert "where the detector stands" in why.stdout
