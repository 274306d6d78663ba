"""An orientation carried from one sweep to another, against turns by quaternions of the whole chain.

The crystal is turned axis by axis to where each sweep begins; what XDS is given, turned about the axis
of its XDS.INP to its starting angle, must be the same crystal.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from perturbed import merged, text_of
from tiny_images import write_series

from sweepwright.api.build import plan_of
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.tables import fill
from sweepwright.engines.carried import believed
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.plan import Plan, Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.run import StepCall
from sweepwright.steps.carried import carried

KAPPA = (0.6427876, 0.7660444, 0.0)
CHAIN = {"omega": (1.0, 0.0, 0.0), "kappa": KAPPA, "phi": (1.0, 0.0, 0.0)}
#: rows: axes of a crystal with all settings at zero, A
CRYSTAL = np.array([[40.0, 3.0, -5.0], [-2.0, 55.0, 9.0], [4.0, -11.0, 70.0]])
AXES = [{"name": name, "vector": list(vector)} for name, vector in CHAIN.items()]
XPARM = """\
 XPARM.XDS    VERSION Jan 1, 2021  BUILT=20210101
     1        0.0000    0.5000  1.000000  0.000000  0.000000
       0.979180       0.000000       0.000000       1.021263
     1     40.4351     55.7674     70.9718  92.000  91.000  90.000
{}
         1        16        20    0.172000    0.172000
       9.000000       9.750000     300.000000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
         1         1        16         1        20
    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000
"""
Angles = dict[str, float]


def turned(vector: Any, axis: Any, degrees: float) -> np.ndarray:
    """q v q*, with the unit quaternion q of a turn by the right-hand rule."""
    half = np.radians(degrees) / 2
    w, u = np.cos(half), np.sin(half) * np.array(axis) / np.linalg.norm(axis)
    v = np.array(vector)
    t = 2 * np.cross(u, v)
    return np.array(v + w * t + np.cross(u, t))


def crystal_at(angles: Angles, frozen: str = "") -> np.ndarray:
    """The axes at these settings; the axis ``frozen`` is left at 0 where it has come to."""
    rows = CRYSTAL
    for name in ("phi", "kappa", "omega"):
        angle = 0.0 if name == frozen else angles[name]
        rows = np.array([turned(row, CHAIN[name], angle) for row in rows])
    return rows


def planned(
    folder: Path, sweeps: dict[str, tuple[str, Angles]], job: dict[str, Any], width: float = 0.5
) -> tuple[Plan | None, tuple[Diagnostic, ...]]:
    """The plan for sweeps by name: which axis was scanned, and all settings at its start."""
    for name, (scanned, angles) in sweeps.items():
        header = {axis.capitalize(): f"{angle:.4f} deg." for axis, angle in angles.items()}
        header["Oscillation_axis"] = scanned.upper()
        write_series(folder, f"{name}_#.cbf", "1-2", angles[scanned], width, header=header)
    whole = merged(
        {
            "sweepwright": 1,
            "processing": {"engine": "xds"},
            "sweeps": {name: {"images": f"{name}_#.cbf"} for name in sweeps},
        },
        job,
    )
    loaded, told = loads(text_of(whole), "job.yaml")
    assert loaded is not None, told
    front = resolve_job(folder / "job.yaml", Options(), loaded)
    if front.job is None:
        return None, front.diagnostics
    made = plan_of(front.job)[1]
    return made, front.diagnostics


def decided(folder: Path, step: Step, before: np.ndarray) -> np.ndarray:
    """The axes that the step makes of those of the sweep before."""
    lines = "\n".join("".join(f"{x:15.6f}" for x in row) for row in before)
    (folder / "XPARM.XDS").write_text(XPARM.format(lines))
    asked = json.loads(fill(step.files[0], lambda hole: hole))
    carried(StepCall(folder, (folder / "XPARM.XDS",), asked))
    values = json.loads((folder / "decision.json").read_text())["values"]
    return np.array([values[f"{axis}_axis"] for axis in "abc"])


def number(plan: Plan, sweep: str, keyword: str) -> list[float]:
    text = fill(plan.step(f"index@{sweep}").files[0], lambda hole: "0")
    (line,) = [row for row in text.splitlines() if row.startswith(f"{keyword}=")]
    return [float(word) for word in line.partition("=")[2].partition("!")[0].split()]


ANGLES = st.integers(-1799, 1799).map(lambda tenths: tenths / 10)
SETTINGS = st.fixed_dictionaries(dict.fromkeys(CHAIN, ANGLES))


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(["omega", "phi"]), SETTINGS, st.sampled_from(["omega", "phi"]), SETTINGS,
    st.sampled_from([0.5, -0.5]),
)  # fmt: skip
def test_the_crystal_stands_right_where_the_other_sweep_begins(
    first: str, before: Angles, second: str, after: Angles, width: float
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan, told = planned(
            folder,
            {"A": (first, before), "B": (second, after)},
            {"goniostat": {"axes": AXES}},
            width,
        )
        assert plan is not None, told
        at_zero = crystal_at(before, frozen=first)
        found = decided(folder, plan.step("carried@B"), at_zero)
        axis, (start,) = number(plan, "B", "ROTATION_AXIS"), number(plan, "B", "STARTING_ANGLE")
    there = np.array([turned(row, axis, start) for row in found])
    assert there == pytest.approx(crystal_at(after), abs=1e-4)


def test_inverse_beam_needs_no_axes_of_the_goniostat(tmp_path: Path) -> None:
    sweeps = {
        "A": ("omega", {"omega": 0.0, "kappa": 30.0, "phi": 0.0}),
        "B": ("omega", {"omega": 180.0, "kappa": 30.0, "phi": 0.0}),
        "C": ("omega", {"omega": 0.0, "kappa": 60.0, "phi": 0.0}),
    }
    plan, told = planned(tmp_path, sweeps, {})
    assert plan is not None, told
    assert decided(tmp_path, plan.step("carried@B"), CRYSTAL) == pytest.approx(CRYSTAL, abs=1e-6)
    steps = {step.id for step in plan.steps}
    assert "carried@C" not in steps  # another kappa, of an unknown axis
    first, *others = plan.step("index@B").attempts
    assert "orientation of sweep A" in first.reason
    assert len(others) == 6
    assert all(rung.set["sweeps[B].xds.UNIT_CELL_A-AXIS"] == "0 0 0" for rung in others)
    assert all(rung.set["sweeps[B].xds.SPACE_GROUP_NUMBER"] == "0" for rung in others)


@pytest.mark.parametrize(
    ("job", "related"),
    [
        ({}, True),
        ({"processing": {"indexing": {"related": False}}}, False),
        (
            {
                "crystals": {"x": {}, "y": {}},
                "sweeps": {"A": {"crystal": "x"}, "B": {"crystal": "y"}},
                "processing": {"merging": {"group": "all"}},
            },
            False,
        ),
    ],
)
def test_where_nothing_is_carried_nothing_is_compared(
    tmp_path: Path, job: dict[str, Any], related: bool
) -> None:
    stood = {"omega": 0.0, "kappa": 30.0, "phi": 0.0}
    sweeps = {"A": ("omega", stood), "B": ("omega", stood | {"kappa": 0.0})}
    plan, told = planned(tmp_path, sweeps, merged({"goniostat": {"axes": AXES}}, job))
    assert plan is not None, told
    kinds = {step.id.partition("@")[0] for step in plan.steps}
    assert ("carried" in kinds, "orientations" in kinds) == (related, related)


def test_sweeps_said_to_be_related_must_be(tmp_path: Path) -> None:
    stood = {"omega": 0.0, "kappa": 30.0, "phi": 0.0}
    sweeps = {"A": ("omega", stood), "B": ("omega", stood | {"kappa": 0.0})}
    plan, told = planned(tmp_path, sweeps, {"processing": {"indexing": {"related": True}}})
    assert plan is None
    assert "SW-E051" in {item.code for item in told}


@pytest.mark.parametrize(
    ("fraction", "off", "usable"),
    [(0.95, 0.4, True), (0.7, 0.4, False), (0.95, 1.5, False), (None, 0.0, False)],
)
def test_a_proposal_is_believed_that_explains_most_and_stays(
    fraction: float | None, off: float, usable: bool
) -> None:
    moved = np.array([turned(row, (0, 0, 1), off) for row in CRYSTAL])
    verdict = believed(Verdict(Outcome.SUCCESS, "indexed"), fraction, CRYSTAL, moved)
    assert verdict.usable is usable
    assert verdict.values["carried_misset_deg"] == pytest.approx(off, abs=1e-3)


def test_another_lattice_is_not_what_was_proposed() -> None:
    verdict = believed(Verdict(Outcome.SUCCESS, "indexed"), 0.95, CRYSTAL, 1.3 * CRYSTAL)
    assert verdict.outcome is Outcome.FAILURE
