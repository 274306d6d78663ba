"""What a site record brings to a job: values below the header's, with their origin, or an error."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application

SIZE_2M = (1475, 1679)


def job(folder: Path, detector: str, more: str = "", size: tuple[int, int] = SIZE_2M) -> Path:
    write_series(folder, "a_####.cbf", "1-3", header={"Detector": detector}, size=size)
    path = folder / "job.yaml"
    path.write_text(
        f"sweepwright: 1\nprocessing: {{engine: xds}}\n{more}sweeps: [{{name: A, images: a_####.cbf}}]\n"
    )
    return path


def told(path: Path, *words: str) -> Mapping[str, Any]:
    """What ``explain`` says of the geometry."""
    done = CliRunner().invoke(application("explain"), ["explain", str(path), *words, "--json"])
    found = json.loads(done.stdout)
    leaves = {leaf["leaf"].removeprefix("sweeps[A]."): leaf for leaf in found["leaves"]}
    return {"leaves": leaves, "codes": [item["code"] for item in found["diagnostics"]]}


def axis(path: Path) -> Any:
    return told(path)["leaves"]["geometry.rotation_axis"]["stack"][0]["value"]


def test_a_record_gives_the_axis_and_says_so(tmp_path: Path) -> None:
    # LNLS MX2: the axis is reversed (generate_XDS.INP, revision 1.11)
    path = job(tmp_path, "PILATUS 2M, S/N 24-0109")
    found = told(path)["leaves"]["geometry.rotation_axis"]
    top = found["stack"][0]
    assert (top["layer"], top["name"]) == ("site", "lnls-mx2-pilatus2m-0109")
    assert top["value"] == [-1.0, 0.0, 0.0]


def test_the_axis_reaches_the_engine(tmp_path: Path) -> None:
    path = job(tmp_path, "PILATUS 2M, S/N 24-0109")
    run = tmp_path / "run"
    done = CliRunner().invoke(application("compile"), ["compile", str(path), "-o", str(run)])
    assert done.exit_code == 0, done.stderr
    assert "\nROTATION_AXIS= -1 0 0 " in (run / "sweeps/A/index/XDS.INP").read_text()
    # the record goes with the run, and the lock knows which one it was
    (record,) = (run / "sources/sites").glob("*.yaml")
    locked = json.loads((run / "job.lock.json").read_text())["inputs"]["sites"]
    assert list(locked) == [record.stem] == ["lnls-mx2-pilatus2m-0109"]
    assert locked[record.stem] == hashlib.sha256(record.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("site: off\n", [1.0, 0.0, 0.0]),
        ("geometry: {rotation_axis: [0, 1, 0]}\n", [0.0, 1.0, 0.0]),
        ("site: lnls-mx2-pilatus2m-0109\n", [-1.0, 0.0, 0.0]),
        ("site: esrf-id23-2-pilatus3-2m-0118\n", [0.0, -1.0, 0.0]),
    ],
)
def test_the_job_has_the_last_word(words: str, expected: list[float], tmp_path: Path) -> None:
    assert axis(job(tmp_path, "PILATUS 2M, S/N 24-0109", words)) == expected


def test_one_serial_at_two_beamlines_is_an_error_until_the_job_decides(tmp_path: Path) -> None:
    text = "PILATUS3 2M, S/N 24-0118"
    found = told(job(tmp_path, text))
    assert "SW-S002" in found["codes"]
    assert axis(job(tmp_path, text, "site: esrf-id23-2-pilatus3-2m-0118\n")) == [0.0, -1.0, 0.0]
    # the site's name in the header decides too
    assert axis(job(tmp_path, text + ", ESRF ID23")) == [0.0, -1.0, 0.0]


def test_a_record_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = told(job(tmp_path, "PILATUS 2M, S/N 24-0109", "site: lnls-mx2-pilatus2m-109\n"))
    assert found["codes"] == ["SW-S006"]


def test_the_date_can_be_given(tmp_path: Path) -> None:
    words = "site: {id: auto, date: 2012-05-01}\n"
    path = job(tmp_path, "PILATUS 6M, S/N 60-0104, ESRF ID29", words, size=(2463, 2527))
    assert "SW-S002" not in told(path)["codes"]
    assert axis(path)[0] in (1.0, -1.0)


def test_an_unknown_detector_changes_nothing(tmp_path: Path) -> None:
    found = told(job(tmp_path, "PILATUS 2M, S/N 24-9999"))
    (default,) = found["leaves"]["geometry.rotation_axis"]["stack"]
    assert (default["layer"], default["value"]) == ("default", [1.0, 0.0, 0.0])
