"""``view``: pictures of the geometry, looked at as pixels and as SVG."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.geometry.detector import panel_at
from sweepwright.report.detector_view import DetectorView, detector_marks, rings_a
from sweepwright.report.drawing import Line, Word
from sweepwright.report.image_picture import image_png
from sweepwright.report.instrument_view import InstrumentView, instrument_marks
from sweepwright.report.scene import Scene, scene_of

JOB = """\
sweepwright: 1
processing: {engine: dials}
site: off
goniostat:
  axes:
    - {name: omega, vector: [0, -1, 0]}
    - {name: kappa, vector: [0.6, -0.8, 0]}
sweeps:
  - {name: A, images: a_####.cbf, settings: {kappa: 90 deg}}
"""


def scene(**changes: object) -> Scene:
    values = {
        "detector.fast": [1.0, 0.0, 0.0], "detector.slow": [0.0, 1.0, 0.0],
        "detector.origin": [-50.0, -40.0, 200.0], "geometry.size": [1000, 900],
        "geometry.pixel_size": [0.1, 0.1], "geometry.beam_center": [500.0, 400.0],
        "geometry.wavelength": 1.0, "geometry.distance": 200.0, "scan.axis": [0.0, -1.0, 0.0],
        "scan.start": 0.0, "scan.width": 0.5, **changes,
    }  # fmt: skip
    return scene_of("A", values, lambda _: ())


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    told = CliRunner().invoke(application("view"), ["view", str(folder / "job.yaml"), *words])
    return told.exit_code, told.stdout, told.stderr


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_series(
        tmp_path, "a_####.cbf", "1-3", size=(487, 619), header={"Oscillation_axis": "omega"}
    )
    (tmp_path / "job.yaml").write_text(JOB)
    return tmp_path


def test_marks_stand_where_they_are_believed_to_be() -> None:
    view = DetectorView(scene(), (0.0, 0.0), 1000.0)
    marks = list(detector_marks(view))
    beam = [mark for mark in marks if isinstance(mark, Line) and mark.role == "beam"]
    assert np.mean([mark.points for mark in beam], axis=(0, 1)) == pytest.approx((500, 450))
    axis = next(mark for mark in marks if isinstance(mark, Line) and mark.role == "axis")
    (x0, y0), (x1, y1) = axis.points
    assert x0 == x1 == pytest.approx(500)
    assert y1 < 450 < y0  # -y is up
    for ring in (mark for mark in marks if isinstance(mark, Line) and mark.role == "ring"):
        radii = [math.hypot(x - 500, y - 450) for x, y in ring.points]
        assert max(radii) - min(radii) < 0.01


def test_rings_are_where_each_panel_has_them() -> None:
    """The lower half stands 30 mm farther away: a ring is wider there, by 230 to 200."""
    upper, lower = (
        {
            "fast": [1.0, 0.0, 0.0], "slow": [0.0, 1.0, 0.0], "origin_mm": [-50.0, y, z],
            "size_px": [1000, rows], "pixel_mm": [0.1, 0.1], "first_px": [0, first],
        }
        for y, z, first, rows in ((-40.0, 200.0, 0, 400), (0.0, 230.0, 400, 500))
    )  # fmt: skip
    view = DetectorView(scene(**{"detector.panels": [upper, lower]}), (0.0, 0.0), 1000.0)
    rings = [m for m in detector_marks(view) if isinstance(m, Line) and m.role == "ring"]
    radii = {
        half: sorted({round(math.hypot(x - 500, y - 450)) for x, y in ring.points})
        for ring in rings
        for half in ("upper" if np.mean(ring.points, axis=0)[1] < 450 else "lower",)
    }
    (near,), (far,) = radii["upper"], radii["lower"]
    assert far / near == pytest.approx(230 / 200, abs=0.01)


def test_a_mask_is_where_the_job_says() -> None:
    masked = scene(masks=[{"kind": "rectangle", "numbers": [0, 101, 200, 301]}])
    marks = detector_marks(DetectorView(masked, (0.0, 0.0), 1000.0))
    mask = next(mark for mark in marks if isinstance(mark, Line) and mark.role == "mask")
    # XDS: the borders stand beside the masked pixels, which are the first hundred; the picture is 50 units taller than the detector
    assert mask.points == ((0, 250), (100, 250), (100, 350), (0, 350))


def test_rings_are_on_the_detector() -> None:
    rings = rings_a(scene())
    assert len(rings) >= 3
    assert rings == sorted(rings, reverse=True)
    assert rings[-1] > 0.5 / math.sin(math.atan(math.hypot(500, 500) * 0.1 / 200) / 2)


@pytest.mark.parametrize(("fast", "words"), [([1.0, 0, 0], "crystal"), ([-1.0, 0, 0], "behind")])
def test_a_mirrored_detector_says_so(fast: list[float], words: str) -> None:
    marks = detector_marks(DetectorView(scene(**{"detector.fast": fast}), (0.0, 0.0), 500.0))
    assert any(isinstance(mark, Word) and words in mark.text for mark in marks)


def test_axes_stand_as_their_settings_bring_them() -> None:
    chain = [{"name": "omega", "vector": [0, 0, 1]}, {"name": "kappa", "vector": [1, 0, 0]},
             {"name": "phi", "vector": [0, 1, 0]}]  # fmt: skip
    drawn = scene(**{
        "goniostat.axes": chain, "scan.start": 90.0, "settings.kappa": 90.0, "settings.phi": 5.0,
    }).axes  # fmt: skip
    assert [axis.name for axis in drawn if axis.scanned] == ["omega"]
    # omega 90 about z brings x to y; phi: kappa 90 about x brings y to z, which omega leaves
    assert drawn[1].vector == pytest.approx((0, 1, 0), abs=1e-12)
    assert drawn[2].vector == pytest.approx((0, 0, 1), abs=1e-12)


def test_the_turning_arrow_is_right_handed() -> None:
    view = InstrumentView(scene(**{"scan.axis": [0.0, -1.0, 0.0]}), (0.0, 0.0), 400.0)
    arc = max(
        (mark for mark in instrument_marks(view) if isinstance(mark, Line) and mark.role == "axis"),
        key=lambda mark: len(mark.points),
    )
    # seen from above an axis that points up turns counter-clockwise: on a page where y is down
    # the signed area of the arc is negative
    x, y = np.array(arc.points).T
    assert np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) < 0


def test_the_command_writes_a_png(place: Path) -> None:
    code, out, said = run(place, "-o", str(place), "--image")
    assert (code, said) == (0, "")
    file = place / "job_A.png"
    assert out == f"{file}\n"
    picture = np.asarray(Image.open(file).convert("RGB")).astype(int)
    assert picture.shape == (1180, 1960, 3)
    orange = (picture - (0xB8, 0x4A, 0x00))[..., :] ** 2
    assert (orange.sum(axis=2) < 300).sum() > 100  # the beam is there


def test_svg_is_whole_and_needs_no_network(place: Path) -> None:
    code, _, _ = run(place, "-o", str(place), "--svg", "--image")
    assert code == 0
    text = (place / "job_A.svg").read_text()
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "kappa 90°" in text
    addresses = [value for item in root.iter() for value in item.attrib.values() if "//" in value]
    assert all(value.startswith("data:") for value in addresses)


def test_strong_pixels_are_dark_and_gaps_are_grey(tmp_path: Path) -> None:
    counts = np.ones((2000, 1500), np.int64)
    counts[100, 200] = 50
    counts[:, 700:720] = -1
    (tmp_path / "x.png").write_bytes(image_png(counts))
    grey = np.asarray(Image.open(tmp_path / "x.png"))
    assert grey.shape == (1000, 750)
    assert grey[50, 100] < 60
    assert set(grey[:, 351:359].ravel()) == {214}


def test_a_sweep_that_is_not_there(place: Path) -> None:
    code, out, said = run(place, "--sweep", "B")
    assert code == 1
    assert out == ""
    assert "error[SW-U004]" in said
    assert "A" in said.splitlines()[1]


def test_a_folder_that_is_not_there(place: Path) -> None:
    code, out, _ = run(place, "-o", str(place / "none"), "--json")
    assert code == 1
    found = json.loads(out)
    assert found["files"] == {}
    assert [item["code"] for item in found["diagnostics"]] == ["SW-R033"]


def test_an_image_that_cannot_be_shown(place: Path) -> None:
    for path in place.glob("a_*.cbf"):
        path.write_bytes(path.read_bytes().replace(b"CBF_BYTE_OFFSET", b"CBF_CANONICAL__"))
    code, _, said = run(place, "-o", str(place), "--image")
    assert code == 0
    assert "warning[SW-I042]: a_0001.cbf is packed in another way" in said
    assert (place / "job_A.png").is_file()


def test_a_panel_swung_out_is_drawn_with_its_own_axes() -> None:
    panel = panel_at((500.0, 400.0), (0.1, 0.1), 200.0, (1000, 900))
    assert scene().panel == panel
