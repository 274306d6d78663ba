"""Keywords that a job passes straight through: the lines that they add to a program's file.

They take the place of what the template says of the same keyword, but for lists that add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sweepwright.checks.keywords import keyword_of
from sweepwright.model.resolved import Leaves, Resolved, Verbatim, computed

_ADD_UP = ("UNTRUSTED_", "EXCLUDE_RESOLUTION_RANGE", "spotfinder.filter.untrusted.")


def keyword_lines(
    leaves: Leaves, programs: Iterable[str], equals: str, scope: str = ""
) -> list[Resolved[Any]]:
    """A leaf for each line; ``equals`` is what stands between a keyword and its value.

    ``scope`` is a part of a file of XSCALE (``general``, ``output``, ``input``); empty: any.
    """
    return [
        line
        for program, name, leaf in _given(leaves, programs)
        if not scope or _scope(program, name) == scope
        for line in _lines(program, name, leaf, equals)
    ]


def replaced_keywords(leaves: Leaves, programs: Iterable[str]) -> tuple[str, ...]:
    """Keywords whose lines of the template give way."""
    return tuple(
        spelled
        for program, name, _ in _given(leaves, programs)
        if not (spelled := _spelled(program, name)).startswith(_ADD_UP)
    )


def line_keywords(leaves: Leaves, program: str) -> list[Resolved[Any]]:
    """The lines that a job gives to a program which reads lines."""
    leaf = leaves.get(f"keywords[{program}]")
    if leaf is None:
        return []
    return [
        computed(f"{leaf.path}.{number}", Verbatim(line), "straight through", leaf)
        for number, line in enumerate(leaf.known)
    ]


def replaced_lines(leaves: Leaves, program: str) -> tuple[str, ...]:
    """Keywords whose lines of the template give way to the job's; lines for one run add up."""
    given = line_keywords(leaves, program)
    if not given:
        return ()
    from sweepwright.programs.keyword_tables import table

    found: dict[str, None] = {}
    for leaf in given:
        first, *rest = str(leaf.known).split()
        name = _spelled(program, first)
        if not table(program)[name].repeat and [word.upper() for word in rest[:1]] != ["RUN"]:
            found[name] = None
    return tuple(found)


def _given(leaves: Leaves, programs: Iterable[str]) -> Iterator[tuple[str, str, Resolved[Any]]]:
    """What is said of a step (``xds.integrate``) wins over what is said of the program (``xds``)."""
    wanted = frozenset(programs)
    found = {
        parts: leaf
        for key, leaf in leaves.keywords.items()
        if (parts := keyword_of(key)) is not None and parts[0] in wanted and leaf.value is not None
    }
    of_steps = {name for program, name in found if "." in program}
    for (program, name), leaf in found.items():
        if program != "xds" or name not in of_steps or name.startswith(_ADD_UP):
            yield program, name, leaf


def _lines(program: str, name: str, leaf: Resolved[Any], equals: str) -> Iterator[Resolved[Any]]:
    from sweepwright.programs import keywords

    for number, value in enumerate(keywords.values(program, name, leaf.value)):
        text = Verbatim(f"{_spelled(program, name)}{equals}{value}".rstrip())
        yield computed(f"{leaf.path}.{number}", text, "straight through", leaf)


def _spelled(program: str, name: str) -> str:
    from sweepwright.programs import keywords

    return keywords.spelled(program, name)


def _scope(program: str, name: str) -> str:
    from sweepwright.programs import keywords

    return keywords.scope(program, name)
