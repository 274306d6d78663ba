"""``headers``: what image files say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.headers import FileHeader

#: field -> how people call it, and its unit
_ROWS = {
    "detector": ("detector", ""),
    "serial": ("serial", ""),
    "site": ("site", ""),
    "date": ("date", ""),
    "wavelength": ("wavelength", "A"),
    "distance": ("distance", "mm"),
    "beam_center": ("beam centre", "px"),
    "beam_mm": ("beam, as written", "mm"),
    "size": ("size", "px"),
    "pixel_size": ("pixel", "mm"),
    "two_theta": ("two-theta", "deg"),
    "start": ("start", "deg"),
    "width": ("width", "deg"),
    "scan_axis": ("scanned axis", ""),
    "rotation_axis": ("rotation axis", ""),
    "omega": ("omega", "deg"),
    "kappa": ("kappa", "deg"),
    "phi": ("phi", "deg"),
    "chi": ("chi", "deg"),
    "images": ("images", ""),
    "exposure_time": ("exposure", "s"),
    "overload": ("overload", "counts"),
    "sensor_material": ("sensor", ""),
    "sensor_thickness": ("sensor thickness", "mm"),
    "polarization": ("polarization", ""),
}
_NAME, _VALUE = 17, 44


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(headers)


def headers(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Image files.", show_default=False)
    ],
    json: o.Json = False,
    xds: Annotated[
        bool, typer.Option("--xds", help="Print the geometry lines of XDS.INP instead.")
    ] = False,
) -> None:
    """Show what the headers of images say, and where they say it.

    Formats: mini-CBF and full imgCIF, ADSC and d*TREK SMV, MarCCD and Rayonix, mar345, Bruker SFRM,
    R-AXIS, Rigaku ROD, Eiger HDF5 masters and NXmx; also packed by gzip or bzip2. Pixels are not
    read. Beam centres count from the outer corner of the first pixel, fast then slow; directions are
    in the frame with x along the fast direction and z along the beam. What a header says but cannot
    mean is told as a doubt and not used.

    Example: sweepwright headers raw/lyso_0001.cbf

    Example: sweepwright headers --xds raw/lyso_master.h5
    """
    if json and xds:
        say("error: --json and --xds go one at a time")
        raise typer.Exit(ExitCode.WRONG_USE)
    from sweepwright.api.headers import headers_of

    found = headers_of(files)
    if json:
        json_out([header.to_json() for header in found])
    else:
        for number, header in enumerate(found):
            _tell(header, xds, first=number == 0)
    failed = any(header.error is not None for header in found)
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def _tell(header: FileHeader, xds: bool, first: bool) -> None:
    if header.error is not None:
        diagnostics([header.error])
        return
    for line in ("", *_xds(header)) if xds else ("", *_table(header)):
        if line or not first:
            out(line)


def _table(header: FileHeader) -> Iterator[str]:
    assert header.facts is not None
    yield f"{header.file}  {header.facts.format}"
    for field, (name, unit) in _ROWS.items():
        fact = header.get(field)
        if fact is not None:
            yield _row(name, f"{_words(fact.value)} {unit}", fact.key)
    for axis in header.facts.axes:
        angle = "" if axis.angle_deg is None else f" at {_words(axis.angle_deg)} deg"
        yield _row(f"axis {axis.name}", f"{_words(axis.vector)}{angle}", axis.key)
    for number, panel in enumerate(header.facts.panels, 1):
        directions = f"fast {_words(panel.fast)}, slow {_words(panel.slow)}"
        yield _row(f"panel {number}", directions, f"corner at {_words(panel.origin_mm)} mm")
    for doubt in header.facts.doubts:
        name = _ROWS.get(doubt.field, (doubt.field, ""))[0]
        yield f"  doubt: {name}: {doubt.message}  ({doubt.key})"


def _row(name: str, value: str, origin: str) -> str:
    return f"  {name:<{_NAME}} {value.strip():<{_VALUE}} {origin}".rstrip()


def _words(value: Any) -> str:
    from sweepwright.emit import spell

    return spell.plain(value)


def _xds(header: FileHeader) -> Iterator[str]:
    from sweepwright.api.headers_xds import xds_lines

    found = xds_lines(header)
    yield f"! {header.file}"
    yield from found.lines
    for word, why in found.missing.items():
        yield f"! no {word}: {why}"
