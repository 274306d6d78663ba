"""What people see of a run."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console
from tiny import plan_of, ref, sh, write

from sweepwright.model.plan import Attempt
from sweepwright.run import Event, Registry, run_plan
from sweepwright.run.progress import PlainProgress, RichProgress, duration

PLAN = plan_of(
    sh("good", "echo 1 > o"),
    sh("bad", r"printf 'red \033[31m\a text\n' >&2; exit 2", attempts=(
        Attempt(reason="first"), Attempt(reason="with more care"))),
    sh("after", "", ref("bad")),
)  # fmt: skip


def test_plain_lines_have_no_control_characters(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    stream = io.StringIO()
    run_plan(tmp_path, PLAN, Registry(), threads=1, on_event=PlainProgress(stream))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "run     tiny: 3 steps, 1 threads"
    assert lines[1].startswith("done    good (0.")
    assert "again   bad: with more care" in lines
    assert any(line.startswith("FAILED  bad (") and line.endswith("exit code 2") for line in lines)
    assert "  | red  [31m  text" in lines
    assert "blocked after: bad failed" in lines
    assert lines[-1].startswith("end     failed after ")
    assert all(char.isprintable() or char == "\n" for char in stream.getvalue())


def test_a_reader_that_went_away_does_not_stop_the_run(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    stream = io.StringIO()
    stream.close()
    assert run_plan(tmp_path, PLAN, Registry(), on_event=PlainProgress(stream)).state == "failed"


def test_live_display(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80)
    with RichProgress(console) as progress:
        run_plan(tmp_path, PLAN, Registry(), threads=1, on_event=progress)
    shown = stream.getvalue()
    assert "good" in shown
    assert "FAILED" in shown
    assert "\x07" not in shown


def test_events_are_plain_data(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    events: list[Event] = []
    outcome = run_plan(tmp_path, PLAN, Registry(), threads=1, on_event=events.append)
    data = json.loads(json.dumps([event.to_json() for event in events], allow_nan=False))
    assert [item["event"] for item in data if item["event"] != "spawned"] == [
        "run-start", "step-start", "start", "end", "step-end", "step-start", "start", "end",
        "start", "end", "step-end", "blocked", "run-end"]  # fmt: skip
    failure = next(item for item in data if item.get("failure"))["failure"]
    assert failure["exit_code"] == 2
    assert json.loads(json.dumps(outcome.to_json()))["steps"]["after"]["state"] == "blocked"


def test_durations() -> None:
    found = [duration(s) for s in (0.31, 42.2, 59.7, 187, 7500)]
    assert found == ["0.3 s", "42 s", "1 min 00 s", "3 min 07 s", "2 h 05 min"]
