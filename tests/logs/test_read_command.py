"""``sweepwright read``: kinds by content, numbers by name, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sweepwright.cli.main import application

XPARM = """\
 XPARM.XDS    VERSION Jan 31, 2020  BUILT=20200417
     1       10.0000    0.2500  0.999900  0.010000  0.010000
       0.979340       0.000000       0.000000       1.021100
    96     57.1000     57.1000    150.2000  90.000  90.000  90.000
      40.376000      40.376000       0.000000
     -40.376000      40.376000       0.000000
       0.000000       0.000000     150.200000
         1      2463      2527    0.172000    0.172000
    1231.500000    1263.500000     250.000000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
         1         1      2463         1      2527
    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000
"""


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(application("read"), ["read", *words])
    return done.exit_code, done.stdout, done.stderr


def as_data(*files: Path) -> list[dict[str, Any]]:
    return list(json.loads(run(*map(str, files), "--json")[1]))


def test_numbers_have_names_and_the_name_of_the_file_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(XPARM)
    (told,) = as_data(path)
    assert told["file"] == str(path)
    assert (told["kind"], told["program"], told["version"]) == ("XPARM.XDS", "XDS", "Jan 31, 2020")
    assert told["error"] is None
    values = told["values"]
    assert values["xparm.wavelength"] == 0.97934
    assert values["xparm.origin_px"] == [1231.5, 1263.5]
    assert values["xparm.space_group_number"] == 96
    code, out, said = run(str(path))
    assert (code, said) == (0, "")
    assert "xparm.distance_mm" in out


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    code, out, said = run(str(tmp_path / "CORRECT.LP"))
    assert (code, out) == (1, "")
    assert "error[SW-D001]" in said
    assert "No such file" in said


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "CORRECT.LP"
    path.write_text("a diary\n" * 40)
    (told,) = as_data(path)
    assert told["error"]["code"] == "SW-D002"
    assert (told["kind"], told["values"]) == (None, {})


def test_a_part_that_cannot_be_read(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(XPARM)
    bad.write_text(XPARM.replace("1263.500000", "***********"))
    first, second = as_data(good, bad)
    assert first["error"] is None
    assert second["error"]["code"] == "SW-D003"
    assert "xparm.origin_px" not in second["values"]


def test_bytes_of_any_kind_are_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (
        b"",
        b"\0" * 5000,
        bytes(range(256)) * 40,
        b"!FORMAT=XDS_ASCII",
        XPARM.encode()[:90],
    ):
        path.write_bytes(content)
        code, _, said = run(str(path))
        assert code == 1
        assert "Traceback" not in said
