"""The pixels of an image for a picture, against the arrays that were written."""

from __future__ import annotations

import gzip
from pathlib import Path

import h5py
import numpy as np
import pytest
from image_bytes_hdf5 import write_nxmx
from image_bytes_smv import ADSC, smv_bytes

from sweepwright.images.errors import ImageError
from sweepwright.images.pixels import read_pixels
from sweepwright.simulate.minicbf import minicbf

RNG = np.random.default_rng(5)
#: differences of one, two and four bytes, negative ones, and -128 and -32768 which are also marks
COUNTS = np.array(
    [[0, 1, 127, -1, 128, 0, -128], [40000, 7232, 2**31 - 1, -2, 5, 32772, 4], [0] * 7], np.int32
)


@pytest.mark.parametrize(
    "counts",
    [COUNTS, RNG.poisson(3, (40, 31)).astype(np.int32), -COUNTS],
    ids=["steps", "noise", "neg"],
)
def test_byte_offset(counts: np.ndarray, tmp_path: Path) -> None:
    data = minicbf("x", ["Detector: PILATUS 300K, S/N 3-0001"], counts)
    (tmp_path / "x_1.cbf").write_bytes(data)
    (tmp_path / "x_1.cbf.gz").write_bytes(gzip.compress(data))
    assert np.array_equal(read_pixels(tmp_path / "x_1.cbf"), counts)
    assert np.array_equal(read_pixels(tmp_path / "x_1.cbf.gz"), counts)


@pytest.mark.parametrize(("order", "mark"), [("little_endian", "<"), ("big_endian", ">")])
@pytest.mark.parametrize(("kind", "code"), [("unsigned_short", "u2"), ("unsigned_long", "u4")])
def test_smv(order: str, mark: str, kind: str, code: str, tmp_path: Path) -> None:
    counts = RNG.integers(0, 60000, (20, 30))
    lines = {**ADSC, "BYTE_ORDER": order, "TYPE": kind, "SIZE1": "30", "SIZE2": "20"}
    path = tmp_path / "x_1.img"
    path.write_bytes(smv_bytes(lines, pixels=False) + counts.astype(mark + code).tobytes())
    assert np.array_equal(read_pixels(path), counts)


def test_a_master_leads_to_its_data_files(tmp_path: Path) -> None:
    path = write_nxmx(tmp_path / "x_master.h5")
    stacks = RNG.integers(0, 900, (5, 6, 4)).astype(np.uint32)
    with h5py.File(path, "r+") as file:
        group = file["entry/data"]
        for name in list(group):
            del group[name]
        for number, part in enumerate((stacks[:3], stacks[3:]), 1):
            group[f"data_{number:06d}"] = part
    for image in range(1, 6):
        assert np.array_equal(read_pixels(path, image), stacks[image - 1])
    with pytest.raises(ImageError, match="image 6: there are 5"):
        read_pixels(path, 6)


def test_what_cannot_be_shown_says_why(tmp_path: Path) -> None:
    path = tmp_path / "x"
    whole = minicbf("x", ["Detector: PILATUS 300K, S/N 3-0001"], COUNTS)
    for content, message in (
        (b"II*\0 a TIFF", "cannot be shown"),
        (whole.replace(b"CBF_BYTE_OFFSET", b"CBF_PACKED_LONG"), "packed in another way"),
        (whole[: whole.index(b"\x0c\x1a\x04\xd5") + 10], "truncated"),
        (smv_bytes({**ADSC, "TYPE": "real"}), "cannot be shown"),
        (smv_bytes(ADSC)[:-1], "truncated"),
    ):
        path.write_bytes(content)
        with pytest.raises(ImageError, match=message):
            read_pixels(path)
