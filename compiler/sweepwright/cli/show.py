"""What the command writes: results on standard output, everything about them on standard error."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from sweepwright.model.diagnostic import Diagnostic

_WIDTH, _NARROWEST = 100, 40


class Format(StrEnum):
    """For whom diagnostics are written."""

    PEOPLE = "people"
    JSON = "json"
    GITHUB = "github"


def colourful(stream: TextIO | None = None) -> bool:
    """Whether a stream wants colour: a terminal, and NO_COLOR is not set."""
    return (stream or sys.stderr).isatty() and "NO_COLOR" not in os.environ


def out(text: str = "") -> None:
    """A line on standard output."""
    _line(sys.stdout, text)


def say(text: str = "") -> None:
    """A line on standard error."""
    _line(sys.stderr, text)


def json_out(value: Any) -> None:
    """JSON on standard output."""
    out(json.dumps(value, indent=1, ensure_ascii=False))


def diagnostics(
    items: Iterable[Diagnostic],
    sources: Mapping[str, str] | None = None,
    places: Collection[Path] | None = None,
) -> None:
    """Every diagnostic on standard error, with pictures of the texts that it names.

    ``sources`` are texts that are known by name; others are read. With ``places`` only these files,
    and files in these folders, are read, links resolved: a job that came by mail may name anything.
    """
    found = list(items)
    if not found:
        return
    from sweepwright.cli.rendering.people import Page, limited, picture

    shown, more = limited(found)
    texts = {**_texts(shown, places), **(sources or {})}
    page = Page(texts, _width(), colourful())
    for item in shown:
        say(picture(item, page))
    for code, number in more.items():
        say(f"... and {number} more of {code}; '--format json' shows all")


def _texts(items: Iterable[Diagnostic], places: Collection[Path] | None) -> dict[str, str]:
    spans = [item.span for item in items if item.span is not None]
    spans += [other.span for item in items for other in item.related]
    allowed = None if places is None else [place.resolve() for place in places]
    texts = {}
    for name in dict.fromkeys(span.file for span in spans):
        try:
            path = Path(name).resolve()
            if allowed is None or any(path.is_relative_to(place) for place in allowed):
                texts[name] = path.read_bytes().decode("utf-8-sig", errors="replace")
        except (OSError, ValueError, RuntimeError):  # RuntimeError: a ring of links
            continue
    return texts


def _width() -> int:
    """Cells of the terminal; a fixed number where the text goes elsewhere."""
    if not sys.stderr.isatty():
        return _WIDTH
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns)


def _line(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
