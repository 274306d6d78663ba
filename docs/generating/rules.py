"""The pages of all diagnostics: one a code, with its bad example and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path

from sweepwright.rules import catalogue

BAD_JOBS = Path(__file__).parents[2] / "tests/bad_jobs"
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
    pages = {"rules/index.md": f"# Diagnostics\n\n{DIAGNOSTICS}\n{catalogue.index()}"}
    for code in catalogue.codes():
        scene, job, said = (
            path.read_text(encoding="utf-8") if (path := BAD_JOBS / code / name).exists() else ""
            for name in ("scene.yaml", "job.yaml", "expected.txt")
        )
        setting = re.search(r"^setting: (.+)$", scene, re.MULTILINE)
        told = setting[1] if setting else ""
        pages[f"rules/{code}.md"] = catalogue.page(code, job, said, told)
    return pages
