"""What headers say and cannot mean: errors and warnings of a job, silent where the job says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_here import run_in
from image_bytes_hdf5 import FILEWRITER, NXMX, Pixels, Virtual, axis, f32, write

from sweepwright.images.doubts import cannot_be_used, check_usable, doubt_diagnostics
from sweepwright.images.errors import ImageError
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.facts import Doubt, Fact, ImageFacts

_D = "entry/instrument/detector"
_T = "/entry/sample/transformations"


def told(doubt: Doubt, *given: str, **facts: Any) -> list[Diagnostic]:
    fields = {name: Fact(value, "key") for name, value in facts.items()}
    return doubt_diagnostics("A", ImageFacts("any", fields, doubts=(doubt,)), frozenset(given))


def codes(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(item.code, item.severity) for item in found]


@pytest.mark.parametrize(
    ("field", "code", "severity", "word"),
    [
        ("beam_center", "SW-I035", "error", "beam_center"),
        ("distance", "SW-I036", "error", "distance"),
        ("wavelength", "SW-I036", "error", "wavelength"),
        ("pixel_size", "SW-I036", "error", "pixel_size"),
        ("width", "SW-I037", "error", "oscillation"),
        ("scan_axis", "SW-I037", "error", "oscillation"),
        ("two_theta", "SW-I036", "warning", "two_theta"),
        ("kappa", "SW-I036", "warning", "settings: {kappa"),
        ("sensor_thickness", "SW-I036", "warning", "thickness"),
    ],
)
def test_a_doubt_says_what_to_write(field: str, code: str, severity: str, word: str) -> None:
    (found,) = told(Doubt(field, "it is strange", "Some_key"))
    assert (found.code, found.severity) == (code, severity)
    assert "it is strange (Some_key)" in found.message
    assert word in (found.help or "")


@pytest.mark.parametrize("field", ["date", "serial", "exposure_time", "overload", "data", "images"])
def test_what_processing_does_not_need_is_silent(field: str) -> None:
    assert told(Doubt(field, "it is strange", "key")) == []


def test_what_the_job_gives_is_silent() -> None:
    assert told(Doubt("beam_center", "no", "key"), "beam_center") == []
    assert told(Doubt("scan_axis", "no", "key"), "rotation_axis") == []
    assert codes(told(Doubt("width", "no", "key"), "start")) == [("SW-I037", "error")]
    assert told(Doubt("width", "no", "key"), "width", "start") == []


def test_a_value_that_is_used_in_spite_of_a_doubt_is_a_warning() -> None:
    doubt = Doubt("beam_center", "two places differ", "key")
    (found,) = told(doubt, beam_center=(1.0, 2.0))
    assert codes([found]) == [("SW-I036", "warning")]
    assert "is used" in found.message
    assert codes(told(Doubt("width", "no", "key"), width=0.1)) == [("SW-I036", "warning")]
    assert codes(told(Doubt("width", "no", "key"), width=0.0)) == [("SW-I037", "error")]


def test_pixels_that_are_not_there() -> None:
    whole = ImageFacts("any", doubts=(Doubt("distance", "is 0", "key"),))
    assert check_usable(whole) is whole
    assert cannot_be_used(whole) == ""
    with pytest.raises(ImageError, match="is truncated"):
        check_usable(ImageFacts("any", doubts=(Doubt("data", "is truncated: 1 byte", "key"),)))


def job(folder: Path, nodes: Mapping[str, Any], geometry: str = "") -> list[dict[str, Any]]:
    """Errors and warnings about a master with these nodes."""
    (folder / "data").mkdir(exist_ok=True)
    write(folder / "data/series_data_000001.h5", {"entry/data/data": Pixels((20, 1065, 1030))})
    write(folder / "data/series_000001.h5", {"data": Pixels((100, 800, 1000))})
    write(folder / "data/series_master.h5", nodes)
    text = "sweepwright: 1\nsweeps:\n  - images: data/series_master.h5\n"
    (folder / "job.yaml").write_text(text + (f"    geometry: {{{geometry}}}\n" if geometry else ""))
    (told,) = json.loads(run_in(folder, "check", "job.yaml", "--json").stdout)
    return [item for item in told["diagnostics"] if item["code"].startswith("SW-I03")]


def test_a_beam_centre_that_nobody_measured(tmp_path: Path) -> None:
    centre = {
        f"{_D}/beam_center_x": f32(515.0, "pixel"),
        f"{_D}/beam_center_y": f32(532.5, "pixel"),
    }
    (found,) = job(tmp_path, {**FILEWRITER, **centre})
    assert (found["code"], found["severity"]) == ("SW-I035", "error")
    assert "515, 532.5 px is the middle" in found["message"]
    assert "geometry: {beam_center: [X px, Y px]}" in found["help"]
    for given in ("beam_center: [515 px, 532.5 px]", "orgx_orgy: [515.5, 533]"):
        assert job(tmp_path, {**FILEWRITER, **centre}, given) == []


def test_what_cannot_be_is_an_error_where_it_is_needed(tmp_path: Path) -> None:
    wrong = {
        f"{_D}/detector_distance": f32(0.0, "m"),
        f"{_D}/sensor_thickness": f32(450.0, "m"),
    }
    found = job(tmp_path, {**FILEWRITER, **wrong})
    assert {(item["code"], item["severity"]) for item in found} == {
        ("SW-I036", "error"),
        ("SW-I036", "warning"),
    }
    given = "distance: 154 mm, sensor: {thickness: 0.45 mm}"
    assert job(tmp_path, {**FILEWRITER, **wrong}, given) == []


def test_a_grid_scan_is_no_rotation(tmp_path: Path) -> None:
    still = {
        "entry/data/data": Virtual((100, 800, 1000), (("series_000001.h5", "/data", 100),)),
        f"{_T}/omega": axis(np.full(100, 10.0), "rotation", (-1, 0, 0), ".", "deg"),
        f"{_T}/sam_x": axis(0.01 * np.arange(100), "translation", (1, 0, 0), f"{_T}/omega", "mm"),
    }
    (found,) = job(tmp_path, {**NXMX, **still})
    assert (found["code"], found["severity"]) == ("SW-I037", "error")
    assert "grid scan" in found["message"]
    assert "oscillation" in found["help"]


def test_stills_that_the_job_says_are_a_rotation(tmp_path: Path) -> None:
    unset = {name: None for name in FILEWRITER if "sample/goniometer" in name}
    (found,) = job(tmp_path, {**FILEWRITER, **unset})
    assert found["code"] == "SW-I037"
    assert (
        job(tmp_path, {**FILEWRITER, **unset}, "oscillation: {start: 30 deg, width: 0.1 deg}") == []
    )
