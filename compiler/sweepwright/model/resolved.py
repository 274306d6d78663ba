"""What every resolved value carries: who set it, what it hid, and when it becomes known.

After *resolve* a leaf is a plain value, a `Decision` that a step of the plan will make, or `AtRun`,
something that only the machine knows when a step starts. It is never ``auto``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from sweepwright.model.diagnostic import Span

T = TypeVar("T")


class Layer(StrEnum):
    """Where a value can come from, in rising order of authority (the order is the language's)."""

    DEFAULT = "default"
    MACHINE = "machine"  # found on this machine: which engine `auto` means
    SITE_RUN = "site-run"
    USER = "user"
    IMAGES = "images"  # which image files are there
    HEADER = "header"
    SITE = "site"
    MACRO = "macro"
    JOB = "job"
    CRYSTAL = "crystal"
    DATASET = "dataset"
    SWEEP = "sweep"
    SET = "set"
    COMPUTED = "computed"  # by geometry/ or an engine, from other leaves


#: the layers that people write
BY_PEOPLE = frozenset(
    {Layer.USER, Layer.MACRO, Layer.JOB, Layer.CRYSTAL, Layer.DATASET, Layer.SWEEP, Layer.SET}
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who set a value: the layer, the key as that layer calls it, the macro's or record's name.

    ``span`` is the place in a file; it is written to ``origins.json`` alone, so that moving a line
    of a job changes no other file.
    """

    layer: Layer
    key: str
    name: str = ""
    span: Span | None = None

    def __str__(self) -> str:
        if self.layer is Layer.COMPUTED:
            return f"{self.key} <- {self.name}"
        if self.layer is Layer.MACHINE and self.name:
            return f"machine: {self.name}"
        return " ".join(filter(None, (self.layer, self.name, self.key)))


class Verbatim(str):
    """A line for a program, checked by its keyword table, that is written as it stands."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A value that a step of the plan decides; ``rule`` says how in one sentence."""

    step: str
    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class AtRun:
    """A value of the machine, found when a step starts: ``threads``, ``memory``, ``scratch``, ``nodes``.

    ``most``: how many of a list are wanted, where not all.
    """

    resource: str
    most: int | None = None


class Edit(StrEnum):
    """What a layer does to what lower layers said."""

    SET = "set"
    APPEND = "append"
    REMOVE = "remove"
    DEFAULT = "default"  # takes back what lower layers said, down to the default


@dataclass(frozen=True, slots=True)
class Written:
    """A value somebody gave, with who did: one level of a stack."""

    value: Any
    origin: Origin
    edit: Edit = Edit.SET


@dataclass(frozen=True, slots=True)
class Resolved(Generic[T]):
    """A leaf of the resolved job.

    ``path`` is its name (``sweeps[A].geometry.distance``); ``hidden`` are the values that it
    overrides, highest first; ``of`` names the leaves that a computed value was made from.
    """

    path: str
    value: T | Decision | AtRun
    origin: Origin
    hidden: tuple[Written, ...] = ()
    of: tuple[str, ...] = ()
    edit: Edit = Edit.SET

    @property
    def known(self) -> T:
        """The plain value. Raises TypeError for a leaf that is decided or found later."""
        if isinstance(self.value, Decision | AtRun):
            raise TypeError(f"{self.path} is not known before the run: {self.value}")
        return self.value

    @property
    def given(self) -> bool:
        """Whether there is a value, now or when a step starts."""
        return self.value is not None

    def at(self, path: str) -> Resolved[T]:
        """The same leaf under another name."""
        return replace(self, path=path)


def settle(path: str, stack: Sequence[Written]) -> Resolved[Any]:
    """The leaf that a stack, highest first, comes to. Raises IndexError for an empty stack."""
    first, *hidden = stack
    value = None
    for level, written in reversed(list(enumerate(stack))):
        if written.edit is Edit.DEFAULT:
            value = default_below(stack[level + 1 :])
        else:
            value = edited(value, written)
    return Resolved(path, value, first.origin, tuple(hidden), edit=first.edit)


def edited(below: Any, written: Written) -> Any:
    """A value after one edit."""
    if written.edit is Edit.APPEND:
        return (*(below or ()), *written.value)
    if written.edit is Edit.REMOVE:
        return tuple(item for item in below or () if not any(_same(item, w) for w in written.value))
    return written.value


def items_of(leaf: Resolved[Any]) -> list[tuple[Any, Origin]]:
    """The items of a list, each with who wrote it: layers add up."""
    below = [
        (item, written.origin) for written in leaf.hidden[::-1] for item in written.value or ()
    ]
    known = [item for item, _ in below] if leaf.edit is not Edit.SET else []
    kept = [pair for pair in below if pair[0] in (leaf.known or ()) and known]
    return kept + [(item, leaf.origin) for item in leaf.known or () if item not in known]


def _same(item: Any, other: Any) -> bool:
    """Items are equal that mean the same: an exclusion whatever its reason."""
    return bool(getattr(item, "meaning", item) == getattr(other, "meaning", other))


def default_below(stack: Sequence[Written]) -> Any:
    """What is left without the layers that people wrote: the default, else what images say."""
    by_layer = {written.origin.layer: written.value for written in reversed(stack)}
    if Layer.DEFAULT in by_layer:
        return by_layer[Layer.DEFAULT]
    return next((w.value for w in stack if w.origin.layer in (Layer.HEADER, Layer.SITE)), None)


def computed(path: str, value: T, rule: str, *sources: Resolved[Any]) -> Resolved[T]:
    """A leaf made from other leaves by a named rule; its origin says both.

    A source with the path of the leaf itself is what the leaf was before: its stack is hidden.
    """
    named = dict.fromkeys([str(source.origin) for source in sources])
    origin = Origin(Layer.COMPUTED, rule, " + ".join(named))
    hidden: tuple[Written, ...] = ()
    of: tuple[str, ...] = ()
    for source in sources:
        if source.path == path:
            hidden += (Written(source.value, source.origin, source.edit), *source.hidden)
        else:
            of += (source.path,)
    return Resolved(path, value, origin, hidden, of)


@dataclass(frozen=True)
class Leaves(Mapping[str, Resolved[Any]]):
    """The leaves of a job or of a sweep by their dotted key (``geometry.distance``)."""

    table: Mapping[str, Resolved[Any]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Resolved[Any]:
        return self.table[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def keywords(self) -> Mapping[str, Resolved[Any]]:
        """The leaves of ``keywords``, which every file asks for."""
        return {key: leaf for key, leaf in self.table.items() if key.startswith("keywords[")}

    def known(self, key: str) -> Any:
        """The plain value of a leaf, None where there is none."""
        leaf = self.table.get(key)
        return None if leaf is None else leaf.known
