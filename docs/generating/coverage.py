"""The page of the coverage tables: what each engine does with each key of a job."""

from __future__ import annotations

from sweepwright.checks.coverage import coverage
from sweepwright.cli.covering import remarks
from sweepwright.engines.registry import ENGINES

_NAMES = {"xds": "XDS", "dials": "DIALS"}
_INTRODUCTION = """\
# What each engine does with each key

*Honoured*: as the key says. *Approximated*: nearly so; `check` says the difference (SW-E011).
*Refused*: an error in a job (SW-E010), a warning in a macro, unless the value asks for what is done
anyway. No key is ever ignored. `sweepwright coverage` shows this table, `sweepwright coverage KEY` a
part of it. Keys of crystals, data sets and sweeps stand by their own names.
"""


def coverage_page() -> str:
    """All keys as one table."""
    engines = sorted(ENGINES, reverse=True)
    lines = [f"| key | {' | '.join(_NAMES[name] for name in engines)} | remarks |"]
    lines.append("|---|" + "---|" * (len(engines) + 1))
    for key in coverage(engines[0]):
        entries = {name: coverage(name)[key] for name in engines}
        states = " | ".join(entry.state for entry in entries.values())
        lines.append(f"| `{key}` | {states} | {'; '.join(remarks(entries))} |")
    return _INTRODUCTION + "\n" + "\n".join(lines) + "\n"
