"""Load: the bytes of a file -> nodes, or what is wrong with it as YAML."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sweepwright.language.lines import Offsets, lines
from sweepwright.language.nodes import JobText
from sweepwright.language.reading import SizeError, read
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, error

MAX_BYTES = 2_000_000
_BRACED_ROOT = re.compile(r"[:\-,\[]\s+(?P<root>\{(?P<name>[\w+-]+)\})/")


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
        hint = "Check the spelling, or write one with 'sweepwright: 1' and 'sweeps:'."
        return None, [error("SW-L001", f"cannot read '{shown}': {problem.strerror}", help=hint)]
    if len(raw) > MAX_BYTES:
        return None, [error("SW-L002", f"'{shown}' is larger than 2 MB; that is no job file")]
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        message = f"'{shown}' is not UTF-8 text (byte {problem.start}, line {line})"
        return None, [error("SW-L002", message, help="Save the file as UTF-8.")]
    return loads(source, shown)


def loads(source: str, name: str) -> tuple[JobText | None, list[Diagnostic]]:
    """The nodes of YAML text."""
    whole = Span(name, 1, 1, 1, 1)
    try:
        root, diagnostics = read(source, name)
    except SizeError as problem:
        return None, [problem.diagnostic]
    except MarkedYAMLError as problem:
        return None, [_syntax_error(problem, name, source)]
    except (YAMLError, ValueError, RecursionError) as problem:
        return None, [error("SW-L003", f"this is not YAML: {problem}", whole)]
    if root is None and not diagnostics:
        return None, [error("SW-L004", "the file is empty", whole, help=SMALLEST)]
    if root is None or diagnostics:
        return None, diagnostics
    if root.kind != "mapping":
        message = "a job is a mapping of keys and values"
        return None, [error("SW-L004", message, root.span, help=SMALLEST)]
    return JobText(name, source, root), []


SMALLEST = "The smallest job:\n  sweepwright: 1\n  sweeps:\n    - images: data/lyso_####.cbf"


def _syntax_error(problem: MarkedYAMLError, name: str, source: str) -> Diagnostic:
    mark = problem.problem_mark or problem.context_mark
    span = _point(source, name, mark.line, mark.column) if mark else None
    text = " ".join(str(part) for part in (problem.context, problem.problem) if part)
    braced = _braced_root(source, name, mark.line) if mark else None
    if braced is not None:
        return braced
    hint = None
    if "alias" in text:
        hint = "A '*' at the beginning of a value is an alias in YAML: put the text in quotes."
    elif mark and "\t" in _line(source, mark.line):
        hint = "Indent with blanks, not with tabs."
    elif "mapping values are not allowed" in text:
        hint = (
            "Look for a missing line break, a wrong indentation, or put text with ': ' in quotes."
        )
    return error("SW-L003", f"this is not YAML: {text}", span, help=hint)


def _braced_root(source: str, name: str, line: int) -> Diagnostic | None:
    """An unquoted ``{raw}/...``, which YAML reads as a mapping and then stumbles over the rest."""
    match = _BRACED_ROOT.search(_line(source, line))
    if match is None:
        return None
    begin, end = match.span("root")
    span = Span(name, line + 1, begin + 1, line + 1, end + 1)
    right = f"${match['name']}"
    fix = Fix(f"write '{right}'", span, right, safe=True)
    message = f"text that begins with '{{' is a mapping in YAML: a root is written {right}"
    return error("SW-L003", message, span, help=f"Write '{right}/...'.", fix=fix)


def _point(source: str, name: str, line: int, column: int) -> Span:
    """One character of the text."""
    return Offsets(source).inside(Span(name, line + 1, column + 1, line + 1, column + 2))


def _line(source: str, number: int) -> str:
    found = lines(source)
    return found[number] if number < len(found) else ""
