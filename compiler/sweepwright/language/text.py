"""Load: the bytes of a file -> nodes, or what is wrong with it as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from sweepwright.language.nodes import JobText
from sweepwright.language.reading import SizeError, read
from sweepwright.model.diagnostic import Diagnostic, Span, error
from sweepwright.model.proposals import proposal

MAX_BYTES = 2_000_000


def load(path: Path, name: str | None = None) -> tuple[JobText | None, list[Diagnostic]]:
    """The nodes of a YAML file, or diagnostics that say why there are none."""
    shown = name or str(path)
    try:
        if path.is_dir():
            return None, [
                error(
                    "SW-L001", f"'{shown}' is a folder, not a job file", help="Name the YAML file."
                )
            ]
        raw = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as problem:
        return None, [error("SW-L001", f"cannot read '{shown}': {problem.strerror}", **_near(path))]
    if len(raw) > MAX_BYTES:
        return None, [error("SW-L002", f"'{shown}' is larger than 2 MB; that is no job file")]
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        message = f"'{shown}' is not UTF-8 text (byte {problem.start}, line {line})"
        return None, [error("SW-L002", message, help="Save the file as UTF-8.")]
    return loads(source, shown)


def _near(path: Path) -> dict[str, Any]:
    """A YAML file beside, whose name is like the one that cannot be read."""
    hint = "Check the spelling, or write one with 'sweepwright: 1' and 'sweeps:'."
    try:
        beside = [one.name for one in path.parent.iterdir() if one.suffix in (".yaml", ".yml")]
    except OSError:
        beside = []
    known = [name for name in beside if name != path.name]
    return proposal(path.name, known, None, hint, chosen=True)


def loads(source: str, name: str) -> tuple[JobText | None, list[Diagnostic]]:
    """The nodes of YAML text."""
    whole = Span(name, 1, 1, 1, 1)
    try:
        root, diagnostics = read(source, name)
    except SizeError as problem:
        return None, [problem.diagnostic]
    except (YAMLError, ValueError) as problem:
        from sweepwright.language.syntax import syntax_error  # most texts are YAML

        return None, [syntax_error(problem, name, source)]
    if root is None and not diagnostics:
        return None, [error("SW-L004", "the file is empty", whole, help=SMALLEST)]
    if root is None or diagnostics:
        return None, diagnostics
    if root.kind != "mapping":
        message = "a job is a mapping of keys and values"
        return None, [error("SW-L004", message, root.span, help=SMALLEST)]
    return JobText(name, source, root), []


SMALLEST = "The smallest job:\n  sweepwright: 1\n  sweeps:\n    - images: data/lyso_####.cbf"
