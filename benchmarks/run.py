"""Benchmarks of whole processes in paired runs: ``python benchmarks/run.py [--pairs N] [NAME ...]``.

compile  cold ``sweepwright compile`` of the demo job against ``dials.import`` of the same images
run      ``sweepwright run`` against a shell script with the same DIALS commands

The two of a pair run one after the other, so that a machine whose speed drifts does not matter; the
median of the ratios is what counts. docs/explanation/benchmarks.md has the goals and what was seen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sweepwright.model.plan import Plan
from sweepwright.records.ends import last_end

REPOSITORY = Path(__file__).resolve().parents[1]
SWEEPWRIGHT = (str(Path(sys.executable).with_name("sweepwright")),)


def timed(*command: object, folder: Path) -> float:
    """Wall seconds of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run(
        [str(word) for word in command], cwd=folder, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start


def pairs(count: int, ours: Callable[[int], float], other: Callable[[int], float]) -> None:
    """Runs both in turn, and prints medians and the ratio of each pair."""
    times = [(ours(i), other(i)) for i in range(1, count + 1)]
    ratios = sorted(a / b for a, b in times)
    print(
        f"  ours {statistics.median(a for a, _ in times):.2f} s, other "
        f"{statistics.median(b for _, b in times):.2f} s, ratio {statistics.median(ratios):.3f} "
        f"({ratios[0]:.3f} to {ratios[-1]:.3f}, {count} pairs)"
    )


def demo(folder: Path) -> None:
    """The images and the job of the demo."""
    spec = REPOSITORY / "examples/simulations/lysozyme.yaml"
    timed(*SWEEPWRIGHT, "simulate", spec, "-o", folder, folder=REPOSITORY)
    shutil.copy(REPOSITORY / "examples/jobs/lysozyme.yaml", folder)


def bench_compile(folder: Path, count: int) -> None:
    """Goal: the ratio is at most 0.25."""

    def ours(number: int) -> float:
        return timed(*SWEEPWRIGHT, "compile", "lysozyme.yaml", "-o", f"c{number}", folder=folder)

    def other(number: int) -> float:
        out = f"output.experiments=i{number}.expt"
        return timed("dials.import", "template=lyso_####.cbf", out, folder=folder)

    print("compile against dials.import")
    ours(0), other(0)  # the first run of a program reads it from the disk
    pairs(count, ours, other)


def bench_run(folder: Path, count: int) -> None:
    """Goal: the ratio is at most 1.03."""
    timed(*SWEEPWRIGHT, "run", "lysozyme.yaml", "-o", "model", folder=folder)
    script = shell_script(folder / "model")

    def ours(number: int) -> float:
        return timed(*SWEEPWRIGHT, "run", "lysozyme.yaml", "-o", f"r{number}", folder=folder)

    def other(number: int) -> float:
        (folder / f"s{number}").mkdir()
        (folder / f"s{number}/roots").symlink_to(folder / "model/roots")
        return timed("sh", "-c", script, folder=folder / f"s{number}")

    print("run against a shell script of the same DIALS commands")
    pairs(count, ours, other)


def shell_script(run: Path) -> str:
    """The DIALS commands of a finished run, with its filled files, in fresh folders."""
    plan = Plan.model_validate_json((run / "plan.json").read_text(encoding="utf-8"))
    lines = ["set -e"]
    for step in plan.steps:
        end = last_end(run / step.folder)
        assert end is not None
        if step.program.startswith("sweepwright:"):
            continue
        folder = f"{end.folder}/{end.attempt}"
        lines.append(f"mkdir -p {folder}")
        lines += [f"cp {run / folder / table.name} {folder}/" for table in step.files]
        lines.append(f"(cd {folder} && {' '.join(end.command)} > stdout 2> stderr)")
    return "\n".join(lines)


def main() -> None:
    """Runs the benchmarks that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["compile", "run"])
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # as the runner gives it to every program
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        folder = Path(place) / "demo"
        demo(folder)
        for name in asked.names:
            {"compile": bench_compile, "run": bench_run}[name](folder, asked.pairs)


if __name__ == "__main__":
    main()
