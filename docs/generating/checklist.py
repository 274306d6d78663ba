"""The page of the checklist: what the replaced system offers, and where it is here."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

CHECKLIST = Path(__file__).parents[1] / "checklist.yaml"
_INTRODUCTION = """\
# The checklist

What autoPROC offers at synchrotrons (Global Phasing wiki, page *RunningAutoProcAtSynchrotrons*, items
A to J, and what goes with it in public use, K), and where it is in sweepwright. *Done* is shown by the
test that is named. What is *partly* there or comes *later* is never ignored: a job that asks for it
is told so ([what each engine does](coverage.md)), and the last column says which part of the project
brings it. `sweepwright import autoproc` turns a whole command into a job.
"""


def checklist_page() -> str:
    """All items as one table."""
    said = YAML(typ="safe").load(CHECKLIST)
    lines = [
        "| item | asks for | here | state | shown by, or part of |",
        "|---|---|---|---|---|",
    ]
    for number, item in said["items"].items():
        notes = [f"`{item['test'].replace('::', ' ')}`"] if "test" in item else []
        notes += [said["parts"][item["part"]]] if "part" in item else []
        cells = (number, item["asks"], item["job"], item["state"], "; ".join(notes))
        lines.append(f"| {' | '.join(cells)} |")
    return _INTRODUCTION + "\n" + "\n".join(lines) + "\n"
