"""What a step is given and what becomes of it: files, holes, links, ladders, judges, conditions."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from tiny import plan_of, ref, run, sh, text

from sweepwright.model.plan import Attempt, Condition, Filled, Hole, LineTable, Output, Result, Step
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.records.ends import last_end, read_end
from sweepwright.run import JudgeCall, Registry, StepCall, StepError, StepState, run_step


def test_files_reach_the_next_step(tmp_path: Path) -> None:
    plan = plan_of(
        sh("a", "echo one > o"),
        sh(
            "b@x",
            'echo "$1" > o; cat "$1" in/linked >> o',
            ref("a"),
            inputs=(ref("a", link="in/linked"),),
        ),
    )
    ran = run(tmp_path, plan)
    assert ran.outcome.state == "done"
    assert ran.outcome.exit_code == 0
    assert text(tmp_path, "b/x/1/o") == "../../../a/1/o\none\none\n"
    assert str((tmp_path / "b/x/1/in/linked").readlink()) == "../../../../a/1/o"


def test_a_linked_argument_is_named_by_its_link(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo one > o"), sh("b", 'echo "$1" > o', ref("a", link="here")))
    run(tmp_path, plan)
    assert text(tmp_path, "b/1/o") == "here\n"


def test_outputs_become_read_only_and_digested(tmp_path: Path) -> None:
    run(tmp_path, plan_of(sh("a", "printf hello > o")))
    assert stat.S_IMODE((tmp_path / "a/1/o").stat().st_mode) & 0o222 == 0
    end = read_end(tmp_path / "a/1")
    assert end is not None
    assert end.made["o"].sha256.startswith("2cf24dba5fb0a30e26e83b2ac5b9e29e")
    assert end.made["o"].bytes == 5
    assert end.usage.of == "process"


def test_holes_are_filled_by_decisions_and_by_the_machine(tmp_path: Path) -> None:
    decide = """echo '{"values": {"group": "P 21 21 21", "cell": [1.50, 2]}}' > decision.json"""
    lines = (
        ("group ", Hole(leaf="g", decision="decide@A.group", origin="rule r")),
        ("cell ", Hole(leaf="c", decision="decide@A.cell", style="phil")),
        ("fixed ", Filled(text="7", leaf="f", origin="job f")),
        ("threads ", Hole(leaf="t", resource="threads")),
    )
    step = sh(
        "b", 'cat in.txt > o; echo "$@" >> o', Hole(leaf="g", decision="decide@A.group"),
        files=(LineTable(name="in.txt", lines=lines, comment="#"),), threads="share",
    )  # fmt: skip
    ran = run(
        tmp_path, plan_of(sh("decide@A", decide, outputs=("decision.json",)), step), threads=3
    )
    assert ran.outcome.state == "done"
    got = [" ".join(line.split()) for line in text(tmp_path, "b/1/o").splitlines()]
    assert got == ["group P 21 21 21 # rule r", "cell 1.5,2", "fixed 7 # job f", "threads 3",
                   "P 21 21 21"]  # fmt: skip


def test_a_hole_that_nothing_fills_fails_the_step(tmp_path: Path) -> None:
    decide = """echo '{"values": {}}' > decision.json"""
    step = sh("b", "touch o", Hole(leaf="g", decision="d.group"))
    ran = run(tmp_path, plan_of(sh("d", decide, outputs=("decision.json",)), step))
    assert ran.state("b") is StepState.FAILED
    assert "d gave no value" in ran.outcome.failures[0].message


def test_environment_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "1")
    monkeypatch.setenv("CCP4_MASTER", "/x")
    run(tmp_path, plan_of(sh("a", "env > o; cat >> o")))
    got = text(tmp_path, "a/1/o").splitlines()
    assert "LC_ALL=C" in got
    assert "OMP_NUM_THREADS=1" in got
    assert "CCP4_MASTER=/x" in got
    assert f"CCP4_SCR={(tmp_path / 'a/1').resolve()}" in got
    assert not any("SECRET" in line for line in got)


def test_ladder_goes_on_until_one_rung_succeeds(tmp_path: Path) -> None:
    table = LineTable(name="p", lines=((Filled(text="1", leaf="x"),),), comment="#")
    rungs = tuple(
        Attempt(set={"x": str(n)} if n > 1 else {}, reason=f"try {n}") for n in (1, 2, 3, 4)
    )
    step = sh("a", 'cut -c1 p > o; [ "$(cat o)" -ge 3 ]', files=(table,), attempts=rungs)
    plan = plan_of(step, sh("b", 'cat "$1" > o', ref("a")))
    ran = run(tmp_path, plan)
    assert ran.ran == ["a", "a", "a", "b"]
    assert text(tmp_path, "b/1/o") == "3\n"
    assert "ladder: try 3" in text(tmp_path, "a/3/p")
    end = last_end(tmp_path / "a")
    assert end is not None
    assert (end.attempt, end.rung, end.usable) == (3, 2, True)
    again = run(tmp_path, plan)
    assert again.ran == []


def test_ladder_goes_on_where_an_interrupted_run_left_it(tmp_path: Path) -> None:
    table = LineTable(name="p", lines=((Filled(text="1", leaf="x"),),))
    rungs = tuple(Attempt(set={"x": str(n)}, reason=f"try {n}") for n in (1, 2))
    plan = plan_of(sh("a", "cat p > o; grep -q 2 p", files=(table,), attempts=rungs))
    run(tmp_path, plan)
    (tmp_path / "a/2/end.json").unlink()
    assert run(tmp_path, plan).ran == ["a"]
    assert text(tmp_path, "a/3/o") == "2\n"


def test_ladder_that_ends_fails_and_starts_anew(tmp_path: Path) -> None:
    rungs = tuple(Attempt(reason=f"try {n}") for n in (1, 2))
    plan = plan_of(sh("a", "exit 1", attempts=rungs))
    assert run(tmp_path, plan).outcome.state == "failed"
    assert run(tmp_path, plan).ran == ["a", "a"]


def test_last_takes_the_last_that_ran(tmp_path: Path) -> None:
    """A corrective step that is not needed is skipped; one that fails is no reason to do without it."""
    ran = run(tmp_path, plan_of(
        sh("a", "echo 1 > o"),
        sh("better", "echo 2 > o"),
        sh("idle", "echo 3 > o", when=Condition(step="a", outcome="failure")),
        sh("broken", "exit 1"),
        sh("used", 'cat "$@" > o', ref("a", "better", "idle", need="last")),
        sh("stopped", 'cat "$@" > o', ref("a", "broken", need="last")),
    ))  # fmt: skip
    assert ran.state("idle") is StepState.SKIPPED
    assert text(tmp_path, "used/1/o") == "2\n"
    assert ran.outcome.blocked == {"stopped": "broken failed"}


def test_present_takes_what_succeeded(tmp_path: Path) -> None:
    steps = [sh(f"a@{n}", f"echo {n} > o; exit {n % 2}") for n in range(4)]
    names = [step.id for step in steps]
    merge = sh("m", 'cat "$@" > o', ref(*names, need="present", at_least=2))
    ran = run(tmp_path, plan_of(*steps, merge))
    assert ran.outcome.state == "failed"
    assert ran.state("m") is StepState.DONE
    assert text(tmp_path, "m/1/o") == "0\n2\n"


def test_at_least_and_all_block(tmp_path: Path) -> None:
    steps = [sh(f"a@{n}", f"echo {n} > o; exit {n % 2}") for n in range(4)]
    names = [step.id for step in steps]
    ran = run(tmp_path, plan_of(
        *steps,
        sh("few", 'cat "$@" > o', ref(*names, need="present", at_least=3)),
        sh("whole", 'cat "$@" > o', ref(*names, need="all")),
        sh("later", 'cat "$@" > o', ref("whole")),
    ))  # fmt: skip
    assert ran.outcome.blocked == {
        "few": "only 2 of 4 steps made 'o', 3 needed",
        "whole": "a@1 failed; a@3 failed",
        "later": "whole is blocked",
    }


@pytest.mark.parametrize(("code", "expected"), [(0, "skipped"), (1, "done")])
def test_condition_on_an_outcome(tmp_path: Path, code: int, expected: str) -> None:
    rescue = sh("b", "touch o; echo x > o", when=Condition(step="a", outcome="failure"))
    ran = run(tmp_path, plan_of(sh("a", f"echo 1 > o; exit {code}"), rescue))
    assert ran.state("b") == expected


def test_condition_on_a_decision(tmp_path: Path) -> None:
    decide = """echo '{"values": {"go": true}}' > decision.json"""
    ran = run(tmp_path, plan_of(
        sh("d", decide, outputs=("decision.json",)),
        sh("yes", "echo 1 > o", when=Condition(step="d", field="go", equals=True)),
        sh("no", "echo 1 > o", when=Condition(step="d", field="go", equals=False)),
        sh("after_no", 'cat "$1" > o', ref("no")),
        sh("either", 'cat "$@" > o', ref("yes", "no", need="present")),
    ))  # fmt: skip
    states = {name: item.state.value for name, item in ran.outcome.standings.items()}
    assert states == {"d": "done", "yes": "done", "no": "skipped", "after_no": "blocked",
                      "either": "done"}  # fmt: skip


def test_failure_tells_all_that_is_needed(tmp_path: Path) -> None:
    script = "seq 30; echo 'it broke' >&2; exit 3"
    ran = run(tmp_path, plan_of(sh("a", script), sh("b", "echo 1 > o"), sh("c", "", ref("a"))))
    assert ran.outcome.exit_code == 3
    assert ran.state("b") is StepState.DONE
    (failure,) = ran.outcome.failures
    assert (failure.step, failure.folder, failure.exit_code) == ("a", "a/1", 3)
    assert failure.message == "exit code 3"
    assert failure.command.startswith("sh -c ")
    assert failure.log == ("it broke", *(str(n) for n in range(12, 31)))


def test_missing_and_empty_outputs_are_failures(tmp_path: Path) -> None:
    optional = Step(id="c", program="true", folder="c", outputs=(Output(name="o", optional=True),))
    ran = run(tmp_path, plan_of(sh("a", "true"), sh("b", ": > o"), optional))
    assert [item.message for item in ran.outcome.failures] == [
        "ended well but did not write 'o'",
        "wrote nothing into 'o'",
    ]
    assert ran.state("c") is StepState.DONE


def test_signals_are_named(tmp_path: Path) -> None:
    ran = run(tmp_path, plan_of(sh("a", "kill -9 $$")))
    assert ran.outcome.failures[0].message == "was stopped by SIGKILL"
    assert "memory" in ran.outcome.failures[0].help


def test_judges_have_the_last_word_but_one(tmp_path: Path) -> None:
    def lenient(call: JudgeCall) -> Verdict:
        return Verdict(Outcome.SOFT_FAILURE, f"code {call.exit_code}", values={"n": float("nan")})

    def broken(_: JudgeCall) -> Verdict:
        raise ValueError("cannot read")

    registry = Registry(judges={"lenient": lenient, "broken": broken})
    plan = plan_of(
        sh("a", "echo 1 > o; exit 7", judge="lenient"),
        sh("none", "exit 7", judge="lenient"),
        sh("b", "echo 1 > o", judge="broken"),
    )
    ran = run(tmp_path, plan, registry)
    assert ran.state("a") is StepState.DONE
    assert [(f.step, f.message) for f in ran.outcome.failures] == [
        ("none", "ended well but did not write 'o'"),
        ("b", "the judge 'broken' failed: ValueError: cannot read"),
    ]
    assert json.loads(text(tmp_path, "a/1/end.json"))["verdict"]["values"] == {"n": None}


def _own(step_id: str, *inputs: object, **more: object) -> Step:
    table = LineTable(name="parameters.json", lines=(('{"times": 2}',),))
    return Step.model_validate(
        {"id": step_id, "program": "sweepwright:repeat", "folder": step_id, "inputs": inputs,
         "files": (table,), "outputs": (Output(name="o"),), **more}
    )  # fmt: skip


def test_own_functions(tmp_path: Path) -> None:
    def repeat(call: StepCall) -> None:
        content = "".join(path.read_text() for path in call.inputs)
        (call.folder / "o").write_text(content * call.parameters["times"])

    plan = plan_of(sh("a", "echo x > o"), _own("b", ref("a"), ref("a", link="l")))
    ran = run(tmp_path, plan, Registry({"repeat": repeat}))
    assert ran.outcome.state == "done"
    assert text(tmp_path, "b/1/o") == "x\nx\nx\nx\n"
    end = last_end(tmp_path / "b")
    assert end is not None
    assert end.usage.of == "thread"
    assert end.command == ("sweepwright:repeat", "../../a/1/o", "l")
    assert run(tmp_path, plan, Registry({"repeat": repeat})).ran == []


def test_own_functions_that_fail(tmp_path: Path) -> None:
    def expected(_: StepCall) -> None:
        raise StepError("no spots", "Collect better crystals.")

    def bug(_: StepCall) -> None:
        raise ZeroDivisionError("a bug")

    (failure,) = run(
        tmp_path / "1", plan_of(_own("a")), Registry({"repeat": expected})
    ).outcome.failures
    assert (failure.message, failure.help, failure.exit_code) == (
        "no spots", "Collect better crystals.", 1)  # fmt: skip
    (failure,) = run(tmp_path / "2", plan_of(_own("a")), Registry({"repeat": bug})).outcome.failures
    assert failure.message == "ZeroDivisionError: a bug"
    assert failure.log[0].startswith("Traceback")


def test_an_input_changed_while_a_step_runs_fails_it(tmp_path: Path) -> None:
    plan = plan_of(
        sh("a", "echo x > o"), sh("b", 'echo 1 > o; chmod u+w "$1"; echo y >> "$1"', ref("a"))
    )
    ran = run(tmp_path, plan)
    assert "was changed while it ran" in ran.outcome.failures[0].message


def test_results_are_delivered(tmp_path: Path) -> None:
    result = Result(path="results/x/final.txt", step="a", name="o", role="r")
    lost = Result(path="results/lost.txt", step="b", name="o", role="r")
    table = LineTable(name="p", lines=(("1",),))
    plan = plan_of(sh("a", "cat p > o", files=(table,)), sh("b", "false"), results=(result, lost))
    run(tmp_path, plan)
    assert text(tmp_path, "results/x/final.txt") == "1\n"
    assert not (tmp_path / "results/lost.txt").exists()
    changed = table.model_copy(update={"lines": (("2",),)})
    plan = plan_of(sh("a", "cat p > o", files=(changed,)), sh("b", "false"), results=(result, lost))
    run(tmp_path, plan)
    assert text(tmp_path, "results/x/final.txt") == "2\n"
    assert os.listdir(tmp_path / "results/x") == ["final.txt"]  # noqa: PTH208


def test_run_step_by_step(tmp_path: Path) -> None:
    plan = plan_of(sh("a", "echo x > o"), sh("b", 'cat "$1" > o', ref("a")))
    early = run_step(tmp_path, plan, "b", Registry())
    assert (early.state, early.blocked) == ("failed", {"b": "a has not run"})
    assert run_step(tmp_path, plan, "a", Registry()).state == "done"
    done = run_step(tmp_path, plan, "b", Registry(), placed=True)
    end = done.standings["b"].end
    assert end is not None
    assert end.usable
    assert run(tmp_path, plan).ran == []


def test_until(tmp_path: Path) -> None:
    plan = plan_of(
        sh("a", "echo x > o"), sh("b", 'cat "$1" > o', ref("a")), sh("c", 'cat "$1" > o', ref("b"))
    )
    assert run(tmp_path, plan, until="b").ran == ["a", "b"]
    assert run(tmp_path, plan).ran == ["c"]
    assert run(tmp_path, plan, until="z").outcome.diagnostics[0].code == "SW-R013"


def test_a_program_reads_its_file_on_standard_input(tmp_path: Path) -> None:
    lines = (("TITLE ", Hole(leaf="t", decision="decide.title")), ("END",))
    table = LineTable(name="script", lines=lines)
    plan = plan_of(
        sh("decide", """echo '{"values": {"title": "here"}}' > decision.json""",
           outputs=("decision.json",)),
        sh("reads", "cat > o", files=(table,), stdin="script"),
        sh("silent", "cat > o; echo end >> o"),
    )  # fmt: skip
    assert run(tmp_path, plan).outcome.state == "done"
    assert text(tmp_path, "reads/1/o") == "TITLE here\nEND\n"
    assert text(tmp_path, "silent/1/o") == "end\n"


def test_standard_input_is_a_file_of_the_step() -> None:
    with pytest.raises(ValueError, match="no file of the step"):
        sh("reads", "cat > o", stdin="elsewhere")
