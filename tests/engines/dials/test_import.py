"""dials.import for real, with images of which only the header is read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sweepwright.engines.dials.judge import JUDGES
from sweepwright.model.plan import Output, Step
from sweepwright.model.verdict import Outcome, Verdict

sys.path.insert(0, str(Path(__file__).parent))

from samples import CONTEXTS, EXPECTED, expected_file, phil_file, reference_file

pytestmark = [
    pytest.mark.dials,
    pytest.mark.skipif(shutil.which("dials.import") is None, reason="dials.import is not on PATH"),
]

#: nothing of it is as the job says but detector and sensor
HEADER = """###CBF: VERSION 1.5, CBFlib v0.7.8 - PILATUS detectors

data_x

_array_data.header_convention "PILATUS_1.2"
_array_data.header_contents
;
# Detector: PILATUS 300K, S/N 99-0300
# 2026-01-01T00:00:00.000
# Pixel_size 172e-6 m x 172e-6 m
# Silicon sensor, thickness 0.000320 m
# Exposure_time 0.9970000 s
# Exposure_period 1.0000000 s
# Count_cutoff 1048500 counts
# Wavelength 1.00000 A
# Detector_distance 0.20000 m
# Beam_xy (240.00, 300.00) pixels
# Start_angle 10.0000 deg.
# Angle_increment 0.5000 deg.
# Polarization 0.990
;

_array_data.data
;
--CIF-BINARY-FORMAT-SECTION--
Content-Type: application/octet-stream;
     conversions="x-CBF_BYTE_OFFSET"
Content-Transfer-Encoding: BINARY
X-Binary-Size: 301453
X-Binary-ID: 1
X-Binary-Element-Type: "signed 32-bit integer"
X-Binary-Element-Byte-Order: LITTLE_ENDIAN
X-Binary-Number-of-Elements: 301453
X-Binary-Size-Fastest-Dimension: 487
X-Binary-Size-Second-Dimension: 619
X-Binary-Size-Padding: 4095

"""
JOB: dict[str, Any] = {
    "images": "../../../../roots/job/x_####.cbf",
    "image_range": (6, 9),
    "oscillation": (33.0, 0.7),
    "wavelength": 0.9795,
    "polarization_normal": (0.0, 0.999_999_5, 0.001),
    "polarization_fraction": 0.95,
    "rotation_axis": (-0.999_998, 0.002, 0.0),
    "fixed_rotation": (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    "trusted_range": (-0.5, 60000),
    "sensor_thickness": 0.45,
}


def imported(run: Path, numbers: range, job: dict[str, Any] = JOB) -> tuple[Path, Verdict]:
    """A run folder as the compiler makes it: images behind a link, the step four folders down."""
    images = run.parent / "elsewhere"
    images.mkdir()
    for number in numbers:
        path = images / f"x_{number:04d}.cbf"
        path.write_bytes(HEADER.replace("\n", "\r\n").encode() + b"\x0c\x1a\x04\xd5" + bytes(99))
    (run / "roots").mkdir(parents=True)
    (run / "roots" / "job").symlink_to(images)
    folder = run / "sweeps" / "A" / "import" / "1"
    folder.mkdir(parents=True)
    (folder / "import.phil").write_text(phil_file("import", CONTEXTS["import"] | job))
    first, last = job["image_range"]
    compiled = {name: value for name, value in job.items() if name != "images"}
    expected = EXPECTED | compiled | {"images": last - first + 1}
    (folder / "expected.json").write_text(expected_file(expected))
    (folder / "reference.expt").write_text(reference_file(expected))
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        done = subprocess.run(
            ["dials.import", "import.phil"],
            cwd=folder, stdout=out, stderr=err, check=False, timeout=120,
        )  # fmt: skip
    step = Step(
        id="import@A",
        program="dials.import",
        folder="sweeps/A/import",
        outputs=(Output(name="imported.expt"),),
    )
    return folder, JUDGES["dials.import"](step, folder, done.returncode)


def test_dials_has_the_job_and_not_the_headers(tmp_path: Path) -> None:
    """Numbers from 5, a part of the images, and a link on the way to them."""
    folder, verdict = imported(tmp_path / "run", range(5, 13))
    assert verdict.outcome is Outcome.SUCCESS, verdict
    assert verdict.values == {"images": 4, "image_range": [6, 9]}
    models = json.loads((folder / "imported.expt").read_text())
    assert models["imageset"][0]["template"] == JOB["images"], "no absolute path"


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    job = JOB | {"image_range": (5, 14)}
    _, verdict = imported(tmp_path / "run", range(5, 13), job)
    assert verdict.outcome is Outcome.FAILURE
    assert "13, 14" in verdict.message
