"""Text that YAML cuts off: a blank before ``#`` starts a comment, also where none was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sweepwright.language.lines import lines
from sweepwright.language.nodes import JobText, Node
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, warning

#: a comment that somebody meant has a blank behind its ``#``
_DOUBTFUL = re.compile(r"[ \t]+#[^\s#].*")


def check_comments(text: JobText) -> Iterator[Diagnostic]:
    """SW-L054: a value is followed by ``#`` and a word: ``title: run #3`` is ``run``."""
    source = lines(text.source)
    for value in _values(text.root):
        span = value.span
        if value.quoted or span.file != text.name or not str(value.value):
            continue
        match = _DOUBTFUL.fullmatch(source[span.end_line - 1], span.end_column - 1)
        if match is None:
            continue
        comment = match[0].strip()
        whole = Span(span.file, span.line, span.column, span.end_line, match.end() + 1)
        quoted = f"{value.value}{match[0]}".rstrip().replace("'", "''")
        yield warning(
            "SW-L054",
            f"'{value.value}' is followed by a comment, '{comment}'",
            whole,
            help="If it belongs to the text put the whole in quotes; else write a blank behind the '#'.",
            fix=Fix("put the whole in quotes", whole, f"'{quoted}'", safe=False),
        )


def _values(node: Node) -> Iterator[Node]:
    """The scalars of a text that are no keys."""
    if node.kind == "scalar":
        yield node
    for inner in (*node.items(), *(value for _, value in node.pairs())):
        yield from _values(inner)
