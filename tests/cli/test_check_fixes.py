"""``check --fix`` mends the file and nothing but the mistakes in it; ``--format`` says for whom."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tiny_images import write_series
from typer.testing import CliRunner, Result

from sweepwright.api.front import Options
from sweepwright.cli.checking import checked
from sweepwright.cli.main import application
from sweepwright.cli.mending import change

BAD = "# a job\r\nsweps:   # zwei é日\r\n  - imgaes:   data/x_####.cbf\r\n    range: [1, 6]\r\n"
MENDED = (
    "# a job\r\nsweepwright: 1\r\nsweeps:   # zwei é日\r\n  - images:   data/x_####.cbf\r\n"
    "    range: 1-6\r\n"
)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    path = Path("job.yaml")
    path.write_bytes(BAD.encode())
    return path


def check(*arguments: str) -> Result:
    done = CliRunner().invoke(application(), ["check", "job.yaml", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_fixes_change_the_mistakes_and_nothing_else(job: Path) -> None:
    job.chmod(0o640)
    done = check("--fix")
    assert done.exit_code == 0, done.stderr
    assert job.read_bytes() == MENDED.encode()
    assert job.stat().st_mode & 0o777 == 0o640
    assert "mended: job.yaml:2:1: SW-L008: write 'sweeps'" in done.stderr
    assert "images 1-6" in done.stdout
    assert check("--fix").exit_code == 0
    assert job.read_bytes() == MENDED.encode()


def test_a_byte_order_mark_and_a_missing_last_line_break_stay(job: Path) -> None:
    job.write_bytes(b"\xef\xbb\xbf" + BAD.rstrip().encode())
    assert check("--fix").exit_code == 0
    assert job.read_bytes() == b"\xef\xbb\xbf" + MENDED.rstrip().encode()


def test_a_link_stays_a_link(job: Path) -> None:
    job.rename("real.yaml")
    job.symlink_to("real.yaml")
    assert check("--fix").exit_code == 0
    assert job.is_symlink()
    assert Path("real.yaml").read_bytes() == MENDED.encode()


def test_a_read_only_file_is_left(job: Path) -> None:
    job.chmod(0o444)
    done = check("--fix")
    assert done.exit_code == 1
    assert "not mended: it is read-only" in done.stderr
    assert "SW-L008" in done.stderr
    assert job.read_bytes() == BAD.encode()


def test_a_file_that_changes_meanwhile_is_left(job: Path) -> None:
    before = checked(job, Options())
    made = change(job, BAD.encode(), before.found, lambda text: [], True)
    assert made is not None
    job.write_text("mine")
    assert made.write() == "it was changed meanwhile"
    assert job.read_text() == "mine"


def test_what_cannot_be_read_is_told_as_without_fix(job: Path) -> None:
    job.unlink()
    assert "SW-L001" in check("--fix").stderr
    job.mkdir()
    assert "SW-L001" in check("--fix").stderr


def test_likely_fixes_are_made_when_asked_for(job: Path) -> None:
    text = (
        "sweepwright: 1\nsweeps:\n  - images: data/x_####.cbf\ngeometry: {beam_center: [8.5, 9]}\n"
    )
    job.write_text(text)
    assert check("--fix").exit_code == 1
    assert job.read_text() == text
    assert check("--fix", "--unsafe-fixes").exit_code == 0
    assert job.read_text() == text.replace("[8.5, 9]", "[8.5 px, 9 px]")


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not here")
@pytest.mark.parametrize("end", ["", "\r\n"])
def test_the_difference_is_a_patch(job: Path, end: str) -> None:
    job.write_bytes((BAD.rstrip() + end).encode())
    before = job.read_bytes()
    done = check("--diff")
    assert done.exit_code == 1  # the file is as wrong as it was
    assert job.read_bytes() == before
    assert "SW-L008" in done.stderr
    subprocess.run(["patch", "--binary", "-p0"], input=done.stdout_bytes, check=True)
    assert job.read_bytes() == (MENDED.rstrip() + end).encode()


def test_machines_are_told_what_was_mended(job: Path) -> None:
    done = check("--fix", "--json")
    (one,) = json.loads(done.stdout)
    assert {"job", "diagnostics", "mended"} == set(one)
    assert {item["code"] for item in one["mended"]} == {"SW-L008", "SW-L010", "SW-L012"}
    assert json.loads(check("--format", "json").stdout)[0]["job"] == "job.yaml"


def test_annotations_go_to_standard_output(job: Path) -> None:
    done = check("--format", "github")
    assert done.exit_code == 1
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("::error file=job.yaml,line=2,col=1,")
    assert second.startswith("::error file=job.yaml,line=2,col=1,endLine=2,endColumn=6,title=SW-L0")


def test_what_is_said_stands_in_the_order_of_the_file(job: Path) -> None:
    job.write_text("sweeps:\n  - imgaes: data/x_####.cbf\nprocesing: {}\n")
    said = check().stderr
    assert said.index("SW-L010") < said.index("imgaes") < said.index("procesing")
    assert said.splitlines()[-1] == "3 errors (--fix mends 3)"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--unsafe-fixes",),
        ("--format", "xml"),
        ("--json", "--format", "github"),
        ("--diff", "--format", "json"),
        ("--diff", "--json"),
    ],
)
def test_options_that_do_not_go_together(job: Path, arguments: tuple[str, ...]) -> None:
    assert check(*arguments).exit_code == 2
    assert job.read_bytes() == BAD.encode()
