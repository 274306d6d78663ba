"""What runs again and what does not; what was tampered with; torn records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny import plan_of, ref, run, sh, text

from sweepwright.model.plan import Filled, LineTable, Plan
from sweepwright.records.journal import JournalDamagedError, read_journal
from sweepwright.run import StepState, status


def _plan(value: str, origin: str = "job", comment: str = "# note") -> Plan:
    lines = ((comment,), (Filled(text=value, leaf="v", origin=origin),))
    table = LineTable(name="p", lines=lines, comment="#")
    return plan_of(
        sh("a", "cut -c1 p | tail -1 > o", files=(table,)),
        sh("b", 'cat "$1" > o', ref("a")),
        sh("c", 'cat "$1" > o', ref("b")),
        sh("d", "echo d > o"),
        sh("parity", "grep -c x \"$1\" > o; echo 0 > o", ref("a")),
        sh("after_parity", 'cat "$1" > o', ref("parity")),
    )  # fmt: skip


def test_nothing_runs_twice(tmp_path: Path) -> None:
    assert len(run(tmp_path, _plan("1")).ran) == 6
    again = run(tmp_path, _plan("1"))
    assert again.ran == []
    assert len(again.outcome.reused) == 6
    assert again.outcome.state == "done"


def test_a_change_runs_dependents_only_and_stops_at_equal_bytes(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    changed = run(tmp_path, _plan("2"))
    assert sorted(changed.ran) == ["a", "b", "c", "parity"]
    assert text(tmp_path, "c/2/o") == "2\n"
    starts = {e.step: e.why for e in changed.events if e.kind == "start"}
    assert starts["a"] == "changed files: p"
    assert starts["b"] == "changed inputs: o"


def test_origins_and_comments_change_nothing(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    assert run(tmp_path, _plan("1", origin="macro m", comment="  # other words")).ran == []


def test_a_changed_tool_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "bin" / "mytool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho 1 > o\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    plan = plan_of(sh("a", "").model_copy(update={"program": "mytool", "argv": ()}))
    folder = tmp_path / "run"
    assert run(folder, plan).ran == ["a"]
    assert run(folder, plan).ran == []
    tool.write_text("#!/bin/sh\necho 2 > o\n")
    assert run(folder, plan).ran == ["a"]


def test_tampered_output_is_noticed(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    path = tmp_path / "b/1/o"
    path.chmod(0o644)
    path.write_text("9\n")
    again = run(tmp_path, _plan("1"))
    assert again.ran == ["b"]
    (notice,) = [e for e in again.events if e.kind == "notice"]
    assert "'o' is not as it was made" in notice.message
    (tmp_path / "b/2/o").unlink()
    assert run(tmp_path, _plan("1")).ran == ["b"]


def test_a_damaged_end_record_counts_as_none(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    (tmp_path / "d/1/end.json").write_text('{"end": 1, "step":')
    assert run(tmp_path, _plan("1")).ran == ["d"]


def test_renamed_steps_are_reused(tmp_path: Path) -> None:
    run(tmp_path, plan_of(sh("a", "echo 1 > o"), sh("b", 'cat "$1" > o', ref("a"))))
    first = sh("new", "echo 1 > o").model_copy(update={"folder": "moved/a"})
    last = sh("c", 'cat "$1" > o', ref("new"))
    (tmp_path / "moved").mkdir()
    (tmp_path / "a").rename(tmp_path / "moved/a")
    ran = run(tmp_path, plan_of(first, last))
    assert ran.ran == ["c"]
    assert text(tmp_path, "c/1/o") == "1\n"


def test_moved_folder_is_reused(tmp_path: Path) -> None:
    run(tmp_path / "old", _plan("1"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert run(tmp_path / "new", _plan("1")).ran == []
    assert str(tmp_path) not in text(tmp_path, "new/b/1/end.json")


def test_torn_journal_is_set_aside(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    journal = tmp_path / "journal.jsonl"
    before = read_journal(journal)
    with journal.open("ab") as file:
        file.write(b'{"seq": 99, "ev')
    again = run(tmp_path, _plan("1"))
    assert any(e.kind == "notice" and "torn" in e.message for e in again.events)
    assert text(tmp_path, "journal.torn-1") == '{"seq": 99, "ev'
    after = read_journal(journal)
    assert after.entries[: len(before.entries)] == before.entries
    assert after.entries[-1]["event"] == "run-end"


def test_damaged_journal_is_refused(tmp_path: Path) -> None:
    run(tmp_path, _plan("1"))
    journal = tmp_path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(JournalDamagedError, match="line 4"):
        read_journal(journal)
    again = run(tmp_path, _plan("1"))
    assert again.outcome.diagnostics[0].code == "SW-R015"
    assert again.outcome.exit_code == 1


def test_journal_tells_everything_in_order(tmp_path: Path) -> None:
    run(tmp_path, plan_of(sh("a", "echo 1 > o"), sh("b", "false", ref("a")), sh("c", "", ref("b"))))
    entries = read_journal(tmp_path / "journal.jsonl").entries
    entries = tuple(e for e in entries if e["event"] != "spawned")
    assert [e["event"] for e in entries] == [
        "run-start", "start", "end", "start", "end", "blocked", "run-end"]  # fmt: skip
    end = entries[2]
    assert end["outcome"] == "success"
    assert end["outputs"]["o"]["bytes"] == 2
    assert entries[-1]["counts"] == {"blocked": 1, "done": 1, "failed": 1}
    assert json.loads(text(tmp_path, "a/1/end.json"))["key"] == end["key"]


def test_status(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo 1 > o"), sh("b", "false", ref("a")), sh("c", "", ref("b")))
    assert {item.state for item in status(tmp_path, plan)} == {StepState.WAITING}
    run(tmp_path, plan)
    found = {item.step: item for item in status(tmp_path, plan)}
    assert [item.state.value for item in found.values()] == ["done", "failed", "blocked"]
    assert found["b"].message == "exit code 1"
    assert found["c"].message == "b failed"
    assert found["a"].attempt == 1
