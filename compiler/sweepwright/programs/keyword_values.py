"""The values of a keyword: told apart, checked against its row, and written as the program wants them."""

from __future__ import annotations

import math
import operator
import re
from itertools import pairwise
from typing import Any

from sweepwright.programs.keyword_tables import Keyword

_FORMS = {
    "int": re.compile(r"[-+]?[0-9]{1,15}"),
    "float": re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"),
    "float*": re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\*?"),
    "text": re.compile(r"[A-Za-z0-9_.,:+*/()-]+"),
}
_NOUNS = {"int": "whole number", "text": "word", "bool": "word", "word": "word"}
#: text that could lead out of the run folder; a slash before a digit is a fraction (``h/2``)
_PATH = re.compile(r"^[./~]|\.\.|/(?![0-9])")
_ORDERS = {
    "rising": (operator.lt, "must rise"),
    "rising or equal": (operator.le, "must not fall"),
    "falling": (operator.gt, "must fall"),
    "falling or equal": (operator.ge, "must not rise"),
}


def lines_of(row: Keyword, value: object) -> list[list[str]]:
    """The single values of each line: a list is one line, for a keyword that repeats one an item."""
    items = [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
    lines = [_tokens(row, item) for item in items]
    return lines if row.repeat else [[token for line in lines for token in line]]


def written(row: Keyword, line: list[str]) -> str:
    """The values of a line as the program spells them."""
    text = row.joint.join(_canonical(row, token) for token in line)
    return text or ("None" if row.specials else "")


def wrong_value(row: Keyword, value: object) -> str:
    """The first thing that is wrong with a value, as a sentence; empty: nothing."""
    given: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, str) for item in given):
        return f"{row.name} takes a value or a list of values"
    odd = next((letter for item in given for letter in item if not " " <= letter <= "~"), "")
    if odd:
        return f"{row.name}: {odd!a} is a line break, a control sign or not ASCII"
    lines = lines_of(row, value)
    if not lines:
        return f"{row.name} has no value"
    wrong = next(filter(None, (_wrong_line(row, line) for line in lines)), "")
    return wrong and f"{row.name} {wrong}"


def _wrong_line(row: Keyword, line: list[str]) -> str:
    """What is wrong with the values of a line: signs, number, kind, range, order."""
    if len(line) == 1 and _canonical(row, line[0]) in row.specials:
        return ""
    for token in line if not row.specials else ():
        if "!" in token or "=" in token:
            return f"cannot hold '{shown(token)}': '!' starts a comment and '=' another keyword"
    if len(line) < row.least or (row.most is not None and len(line) > row.most):
        several = " a line (each item of a list is one)" if row.repeat else ""
        return f"takes {_how_many(row)}{several}: '{shown(' '.join(line))}' has {len(line)}"
    for index, token in enumerate(line):
        wrong = _wrong_token(row, row.kinds[index % len(row.kinds)], token)
        if wrong:
            return wrong
    return _wrong_order(row, line)


def _wrong_token(row: Keyword, kind: str, token: str) -> str:
    if row.words:
        known = _canonical(row, token) in row.words
        return "" if known else f"takes {', '.join(row.words)}, not '{shown(token)}'"
    if not _FORMS[kind].fullmatch(token):
        return f"takes {_how_many(row)}, not '{shown(token)}'"
    if kind == "text":
        return f"cannot hold '{shown(token)}', which could be a path" if _PATH.search(token) else ""
    number = float(token.rstrip("*"))
    if not math.isfinite(number):
        return f"must be a finite number, not {shown(token)}"
    if row.range and not _within(number, row.range):
        return f"must be {_in_words(row.range)}, not {shown(token)}"
    return ""


def _wrong_order(row: Keyword, line: list[str]) -> str:
    if not row.order:
        return ""
    fits, must = _ORDERS[row.order.removesuffix(" in pairs")]
    numbers = [float(token) for token in line]
    pairs = (
        zip(numbers[::2], numbers[1::2], strict=True)
        if row.order.endswith(" in pairs")
        else pairwise(numbers)
    )
    if all(fits(left, right) for left, right in pairs):
        return ""
    where = " in each pair" if row.order.endswith(" in pairs") else ""
    return f"{must}{where}: {shown(' '.join(line))}"


def _tokens(row: Keyword, item: str) -> list[str]:
    """DIALS takes commas between numbers and + between words as well as blanks."""
    if row.joint == "+":
        item = item.replace("+", " ")
    elif row.specials and row.kinds[0] in ("int", "float"):
        item = item.replace(",", " ")
    return item.split()


def _canonical(row: Keyword, token: str) -> str:
    for word in (*row.words, *row.specials):
        if word.lower() == token.lower():
            return word
    return token


def _within(number: float, allowed: str) -> bool:
    """Whether a number is in ``>0``, ``>=0`` or ``0..99``."""
    if allowed.startswith(">="):
        return number >= float(allowed[2:])
    if allowed.startswith(">"):
        return number > float(allowed[1:])
    low, _, high = allowed.partition("..")
    return float(low) <= number <= float(high)


def _in_words(allowed: str) -> str:
    if allowed.startswith(">="):
        return f"{allowed[2:]} or more"
    if allowed.startswith(">"):
        return f"more than {allowed[1:]}"
    return allowed.replace("..", " to ")


def _how_many(row: Keyword) -> str:
    """``2 whole numbers (image)``."""
    if len(row.kinds) > 1:
        return f"{row.least} values ({' '.join(row.kinds)})"
    many = {row.least: str(row.least), None: f"{row.least} or more"}.get(row.most)
    noun = _NOUNS.get(row.kinds[0], "number") + ("" if row.most == 1 else "s")
    unit = f" ({row.unit})" if row.unit else ""
    return f"{many or f'{row.least} to {row.most}'} {noun}{unit}"


def shown(text: str) -> str:
    """User's text fit for a message: printable and not endless."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."
