"""The checklist is complete, and what it calls done is shown by a test that exists."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

REPOSITORY = Path(__file__).resolve().parents[2]
SAID = YAML(typ="safe").load(REPOSITORY / "docs/checklist.yaml")
ITEMS: dict[str, dict[str, Any]] = SAID["items"]
#: how many items each letter of the list has
NUMBERS = {"A": 13, "B": 5, "C": 14, "D": 14, "E": 4, "F": 12, "G": 14, "H": 2, "J": 3, "K": 13}


def test_each_item_is_there_in_order() -> None:
    wanted = [f"{letter}{n:02d}" for letter, count in NUMBERS.items() for n in range(1, count + 1)]
    assert list(ITEMS) == wanted


def test_items_are_whole() -> None:
    for number, item in ITEMS.items():
        assert set(item) <= {"asks", "job", "test", "state", "part"}, number
        assert item["asks"], number
        assert item["job"], number
        assert not item["asks"].endswith("."), number
        assert item["state"] in ("done", "partly", "later"), number
        assert ("part" in item) == (item["state"] != "done"), number
        assert item.get("part", "language") in SAID["parts"], number
        assert "test" in item or item["state"] == "later", number


def test_the_tests_that_are_named_exist() -> None:
    lacking = []
    for number, item in ITEMS.items():
        if "test" not in item:
            continue
        file, _, name = item["test"].partition("::")
        tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if name not in names:
            lacking.append(f"{number}: {item['test']}")
    assert lacking == []
