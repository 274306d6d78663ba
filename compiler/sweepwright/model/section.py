"""A part of a job as written: frozen, nothing filled in, unknown keys refused.

A `Section` is a mapping whose keys are leaves of their own; anything else is one leaf, which a
higher layer replaces whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Scope(IntEnum):
    """Where a leaf may stand: in the scope that marks it, and in all coarser ones."""

    JOB = 0
    CRYSTAL = 1
    DATASET = 2
    SWEEP = 3


class AddsUp:
    """Marks a list to which each layer adds, where other lists are replaced."""


ADDS_UP = AddsUp()


class Section(BaseModel):
    """Keys that are leaves of their own, or sections again."""

    # built once, with the job, when it is first used: not each section on its own at import
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def leaves(self, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Path and value of every leaf that was written."""
        for key in type(self).model_fields:
            if key not in self.model_fields_set:
                continue
            value = getattr(self, key)
            if isinstance(value, Section):
                yield from value.leaves((*above, key))
            else:
                yield (*above, key), value
