"""A double mirror: it indexes and merges like the truth, and gives the other hand.

Real processing of simulated images, told from the truth by the sign of the anomalous differences;
found before anything runs where a site record says how the instrument is built, and put right by the
record where the images do not say it themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import needs_dials
from sweep_tool import command
from truth_compare import Comparison, compare

pytestmark = pytest.mark.xdist_group("mirror")


class Instrument(NamedTuple):
    """A fault of the simulation, the instrument as its site record knows it, and what it took."""

    fault: str
    axis: int
    """along x"""
    slow: int
    """along y"""
    images: int
    format: str = "imgcif"


PLENTY, FEW = 40, 2
#: imgCIF headers tell all the same: axis 1 0 0, slow 0 1 0; those of a mini-CBF are silent
INSTRUMENTS = {
    "plain": Instrument("", 1, 1, PLENTY),
    "mirrored": Instrument("mirror: true, ", -1, -1, PLENTY),
    "silent": Instrument("mirror: true, ", -1, -1, PLENTY, "minicbf"),
    "upside-down": Instrument("mirrored_detector: true, ", 1, -1, FEW),
    "reversed": Instrument("reversed_axis: true, ", -1, 1, FEW),
}
CRYSTAL = "space_group: P 43 21 2, cell: [54, 54, 36, 90, 90, 90]"
SIMULATION = f"""\
structure: {{{CRYSTAL}, d_min: 3.0, anomalous: {{count: 2, z: 34, f_second: 8.0}}}}
detector: {{model: 300K, distance: 150}}
goniostat: [{{name: omega, vector: [1, 0, 0]}}]
sweeps:
"""
SWEEP = """\
  - name: {name}
    format: {format}
    images: {images}
    width: 1.5
    faults: {{{fault}header: {{serial: {serial}}}}}
"""
RECORD = """\
---
id: hall-{name}
beamline: {name}
detector: {{family: pilatus-300k, serials: [{serial}]}}
rotation_axis: {{sw: [{axis}, 0, 0], confidence: calibrated}}
mounting: {{fast: [1, 0, 0], slow: [0, {slow}, 0]}}
beam_centre: minicbf-beam-xy
sources: [the simulation]
confidence: calibrated
"""
#: few candidates are enough where the cell is known, and save half a minute
JOB = f"""\
sweepwright: 1
processing: {{engine: dials, anomalous: true}}
keywords: {{dials.index: {{indexing.basis_vector_combinations.max_refine: 5}}}}
crystals: {{"*": {{{CRYSTAL}}}}}
sweeps: [{{name: NAME, images: data/NAME_####.cbf}}]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data`` with all images, and a site record of every instrument."""
    folder = tmp_path_factory.mktemp("mirror")
    told = [
        {"name": name, "serial": f"3-770{number}", **instrument._asdict()}
        for number, (name, instrument) in enumerate(INSTRUMENTS.items())
    ]
    simulation = folder / "simulation.yaml"
    simulation.write_text(SIMULATION + "".join(SWEEP.format(**one) for one in told))
    done = command("simulate", simulation, "-o", folder / "data")
    assert done.returncode == 0, done.stderr
    sites = folder / "config/sweepwright/sites"
    sites.mkdir(parents=True)
    records = "".join(RECORD.format(**one) for one in told)
    (sites / "hall.yaml").write_text("facility: Mirror hall\n" + records)
    return folder


def asked(place: Path, verb: str, name: str, more: str = "") -> Any:
    """What ``verb`` says of a sweep's job, where the records of the hall are the user's."""
    (place / f"{name}.yaml").write_text(JOB.replace("NAME", name) + more)
    hall = {"XDG_CONFIG_HOME": str(place / "config")}
    done = command(verb, f"{name}.yaml", "--json", folder=place, environment=hall)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


class Processed(NamedTuple):
    against_truth: Comparison
    overall: Mapping[str, float]


def processed(place: Path, name: str) -> Processed:
    results = asked(place, "run", name)["results"]
    # without orientations: that of a mirrored crystal has no true one to be compared with
    found = compare(place / "data", place / name / "results/merged.mtz", sweep=name)
    return Processed(found, results["overall"])


@pytest.mark.dials
@needs_dials
@pytest.mark.long
def test_the_sign_of_the_anomalous_differences_tells(place: Path) -> None:
    signs: dict[str, float] = {}
    for name in ("plain", "mirrored", "silent"):
        found, overall = processed(place, name)
        assert found.same_group
        assert found.cell_deviation < 0.001
        assert found.completeness > 0.85
        assert found.cc_intensity > 0.95  # with mates exchanged it is 0.97
        assert found.pairs > 500
        assert found.cc_anomalous is not None
        assert overall["cc_half"] > 0.98
        assert overall["r_meas"] < 0.05
        signs[name] = found.cc_anomalous
    assert signs["plain"] > 0.5
    assert signs["mirrored"] < -0.5
    assert signs["silent"] > 0.5, "its record puts it right"


def test_headers_and_records_differ_by_the_faults(place: Path) -> None:
    for sweep in json.loads((place / "data/truth.json").read_text())["sweeps"]:
        instrument = INSTRUMENTS[sweep["name"]]
        assert sweep["rotation_axis"] == [instrument.axis, 0, 0]
        assert sweep["slow"] == [0, instrument.slow, 0]
        assert sweep["header"]["rotation_axis"] == [1, 0, 0]
        assert sweep["header"]["slow"] == [0, 1, 0]


AXIS = "geometry: {rotation_axis: [1, 0, 0]}\n"
AXIS_AND_DETECTOR = """\
geometry:
  rotation_axis: [1, 0, 0]
  detector: {fast: [1, 0, 0], slow: [0, 1, 0], origin: [-42.17, -52.67, 150]}
"""
BOTH = ("SW-G026", "detector and axis together are mirrored", "axis used is 1 0 0", "says -1 0 0")
DETECTOR = ("SW-G026", "the detector is mirrored", "slow 0 1 0", "slow 0 -1 0")
REVERSED = ("SW-G025", "the rotation axis is reversed", "axis used is 1 0 0", "says -1 0 0")


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("plain", "", ()),
        ("mirrored", "", BOTH),
        ("upside-down", "", DETECTOR),
        ("reversed", "", REVERSED),
        ("silent", "", ()),
        ("silent", AXIS_AND_DETECTOR, BOTH),
        ("silent", AXIS, REVERSED),
    ],
    ids=["plain", "mirrored", "upside-down", "reversed", "silent", "both-said", "axis-said"],
)
def test_the_check_names_the_mirror(
    place: Path, name: str, more: str, expected: tuple[str, ...]
) -> None:
    (told,) = asked(place, "check", name, more)
    found = [item for item in told["diagnostics"] if item["code"] in ("SW-G025", "SW-G026")]
    assert len(found) == bool(expected), found
    for item in found:
        said = f"{item['code']} {item['message']} {item['help']}"
        assert all(words in said for words in (*expected, f"site record hall-{name}")), said


def test_without_a_record_the_check_asks_how_the_axis_stands(place: Path) -> None:
    (told,) = asked(place, "check", "silent", "site: off\n")
    assert "SW-G029" in [item["code"] for item in told["diagnostics"]]
