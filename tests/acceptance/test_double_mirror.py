"""A double mirror: it indexes and merges like the truth, and gives the other hand.

Real processing of simulated images, told from the truth by the sign of the anomalous differences;
found before anything runs where a site record says how the instrument is built, and put right by it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from sweep_tool import command
from truth_compare import Comparison, compare

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("mirror")]

SERIAL = "3-7777"
SIMULATION = f"""\
structure:
  space_group: P 43 21 2
  cell: [54, 54, 36, 90, 90, 90]
  d_min: 2.6
  anomalous: {{count: 2, z: 34, f_second: 8.0}}
detector: {{model: 300K, distance: 120}}
goniostat: [{{name: omega, vector: [1, 0, 0]}}]
sweeps:
  - name: NAME
    images: 60
    width: 1.5
    faults: {{mirror: MIRROR, header: {{serial: {SERIAL}}}}}
"""
JOB = """\
sweepwright: 1
processing: {engine: dials, anomalous: true}
crystals: {"*": {space_group: P 43 21 2, cell: [54, 54, 36, 90, 90, 90]}}
sweeps: [{name: NAME, images: data/NAME/NAME_####.cbf}]
"""
#: the instrument as it is: rows run upwards, and the spindle turns the other way
RECORD = f"""\
facility: Mirror hall
---
id: mirror-hall
beamline: MH
detector: {{family: pilatus-300k, serials: [{SERIAL}]}}
rotation_axis: {{sw: [-1, 0, 0], confidence: calibrated}}
mounting: {{fast: [1, 0, 0], slow: [0, -1, 0]}}
beam_centre: minicbf-beam-xy
sources: [the simulation]
confidence: calibrated
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    for name, mirror in (("plain", "false"), ("mirrored", "true")):
        spec = folder / f"{name}.sim.yaml"
        spec.write_text(SIMULATION.replace("NAME", name).replace("MIRROR", mirror))
        done = command("simulate", spec, "-o", folder / "data" / name)
        assert done.returncode == 0, done.stderr
    sites = folder / "config/sweepwright/sites"
    sites.mkdir(parents=True)
    (sites / "hall.yaml").write_text(RECORD)
    return folder


def job(place: Path, images: str, more: str) -> str:
    name = f"{images}-{len(list(place.glob('*.yaml')))}.yaml"
    (place / name).write_text(JOB.replace("NAME", images) + more)
    return name


def processed(place: Path, images: str, more: str) -> Comparison:
    name = job(place, images, more)
    done = command("run", name, folder=place, environment=hall(place))
    assert done.returncode == 0, done.stdout + done.stderr
    run = place / name.removesuffix(".yaml")
    # without orientations: that of a mirrored crystal has no true one to be compared with
    return compare(place / "data" / images, run / "results/merged.mtz")


def hall(place: Path) -> dict[str, str]:
    """The records of the hall are the user's."""
    return {"XDG_CONFIG_HOME": str(place / "config")}


def checked(place: Path, images: str, more: str) -> list[dict[str, Any]]:
    name = job(place, images, more)
    done = command("check", name, "--json", folder=place, environment=hall(place))
    (told,) = json.loads(done.stdout)
    return list(told["diagnostics"])


@pytest.mark.long
def test_the_sign_of_the_anomalous_differences_tells(place: Path) -> None:
    plain = processed(place, "plain", "site: off\n")
    mirrored = processed(place, "mirrored", "site: off\n")
    put_right = processed(place, "mirrored", "")
    for found in (plain, mirrored, put_right):
        assert found.cc_intensity > 0.95  # with mates exchanged it is 0.97
        assert found.completeness > 0.85
        assert found.same_group
    assert plain.cc_anomalous is not None and plain.cc_anomalous > 0.5
    assert mirrored.cc_anomalous is not None and mirrored.cc_anomalous < -0.5
    assert put_right.cc_anomalous is not None and put_right.cc_anomalous > 0.5


HEADERS_WORD = """\
geometry:
  rotation_axis: [1, 0, 0]
  detector: {fast: [1, 0, 0], slow: [0, 1, 0], origin: [-40, -50, 120]}
"""


def test_the_check_finds_it_before_anything_runs(place: Path) -> None:
    codes = [item["code"] for item in checked(place, "mirrored", HEADERS_WORD)]
    assert "SW-G026" in codes
    assert "SW-G026" not in [item["code"] for item in checked(place, "mirrored", "")]


def test_a_single_mirror_or_a_reversed_axis_is_no_double_mirror(place: Path) -> None:
    axis = "geometry: {rotation_axis: [1, 0, 0]}\n"
    codes = {item["code"] for item in checked(place, "mirrored", axis)}
    assert "SW-G025" in codes
    assert "SW-G026" not in codes
