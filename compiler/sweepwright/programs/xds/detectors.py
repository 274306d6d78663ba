"""What XDS calls a detector: the table ``detectors.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Family:
    """Detectors that XDS treats alike; ``unknown`` is a guess, of which the user is told.

    ``minimum`` and ``overload`` are the smallest and the largest count that is one; without
    ``overload`` XDS takes its own. ``counting``: single photons are counted.
    """

    keyword: str
    minimum: int
    overload: int | None = None
    counting: bool = False
    unknown: bool = False


def family_of(format_name: str, name: str, sensor: str | None) -> Family:
    """The family of an image's format, its header's word for the detector, and sensor material."""
    return next(
        Family(
            row["keyword"],
            row["minimum"],
            row.get("overload"),
            row.get("counting", False),
            row.get("unknown", False),
        )
        for row in _rows()
        if _fits(row, format_name, name, sensor)
    )


def _fits(row: Mapping[str, Any], format_name: str, name: str, sensor: str | None) -> bool:
    return (
        row.get("format", format_name) == format_name
        and re.search(row.get("name", ""), name, re.IGNORECASE) is not None
        and ("sensor" not in row or sensor in row["sensor"])
    )


@cache
def _rows() -> tuple[Mapping[str, Any], ...]:
    from ruamel.yaml import YAML

    return tuple(YAML(typ="safe").load(Path(__file__).with_name("detectors.yaml")))
