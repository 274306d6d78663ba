"""Templates to line tables: jinja2 with StrictUndefined, and nothing printed but leaves.

A template is run as a stream of what it prints: its own text, and each leaf as itself. So every
emitted value has an owner by construction, and a leaf that is not known yet becomes a hole without
the template knowing. A `Part` that is printed stands there with its lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from sweepwright.emit.spell import SPELLERS
from sweepwright.engines.base import Part
from sweepwright.model.plan import Filled, Hole, Line, LineTable, Piece
from sweepwright.model.resolved import AtRun, Decision, Resolved
from sweepwright.resources import templates_folder

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a program's files spell values, and how their comments begin (empty: no comments)."""

    style: str
    comment: str


PHIL = Dialect("phil", "#")
XDS = Dialect("xds", "!")
CCP4 = Dialect("ccp4", "#")
JSON = Dialect("json", "")
SHELL = Dialect("shell", "")
TEXT = Dialect("plain", "")


@cache
def environment() -> NativeEnvironment:
    """The environment of all emitted files; it keeps the templates that it has compiled.

    What such a one prints comes as it is, not as text.
    """
    made = NativeEnvironment(
        loader=FileSystemLoader(templates_folder(), encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,
    )
    made.globals.clear()  # a template computes nothing
    return made


class Renderer:
    """Fills the templates of one plan; what several files have in common is made once."""

    def __init__(self) -> None:
        self._environment = environment()
        # by the id of a context, which is kept with them
        self._made: dict[tuple[str, str, int], tuple[dict[str, Any], tuple[Line, ...]]] = {}

    def table(
        self, template: str, name: str, dialect: Dialect, context: dict[str, Any]
    ) -> LineTable:
        """The line table of the file ``name``; ``context`` holds leaves and parts, and lists or mappings of them.

        Raises jinja2.UndefinedError for a name that the context lacks, TypeError for anything printed
        that is no leaf.
        """
        lines = self._lines(template, dialect, context)
        # its pieces are valid: looking at them once more takes as long as making them
        return LineTable.model_construct(name=name, comment=dialect.comment, lines=lines)

    def _lines(self, template: str, dialect: Dialect, context: dict[str, Any]) -> tuple[Line, ...]:
        key = template, dialect.style, id(context)
        if key not in self._made:
            self._made[key] = context, tuple(self._run(template, dialect, context))
        return self._made[key][1]

    def _run(self, template: str, dialect: Dialect, context: dict[str, Any]) -> list[Line]:
        lines: list[Line] = []
        line: list[Piece] = []
        for printed in self._environment.get_template(template).generate(context):
            if isinstance(printed, str):
                first, *more = printed.split("\n")
                _add(line, first)
                for text in more:
                    lines.append(tuple(line))
                    line = [text] if text else []
            elif isinstance(printed, Part):
                *above, last = self._lines(printed.template, dialect, printed.context)
                lines += above
                line += last
            else:
                line.append(piece(printed, dialect))
        return [*lines, tuple(line)] if line else lines


def _add(line: list[Piece], text: str) -> None:
    """Neighbouring text is one piece, wherever the template was cut."""
    if text and line and isinstance(line[-1], str):
        line[-1] += text
    elif text:
        line.append(text)


def piece(leaf: Resolved[Any], dialect: Dialect) -> Filled | Hole:
    """A leaf as a piece of a file or an argument of a command."""
    origin = str(leaf.origin) if dialect.comment else ""
    if isinstance(leaf.value, Decision):
        decided = f"{leaf.value.step}.{leaf.value.field}"
        return Hole(leaf=leaf.path, decision=decided, style=dialect.style, origin=origin)
    if isinstance(leaf.value, AtRun):
        resource: Any = leaf.value.resource
        most = leaf.value.most
        return Hole(
            leaf=leaf.path, resource=resource, most=most, style=dialect.style, origin=origin
        )
    text = SPELLERS[dialect.style](leaf.value)
    if _CONTROL.search(text):
        raise ValueError(f"{leaf.path} would smuggle a control character into a file")
    return Filled(text=text, leaf=leaf.path, origin=origin)


def _printable(value: Any) -> Any:
    if not isinstance(value, (Resolved, Part)):
        # a name that the context lacks tells of itself when it is made text
        raise TypeError(f"a template printed '{value}', which has no origin")
    return value
