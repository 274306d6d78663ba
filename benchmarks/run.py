"""Benchmarks of whole processes in paired runs: ``python benchmarks/run.py [--pairs N] [NAME ...]``.

check    cold ``sweepwright check`` of the demo job against an interpreter that loads its libraries
sweeps   ``check`` of a job with 1,000 sweeps against one with a single sweep; images absent, or there
compile  cold ``sweepwright compile`` of the demo job against ``dials.import`` of the same images
run      ``sweepwright run`` against a shell script with the same DIALS commands
headers  one header, warm and in process, against dxtbx and fabio: mini-CBF, SMV, HDF5 master
discover ``sweepwright discover`` of 100,000 images in 25 sweeps against ``find`` of the same files

The two of a pair run one after the other, so that a machine whose speed drifts does not matter; the
median of the ratios is what counts. docs/explanation/benchmarks.md has the goals and what was seen.
"""

from __future__ import annotations

import argparse
import json
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
MARK = b"\x0c\x1a\x04\xd5"
SWEEPWRIGHT = (str(Path(sys.executable).with_name("sweepwright")),)
#: the python that DIALS and fabio are installed in
SYSTEM_PYTHON = "/usr/bin/python3"
SMV = """{
HEADER_BYTES=  512;
DIM=2;
BYTE_ORDER=little_endian;
TYPE=unsigned_short;
SIZE1=512;
SIZE2=512;
PIXEL_SIZE=0.1024;
DETECTOR_SN=926;
DATE=Tue Jun 26 09:43:09 2007;
TIME=1.0;
DISTANCE=200.00;
PHI=10.0;
OSC_START=10.0;
OSC_RANGE=0.5;
WAVELENGTH=0.9795;
BEAM_CENTER_X=26.0;
BEAM_CENTER_Y=27.0;
}
"""
MASTER = """
structure: {space_group: P 43 21 2, cell: [45, 45, 30, 90, 90, 90], d_min: 4}
detector: {model: 100K, distance: 60}
format: nxmx
sweeps: [{name: x, images: 20, width: 0.5}]
"""


def timed(*command: object, folder: Path, check: bool = True) -> float:
    """Wall seconds of a command, that must succeed if it is checked."""
    start = time.perf_counter()
    subprocess.run(
        [str(word) for word in command], cwd=folder, check=check,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start


def pairs(count: int, ours: Callable[[int], float], other: Callable[[int], float]) -> None:
    """Runs both in turn, and prints medians and the ratio of each pair."""
    times = [(ours(i), other(i)) for i in range(1, count + 1)]
    ratios = sorted(a / b for a, b in times)
    print(
        f"  ours {statistics.median(a for a, _ in times):.3f} s, other "
        f"{statistics.median(b for _, b in times):.3f} s, ratio {statistics.median(ratios):.3f} "
        f"({ratios[0]:.3f} to {ratios[-1]:.3f}, {count} pairs)"
    )


def demo(folder: Path) -> None:
    """The images and the job of the demo."""
    spec = REPOSITORY / "examples/simulations/lysozyme.yaml"
    timed(*SWEEPWRIGHT, "simulate", spec, "-o", folder, folder=REPOSITORY)
    shutil.copy(REPOSITORY / "examples/jobs/lysozyme.yaml", folder)


def bench_check(folder: Path, count: int) -> None:
    """Goal: under 0.30 s."""
    libraries = "import pydantic, pydantic.main, ruamel.yaml, typer; typer.Typer()"

    def ours(_: int) -> float:
        return timed(*SWEEPWRIGHT, "check", "lysozyme.yaml", folder=folder)

    def other(_: int) -> float:
        return timed(sys.executable, "-c", libraries, folder=folder)

    print("check against loading the libraries")
    ours(0), other(0)
    pairs(count, ours, other)


def bench_sweeps(folder: Path, count: int) -> None:
    """Goal: under 4 s."""
    image = (folder / "lyso_0001.cbf").read_bytes()
    header, mark = image[: image.index(MARK)], MARK
    size = int(header.split(b"X-Binary-Size: ")[1].split()[0])
    short = header.replace(b"X-Binary-Size: %d" % size, b"X-Binary-Size: 4") + mark + bytes(8)
    place = folder / "many"
    (place / "data").mkdir(parents=True)
    for name, number in (("one", 1), ("many", 1000)):
        lines = [f"  - {{name: s{i}, images: data/s{i}_####.cbf}}" for i in range(number)]
        for extra in ("", "-absent"):
            text = "\n".join(lines).replace("data/", f"data{extra}/")
            (place / f"{name}{extra}.yaml").write_text(f"sweepwright: 1\nsweeps:\n{text}\n")
    for index in range(1000):
        for number in (1, 2):
            start = b"Start_angle %d." % (number - 1)
            told = short.replace(b"Start_angle 0.", start)
            (place / f"data/s{index}_{number:04d}.cbf").write_bytes(told)

    def job(name: str) -> Callable[[int], float]:
        return lambda _: timed(
            *SWEEPWRIGHT, "check", f"{name}.yaml", folder=place, check="absent" not in name
        )

    for extra in ("-absent", ""):
        print(f"check of 1,000 sweeps against one, images {'absent' if extra else 'there'}")
        pairs(count, job(f"many{extra}"), job(f"one{extra}"))


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


def bench_headers(folder: Path, count: int) -> None:
    """Goals: mini-CBF and SMV 0.2 ms, an HDF5 master 5 ms."""
    place = folder / "headers"
    place.mkdir()
    (place / "master.yaml").write_text(MASTER)
    timed(*SWEEPWRIGHT, "simulate", "master.yaml", "-o", "h5", folder=place)
    contents = {
        "x_{:03d}.cbf": (folder / "lyso_0001.cbf").read_bytes(),
        "x_{:03d}.img": SMV.encode().ljust(512) + bytes(2 * 512 * 512),
        "h5/x{:03d}_master.h5": (place / "h5/x_master.h5").read_bytes(),
    }
    files = []
    for form, content in contents.items():
        for copy in range(24):
            files.append(form.format(copy))
            (place / files[-1]).write_bytes(content)
    readers = {"sweepwright": sys.executable, "dxtbx": SYSTEM_PYTHON, "fabio": SYSTEM_PYTHON}
    script = REPOSITORY / "benchmarks/header_times.py"
    print("one header in ms, warm: medians of 24 files")
    for _ in range(count):
        for reader, python in readers.items():
            command = [python, str(script), reader, *files]
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
            told = json.loads(done.stdout) if done.stdout else {}
            print(f"  {reader:<12}", *(f"{suffix} {ms:.3f}" for suffix, ms in told.items()))


def bench_discover(folder: Path, count: int) -> None:
    """Goal: under 2 s."""
    image = (folder / "lyso_0001.cbf").read_bytes()
    header = image[: image.index(MARK)]
    size = int(header.split(b"X-Binary-Size: ")[1].split()[0])
    short = header.replace(b"X-Binary-Size: %d" % size, b"X-Binary-Size: 4") + MARK + bytes(8)
    place = folder / "discover"
    for sweep in range(25):
        (place / f"run{sweep}").mkdir(parents=True)
        for number in range(4000):
            text = short.replace(b"Start_angle 0.", b"Start_angle %d." % number)
            (place / f"run{sweep}/s{sweep}_{number + 1:04d}.cbf").write_bytes(text)

    def ours(_: int) -> float:
        return timed(*SWEEPWRIGHT, "discover", "discover", folder=folder)

    def other(_: int) -> float:
        return timed("find", "discover", "-type", "f", folder=folder)

    print("discover 100,000 images against find")
    ours(0), other(0)
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


BENCHMARKS = {
    "check": bench_check,
    "sweeps": bench_sweeps,
    "compile": bench_compile,
    "run": bench_run,
    "headers": bench_headers,
    "discover": bench_discover,
}


def main() -> None:
    """Runs the benchmarks that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(BENCHMARKS))
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # as the runner gives it to every program
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        folder = Path(place) / "demo"
        demo(folder)
        for name in asked.names:
            BENCHMARKS[name](folder, asked.pairs)


if __name__ == "__main__":
    main()
