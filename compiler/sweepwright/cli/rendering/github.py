"""Diagnostics as workflow commands: GitHub shows them at their lines in a pull request."""

from __future__ import annotations

from sweepwright.model.diagnostic import Diagnostic, Severity

_WORD = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def annotation(item: Diagnostic) -> str:
    """``::error file=job.yaml,line=3,col=5,...::message``.

    GitHub takes columns only of a span on one line.
    """
    properties: dict[str, object] = {}
    if item.span is not None:
        properties = {"file": item.span.file, "line": item.span.line}
        if item.span.line == item.span.end_line:
            end = max(item.span.end_column, item.span.column + 1)
            properties |= {"col": item.span.column, "endLine": item.span.line, "endColumn": end}
        else:
            properties["endLine"] = item.span.end_line
    properties["title"] = item.code
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = "\n".join(part for part in (item.message, item.help) if part)
    return f"::{_WORD[item.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
