"""Hints beside what was found: what is a difference, and what only looks like one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gemmi
import pytest

from sweepwright.results.hints import compared
from sweepwright.steps.finish import _hints

ORTHO = (40.0, 50.0, 60.0, 90.0, 90.0, 90.0)
MONO = (80.0, 50.0, 60.0, 90.0, 115.0, 90.0)
#: the same with a + c for a: (a + c)^2 = a^2 + c^2 + 2 a c cos(beta), and (a + b) / 2 is the body's centre
MONO_I = (77.09004, 50.0, 60.0, 90.0, 109.861, 90.0)
Cell = tuple[float, ...]


@pytest.mark.parametrize(
    ("hints", "group", "cell"),
    [
        (("P 21 21 21", ORTHO), "P 21 21 21", (40.3, 49.8, 60.2, 90, 90, 90)),
        ((None, (60.0, 40.0, 50.0, 90.0, 90.0, 90.0)), "P 21 21 21", ORTHO),
        (("P 2 21 21", None), "P 21 21 2", ORTHO),
        (
            ("P 41 21 2", (45.0, 45.0, 30.0, 90.0, 90.0, 90.0)),
            "P 43 21 2",
            (45, 45, 30, 90, 90, 90),
        ),
        (("I 1 2 1", MONO_I), "C 1 2 1", MONO),
        (("R 3 :R", None), "R 3 :H", (90, 90, 120, 90, 90, 120)),
        ((None, None), "P 1", ORTHO),
        (("P 1", None), "P 21 21 21", ORTHO),
    ],
)
def test_what_is_the_same(hints: tuple[str | None, Cell | None], group: str, cell: Cell) -> None:
    assert compared(hints, gemmi.SpaceGroup(group), cell) == []


@pytest.mark.parametrize(
    ("hints", "group", "cell", "said"),
    [
        (("P 21 21 21", None), "P 21 21 2", ORTHO, "other screw axes"),
        (("P 21 21 21", None), "P 43 21 2", (50, 50, 60, 90, 90, 90), "other symmetry"),
        ((None, (40.0, 50.0, 63.0, 90.0, 90.0, 90.0)), "P 21 21 21", ORTHO, "the cell is"),
        (
            (None, (40.0, 50.0, 120.0, 90.0, 90.0, 90.0)),
            "P 21 21 21",
            ORTHO,
            "the cell is",
        ),  # twice as large
        ((None, (40.0, 50.0, 60.0, 90.0, 94.0, 90.0)), "P 1 21 1", ORTHO, "the cell is"),
        (("C 2 2 21", ORTHO), "P 21 21 21", ORTHO, "the cell is"),  # half as large
    ],
)
def test_what_differs(
    hints: tuple[str | None, Cell | None], group: str, cell: Cell, said: str
) -> None:
    assert said in "; ".join(compared(hints, gemmi.SpaceGroup(group), cell))


def test_what_is_not_as_expected_is_a_finding() -> None:
    found: Any = SimpleNamespace(group=gemmi.SpaceGroup("P 21 21 21"), cell=ORTHO)
    hint = {"space_group": "P 21 21 21", "cell": [40.0, 50.0, 70.0, 90.0, 90.0, 90.0]}
    (finding,) = _hints(hint, found)
    assert (finding["code"], finding["state"]) == ("SW-Q017", "seen")
    (finding,) = _hints(hint | {"cell": None}, found)
    assert finding["state"] == "not seen"
    assert _hints({"space_group": None, "cell": None}, found) == []
