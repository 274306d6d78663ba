"""``site list|show|lint|match``: what is known of beamlines, and which of them an image is of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode, has_errors

if TYPE_CHECKING:
    from sweepwright.sites.query import SiteQuery
    from sweepwright.sites.store import Entry

app = typer.Typer(
    name="site", no_args_is_help=True, help="Site records: what is known of beamlines."
)
SiteDb = Annotated[
    list[Path] | None,
    typer.Option(
        "--sitedb",
        metavar="PATH",
        help="A site file of your own, or a folder of them. Repeatable.",
    ),
]


def register(parent: typer.Typer) -> None:
    """Adds the commands."""
    parent.add_typer(app)


@app.command("list")
def list_(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help="Only what holds this word.", show_default=False)
    ] = "",
    goniostats: Annotated[
        bool, typer.Option("--goniostats", help="List goniostats and their axes instead.")
    ] = False,
    sitedb: SiteDb = None,
    json: o.Json = False,
) -> None:
    """List site records: id, place, detector, and the days for which they are valid.

    The program's own, those in ~/.config/sweepwright/sites, and those of --sitedb; of two with one
    id the last counts.

    Example: sweepwright site list esrf
    """
    from sweepwright.api.sites import all_sites, record_json

    if goniostats:
        _list_goniostats(word, json)
        return
    entries, found = all_sites(word, sitedb or ())
    diagnostics(found)
    if json:
        json_out([record_json(entry) for entry in entries])
    else:
        width = max((len(entry.record.id) for entry in entries), default=0)
        for entry in entries:
            record = entry.record
            out(
                f"{record.id:<{width}}  {record.place}, {record.detector.model or 'any detector'}, {record.valid}"
            )
    if has_errors(found):
        raise typer.Exit(ExitCode.WRONG_INPUT)


def _list_goniostats(word: str, json: bool) -> None:
    from sweepwright.api.sites import all_goniostats

    known = all_goniostats(word)
    if json:
        json_out([item.model_dump(mode="json", exclude_unset=True) for item in known])
        return
    width = max((len(item.id) for item in known), default=0)
    for item in known:
        axes = ", ".join(f"{axis.name} {_numbers(axis.vector)}" for axis in item.axes)
        out(f"{item.id:<{width}}  {item.name}: {axes} ({item.confidence})")


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A site record.", show_default=False)],
    sitedb: SiteDb = None,
    json: o.Json = False,
) -> None:
    """Show a site record as it is written, with its sources.

    Example: sweepwright site show esrf-id29-pilatus6m-0104
    """
    from sweepwright.api.sites import record_json, show_site

    entry, found = show_site(id_, sitedb or ())
    diagnostics(found)
    if entry is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if json:
        json_out(record_json(entry))
    else:
        out(f"# {entry.part.file.name} ({entry.layer.value})")
        out(f"facility: {entry.record.facility}")
        out(entry.part.text.rstrip())


@app.command()
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]", help="Site files or folders; default: all.", show_default=False
        ),
    ] = None,
    json: o.Json = False,
) -> None:
    """Check site files: their form, records that no header tells apart, gaps in time.

    Example: sweepwright site lint
    """
    from sweepwright.api.sites import lint_sites

    found = lint_sites(files or ())
    if json:
        json_out([item.to_json() for item in found])
    else:
        diagnostics(found)
    if has_errors(found):
        raise typer.Exit(ExitCode.WRONG_INPUT)


@app.command()
def match(
    image: Annotated[
        Path | None, typer.Argument(metavar="[IMAGE]", help="An image.", show_default=False)
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(
            "--detector", metavar="TEXT", help="The detector string, in the place of an image."
        ),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The day, or a date as in headers.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="NX,NY", help="Pixels of the frame.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="Format, e.g. minicbf.")
    ] = None,
    oscillation_axis: Annotated[
        str | None,
        typer.Option(
            "--oscillation-axis", metavar="TEXT", help="What the header says of the scanned axis."
        ),
    ] = None,
    sitedb: SiteDb = None,
    json: o.Json = False,
) -> None:
    """Find the site record of an image, or of what a header says.

    Exit code 0 for one record, 1 for none or several.

    Example: sweepwright site match --detector "PILATUS 6M, S/N 60-0104, ESRF ID29" --date 2012-05-01
    """
    from sweepwright.api.sites import SiteQuery, find_site, match_json

    if (image is None) == (detector is None):
        _wrong_use("name an image, or write --detector TEXT")
    if image is not None:
        if any((date, size, format_, oscillation_axis)):
            _wrong_use("the options belong to --detector; an image says these things itself")
        query = _of_image(image)
    else:
        query = SiteQuery(
            detector=detector,
            size_px=_size(size),
            date=date,
            format=_format(format_),
            oscillation_axis=oscillation_axis,
        )
    matched, found = find_site(query, sitedb or ())
    if json and matched is not None:
        json_out(match_json(matched, found))
    else:
        diagnostics(found)
    if matched is None or matched.entry is None:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if not json:
        _tell(matched.entry)


def _tell(entry: Entry) -> None:
    record, axis = entry.record, entry.record.rotation_axis
    vector = "not known" if axis.sw is None else _numbers(axis.sw)
    out(f"{record.id}: {record.place}, {record.valid}")
    out(f"  rotation axis  {vector} ({axis.confidence})")
    for name, value in (("goniostat", record.goniostat), ("beam centre", record.beam_centre)):
        if value:
            out(f"  {name:<13}  {value}")
    for quirk in record.quirks:
        out(f"  {quirk}")


def _numbers(vector: Iterable[float]) -> str:
    return " ".join(f"{number:g}" for number in vector)


def _of_image(path: Path) -> SiteQuery:
    from sweepwright.api.sites import image_query
    from sweepwright.images.errors import ImageError

    try:
        return image_query(path)
    except ImageError as problem:
        said = f"{path.name} {problem}"
    except OSError as problem:
        said = f"{path}: {problem.strerror}"
    say(f"error: {said}")
    raise typer.Exit(ExitCode.WRONG_INPUT)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = text.replace("x", ",").split(",")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        _wrong_use(f"--size {text}: write --size NX,NY")
    return int(parts[0]), int(parts[1])


def _format(name: str | None) -> str | None:
    from sweepwright.sites.query import FORMAT_KINDS

    if name is None:
        return None
    kind = name.partition(" ")[0]  # lists of files have remarks behind, as 'minicbf (converted)'
    if kind not in FORMAT_KINDS:
        _wrong_use(f"--format {name}: it is one of {', '.join(FORMAT_KINDS)}")
    return kind


def _wrong_use(message: str) -> NoReturn:
    say(f"error: {message}")
    raise typer.Exit(ExitCode.WRONG_USE)
