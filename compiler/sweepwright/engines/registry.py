"""All engines by name. An engine is loaded when it is asked for: most commands need one, or none."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.job_resolved import ResolvedJob

if TYPE_CHECKING:
    from sweepwright.engines.base import Engine

ENGINES = ("dials", "xds")


def engine(name: str) -> Engine:
    """The engine of a name of `ENGINES`."""
    found: Engine = import_module(f"sweepwright.engines.{name}.engine").ENGINE
    return found


def check_of(name: str) -> Callable[[ResolvedJob], list[Diagnostic]]:
    """What tells what an engine cannot do of a job: without the rest of the engine."""
    found: Callable[[ResolvedJob], list[Diagnostic]]
    found = import_module(f"sweepwright.engines.{name}.checks").check
    return found
