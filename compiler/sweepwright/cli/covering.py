"""``coverage``: what each engine does with each key of a job."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import json_out, out, say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.checks.coverage import Coverage

_WIDTH, _STATE = 100, 14


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(coverage)


def coverage(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]", help="A key, or several by their beginning.", show_default=False
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option("--engine", metavar="xds|dials", help="This engine alone; default: both."),
    ] = None,
    json: o.Json = False,
) -> None:
    """Show what each engine does with each key of a job: honoured, approximated or refused.

    Honoured is done as the key says. Approximated is done nearly so, and 'check' says the
    difference. Refused is an error in a job, unless the value asks for what is done anyway.

    Example: sweepwright coverage processing.indexing
    """
    from sweepwright.engines.registry import ENGINES

    if engine is not None and engine not in ENGINES:
        say(f"error: --engine {engine}: it is {' or '.join(ENGINES)}")
        raise typer.Exit(ExitCode.WRONG_USE)
    engines = [engine] if engine is not None else sorted(ENGINES, reverse=True)
    rows = _rows(key, engines)
    if json:
        json_out({name: {e: c._asdict() for e, c in entries.items()} for name, entries in rows})
        return
    width = max(len(name) for name, _ in rows) + 2
    out("key".ljust(width) + "".join(name.ljust(_STATE) for name in engines).rstrip())
    for name, entries in rows:
        states = "".join(entry.state.ljust(_STATE) for entry in entries.values())
        out(name.ljust(width) + states.rstrip())
        for line in remarks(entries):
            out(textwrap.fill(line, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4))


def _rows(key: str | None, engines: list[str]) -> list[tuple[str, Mapping[str, Coverage]]]:
    """The entries of all keys, or of those that begin with this one; none is wrong use."""
    from sweepwright.checks.coverage import coverage as table
    from sweepwright.model.proposals import closest

    known = table(engines[0])
    found = [name for name in known if key is None or f"{name}.".startswith(f"{key}.")]
    if not found:
        close = closest(str(key), known)
        say(f"error: no key of a job is called '{key}'")
        say(f"Did you mean '{close}'?" if close else "'sweepwright coverage' lists all keys.")
        raise typer.Exit(ExitCode.WRONG_USE)
    return [(name, {engine: table(engine)[name] for engine in engines}) for name in found]


def remarks(entries: Mapping[str, Coverage]) -> Iterator[str]:
    """What is to be said of the entries of a key, once where it is the same for all engines."""
    said: dict[str, list[str]] = {}
    for engine, entry in entries.items():
        if entry.reason:
            accepted = f" (accepted: {', '.join(entry.accepts)})" if entry.accepts else ""
            said.setdefault(entry.reason + accepted, []).append(engine)
    for text, engines in said.items():
        yield text if len(engines) == len(entries) else f"{', '.join(engines)}: {text}"
