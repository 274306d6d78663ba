"""``read``: what the files of other programs say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.logs.reading import Reading

#: rows of a table that people are shown
_ROWS = 12


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(read)


def read(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Logs and data.", show_default=False)
    ],
    json: o.Json = False,
) -> None:
    """Show what logs and data files of XDS and CCP4 say: numbers by name, and tables.

    Reads the logs of XYCORR, INIT, COLSPOT, IDXREF, DEFPIX, INTEGRATE, CORRECT, XSCALE and XDSCONV,
    XDS_ASCII.HKL, INTEGRATE.HKL, XPARM.XDS and SPOT.XDS, what XDS prints, and the logs and XML files
    of POINTLESS, AIMLESS and CTRUNCATE, of many versions. The kind is told by the content. A part
    that cannot be read for certain is told and left out.

    Example: sweepwright read sweeps/A/correct/1/CORRECT.LP
    """
    from sweepwright.api.readings import read_files

    found = read_files(files)
    if json:
        json_out([item.to_json() for item in found])
    else:
        for item in found:
            diagnostics(item.problems)
            for line in _lines(item.file, item.reading) if item.reading else ():
                out(line)
    failed = any(item.problems for item in found)
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def _lines(file: str, reading: Reading) -> Iterator[str]:
    yield f"{file}  {reading.kind} of {reading.program} {reading.version or ''}".rstrip()
    width = max(map(len, reading.values), default=0)
    for name, value in reading.values.items():
        yield f"  {name:<{width}}  {_words(value)}"
    for name, table in reading.tables.items():
        yield f"  {name}: {len(table.rows)} rows"
        cells = [
            list(table.columns),
            *([_words(cell) for cell in row] for row in table.rows[:_ROWS]),
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            yield "    " + "  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True))
        if len(table.rows) > _ROWS:
            yield "    ..."


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
