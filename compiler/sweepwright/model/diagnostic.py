"""Errors as values: what a stage says about its input, with the place and the way out.

A stage returns diagnostics beside its result; exceptions are for bugs. Only the command line turns
diagnostics into text and exit codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the compilation."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class ExitCode(IntEnum):
    """What a command says to the shell; stable from the first release."""

    GOOD = 0
    WRONG_INPUT = 1
    WRONG_USE = 2
    PROCESSING_FAILED = 3
    INTERRUPTED = 4
    DIFFERENT = 5
    EXPECT_FAILED = 6
    BUG = 70


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that has to do with a diagnostic, e.g. the first of two equal keys."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the file that would mend the cause: put ``text`` in the place of ``span``.

    ``safe`` means that it cannot change what the author meant (spelling, quoting, units).
    """

    message: str
    span: Span
    text: str
    safe: bool


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of a stage. ``code`` names the rule (``SW-L012``), ``help`` what to do next."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    help: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None

    def to_json(self) -> dict[str, Any]:
        """The diagnostic as plain data for machines; absent parts are left out."""
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}


def error(code: str, message: str, span: Span | None = None, **more: Any) -> Diagnostic:
    """A diagnostic that stops the compilation."""
    return Diagnostic(code, Severity.ERROR, message, span, **more)


def warning(code: str, message: str, span: Span | None = None, **more: Any) -> Diagnostic:
    """A diagnostic that should be read before the result is trusted."""
    return Diagnostic(code, Severity.WARNING, message, span, **more)


def advice(code: str, message: str, span: Span | None = None, **more: Any) -> Diagnostic:
    """A diagnostic that says how it could be better."""
    return Diagnostic(code, Severity.ADVICE, message, span, **more)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of the diagnostics stops the compilation."""
    return any(item.severity is Severity.ERROR for item in diagnostics)


class MendableError(ValueError):
    """A value that is wrong in a way that can be mended: ``fix`` is what to write in its place."""

    def __init__(self, message: str, fix: str, safe: bool) -> None:
        super().__init__(message)
        self.fix = fix
        self.safe = safe
