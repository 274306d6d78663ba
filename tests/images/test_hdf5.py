"""HDF5 files that are told apart: masters, their companions, other things, damage."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import h5py
import numpy as np
import pytest
from image_bytes_hdf5 import FILEWRITER, NXMX, At, Pixels, write
from shared_samples import IMAGES, needs_samples

from sweepwright.images import hdf5
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts


def refusal(path: Path) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_facts(path)
    return caught.value


def test_each_kind_of_master_has_its_reader(tmp_path: Path) -> None:
    assert read_facts(write(tmp_path / "a_master.h5", FILEWRITER)).format == "eiger"
    assert read_facts(write(tmp_path / "b.nxs", NXMX)).format == "nxmx"


@pytest.mark.parametrize(
    ("name", "master"),
    [
        ("x_data_000001.h5", "x_master.h5"),
        ("x_000001.h5", "x.nxs"),
        ("x_meta.h5", "x_master.h5"),
        ("x_meta.hdf5", "x.nxs"),
    ],
)
def test_a_companion_names_the_master_that_is_there(tmp_path: Path, name: str, master: str) -> None:
    path = write(tmp_path / name, {"data": Pixels((3, 20, 10))})
    assert "x_master.h5 or x.nxs" in refusal(path).hint
    write(tmp_path / master, NXMX)
    assert f"Name the master file {master} instead." == refusal(path).hint


def test_what_a_companion_is(tmp_path: Path) -> None:
    data = write(tmp_path / "x_data_000001.h5", {"entry/data/data": Pixels((3, 20, 10))})
    assert str(refusal(data)) == "holds images alone, no header"
    meta = write(tmp_path / "x_meta.h5", {"_dectris/nimages": 3, "mask": Pixels((20, 10))})
    assert str(refusal(meta)) == "is a meta file, which has no geometry"
    other = write(tmp_path / "log.h5", {"temperature": np.arange(4.0)})
    assert str(refusal(other)) == "is HDF5 without the header of a detector"


def test_a_detector_of_another_kind(tmp_path: Path) -> None:
    nodes = {"entry/instrument/detector/data": Pixels((3, 20, 10)), "entry/definition": "NXtomo"}
    assert "neither NXmx nor" in str(refusal(write(tmp_path / "t.h5", nodes)))


def test_the_header_of_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "header.bin"
    path.write_bytes(b"\x83\xadheader_detail\xa3all\xa5htype\xabdheader-1.0" + b"{}")
    assert "stream" in str(refusal(path))
    assert refusal(path).hint


def test_a_packed_file(tmp_path: Path) -> None:
    plain = write(tmp_path / "a_master.h5", FILEWRITER)
    packed = tmp_path / "a_master.h5.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert str(refusal(packed)) == "is a packed HDF5 file"


def test_the_entry_may_have_any_name(tmp_path: Path) -> None:
    nodes = {name.replace("entry", "run_1", 1): node for name, node in FILEWRITER.items()}
    facts = read_facts(write(tmp_path / "a.h5", nodes))
    fact = facts.get("wavelength")
    assert fact is not None
    assert (fact.value, fact.key) == (0.97918, "/run_1/instrument/beam/incident_wavelength")


def test_files_of_images(tmp_path: Path) -> None:
    assert hdf5.data_files(write(tmp_path / "a.h5", FILEWRITER)) == ("series_data_000001.h5",)
    assert hdf5.data_files(write(tmp_path / "b.nxs", NXMX)) == ("series_000001.h5",)
    links = {
        f"entry/data/data_00000{n}": h5py.ExternalLink(f"f_00000{n}.h5", "/data") for n in (2, 1)
    }
    both = write(tmp_path / "c.nxs", {**NXMX, **links})
    assert hdf5.data_files(both) == ("f_000001.h5", "f_000002.h5")


def test_the_angles_of_all_images(tmp_path: Path) -> None:
    listed = hdf5.angles(write(tmp_path / "a.h5", FILEWRITER))
    assert listed[:3] == (30.0, 30.1, 30.2)  # decimals, though stored in 32 bits
    assert len(listed) == 20
    assert hdf5.angles(write(tmp_path / "b.nxs", NXMX))[-1] == 34.75
    none = {**FILEWRITER, "entry/sample/goniometer/omega": None}
    assert hdf5.angles(write(tmp_path / "c.h5", none)) == ()


@pytest.mark.parametrize("nodes", [FILEWRITER, NXMX], ids=["filewriter", "nxmx"])
def test_damaged_files_are_refused_or_read(tmp_path: Path, nodes: dict[str, object]) -> None:
    # without a virtual data set: HDF5 2.0 itself crashes where its list of sources is damaged
    whole = {**nodes, "entry/data/data": None}
    data = write(tmp_path / "whole.h5", whole).read_bytes()
    chance = random.Random(10)
    path = tmp_path / "damaged.h5"
    for turn in range(150):
        damaged = bytearray(data)
        if turn % 3 == 0:
            del damaged[chance.randrange(9, len(data)) :]
        for _ in range(0 if turn % 3 == 0 else chance.choice((1, 10, 200))):
            damaged[chance.randrange(8, len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        for read in (read_facts, hdf5.angles, hdf5.data_files):
            try:
                read(path)
            except (ImageError, OSError) as problem:
                assert str(problem)


def test_nodes_of_the_wrong_kind_are_not_read(tmp_path: Path) -> None:
    """Each node in turn is a group, a text, or a list that is not all numbers."""
    path = tmp_path / "odd.h5"
    odd: tuple[object, ...] = (At(None), "text", np.array([1.0, np.nan]))
    for nodes in (FILEWRITER, NXMX):
        for name in nodes:
            if name.count("/") < 2 or "NX_class" in str(nodes[name]):
                continue
            for value in odd:
                try:
                    facts = read_facts(write(path, {**nodes, name: value}))
                except ImageError as problem:
                    assert problem.hint
                else:
                    assert facts.fields or facts.doubts


@needs_samples
def test_companions_among_the_samples() -> None:
    for name, master in {
        "FJ_P5P1_1_000001.h5": "FJ_P5P1_1_master.h5",
        "FJ_P5P1_1_meta.h5": "FJ_P5P1_1_master.h5",
        "ins_8_5_meta.h5": "ins_8_5.nxs",
        "soleil_eiger9m_E-18-0102_data_000001.h5": "soleil_eiger9m_E-18-0102_master.h5",
    }.items():
        assert master in refusal(IMAGES / name).hint
    assert "stream" in str(refusal(IMAGES / "dls_i03_eiger2_stream_header.bin"))
    assert "NXmx" in str(refusal(IMAGES / "NXmx_autogenerated.hdf5"))
