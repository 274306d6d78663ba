"""A shell's text cut into words with their places; nothing is expanded, nothing is run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sweepwright.api.importing.pieces import Piece
from sweepwright.api.importing.reading import not_text
from sweepwright.model.diagnostic import Diagnostic, error

_OPERATOR = re.compile(r"\d*[<>][<>&]*\d*|[|&;()]+|\n")
_DOLLAR = re.compile(r"\$(?:\w+|\{[^}]*\}?|\([^)]*\)?|[@*#?$!-])")
_PATTERN = re.compile(r"[*?\[]|\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}")
_ENDS_WORD = " \t\n|&;()<>"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, an operator of the shell (a line break is one), a comment, or the rest of a text."""

    kind: str
    piece: Piece


@dataclass
class _Word:
    """A word while it is read: its characters, where they stand, what a shell would replace."""

    begin: int
    end: int
    text: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    live: list[tuple[int, int]] = field(default_factory=list)


def words(piece: Piece) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of a text. Quotes, backslashes and comments are those of sh."""
    problem = not_text(piece)
    if problem is not None:
        return [Token("rest", piece)], [problem]
    return _Lexer(piece).run()


class _Lexer:
    def __init__(self, piece: Piece) -> None:
        self.piece, self.text = piece, piece.text
        self.at = 0
        self.tokens: list[Token] = []
        self.found: list[Diagnostic] = []
        self.word: _Word | None = None

    def run(self) -> tuple[list[Token], list[Diagnostic]]:
        while self.at < len(self.text) and not self.found:
            self._next(self.text[self.at])
        if not self.found:
            self._end()
        return self.tokens, self.found

    def _next(self, char: str) -> None:
        operator = None
        if char in "<>|&;()\n" or (char.isdigit() and self.word is None):
            operator = _OPERATOR.match(self.text, self.at)
        if operator is not None:
            self._end()
            self._token("operator", operator.end())
        elif char in " \t\r":
            self._end()
            self.at += 1
        elif char == "#" and self.word is None:
            stop = self.text.find("\n", self.at)
            self._token("comment", len(self.text) if stop < 0 else stop)
        else:
            self.word = self.word or _Word(self.at, self.at)
            self._character(char, self.word)

    def _character(self, char: str, word: _Word) -> None:
        if char == "\\":
            self._backslash(word)
        elif char in "'\"":
            self._quoted(char, word)
        elif char in "$`":
            self._live(word)
        else:
            pattern = _PATTERN.match(self.text, self.at)
            if pattern is not None or (char == "~" and not word.text):
                self._mark(word, self.at, pattern.end() if pattern is not None else self.at + 1)
            self._take(word)

    def _backslash(self, word: _Word) -> None:
        after = self.text[self.at + 1 : self.at + 2]
        blanks = re.compile(r"[ \t\r]+(?:\n|$)").match(self.text, self.at + 1)
        if after == "\n" or self.text[self.at + 1 : self.at + 3] == "\r\n":
            if not word.text and word.begin == self.at:
                self.word = None
            self.at += 2 if after == "\n" else 3
        elif not after or blanks is not None:
            message = "a blank follows the '\\' at the end of this line" if after else ""
            self._fail(message or "the '\\' at the end continues nothing", self.at, self.at + 1)
        else:
            self.at += 1
            self._take(word)

    def _quoted(self, quote: str, word: _Word) -> None:
        start = self.at
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            char, after = self.text[self.at], self.text[self.at + 1 : self.at + 2]
            if quote == '"' and char == "\\" and after == "\n":
                self.at += 2
            elif quote == '"' and char == "\\" and after and after in '"\\$`':
                self.at += 1
                self._take(word)
            elif quote == '"' and char in "$`":
                self._live(word)
            else:
                self._take(word)
        if self.at >= len(self.text):
            self._fail(f"the quote {quote} is not closed", start, start + 1)
        self.at += 1
        word.end = min(self.at, len(self.text))

    def _live(self, word: _Word) -> None:
        """``$NAME``, ``$(...)`` or a command in backticks: kept as text, and marked."""
        if self.text[self.at] == "`":
            stop = self.text.find("`", self.at + 1) + 1 or len(self.text)
        else:
            match = _DOLLAR.match(self.text, self.at)
            stop = match.end() if match is not None else self.at + 1
            if match is None:
                self._take(word)
                return
        self._mark(word, self.at, stop)
        while self.at < stop:
            self._take(word)

    def _mark(self, word: _Word, first: int, last: int) -> None:
        word.live.append((self.piece.places[first], self.piece.places[last - 1] + 1))

    def _take(self, word: _Word) -> None:
        word.text.append(self.text[self.at])
        word.places.append(self.piece.places[self.at])
        self.at += 1
        word.end = self.at

    def _token(self, kind: str, end: int) -> None:
        self.tokens.append(Token(kind, self.piece.part(self.at, end)))
        self.at = end

    def _end(self) -> None:
        word, self.word = self.word, None
        if word is not None:
            begin, end = self.piece.places[word.begin], self.piece.places[word.end - 1] + 1
            text = "".join(word.text)
            piece = Piece(self.piece.source, text, word.places, begin, end, tuple(word.live))
            self.tokens.append(Token("word", piece))

    def _fail(self, message: str, first: int, last: int) -> None:
        """What is left from here cannot be cut into words."""
        span = self.piece.part(first, last).span
        help_ = "A line goes on after a '\\' that is its very last character."
        if "quote" in message:
            help_ = "Close it; inside single quotes a quote of the other kind is plain text."
        self.found.append(error("SW-M011", message, span, help=help_))
        begin = self.word.begin if self.word is not None else first
        self.word = None
        self._rest(begin)

    def _rest(self, begin: int) -> None:
        self.tokens.append(Token("rest", self.piece.part(begin, len(self.text))))
        self.at = len(self.text)
