"""The text of a job from its leaves, with comments beside them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweepwright.language.suggest import keys_at
from sweepwright.model.job import LANGUAGE_VERSION

_COLUMNS = 100
_WORD = r"[A-Za-z0-9_./$(+-][A-Za-z0-9_./$()#'+-]*"
#: text that YAML takes as it stands, in lists and mappings too
_PLAIN = re.compile(rf"(?![+-](?![0-9.])){_WORD}(?: (?![+-] ){_WORD})*")
_NOT_PLAIN = ("null", "default", "---", "...")
Path = tuple[str | int, ...]


def job_text(
    origin: Sequence[str],
    said: Sequence[str],
    leaves: Mapping[Path, Any],
    notes: Mapping[Path, Sequence[str]],
) -> str:
    """The job. Values are text, lists and mappings of text.

    A number in a path counts items of a list (the sweeps); ``{}`` is a section that may stay empty.
    ``origin`` are lines of a comment that stay as they are, ``said`` remarks; ``notes`` stand above
    what is at their path.
    """
    tree: dict[str | int, Any] = {"sweepwright": str(LANGUAGE_VERSION)}
    for path, value in leaves.items():
        *above, last = path
        place = tree
        for step in above:
            place = place.setdefault(step, {})
        if value == {}:
            place.setdefault(last, {})
        else:
            place[last] = _Leaf(value)
    head = [f"# {_printable(line)}".rstrip() for line in origin]
    lines = [*head, *comment("", said), *_block(tree, (), notes)]
    return "\n".join(lines) + "\n"


def comment(indent: str, texts: Iterable[str]) -> list[str]:
    """Lines of a comment; nothing in a text can end it."""
    room = _COLUMNS - len(indent) - 2
    return [
        f"{indent}# {line}".rstrip()
        for text in texts
        for line in textwrap.wrap(
            _printable(text),
            room,
            subsequent_indent="    " if text[:1] == " " else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    ]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value that stands on one line, as apart from a section."""

    value: Any


def _block(section: Mapping[Any, Any], at: Path, notes: Mapping[Path, Sequence[str]]) -> list[str]:
    indent = "  " * len(at)
    lines: list[str] = []
    for key, value in _ordered(section, at):
        path = (*at, key)
        lines += comment(indent, notes.get(path, ()))
        if isinstance(value, _Leaf | str):
            lines.append(f"{indent}{scalar(key)}: {flow(getattr(value, 'value', value))}")
        elif not value:
            lines.append(f"{indent}{scalar(key)}: {{}}")
        elif all(isinstance(step, int) for step in value):
            lines.append(f"{indent}{scalar(key)}:")
            lines += _items(value, path, notes)
        else:
            lines.append(f"{indent}{scalar(key)}:")
            lines += _block(value, path, notes)
    return lines


def _items(
    items: Mapping[int, Any], at: Path, notes: Mapping[Path, Sequence[str]]
) -> Iterator[str]:
    """A list of mappings: the first key of each behind a dash."""
    indent = "  " * len(at)
    for number in sorted(items):
        yield from comment(indent, notes.get((*at, number), ()))
        lines = _block(items[number], (*at, number), notes)
        first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
        yield from (line[2:] for line in lines[:first])
        yield f"{indent}- {lines[first].lstrip()}"
        yield from lines[first + 1 :]


def _ordered(section: Mapping[Any, Any], at: Path) -> list[tuple[Any, Any]]:
    """Keys in the order of the language's reference; others, e.g. names, as they came."""
    order = {key: index for index, key in enumerate(keys_at(at))}
    return sorted(section.items(), key=lambda pair: order.get(str(pair[0]), len(order)))


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    return scalar(str(value))


def scalar(text: str) -> str:
    """Text as a YAML scalar, in quotes where it might be something else without."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
