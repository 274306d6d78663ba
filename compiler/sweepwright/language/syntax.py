"""What is wrong with a text that is no YAML, in words of those who write jobs.

The parser says where it stumbled and over what; the cause is often something else, and before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from sweepwright.language.lines import Offsets, lines
from sweepwright.model.diagnostic import Diagnostic, Fix, Related, Span, error

_BRACED_ROOT = re.compile(r"[:\-,\[]\s+(?P<root>\{(?P<name>[\w+-]+)\})/")
#: a word that has a meaning for YAML by its first character, or by a ? inside
_SPECIAL = re.compile(
    r"(?:(?<=[\s\[{,])|^)(?P<text>[*&@`%](?:[^\s,\]}:]|:(?=\S))*|[^\s,\[\]{}:?]+\?[^\s,\]}]*)"
)
_KEY_VALUE = re.compile(r"\s*(?:- +)?[\w+-]+: +(?P<text>[^\s'\"\[{|>#].*?)\s*(?: #.*)?")
_NO_BLANK = re.compile(r"\s*(?:- +)?(?P<key>[\w+-]+):(?P<value>[^\s:].*)")
_CLOSING = {"[": "]", "{": "}"}
#: what cannot stand in a text (YAML 1.1, 5.1 Character Set)
_UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUTSIDE = "this line begins in a column where nothing above it begins"


class _Trouble(NamedTuple):
    """What the parser said: of which thing (``context``) it found what (``problem``), and where.

    Places are line and column from 0; ``begun`` is where the context begins.
    """

    name: str
    source: str
    context: str
    problem: str
    begun: tuple[int, int] | None
    at: tuple[int, int]

    def line(self, number: int) -> str:
        found = lines(self.source)
        return found[number] if number < len(found) else ""

    def span(self, place: tuple[int, int], length: int = 1) -> Span:
        line, column = place[0] + 1, place[1] + 1
        return Offsets(self.source).inside(Span(self.name, line, column, line, column + length))

    def char(self, place: tuple[int, int]) -> str:
        return self.line(place[0])[place[1] : place[1] + 1]


def syntax_error(problem: Exception, name: str, source: str) -> Diagnostic:
    """SW-L003 for what the parser says of a text."""
    if not isinstance(problem, MarkedYAMLError):
        return _unreadable(problem, name, source)
    mark, begun = problem.problem_mark or problem.context_mark, problem.context_mark
    said = " ".join(str(part) for part in (problem.context, problem.problem) if part)
    if mark is None:
        return error("SW-L003", f"this is not YAML: {said}")
    trouble = _Trouble(
        name,
        source,
        str(problem.context or ""),
        str(problem.problem or ""),
        (begun.line, begun.column) if begun is not None else None,
        (mark.line, mark.column),
    )
    for cause in _CAUSES:
        found = cause(trouble)
        if found is not None:
            return found
    return error("SW-L003", f"this is not YAML: {said}", trouble.span(trouble.at))


def _unreadable(problem: Exception, name: str, source: str) -> Diagnostic:
    found = _UNREADABLE.search(source)
    if found is None:
        return error("SW-L003", f"this is not YAML: {problem}", Span(name, 1, 1, 1, 1))
    line, column = Offsets(source).place(found.start())
    message = f"a text cannot hold the character U+{ord(found[0]):04X}"
    return error("SW-L003", message, Span(name, line, column, line, column + 1), help="Remove it.")


def _braced_root(trouble: _Trouble) -> Diagnostic | None:
    """An unquoted ``{raw}/...``, which YAML reads as a mapping and then stumbles over the rest."""
    match = _BRACED_ROOT.search(trouble.line(trouble.at[0]))
    if match is None:
        return None
    span = trouble.span((trouble.at[0], match.start("root")), len(match["root"]))
    right = f"${match['name']}"
    fix = Fix(f"write '{right}'", span, right, safe=True)
    message = f"text that begins with '{{' is a mapping in YAML: a root is written {right}"
    return error("SW-L003", message, span, help=f"Write '{right}/...'.", fix=fix)


def _tab(trouble: _Trouble) -> Diagnostic | None:
    text = trouble.line(trouble.at[0])
    blank = text[: len(text) - len(text.lstrip())]
    if "\t" not in blank:
        return None
    span = trouble.span((trouble.at[0], 0), len(blank))
    fix = Fix("write two blanks for each tab", span, blank.replace("\t", "  "), safe=False)
    message = "a tab cannot indent a line in YAML"
    return error("SW-L003", message, span, help="Indent with blanks.", fix=fix)


def _special_text(trouble: _Trouble) -> Diagnostic | None:
    """``*_0001.cbf``, ``@home``, ``ref?.hkl``: characters that YAML keeps for itself."""
    if trouble.problem.startswith("did not find expected") and "alias" not in trouble.context:
        char = trouble.char(trouble.at)
        if char != "?":
            return None
    elif "alias" not in trouble.context and "cannot start any token" not in trouble.problem:
        return None
    number, column = trouble.begun if "alias" in trouble.context and trouble.begun else trouble.at
    for match in _SPECIAL.finditer(trouble.line(number)):
        if match.start("text") <= column < max(match.end("text"), match.start("text") + 1):
            span = trouble.span((number, match.start("text")), len(match["text"]))
            return _in_quotes(f"'{match['text']}' must be in quotes in YAML", match["text"], span)
    return None


def _colon_in_text(trouble: _Trouble) -> Diagnostic | None:
    """``title: a: b``, and ``a:b`` above ``c: d``."""
    if "mapping values are not allowed" not in trouble.problem:
        return None
    number = trouble.at[0]
    text = trouble.line(number)
    match = _KEY_VALUE.fullmatch(text)
    if match is not None and ": " in match["text"]:
        span = trouble.span((number, match.start("text")), len(match["text"]))
        message = "there are two ': ' on this line: text that holds one must be in quotes"
        return _in_quotes(message, match["text"], span, safe=False)
    above = _NO_BLANK.fullmatch(trouble.line(number - 1)) if number else None
    if above is not None:
        span = trouble.span((number - 1, above.end("key")))
        fix = Fix("write a blank", span, ": ", safe=True)
        message = f"a blank is missing behind '{above['key']}:'"
        return error("SW-L003", message, span, fix=fix)
    indented = len(text) - len(text.lstrip())
    help_ = "A line that is indented belongs to the key above it, but that has a value already."
    return error("SW-L003", _OUTSIDE, trouble.span((number, indented)), help=help_)


def _open_bracket(trouble: _Trouble) -> Diagnostic | None:
    if "flow" not in trouble.context or trouble.begun is None:
        return None
    bracket = trouble.char(trouble.begun)
    if bracket not in _CLOSING:
        return None
    here = (Related("here the list ends" if bracket == "[" else "here the mapping ends",
                    trouble.span(trouble.at)),)  # fmt: skip
    message = f"'{bracket}' is not closed, or a ',' is missing behind it"
    help_ = f"Write '{_CLOSING[bracket]}' at the end, and ',' between the items."
    return error("SW-L003", message, trouble.span(trouble.begun), help=help_, related=here)


def _open_quote(trouble: _Trouble) -> Diagnostic | None:
    if "quoted scalar" not in trouble.context or trouble.begun is None:
        return None
    if "unknown escape" in trouble.problem:
        message = "in double quotes a '\\' has a meaning of its own"
        help_ = "Put the text in single quotes."
        return error("SW-L003", message, trouble.span(trouble.at, 2), help=help_)
    message = "the quote that begins here is not closed"
    return error("SW-L003", message, trouble.span(trouble.begun), help="Close it on this line.")


def _no_colon(trouble: _Trouble) -> Diagnostic | None:
    if "could not find expected ':'" not in trouble.problem or trouble.begun is None:
        return None
    text = trouble.line(trouble.begun[0])[trouble.begun[1] :].rstrip()
    message = f"this line has no ': ', so that '{text}' is neither key nor value"
    return error("SW-L003", message, trouble.span(trouble.begun, len(text)))


def _indentation(trouble: _Trouble) -> Diagnostic | None:
    """A line that belongs to no block; or text behind a value, which the parser tells alike."""
    if "block" not in trouble.context or "did not find expected" not in trouble.problem:
        return None
    number, column = trouble.at
    text = trouble.line(number)
    if text[:column].strip():
        message = f"nothing can stand here behind the value: '{text[column:].strip()}'"
        help_ = "Put the whole value in quotes, or remove what is behind it."
        return error("SW-L003", message, trouble.span(trouble.at), help=help_)
    if trouble.begun is None:
        return None
    related = (Related("a line as deep as this one is wanted", trouble.span(trouble.begun)),)
    message = _OUTSIDE
    if column == trouble.begun[1]:
        message = "here a list and keys are mixed: '- ' and 'key:' cannot stand side by side"
        related = (Related("begun here", trouble.span(trouble.begun)),)
    return error("SW-L003", message, trouble.span(trouble.at), related=related)


def _in_quotes(message: str, text: str, span: Span, safe: bool = True) -> Diagnostic:
    quoted = "'" + text.replace("'", "''") + "'"
    fix = Fix(f"write {quoted}", span, quoted, safe)
    return error("SW-L003", message, span, fix=fix)


_CAUSES: tuple[Callable[[_Trouble], Diagnostic | None], ...] = (
    _braced_root,
    _tab,
    _special_text,
    _colon_in_text,
    _open_bracket,
    _open_quote,
    _no_colon,
    _indentation,
)
