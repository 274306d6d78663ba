"""Columns of tables of DIALS: of one packed here by the format's own rules, and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from packed_refl import column, pack

from sweepwright.results.dials_table import read_columns

PLACES = np.array([[0.1, 0.2, -0.3], [0.0, 0.05, 0.25]])
FLAGS = np.array([4, 33], np.uint64)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    columns = {
        "rlp": column(PLACES),
        "shoebox": ("Shoebox<>", bytes(70_000)),
        "flags": column(FLAGS),
    }
    return pack(tmp_path / "indexed.refl", 2, columns)


def test_columns_are_read(table: Path) -> None:
    found = read_columns(table, ("flags", "rlp"))
    assert list(found) == ["flags", "rlp"]
    assert np.array_equal(found["rlp"], PLACES)
    assert np.array_equal(found["flags"], FLAGS)


def test_what_is_no_table_is_said(table: Path, tmp_path: Path) -> None:
    whole = table.read_bytes()
    with pytest.raises(ValueError, match="no column 'd'"):
        read_columns(table, ("d",))
    with pytest.raises(ValueError, match="no table of reflections"):
        read_columns(table, ("shoebox",))
    wrong = tmp_path / "wrong.refl"
    for content in (b"", b"\xc1", b"\x01", b"MTZ ", whole[:100], whole[:70_100], whole[:-1]):
        wrong.write_bytes(content)
        with pytest.raises(ValueError, match=r"wrong\.refl"):
            read_columns(wrong, ("flags",))
