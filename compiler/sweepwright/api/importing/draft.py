"""A job in the making: what is written into it, why, and what became of each piece of the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sweepwright.api.importing.job_text import job_text
from sweepwright.api.importing.pieces import Piece
from sweepwright.model.diagnostic import Diagnostic, Related, Span, advice, has_errors

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a word: turned into a key, kept as a keyword, only said, refused."""

    word: str
    span: Span
    what: str


@dataclass(frozen=True)
class Imported:
    """A job as text (None when there are errors), the fate of each word, and all diagnostics.

    ``sources`` are the texts that diagnostics speak of, by name.
    """

    job: str | None
    ledger: tuple[Outcome, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain data for machines."""
        words = [
            {"word": one.word, "place": str(one.span), "what": one.what} for one in self.ledger
        ]
        return {
            "job": self.job,
            "words": words,
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, the words that gave it, and what a reader of the job should know."""

    value: Any
    words: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


@dataclass
class Draft:
    """Collects leaves, remarks, diagnostics and outcomes while a text is read."""

    origin: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    leaves: dict[Path, Leaf] = field(default_factory=dict)
    remarks: dict[Path, list[str]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    _outcomes: dict[tuple[str, int, int], Outcome] = field(default_factory=dict)

    def put(self, path: Path, value: Any, words: Sequence[Piece], *notes: str) -> None:
        """A leaf; what other words put there before is replaced, with a word of advice."""
        before = self.leaves.get(path)
        if before is not None:
            self.replaced(before.words, words)
        self.leaves[path] = Leaf(value, tuple(words), notes)
        self.account(words, f"turned into {shown(path)}")

    def replaced(self, before: Sequence[Piece], words: Sequence[Piece]) -> None:
        """Words that count no longer, as later ones say the same thing."""
        if not before or before == tuple(words):
            return
        old, new = (" ".join(piece.written for piece in pieces) for pieces in (before, words))
        message = f"{_short(new)} takes the place of {_short(old)}: the last one counts"
        related = (Related("given first here", before[0].span),)
        self.found.append(advice("SW-M007", message, words[0].span, related=related))
        self.say(f"{old}: replaced by {new}, which comes later", before)

    def say(self, text: str, words: Sequence[Piece]) -> None:
        """A remark at the head of the job, for words that put nothing into it."""
        if text not in self.said:
            self.said.append(text)
        self.account(words, f"said in a comment: {text}")

    def refuse(self, problem: Diagnostic, words: Sequence[Piece]) -> None:
        """A diagnostic, and the words that it is about."""
        self.found.append(problem)
        self.account(words, f"refused: {problem.code}")

    def account(self, words: Iterable[Piece], what: str) -> None:
        """What became of words; the last that is said of a word counts."""
        for word in words:
            self.sources.setdefault(word.source.name, word.source.text)
            key = (word.source.name, word.begin, word.end)
            self._outcomes[key] = Outcome(word.written, word.span, what)

    def finish(self) -> Imported:
        """The job, read once more as a job, unless there are errors."""
        text = None if has_errors(self.found) else self._text()
        found = list(self.found)
        if text is not None:
            found += _problems(text)
        order = {name: number for number, name in enumerate(self.sources)}
        keys = sorted(self._outcomes, key=lambda key: (order[key[0]], *key[1:]))
        ledger = tuple(self._outcomes[key] for key in keys)
        return Imported(None if has_errors(found) else text, ledger, tuple(found), self.sources)

    def _text(self) -> str:
        said = ["Not in the job:", *(f"  {text}" for text in self.said)] if self.said else []
        notes = {path: [*self.remarks.get(path, ())] for path in self.remarks}
        for path, leaf in self.leaves.items():
            notes.setdefault(path, []).extend(leaf.notes)
        values = {path: leaf.value for path, leaf in self.leaves.items()}
        return job_text(self.origin, said, values, notes)


def indented(text: str) -> list[str]:
    """The lines of a text for the head of a job."""
    return [f"  {line}" for line in text.strip().splitlines()]


def shown(path: Path) -> str:
    """``sweeps[1].range``: lists count from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _problems(text: str) -> list[Diagnostic]:
    """What is wrong with a job that was written here: nothing, or there is a value to mend."""
    from sweepwright.language.text import loads
    from sweepwright.language.validate import validate

    loaded, found = loads(text, "the job that would be written")
    if loaded is not None:
        found = validate(loaded)[1]
    return found
