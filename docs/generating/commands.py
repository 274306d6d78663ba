"""The page of all commands: their help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from sweepwright.cli.main import application


def commands_page() -> str:
    """The help of every command."""
    app, runner = application(), CliRunner()
    parts = ["# Commands\n"]
    for name in _names(get_command(app)):
        words = [*name.split(), "--help"]
        told = runner.invoke(app, words, terminal_width=100, prog_name="sweepwright")
        text = "\n".join(line.rstrip() for line in told.output.strip().splitlines())
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _names(command: Any, above: str = "") -> Iterator[str]:
    """Every command that is not hidden, those of a group by both words."""
    if not hasattr(command, "commands"):
        yield above.strip()
        return
    for name, inner in command.commands.items():
        if not inner.hidden:
            yield from _names(inner, f"{above} {name}")
