"""Dialects of mini-CBF as beamlines write them: what is a fact, and what is only a doubt."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from reading_images import assert_only_image_errors, spoilt
from tiny_images import write_series

from sweepwright.images import minicbf
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.images.minicbf import Header, facts
from sweepwright.model.facts import ImageFacts

SIZES = {"pilatus-6m": (2463, 2527), "eiger-9m": (3110, 3269), "hf-4m": (2290, 2100)}


def read(*lines: str, size: tuple[int, int] = SIZES["pilatus-6m"]) -> ImageFacts:
    names = ("X-Binary-Size-Fastest-Dimension", "X-Binary-Size-Second-Dimension")
    binary = {name: str(count) for name, count in zip(names, size, strict=True)}
    return facts(Header(tuple(f"# {line}" if line else "#" for line in lines), binary, 0))


def doubts(found: ImageFacts) -> dict[str, str]:
    return {doubt.field: doubt.message for doubt in found.doubts}


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("PILATUS3 6M, S/N 60-0126", "60-0126"),
        ("PILATUS 6M SN: 60-0001", "60-0001"),
        ("PILATUS 6M-F, S/N 60-0112-F", "60-0112-F"),
        ("EIGER 16M XR4i S/N 160-0001 Diamond", "160-0001"),
        ("Dectris Eiger 9M, E-18-0102", "E-18-0102"),
        ("PILATUS 300K, 3-0101", "3-0101"),
        ("ADSC HF-4M, S/N H401,", "H401"),
    ],
)
def test_serials_keep_their_suffix(text: str, serial: str) -> None:
    found = read(f"Detector: {text}")
    assert found.fields["serial"].value == serial
    assert found.fields["detector"].value == text


@pytest.mark.parametrize(
    "date",
    [
        "2017-11-23T15:23:41.880",
        "2012/Apr/09 20:02:10.800",
        "2015/Mar/04 09:13:22",
        "2019-02-14T14:25:57",
        "2018-May-01T10:11:12.123456",
        "Fri_Feb_13_13:23:52_2015",
    ],
)
def test_dates_are_kept_as_written(date: str) -> None:
    assert read("Detector: PILATUS 6M", date).fields["date"].value == date


def test_units_of_lengths() -> None:
    found = read("Pixel_size 75e-6 m x 75e-6 m", "Detector_distance 0.13333 m")
    assert found.fields["pixel_size"].value == (0.075, 0.075)
    assert found.fields["distance"].value == 133.33
    assert read("Detector_distance 133.33 mm").fields["distance"].value == 133.33


@pytest.mark.parametrize(
    ("lines", "axis", "width"),
    [
        (("Oscillation_axis X, CW",), None, None),
        (("Oscillation_axis X.CW +SLOW",), None, None),
        (("Oscillation_axis omega",), "omega", None),
        (("Omega_increment 0.0 deg.", "Phi_increment 0.5 deg.", "Phi 3.0 deg.",
          "Oscillation_axis OMEGA CW"), "phi", 0.5),
    ],
)  # fmt: skip
def test_the_axis_that_moves_is_scanned(
    lines: tuple[str, ...], axis: str | None, width: float | None
) -> None:
    found = read(*lines)
    scanned = found.get("scan_axis")
    assert (scanned.value if scanned else None) == axis
    assert (found.fields["width"].value if "width" in found.fields else None) == width
    text = next(line for line in lines if "axis" in line).removeprefix("Oscillation_axis ")
    assert found.fields["axis_text"].value == text


@pytest.mark.parametrize(
    ("lines", "size", "field", "message"),
    [
        (("Beam_xy (1231.50, 1263.50) pixels",), "pilatus-6m", "beam_center", "middle of the"),
        (("Beam_xy (1554, 1634) pixels",), "eiger-9m", "beam_center", "middle of the"),
        (("Beam_xy (1231.50, 1263.50) pixels",), "hf-4m", "beam_center", "another detector"),
        (("Beam_xy (0, 0) pixels",), "pilatus-6m", "beam_center", "0, 0"),
        (("Beam_xy (20000, 2000) pixels",), "pilatus-6m", "beam_center", "far off"),
        (("Detector_distance 0.000 m",), "pilatus-6m", "distance", "0 mm"),
        (("Kappa -9999.0000 deg.",), "pilatus-6m", "kappa", "-9999"),
        (("Wavelength 0.0 A",), "pilatus-6m", "wavelength", "it is 0"),
        (("Silicon sensor, thickness 450 m",), "eiger-9m", "sensor_thickness", "micrometres"),
        (("Detector: Dectris EIGER 9M", "Silicon sensor, thickness 0.000320 m"), "eiger-9m",
         "sensor_thickness", "PILATUS"),
        (("1970-01-01T00:00:00.000",), "pilatus-6m", "date", "unset clock"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_doubt(
    lines: tuple[str, ...], size: str, field: str, message: str
) -> None:
    found = read(*lines, size=SIZES[size])
    assert field not in found.fields
    assert message in doubts(found)[field]


def test_a_width_of_0_is_a_fact_and_a_doubt() -> None:
    found = read("Start_angle 10.0 deg.", "Angle_increment 0.0 deg.")
    assert found.fields["width"].value == 0.0
    assert "still" in doubts(found)["width"]


def test_the_header_of_a_barrel_shifts_it() -> None:
    """Detector_distance is an offset: rows of a half cylinder are 250 mm away from its axis."""
    lines = ("Detector_distance 0.0 m", "Beam_xy (1075, 2594) pixels")
    found = read(*lines, size=(2463, 5071))
    shifted = read("Detector_distance 0.01 m", lines[1], size=(2463, 5071))
    assert not found.doubts
    assert len(found.panels) == 24
    for panel, other in zip(found.panels, shifted.panels, strict=True):
        normal = np.cross(panel.fast, panel.slow)
        assert normal @ panel.origin_mm == pytest.approx(250.0)
        assert np.subtract(other.origin_mm, panel.origin_mm) == pytest.approx([0, 0, 10])
    row, place = divmod(float(found.fields["beam_center"].value[1]), 195 + 17)
    assert row == 12
    assert 0 < place < 195


def test_a_barrel_without_a_place_is_a_doubt() -> None:
    for lines in (
        ("Detector_distance 0.01 m",),
        ("Detector_distance 1e300 m", "Beam_xy (1075, 2594)"),
    ):
        found = read(*lines, size=(2463, 5071))
        assert "distance" not in found.fields
        assert not found.panels
        assert set(doubts(found)) == {"panels"}


def test_a_packed_image_is_read(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-1")
    plain = tmp_path / "x_0001.cbf"
    packed = tmp_path / "x_0001.cbf.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_facts(packed) == read_facts(plain)
    packed.write_bytes(packed.read_bytes()[:200])
    with pytest.raises(ImageError, match="cannot be unpacked"):
        read_facts(packed)


def test_spoilt_end_in_errors_for_people(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-1")
    data = (tmp_path / "x_0001.cbf").read_bytes()
    assert_only_image_errors(minicbf, tmp_path, spoilt(data))
