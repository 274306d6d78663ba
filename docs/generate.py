"""Writes the generated pages of ``docs/reference``; a test holds them equal to the code."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.model.job import Job
from sweepwright.model.plan import plan_schema
from sweepwright.resolve.defaults import JOB_DEFAULTS, SWEEP_DEFAULTS
from sweepwright.results.model import results_schema
from sweepwright.rules import catalogue
from sweepwright.simulate import Specification

REFERENCE = Path(__file__).parent / "reference"
BAD_JOBS = Path(__file__).parents[1] / "tests/bad_jobs"
COMMANDS = ("check", "compile", "run", "plan", "status", "report", "simulate", "doctor")
NOTE = "<!-- written by docs/generate.py -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page by its name."""
    return {
        "job.md": NOTE + job_page(),
        "simulate.md": NOTE + simulate_page(),
        "commands.md": NOTE + commands_page(),
        "plan.schema.json": json.dumps(plan_schema(), indent=1, sort_keys=True) + "\n",
        "results.schema.json": json.dumps(results_schema(), indent=1, sort_keys=True) + "\n",
        **rule_pages(),
    }


def job_page() -> str:
    """Keys of the job language with meaning and default."""
    defaults = {**SWEEP_DEFAULTS, **JOB_DEFAULTS}
    lines = ["# Job keys\n", "Language version 1. `NAME` stands for a name of your own.\n"]
    lines += ["| key | meaning | default |", "|---|---|---|"]
    for key, meaning in keys(Job):
        inner = key.replace("sweeps[].", "").replace("crystals.NAME.", "")
        default = defaults.get(inner, "")
        shown = f"`{json.dumps(default)}`" if default not in ("", None) else ""
        lines.append(f"| `{key}` | {meaning} | {shown} |")
    return "\n".join(lines) + "\n"


def simulate_page() -> str:
    """Keys of a simulation's specification."""
    lines = ["# Simulation keys\n", "| key | meaning | default |", "|---|---|---|"]
    for key, meaning, default in documented(Specification):
        lines.append(f"| `{key}` | {meaning} | {default} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The help of every command."""
    runner = CliRunner()
    parts = ["# Commands\n"]
    for name in COMMANDS:
        told = runner.invoke(application(), [name, "--help"], terminal_width=100, prog_name="sweepwright")
        text = "\n".join(line.rstrip() for line in told.output.strip().splitlines())
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


DIAGNOSTICS = """\
`sweepwright check` tells what is wrong with a job, at its place and with the way out. Each kind of
message has a code, and each code a page below; `sweepwright explain SW-L008` shows it too.

An *error* stops the compilation, a *warning* should be read before the result is trusted, *advice*
says how the job could be better, and a *finding* is about the data of a run.

`check --fix` makes the fixes that cannot change what the author meant (spelling, quoting, units) and
leaves the rest of the file as it is; `--unsafe-fixes` makes the likely ones too, and `--diff` shows
what would change.

`check --format json` (short: `--json`) prints a list with one object for each job: `job`,
`diagnostics`, and with `--fix` also `mended` (the diagnostics whose fixes were made) and, where the
file could not be written, `not_mended` (why). A diagnostic has

- `code`, `severity` (`error`, `warning`, `advice`) and `message`;
- `span`: `file`, `line`, `column`, `end_line`, `end_column`, all counted from 1, the end exclusive;
- `help`: what to do next;
- `related`: a list of `message` and `span`;
- `fix`: `message`, `span`, `text` to put in the place of the span, and `safe`.

What is not known is left out. `check --format github` prints annotations for a workflow of GitHub.
"""


def rule_pages() -> dict[str, str]:
    """A page for each diagnostic code, with its bad example and what is said of it; and their list."""
    pages = {"rules/index.md": f"{NOTE}# Diagnostics\n\n{DIAGNOSTICS}\n{catalogue.index()}"}
    for code in catalogue.codes():
        scene, job, said = (
            path.read_text(encoding="utf-8") if (path := BAD_JOBS / code / name).exists() else ""
            for name in ("scene.yaml", "job.yaml", "expected.txt")
        )
        setting = re.search(r"^setting: (.+)$", scene, re.MULTILINE)
        told = setting[1] if setting else ""
        pages[f"rules/{code}.md"] = NOTE + catalogue.page(code, job, said, told)
    return pages


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Key and meaning of every leaf."""
    for name, field in model.model_fields.items():
        inner, many = model_of(field.annotation)
        path = prefix + name
        if inner is not None and many == "dict":
            yield from keys(inner, f"{path}.NAME.")
        elif inner is not None and many == "list" and "images" in inner.model_fields:
            yield from keys(inner, f"{path}[].")
        elif inner is not None and not many:
            yield from keys(inner, f"{path}.")
        else:
            yield path, one_line(field.description or attribute_docs(model).get(name))


def documented(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, meaning and default of every leaf of a specification."""
    for name, field in model.model_fields.items():
        inner, many = model_of(field.annotation)
        path = prefix + name + ("[]" if many == "list" and inner else "")
        if inner is not None:
            yield from documented(inner, f"{path}.")
            continue
        default = field.get_default(call_default_factory=True) if not field.is_required() else ...
        shown = "required" if default is ... else f"`{json.dumps(default, default=str)}`"
        yield path, one_line(field.description or attribute_docs(model).get(name)), shown


@cache
def attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings that stand below the fields of a model, read from its source."""
    body = ast.parse(inspect.getsource(model)).body[0].body
    return {
        field.target.id: doc.value.value
        for field, doc in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(doc, ast.Expr)
        and isinstance(doc.value, ast.Constant)
    }


def model_of(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model inside an annotation, and whether it stands in a list or a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin = get_origin(annotation)
    for part in get_args(annotation):
        inner, many = model_of(part)
        if inner is not None:
            kind = {dict: "dict", tuple: "list", list: "list"}.get(origin, many)
            return inner, kind
    return None, ""


def one_line(text: str | None) -> str:
    """A docstring on one line, safe in a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    written = pages()
    for name, text in written.items():
        (REFERENCE / name).parent.mkdir(exist_ok=True)
        (REFERENCE / name).write_text(text, encoding="utf-8")
    for path in (REFERENCE / "rules").iterdir():
        if f"rules/{path.name}" not in written:
            path.unlink()
