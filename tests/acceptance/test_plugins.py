"""The plug-in through which XDS reads HDF5: found, linked, written as LIB=, recorded, and needed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import needs_dials
from image_bytes_hdf5 import write_nxmx
from standin_tool import PATH
from sweep_tool import command
from tiny_images import write_series
from typer.testing import CliRunner
from xds_plugins import build_plugin, needs_compiler

from sweepwright.cli.main import application

INDEX = "run/sweeps/A/index/XDS.INP"
JOB = """\
sweepwright: 1
name: run
processing: {engine: xds, until: indexing}
sweeps: [{name: A, images: IMAGES}]
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A job of one NXmx file, a folder with programs, and two files that stand for plug-ins."""
    write_nxmx(tmp_path / "data/x_master.h5", 1)
    (tmp_path / "job.yaml").write_text(JOB.replace("IMAGES", "data/x_master.h5"))
    for name in ("named.so", "xds/durin-plugin.so", "xds/dectris-neggia.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "xds/xds_par").write_text("#!/bin/sh\n")
    (tmp_path / "xds/xds_par").chmod(0o755)
    return tmp_path


def compiled(place: Path, *arguments: object, user: str = "", beside: bool = False) -> str:
    """The XDS.INP of the first step; the user's file says ``user``."""
    (place / "config/sweepwright").mkdir(parents=True, exist_ok=True)
    (place / "config/sweepwright/user.yaml").write_text(user or "run: {threads: 1}\n")
    path = f"{place / 'xds'}:{os.environ['PATH']}" if beside else os.environ["PATH"]
    environment = {"XDG_CONFIG_HOME": str(place / "config"), "PATH": path, "LD_LIBRARY_PATH": ""}
    shutil.rmtree(place / "run", ignore_errors=True)
    words = ["compile", str(place / "job.yaml"), *map(str, arguments)]
    done = CliRunner().invoke(application(), words, env=environment)
    assert done.exit_code == 0, done.output
    return (place / INDEX).read_text() + done.output


def lib(text: str) -> list[str]:
    return [line.split()[1] for line in text.splitlines() if line.startswith("LIB=")]


def content(place: Path) -> bytes:
    """What LIB= names, as XDS would open it in the folder of an attempt."""
    attempt = place / "run/sweeps/A/index/1"
    attempt.mkdir()
    name = lib((place / INDEX).read_text())[0]
    found = (attempt / name).read_bytes()
    attempt.rmdir()
    assert not Path(name).is_absolute()
    assert len(name) < 40
    return found


def test_a_plugin_of_the_command_line_wins(place: Path) -> None:
    user = f"plugins: {{durin: {place}/xds/dectris-neggia.so}}\n"
    compiled(place, "--plugin", f"durin={place}/named.so", user=user, beside=True)
    assert content(place) == b"named.so"


def test_the_users_file_comes_before_what_is_beside_xds(place: Path) -> None:
    compiled(place, user=f"plugins: {{mine: {place}/named.so}}\n", beside=True)
    assert content(place) == b"named.so"


def test_auto_takes_what_is_beside_xds_and_reads_the_format(place: Path) -> None:
    compiled(place, beside=True)
    assert content(place) == b"xds/durin-plugin.so"  # neggia reads no NXmx


def test_a_name_in_the_job_decides(place: Path) -> None:
    compiled(place, "--set", "image_access.plugin=neggia", beside=True)
    assert content(place) == b"xds/dectris-neggia.so"


def test_a_site_record_names_one(place: Path) -> None:
    record = f"""\
facility: Home
sources: [us]
---
id: home-one
beamline: one
plugins: {{ours: {place}/named.so, lost: /nowhere/lost.so}}
rotation_axis: {{sw: [1, 0, 0], confidence: assumed}}
sources: [us]
confidence: assumed
"""
    sites = place / "config/sweepwright/sites"
    sites.mkdir(parents=True)
    (sites / "home.yaml").write_text(record)
    said = compiled(place, "--set", "site=home-one", "--set", "geometry.rotation_axis=[1, 0, 0]")
    assert content(place) == b"named.so"
    assert "site home-one plugins.ours" in said


def test_none_where_none_is_found_or_needed(place: Path) -> None:
    said = compiled(place)
    assert lib(said) == []
    assert "SW-E024" in said
    write_series(place, "data/y_####.cbf", "1-6")
    (place / "job.yaml").write_text(JOB.replace("IMAGES", "data/y_####.cbf"))
    assert lib(compiled(place, beside=True)) == []


def test_digest_and_origin_are_recorded_and_no_place_of_the_machine(place: Path) -> None:
    compiled(place, beside=True)
    digest = hashlib.sha256(b"xds/durin-plugin.so").hexdigest()
    lock = (place / "run/job.lock.json").read_text()
    assert json.loads(lock)["values"]["sweeps[A].plugin.sha256"]["value"] == digest
    assert str(place) not in lock + (place / "run/plan.json").read_text()
    links = json.loads((place / "run/roots.json").read_text())
    assert links["plugins/durin.so"] == str(place / "xds/durin-plugin.so")
    origins = json.loads((place / "run/origins.json").read_text())
    top, below = origins["sweeps[A].plugin.file"]
    assert (top["layer"], top["name"]) == ("machine", "found in the folder of xds_par")
    assert below["value"] == "auto"


def test_a_plugin_that_was_changed_ends_the_run_before_xds(place: Path) -> None:
    compiled(place, "--plugin", f"durin={place}/named.so")
    (place / "named.so").write_bytes(b"a new release")
    done = command("step", "run", "manifest@A", folder=place)
    assert done.returncode == 3
    assert "not the one that the job was compiled with" in done.stdout + done.stderr


@pytest.mark.parametrize("given", ["durin", "durin=", "../x=named.so"])
def test_a_plugin_without_id_or_file_is_wrong_use(place: Path, given: str) -> None:
    done = CliRunner().invoke(application(), ["check", str(place / "job.yaml"), "--plugin", given])
    assert done.exit_code == 2
    assert "--plugin ID=FILE" in done.output


def test_a_job_names_no_file(place: Path) -> None:
    (place / "job.yaml").write_text(
        JOB.replace("IMAGES", "data/x_master.h5") + "plugins: {durin: /tmp/evil.so}\n"
    )
    done = CliRunner().invoke(application(), ["check", str(place / "job.yaml")])
    assert done.exit_code == 1
    assert "SW-L008" in done.output


SIMULATION = """\
seed: 7
structure: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90], d_min: 3.2, light_atoms: 60}
beam: {wavelength: 0.9795}
detector: {model: 100K, distance: 60}
sweeps:
  - {name: x, images: 25, width: 1.0, format: nxmx}
"""


@pytest.mark.dials
@needs_dials
@needs_compiler
def test_xds_reads_hdf5_through_the_plugin_and_not_without(tmp_path: Path) -> None:
    (tmp_path / "sim.yaml").write_text(SIMULATION)
    assert command("simulate", "sim.yaml", "-o", "data", folder=tmp_path).returncode == 0
    (tmp_path / "job.yaml").write_text(JOB.replace("IMAGES", "data/x_master.h5"))
    library = build_plugin(tmp_path / "opt/durin-plugin.so")
    environment = {"PATH": PATH, "XDG_CONFIG_HOME": str(tmp_path)}
    given = ("--plugin", f"durin={library}")
    done = command("run", "job.yaml", *given, folder=tmp_path, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "run/sweeps/A/index/1/XPARM.XDS").is_file()
    done = command("run", "job.yaml", "-o", "bare", folder=tmp_path, environment=environment)
    assert done.returncode == 3
    assert "CANNOT LOAD THE LIBRARY LIB=" in done.stdout + done.stderr
