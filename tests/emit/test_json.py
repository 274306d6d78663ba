"""JSON of records: one spelling for people and diffs, and nothing that JSON does not know."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepwright.emit.write import json_bytes

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


class Word(StrEnum):
    ONE = "one"


@given(PLAIN)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert json.loads(json_bytes(value)) == value


def test_keys_are_sorted_and_each_value_has_a_line() -> None:
    assert json_bytes({"b": [1, 2.5], "a": "é"}) == (
        '{\n  "a": "é",\n  "b": [\n    1,\n    2.5\n  ]\n}\n'.encode()
    )


def test_what_records_hold_beside_plain_data() -> None:
    value = {"path": Path("a/b"), "word": Word.ONE, "pair": (1, 2), 3: "three"}
    assert json.loads(json_bytes(value)) == {
        "path": "a/b", "word": "one", "pair": [1, 2], "3": "three",
    }  # fmt: skip


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("where", [lambda x: x, lambda x: [1, x], lambda x: {"a": [None, (x,)]}])
def test_what_json_does_not_know_is_refused(bad: float, where: Callable[[float], Any]) -> None:
    value = where(bad)
    with pytest.raises(ValueError, match="JSON knows no"):
        json_bytes(value)
