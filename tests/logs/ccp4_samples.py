"""Real files of CCP4 programs beside the checkout, their listed numbers, and banners to make some."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from ruamel.yaml import YAML
from shared_samples import SHARED

FOLDER = SHARED / "samples/results"


def samples(pattern: str) -> list[Any]:
    """Names of the files that fit; one test that is skipped where there are none."""
    if not FOLDER.is_dir():
        return [pytest.param("", marks=pytest.mark.skip(reason=f"no samples in {FOLDER}"))]
    return sorted(f"ccp4/{path.name}" for path in (FOLDER / "ccp4").glob(pattern))


def assert_true(reader: ModuleType, file: str, times: int) -> None:
    """The reader finds what is listed for this file, and tells no lies when it is damaged."""
    text = (FOLDER / file).read_text("latin-1")
    kind = reader.recognises(text[:4000])
    assert kind
    reading = reader.read(text, kind)
    assert reading.troubles == ()
    found = named(reading)
    listed = dict(_flat(YAML(typ="safe").load(FOLDER / "values.yaml")[file]))
    assert listed
    for name, value in listed.items():
        assert name in found
        assert found[name] == value, name
    assert_unharmed(reader, text, times)


def assert_unharmed(reader: ModuleType, text: str, times: int) -> None:
    """Cut, fused, overflown, or without a line: no number is another one.

    That some ring is ice is told by its row alone in newer versions.
    """
    for damage in (cut, merged, starred, without_a_line):
        assert_truthful(reader, text, damage(text, times), except_for=("warnings", "ice_rings"))


def read(reader: ModuleType, text: str, troubles: int = 0) -> dict[str, Any]:
    """Names and values of a text that has so many troubles."""
    kind = reader.recognises(text[:4000])
    assert kind == reader.KINDS[0]
    reading = reader.read(text, kind)
    assert len(reading.troubles) == troubles, reading.troubles
    return dict(named(reading))


def banner(program: str, version: str, suite: str, date: str) -> str:
    """What a program of the suite writes first."""
    line = " " + 63 * "#" + "\n"
    name = f" ### CCP4 {suite}: {program}".ljust(36)
    return (
        f" \n{3 * line}{name}version {version} : {date}##\n{line}"
        " User: somebody  Run date:  7/ 3/2021 Run time: 12:34:56 \n\n\n"
    )


def _flat(nested: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in nested.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, tuple(value) if isinstance(value, list) else value
