"""Environment modules, loaded by the command of this machine: what they bring is found and runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import plan_of, run, sh, text
from tiny_images import write_series

from sweepwright.api.front import Options, resolve_job
from sweepwright.model.plan import Step
from sweepwright.programs.modules import ModulesError, with_modules

STANDINS = Path(__file__).parents[1] / "standins"

pytestmark = pytest.mark.skipif(
    not Path("/usr/share/modules/init/bash").exists(), reason="no Environment Modules are here"
)


@pytest.fixture(autouse=True)
def modulefiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules, one of which brings a program that is nowhere else."""
    program = tmp_path / "opt/bin/greet"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "hello from $CCP4_GREETS" > o\n')
    program.chmod(0o755)
    folder = tmp_path / "modulefiles"
    (folder / "greet").mkdir(parents=True)
    (folder / "greet/1.2").write_text(
        f"#%Module\nprepend-path PATH {program.parent}\nsetenv CCP4_GREETS module\n"
    )
    (folder / "xds").write_text(f"#%Module\nprepend-path PATH {STANDINS}\n")
    (folder / "broken").write_text("#%Module\nno-such-command\n")
    monkeypatch.setenv("MODULEPATH", str(folder))
    monkeypatch.delenv("LOADEDMODULES", raising=False)
    return folder


def greeting() -> Step:
    return sh("a", "").model_copy(update={"program": "greet", "argv": ()})


def test_a_program_of_a_module_runs(tmp_path: Path) -> None:
    plan = plan_of(greeting()).model_copy(update={"modules": ("greet",)})
    assert run(tmp_path, plan).outcome.state == "done"
    assert text(tmp_path, "a/1/o") == "hello from module\n"


def test_without_its_module_the_program_is_not_there(tmp_path: Path) -> None:
    outcome = run(tmp_path, plan_of(greeting())).outcome
    assert [item.code for item in outcome.diagnostics] == ["SW-R007"]


@pytest.mark.parametrize("name", ["absent", "greet/9", "broken"])
def test_what_cannot_be_loaded_is_not_run(tmp_path: Path, name: str) -> None:
    plan = plan_of(greeting()).model_copy(update={"modules": ("greet", name)})
    outcome = run(tmp_path, plan).outcome
    assert [item.code for item in outcome.diagnostics] == ["SW-R017"]
    assert name in outcome.diagnostics[0].message
    assert not (tmp_path / "a").exists()


def test_where_there_is_no_bash(tmp_path: Path) -> None:
    with pytest.raises(ModulesError, match="bash cannot be started"):
        with_modules(["greet"], {"PATH": str(tmp_path)})


def test_auto_means_the_engine_that_a_module_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "data", "x_####.cbf", "1-6")
    job = tmp_path / "job.yaml"
    for modules, engine in (("[xds]", "xds"), ("[]", "dials")):
        job.write_text(
            f"sweepwright: 1\nrun: {{modules: {modules}}}\nsweeps:\n  - images: data/x_####.cbf\n"
        )
        front = resolve_job(job, Options())
        assert front.job is not None, front.diagnostics
        assert front.job.engine.known == engine


def test_a_job_with_modules_of_elsewhere_compiles(tmp_path: Path) -> None:
    write_series(tmp_path / "data", "x_####.cbf", "1-6")
    job = tmp_path / "job.yaml"
    job.write_text(
        "sweepwright: 1\nprocessing: {engine: dials}\nrun: {modules: [elsewhere/2]}\n"
        "sweeps:\n  - images: data/x_####.cbf\n"
    )
    front = resolve_job(job, Options())
    assert front.job is not None
    told = next(item for item in front.diagnostics if item.code == "SW-E059")
    assert "elsewhere/2" in told.message
    assert told.span is not None and told.span.line == 3
