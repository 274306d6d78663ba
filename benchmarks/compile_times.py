"""Milliseconds to compile jobs, warm and in process: ``python compile_times.py [--sweeps N] [--times N]``.

A job of one sweep and one of N are compiled several times for each engine: ``read`` is the job, the
images' headers and the site record, ``made`` the plan and all files of the run folder, looked through,
``written`` that folder on the disk. It is processor time, smallest and median; ``loop`` is a loop of plain Python, by which
runs on machines of different speed are compared.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sweepwright.api.build import files_of
from sweepwright.api.collecting import without_collecting
from sweepwright.api.emitted import emitted_wrongly
from sweepwright.api.front import Options, resolve_job
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.records.folder import write_run
from sweepwright.simulate.minicbf import minicbf

HEADER = """\
Detector: PILATUS3 6M, S/N 60-0126
{time}
Pixel_size 172e-6 m x 172e-6 m
Silicon sensor, thickness 0.000450 m
Exposure_time 0.0970000 s
Count_cutoff 1048500 counts
Wavelength 0.97918 A
Detector_distance 0.300000 m
Beam_xy (1230.50, 1265.25) pixels
Start_angle {start} deg.
Angle_increment 0.5000 deg."""
STAGES = ("read", "made", "written")


def image(name: str, second: int, start: float) -> bytes:
    """An image that says to be of a 6M and holds next to no pixels."""
    when = f"2026-03-05T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000"
    lines = HEADER.format(time=when, start=start).splitlines()
    made = minicbf(name, lines, np.zeros((2, 3), np.int32))
    for which, size, wanted in ((b"Fastest", 3, 2463), (b"Second", 2, 2527)):
        old = b"%s-Dimension: %d" % (which, size)
        assert old in made
        made = made.replace(old, b"%s-Dimension: %d" % (which, wanted))
    return made


def make_job(folder: Path, engine: str, sweeps: int) -> Path:
    """A job of so many sweeps of two images each."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    for number in range(sweeps):
        for index in (1, 2):
            name = f"s{number}_{index:04d}"
            (data / f"{name}.cbf").write_bytes(image(name, number, 0.5 * (index - 1)))
    listed = "".join(f"  - {{name: s{i}, images: data/s{i}_####.cbf}}\n" for i in range(sweeps))
    path = folder / f"{engine}.yaml"
    path.write_text(f"sweepwright: 1\nprocessing: {{engine: {engine}}}\nsweeps:\n{listed}")
    return path


def milliseconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of a piece of work, and what it gave."""
    before = time.process_time()
    done = work()
    return 1e3 * (time.process_time() - before), done


@without_collecting()
def compile_once(path: Path) -> tuple[float, ...]:
    """The three stages, as `compile_job` does them."""
    read, front = milliseconds(lambda: resolve_job(path, Options()))
    job: ResolvedJob | None = front.job
    assert job is not None, front.diagnostics
    made, (plan, files) = milliseconds(lambda: files_of(job, front.source))
    looked, wrong = milliseconds(lambda: emitted_wrongly(plan, files))
    assert wrong == []
    folder = path.parent / "run"
    written, _ = milliseconds(lambda: write_run(folder, files, job.places))
    shutil.rmtree(folder)
    return read, made + looked, written


def loop() -> None:
    """What a machine of the benchmarks does in 0.1 s."""
    seen = {}
    for number in range(200_000):
        seen[str(number)] = (number, number + 1)


def main() -> None:
    """Prints one line for each engine and number of sweeps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=1000)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for sweeps, times in ((1, 10 * asked.times), (asked.sweeps, asked.times)):
            for engine in ("xds", "dials"):
                path = make_job(Path(place), engine, sweeps)
                if sweeps == 1:
                    compile_once(path)
                seen = [compile_once(path) for _ in range(times)]
                both = [read + made for read, made, _ in seen]
                shown = [
                    ("read and made", both),
                    *zip(STAGES, zip(*seen, strict=True), strict=True),
                ]
                told = (f"{what} {min(ms):.1f}, {statistics.median(ms):.1f}" for what, ms in shown)
                around = min(milliseconds(loop)[0] for _ in range(3))
                print(f"{engine} {sweeps}: {'; '.join(told)}; loop {around:.0f}", flush=True)


if __name__ == "__main__":
    main()
