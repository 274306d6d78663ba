"""``sweepwright site``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from tiny_images import write_series
from typer.testing import CliRunner, Result

from sweepwright.cli.main import application

ID29 = 'site match --detector "PILATUS 6M, S/N 60-0104, ESRF ID29" --date 2012-05-01'


@pytest.fixture(autouse=True)
def _no_files_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def run(command: str) -> Result:
    return CliRunner().invoke(application("site"), shlex.split(command))


def said(command: str, code: int = 0) -> Any:
    done = run(f"{command} --json")
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def test_one_record() -> None:
    answer = said(ID29)
    assert answer["outcome"] == "unique"
    assert answer["record"] == "esrf-id29-pilatus6m-0104"
    assert (answer["facility"], answer["beamline"]) == ("ESRF", "ID29")
    assert answer["rotation_axis"] == [1, 0, 0]
    assert answer["candidates"] == ["esrf-id29-pilatus6m-0104"]
    assert answer["diagnostics"] == []
    assert answer["detector"] == {
        "family": "PILATUS",
        "size_class": "6M",
        "fast": False,
        "serial": "60-0104",
        "site": "ESRF ID29",
    }
    done = run(ID29)
    assert done.exit_code == 0
    assert done.stdout.startswith("esrf-id29-pilatus6m-0104: ESRF ID29, to 2015-03-04\n")
    assert done.stderr == ""


def test_all_that_a_header_says_can_be_said() -> None:
    command = (
        'site match --detector "PILATUS3 6M, S/N 60-0119" --date 2019-09-11 --size 2463,2527 '
        '--format minicbf --oscillation-axis "X.CW +SLOW"'
    )
    answer = said(command)
    assert (answer["record"], answer["rotation_axis"]) == ("dls-i24-pilatus3-0119-pin", [0, -1, 0])


def test_several_records() -> None:
    answer = said('site match --detector "PILATUS 6M-F, S/N 60-0114-F" --date 1970-01-01', 1)
    assert (answer["outcome"], answer["record"], answer["rotation_axis"]) == (
        "ambiguous",
        None,
        None,
    )
    assert answer["candidates"] == ["dls-i02-pilatus6mf-0114", "dls-vmxi-pilatus6mf-0114"]
    assert [item["code"] for item in answer["diagnostics"]] == ["SW-S003", "SW-S002"]


def test_no_record() -> None:
    answer = said('site match --detector "PILATUS3 6M, S/N 60-0122" --date 2019-01-01', 1)
    assert (answer["outcome"], answer["record"], answer["candidates"]) == ("none", None, [])
    assert [item["code"] for item in answer["diagnostics"]] == ["SW-S001"]


def test_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_series(tmp_path, "x_####.cbf", "1-1", header={"Detector": "D19@ILL curved detector"})
    assert said("site match x_0001.cbf")["record"] == "ill-d19"


@pytest.mark.parametrize(
    "command",
    [
        "site match",
        "site match image.cbf --detector X",
        "site match image.cbf --date 2012-01-01",
        "site match --detector X --size 12",
        "site match --detector X --format jpeg",
        "site nonsense",
    ],
)
def test_wrong_use(command: str) -> None:
    assert run(command).exit_code == 2


def test_an_image_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.cbf").write_bytes(b"")
    assert run(f"site match {tmp_path}/x.cbf").exit_code == 1
    assert run(f"site match {tmp_path}/nothing.cbf").exit_code == 1


def test_records_are_listed_and_shown() -> None:
    every = said("site list")
    assert len(every) > 200
    assert {"id", "facility", "beamline", "sources", "layer"} <= set(every[0])
    few = run("site list id29").stdout.splitlines()
    assert "esrf-id29-pilatus6m-0104" in {line.split()[0] for line in few}
    assert len(few) < 10
    shown = run("site show esrf-id29-pilatus6m-0104").stdout
    assert shown.startswith("# esrf.yaml (shipped)\nfacility: ESRF\nid: esrf-id29-pilatus6m-0104\n")
    assert said("site show esrf-id29-pilatus6m-0104")["valid"]["to"] == "2015-03-04"
    unknown = run("site show esrf-id29-pilatus6m-0105")
    assert unknown.exit_code == 1
    assert "esrf-id29-pilatus6m-0104" in unknown.stderr


def test_goniostats_are_listed() -> None:
    (line,) = run("site list --goniostats px2a").stdout.splitlines()
    assert line.startswith("mini-kappa-px2a  mini-kappa of PROXIMA-2A: omega 1 0 0, kappa 0.913144")
    every = said("site list --goniostats")
    assert {"id", "axes", "sources", "confidence"} <= set(every[0])


def test_a_remark_behind_a_format_is_passed_over() -> None:
    assert said(f"{ID29} --format 'minicbf (converted)'")["outcome"] == "unique"


def test_the_shipped_files_pass_lint() -> None:
    assert run("site lint").exit_code == 0
    assert said("site lint") == []


OWN = """\
facility: ESRF
---
id: esrf-id29-pilatus6m-0104
beamline: ID29
detector: {serials: [60-0104], family: pilatus-6m}
valid: {to: 2015-03-04}
rotation_axis: {sw: [-1, 0, 0], confidence: calibrated}
sources: [our own data]
confidence: calibrated
"""


def test_files_of_the_user_and_of_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "config/sweepwright/sites"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(OWN)
    answer = said(ID29)
    assert (answer["layer"], answer["rotation_axis"]) == ("user", [-1, 0, 0])
    assert [item["code"] for item in answer["diagnostics"]] == ["SW-S008"]
    given = tmp_path / "given.yaml"
    given.write_text(OWN.replace("[-1, 0, 0]", "[0, 1, 0]"))
    answer = said(f"{ID29} --sitedb {given}")
    assert (answer["layer"], answer["rotation_axis"]) == ("given", [0, 1, 0])
    (folder / "own.yaml").write_text(OWN.replace("beamline", "beemline"))
    assert run(ID29).exit_code == 1
    assert "SW-S007" in run(ID29).stderr
    assert run(f"site lint {given}").exit_code == 0
    assert run(f"site lint {folder}").exit_code == 1
    assert run(f"site lint {tmp_path}/nothing.yaml").exit_code == 1
