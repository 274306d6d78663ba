"""Reading one image with one reader, and its facts in the forms that tests compare."""

from __future__ import annotations

import bz2
import gzip
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_head
from sweepwright.model.facts import ImageFacts


def read(reader: ModuleType, path: Path) -> ImageFacts:
    """The facts of a file that the reader must understand."""
    head = read_head(path)
    assert reader.understands(head, path)
    found: ImageFacts = reader.read_facts(path, head)
    return found


def read_bytes(reader: ModuleType, folder: Path, data: bytes) -> ImageFacts:
    """The facts of a file with these bytes."""
    path = folder / "image"
    path.write_bytes(data)
    return read(reader, path)


def said(found: ImageFacts) -> dict[str, Any]:
    """Field -> value."""
    return {name: fact.value for name, fact in found.fields.items()}


def value(found: ImageFacts, name: str) -> Any:
    """The value of a field, None where there is none."""
    fact = found.get(name)
    return None if fact is None else fact.value


def doubts_about(found: ImageFacts, field: str) -> list[str]:
    """The messages about a field."""
    return [doubt.message for doubt in found.doubts if doubt.field == field]


def doubts(found: ImageFacts) -> dict[str, str]:
    """Field -> message, of several the last."""
    return {doubt.field: doubt.message for doubt in found.doubts}


def assert_packed_alike(reader: ModuleType, folder: Path, data: bytes) -> None:
    """A file packed by gzip or bzip2 says what it says unpacked, whatever its name."""
    plain = read_bytes(reader, folder, data)
    for pack in (gzip.compress, bz2.compress):
        assert read_bytes(reader, folder, pack(data)) == plain


def assert_only_image_errors(reader: ModuleType, folder: Path, files: Iterable[bytes]) -> None:
    """Of any bytes there are facts of the forms that are promised, or an ImageError with a message."""
    for data in files:
        try:
            path = folder / "spoilt"
            path.write_bytes(data)
            head = read_head(path)
            if not reader.understands(head, path):
                continue
            found = reader.read_facts(path, head)
        except ImageError as problem:
            assert len(str(problem)) > 10 and problem.hint
            continue
        if found.format != "tiff":  # its numbers are those of mini-CBF lines, read elsewhere
            _assert_sane(found)


def spoilt(data: bytes, tries: int = 150, seed: int = 7) -> Iterator[bytes]:
    """A file cut short, with bytes changed, or with noise behind its first bytes."""
    dice = random.Random(seed)
    for n in range(tries):
        if n % 3 == 0:
            yield data[: dice.randrange(len(data))]
        elif n % 3 == 1:
            other = bytearray(data)
            for _ in range(dice.choice((1, 5, 50, 500))):
                other[dice.randrange(len(other))] = dice.randrange(256)
            yield bytes(other)
        else:
            kept = dice.choice((12, 100, 1024, 2048))
            yield data[:kept] + dice.randbytes(dice.choice((0, 3000, 9000)))


def _assert_sane(found: ImageFacts) -> None:
    for name, fact in found.fields.items():
        numbers = fact.value if isinstance(fact.value, tuple) else (fact.value,)
        for number in numbers:
            if not isinstance(number, str):
                assert number == pytest.approx(number), name  # not NaN
                assert abs(number) < 1e10, name
        assert fact.key
    for axis in found.axes:
        assert sum(part * part for part in axis.vector) == pytest.approx(1)
    for panel in found.panels:
        assert all(abs(part) < 1e9 for part in panel.origin_mm)
    assert all(doubt.message and doubt.key for doubt in found.doubts)
