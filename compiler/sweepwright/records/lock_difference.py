"""How two locks differ, in sentences: which value, layer, default, version or template moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sweepwright.model.ranges import parse_images
from sweepwright.model.resolved import Layer
from sweepwright.records.lock import Lock, LockedImages, LockedLeaf, LockedTool, in_words

Leaves: TypeAlias = dict[str, LockedLeaf]

Kind: TypeAlias = Literal[
    "value", "layer", "default", "version", "tool", "template", "macro", "images", "plan"
]

#: kinds that make another result; the others are inputs, which may move without any effect
EFFECTS = frozenset({"value", "default", "images", "plan"})
NOTHING = "nothing"
_FOLLOWS = "follows from"
_OWNER = re.compile(r"(?:crystals|datasets|sweeps)\[[^\]]*\]")
_SHOWN_LINES = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that moved. ``str`` of it is a sentence; ``reason`` says who moved it."""

    kind: Kind
    path: str
    old: Any
    new: Any
    reason: str = ""

    @property
    def matters(self) -> bool:
        """Whether the result is another one."""
        return self.kind in EFFECTS

    def __str__(self) -> str:
        if self.kind == "plan":
            return f"{self.path} differs: {self.reason}"
        if self.kind in ("template", "macro"):
            verb = {self.old: "is new", self.new: "is no longer used"}.get(NOTHING, "changed")
            return f"{self.kind} {self.path} {verb}"
        separator = " " if self.kind in ("version", "tool") else ": "
        moved = f"{in_words(self.old)} -> {in_words(self.new)}"
        told = f"{self.path}{separator}{in_words(self.new) if self.kind == 'layer' else moved}"
        return f"{told} ({self.reason})" if self.reason else told

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        parts = {name: getattr(self, name) for name in ("kind", "path", "old", "new", "reason")}
        return {**parts, "sentence": str(self)}


def difference(old: Lock, new: Lock) -> tuple[Change, ...]:
    """All that differs between two locks as `sweepwright.records.lock` makes them.

    What follows from other changes comes after them; what has no effect by itself comes last.
    """
    values = [*_values(old["values"], new["values"])]
    follows = [change for change in values if change.reason.startswith(_FOLLOWS)]
    changes = [
        *_names(old, new),
        *(change for change in values if change not in follows),
        *_images(old["inputs"]["images"], new["inputs"]["images"]),
        *follows,
        *_plan(old, new),
        *_inputs(old, new),
    ]
    return tuple(sorted(changes, key=lambda change: not change.matters))


def file_difference(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """A unified difference of rendered files by name; not more than a screen or two of it."""
    from difflib import unified_diff

    lines = [f"no longer there: {name}" for name in sorted(old.keys() - new.keys())]
    lines += [f"new: {name}" for name in sorted(new.keys() - old.keys())]
    for name in sorted(old.keys() & new.keys()):
        before, after = (texts[name].splitlines() for texts in (old, new))
        lines += unified_diff(before, after, name, name, n=1, lineterm="")
    more = len(lines) - _SHOWN_LINES
    if more > 0:
        lines[_SHOWN_LINES:] = [f"... and {more} more lines"]
    return "\n".join(lines)


def _names(old: Lock, new: Lock) -> Iterator[Change]:
    if old["name"] != new["name"]:
        yield Change("value", "name", old["name"], new["name"])


def _values(old: Leaves, new: Leaves) -> Iterator[Change]:
    owners = _owners(old), _owners(new)
    apart = owners[0].keys() ^ owners[1].keys()
    for owner in sorted(apart):
        was, is_ = (f"{count[owner]} values" if owner in count else NOTHING for count in owners)
        yield Change("value", owner, was, is_)
    both = old.keys() & new.keys()
    moved = {path for path in both if old[path]["value"] != new[path]["value"]}
    moved |= old.keys() ^ new.keys()
    for path in sorted({*old, *new}):
        if _owner(path) in apart:
            continue
        if path in moved:
            yield _moved(path, old, new, moved)
        elif _who(old[path]) != _who(new[path]) and new[path]["layer"] != Layer.COMPUTED:
            value = new[path]["value"]
            yield Change("layer", path, value, value, _whose(old[path], new[path]))


def _moved(path: str, before: Leaves, after: Leaves, moved: set[str]) -> Change:
    was, is_ = _value(before, path), _value(after, path)
    if path not in before or path not in after:
        return Change("value", path, was, is_, f"set by {_who((after | before)[path])}")
    old, new = before[path], after[path]
    if {old["layer"], new["layer"]} == {Layer.DEFAULT}:
        return Change("default", path, was, is_, "default of the language moved")
    causes = [source for source in new.get("of", ()) if source in moved and source != path]
    if causes:
        return Change("value", path, was, is_, f"{_FOLLOWS} {', '.join(causes)}")
    return Change("value", path, was, is_, _whose(old, new))


def _value(values: Leaves, path: str) -> Any:
    return values[path]["value"] if path in values else NOTHING


def _owner(path: str) -> str:
    found = _OWNER.match(path)
    return found[0] if found else ""


def _owners(values: Leaves) -> Mapping[str, int]:
    """Sweeps, crystals and data sets, with the number of their values."""
    return Counter(owner for path in values if (owner := _owner(path)))


def _who(leaf: LockedLeaf) -> str:
    """Who set a leaf, as words behind 'set by'."""
    layer, name = leaf["layer"], leaf.get("name", "")
    words = {
        "default": "the language",
        "images": "the images found",
        "header": "the image headers",
        "macro": f"macro {name}",
        "user": "the user's file",
        "computed": f"computation from {name}",
        "set": "--set",
    }
    return words.get(layer, f"the {layer}")


def _whose(old: LockedLeaf, new: LockedLeaf) -> str:
    now, before = _who(new), _who(old)
    return f"set by {now}" if now == before else f"set by {now}, was {before}"


def _images(old: Mapping[str, LockedImages], new: Mapping[str, LockedImages]) -> Iterator[Change]:
    for sweep in sorted({*old, *new}):
        before, after = old.get(sweep), new.get(sweep)
        if before == after:
            continue
        was, is_ = _numbers(before), _numbers(after)
        reason = ""
        if before is not None and after is not None:
            reason = ", ".join(
                f"{part} {in_words(before[part])} -> {in_words(after[part])}"
                for part in ("template", "numbers", "bytes", "policy")
                if before[part] != after[part]
            )
        yield Change("images", f"sweep {sweep}", was, is_, reason)


def _numbers(images: LockedImages | None) -> str:
    if images is None:
        return NOTHING
    try:
        return f"{len(parse_images(images['numbers']))} images"
    except ValueError:  # edited by hand
        return str(images["numbers"])


def _plan(old: Lock, new: Lock) -> Iterator[Change]:
    if old["plan"] != new["plan"]:
        reason = "other steps, or other text in their files"
        yield Change("plan", "plan.json", old["plan"], new["plan"], reason)


def _inputs(old: Lock, new: Lock) -> Iterator[Change]:
    for path in ("sweepwright", "language"):
        if old[path] != new[path]:
            yield Change("version", path, old[path], new[path])
    before, after = old["inputs"], new["inputs"]
    for name, was, is_ in _differing(before["templates"], after["templates"]):
        yield Change("template", name, was, is_)
    for name, was, is_ in _differing(before["macros"], after["macros"]):
        yield Change("macro", name, was, is_)
    yield from _tools(before["tools"], after["tools"])


def _tools(old: Mapping[str, LockedTool], new: Mapping[str, LockedTool]) -> Iterator[Change]:
    """Programs of one package move together and are told together."""
    together: dict[tuple[str, str], list[str]] = {}
    for name, *tools in _differing(old, new):
        was, is_ = (NOTHING if tool == NOTHING else tool["version"] for tool in tools)
        together.setdefault((was, is_), []).append(name)
    for (was, is_), names in together.items():
        reason = "other files of the same version" if was == is_ else ""
        yield Change("tool", ", ".join(names), was, is_, reason)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name, NOTHING), new.get(name, NOTHING)
