"""DIALS as data: what it says when it fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KnownError:
    """A text of DIALS, what it means, and what to try."""

    pattern: re.Pattern[str]
    meaning: str
    advice: str


def known_errors() -> tuple[KnownError, ...]:
    """The table of error texts."""
    from ruamel.yaml import YAML

    rows = YAML(typ="safe").load(Path(__file__).with_name("errors.yaml"))
    return tuple(KnownError(re.compile(row["pattern"]), row["meaning"], row["try"]) for row in rows)


def explain(texts: list[str]) -> tuple[str, str]:
    """Meaning and advice of the first known error in the texts; empty when none is known."""
    for error in known_errors():
        for text in texts:
            found = error.pattern.search(text)
            if found is not None:
                return error.meaning.format(**found.groupdict()), error.advice
    return "", ""
