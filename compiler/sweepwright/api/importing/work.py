"""What readers of arguments share: rows applied to words, values put aside until all are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sweepwright.api.importing.draft import Draft, Leaf, Path
from sweepwright.api.importing.files import File
from sweepwright.api.importing.pieces import Piece
from sweepwright.api.importing.table import Row
from sweepwright.api.importing.values import read
from sweepwright.model.diagnostic import Diagnostic, error, warning

_PATTERN_SIGNS = "*?["


@dataclass(frozen=True, slots=True)
class Given:
    """A sweep as it was given; ``images`` is a range, empty for all."""

    name: str
    file: File
    images: str
    words: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


@dataclass
class Work:
    """A draft, and what is not yet in it. ``here`` and ``job`` are absolute folders."""

    draft: Draft
    here: str
    job: str
    names: dict[str, str | int] = field(default_factory=dict)
    gathered: dict[str, Leaf] = field(default_factory=dict)
    masks: dict[str, Leaf] = field(default_factory=dict)
    files: dict[Path, File] = field(default_factory=dict)
    sweeps: list[Given] = field(default_factory=list)
    macros: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    open_files: tuple[str, ...] = ()

    def apply(self, row: Row, name: str, words: Sequence[Piece], values: Sequence[Piece]) -> None:
        """Does what a row of a table says. ``name`` is how people call the argument."""
        value = values[0] if values else None
        if row.values and value is not None:
            chosen = row.values.get(_choice(row, value.text))
            if chosen is None:
                possible = " or ".join(f"'{key}'" for key in row.values)
                self.refuse_value(name, f"it is {possible}", value, words, row.help)
                return
            self.apply(chosen, f"{name}={value.text}", words, values)
            return
        if any(is_live(one, self, words) for one in row.used(values)):
            return
        if row.refuse or row.leave:
            self._left(row, name, words)
            return
        try:
            self._do(row, name, words, values)
        except ValueError as problem:
            place = getattr(problem, "piece", value or words[0])
            self.refuse_value(name, str(problem), place, words, row.help)

    def _left(self, row: Row, name: str, words: Sequence[Piece]) -> None:
        span, help_ = words[0].span, row.help or None
        if row.refuse:
            self.draft.refuse(error("SW-M002", f"{name}: {row.refuse}", span, help=help_), words)
            return
        message = f"{name} is not carried over: {row.leave}"
        self.draft.found.append(warning("SW-M003", message, span, help=help_))
        self.draft.say(f"{shown_words(words)}: {row.leave}", words)

    def _do(self, row: Row, name: str, words: Sequence[Piece], values: Sequence[Piece]) -> None:
        from sweepwright.api.importing.special import SPECIAL

        text = values[0].text if values else ""
        notes = (row.note,) if row.note else ()
        if row.do:
            rule, _, argument = row.do.partition(" ")
            SPECIAL[rule](self, replace(row, do=argument), words, values)
        elif row.macro:
            self.use_macro(row.macro, words)
        elif row.gather:
            value = read(row.read, text) if values else ""
            self.gather(row.gather, value, words, *renamed(row.read, text, value))
        elif row.key:
            value = read(row.read, text)
            if value is None:
                self.draft.say(f"{shown_words(words)}: leaves it open", words)
            else:
                self.draft.put(self.path(row.key), value, words, *notes)
        elif row.set:
            for key, setting in row.set.items():
                self.draft.put(self.path(key), setting, words, *notes)
        else:
            self.draft.say(f"{shown_words(words)}: {row.note}", words)

    def path(self, key: str) -> Path:
        """A key of a table as a path; words in capitals are places that `names` fills in."""
        return tuple(self.names.get(step, step) for step in key.split("."))

    def gather(self, name: str, value: Any, words: Sequence[Piece], *notes: str) -> None:
        """Puts a value aside until the others that it belongs to are known."""
        before = self.gathered.get(name)
        if before is not None:
            self.draft.replaced(before.words, words)
        self.gathered[name] = Leaf(value, tuple(words), notes)
        self.draft.account(words, f"turned, with others: {name}")

    def use_macro(self, name: str, words: Sequence[Piece]) -> None:
        """A macro of ours, once."""
        from sweepwright.api.importing.special import check_order

        check_order(name, words, self)
        self.macros[name] = (*self.macros.get(name, ()), *words)
        self.draft.account(words, f"turned into the macro {name}")

    def refuse_value(
        self, name: str, why: str, value: Piece, words: Sequence[Piece], help_: str = ""
    ) -> None:
        """A value that cannot be."""
        problem = error("SW-M005", f"{name}: {why}", value.span, help=help_ or None)
        self.draft.refuse(problem, words)


def is_live(piece: Piece, work: Work, words: Sequence[Piece], patterns: bool = True) -> bool:
    """Whether a shell would have put something else in place of a part: then it is refused.

    Without ``patterns`` those of file names are taken as they stand.
    """
    problem = _live(piece, patterns)
    if problem is not None:
        work.draft.refuse(problem, words)
    return problem is not None


def _live(piece: Piece, patterns: bool) -> Diagnostic | None:
    for begin, end in piece.live:
        text = piece.source.text[begin:end]
        if patterns or text not in _PATTERN_SIGNS:
            message = f"a shell would put something in the place of '{text}'; nothing is run here"
            help_ = "Write what it stands for, or put it in single quotes if it is meant as it is."
            return error("SW-M006", message, piece.source.span(begin, end), help=help_)
    return None


def shown_words(words: Sequence[Piece]) -> str:
    """Words as they stand, on one line."""
    return " ".join(" ".join(word.written for word in words).split())


def renamed(kind: str, text: str, value: str) -> tuple[str, ...]:
    """A note about a name that had to change."""
    return (f"Called '{text}' there.",) if kind == "name" and value != text else ()


def _choice(row: Row, text: str) -> str:
    """The choice of a row that a value means, in any case of letters and any form of numbers."""
    wanted = [_plain(word) for word in text.split()]
    return next((key for key in row.values if [_plain(w) for w in key.split()] == wanted), "")


def _plain(word: str) -> str:
    try:
        return f"{float(word):g}"
    except ValueError:
        return word.lower()
