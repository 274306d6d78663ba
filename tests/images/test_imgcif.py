"""Full imgCIF headers: axis chains against numbers made by hand and by numpy, odd files, any bytes."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_bytes_imgcif import ARRAYS, AXES, FRAME, SCAN, STEPS, imgcif_bytes, imgcif_text
from shared_samples import IMAGES, needs_samples

from sweepwright.images import imgcif, imgcif_axes
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_head
from sweepwright.images.imgcif_text import parse
from sweepwright.model.facts import ImageFacts

#: imgCIF to sw
TURN = np.diag([1.0, -1.0, -1.0])


def facts(folder: Path, size: tuple[int, int] | None = (1000, 800), **tables: Any) -> ImageFacts:
    path = folder / "x.cbf"
    path.write_bytes(imgcif_bytes(imgcif_text(**tables), size))
    return read(path)


def read(path: Path) -> ImageFacts:
    head = read_head(path)
    assert imgcif.understands(head, path)
    return imgcif.read_facts(path, head)


def said(found: ImageFacts) -> dict[str, Any]:
    return {name: fact.value for name, fact in found.fields.items()}


def doubts(found: ImageFacts) -> dict[str, str]:
    return {doubt.field: doubt.message for doubt in found.doubts}


def changed(rows: Sequence[str], **by_axis: str) -> list[str]:
    """Rows of which some are replaced: those that name an axis in their first two words."""
    return [
        next((new for name, new in by_axis.items() if name in row.split()[:2]), row) for row in rows
    ]


def test_a_file_says_all_this(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert found.format == "imgcif"
    assert found.doubts == ()
    assert said(found) == {
        "detector": "Flat 1M",
        "site": "Beamline X1",
        "date": "2024-05-06T07:08:09.100",
        "wavelength": 0.97918,
        "exposure_time": 0.04,
        "overload": 65535,
        "omega": 12.5,
        "chi": 30.0,
        "phi": 40.0,
        "scan_axis": "omega",
        "start": 12.5,
        "width": 0.25,
        "two_theta": 0.0,
        "size": (1000, 800),
        "pixel_size": (0.1, 0.1),
        "distance": 200.0,
        "beam_center": (503.0, 407.0),
    }
    assert found.fields["wavelength"].key == "_diffrn_radiation_wavelength.wavelength"
    assert found.fields["start"].key == "_diffrn_scan_frame_axis.angle GON_OMEGA"
    assert found.fields["width"].key == "_diffrn_scan_axis.angle_increment GON_OMEGA"


def test_the_goniostat_runs_from_the_base_to_the_crystal_in_frame_sw(tmp_path: Path) -> None:
    omega, chi, phi = facts(tmp_path).axes
    assert (omega.name, omega.vector, omega.angle_deg) == ("omega", (1.0, 0.0, 0.0), 12.5)
    assert (chi.name, chi.vector, chi.angle_deg) == ("chi", (0.0, 0.0, 1.0), 30.0)
    assert (phi.name, phi.vector, phi.angle_deg) == ("phi", (1.0, 0.0, 0.0), 40.0)
    assert chi.key == "_axis GON_CHI"


def test_vectors_are_made_unit_vectors(tmp_path: Path) -> None:
    axes = changed(AXES, GON_CHI="GON_CHI rotation goniometer GON_OMEGA 0 3 -4 . . .")
    assert facts(tmp_path, axes=axes).axes[1].vector == (0.0, -0.6, 0.8)


def test_a_square_detector(tmp_path: Path) -> None:
    (panel,) = facts(tmp_path).panels
    assert (panel.fast, panel.slow) == ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert panel.origin_mm == (-50.3, -40.7, 200.0)
    assert (panel.size_px, panel.pixel_mm) == ((1000, 800), (0.1, 0.1))


def test_the_first_pixel_by_its_centre_or_by_its_corner(tmp_path: Path) -> None:
    """A displacement of half a pixel is the centre, as the dictionary has it; 0 is the corner."""
    steps = ["ELEMENT_X ELEMENT_X 0.05 0.1", "ELEMENT_Y ELEMENT_Y 0.05 0.1"]
    assert said(facts(tmp_path, steps=steps))["beam_center"] == (503.0, 407.0)
    elsewhere = ["ELEMENT_X ELEMENT_X 1.05 0.1", "ELEMENT_Y ELEMENT_Y 2.05 0.1"]
    assert said(facts(tmp_path, steps=elsewhere))["beam_center"] == (493.0, 387.0)


def test_pixels_may_run_against_their_axis(tmp_path: Path) -> None:
    steps = ["ELEMENT_X ELEMENT_X -0.05 -0.1", "ELEMENT_Y ELEMENT_Y 0.05 0.1"]
    axes = changed(AXES, ELEMENT_Y="ELEMENT_Y translation detector DET_X 0 -1 0 50.3 40.7 0")
    found = facts(tmp_path, steps=steps, axes=axes)
    assert found.panels[0].fast == (-1.0, 0.0, 0.0)
    assert found.panels[0].origin_mm == (50.3, -40.7, 200.0)
    assert said(found)["beam_center"] == (503.0, 407.0)


def test_precedence_tells_the_fast_direction_not_the_index(tmp_path: Path) -> None:
    arrays = ["ARRAY1 1 800 2 increasing ELEMENT_Y", "ARRAY1 2 1000 1 increasing ELEMENT_X"]
    found = facts(tmp_path, arrays=arrays)
    assert said(found)["size"] == found.panels[0].size_px == (1000, 800)


def turn_about_x(angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def test_a_swung_detector_that_is_turned_in_its_plane(tmp_path: Path) -> None:
    axes = changed(
        AXES,
        ELEMENT_X="ELEMENT_X translation detector DET_X 0 1 0 -30 -20 0",
        ELEMENT_Y="ELEMENT_Y translation detector ELEMENT_X 1 0 0 0 0 0",
    )
    frame = [*FRAME, "FRAME1 DET_2THETA 20.0 0", "FRAME1 DET_X 0 -1.5"]
    found = facts(tmp_path, axes=axes, frame=frame)
    (panel,) = found.panels
    arm = turn_about_x(20)
    fast, slow = arm @ [0, 1, 0], arm @ [1, 0, 0]
    origin = arm @ [-31.5, -20, -200]
    assert np.allclose(panel.fast, TURN @ fast, atol=1e-11)
    assert np.allclose(panel.slow, TURN @ slow, atol=1e-11)
    assert np.allclose(panel.origin_mm, TURN @ origin, rtol=1e-11)
    # the beam runs along -z: origin + f fast + s slow = (0, 0, -t)
    f, s, _ = np.linalg.solve(np.column_stack([0.1 * fast, 0.1 * slow, [0, 0, 1]]), -origin)
    assert np.allclose(said(found)["beam_center"], (f, s), rtol=1e-10)
    assert said(found)["distance"] == pytest.approx(200.0, rel=1e-12)
    assert said(found)["two_theta"] == 20.0


def test_a_tilt_of_the_detector_is_no_two_theta(tmp_path: Path) -> None:
    axes = [
        *changed(
            AXES,
            DET_2THETA="TILT rotation detector DET_X 0 1 0 . . .",
            DET_Z="DET_Z translation detector . 0 0 -1 0 0 0",
            ELEMENT_Y="ELEMENT_Y translation detector TILT 0 -1 0 -50.3 40.7 0",
        )
    ]
    found = facts(tmp_path, axes=axes, frame=[*FRAME, "FRAME1 TILT 3.0 0"])
    assert "two_theta" not in found.fields
    # the beam meets the plane where it did, 200 mm on; the plane itself is nearer
    assert said(found)["distance"] == pytest.approx(200 * np.cos(np.radians(3)), rel=1e-11)
    assert said(found)["beam_center"] == pytest.approx((503, 407), rel=1e-11)
    assert found.panels[0].fast == pytest.approx((np.cos(np.radians(3)), 0, np.sin(np.radians(3))))


def test_several_panels(tmp_path: Path) -> None:
    axes = [
        *AXES,
        "B_Y translation detector DET_X 0 -1 0 60 40.7 1",
        "B_X translation detector B_Y 1 0 0 0 0 0",
    ]
    arrays = [*ARRAYS, "ARRAY2 1 500 1 increasing B_X", "ARRAY2 2 400 2 increasing B_Y"]
    steps = [*STEPS, "B_X B_X 0 0.2", "B_Y B_Y 0 0.2"]
    found = facts(tmp_path, axes=axes, arrays=arrays, steps=steps)
    assert [panel.size_px for panel in found.panels] == [(1000, 800), (500, 400)]
    assert found.panels[1].origin_mm == (60.0, -40.7, 199.0)
    assert not {"size", "distance", "beam_center", "two_theta"} & set(found.fields)


def test_the_frame_goes_before_the_scan(tmp_path: Path) -> None:
    assert said(facts(tmp_path, frame=()))["start"] == 10.0
    assert said(facts(tmp_path, frame=()))["distance"] == 200.0


def test_a_setting_that_is_not_said_is_not_zero(tmp_path: Path) -> None:
    without = [row for row in SCAN if "GON_CHI" not in row]
    found = facts(tmp_path, scan=without, frame=FRAME[:1])
    assert [axis.angle_deg for axis in found.axes] == [12.5, None, 40.0]
    assert "chi" not in found.fields


def test_a_negative_width_stays_what_it_is(tmp_path: Path) -> None:
    found = facts(tmp_path, scan=changed(SCAN, GON_OMEGA="SCAN1 GON_OMEGA 10.0 -0.25 0"))
    assert (said(found)["start"], said(found)["width"]) == (12.5, -0.25)


def test_a_still_and_a_beamline_without_goniostat(tmp_path: Path) -> None:
    found = facts(tmp_path, scan=changed(SCAN, GON_OMEGA="SCAN1 GON_OMEGA 10.0 0 0"))
    assert said(found)["width"] == 0.0
    assert not {"scan_axis", "start"} & set(found.fields)
    found = facts(tmp_path, axes=AXES[3:])
    assert found.axes == ()
    assert not {"scan_axis", "start", "width"} & set(found.fields)


MINI = """# Detector: PILATUS3 6M, S/N 60-0126
# 2011-01-01T00:00:00.000
# Silicon sensor, thickness 0.001000 m
# Wavelength 1.5 A
# Detector_distance 0.5 m
# Beam_xy (2000.00, 2000.00) pixels
# Start_angle 9.5000 deg.
# Angle_increment 0.5000 deg.
# Polarization 0.990
# Kappa 77.0000 deg.
"""


def test_tables_go_before_the_lines_of_a_mini_header(tmp_path: Path) -> None:
    alone, both = said(facts(tmp_path)), said(facts(tmp_path, mini=MINI))
    more = {
        "detector": "PILATUS3 6M, S/N 60-0126",
        "sensor_material": "Si",
        "sensor_thickness": 1.0,
        "polarization": 0.99,
    }
    both.pop("serial", None)
    assert both == alone | more


def test_lines_of_a_mini_header_fill_what_the_tables_lack(tmp_path: Path) -> None:
    items = {"_diffrn_radiation_wavelength.wavelength": None}
    tables: dict[str, Any] = {"axes": (), "scan": (), "frame": (), "arrays": (), "steps": ()}
    found = said(facts(tmp_path, mini=MINI, items=items, **tables))
    assert (found["wavelength"], found["distance"]) == (1.5, 500.0)
    assert (found["start"], found["width"], found["kappa"]) == (9.5, 0.5, 77.0)
    assert found["size"] == (1000, 800)


@pytest.mark.parametrize(
    ("tables", "field", "message"),
    [
        (
            {"axes": changed(AXES, GON_OMEGA="GON_OMEGA rotation goniometer GON_PHI 1 0 0 . . .")},
            "axes",
            "the axis tables let GON_CHI depend on itself",
        ),
        (
            {"axes": changed(AXES, DET_Z="DET_Z translation detector ARM 0 0 -1 0 0 0")},
            "panels",
            "the axis tables name an axis that is not there: ARM",
        ),
        (
            {"axes": changed(AXES, DET_Z="DET_Z translation detector ELEMENT_X 0 0 -1 0 0 0")},
            "panels",
            "on itself",
        ),
        (
            {"axes": changed(AXES, DET_Z="DET_Z translation detector . 0 0 0 0 0 0")},
            "panels",
            "the axis tables give DET_Z no direction",
        ),
        (
            {"axes": changed(AXES, SOURCE="SOURCE general source . 0 1 0 . . .")},
            "panels",
            "the source is not along 0 0 1",
        ),
        (
            {"arrays": changed(ARRAYS, ARRAY1="ARRAY1 1 1000 1 decreasing ELEMENT_X")},
            "panels",
            "the axis tables count array ARRAY1 backwards",
        ),
        (
            {"axes": [*AXES, "SPARE rotation goniometer GON_OMEGA 1 0 0 . . ."]},
            "axes",
            "the axis tables end the goniometer in 2 axes: GON_PHI, SPARE",
        ),
        (
            {"scan": changed(SCAN, GON_PHI="SCAN1 GON_PHI 40.0 0.1 0")},
            "scan_axis",
            "several axes turn: GON_OMEGA, GON_PHI",
        ),
        (
            {"frame": changed(FRAME, DET_Z="FRAME1 DET_Z 0 0")},
            "distance",
            "the distance is 0",
        ),
        (
            {
                "axes": changed(
                    AXES, ELEMENT_Y="ELEMENT_Y translation detector DET_X 0 -1 0 -50 40 0"
                )
            },
            "beam_center",
            "500, 400 px is the middle of the detector",
        ),
        (
            {"axes": changed(AXES, DET_Z="DET_Z translation detector DET_2THETA 0 0 1 0 0 0")},
            "beam_center",
            "the beam does not meet the panel, which is behind the crystal",
        ),
        (
            {"size": (800, 1000)},
            "size",
            "the tables say 1000 x 800 pixels, the data are 800 x 1000",
        ),
        (
            {"items": {"_diffrn_scan_frame.date": "1970-01-01T00:00:00"}},
            "date",
            "the date 1970-01-01T00:00:00 is that of an unset clock",
        ),
        (
            {"items": {"_diffrn_radiation_wavelength.wavelength": "0.0"}},
            "wavelength",
            "the wavelength is 0",
        ),
    ],
)
def test_what_cannot_be_meant_is_a_doubt_and_no_fact(
    tmp_path: Path, tables: dict[str, Any], field: str, message: str
) -> None:
    found = facts(tmp_path, **tables)
    assert message in doubts(found)[field]
    assert field not in found.fields
    assert field not in ("axes", "panels") or getattr(found, field) == ()


def test_pixels_without_a_size(tmp_path: Path) -> None:
    items = {"_diffrn_detector.type": "'?'"}
    tables: dict[str, Any] = {"axes": (), "scan": (), "frame": (), "steps": ()}
    text = imgcif_text(items=items, **tables)
    text += "loop_\r\n_array_element_size.index\r\n_array_element_size.size\r\n"
    path = tmp_path / "x.cbf"
    path.write_bytes(imgcif_bytes(text + "1 0.0e-6\r\n2 0.0e-6\r\n"))
    found = read(path)
    assert doubts(found)["pixel_size"] == "the pixels have no size"
    assert "detector" not in found.fields
    path.write_bytes(imgcif_bytes(text + "1 172e-6\r\n2 75e-6\r\n"))
    assert said(read(path))["pixel_size"] == (0.172, 0.075)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("###CBF: VERSION 1.1\n@ Omega _omega_\n--- End of preamble\n_diffrn.id X\n", "template"),
        (imgcif_text() + "_array_data.data ?\n", "holds no pixels"),
        (
            imgcif_text()
            + "loop_\n_array_data_external_data.id\n_array_data_external_data.uri\n"
            + "".join(f"{n} x_{n}.cbf\n" for n in range(5)),
            r"in other files: x_0.cbf, x_1.cbf, x_2.cbf and 2 more",
        ),
        (imgcif_text()[:700], "ends within its header"),
        ("###CBF: VERSION 1.5\nloop_\n--CIF-BINARY-FORMAT-SECTION--\n", "is no CIF text"),
    ],
)
def test_what_is_no_image_says_what_it_is(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.cbf"
    path.write_text(text)
    with pytest.raises(ImageError, match=message) as caught:
        read(path)
    assert caught.value.hint.endswith(".")


def test_a_packed_image_is_read_as_the_plain_one(tmp_path: Path) -> None:
    plain = facts(tmp_path, mini=MINI)
    path = tmp_path / "x.cbf.gz"
    path.write_bytes(gzip.compress((tmp_path / "x.cbf").read_bytes()))
    assert read(path) == plain


def test_no_bytes_make_another_error(tmp_path: Path) -> None:
    good = imgcif_bytes(imgcif_text(mini=MINI))
    path, dice = tmp_path / "x.cbf", random.Random(10)
    for _ in range(400):
        data = bytearray(good)
        match dice.randrange(3):
            case 0:
                del data[dice.randrange(len(data)) :]
            case 1:
                for _ in range(dice.randrange(1, 12)):
                    data[dice.randrange(len(data))] = dice.randrange(256)
            case 2:
                start = dice.randrange(len(data))
                data[start : start + dice.randrange(60)] = dice.randbytes(dice.randrange(60))
        path.write_bytes(bytes(data))
        try:
            imgcif.read_facts(path, bytes(data[:8192]))
        except ImageError as problem:
            assert str(problem)


@needs_samples
def test_the_panels_of_a_detector_of_64_tiles_are_where_dxtbx_has_them() -> None:
    name = "lcls_cspad_multipanel_fel_test1.cbf"
    block = parse((IMAGES / name).read_text(encoding="latin-1"))
    axes = imgcif_axes.read_axes(block)
    panels = imgcif_axes.panels(block, axes, imgcif_axes.read_settings(block, axes))
    assert len(panels) == 64
    oracle = json.loads((IMAGES / "dxtbx_geometry.json").read_text())[name]["detector"]["panels"]
    for theirs in oracle:
        panel = panels[theirs["name"]]
        assert panel.fast == pytest.approx(TURN @ theirs["fast_axis"], abs=1e-9)
        assert panel.slow == pytest.approx(TURN @ theirs["slow_axis"], abs=1e-9)
        assert panel.origin_mm == pytest.approx(TURN @ theirs["origin"], abs=1e-7)
        assert list(panel.size_px) == theirs["image_size"]
