"""Masters of DECTRIS' filewriter 1, against what was put into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from image_bytes_hdf5 import FILEWRITER, At, Pixels, f32, goniometer, write
from reading_images import doubts_about, said, value
from shared_samples import IMAGES, needs_samples

from sweepwright.images.formats import read_facts
from sweepwright.model.facts import ImageFacts

D = "entry/instrument/detector"
S = f"{D}/detectorSpecific"
G = "entry/sample/goniometer"


def read(folder: Path, **changes: Any) -> ImageFacts:
    """A master with some nodes changed, and its data file beside it."""
    nodes = {**FILEWRITER, **changes}
    write(folder / "series_data_000001.h5", {"entry/data/data": Pixels((20, 1065, 1030))})
    return read_facts(write(folder / "series_master.h5", nodes))


def test_a_complete_master(tmp_path: Path) -> None:
    facts = read(tmp_path)
    assert said(facts) == {
        "detector": "Dectris Eiger 1M",
        "serial": "E-02-0199",
        "date": "2017-03-04T05:06:07.123456",
        "wavelength": 0.97918,
        "distance": 154.3,
        "two_theta": 0.0,
        "size": (1030, 1065),
        "pixel_size": (0.075, 0.075),
        "beam_center": (502.25, 541.5),
        "omega": 30.0,
        "phi": 0.0,
        "chi": 0.0,
        "kappa": 0.0,
        "scan_axis": "omega",
        "start": 30.0,
        "width": 0.1,
        "images": 20,
        "overload": 12440,
        "exposure_time": 0.0399,
        "sensor_material": "Si",
        "sensor_thickness": 0.45,
    }
    assert facts.doubts == facts.panels == facts.axes == ()
    fact = facts.get("wavelength")
    assert fact is not None
    assert fact.key == "/entry/instrument/beam/incident_wavelength"


@pytest.mark.parametrize(
    ("start", "width"), [(0, 0.125), (30, 0.005), (174.3, 0.0333), (-60, 0.2), (359.5, -0.1)]
)
def test_the_width_is_the_decimal_that_was_meant(
    tmp_path: Path, start: float, width: float
) -> None:
    for without in ((), ("increment", "range_average")):
        changes = {**goniometer("omega", start, width, 900), f"{G}/omega_range_total": None}
        changes |= {f"{G}/omega_{what}": None for what in without}
        facts = read(tmp_path, **changes)
        assert value(facts, "start") == start
        assert value(facts, "width") == width
        assert not doubts_about(facts, "width")


def test_an_axis_that_turns_is_the_scanned_one(tmp_path: Path) -> None:
    still = {f"{G}/omega{end}": None for end in ("", "_end", "_range_total")}
    changes = {
        **goniometer("omega", 90.0, 0.0, 20),
        **still,
        **goniometer("phi", 5.0, 0.2, 20),
    }
    facts = read(tmp_path, **changes)
    assert [value(facts, name) for name in ("scan_axis", "start", "width", "omega")] == [
        "phi", 5.0, 0.2, 90.0,
    ]  # fmt: skip


def test_order_of_trust(tmp_path: Path) -> None:
    one, zeros = f32([0.0], "degree"), f32([0.0] * 20, "degree")
    for listed in (one, zeros):
        facts = read(tmp_path, **{f"{G}/omega": listed})
        assert (value(facts, "start"), value(facts, "width")) == (30.0, 0.1)
        facts = read(tmp_path, **{f"{G}/omega": listed, f"{G}/omega_increment": f32(0.0)})
        assert (value(facts, "start"), value(facts, "width")) == (30.0, 0.1)
    facts = read(tmp_path, **{f"{G}/omega_increment": f32(0.5, "degree")})
    assert value(facts, "width") == 0.1
    assert doubts_about(facts, "width") == ["omega_increment is 0.5, but omega steps by 0.1 deg"]


def test_no_width_must_come_from_elsewhere(tmp_path: Path) -> None:
    facts = read(tmp_path, **goniometer("omega", 0.0, 0.0, 20))
    assert not {"start", "width", "scan_axis", "omega", "kappa"} & set(facts.fields)
    (message,) = doubts_about(facts, "width")
    assert "must come from the site or the job" in message


def test_several_wedges_in_one_file_are_no_scan(tmp_path: Path) -> None:
    angles = np.concatenate([np.arange(10) * 0.1, 180 + np.arange(10) * 0.1])
    facts = read(tmp_path, **{f"{G}/omega": f32(angles, "degree")})
    assert value(facts, "width") is None
    assert "not evenly" in doubts_about(facts, "width")[0]
    both = read(tmp_path, **goniometer("kappa", 0.0, 0.1, 20))
    assert doubts_about(both, "scan_axis") == ["several axes turn: omega, kappa"]
    assert value(both, "start") is None


def test_a_total_of_another_series(tmp_path: Path) -> None:
    facts = read(tmp_path, **{f"{G}/omega_range_total": f32(400.0, "degree")})
    assert value(facts, "width") == 0.1
    assert "omega_range_total is 400 deg" in doubts_about(facts, "width")[0]


def test_a_vector_that_a_beamline_added(tmp_path: Path) -> None:
    group = At(None, {"vector": np.array([0.0, 1.0, 0.0])})
    facts = read(tmp_path, **{"entry/sample/transformations/omega": group})
    assert value(facts, "rotation_axis") == (0.0, -1.0, 0.0)  # up, where y is down


@pytest.mark.parametrize(
    ("field", "node", "bad"),
    [
        ("distance", f"{D}/detector_distance", f32(0.0, "m")),
        ("distance", f"{D}/detector_distance", f32(272.9, "m")),
        ("sensor_thickness", f"{D}/sensor_thickness", f32(450, "m")),
        ("sensor_material", f"{D}/sensor_material", "SAMPLE"),
        ("wavelength", "entry/instrument/beam/incident_wavelength", f32(0.0, "angstrom")),
        ("wavelength", "entry/instrument/beam/incident_wavelength", f32(1.23996, "angstrom")),
        ("wavelength", "entry/instrument/beam/incident_wavelength", f32(0.97918, "NX_LENGTH")),
        ("date", f"{S}/data_collection_date", "1970-01-01T00:00:00"),
        ("overload", f"{S}/countrate_correction_count_cutoff", np.uint32(65535)),
        ("exposure_time", f"{D}/count_time", f32(0.04, "furlong")),
    ],
)
def test_what_cannot_be_meant_is_a_doubt(
    tmp_path: Path, field: str, node: str, bad: object
) -> None:
    changes = {node: bad, f"{D}/frame_time": None}
    facts = read(tmp_path, **changes)
    assert value(facts, field) is None
    (doubt,) = (doubt for doubt in facts.doubts if doubt.field == field)
    assert doubt.key == f"/{node}"


def test_ten_kev_is_believed_where_the_detector_was_set_to_it(tmp_path: Path) -> None:
    changes = {
        "entry/instrument/beam/incident_wavelength": f32(1.23984, "angstrom"),
        f"{S}/photon_energy": f32(10.0, "keV"),
    }
    assert value(read(tmp_path, **changes), "wavelength") == 1.23984


@pytest.mark.parametrize("center", [(0, 0), (515, 532.5), (514.5, 532), (515, 532)])
def test_a_default_centre(tmp_path: Path, center: tuple[float, float]) -> None:
    changes = {f"{D}/beam_center_{x}": f32(c, "pixel") for x, c in zip("xy", center, strict=True)}
    facts = read(tmp_path, **changes)
    assert value(facts, "beam_center") is None
    assert len(doubts_about(facts, "beam_center")) == 1


def test_units_are_read(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        **{
            f"{D}/detector_distance": f32(154.3, "mm"),
            f"{D}/sensor_thickness": f32(450, "um"),
            f"{D}/count_time": f32(39.9, "ms"),
            "entry/instrument/beam/incident_wavelength": f32(0.097918, "nm"),
        },
    )
    fields = ("distance", "sensor_thickness", "exposure_time", "wavelength")
    assert [value(facts, name) for name in fields] == [154.3, 0.45, 0.0399, 0.97918]


def test_data_files_are_counted_and_not_needed(tmp_path: Path) -> None:
    facts = read(tmp_path, **{f"{S}/nimages": 10})
    assert value(facts, "images") == 20
    assert doubts_about(facts, "images") == ["nimages x ntrigger are 10 images, but 20 are stored"]
    (tmp_path / "series_data_000001.h5").unlink()
    facts = read_facts(write(tmp_path / "series_master.h5", {**FILEWRITER, f"{S}/ntrigger": 4}))
    assert value(facts, "images") == 80
    assert value(facts, "size") == (1030, 1065)
    assert doubts_about(facts, "data") == ["1 of its 1 data files not found: series_data_000001.h5"]


def test_several_data_files_and_a_smaller_image(tmp_path: Path) -> None:
    nodes = dict(FILEWRITER)
    for number, images in ((1, 8), (2, 8), (3, 4)):
        name = f"series_data_00000{number}.h5"
        nodes[f"entry/data/data_00000{number}"] = h5py.ExternalLink(name, "entry/data/data")
        write(tmp_path / name, {"entry/data/data": Pixels((images, 512, 1030))})
    facts = read_facts(write(tmp_path / "series_master.h5", nodes))
    assert value(facts, "images") == 20
    assert value(facts, "size") == (1030, 512)
    assert len(doubts_about(facts, "size")) == 1


@needs_samples
def test_the_real_master() -> None:
    facts = read_facts(IMAGES / "soleil_eiger9m_E-18-0102_master.h5")
    fields = ("serial", "wavelength", "distance", "beam_center", "start", "width", "images")
    assert [value(facts, name) for name in fields] == [
        "E-18-0102", 0.9801122, 134.255, (1607.415, 1586.4314), 0.0, 0.5, 1,
    ]  # fmt: skip
    assert "400" in doubts_about(facts, "width")[0]
