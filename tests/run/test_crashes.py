"""Killed, interrupted, without space, without rights: nothing half done ever counts as done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import alive, kill, plan_of, ref, run, sh, start_runner, text, wait_for, write

from sweepwright.model.plan import Plan
from sweepwright.records.journal import read_journal
from sweepwright.run import Registry, StepCall, StepState, run_plan, status

ROOT = os.geteuid() == 0


def _slow() -> Plan:
    """Three slow steps in a row beside a quick one; each writes half its output, then the rest."""
    halves = 'cat "$@" /dev/null > o; echo half >> o; sleep 0.25; echo whole >> o'
    return plan_of(
        sh("a", halves),
        sh("b", halves, ref("a")),
        sh("c", halves, ref("b")),
        sh("quick", "echo q > o"),
    )


@pytest.mark.parametrize("delay", [0.02, 0.15, 0.3, 0.45, 0.6])
def test_kill_9_at_any_time(tmp_path: Path, delay: float) -> None:
    runner = start_runner(tmp_path, _slow())
    wait_for((tmp_path / "a/1").exists)
    time.sleep(delay)
    kill(runner)
    done = {name for name in ("a", "b", "c", "quick") if (tmp_path / name / "1/end.json").exists()}
    again = run(tmp_path, _slow())
    assert again.outcome.state == "done"
    assert set(again.ran) == {"a", "b", "c", "quick"} - done
    end = again.outcome.standings["c"].end
    assert end is not None
    assert text(tmp_path, f"{end.place}/o") == "half\nwhole\n" * 3
    read_journal(tmp_path / "journal.jsonl")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_programs_that_outlive_a_killed_runner_are_ended(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo $$ > pid; [ -e ../2 ] || sleep 300; echo 1 > o"))
    runner = start_runner(tmp_path, plan)
    (pid,) = _pids(tmp_path, "a/1/pid")
    wait_for(lambda: "spawned" in text(tmp_path, "journal.jsonl"))
    kill(runner)
    assert alive(pid)
    copy = tmp_path.with_name(tmp_path.name + "_copy")
    shutil.copytree(tmp_path, copy)
    (copy / "a/2").mkdir()
    assert run(copy, plan).outcome.state == "done"
    assert alive(pid), "the program of a folder that was copied is not ours to end"
    (tmp_path / "a/2").mkdir()
    again = run(tmp_path, plan)
    assert again.outcome.state == "done"
    assert not alive(pid)
    assert any("a killed runner left" in e.message for e in again.events if e.kind == "notice")


def _pids(folder: Path, *places: str) -> list[int]:
    def read() -> list[int]:
        try:
            return [int(text(folder, place)) for place in places]
        except (OSError, ValueError):
            return []

    found: list[int] = wait_for(read)
    return found


GRANDCHILDREN = """
sleep 300 & echo $! > one
sh -c 'trap "" TERM; echo $$ > two; while :; do sleep 0.05; done' &
wait
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_children_and_grandchildren(tmp_path: Path, number: signal.Signals) -> None:
    plan = plan_of(sh("a", GRANDCHILDREN), sh("b", "echo 1 > o"))
    runner = start_runner(tmp_path, plan)
    pids = _pids(tmp_path, "a/1/one", "a/1/two")
    wait_for((tmp_path / "b/1/end.json").exists)
    assert {s.step: s.state.value for s in status(tmp_path, plan)} == {"a": "running", "b": "done"}
    said = kill(runner, number)
    assert runner.returncode == 4
    assert "interrupted (a will run again)" in said
    assert not any(alive(pid) for pid in pids)
    assert not (tmp_path / "a/1/end.json").exists()
    events = [entry["event"] for entry in read_journal(tmp_path / "journal.jsonl").entries]
    assert events[-2:] == ["interrupted", "run-end"]
    assert {s.step: s.state.value for s in status(tmp_path, plan)} == {"a": "waiting", "b": "done"}


def test_a_program_deaf_to_sigterm_is_killed_by_the_second_ctrl_c(tmp_path: Path) -> None:
    plan = plan_of(sh("a", 'trap "" TERM; echo $$ > pid; while :; do sleep 0.05; done'))
    runner = start_runner(tmp_path, plan)
    (pid,) = _pids(tmp_path, "a/1/pid")
    began = time.monotonic()
    runner.send_signal(signal.SIGINT)
    time.sleep(0.3)
    kill(runner, signal.SIGINT)
    assert time.monotonic() - began < 4
    assert runner.returncode == 4
    assert not alive(pid)


def test_a_program_that_ends_well_on_sigterm_does_not_count(tmp_path: Path) -> None:
    plan = plan_of(sh("a", 'trap "echo x > o; exit 0" TERM; echo $$ > pid; sleep 300 & wait'))
    runner = start_runner(tmp_path, plan)
    _pids(tmp_path, "a/1/pid")
    kill(runner, signal.SIGTERM)
    assert runner.returncode == 4
    assert not (tmp_path / "a/1/end.json").exists()


def test_cancel_from_another_thread(tmp_path: Path) -> None:
    cancel = threading.Event()
    threading.Timer(0.4, cancel.set).start()
    began = time.monotonic()
    ran = run(tmp_path, plan_of(sh("a", "sleep 300"), sh("b", "", ref("a"))), cancel=cancel)
    assert time.monotonic() - began < 5
    assert ran.outcome.state == "interrupted"
    assert ran.state("a") is StepState.WAITING


def test_an_own_function_that_does_not_stop_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweepwright.run.loop.GRACE_S", 0.5)
    cancel, go_on = threading.Event(), threading.Event()

    def stubborn(call: StepCall) -> None:
        cancel.set()
        go_on.wait(20)
        (call.folder / "o").write_text("late")

    step = sh("a", "").model_copy(update={"program": "sweepwright:stubborn", "argv": ()})
    ran = run(tmp_path, plan_of(step), Registry({"stubborn": stubborn}), cancel=cancel)
    assert ran.outcome.state == "interrupted"
    go_on.set()
    wait_for((tmp_path / "a/1/stderr").exists)
    time.sleep(0.1)
    assert not (tmp_path / "a/1/end.json").exists()


def test_what_a_program_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    run(tmp_path, plan_of(sh("a", "sleep 300 & echo $! > o")))
    pid = int(text(tmp_path, "a/1/o"))
    wait_for(lambda: not alive(pid))


def test_one_runner_a_folder(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "sleep 1; echo 1 > o"))
    runner = start_runner(tmp_path, plan)
    wait_for((tmp_path / "a/1").exists)
    second = run_plan(tmp_path, plan, Registry())
    assert second.state == "refused"
    assert second.diagnostics[0].code == "SW-R014"
    assert f"process {runner.pid} on " in second.diagnostics[0].message
    assert runner.wait(20) == 0
    assert run(tmp_path, plan).ran == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)]
    if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_no_space_left(tiny_disk: Path) -> None:
    fill = "dd if=/dev/zero of=fill bs=1k count=1000 2>/dev/null; echo 1 > o; true"
    plan = plan_of(
        sh("a", "echo 1 > o"), sh("b", fill, ref("a")), sh("c", 'cat "$1" > o', ref("b"))
    )
    ran = run(tiny_disk, plan)
    assert ran.outcome.state == "failed"
    assert ran.state("a") is StepState.DONE
    assert ran.state("b") is not StepState.DONE
    told = [item.message for item in (*ran.outcome.diagnostics, *ran.outcome.failures)]
    assert told, "the reason is told"
    assert not (tiny_disk / "b/1/end.json").exists() or ran.state("b") is StepState.FAILED
    for path in tiny_disk.glob("*/*/fill"):
        path.unlink()
    mended = plan_of(plan.steps[0], sh("b", "echo 1 > o", ref("a")), plan.steps[2])
    again = run(tiny_disk, mended)
    assert again.outcome.state == "done"
    assert again.ran == ["b", "c"]


def test_no_space_for_the_journal(tiny_disk: Path) -> None:
    plan = plan_of(sh("a", "echo 1 > o"))
    write(tiny_disk, plan)
    with (tiny_disk / "fill").open("wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(b"0" * 512)
    outcome = run_plan(tiny_disk, plan, Registry())
    assert outcome.state in ("refused", "failed")
    assert outcome.diagnostics[0].code == "SW-R016"
    assert "No space left" in outcome.diagnostics[0].message
    (tiny_disk / "fill").unlink()
    assert run(tiny_disk, plan).outcome.state == "done"


def test_read_only_folder(tmp_path: Path) -> None:
    folder, plan = tmp_path / "run", plan_of(sh("a", "echo 1 > o"))
    write(folder, plan)
    if ROOT:
        bind = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
        if subprocess.run(bind, capture_output=True, check=False).returncode:
            pytest.skip("cannot mount")
    else:
        folder.chmod(0o555)
    try:
        outcome = run_plan(folder, plan, Registry())
    finally:
        _ = (
            subprocess.run(["umount", "-l", str(folder)], check=True)
            if ROOT
            else folder.chmod(0o755)
        )
    assert outcome.state == "refused"
    assert outcome.diagnostics[0].code == "SW-R016"
