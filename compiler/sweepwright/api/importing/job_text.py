"""The text of a job from its leaves, with comments beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweepwright.language.suggest import keys_at
from sweepwright.language.writing import comment, flow, printable, scalar
from sweepwright.model.job import LANGUAGE_VERSION

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
    head = [f"# {printable(line)}".rstrip() for line in origin]
    lines = [*head, *comment("", said), *_block(tree, (), notes)]
    return "\n".join(lines) + "\n"


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
