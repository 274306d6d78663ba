"""The step that looks for ice, on files of XDS that are written here, and what the judge makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packed_refl import column, pack

from sweepwright.engines.ice import judged
from sweepwright.model.verdict import Finding, FindingState
from sweepwright.run import StepCall, StepError
from sweepwright.steps.ice import ice
from sweepwright.steps.spots import read_spots

#: 1 A, 100 mm, pixels of 0.1 mm, beam and normal at pixel 500.5, one degree about x an image from 10
XPARM = """\
 XPARM.XDS    VERSION Jan 10, 2022  BUILT=20220220
     1       10.0000    1.0000  1.000000  0.000000  0.000000
       1.000000       0.000000       0.000000       1.000000
    19     40.0000     50.0000     60.0000  90.000  90.000  90.000
      40.000000       0.000000       0.000000
       0.000000      50.000000       0.000000
       0.000000       0.000000      60.000000
         1      3000      3000    0.100000    0.100000
     500.500000     500.500000     100.000000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
         1         1      3000         1      3000
    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000
"""
ROOT = np.sqrt(0.5)


def spots(folder: Path, *rows: tuple[float, ...]) -> dict[str, Path]:
    """x, y, z and whether it has indices, of each spot."""
    folder.mkdir(exist_ok=True)
    (folder / "XPARM.XDS").write_text(XPARM)
    lines = [f"{x:10.2f}{y:10.2f}{z:10.2f}{500:10.0f}.{h:8d}{0:8d}{0:8d}\n" for x, y, z, h in rows]
    (folder / "SPOT.XDS").write_text("".join(lines))
    return {name: folder / name for name in ("SPOT.XDS", "XPARM.XDS")}


def test_spots_of_xds_are_turned_back(tmp_path: Path) -> None:
    """At 45 degrees of two-theta d is 1 A / (2 sin 22.5); image 81 begins at 90 degrees."""
    at_90, at_10 = (1500.5, 500.5, 80, 3), (500.5, 1500.5, 0, 0)
    found = read_spots(spots(tmp_path, at_90, at_10))
    assert found.indexed.tolist() == [True, False]
    assert 1 / found.inverse_d == pytest.approx([0.5 / np.sin(np.pi / 8)] * 2, rel=1e-4)
    # what lay at (0.71, 0, -0.29) after 90 degrees about x was at (0.71, -0.29, 0) before
    assert found.place[0] == pytest.approx([ROOT, ROOT - 1, 0], abs=1e-4)
    sine, cosine = np.sin(np.radians(10)), np.cos(np.radians(10))
    y, z = ROOT, ROOT - 1
    assert found.place[1] == pytest.approx(
        [0, y * cosine + z * sine, z * cosine - y * sine], abs=1e-4
    )


def ring(d: float, number: int) -> list[tuple[float, ...]]:
    """Spots all around the beam, none with indices."""
    radius = 1000 * np.tan(2 * np.arcsin(0.5 / d))
    turns = np.linspace(0, 2 * np.pi, number, endpoint=False)
    return [
        (500.5 + radius * np.cos(turn), 500.5 + radius * np.sin(turn), i % 90 + 0.5, 0)
        for i, turn in enumerate(turns)
    ]


def called(folder: Path, rows: list[tuple[float, ...]], *, all_images: bool) -> Any:
    files = spots(folder, *rows)
    ice(StepCall(folder, tuple(files.values()), {"all_images": all_images}))
    return json.loads((folder / "decision.json").read_text())


def finding(folder: Path) -> Finding:
    (found,) = judged(folder, "A").findings
    return found


def test_what_is_found_is_decided_and_said(tmp_path: Path) -> None:
    lattice = [(x, y, 3.5, 1) for x in range(50, 3000, 300) for y in range(50, 3000, 300)]
    decision = called(tmp_path, [*lattice, *ring(3.669, 60)], all_images=True)
    values = decision["values"]
    assert (values["ice"], values["rings"]) == (True, [3.669])
    assert (values["switch_002"], values["switch_100"]) == ("", "!")
    assert (values["limits_002"], values["limits_100"]) == ([3.699, 3.639], None)
    assert decision["evidence"]["spots"] == len(lattice) + 60
    said = finding(tmp_path)
    assert (said.code, said.state) == ("SW-Q016", FindingState.SEEN)
    assert "3.669 A: 60 spots" in said.message


@pytest.mark.parametrize("all_images", [True, False])
def test_without_intensities_no_ice_is_no_judgement(tmp_path: Path, all_images: bool) -> None:
    decision = called(tmp_path, ring(3.2, 60), all_images=all_images)
    assert (decision["values"]["ice"], decision["values"]["rings"]) == (False, [])
    assert finding(tmp_path).state is FindingState.NOT_JUDGED


@pytest.mark.parametrize(
    ("all_images", "counts", "state"),
    [
        (True, 0, FindingState.NOT_SEEN),
        (False, 0, FindingState.NOT_JUDGED),
        (False, 900, FindingState.SEEN),
    ],
)
def test_spots_of_a_part_of_the_images_do_not_clear_a_sweep(
    tmp_path: Path, all_images: bool, counts: int, state: FindingState
) -> None:
    """Integrated by DIALS, with so many counts of fine powder on the ring of 2.249 A."""
    random = np.random.default_rng(6)
    d = np.cbrt(random.uniform(0.1**3, 0.5**3, 20_000)) ** -1.0
    seen = random.exponential(300, len(d)) + counts * (np.abs(d - 2.249) < 0.015)
    flags = np.full(len(d), 1 << 8)
    flags[:500] = 0  # not integrated
    columns = {"d": d, "intensity.sum.value": np.where(flags, seen, 1e9), "flags": flags}
    integrated = {name: column(values) for name, values in columns.items()}
    spots_of_lattice = {"rlp": column(np.eye(3)), "flags": column(np.full(3, 36))}
    files = (
        pack(tmp_path / "indexed.refl", 3, spots_of_lattice),
        pack(tmp_path / "integrated.refl", len(d), integrated),
    )
    ice(StepCall(tmp_path, files, {"all_images": all_images}))
    assert finding(tmp_path).state is state
    assert finding(tmp_path).values == {"rings_a": [2.249] if counts else []}


def test_spots_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    files = spots(tmp_path, (1.0, 2.0, 3.0, 0))
    for name, content in (("SPOT.XDS", "1. 2. 3. 4.\n"), ("SPOT.XDS", "x\n"), ("XPARM.XDS", "")):
        kept = files[name].read_text()
        files[name].write_text(content)
        with pytest.raises(StepError, match="the spots cannot be read"):
            read_spots(files)
        files[name].write_text(kept)


def test_spots_that_cannot_be_read_keep_nothing_from_going_on(tmp_path: Path) -> None:
    files = spots(tmp_path, *ring(3.67, 200))
    files["SPOT.XDS"].write_text("1.0 2.0 *****\n")
    ice(StepCall(tmp_path, tuple(files.values()), {"all_images": True}))
    assert finding(tmp_path).state is FindingState.NOT_JUDGED
    decision = json.loads((tmp_path / "decision.json").read_bytes())
    assert (decision["values"]["ice"], decision["values"]["rings"]) == (False, [])
    assert "cannot be read" in decision["evidence"]["note"]
