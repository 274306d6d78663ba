"""A detector of several panels through dials.import and dials.generate_mask, from a header alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from replayed_facts import compile_replayed

from sweepwright.engines.dials.judge import JUDGES
from sweepwright.images.minicbf import facts, parse_header
from sweepwright.model.plan import Output, Step
from sweepwright.model.verdict import Outcome, Verdict

sys.path.insert(0, str(Path(__file__).parent))

from test_import import HEADER
from test_templates import dials_python

pytestmark = [
    pytest.mark.dials,
    pytest.mark.skipif(shutil.which("dials.import") is None, reason="dials.import is not on PATH"),
]

_NX, _NY, _ROW, _STEP = 2463, 5071, 195, 212
_OTHERWISE = {
    "PILATUS 300K, S/N 99-0300": "PILATUS 12M, S/N 120-0100",
    "Detector_distance 0.20000 m": "Detector_distance 0.01000 m",
    "Beam_xy (240.00, 300.00)": "Beam_xy (1080.00, 2595.00)",
    "Second-Dimension: 619": f"Second-Dimension: {_NY}",
    "Fastest-Dimension: 487": f"Fastest-Dimension: {_NX}",
    "Elements: 301453": f"Elements: {_NX * _NY}",
}
#: the barrel swung by 10 degrees, 2 mm farther away than the header says
_JOB = """\
sweepwright: 1
processing: {{engine: dials}}
sweeps: [{{name: A, images: x_####.cbf, range: 1-3}}]
geometry: {{rotation_axis: [1, 0, 0], two_theta: 10 deg, distance: {distance!r} mm}}
masks:
  - rectangle: {rectangle}
  - circle: {circle}
  - polygon: {triangle}
"""
#: in numbers of pixels of the image, cut by the gaps between rows
_RECTANGLE, _CIRCLE = (30, 60, 150, 450), (800, 2012, 40)
_TRIANGLE = ((1000, 150), (1200, 150), (1000, 650))
#: columns and rows that hold them
_ALL = (1210, 2060)


def header() -> bytes:
    text = HEADER
    for old, new in _OTHERWISE.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text.replace("\n", "\r\n").encode() + b"\x0c\x1a\x04\xd5" + bytes(99)


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    said = facts(parse_header(header()))
    distance: Any = said.fields["distance"].value
    job = _JOB.format(
        distance=distance + 2,
        rectangle=[*_RECTANGLE], circle=[*_CIRCLE], triangle=[[*corner] for corner in _TRIANGLE],
    )  # fmt: skip
    done = compile_replayed(job, said, Path("/jobs"))
    assert done.files, done.diagnostics
    return done.files


def ran(run: Path, files: Mapping[str, str], step: str, program: str, *more: str) -> Path:
    """The folder of an attempt at a step, with its files as compiled."""
    folder = run / f"sweeps/A/{step}/1"
    folder.mkdir(parents=True)
    for name, text in files.items():
        if name.startswith(f"sweeps/A/{step}/"):
            (folder / Path(name).name).write_text(text)
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        subprocess.run(
            [program, f"{step}.phil", *more],
            cwd=folder, stdout=out, stderr=err, check=True, timeout=120,
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, files: Mapping[str, str]) -> Path:
    """The folder of dials.import, which says that all models are as compiled."""
    run = tmp_path_factory.mktemp("panels") / "run"
    images = run / "roots" / "job"
    images.mkdir(parents=True)
    for number in (1, 2, 3):
        (images / f"x_{number:04d}.cbf").write_bytes(header())
    folder = ran(run, files, "import", "dials.import")
    verdict = judged(folder)
    assert verdict.outcome is Outcome.SUCCESS, verdict
    return folder


def judged(folder: Path) -> Verdict:
    output = Output(name="imported.expt")
    step = Step(id="import@A", program="dials.import", folder="sweeps/A/import", outputs=(output,))
    return JUDGES["dials.import"](step, folder, 0)


def test_a_panel_that_dials_has_elsewhere_is_told(imported: Path) -> None:
    expected = json.loads((imported / "expected.json").read_text())
    assert len(expected["panels"]) == 24
    expected["panels"][3]["origin"][1] += 0.01
    expected["panels"][4]["raw_image_offset"][1] += 1
    (imported / "expected.json").write_text(json.dumps(expected))
    assert judged(imported).values["differences"] == [
        "panel 3: origin",
        "panel 4: raw_image_offset",
    ]


def test_a_mask_is_said_of_each_panel_that_it_touches(files: Mapping[str, str]) -> None:
    """Rows 150 to 450 of the image are 150 to 195 of row 0, all of row 1, up to 26 of row 2."""
    (name,) = (name for name in files if name.endswith("/mask.phil"))
    lines = [line.split("#")[0].split() for line in files[name].splitlines()]
    told = [" ".join(words) for words in lines if words[:1] in (["panel"], ["rectangle"])]
    assert told[:6] == [
        "panel = 0", "rectangle = 30,60,150,195",
        "panel = 1", "rectangle = 30,60,0,195",
        "panel = 2", "rectangle = 30,60,0,26",
    ]  # fmt: skip


@pytest.mark.long
def test_masks_are_cut_to_the_panels(imported: Path, files: Mapping[str, str]) -> None:
    run, expt = imported.parents[3], str(imported / "imported.expt")
    folder = ran(run, files, "mask", "dials.generate_mask", expt)
    script = (
        "import pickle\n"
        "for m in pickle.load(open('pixels.mask', 'rb')):\n"
        "    print(' '.join(map(str, (~m).iselection())))\n"
    )
    done = subprocess.run(
        [dials_python(), "-c", script],
        cwd=folder, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found = np.zeros((_NY, _NX), bool)
    for row, line in enumerate(done.stdout.splitlines()):
        panel = np.zeros(_ROW * _NX, bool)
        panel[[int(word) for word in line.split()]] = True
        found[row * _STEP : row * _STEP + _ROW] = panel.reshape(_ROW, _NX)
    assert not found[_ALL[1] :].any()
    assert not found[:, _ALL[0] :].any()
    y, x = np.mgrid[0 : _ALL[1], 0 : _ALL[0]].astype("float32")
    on_a_panel, found = y % _STEP < _ROW, found[: _ALL[1], : _ALL[0]]
    # XDS's borders stand beside the area, in pixels from 1; circles and corners are places
    wanted, wider, less = (_inside(x + 0.5, y + 0.5, by) for by in (0.0, 2.0, -2.0))
    sure = wider == less
    assert np.array_equal(found[sure], (wanted & on_a_panel)[sure])
    assert found.sum() > 20_000


def _inside(x: Any, y: Any, wider: float) -> Any:
    x1, x2, y1, y2 = _RECTANGLE
    cx, cy, radius = _CIRCLE
    (ax, ay), (bx, _), (_, by) = _TRIANGLE
    rectangle = (x > x1 - wider) & (x < x2 + wider) & (y > y1 - wider) & (y < y2 + wider)
    circle = (x - cx) ** 2 + (y - cy) ** 2 < (radius + wider) ** 2
    slanted = (x - ax) / (bx - ax) + (y - ay) / (by - ay) < 1 + wider / 100
    triangle = (x > ax - wider) & (y > ay - wider) & slanted
    return rectangle | circle | triangle
