"""The ladder of indexing with a beam centre that is wrong, with the stand-in for XDS on simulated images.

The simulation's header is right; the job says another centre, and the truth is the header's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from standin_tool import PATH, SPECIFICATION
from sweep_tool import command, simulate

pytestmark = [pytest.mark.dials, needs_dials, pytest.mark.xdist_group("xds-ladder")]

JOB = """\
sweepwright: 1
name: NAME
geometry: {beam_center: [X px, Y px]}
processing: {engine: xds, until: indexing, indexing: {attempts: 8, beam_search: always}}
sweeps: [{name: A, images: data/x_####.cbf}]
"""
CRYSTAL = "crystals: {C: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90]}}\n"
#: centre of the simulated beam, ORGX and ORGY
TRUE = (245.7, 94.7)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xds-ladder")
    (folder / "sim.yaml").write_text(SPECIFICATION)
    done = command("simulate", "sim.yaml", "-o", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def indexed(place: Path, name: str, org: tuple[float, float], more: str = "") -> list[Any]:
    """The verdicts of all attempts with ORGX and ORGY wrong."""
    text = JOB.replace("NAME", name)
    text = text.replace("X px", f"{org[0] - 0.5:.1f} px").replace("Y px", f"{org[1] - 0.5:.1f} px")
    (place / f"{name}.yaml").write_text(text + more)
    done = command("run", f"{name}.yaml", folder=place, environment={"PATH": PATH})
    assert done.returncode == 0, done.stdout + done.stderr
    folders = sorted((place / name / "sweeps/A/index").glob("[0-9]*"), key=lambda f: int(f.name))
    return [json.loads((folder / "end.json").read_text())["verdict"] for folder in folders]


def is_true(verdict: Any) -> None:
    """Refined near the true centre, with the true lattice."""
    assert verdict["outcome"] == "success"
    assert verdict["values"]["fraction_indexed"] > 0.95
    seen = [finding["code"] for finding in verdict["findings"] if finding["state"] == "seen"]
    assert seen == ["SW-Q020"]


def lattice(place: Path, name: str, attempt: int) -> tuple[list[float], list[float]]:
    """Cell and ORGX, ORGY of the XPARM.XDS that was accepted (new layout)."""
    lines = (place / name / f"sweeps/A/index/{attempt}/XPARM.XDS").read_text().splitlines()
    return [float(w) for w in lines[3].split()[1:]], [float(w) for w in lines[8].split()[:2]]


def test_a_centre_near_the_middle_that_is_mirrored(place: Path) -> None:
    """With y from the other side two thirds of the spots are indexed in a lattice that is none."""
    verdicts = indexed(place, "mirrored", (TRUE[0], 196 - TRUE[1]))
    assert "not believed" in verdicts[0]["message"]
    assert {v["outcome"] for v in verdicts[:-1]} == {"failure"}
    is_true(verdicts[-1])
    cell, org = lattice(place, "mirrored", len(verdicts))
    assert sorted(cell[:3]) == pytest.approx([30, 45, 45], rel=0.003)
    assert org == pytest.approx(TRUE, abs=0.3)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "org", "more"),
    [
        ("exchanged", (TRUE[1], TRUE[0]), ""),
        (
            "shifted",
            (TRUE[0] + 10, TRUE[1]),
            CRYSTAL,
        ),
    ],
)
def test_another_wrong_centre(place: Path, name: str, org: tuple[float, float], more: str) -> None:
    verdicts = indexed(place, name, org, more)
    assert {v["outcome"] for v in verdicts[:-1]} == {"failure"}
    is_true(verdicts[-1])
    cell, found = lattice(place, name, len(verdicts))
    assert sorted(cell[:3]) == pytest.approx([30, 45, 45], rel=0.003)
    assert found == pytest.approx(TRUE, abs=0.3)


@pytest.mark.long
@pytest.mark.parametrize(("sign", "off"), [("", False), ("-", True)])
def test_sweeps_of_one_crystal_are_compared(
    tmp_path_factory: pytest.TempPathFactory, sign: str, off: bool
) -> None:
    """One crystal at two kappas: a kappa axis that points back is seen, and XDS searches instead."""
    folder = tmp_path_factory.mktemp("xds-kappa")
    simulate("kappa", folder / "data")
    axes = f"{{name: omega, vector: [1, 0, 0]}}, {{name: kappa, vector: [{sign}0.6427876, {sign}0.7660444, 0]}}"
    (folder / "kappa.yaml").write_text(
        "sweepwright: 1\nname: kappa\nprocessing: {engine: xds, until: indexing}\n"
        f"goniostat: {{axes: [{axes}, {{name: phi, vector: [1, 0, 0]}}]}}\n"
        "sweeps: [{name: flat, images: data/flat_####.cbf}, {name: tilted, images: data/tilted_####.cbf}]\n"
    )
    done = command("run", "kappa.yaml", folder=folder, environment={"PATH": PATH})
    assert done.returncode == 0, done.stdout + done.stderr
    ends = sorted((folder / "kappa/sweeps/tilted/index").glob("[0-9]/end.json"))
    made = [json.loads(end.read_text())["verdict"]["outcome"] for end in ends]
    assert made == (["failure", "success"] if off else ["success"])
    (place,) = (folder / "kappa").glob("groups/*/orientations/1")
    found = json.loads((place / "orientations.json").read_text())["misset_deg"]["tilted"]
    assert (found > 5) if off else (found < 0.3)
    (finding,) = json.loads((place / "end.json").read_text())["verdict"]["findings"]
    assert (finding["code"], finding["state"]) == ("SW-Q014", "seen" if off else "not seen")
