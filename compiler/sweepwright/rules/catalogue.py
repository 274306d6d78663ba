"""Reads the catalogue: one YAML file a letter, one entry a code; as text and as a page of the docs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

LETTERS = {
    "L": "the job language",
    "I": "images",
    "G": "geometry",
    "S": "site records",
    "E": "engines",
    "P": "the plan and its folder",
    "R": "the run",
    "V": "verifying records",
    "Q": "findings about the data",
    "M": "jobs from other systems, LIMS and many jobs",
    "U": "simulation",
    "D": "logs and data of other programs",
}
_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``severity`` is of its diagnostics, or ``finding`` for what is said of data.

    ``since`` is the first release that has it; ``shown_by`` the test that shows a rule which needs
    more than a command to be seen.
    """

    code: str
    title: str
    severity: str
    means: str
    why: str
    instead: str
    since: str
    shown_by: str | None = None


def rule(code: str) -> Rule | None:
    """The rule of a code, if there is one."""
    letter = code.removeprefix("SW-")[:1]
    return _of_letter(letter).get(code) if letter in LETTERS else None


def codes() -> list[str]:
    """Every code of the catalogue."""
    return [code for letter in LETTERS for code in _of_letter(letter)]


def text(code: str) -> str | None:
    """A rule for the terminal, if there is one of this code."""
    import textwrap

    found = rule(code)
    if found is None:
        return None
    parts = [f"{found.code} ({found.severity}): {found.title}"]
    parts += [found.means, f"Why: {found.why}", f"Instead: {found.instead}"]
    return "\n\n".join(textwrap.fill(" ".join(part.split()), _WIDTH) for part in parts)


def page(code: str, example: str = "", rendering: str = "", setting: str = "") -> str:
    """A rule as a Markdown page, with the text of a bad example and what is said of it.

    ``setting`` is a sentence about what the text of the example does not show.
    """
    found = rule(code)
    if found is None:
        raise KeyError(code)
    parts = [
        f"# {found.code}: {found.title}",
        f"*{found.severity.capitalize()}, since {found.since}; part of {LETTERS[code[3]]}.*",
        f"## What it means\n\n{found.means.strip()}",
        f"## Why it matters\n\n{found.why.strip()}",
        f"## What to do instead\n\n{found.instead.strip()}",
    ]
    if example or rendering:
        blocks = (f"```text\n{block.rstrip()}\n```" for block in (example, rendering) if block)
        parts += ["## Example", *([setting] if setting else []), *blocks]
    if found.shown_by is not None:
        parts.append(f"The test `{found.shown_by}` shows it.")
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of all rules as tables of Markdown, one a letter."""
    parts = []
    for letter, about in LETTERS.items():
        rules = _of_letter(letter).values()
        if rules:
            parts.append(f"## SW-{letter}: {about}\n\n| code | rule | severity |\n|---|---|---|")
            parts += [f"| [{r.code}]({r.code}.md) | {r.title} | {r.severity} |" for r in rules]
            parts.append("")
    return "\n".join(parts)


@cache
def _of_letter(letter: str) -> dict[str, Rule]:
    from ruamel.yaml import YAML

    path = Path(__file__).with_name(f"{letter}.yaml")
    rows = YAML(typ="safe").load(path) if path.exists() else {}
    return {code: Rule(code, **row) for code, row in rows.items()}
