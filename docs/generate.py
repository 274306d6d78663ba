"""Writes the generated pages of ``docs/reference``; a test holds them equal to the code."""

from __future__ import annotations

import json
from pathlib import Path

from generating.checklist import checklist_page
from generating.commands import commands_page
from generating.coverage import coverage_page
from generating.job import job_page
from generating.macros import macros_page
from generating.rules import rule_pages
from generating.simulation import simulate_page
from generating.xds_rules import xds_rules_page

from sweepwright.cli.editing import cheatsheet_page
from sweepwright.language.schema import job_schema
from sweepwright.model.plan import plan_schema
from sweepwright.results.model import results_schema

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- written by docs/generate.py -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page by its name."""
    marked = {
        "job.md": job_page(),
        "simulate.md": simulate_page(),
        "commands.md": commands_page(),
        "coverage.md": coverage_page(),
        "checklist.md": checklist_page(),
        "cheatsheet.md": cheatsheet_page(),
        "macros.md": macros_page(),
        "xds-rules.md": xds_rules_page(),
        **rule_pages(),
    }
    return {
        **{name: NOTE + text for name, text in marked.items()},
        "job.schema.json": json.dumps(job_schema(), indent=1) + "\n",
        "plan.schema.json": json.dumps(plan_schema(), indent=1, sort_keys=True) + "\n",
        "results.schema.json": json.dumps(results_schema(), indent=1, sort_keys=True) + "\n",
    }


if __name__ == "__main__":
    written = pages()
    for name, text in written.items():
        (REFERENCE / name).parent.mkdir(exist_ok=True)
        (REFERENCE / name).write_text(text, encoding="utf-8")
    for path in (REFERENCE / "rules").iterdir():
        if f"rules/{path.name}" not in written:
            path.unlink()
