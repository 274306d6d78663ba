"""Plans of tiny real programs, and how the tests run them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweepwright.model.plan import FileRef, Output, Plan, Step
from sweepwright.records.folder import plan_bytes
from sweepwright.run import Event, Registry, RunOutcome, StepState, run_plan

RUNNER = """
import sys
from pathlib import Path
from sweepwright.run import Registry, load_plan, run_plan
from sweepwright.run.progress import PlainProgress
folder = Path(sys.argv[1])
plan, problems = load_plan(folder)
assert plan is not None, problems
outcome = run_plan(folder, plan, Registry(), threads=2, on_event=PlainProgress(sys.stdout))
for item in outcome.diagnostics:
    print(item.code, item.message, item.help)
sys.exit(outcome.exit_code)
"""

#: started by a test; `conftest` ends those that a failed test left
RUNNERS: list[subprocess.Popen[str]] = []


def ref(*steps: str, name: str = "o", **more: Any) -> FileRef:
    return FileRef(steps=steps, name=name, **more)


def sh(
    step_id: str, script: str, *refs: Any, outputs: tuple[str, ...] = ("o",), **more: Any
) -> Step:
    """A step that runs a shell script; its arguments are the files."""
    return Step(
        id=step_id,
        program="sh",
        argv=("-c", script, "sh", *refs),
        folder=step_id.replace("@", "/"),
        outputs=tuple(Output(name=name) for name in outputs),
        **more,
    )


def plan_of(*steps: Step, **more: Any) -> Plan:
    return Plan(name="tiny", steps=steps, **more)


def write(folder: Path, plan: Plan) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "plan.json").write_bytes(plan_bytes(plan))


@dataclass
class Ran:
    outcome: RunOutcome
    events: list[Event] = field(default_factory=list)

    def state(self, step_id: str) -> StepState:
        return self.outcome.standings[step_id].state

    @property
    def ran(self) -> list[str]:
        """The steps of which an attempt was started, in that order."""
        return [e.step for e in self.events if e.kind == "start"]


def run(folder: Path, plan: Plan, registry: Registry | None = None, **more: Any) -> Ran:
    write(folder, plan)
    events: list[Event] = []
    more = {"threads": 4, **more}
    outcome = run_plan(folder, plan, registry or Registry(), on_event=events.append, **more)
    return Ran(outcome, events)


def text(folder: Path, place: str) -> str:
    return (folder / place).read_text()


def start_runner(folder: Path, plan: Plan) -> subprocess.Popen[str]:
    """A runner in a process of its own."""
    write(folder, plan)
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    RUNNERS.append(runner)
    return runner


def wait_for(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError("waited in vain")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def kill(process: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> str:
    process.send_signal(number)
    return process.communicate(timeout=30)[0]
