"""Images seen through links of their own: of a faster copy, or under names that XDS can use."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from image_bytes_hdf5 import write_nxmx
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application

JOB = """\
sweepwright: 1
name: run
processing: {engine: ENGINE}
sweeps: [{name: A, images: "IMAGES"}]
"""
FAST = "image_access: {prefer: [fast]}\n"
FILES = {"xds": "run/sweeps/A/index/XDS.INP", "dials": "run/sweeps/A/import/import.phil"}


def compiled(place: Path, images: str, more: str = "", engine: str = "xds") -> tuple[str, str]:
    """The file that names the images, and what was said."""
    job = JOB.replace("IMAGES", images).replace("ENGINE", engine)
    (place / "job.yaml").write_text(job + more)
    done = CliRunner().invoke(application(), ["compile", str(place / "job.yaml")])
    assert done.exit_code == 0, done.output
    return (place / FILES[engine]).read_text(), done.output


def template(text: str) -> str:
    """What XDS gets for the names of the images."""
    key = "NAME_TEMPLATE_OF_DATA_FRAMES="
    return next(line.split()[1] for line in text.splitlines() if line.startswith(key))


def opened(place: Path, name: str) -> Path:
    """The file that a name leads to in the folder of an attempt of the first step."""
    attempt = place / "run/sweeps/A/index/1"
    attempt.mkdir(parents=True, exist_ok=True)
    return (attempt / name).resolve()


def kept(place: Path) -> dict[str, bytes]:
    return {name: (place / "run" / name).read_bytes() for name in ("plan.json", "job.lock.json")}


def copied(place: Path) -> None:
    shutil.copytree(place / "data", place / "fast/data")


@pytest.fixture
def series(tmp_path: Path) -> Path:
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    return tmp_path


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_a_whole_copy_is_read_and_the_plan_is_the_same(series: Path, engine: str) -> None:
    without, said = compiled(series, "data/x_####.cbf", FAST, engine)
    assert "no copy is whole: fast (x_0001.cbf is not there)" in said
    assert (series / "run/images/A").resolve() == series / "data"
    before = kept(series)
    copied(series)
    with_copy, said = compiled(series, "data/x_####.cbf", FAST, engine)
    assert "read from their copy below fast" in said
    assert (with_copy, kept(series)) == (without, before)
    assert (series / "run/images/A").resolve() == series / "fast/data"
    assert json.loads((series / "run/roots.json").read_text())["images/A"] == str(
        series / "fast/data"
    )
    assert "../../../../images/A/x_" in with_copy


def test_the_manifest_digests_what_is_read(series: Path) -> None:
    copied(series)
    other = (series / "fast/data/x_0003.cbf").read_bytes().replace(b"0.97918", b"0.97917")
    (series / "fast/data/x_0003.cbf").write_bytes(other)
    compiled(series, "data/x_####.cbf", FAST)
    done = CliRunner().invoke(application(), ["step", str(series / "run"), "manifest@A"])
    assert done.exit_code == 0, done.output
    images = json.loads((series / "run/sweeps/A/manifest/1/images.json").read_text())["images"]
    assert images[2]["sha256"] == hashlib.sha256(other).hexdigest()


@pytest.mark.parametrize("spoil", ["missing", "shorter", "excluded"])
def test_a_copy_that_is_not_whole_is_not_read(series: Path, spoil: str) -> None:
    copied(series)
    path = series / "fast/data/x_0004.cbf"
    if spoil == "shorter":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    more = "exclude: [4]" if spoil == "excluded" else ""
    compiled(
        series, 'data/x_####.cbf", ' + more + ', order: "1' if more else "data/x_####.cbf", FAST
    )
    assert (series / "run/images/A").resolve() == series / "data"


def test_a_master_gets_the_name_that_xds_wants_with_its_files_beside(tmp_path: Path) -> None:
    write_nxmx(tmp_path / "data/x.nxs", 1)
    for name in ("x_000001.h5", "x_meta.h5"):
        if not (tmp_path / "data" / name).exists():
            (tmp_path / "data" / name).write_bytes(b"beside")
    text, _ = compiled(tmp_path, "data/x.nxs")
    assert template(text) == "../../../../images/A/x_??????.h5"
    assert opened(tmp_path, "../../../../images/A/x_master.h5") == tmp_path / "data/x.nxs"
    for name in ("x.nxs", "x_000001.h5", "x_meta.h5"):
        assert opened(tmp_path, f"../../../../images/A/{name}") == tmp_path / "data" / name
    lock = json.loads((tmp_path / "run/job.lock.json").read_text())
    assert lock["inputs"]["images"]["A"]["template"] == "$job/data/x.nxs"  # the user's name


def test_dials_reads_a_master_under_its_own_name(tmp_path: Path) -> None:
    write_nxmx(tmp_path / "data/x.nxs", 1)
    text, _ = compiled(tmp_path, "data/x.nxs", engine="dials")
    assert "../../../../roots/job/data/x.nxs" in text


@pytest.mark.parametrize("folder", ["my data! (1)", "deep/" * 30 + "end"])
def test_a_folder_that_xds_cannot_name_is_seen_through_a_link(tmp_path: Path, folder: str) -> None:
    write_series(tmp_path, f"{folder}/x_####.cbf", "1-6")
    text, said = compiled(tmp_path, f"{folder}/x_####.cbf")
    assert template(text) == "../../../../images/A/x_????.cbf"
    found = opened(tmp_path, template(text).replace("????", "0003"))
    assert found == tmp_path / folder / "x_0003.cbf"
    assert "SW-E020" not in said
    assert "SW-E030" not in said


def test_images_that_need_no_link_have_none(series: Path) -> None:
    text, _ = compiled(series, "data/x_####.cbf")
    assert template(text) == "../../../../roots/job/data/x_????.cbf"
    assert not (series / "run/images").exists()
