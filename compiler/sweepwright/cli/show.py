"""Diagnostics as text for people: a caret picture, what to do next, colour where it is wanted."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sweepwright.model.diagnostic import Diagnostic, Severity, Span

_COLOUR = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.ADVICE: "36;1"}


def colourful(stream: Any = None) -> bool:
    """Whether a stream wants colour: a terminal, and NO_COLOR is not set."""
    stream = stream or sys.stderr
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ


def out(text: str = "") -> None:
    """A line on standard output."""
    sys.stdout.write(text + "\n")


def say(text: str = "") -> None:
    """A line on standard error."""
    sys.stderr.write(text + "\n")


def json_out(value: Any) -> None:
    """JSON on standard output."""
    out(json.dumps(value, indent=1, ensure_ascii=False))


def diagnostics(items: Iterable[Diagnostic], sources: Mapping[str, str] | None = None) -> None:
    """Every diagnostic on standard error."""
    shown = {}
    for item in items:
        if item.span is not None and item.span.file not in shown:
            shown[item.span.file] = (sources or {}).get(item.span.file) or _read(item.span.file)
        say(picture(item, shown, colourful()))


def picture(item: Diagnostic, sources: Mapping[str, str], colour: bool) -> str:
    """A diagnostic with the lines that it speaks of."""
    head = f"{item.severity.value}[{item.code}]"
    if colour:
        head = f"\x1b[{_COLOUR[item.severity]}m{head}\x1b[0m"
    lines = [f"{head}: {item.message}"]
    if item.span is not None:
        lines += _caret(item.span, sources.get(item.span.file, ""))
    for related in item.related:
        lines.append(f"  note: {related.message}")
        lines += _caret(related.span, sources.get(related.span.file, ""))
    if item.help:
        first, *rest = item.help.split("\n")
        lines.append(f"  help: {first}")
        lines += [f"        {line}" for line in rest]
    return "\n".join(lines)


def _caret(span: Span, source: str) -> list[str]:
    lines = source.splitlines()
    place = [f"  --> {span}"]
    if not 0 < span.line <= len(lines):
        return place
    text = lines[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(text) + 1
    marks = "^" * max(1, min(end, len(text) + 1) - span.column)
    gutter = " " * len(str(span.line))
    column = " " * (span.column - 1)
    return [*place, f" {gutter} |", f" {span.line} | {text}", f" {gutter} | {column}{marks}"]


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
