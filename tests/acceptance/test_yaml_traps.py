"""What YAML makes of text that looks harmless: each trap has a message of its own, or is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application

SWEEP = "sweeps: [{images: data/lyso_####.cbf}]\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traps")
    for template in ("data/lyso_####.cbf", "data/####.cbf", "test_####.cbf"):
        write_series(folder, template, "1-10")
    return folder


def check(place: Path, text: str) -> tuple[int, str]:
    job = place / "job.yaml"
    job.write_text(f"sweepwright: 1\n{text}", encoding="utf-8")
    done = CliRunner().invoke(application(), ["check", str(job), "--engine", "dials"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def locked(place: Path, text: str, leaf: str) -> object:
    job = place / "job.yaml"
    job.write_text(f"sweepwright: 1\n{text}", encoding="utf-8")
    arguments = ["compile", str(job), "--engine", "dials", "-o", str(place / "run")]
    done = CliRunner().invoke(application(), arguments)
    assert done.exit_code == 0, done.output
    return json.loads((place / "run/job.lock.json").read_text())["values"][leaf]["value"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sweeps:\n  - images: data/lyso ####.cbf\n", "images is cut by a comment"),
        ("sweeps:\n  - images: ####.cbf\n", "images is cut by a comment"),
        ("roots: {raw: data}\nsweeps:\n  - images: {raw}/lyso_####.cbf\n", "Write '$raw/"),
        (
            "roots: {raw: data}\nsweeps:\n  - C, {raw}, lyso_####.cbf, 1, 10\n",
            "a root is written $raw, not {raw}",
        ),
        (
            "sweeps:\n  - images: data/lyso_####.cbf\n    range: 1_000\n",
            "'1_000' is not an image range",
        ),
        ("crystals:\n  *: {space_group: P 6}\n" + SWEEP, "must be in quotes"),
        ("sweeps:\n  - images: *_####.cbf\n", "must be in quotes"),
        ("title: null\n" + SWEEP, "'title' has no value"),
        ("title:\n" + SWEEP, "'title' has no value"),
        ("sweeps: [{images: test_####.cbf, range: 1-2, 4-5}]\n", "unknown key '4-5'"),
    ],
)
def test_a_trap_has_its_own_message(place: Path, text: str, said: str) -> None:
    code, told = check(place, text)
    assert code == 1
    assert said in told


@pytest.mark.parametrize(
    "template", ["data/####.cbf", "test_####.cbf", "data/lyso_####.cbf # mine"]
)
def test_hashes_without_a_blank_before_them_are_digits(place: Path, template: str) -> None:
    code, told = check(place, f"sweeps:\n  - images: {template}\n")
    assert code == 0
    assert "images 1-10" in told


def test_text_that_a_comment_cuts_is_warned_of(place: Path) -> None:
    code, told = check(place, "title: run #3\n" + SWEEP)
    assert code == 0
    assert "warning[" in told
    assert "'run' is followed by a comment" in told
    assert "comment" not in check(place, "title: run # the third\n" + SWEEP)[1]
    assert "comment" not in check(place, "title: run#3\n" + SWEEP)[1]


@pytest.mark.parametrize(
    ("line", "leaf", "value"),
    [
        ("title: 2026-03-03", "title", "2026-03-03"),  # no date
        ("title: no", "title", "no"),  # no truth value
        ("title: 1:30", "title", "1:30"),  # not 90
        ("title: 1e5", "title", "1e5"),
        ("processing: {free: {seed: 012}}", "crystals[x1].processing.free.seed", 12),  # not 10
    ],
)
def test_text_is_what_it_looks_like(place: Path, line: str, leaf: str, value: object) -> None:
    assert locked(place, f"{line}\n{SWEEP}", leaf) == value
