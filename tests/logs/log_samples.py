"""The real files beside the checkout, and the numbers that were read from them by eye."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from damaged_logs import named
from ruamel.yaml import YAML
from shared_samples import SHARED

FOLDER = SHARED / "samples/xds/logs"


def samples(*patterns: str) -> list[Any]:
    """Names of the files that fit; one test that is skipped where there are none."""
    if not FOLDER.is_dir():
        return [pytest.param("", marks=pytest.mark.skip(reason=f"no samples in {FOLDER}"))]
    return sorted(path.name for pattern in patterns for path in FOLDER.glob(pattern))


def text_of(file: str) -> str:
    return (FOLDER / file).read_text("latin-1")


def assert_true(reader: ModuleType, file: str, troubles: int = 0) -> None:
    """The reader knows the file and finds every number that is listed for it."""
    text = text_of(file)
    kind = reader.recognises(text[:4000])
    assert kind
    reading = reader.read(text, kind)
    assert len(reading.troubles) == troubles, reading.troubles
    found = named(reading)
    listed = YAML(typ="safe").load(FOLDER / "values.yaml")["values"]
    for name, value in [(name, value) for of, name, value in listed if of == file]:
        assert name in found
        assert found[name] == _fixed(value), name


def _fixed(value: Any) -> Any:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value
