"""A run as plain shell does the same again."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from tiny import plan_of, ref, run, sh, text

from sweepwright.model.plan import Attempt, Filled, Hole, LineTable, Plan, Result, Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.records.executed import run_executed_sh, run_sh
from sweepwright.run import Registry, StepCall


def _upper(call: StepCall) -> None:
    (call.folder / "o").write_text("".join(path.read_text().upper() for path in call.inputs))


LIAR = Registry(
    {"upper": _upper},
    {"lenient": lambda _: Verdict(Outcome.SUCCESS)},
)


def _plan() -> Plan:
    table = LineTable(
        name="in/p.txt",
        lines=(("it's ", Filled(text="1", leaf="v", origin="job v")),
               ("cell ", Hole(leaf="c", decision="decide.cell")),
               ("roots ../../../../roots/raw/x",)),
        comment="#",
    )  # fmt: skip
    rungs = (Attempt(reason="first"), Attempt(set={"v": "2"}, reason="second"))
    own = Step.model_validate({"id": "own", "program": "sweepwright:upper", "folder": "own",
        "inputs": (ref("deep@A"), ref("liar", link="l")), "outputs": [{"name": "o"}]})  # fmt: skip
    return plan_of(
        sh("decide", """echo '{"values": {"cell": [1.5, 2]}}' > decision.json""",
           outputs=("decision.json",)),
        sh("deep@A", 'cat in/p.txt "$(sed -n "s/^roots //p" in/p.txt)" > o; grep -q 2 in/p.txt; '
           'echo "$1 $OMP_NUM_THREADS" >> o', Hole(leaf="t", resource="threads"), files=(table,),
           attempts=rungs, threads="share").model_copy(update={"folder": "sweeps/A/deep"}),
        sh("liar", 'cat "$1" > o; exit 5', ref("deep@A"), judge="lenient"),
        own,
        sh("fails", "exit 1"),
        sh("after", 'cat "$1" > o', ref("fails")),
        sh("end", 'cat in.d/x "$@" > o', ref("own"), inputs=(ref("liar", link="in.d/x"),)),
        results=(Result(path="results/end.txt", step="end", name="o", role="r"),),
    )  # fmt: skip


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    folder = tmp_path / "a run"
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/x").write_text("image\n")
    (folder / "roots").mkdir(parents=True)
    (folder / "roots/raw").symlink_to(tmp_path / "raw")
    assert run(folder, _plan(), LIAR, threads=3).outcome.state == "failed"
    (folder / "run-executed.sh").write_text(run_executed_sh(folder, _plan()))
    return folder


def _cli(folder: Path, script: str) -> dict[str, str]:
    """An environment in which ``sweepwright`` is a script."""
    (folder / "bin").mkdir()
    tool = folder / "bin/sweepwright"
    tool.write_text("#!/bin/sh\n" + script)
    tool.chmod(0o755)
    return {**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("out", ["", "else where"])
def test_the_same_outputs(ran: Path, tmp_path: Path, out: str) -> None:
    upper = 'shift 2; cat "$@" | tr a-z A-Z > o\n'
    words = ["sh", "a run/run-executed.sh", *([out] if out else [])]
    done = subprocess.run(
        words, cwd=tmp_path, env=_cli(tmp_path, upper), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    again = tmp_path / out if out else ran / "rerun"
    for place in ("sweeps/A/deep/1/o", "liar/1/o", "own/1/o", "end/1/o", "results/end.txt"):
        assert text(again, place) == text(ran, place)
    assert not (again / "fails").exists()
    refused = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "not empty" in refused.stderr


def test_it_stops_where_a_program_fails(ran: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "run-executed.sh"], cwd=ran, env=_cli(tmp_path, "exit 9"), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "own/1 ended with exit code 9" in done.stderr
    assert not (ran / "rerun/end").exists()


def test_it_holds_no_absolute_path(ran: Path, tmp_path: Path) -> None:
    script = text(ran, "run-executed.sh")
    assert str(tmp_path) not in script
    assert f"{Path.home()}/" not in script
    assert re.search("^OMP_NUM_THREADS=[23] sh -c", script, re.MULTILINE)


def test_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text(run_sh(_plan()))
    env = _cli(tmp_path, 'echo "$1 $3" >> "$2/told"; [ "$3" != fails ] || exit 3\n')
    done = subprocess.run(["sh", tmp_path / "run.sh"], env=env, check=False)
    assert done.returncode == 3
    told = text(tmp_path, "told").splitlines()
    assert told[:-1] == [f"step {step.id}" for step in _plan().steps]
    assert told[-1].startswith("report")
