"""NXmx masters: chains of axes, modules, units; against geometry worked out by hand.

NeXus (a, b, c) is (-a, -b, c) in frame sw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from image_bytes_hdf5 import FILEWRITER, NXMX, At, Pixels, axis, f32, f64, write
from reading_images import doubts_about, said, value
from shared_samples import IMAGES, needs_samples

from sweepwright.images.formats import read_facts
from sweepwright.model.facts import ImageFacts, PanelFact

D = "entry/instrument/detector"
M = f"/{D}/module"
Z = f"/{D}/transformations/det_z"
T = "/entry/sample/transformations"
WAVELENGTH = "entry/instrument/beam/incident_wavelength"


def read(folder: Path, **changes: Any) -> ImageFacts:
    return read_facts(write(folder / "series.nxs", {**NXMX, **changes}))


def test_a_complete_master(tmp_path: Path) -> None:
    facts = read(tmp_path)
    assert said(facts) == {
        "detector": "Flat 1M",
        "serial": "F-7",
        "date": "2024-05-06T07:08:09Z",
        "site": "Beamline X1",
        "wavelength": 0.97918,
        "distance": 200.0,
        "size": (1000, 800),
        "pixel_size": (0.1, 0.1),
        "beam_center": (503.0, 407.0),
        "omega": 10.0,
        "chi": 30.0,
        "phi": 40.0,
        "scan_axis": "omega",
        "start": 10.0,
        "width": 0.25,
        "rotation_axis": (1.0, 0.0, 0.0),
        "images": 100,
        "overload": 40000,
        "exposure_time": 0.04,
        "sensor_material": "Si",
        "sensor_thickness": 0.45,
    }
    assert [(one.name, one.vector, one.angle_deg) for one in facts.axes] == [
        ("omega", (1.0, 0.0, 0.0), 10.0),
        ("chi", (0.0, 0.0, 1.0), 30.0),
        ("phi", (1.0, 0.0, 0.0), 40.0),
    ]
    assert facts.panels == (
        PanelFact((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-50.3, -40.7, 200.0), (1000, 800), (0.1, 0.1)),
    )
    assert [doubt.field for doubt in facts.doubts] == ["data"]


def offset(value: float, vector: Any, place: Any, units: str = "m", **more: Any) -> At:
    return axis(value, "translation", vector, Z, units, offset=np.asarray(place), **more)


_LENGTH = math.hypot(0.0503, 0.0407)


@pytest.mark.parametrize(
    "node",
    [
        offset(0.0, (1, 0, 0), (50.3, 40.7, 0), offset_units="mm"),
        offset(1.0, (0.0503, 0.0407, 0), (0, 0, 0)),
        offset(_LENGTH, (0.0503 / _LENGTH, 0.0407 / _LENGTH, 0), (0, 0, 0), offset_units="mm"),
        offset(50.3, (1, 0, 0), (0, 0.0407, 0), units="mm", offset_units="m"),
    ],
    ids=["offset", "vector", "length", "both"],
)
def test_forms_of_module_offset(tmp_path: Path, node: At) -> None:
    facts = read(tmp_path, **{f"{M}/module_offset": node})
    assert facts.panels[0].origin_mm == pytest.approx((-50.3, -40.7, 200), abs=1e-9)
    assert value(facts, "beam_center") == pytest.approx((503, 407), abs=1e-8)


@pytest.mark.parametrize("told", [(800, 1000), (1000, 800)])
def test_order_of_data_size(tmp_path: Path, told: tuple[int, int]) -> None:
    facts = read(tmp_path, **{f"{M}/data_size": np.array(told)})
    assert facts.panels[0].size_px == (1000, 800)
    specific = {f"{D}/detectorSpecific/{a}_pixels_in_detector": n for a, n in
                (("x", 1000), ("y", 800))}  # fmt: skip
    facts = read(
        tmp_path, **{f"{M}/data_size": np.array(told), "entry/data/data": None}, **specific
    )
    assert facts.panels[0].size_px == value(facts, "size") == (1000, 800)


def test_several_modules(tmp_path: Path) -> None:
    """Two halves, the lower one 5 mm further back; the beam meets the upper one."""
    changes: dict[str, Any] = {name: None for name in NXMX if name.startswith(M)}
    for number, (row, back) in enumerate(((0, 0.0), (400, 5.0))):
        module = f"/{D}/module_{number}"
        changes |= {
            module: At(None, {"NX_class": "NXdetector_module"}),
            f"{module}/data_origin": np.array([row, 0]),
            f"{module}/data_size": np.array([400, 1000]),
            f"{module}/module_offset": offset(
                0.0, (1, 0, 0), (50.3, 20.7 - row * 0.1, back), units="mm"
            ),
        }
        for name, vector in (("fast", (-1, 0, 0)), ("slow", (0, -1, 0))):
            node = axis(1e-4, "translation", vector, f"{module}/module_offset", "m")
            changes[f"{module}/{name}_pixel_direction"] = node
    changes |= {f"{D}/beam_center_y": f64(207.0)}
    facts = read(tmp_path, **changes)
    assert [(panel.origin_mm, panel.size_px, panel.first_px) for panel in facts.panels] == [
        ((-50.3, -20.7, 200.0), (1000, 400), (0, 0)),
        ((-50.3, 19.3, 205.0), (1000, 400), (0, 400)),
    ]
    assert value(facts, "beam_center") == (503.0, 207.0)
    assert value(facts, "size") == (1000, 800)
    assert value(facts, "distance") == 200.0


def test_a_detector_on_an_arm(tmp_path: Path) -> None:
    """Two-theta 20 about NeXus x: 200 mm along the arm, which rises or sinks by 20 degrees."""
    arm = f"/{D}/transformations/two_theta"
    changes = {
        arm: axis([20.0], "rotation", (1, 0, 0), ".", "degrees"),
        Z: axis([0.2], "translation", (0, 0, 1), arm, "m"),
        f"{D}/beam_center_x": None,
    }
    facts = read(tmp_path, **changes)
    cosine, sine = math.cos(math.radians(20)), math.sin(math.radians(20))
    # the beam meets the plane 200 tan 20 mm from its foot; y of NeXus and of sw are opposite
    assert value(facts, "two_theta") == 20.0
    assert value(facts, "distance") == pytest.approx(200, abs=1e-9)
    middle = (0.0, 200 * sine, 200 * cosine)  # R(-x in sw, 20) of (0, 0, 200)
    slow = (0.0, cosine, -sine)
    (panel,) = facts.panels
    assert panel.slow == pytest.approx(slow, abs=1e-11)
    corner = [m - 40.7 * s for m, s in zip(middle, slow, strict=True)]
    assert panel.origin_mm == pytest.approx((-50.3, *corner[1:]), abs=1e-9)
    foot = 407 - 200 * math.tan(math.radians(20)) / 0.1
    assert value(facts, "beam_center") == pytest.approx((503, foot), abs=1e-6)


def test_a_scan_about_phi_is_about_a_turned_axis(tmp_path: Path) -> None:
    """phi along x, turned by chi 90 about z and omega 0: along y of sw."""
    changes = {
        f"{T}/omega": axis([0.0], "rotation", (-1, 0, 0), ".", "deg"),
        f"{T}/chi": axis([90.0], "rotation", (0, 0, 1), f"{T}/sam_x", "deg"),
        f"{T}/phi": axis(-5 - 0.1 * np.arange(100), "rotation", (-1, 0, 0), f"{T}/chi", "deg"),
    }
    facts = read(tmp_path, **changes)
    assert (value(facts, "scan_axis"), value(facts, "start")) == ("phi", -5.0)
    assert value(facts, "width") == -0.1
    assert value(facts, "rotation_axis") == pytest.approx((0, 1, 0), abs=1e-12)


def test_one_image_tells_its_end(tmp_path: Path) -> None:
    one = axis([10.0], "rotation", (-1, 0, 0), ".", "deg")
    facts = read(tmp_path, **{f"{T}/omega": one, f"{T}/omega_end": f64([10.1])})
    assert (value(facts, "start"), value(facts, "width")) == (10.0, 0.1)
    facts = read(tmp_path, **{f"{T}/omega": one, f"{T}/omega_increment_set": f64(0.125)})
    assert value(facts, "width") == 0.125
    facts = read(tmp_path, **{f"{T}/omega": one})
    assert value(facts, "width") is None
    assert "no axis turns" in doubts_about(facts, "width")[0]


def test_a_grid_is_no_rotation(tmp_path: Path) -> None:
    changes = {
        f"{T}/omega": axis([60.0] * 100, "rotation", (-1, 0, 0), ".", "deg"),
        f"{T}/sam_x": axis(np.arange(100) * 20.0, "translation", (1, 0, 0), f"{T}/omega", "um"),
    }
    facts = read(tmp_path, **changes)
    assert not {"width", "start", "scan_axis"} & set(facts.fields)
    assert value(facts, "omega") == 60.0
    (message,) = doubts_about(facts, "width")
    assert message.startswith("this is not a rotation but a grid scan: sam_x")


def test_angles_as_encoders_read_them(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 2e-4, 100)
    listed = 10 + 0.25 * np.arange(100) + noise
    facts = read(tmp_path, **{f"{T}/omega": axis(listed, "rotation", (-1, 0, 0), ".", "deg")})
    assert value(facts, "width") == 0.25
    assert value(facts, "start") == listed[0]


def test_links_that_dangle_are_not_needed(tmp_path: Path) -> None:
    absent = {
        name: h5py.ExternalLink("series_meta.h5", "/any")
        for name in (f"{D}/saturation_value", f"{D}/serial_number", f"{D}/pixel_mask", "entry/x")
    }
    facts = read(tmp_path, **absent)
    assert not {"overload", "serial"} & set(facts.fields)
    assert len(facts.panels) == 1
    link = {f"{D}/serial_number": h5py.ExternalLink("series_meta.h5", "/_dectris/number")}
    write(tmp_path / "series_meta.h5", {"_dectris/number": np.array([b"E-1"])})
    assert value(read(tmp_path, **link), "serial") == "E-1"


@pytest.mark.parametrize(
    "changes",
    [
        {f"{D}/depends_on": None, f"{M}/module_offset": None},
        {Z: None},
        {f"{M}/fast_pixel_direction": None},
        {Z: axis([200.0], "translation", (0, 0, 1), f"{M}/module_offset", "mm")},
        {Z: axis([200.0], "translation", (0, 0, 1), ".", "NX_LENGTH")},
        {Z: axis([-200.0], "translation", (0, 0, 1), ".", "mm")},
        {Z: axis([200.0], "translation", (0, 1), ".", "mm")},
        {Z: axis([200.0], "translation", (0, 0, math.nan), ".", "mm")},
        {Z: axis([0.0], "translation", (0, 0, 1), ".", "mm")},
        {f"{M}/fast_pixel_direction": axis(1e-4, "translation", (0, 1, 0), Z, "m")},
        {f"{M}/data_size": np.array([8000, 1000])},
        # fast and slow run away from the beam (early Jungfraujoch)
        {f"{M}/{name}_pixel_direction": axis(1e-4, "translation", vector, f"{M}/module_offset", "m")
         for name, vector in (("fast", (1, 0, 0)), ("slow", (0, 1, 0)))},
    ],
)  # fmt: skip
def test_without_a_chain_the_copies_are_used(tmp_path: Path, changes: Mapping[str, Any]) -> None:
    facts = read(tmp_path, **changes)
    assert facts.panels == ()
    assert len(doubts_about(facts, "panels")) == 1
    assert value(facts, "beam_center") == (503.0, 407.0)
    assert value(facts, "distance") == 200.0
    assert value(facts, "width") == 0.25


def test_a_chain_that_ends_at_the_pixels_goes_on_at_the_module(tmp_path: Path) -> None:
    changes = {
        f"{M}/{name}_pixel_direction": axis(1e-4, "translation", vector, ".", "m")
        for name, vector in (("fast", (-1, 0, 0)), ("slow", (0, -1, 0)))
    }
    assert read(tmp_path, **changes).panels == read(tmp_path).panels
    place = axis(0.0, "translation", (1, 0, 0), ".", "m", offset=np.array([0.0503, 0.0407, 0]))
    assert read(tmp_path, **changes, **{f"{M}/module_offset": place}).panels[0].origin_mm[2] == 200


def test_a_corner_in_the_beam_is_put_right(tmp_path: Path) -> None:
    node = offset(0.0, (1, 0, 0), (0, 0, 0))
    facts = read(tmp_path, **{f"{M}/module_offset": node})
    assert facts.panels == read(tmp_path).panels
    assert "corner" in doubts_about(facts, "panels")[0]


def test_copies_that_differ_are_told(tmp_path: Path) -> None:
    facts = read(tmp_path, **{f"{D}/beam_center_x": f64(480.0)})
    assert value(facts, "beam_center") == (503.0, 407.0)
    (message,) = doubts_about(facts, "beam_center")
    assert "503.0, 407.0" in message
    assert "480.0, 407.0" in message


def test_the_goniostat_of_a_broken_chain(tmp_path: Path) -> None:
    facts = read(tmp_path, **{f"{T}/chi": None})
    assert facts.axes == ()
    assert doubts_about(facts, "axes") == [
        f"the axes of the sample name an axis that is not there: {T}/chi"
    ]
    loop = axis([0.3], "translation", (1, 0, 0), f"{T}/phi", "mm")
    facts = read(tmp_path, **{f"{T}/sam_x": loop})
    assert "depend on itself" in doubts_about(facts, "axes")[0]


def test_relative_paths_and_positioners(tmp_path: Path) -> None:
    changes = {
        "entry/sample/depends_on": "transformations/phi",
        f"{T}/phi": axis([40.0], "rotation", (-1, 0, 0), "chi", "deg"),
        f"{T}/chi": At(None, {"NX_class": "NXpositioner"}),
        f"{T}/chi/value": axis([30.0], "rotation", (0, 0, 1), f"{T}/sam_x", "deg"),
    }
    assert [one[:3] for one in map(_plain, read(tmp_path, **changes).axes)] == [
        one[:3] for one in map(_plain, read(tmp_path).axes)
    ]


def _plain(one: Any) -> tuple[Any, ...]:
    return one.name, one.vector, one.angle_deg


def test_a_wavelength_for_each_image(tmp_path: Path) -> None:
    facts = read(tmp_path, **{WAVELENGTH: f64([0.97918] * 100, "angstrom")})
    assert value(facts, "wavelength") == 0.97918
    facts = read(tmp_path, **{WAVELENGTH: f64(np.linspace(1.30, 1.31, 100), "A")})
    assert value(facts, "wavelength") is None
    assert "1.3 to 1.31" in doubts_about(facts, "wavelength")[0]


def test_a_filewriter_that_writes_nxmx(tmp_path: Path) -> None:
    """Its axis is -1 0 0 wherever it is; other vectors somebody put there."""
    firmware = {f"{D}/detectorSpecific/eiger_fw_version": "release-2022.1.2"}
    facts = read(tmp_path, **firmware)
    assert facts.axes == ()
    assert value(facts, "rotation_axis") is None
    assert len(doubts_about(facts, "rotation_axis")) == 1
    assert (value(facts, "scan_axis"), value(facts, "width")) == ("omega", 0.25)
    upright = axis(10 + 0.25 * np.arange(100), "rotation", (0, 1, 0), ".", "deg")
    facts = read(tmp_path, **firmware, **{f"{T}/omega": upright})
    assert value(facts, "rotation_axis") == (0.0, -1.0, 0.0)
    scan = {name: node for name, node in FILEWRITER.items() if "goniometer/omega" in name}
    facts = read(tmp_path, **firmware, **scan, **{"entry/sample/depends_on": None})
    assert (value(facts, "start"), value(facts, "width")) == (30.0, 0.1)


def test_vectors_of_32_bits(tmp_path: Path) -> None:
    place = At(np.float32(0), {
        "transformation_type": "translation", "vector": np.array([1, 0, 0], "f4"), "units": "m",
        "offset": np.array([0.0503, 0.0407, 0], "f4"), "depends_on": Z,
    })  # fmt: skip
    rows = {
        f"{M}/{name}_pixel_direction": At(np.float32(7.5e-5), {
            "vector": np.array(vector, "f4"), "units": "m", "depends_on": f"{M}/module_offset",
        })
        for name, vector in (("fast", (-1, 0, 0)), ("slow", (0, -1, 0)))
    }  # fmt: skip
    centre = {f"{D}/beam_center_x": f32(50.3 / 0.075), f"{D}/beam_center_y": f32(40.7 / 0.075)}
    facts = read(tmp_path, **{f"{M}/module_offset": place}, **rows, **centre)
    assert facts.panels[0].origin_mm == (-50.3, -40.7, 200.0)
    assert facts.panels[0].pixel_mm == (0.075, 0.075)


def test_data_in_the_file_itself(tmp_path: Path) -> None:
    facts = read(tmp_path, **{"entry/data/data": Pixels((99, 800, 1000))})
    assert value(facts, "images") == 99
    assert facts.doubts == ()


@needs_samples
@pytest.mark.parametrize("name", ["FJ_P5P1_1_master.h5", "ins_8_5.nxs", "Therm_6_2.nxs"])
def test_real_masters_are_read_as_dxtbx_reads_them(name: str) -> None:
    """In imgCIF's frame, where dxtbx has them, sw (a, b, c) is (a, -b, -c)."""
    model = json.loads((IMAGES / "dxtbx_geometry.json").read_text())[name]
    facts = read_facts(IMAGES / name)
    (theirs,), (panel,) = model["detector"]["panels"], facts.panels

    def imgcif(vector: tuple[float, ...]) -> list[float]:
        return [vector[0], -vector[1], -vector[2]]

    assert imgcif(panel.fast) == pytest.approx(theirs["fast_axis"], abs=1e-9)
    assert imgcif(panel.slow) == pytest.approx(theirs["slow_axis"], abs=1e-9)
    assert imgcif(panel.origin_mm) == pytest.approx(theirs["origin"], abs=1e-6)
    assert list(panel.size_px) == theirs["image_size"]
    assert value(facts, "beam_center") == pytest.approx(theirs["beam_centre_px"], abs=1e-5)
    goniometer = model["goniometer"]
    axes = {one.name: imgcif(one.vector) for one in facts.axes}
    for axis_name, vector in zip(goniometer["names"], goniometer["axes"], strict=True):
        unit = np.asarray(vector) / np.linalg.norm(vector)
        assert axes[axis_name] == pytest.approx(unit, abs=1e-9)
    assert imgcif(value(facts, "rotation_axis")) == pytest.approx(goniometer["rotation_axis"])
    assert [value(facts, "start"), value(facts, "width")] == model["scan"]["oscillation"]
    assert value(facts, "images") == model["scan"]["n_images"]
    assert value(facts, "wavelength") == pytest.approx(model["beam"]["wavelength"], rel=1e-9)
