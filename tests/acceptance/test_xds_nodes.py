"""XDS over several nodes: their names come from the allocation, and the number of jobs from the job."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_dials
from standin_tool import PATH, STANDINS
from sweep_tool import command
from tiny_images import write_series

from sweepwright.engines.xds.judge import JUDGES
from sweepwright.model.plan import Plan
from sweepwright.model.verdict import Verdict
from sweepwright.run.hosts import allocated, host_names

JOB = """\
sweepwright: 1
name: run
processing: {engine: xds, until: indexing}
run: {nodes: 2, jobs: 2}
sweeps: [{name: A, images: data/x_####.cbf}]
"""


@pytest.mark.parametrize(
    ("shortened", "names"),
    [
        ("n7", "n7"),
        ("n[08-11]", "n08 n09 n10 n11"),
        ("n[1,3-4],gpu", "n1 n3 n4 gpu"),
        ("r[1-2]n[1-2]-ib", "r1n1-ib r1n2-ib r2n1-ib r2n2-ib"),
        ("a.b.org,c[099-100].d", "a.b.org c099.d c100.d"),
        ("", ""),
    ],
)
def test_slurm_shortens_names(shortened: str, names: str) -> None:
    assert list(host_names(shortened)) == names.split()


@pytest.mark.parametrize("strange", ["n[1-x]", "n[", "a;b", "n[1-2", "-x"])
def test_what_is_no_list_of_names_is_none(strange: str) -> None:
    assert allocated({"SLURM_JOB_NODELIST": strange}) == ("localhost",)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PATH with the stand-ins, and a forkxds, which they never start."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "forkxds").touch(mode=0o755)
    return f"{folder}:{PATH}"


@pytest.fixture(scope="module")
def spread(xds_data: Path, programs: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run within an allocation of three nodes, of which two are asked for."""
    folder = tmp_path_factory.mktemp("nodes")
    shutil.copytree(xds_data / "data", folder / "data")
    (folder / "job.yaml").write_text(JOB)
    allocation = {"PATH": programs, "SLURM_JOB_NODELIST": "cn[09-11]"}
    done = command("run", "job.yaml", folder=folder, environment=allocation)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "run"


def judged(run: Path) -> Verdict:
    plan = Plan.model_validate_json((run / "plan.json").read_text())
    return JUDGES["xds.index"](plan.step("index@A"), run / "sweeps/A/index/1", 0)


def states(verdict: Verdict) -> dict[str, Any]:
    return {finding.code: str(finding.state) for finding in verdict.findings}


@needs_dials
@pytest.mark.dials
@pytest.mark.xdist_group("standin")
def test_within_an_allocation_its_first_nodes_are_named(spread: Path) -> None:
    lines = (spread / "sweeps/A/index/1/XDS.INP").read_text().splitlines()
    assert [line.split("!")[0].split() for line in lines if line.startswith("CLUSTER")] == [
        ["CLUSTER_NODES=", "cn09", "cn10"]
    ]
    assert states(judged(spread))["SW-Q032"] == "not seen"
    assert states(judged(spread))["SW-Q031"] == "not seen"  # of the build that was asked before


@needs_dials
@pytest.mark.dials
@pytest.mark.xdist_group("standin")
def test_outside_an_allocation_one_machine_does_all(spread: Path, tmp_path: Path) -> None:
    """forkxds starts all jobs itself where it is given one name."""
    shutil.copytree(spread, tmp_path / "run", symlinks=True)  # with the times of the files
    inp = tmp_path / "run/sweeps/A/index/1/XDS.INP"
    written = inp.stat()
    inp.write_text(inp.read_text().replace("cn09 cn10", "localhost"))
    os.utime(inp, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert states(judged(tmp_path / "run"))["SW-Q032"] == "seen"


def compiled(folder: Path, text: str) -> tuple[dict[str, Any], str]:
    """The parts of the key of indexing, and its file as compiled."""
    from sweepwright.records.keys import key_parts

    name = f"r{len(list(folder.glob('*.yaml')))}"
    (folder / f"{name}.yaml").write_text(text.replace("name: run", f"name: {name}"))
    done = command("compile", f"{name}.yaml", folder=folder, environment={"PATH": PATH})
    assert done.returncode == 0, done.stderr
    plan = Plan.model_validate_json((folder / name / "plan.json").read_text())
    inp = (folder / name / "sweeps/A/index/XDS.INP").read_text()
    return key_parts(plan.step("index@A"), [("",)], {}, {}, {}), inp


def test_nodes_are_no_part_of_the_key_and_jobs_are(tmp_path: Path) -> None:
    write_series(tmp_path, "data/x_####.cbf", "1-40")
    two, inp = compiled(tmp_path, JOB)
    one, alone = compiled(tmp_path, JOB.replace("nodes: 2, ", ""))
    other, _ = compiled(tmp_path, JOB.replace("jobs: 2", "jobs: 3"))
    assert "CLUSTER_NODES= <at run: nodes>" in inp
    assert "CLUSTER_NODES" not in alone
    assert two == one
    assert two != other


def test_jobs_need_forkxds(tmp_path: Path) -> None:
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    (tmp_path / "job.yaml").write_text(JOB)
    bare = {"PATH": f"{STANDINS}:{os.environ['PATH']}"}
    done = command("run", "job.yaml", folder=tmp_path, environment=bare)
    assert done.returncode == 1
    assert "SW-E001" in done.stderr
    assert "forkxds not on PATH" in done.stderr
    assert json.loads((tmp_path / "run/plan.json").read_text())["engine"] == "xds"
