"""Text files that are imported or named in what is imported."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sweepwright.api.importing.pieces import Piece, Source
from sweepwright.model.diagnostic import Diagnostic, Span, error

_MAX_BYTES = 500_000
#: characters that no text for people holds; lone surrogates are bytes that are not UTF-8
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_text(name: str, span: Span | None = None) -> tuple[Source | None, Diagnostic | None]:
    """A file as text, ``-`` for standard input; or why not. ``span`` is where it is named."""
    shown = "standard input" if name == "-" else name
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(_MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as problem:
        help_ = "Check the spelling, and the folder you are in."
        return None, error(
            "SW-M012", f"cannot read '{shown}': {problem.strerror}", span, help=help_
        )
    except ValueError:
        help_ = "Save it as UTF-8."
        return None, error("SW-M012", f"'{shown}' is not UTF-8 text", span, help=help_)
    if len(raw) > _MAX_BYTES:
        return None, error("SW-M012", f"'{shown}' is larger than 500 kB", span)
    return Source(shown, text), None


def not_text(text: Piece) -> Diagnostic | None:
    """An error for the first character that cannot stand in a text."""
    match = _NOT_TEXT.search(text.text)
    if match is None:
        return None
    message = "the text holds the character X, which cannot stand in it"
    return error("SW-M011", message, text.part(*match.span()).span, help="Remove it.")
