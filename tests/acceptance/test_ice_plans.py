"""Rings of ice in the plans of both engines: decided, always left out, or kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_here import run_in
from tiny_images import write_series

from sweepwright.programs.ice import ice_rings

JOB = """\
sweepwright: 1
name: run
sweeps:
  - {name: A, images: data/x_####.cbf}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_series(tmp_path / "data", "x_####.cbf", "1-100")
    return tmp_path


def compiled(place: Path, engine: str, more: str = "") -> Path:
    (place / "job.yaml").write_text(f"{JOB}processing: {{engine: {engine}{more}}}\n")
    folder = f"run-{len(list(place.iterdir()))}"
    done = run_in(place, "compile", "job.yaml", "-o", folder)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "ice_rings" not in done.stdout + done.stderr
    return place / folder


def steps(run: Path) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads((run / "plan.json").read_text())["steps"]}


def limits(text: str, line: str) -> list[tuple[float, ...]]:
    return [
        tuple(
            map(float, row.removeprefix(line).split("!")[0].split("#")[0].replace(",", " ").split())
        )
        for row in text.splitlines()
        if row.startswith(line)
    ]


ALL = [ring.excluded for ring in ice_rings()]


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_only_auto_decides(place: Path, engine: str) -> None:
    decided = {"ice@A", "mask_ice@A", "reintegrate@A"}
    assert "ice@A" in steps(compiled(place, engine))
    for word in ("keep", "exclude"):
        assert not decided & set(steps(compiled(place, engine, f", ice_rings: {word}")))


@pytest.mark.parametrize("step", ["lattices", "correct", "reintegrate2", "recorrect2"])
def test_a_decision_switches_the_lines_of_xds(place: Path, step: str) -> None:
    run = compiled(place, "xds")
    text = (run / f"sweeps/A/{step}/XDS.INP").read_text()
    for ring in ice_rings():
        low, high = ring.excluded
        line = f"<ice@A.switch_{ring.hkl}> EXCLUDE_RESOLUTION_RANGE= {low:g} {high:g} "
        assert text.count(line) == 1
    for before in ("index", "integrate"):
        assert "RESOLUTION_RANGE= 3" not in (run / f"sweeps/A/{before}/XDS.INP").read_text()


def test_xds_leaves_out_all_rings_where_asked(place: Path) -> None:
    run = compiled(place, "xds", ", ice_rings: exclude")
    for step in ("index", "integrate", "correct", "recorrect2"):
        text = (run / f"sweeps/A/{step}/XDS.INP").read_text()
        assert limits(text, "EXCLUDE_RESOLUTION_RANGE=") == ALL


def test_dials_masks_all_rings_where_asked(place: Path) -> None:
    run = compiled(place, "dials", ", ice_rings: exclude")
    assert limits((run / "sweeps/A/mask/mask.phil").read_text(), "resolution_range =") == ALL
    for step in ("find_spots", "integrate"):
        assert "lookup.mask = pixels.mask" in (run / f"sweeps/A/{step}/{step}.phil").read_text()


def test_dials_masks_what_was_decided_and_integrates_again(place: Path) -> None:
    planned = steps(compiled(place, "dials"))
    for step in ("mask_ice@A", "reintegrate@A"):
        assert planned[step]["when"] == {"step": "ice@A", "field": "ice", "equals": True}
    taken = [item for item in planned["symmetry@x1"]["argv"] if isinstance(item, dict)]
    assert [(item["steps"], item["need"]) for item in taken] == [
        (["integrate@A", "reintegrate@A"], "last")
    ] * 2
    holes = [
        piece["decision"]
        for line in planned["mask_ice@A"]["files"][0]["lines"]
        for piece in line
        if isinstance(piece, dict) and "decision" in piece
    ]
    assert holes == [f"ice@A.limits_{ring.hkl}" for ring in ice_rings()]


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_a_look_at_the_crystal_looks_for_ice_too(place: Path, engine: str) -> None:
    planned = steps(compiled(place, engine, ", until: indexing"))
    assert "ice@A" in planned
    assert all("integrate" not in name for name in planned)


@pytest.mark.parametrize("engine", ["xds", "dials"])
def test_it_is_told_who_decides(place: Path, engine: str) -> None:
    compiled(place, engine)
    said = run_in(place, "explain", "job.yaml", "sweeps[A].processing.ice_rings").stdout
    assert "ice@A" in said
    assert "hexagonal ice" in said
