"""Plans that cannot be run are refused with all that is wrong, before anything starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny import plan_of, ref, run, sh, write

from sweepwright.model.plan import Attempt, Hole, LineTable, Plan, Result, Step
from sweepwright.run import load_plan

GOOD: dict[str, Any] = {
    "sweepwright_plan": 1,
    "name": "by hand",
    "steps": [{"id": "a", "program": "true", "folder": "a"}],
}


def test_a_plan_by_hand(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(GOOD))
    plan, problems = load_plan(tmp_path)
    assert problems == []
    assert plan is not None
    assert run(tmp_path, plan).outcome.state == "done"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, "SW-R001", "No such file"),
        (b"{", "SW-R002", "not JSON"),
        (b"\xff\xfe", "SW-R002", "not JSON"),
        (b"[" * 100_000, "SW-R002", "not JSON"),
        (b"[]", "SW-R004", "plan.json"),
        (json.dumps({**GOOD, "sweepwright_plan": 2}).encode(), "SW-R003", "version 2"),
        (json.dumps({**GOOD, "steps": [{"id": "a", "program": "x"}]}).encode(), "SW-R004",
         "step 'a' > folder > Field required"),
        (json.dumps({**GOOD, "steps": [{"id": "a", "program": "x", "folder": "../x"}]}).encode(),
         "SW-R004", "step 'a' > folder"),
        (json.dumps({**GOOD, "steps": GOOD["steps"] * 2}).encode(), "SW-R004", "two steps"),
    ],
)  # fmt: skip
def test_bad_files(tmp_path: Path, content: bytes | None, code: str, words: str) -> None:
    if content is not None:
        (tmp_path / "plan.json").write_bytes(content)
    plan, problems = load_plan(tmp_path)
    assert plan is None
    assert problems[0].code == code
    assert words in problems[0].message


def _codes(folder: Path, *steps: Step, **more: Any) -> list[str]:
    ran = run(folder, plan_of(*steps, **more))
    assert ran.outcome.state == "refused"
    assert ran.outcome.exit_code == 1
    assert ran.events == []
    assert not (folder / "journal.jsonl").exists()
    return [item.code for item in ran.outcome.diagnostics]


def test_what_is_missing_is_told_before_anything_starts(tmp_path: Path) -> None:
    a = sh("a", "echo 1 > o")
    table = LineTable(name="stdout", lines=())
    assert _codes(tmp_path, a, sh("b", "", judge="wise")) == ["SW-R005"]
    own = a.model_copy(update={"program": "sweepwright:nothing", "argv": ()})
    assert _codes(tmp_path, own) == ["SW-R006"]
    assert _codes(tmp_path, a.model_copy(update={"program": "no-such-program"})) == ["SW-R007"]
    assert _codes(tmp_path, a.model_copy(update={"program": "bin/tool"})) == ["SW-R007"]
    assert _codes(tmp_path, a, sh("b", "", ref("a", name="other"))) == ["SW-R008"]
    assert _codes(tmp_path, a, sh("b", "", Hole(leaf="x", decision="a.x"))) == ["SW-R008"]
    assert _codes(tmp_path, sh("a", "", files=(table,))) == ["SW-R009"]
    assert _codes(tmp_path, sh("a", "", attempts=(Attempt(set={"x": "1"}, reason="r"),))) == [
        "SW-R010"
    ]
    nested = sh("b", "").model_copy(update={"folder": "a/1"})
    assert _codes(tmp_path, a, nested) == ["SW-R011"]
    folder = sh("b", "").model_copy(update={"folder": "b/."})
    assert _codes(tmp_path, a, folder) == ["SW-R011"]
    for path in ("journal.jsonl", "./plan.json", "a/1/o", "a"):
        over = Result(path=path, step="a", name="o", role="")
        assert _codes(tmp_path, a, results=(over,)) == ["SW-R012"]
    lost = Result(path="r", step="a", name="other", role="")
    assert _codes(tmp_path, a, results=(lost,)) == ["SW-R012"]


def test_only_what_is_to_run_is_checked(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo 1 > o"), sh("b", "", judge="wise"))
    assert run(tmp_path, plan, until="a").outcome.state == "done"


def test_written_plans_read_back(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo 1 > o"), sh("b@x", "", ref("a", link="l"), threads="share"))
    write(tmp_path, plan)
    assert load_plan(tmp_path) == (plan, [])
    assert isinstance(plan, Plan)
