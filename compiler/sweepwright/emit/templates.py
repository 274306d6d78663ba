"""Templates to line tables: jinja2 with StrictUndefined, and nothing printed but leaves.

Each leaf of a context reaches the template as a `Slot`; printing it leaves a mark in the text, from
which the line table is cut afterwards. So every emitted value has an owner by construction, and a
leaf that is not known yet becomes a hole without the template knowing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sweepwright.emit.spell import SPELLERS
from sweepwright.model.plan import Filled, Hole, Line, LineTable
from sweepwright.model.resolved import AtRun, Decision, Resolved
from sweepwright.resources import templates_folder

_MARK = re.compile("\x01(\\d+)\x02")
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A leaf in a template: printed as a mark; ``value`` is there for conditions alone."""

    index: int
    leaf: Resolved[Any]

    @property
    def value(self) -> Any:
        """The plain value; None while it is a hole."""
        return None if isinstance(self.leaf.value, Decision | AtRun) else self.leaf.value

    @property
    def given(self) -> bool:
        """Whether there is a value, now or when the step starts."""
        return self.leaf.value is not None

    def __str__(self) -> str:
        return f"\x01{self.index}\x02"


@cache
def environment() -> Environment:
    """The environment of all emitted files; it keeps the templates that it has compiled."""
    made = Environment(
        loader=FileSystemLoader(templates_folder(), encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=_only_leaves,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,
    )
    made.globals.clear()  # a template computes nothing
    return made


class Renderer:
    """Fills the templates of one plan; a line that stands in several files is made once."""

    def __init__(self) -> None:
        self._environment = environment()
        self._slots: dict[int, Slot] = {}  # by id: values need not be hashable; slots keep leaves
        self._leaves: list[Resolved[Any]] = []
        self._lines: dict[str, dict[str, Line]] = {}  # by style and text

    def table(
        self, template: str, name: str, dialect: Dialect, context: dict[str, Any]
    ) -> LineTable:
        """The line table of the file ``name``; ``context`` holds leaves, and lists or mappings of them.

        Raises jinja2.UndefinedError for a name that the context lacks, TypeError for anything printed
        that is no leaf.
        """
        text = self._environment.get_template(template).render(self._marked(context))
        known = self._lines.setdefault(dialect.style, {})
        lines = []
        for written in text.split("\n"):
            line = known.get(written)
            if line is None:
                line = known[written] = self._line(written, dialect)
            lines.append(line)
        # its pieces are valid: looking at them once more takes as long as making them
        return LineTable.model_construct(name=name, comment=dialect.comment, lines=tuple(lines))

    def _marked(self, value: Any) -> Any:
        if isinstance(value, Resolved):
            slot = self._slots.get(id(value))
            if slot is None:
                slot = self._slots[id(value)] = Slot(len(self._leaves), value)
                self._leaves.append(value)
            return slot
        if isinstance(value, dict):
            return {key: self._marked(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._marked(item) for item in value]
        raise TypeError(f"a context holds leaves only, not {value!r}")

    def _line(self, text: str, dialect: Dialect) -> Line:
        """What stands between marks is text of the template."""
        return tuple(
            piece(self._leaves[int(part)], dialect) if number % 2 else part
            for number, part in enumerate(_MARK.split(text))
            if part
        )


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


def _only_leaves(value: Any) -> Any:
    if not isinstance(value, Slot):
        raise TypeError(f"a template printed {value!r}, which has no origin")
    return value
