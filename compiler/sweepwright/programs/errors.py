"""What programs print when they fail, as tables: ``errors.yaml`` in the folder of each program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KnownError:
    """A text of a program, what it means, and what to try."""

    pattern: re.Pattern[str]
    meaning: str
    advice: str


def known_errors(program: str) -> tuple[KnownError, ...]:
    """The table of a program in its order."""
    from ruamel.yaml import YAML

    rows = YAML(typ="safe").load(Path(__file__).parent / program / "errors.yaml")
    return tuple(KnownError(re.compile(row["pattern"]), row["meaning"], row["try"]) for row in rows)


def explain(program: str, texts: Iterable[str]) -> tuple[str, str]:
    """Meaning and advice of the first known error, in the first text that has one; else empty.

    Its last place in the text counts: before it a traceback may show the line of source that says it.
    """
    errors = known_errors(program)
    for text in texts:
        for error in errors:
            found = list(error.pattern.finditer(text))
            if found:
                return error.meaning.format(**found[-1].groupdict()), error.advice
    return "", ""
