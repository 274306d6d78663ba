"""Every code block of the documentation works, and the generated pages are those of the code."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweepwright.cli.main import app
from sweepwright.language.compose import compose
from sweepwright.language.text import loads
from sweepwright.language.validate import validate

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list:
    return [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, (language, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if language == kind
    ]


@pytest.mark.parametrize("text", blocks("yaml"))
def test_a_job_in_the_docs_is_a_job(text: str) -> None:
    loaded, found = loads(text, "docs.yaml")
    assert loaded is not None, found
    job, found = validate(loaded)
    assert job is not None, found
    composed, found = compose(loaded, job)
    assert composed is not None, found


@pytest.mark.parametrize("text", blocks("sh"))
def test_a_command_in_the_docs_exists_with_its_options(text: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[:1] == ["sweepwright"]:
            told = CliRunner().invoke(app, [words[1], "--help"]).output
            assert f"sweepwright {words[1]}" in told or f"{words[1]} [OPTIONS]" in told, line
            for option in words[2:]:
                if option.startswith("-"):
                    assert option in told, line


def test_the_generated_pages_are_those_of_the_code() -> None:
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, text in generate.pages().items():
        if name != "commands.md":  # its layout is the help writer's, which moves with its version
            assert (REPOSITORY / "docs/reference" / name).read_text(encoding="utf-8") == text, name
    rules = {f"rules/{path.name}" for path in (REPOSITORY / "docs/reference/rules").iterdir()}
    assert rules <= set(generate.pages())


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
