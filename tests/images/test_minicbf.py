"""mini-CBF headers of many dialects, against numbers read by hand from the text."""

import re
from pathlib import Path

import pytest
from shared_samples import IMAGES, needs_samples

from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts, read_head
from sweepwright.images.minicbf import Header, facts, parse_header

HEADER = """###CBF: VERSION 1.5, CBFlib v0.7.8 - PILATUS detectors

data_lyso_0001

_array_data.header_convention "PILATUS_1.2"
_array_data.header_contents
;
# Detector: PILATUS3 6M, S/N 60-0126, Diamond
# 2017-11-23T15:23:41.880
# Pixel_size 172e-6 m x 172e-6 m
# Silicon sensor, thickness 0.001000 m
# Exposure_time 0.0990000 s
# Count_cutoff 1009869 counts
# Wavelength 0.97934 A
# Detector_distance 0.33445 m
# Beam_xy (1229.50, 1260.25) pixels
# Start_angle 12.5000 deg.
# Angle_increment 0.0333 deg.
# Detector_2theta 0.0000 deg.
# Polarization 0.990
# Alpha 50.0000 deg.
# Kappa -30.0000 deg.
# Phi -9999.0000 deg.
# Omega 12.5000 deg.
# Omega_increment 0.0333 deg.
# Oscillation_axis X, CW
;

_array_data.data
;
--CIF-BINARY-FORMAT-SECTION--
Content-Type: application/octet-stream;
     conversions="x-CBF_BYTE_OFFSET"
X-Binary-Size: 12
X-Binary-Size-Fastest-Dimension: 2463
X-Binary-Size-Second-Dimension: 2527
X-Binary-Size-Padding: 4095

"""


def image(folder: Path, text: str = HEADER, data: bytes = b"\0" * 12) -> Path:
    path = folder / "x_0001.cbf"
    path.write_bytes(text.replace("\n", "\r\n").encode() + b"\x0c\x1a\x04\xd5" + data)
    return path


def test_every_field_of_a_header_is_read_in_our_units(tmp_path: Path) -> None:
    found = {name: fact.value for name, fact in read_facts(image(tmp_path)).fields.items()}
    assert found == {
        "size": (2463, 2527),
        "detector": "PILATUS3 6M, S/N 60-0126, Diamond",
        "serial": "60-0126",
        "axis_text": "X, CW",
        "date": "2017-11-23T15:23:41.880",
        "pixel_size": (0.172, 0.172),
        "sensor_material": "Si",
        "sensor_thickness": 1.0,
        "exposure_time": 0.099,
        "overload": 1009869,
        "wavelength": 0.97934,
        "distance": 334.45,
        "beam_center": (1229.5, 1260.25),
        "start": 12.5,
        "width": 0.0333,
        "two_theta": 0.0,
        "polarization": 0.99,
        "kappa": -30.0,
        "omega": 12.5,
        "scan_axis": "omega",
    }


def test_numbers_are_kept_to_the_last_digit(tmp_path: Path) -> None:
    for text, value in (("0.0333", 0.0333), ("0.125", 0.125), ("0.005", 0.005)):
        path = image(tmp_path, HEADER.replace("Angle_increment 0.0333", f"Angle_increment {text}"))
        assert read_facts(path).fields["width"].value == value


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("# Beam_xy: (7, 2)", "beam_center", (7.0, 2.0)),
        ("# Tau = 0 s\n# Wavelength = 0.9793 A", "wavelength", 0.9793),
        ("# Pixel_size 0.000075 m x 0.000075 m", "pixel_size", (0.075, 0.075)),
        ("# CdTe sensor, thickness 0.000750 m", "sensor_material", "CdTe"),
        ("# 2012/Apr/09 20:02:10.800", "date", "2012/Apr/09 20:02:10.800"),
        ("# Oscillation_axis PHI", "scan_axis", "phi"),
        ("# Start_angle 254.7 degree", "start", 254.7),
    ],
)
def test_dialects_are_understood(line: str, field: str, value: object) -> None:
    binary = {"X-Binary-Size-Fastest-Dimension": "10", "X-Binary-Size-Second-Dimension": "10"}
    found = facts(Header(tuple(line.split("\n")), binary, 0))
    assert found.fields[field].value == value


@pytest.mark.parametrize("line", ["# Polarization None", "# Beam_xy", "#", "# Count_cutoff", "# :"])
def test_odd_lines_are_no_facts_and_no_error(line: str) -> None:
    binary = {"X-Binary-Size-Fastest-Dimension": "10", "X-Binary-Size-Second-Dimension": "10"}
    assert set(facts(Header((line,), binary, 0)).fields) == {"size"}


def test_a_truncated_image_gives_its_header_and_a_doubt(tmp_path: Path) -> None:
    found = read_facts(image(tmp_path, data=b"\0" * 5))
    assert found.fields["wavelength"].value == 0.97934
    (doubt,) = (doubt for doubt in found.doubts if doubt.field == "data")
    assert re.fullmatch(r"is truncated: \d+ bytes where at least \d+ belong", doubt.message)


def test_what_ends_within_its_header_and_strangers_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "y.cbf"
    for content, message in (
        (HEADER.encode()[:300], "within its header"),
        (b"something else", "no image"),
        (b"", "empty"),
    ):
        path.write_bytes(content)
        with pytest.raises(ImageError, match=message):
            read_facts(path)


@needs_samples
def test_real_headers_are_read() -> None:
    read = {}
    for path in sorted(IMAGES.glob("*.cbf")):
        try:
            read[path.name] = facts(parse_header(read_head(path))).fields
        except ImageError:
            continue
    assert len(read) > 15
    fields = read["sls_x06sa_pilatus6m_2007_00001.cbf"]
    assert fields["detector"].value == "PILATUS 6M SN: 60-0001"
