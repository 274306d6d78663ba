"""``lint-headers``: what headers lack or say unusually, for those who write them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.lint_headers import Finding, Report

_SHOWN = 4


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("lint-headers")(lint_headers)


def lint_headers(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER...", help="Images, or folders.", show_default=False),
    ],
    json: o.Json = False,
) -> None:
    """Report what the headers of images lack or say unusually, and what to write instead.

    For the staff of beamlines: every field that processing needs and a header does not give, every
    value that it cannot mean, every unit or name that readers have to guess. Of a folder the first
    image of each series in it and below is read. Exit code 1 when a file cannot be read.

    Example: sweepwright lint-headers raw/lyso_0001.cbf
    """
    from sweepwright.api.lint_headers import lint_headers as lint

    report = lint(paths)
    if json:
        json_out(report.to_json())
    else:
        diagnostics(report.errors)
        for line in _lines(report):
            out(line)
    raise typer.Exit(ExitCode.WRONG_INPUT if report.errors else ExitCode.GOOD)


def _lines(report: Report) -> Iterator[str]:
    read = sum(header.facts is not None for header in report.headers)
    fields = len({finding.field for finding in report.findings})
    yield f"{read} header{'s' if read != 1 else ''} read; {fields or 'no'} field{'s' if fields != 1 else ''} to mend"
    for field, findings in groupby(report.findings, key=lambda finding: finding.field):
        told = list(findings)
        yield ""
        yield f"{field.replace('_', ' ').replace('center', 'centre')}: {told[0].why}".rstrip(": ")
        for finding in told:
            what = f"{finding.message} ({finding.key})" if finding.message else "not said"
            yield f"  {what}: {_files(finding, read)}"
            yield f"    write: {finding.instead}"


def _files(finding: Finding, read: int) -> str:
    if len(finding.files) == read > 1:
        return f"all {read} files"
    names = [Path(file).name for file in finding.files[:_SHOWN]]
    more = len(finding.files) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
