"""Files: compression, MIME lines, header text, and what other programs read from them."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import pytest
from dials_python import run_script
from simulated import Simulated
from slow_minicbf import MARK, data, decompress, header, pixels

from sweepwright.simulate.cbf import byte_offset, cut_short
from sweepwright.simulate.minicbf import minicbf


@pytest.mark.parametrize(
    "values",
    [
        [0, 127, 0, 128, 0, -127, -255, 32640, 65407, 98175, 0],
        [-1, -1, 2**31 - 2, 0, -1, 1048500, -1, 2**30],
        [5],
    ],
)
def test_byte_offset_is_read_by_an_independent_decoder(values: list[int]) -> None:
    packed = byte_offset(np.array([values], np.int32))
    assert decompress(packed, len(values)) == values


def test_byte_offset_of_random_images() -> None:
    random = np.random.default_rng(1)
    image = random.poisson(3, (50, 60)) + random.integers(0, 2**20, (50, 60)) * (
        random.random((50, 60)) > 0.9
    )
    assert decompress(byte_offset(image.astype(np.int32)), image.size) == image.ravel().tolist()


def test_mime_lines_tell_size_and_digest(plain: Simulated) -> None:
    folder, _ = plain
    told = header(folder / "a_0005.cbf")
    packed = data(folder / "a_0005.cbf")
    assert told["Content-MD5"] == base64.b64encode(hashlib.md5(packed).digest()).decode()
    assert told["X-Binary-Number-of-Elements"] == str(487 * 195)
    rest = (folder / "a_0005.cbf").read_bytes().split(MARK, 1)[1][len(packed) :]
    assert rest == bytes(4095) + b"\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n"


def test_truncated_files_end_amid_the_data() -> None:
    whole = minicbf("x", ["Detector: none"], np.full((30, 40), 9, np.int32))
    cut = cut_short(whole)
    assert whole.startswith(cut)
    assert len(cut) > whole.index(MARK) + 4


def test_header_text(plain: Simulated) -> None:
    folder, _ = plain
    first, third = (header(folder / f"a_000{number}.cbf") for number in (5, 7))
    assert first["Detector"] == "PILATUS 100K, S/N 1-9900"
    assert first["Pixel_size"] == "172e-6 m x 172e-6 m"
    assert first["Silicon"] == "sensor, thickness 0.000320 m"
    assert first["Wavelength"] == "0.97950 A"
    assert first["Detector_distance"] == "0.060000 m"
    assert first["Beam_xy"] == "(245.20, 94.20) pixels"
    assert (first["Start_angle"], third["Start_angle"]) == ("10.0000 deg.", "12.0000 deg.")
    assert first["Angle_increment"] == "1.0000 deg."
    assert first["Alpha"] == "50.0000 deg."
    assert first["Count_cutoff"] == "1048500 counts"
    text = (folder / "a_0007.cbf").read_bytes()
    assert b"# 2026-01-01T00:00:02.000\r\n" in text
    assert b'_array_data.header_convention "PILATUS_1.2"' in text


def test_dxtbx_reads_geometry_scan_and_pixels(plain: Simulated) -> None:
    folder, truth = plain
    sweep = truth.sweeps[0]
    script = """
import json, sys
from dxtbx.model.experiment_list import ExperimentListFactory
e, = ExperimentListFactory.from_filenames(sys.argv[1:])
d, b, g, s = e.detector[0], e.beam, e.goniometer, e.scan
json.dump({"fast": d.get_fast_axis(), "slow": d.get_slow_axis(), "origin": d.get_origin(),
  "s0": b.get_s0(), "axis": g.get_rotation_axis(), "range": s.get_image_range(),
  "oscillation": s.get_oscillation(), "size": d.get_image_size(), "thickness": d.get_thickness(),
  "pixels": list(e.imageset.get_raw_data(0)[0].as_1d())}, sys.stdout)
"""
    read = run_script(script, sorted(folder.glob("a_*.cbf")), "dxtbx")
    flip = np.array([1, -1, -1])
    assert read["range"] == [5, 7]
    assert read["oscillation"] == [10, 1]
    assert read["size"] == [487, 195]
    assert read["thickness"] == pytest.approx(0.32)
    for name, vector in [
        ("fast", sweep.fast),
        ("slow", sweep.slow),
        ("origin", sweep.origin_mm),
        ("s0", sweep.beam_vector),
        ("axis", sweep.rotation_axis),
    ]:
        assert np.allclose(read[name], flip * vector, atol=1e-3), name
    assert read["pixels"] == pixels(folder / "a_0005.cbf").ravel().tolist()


def test_fabio_reads_pixels(plain: Simulated) -> None:
    folder, _ = plain
    script = (
        "import fabio, json, sys; d = fabio.open(sys.argv[1]).data; "
        "json.dump([list(d.shape), d.ravel().tolist()], sys.stdout)"
    )
    shape, values = run_script(script, [folder / "a_0006.cbf"], "fabio")
    assert shape == [195, 487]
    assert values == pixels(folder / "a_0006.cbf").ravel().tolist()
