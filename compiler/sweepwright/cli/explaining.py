"""``explain``: who said a value, in a job or in a file that a run emits; what a rule is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer

from sweepwright.cli import completing
from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode, error, has_errors
from sweepwright.model.resolved import Edit, Layer, Written

if TYPE_CHECKING:
    from sweepwright.api.explaining import Explained, FileExplanation

_CODE = re.compile(r"SW-[A-Z]\d{3}", re.IGNORECASE)
_OWNER = re.compile(r"(?:crystals|datasets|sweeps)\[[^\]]*\]")
_EDITS = {
    Edit.APPEND: "appends to what is below",
    Edit.REMOVE: "takes away from what is below",
    Edit.DEFAULT: "takes back what is below",
}
#: cells that a name and a value may have before they push the rest to the right
_NAME, _VALUE = 46, 30


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(explain)


def explain(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="JOB|CODE", help="A job file, or a code like SW-L008.", show_default=False,
            autocompletion=completing.codes,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]", help="A leaf, or several by the beginning of their key.",
            show_default=False, autocompletion=completing.keys,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="A file of a run folder; a number after it is a line."
        ),
    ] = None,
    engine: o.Engine = None,
    settings: o.Set = None,
    bind: o.Bind = None,
    plugin: o.Plugin = None,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Show who said each value of a job, where, and what it hides.

    Below a value stand those that it hides, highest first, and the values that it was made from.
    KEY is a leaf (sweeps[A].geometry.distance), a key of the language (geometry.distance: of every
    sweep) or the beginning of one (geometry, sweeps[A]). With --file each line of a file that a
    step reads is explained, also in a run folder from elsewhere; after the run with what was
    decided. With a code of a diagnostic: what its rule means.

    Example: sweepwright explain lyso.yaml geometry

    Example: sweepwright explain --file lyso/sweeps/A/import/import.phil 12
    """
    of_job = key is not None or engine or settings or bind or plugin
    if file is not None:
        if of_job:
            _wrong("--file goes with a line number and --json alone")
        _file(file, _line(subject), json)
    elif subject is None:
        _wrong("name a job, a code, or a file of a run: --file FILE")
    elif _CODE.fullmatch(subject):
        if of_job:
            _wrong("a code goes with --json alone")
        _rule(subject.upper(), json)
    else:
        from sweepwright.api.explaining import explain_job

        told = explain_job(Path(subject), o.options(engine, settings, bind, plugin), key)
        if json:
            json_out(told.to_json())
        else:
            diagnostics(told.diagnostics, told.sources, places=(Path(subject),))
            _tell(told.leaves, whole=key is None)
        _end(has_errors(told.diagnostics))


def _line(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        _wrong(f"'{text}' is not the number of a line")
    return int(text)


def _file(path: Path, line: int | None, json: bool) -> None:
    from sweepwright.api.explaining import explain_file

    told = explain_file(path, line)
    if json:
        json_out(told.to_json())
    else:
        diagnostics(told.diagnostics)
        _tell_lines(told)
    _end(has_errors(told.diagnostics))


def _rule(code: str, json: bool) -> None:
    from sweepwright.rules.catalogue import text

    page = text(code)
    if page is None:
        help_ = "A code stands in the brackets of a message, e.g. error[SW-L008]."
        diagnostics([error("SW-L062", f"there is no rule '{code}'", help=help_)])
        _end(True)
    if json:
        json_out({"code": code, "text": page})
    else:
        out(page)


def _wrong(message: str) -> NoReturn:
    say(f"error: {message}")
    raise typer.Exit(ExitCode.WRONG_USE)


def _end(failed: bool) -> NoReturn:
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def _tell(leaves: Iterable[Explained], whole: bool) -> None:
    """The leaves as a table for each of the job, its crystals, data sets and sweeps."""
    for number, (owner, group) in enumerate(groupby(leaves, key=lambda leaf: _owner(leaf.leaf))):
        if whole:
            out(("\n" if number else "") + owner)
        above = f"{owner}." if whole else ""
        rows = [row for leaf in group for row in _rows(leaf, leaf.leaf.removeprefix(above))]
        for line in _table(rows, "  " if whole else ""):
            out(line)


def _owner(leaf: str) -> str:
    """``sweeps[A]`` of a leaf of that sweep, else ``job``."""
    found = _OWNER.match(leaf)
    return found[0] if found else "job"


def _tell_lines(told: FileExplanation) -> None:
    for line in told.lines:
        out(f"{line.number:>4} | {line.text}".rstrip())
        rows = [row for leaf in line.leaves for row in _rows(leaf, leaf.leaf)]
        for text in _table(rows, " " * 7) if rows else ["       stands so in the template"]:
            out(text)


class Row(NamedTuple):
    """What stands in a line of a table."""

    name: str
    value: str
    who: str


def _table(rows: list[Row], indent: str) -> Iterator[str]:
    name, value = (
        max((len(cell) for cell in column if len(cell) <= most), default=0)
        for column, most in (
            ([row.name for row in rows], _NAME),
            ([row.value for row in rows], _VALUE),
        )
    )
    for row in rows:
        yield f"{indent}{row.name:<{name}}  {row.value:<{value}}  {row.who}".rstrip()


def _rows(leaf: Explained, name: str, indent: str = "") -> Iterator[Row]:
    """A leaf, what it hides, what was decided, and what it was made from."""
    from sweepwright.records.lock import in_words

    if not leaf.stack:
        yield Row(indent + name, "", leaf.said)
        return
    top, *hidden = leaf.stack
    yield Row(indent + name, in_words(top.value), _who(top))
    inner = f"{indent}  "
    if isinstance(top.value, Mapping) and top.value.get("rule"):
        yield Row(f"{inner}rule", str(top.value["rule"]), "")
    if leaf.decided is not None:
        yield Row(f"{inner}decided", in_words(leaf.decided.value), "")
        for text in _evidence(leaf.decided.evidence):
            yield Row(f"{inner}because", text, "")
    for written in hidden:
        yield Row(f"{inner}hides", in_words(written.value), _who(written))
    for source in leaf.of:
        yield from _rows(source, f"of {source.leaf}", inner)


def _who(written: Written) -> str:
    """Layer, name and key, the place, and what was done to a list."""
    origin = written.origin
    said = f"computed: {origin.key}" if origin.layer is Layer.COMPUTED else str(origin)
    edit = f" ({_EDITS[written.edit]})" if written.edit in _EDITS else ""
    return f"{said}{edit}  {origin.span}" if origin.span else said + edit


def _evidence(evidence: Any) -> Iterator[str]:
    """The parts of the evidence that fit in a line; tables are in the step's decision.json."""
    if not isinstance(evidence, Mapping):
        return
    from sweepwright.records.lock import in_words

    for name, value in evidence.items():
        if isinstance(value, list | Mapping) and len(in_words(value)) > 2 * _NAME:
            yield f"{name}: {len(value)} entries in decision.json"
        elif value not in ("", None, [], {}):
            yield f"{name}: {in_words(value)}"
