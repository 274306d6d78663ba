"""The XDS.INP of a whole sweep, which stands in the compiled folder for people."""

from __future__ import annotations

from pathlib import Path

from sweep_tool import command
from tiny_images import write_series
from xds_input import WHOLE, parse_xds_input

JOB = """\
sweepwright: 1
processing: {engine: xds}
sweeps: [{name: A, images: data/x_####.cbf, exclude: 20-30}]
masks:
  - {rectangle: [1, 3, 1, 4]}
  - {rectangle: [8, 9, 8, 9]}
keywords: {xds: {MINIMUM_ZETA: 0.07}}
"""


def test_it_says_what_the_steps_are_told_each_thing_once(tmp_path: Path) -> None:
    write_series(tmp_path / "data", "x_####.cbf", "1-60")
    (tmp_path / "job.yaml").write_text(JOB)
    done = command("compile", "job.yaml", "-o", "run", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "run"
    whole = parse_xds_input((run / WHOLE).read_text())
    assert whole.pop("JOB") == ["XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT"]
    assert len(whole["UNTRUSTED_RECTANGLE"]) == 2
    assert whole["MINIMUM_ZETA"] == ["0.07"]
    assert whole["EXCLUDE_DATA_RANGE"] == ["20 30"]
    for keyword, values in whole.items():
        stages = [
            parse_xds_input((run / f"sweeps/A/{stage}/XDS.INP").read_text())
            for stage in ("index", "integrate", "correct")
        ]
        assert values == next(stage[keyword] for stage in stages if keyword in stage), keyword
    left_out = {keyword for stage in stages for keyword in stage} - whole.keys() - {"JOB"}
    # the machine's, and what a step of the run decides
    assert left_out == {"MAXIMUM_NUMBER_OF_PROCESSORS", "UNIT_CELL_CONSTANTS"}
    images = (run / WHOLE).parent / whole["NAME_TEMPLATE_OF_DATA_FRAMES"][0].replace("????", "0001")
    assert images.is_file()


def test_the_other_engine_has_none(tmp_path: Path) -> None:
    write_series(tmp_path / "data", "x_####.cbf", "1-6")
    (tmp_path / "job.yaml").write_text(JOB.replace("xds}", "dials}").partition("masks")[0])
    done = command("compile", "job.yaml", "-o", "run", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "run" / WHOLE).exists()
