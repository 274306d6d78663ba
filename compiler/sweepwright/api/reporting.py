"""The report of a run folder: results.json, statistics.json, table1.txt and summary.html."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.model.plan import Plan


def write_report(folder: Path, plan: Plan) -> dict[str, Any]:
    """Writes the report from what the run left behind; the content of results.json. Raises OSError."""
    from sweepwright.api.viewing import gaps_of
    from sweepwright.report.gather import gather
    from sweepwright.report.summary import render_summary
    from sweepwright.results.table1 import table1

    report = gather(folder, plan, gaps_of)
    results = folder / "results"
    results.mkdir(exist_ok=True)
    data = report.results.to_json()
    write_file(results / "statistics.json", json_bytes({"sets": list(report.statistics)}))
    write_file(results / "table1.txt", table1(report.results.sets).encode())
    write_file(results / "results.json", json_bytes(data))
    write_file(folder / "summary.html", render_summary(report.summary).encode())
    return data
