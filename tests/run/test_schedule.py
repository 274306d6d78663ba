"""Order, parallelism, threads, and size of plans."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import plan_of, ref, run, sh, text

from sweepwright.model.plan import Hole, Output, Plan, Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.run import Registry, StepState

STAMP = "date +%s%N > began; sleep 0.3; date +%s%N > ended; echo x > o"


def _most_at_once(folder: Path, names: list[str]) -> int:
    spans = [[int(text(folder, f"{n}/1/{w}")) for w in ("began", "ended")] for n in names]
    return max(sum(b <= start < e for b, e in spans) for start, _ in spans)


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (3, 3)])
def test_as_many_at_once_as_there_are_threads(tmp_path: Path, threads: int, most: int) -> None:
    names = [f"s{n}" for n in range(4)]
    run(tmp_path, plan_of(*(sh(name, STAMP) for name in names)), threads=threads)
    assert _most_at_once(tmp_path, names) == most


def test_threads_are_shared(tmp_path: Path) -> None:
    hole = Hole(leaf="t", resource="threads")
    say = 'echo "$1 $OMP_NUM_THREADS" > o; sleep 0.1'
    plan = plan_of(
        sh("single", "echo x > o"),
        sh("alone", say, hole, inputs=(ref("single"),), threads="share"),
        *(sh(f"pair@{n}", say, hole, inputs=(ref("alone"),), threads="share") for n in (1, 2)),
    )
    run(tmp_path, plan, threads=8)
    assert text(tmp_path, "alone/1/o") == "8 8\n"
    assert text(tmp_path, "pair/1/1/o") == text(tmp_path, "pair/2/1/o") == "4 4\n"


def _touch(number: int, before: int | None) -> Step:
    inputs = () if before is None else (ref(f"s@n{before}"),)
    return Step(id=f"s@n{number}", program="touch", argv=("o",), folder=f"s/{number}x",
                inputs=inputs, outputs=(Output(name="o"),), judge="fine")  # fmt: skip


FINE = Registry(judges={"fine": lambda _: Verdict(Outcome.SUCCESS)})


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: syncs of a busy disk are not ours to measure."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def test_a_chain_of_2000_steps(quick_disk: Path) -> None:
    plan = Plan(name="chain", steps=tuple(_touch(n, n - 1 if n else None) for n in range(2000)))
    spent, began = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = run(quick_disk, plan, FINE)
    own_ms = (time.process_time() - spent) / 2000 * 1e3
    assert ran.outcome.state == "done"
    assert own_ms < 6, f"{own_ms:.2f} ms of the runner's own time a step"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 200_000
    assert len(run(quick_disk, plan, FINE).outcome.reused) == 2000


def test_10000_steps_that_cannot_run(tmp_path: Path) -> None:
    first = sh("s@n0", "false")
    plan = Plan(name="blocked", steps=(first, *(_touch(n, n - 1) for n in range(1, 10_000))))
    ran = run(tmp_path, plan, FINE)
    assert len(ran.outcome.blocked) == 9_999


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 7))):
        names = [step.id for step in steps]
        refs = []
        if names:
            for chosen in draw(st.lists(st.lists(st.sampled_from(names), min_size=1, unique=True),
                                        max_size=2)):  # fmt: skip
                need = draw(st.sampled_from(["all", "present"]))
                refs.append(ref(*chosen, need=need, at_least=draw(st.integers(1, 2))))
        fails = draw(st.integers(0, 3)) == 0
        script = "false" if fails else 'cat "$@" /dev/null > o; echo "$0" >> o'
        threads = draw(st.sampled_from(["one", "share"]))
        steps.append(sh(f"s@n{number}", script, *refs, threads=threads))
    return Plan(name="random", steps=tuple(steps))


@settings(max_examples=25, deadline=None)
@given(plan=plans(), threads=st.integers(1, 4))
def test_every_step_ends_in_a_final_state_and_in_order(plan: Plan, threads: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ran = run(Path(folder), plan, threads=threads)
        states = {name: item.state for name, item in ran.outcome.standings.items()}
        assert set(states) == {step.id for step in plan.steps}
        assert set(states.values()) <= {StepState.DONE, StepState.FAILED, StepState.BLOCKED}
        ended: set[str] = set()
        for event in ran.events:
            if event.kind == "start":
                assert set(plan.step(event.step).after) <= ended
            if event.kind in ("step-end", "blocked"):
                ended.add(event.step)
        good = all(state is StepState.DONE for state in states.values())
        assert (ran.outcome.state == "done") == good
        done = {name for name, state in states.items() if state is StepState.DONE}
        again = run(Path(folder), plan, threads=threads)
        assert not done & set(again.ran)
        assert {name: item.state for name, item in again.outcome.standings.items()} == states
