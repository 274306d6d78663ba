"""Every code has an entry in the catalogue, a bad example and a golden rendering of it.

``SWEEPWRIGHT_UPDATE_GOLDEN=1 pytest tests/rules`` writes the renderings anew; read the difference.
"""

from __future__ import annotations

import ast
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest
from bad_scene import BAD_JOBS, Played, read_scene, run, set_scene

from sweepwright.model.diagnostic import ExitCode, Severity
from sweepwright.rules.catalogue import LETTERS, Rule, codes, page, rule, text

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "compiler/sweepwright"
CODE = re.compile(r"SW-[A-Z]\d{3}")
EXAMPLES = sorted(folder.name for folder in BAD_JOBS.iterdir() if folder.is_dir())
MAKERS = {"error", "warning", "advice", "finding", "Finding"}


@cache
def given() -> dict[str, set[str]]:
    """Code -> how the source gives it: names of the functions that it is the first argument of."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                found.setdefault(node.value, set())
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if CODE.fullmatch(str(node.args[0].value)) and name in MAKERS:
                    found.setdefault(node.args[0].value, set()).add(name.lower())
    return found


def entries() -> list[Rule]:
    return [found for code in codes() if (found := rule(code)) is not None]


def test_each_code_of_the_source_is_explained_and_shown() -> None:
    shown = {name.partition("_")[0] for name in EXAMPLES}
    lacking = []
    for code in sorted(given()):
        entry = rule(code)
        if entry is None:
            lacking.append(f"{code}: no entry in compiler/sweepwright/rules/{code[3]}.yaml")
        if code not in shown and (entry is None or entry.shown_by is None):
            lacking.append(f"{code}: no bad example in tests/bad_jobs/{code}")
    assert lacking == []


def test_nothing_is_explained_that_cannot_happen() -> None:
    assert sorted(set(codes()) - set(given())) == []
    assert sorted({name.partition("_")[0] for name in EXAMPLES} - set(given())) == []


def test_entries_are_complete() -> None:
    for entry in entries():
        assert CODE.fullmatch(entry.code)
        assert entry.code[3] in LETTERS
        assert set(entry.severity.split(" or ")) <= {*Severity, "finding"}, entry.code
        for words in (entry.means, entry.why, entry.instead):
            assert words.rstrip().endswith("."), f"{entry.code}: {words}"
        assert not entry.title.endswith("."), entry.code


def test_severities_are_those_of_the_source() -> None:
    for entry in entries():
        if makers := given()[entry.code]:
            assert makers == set(entry.severity.split(" or ")), entry.code


def test_the_tests_that_show_a_rule_are_there() -> None:
    for entry in entries():
        if entry.shown_by is not None:
            file, _, name = entry.shown_by.partition("::")
            tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
            names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in names, f"{entry.code}: {entry.shown_by}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_bad_example_is_told_of_as_agreed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, scene = BAD_JOBS / name, read_scene(BAD_JOBS / name)
    set_scene(folder, scene, tmp_path / "work", monkeypatch)
    played = run(scene.command)
    code = name.partition("_")[0]
    assert code in played.codes, played.told
    wrong = re.search(r"^error\[", played.told, re.MULTILINE) is not None
    assert wrong == (played.exit_code != ExitCode.GOOD)
    assert played.exit_code != ExitCode.BUG
    agreed(folder / "expected.txt", played.golden)
    for form in ("json", "github"):
        if (folder / f"expected.{form}").exists():
            other: Played = run(f"{scene.command} --format {form}")
            assert other.exit_code == played.exit_code
            agreed(folder / f"expected.{form}", other.out)


def offers() -> list[tuple[str, str]]:
    """Examples of ``check`` for which a fix is offered, and the options that make it."""
    found = []
    for name in EXAMPLES:
        golden = BAD_JOBS / name / "expected.txt"
        said = golden.read_text(encoding="utf-8") if golden.exists() else ""
        fix = re.search(r"^  fix \((safe|unsafe)\)", said, re.MULTILINE)
        if fix is not None and said.startswith("$ sweepwright check "):
            found.append((name, "--fix" if fix[1] == "safe" else "--fix --unsafe-fixes"))
    return found


@pytest.mark.parametrize(("name", "options"), offers())
def test_a_fix_that_is_offered_mends_the_example(
    name: str, options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = read_scene(BAD_JOBS / name)
    set_scene(BAD_JOBS / name, scene, tmp_path / "work", monkeypatch)
    mended = run(f"{scene.command} {options}")
    assert "mended: job.yaml:" in mended.told
    assert name.partition("_")[0] not in mended.codes


def agreed(path: Path, said: str) -> None:
    if os.environ.get("SWEEPWRIGHT_UPDATE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert path.exists(), f"{path.name} is not written yet: see the head of this file"
    assert said == path.read_text(encoding="utf-8")


def test_renderings_for_machines_are_shown() -> None:
    assert list(BAD_JOBS.glob("*/expected.json"))
    assert list(BAD_JOBS.glob("*/expected.github"))
    for path in BAD_JOBS.glob("*/expected.json"):
        for one in json.loads(path.read_text(encoding="utf-8")):
            for item in one["diagnostics"]:
                assert {"code", "severity", "message"} <= set(item)


def test_a_rule_reads_well_on_a_terminal_and_as_a_page() -> None:
    for code in codes():
        said = text(code)
        assert said is not None
        assert max(map(len, said.splitlines())) <= 80
        assert code in said.splitlines()[0]
        assert page(code, "a: 1", "$ sweepwright check job.yaml").startswith(f"# {code}: ")
    assert text("SW-L999") is None
    assert text("nonsense") is None
