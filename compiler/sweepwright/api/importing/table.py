"""The tables: what each argument of another system becomes. Facts are in YAML, with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sweepwright.api.importing.pieces import Piece


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one argument; the head of each table says what the fields mean."""

    words: int = 0
    key: str = ""
    read: str = "text"
    set: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Row] = field(default_factory=dict)
    gather: str = ""
    do: str = ""
    off: str = ""
    macro: str = ""
    note: str = ""
    leave: str = ""
    refuse: str = ""
    help: str = ""
    source: tuple[str, ...] = ()
    confidence: str = ""

    def used(self, values: Sequence[Piece]) -> Sequence[Piece]:
        """The pieces of the values that go into the job as they are."""
        if not (self.key or self.gather or self.do) or self.do == "sweep":
            return ()
        if self.read == "file name":
            return [value.part(value.text.rfind("/") + 1, len(value.text)) for value in values]
        return values


Rows = Mapping[str, Row]


@cache
def table(name: str) -> Mapping[str, Rows]:
    """The sections of ``NAME.yaml`` beside this module, each a mapping of rows."""
    from ruamel.yaml import YAML

    loaded = YAML(typ="safe").load(Path(__file__).with_name(f"{name}.yaml"))
    sections = {key: rows for key, rows in loaded.items() if key not in ("format", "sources")}
    return {
        section: {word: _row(row) for word, row in _written_out(rows)}
        for section, rows in sections.items()
    }


def _written_out(rows: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """One row may stand for several words, apart by blanks."""
    for words, row in rows.items():
        for word in words.split():
            yield word, row


def _row(fields: Mapping[str, Any]) -> Row:
    values = {word: _row(row) for word, row in fields.get("values", {}).items()}
    return Row(**{**fields, "values": values, "source": tuple(fields.get("source", ()))})
