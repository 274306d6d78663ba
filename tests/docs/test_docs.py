"""Every code block of the documentation works, and the generated pages are those of the code."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from doc_pages import DOCS, PAGES, REPOSITORY, SCENES, Block, blocks, name_of, play
from generate import pages
from ruamel.yaml import YAML
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.language.macros import apply, read_macro
from sweepwright.language.text import loads
from sweepwright.language.validate import validate, validate_patch

#: commands that have commands of their own
GROUPS = ("macro", "import", "site")


def of(language: str) -> list:
    return [
        pytest.param(block, id=f"{name_of(page)}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page))
        if block.language == language and (block.runs or language == "sh")
    ]


def test_each_scene_has_its_page() -> None:
    assert set(SCENES) <= {name_of(page) for page in PAGES}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name_of(page))
        for page in PAGES
        if any(b.language == "sh" for b in blocks(page))
    ],
)
def test_the_commands_of_a_page_work_and_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    assert play(page, tmp_path / "page") == []


@pytest.mark.parametrize("block", of("yaml"))
def test_yaml_in_the_docs_is_a_job_a_part_of_one_or_a_macro(block: Block, tmp_path: Path) -> None:
    keys = set(YAML(typ="safe").load(block.text))
    if "repos" in keys:  # of pre-commit
        return
    if "macro" in keys:
        path = tmp_path / "macro.yaml"
        path.write_text(block.text, encoding="utf-8")
        macro, found = read_macro(path, path.name)
        assert macro is not None, found
        text, found = apply(macro, {}, None)
        assert text is not None, found
        return
    loaded, found = loads(block.text, "docs.yaml")
    assert loaded is not None, found
    job, found = (validate if "sweepwright" in keys else validate_patch)(loaded)
    assert job is not None, found


@pytest.mark.parametrize("block", of("sh"))
def test_a_command_in_the_docs_exists_with_its_options(block: Block) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[:1] == ["sweepwright"]:
            size = 0 if words[1].startswith("-") else 2 if words[1] in GROUPS else 1
            command = words[1 : 1 + size]
            told = CliRunner().invoke(application(), [*command, "--help"]).output
            assert f"{words[size]} [OPTIONS]" in told, line
            for option in words[1 + len(command) :]:
                if option.startswith("-"):
                    assert option.partition("=")[0] in told, line


def test_the_generated_pages_are_those_of_the_code() -> None:
    generated = pages()
    for name, text in generated.items():
        if name != "commands.md":  # its layout is the help writer's, which moves with its version
            assert (DOCS / "reference" / name).read_text(encoding="utf-8") == text, name
    rules = {f"rules/{path.name}" for path in (DOCS / "reference/rules").iterdir()}
    assert rules <= set(generated)


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="pip install -e '.[docs]'")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for page in (
        "index.html",
        "tutorial/recipe.html",
        "howto/mad.html",
        "reference/rules/index.html",
    ):
        assert (tmp_path / page).is_file(), page
