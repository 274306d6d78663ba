"""How the steps of XDS are spread over jobs and threads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sweep_tool import command
from tiny_images import write_series

JOB = """\
sweepwright: 1
sweeps: [{name: A, images: data/x_####.cbf}]
processing: {engine: xds}
run: {threads: 3, jobs: {colspot: 1, integrate: 4}}
"""


def leaves(step: dict[str, Any], keyword: str) -> list[str]:
    """What a step gives to a keyword of XDS."""
    pieces = [piece for file in step["files"] for line in file["lines"] for piece in line]
    return [
        piece["text"]
        for piece in pieces
        if isinstance(piece, dict) and piece.get("leaf", "").endswith(f".{keyword}")
    ]


def test_colspot_and_integrate_are_spread_apart_and_threads_are_one_number(tmp_path: Path) -> None:
    write_series(tmp_path, "data/x_####.cbf", "1-40")
    (tmp_path / "job.yaml").write_text(JOB)
    assert command("compile", "job.yaml", folder=tmp_path).returncode == 0
    plan = json.loads((tmp_path / "job/plan.json").read_text())
    steps = {step["id"]: step for step in plan["steps"]}
    assert leaves(steps["index@A"], "MAXIMUM_NUMBER_OF_JOBS") == ["1"]
    assert leaves(steps["integrate@A"], "MAXIMUM_NUMBER_OF_JOBS") == ["4"]
    for name in ("index@A", "integrate@A", "correct@A"):
        assert leaves(steps[name], "MAXIMUM_NUMBER_OF_PROCESSORS") == ["3"]
