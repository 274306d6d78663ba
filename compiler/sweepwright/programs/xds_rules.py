"""The table ``xds/rules.yaml``: what is known of XDS, and which code looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class XdsRule:
    """One row: ``code`` are the rules that look at it; without one, ``reason`` says why none does."""

    id: str
    what: str
    source: str
    code: tuple[str, ...] = ()
    reason: str = ""


def xds_rules() -> tuple[XdsRule, ...]:
    """All rows in their order."""
    rows = _load()["rules"]
    return tuple(XdsRule(**row | {"code": tuple(row.get("code", ()))}) for row in rows)


def xds_sources() -> Mapping[str, str]:
    """What the labels of the sources stand for."""
    sources: Mapping[str, str] = _load()["sources"]
    return sources


def _load() -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(Path(__file__).parent / "xds/rules.yaml")
