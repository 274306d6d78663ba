"""Stacks of what people wrote, with defaults below, settled into leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweepwright.model.resolved import Layer, Origin, Resolved, Written, settle

Stacks = Mapping[str, tuple[Written, ...]]


def settled(stacks: Stacks, defaults: Mapping[str, Any], prefix: str) -> dict[str, Resolved[Any]]:
    """The leaf of each stack, with the defaults at the bottom."""
    found = {}
    for key in dict.fromkeys((*defaults, *stacks)):
        stack = list(stacks.get(key, ()))
        if key in defaults:
            stack.append(Written(defaults[key], Origin(Layer.DEFAULT, key)))
        found[key] = settle(prefix + key, stack)
    return found


def instead(leaf: Resolved[Any], value: Any) -> Resolved[Any]:
    """The leaf with what ``auto`` or another word of the language stands for."""
    return Resolved(leaf.path, value, leaf.origin, leaf.hidden, leaf.of, leaf.edit)


def auto_is(leaf: Resolved[Any], value: Any) -> Resolved[Any]:
    """The leaf, with ``auto`` written out."""
    return instead(leaf, value) if isinstance(leaf.value, str) and leaf.value == "auto" else leaf
