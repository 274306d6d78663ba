"""The machines of the allocation that a run was started in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

#: what a run outside an allocation has
ALONE = ("localhost",)
_COMMA = re.compile(r",(?![^\[]*\])")  # outside of brackets
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def allocated(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the machines that Slurm gave; `ALONE` without Slurm, or where they cannot be read."""
    names = tuple(host_names(environment.get("SLURM_JOB_NODELIST", "")))
    return names if names and all(map(_NAME.fullmatch, names)) else ALONE


def host_names(shortened: str) -> Iterator[str]:
    """The names of ``a[1-2,09],b``: a1, a2, a09, b (hostlist expressions of Slurm's scontrol)."""
    for item in _COMMA.split(shortened) if shortened else ():
        yield from _of_item(item)


def _of_item(item: str) -> Iterator[str]:
    """The first brackets count slowest."""
    brackets = _BRACKETS.search(item)
    if brackets is None:
        yield item
        return
    for part in brackets[1].split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            yield item  # no name of a machine, which the caller sees
            return
        for number in range(int(first), int(last or first) + 1):
            yield from _of_item(
                f"{item[: brackets.start()]}{number:0{len(first)}}{item[brackets.end() :]}"
            )
