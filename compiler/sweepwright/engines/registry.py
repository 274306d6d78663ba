"""All engines by name."""

from __future__ import annotations

from collections.abc import Mapping

from sweepwright.engines import dials, xds
from sweepwright.engines.base import Engine

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (dials.ENGINE, xds.ENGINE)}
