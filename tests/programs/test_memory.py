"""What was found out of a program's file is asked once, until the file changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweepwright.programs.memory import remembered


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/sweepwright/tools.json"


def look(file: Path, asked: list[str]) -> str:
    return remembered(file, "text", lambda: (asked.append(""), file.read_text())[1])


def test_a_file_is_looked_at_once_until_it_changes(tmp_path: Path) -> None:
    file, asked = tmp_path / "program", []
    file.write_text("one")
    assert [look(file, asked), look(file, asked)] == ["one", "one"]
    assert len(asked) == 1
    file.write_text("other")
    os.utime(file, ns=(1, 1))
    assert look(file, asked) == "other"
    assert len(asked) == 2


def test_it_is_remembered_by_the_next_process(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "program"
    file.write_text("one")
    look(file, [])
    assert "one" in cache.read_text()


@pytest.mark.parametrize("spoiled", [b"", b"\xff", b"[1]", b'{"a": 1}', b"{"])
def test_a_spoiled_memory_is_no_harm(tmp_path: Path, cache: Path, spoiled: bytes) -> None:
    file = tmp_path / "program"
    file.write_text("one")
    cache.parent.mkdir(parents=True)
    cache.write_bytes(spoiled)
    assert look(file, []) == "one"


def test_no_more_is_kept_than_is_of_use(tmp_path: Path, cache: Path) -> None:
    for number in range(150):
        file = tmp_path / f"p{number}"
        file.write_text(str(number))
        look(file, [])
    assert cache.read_text().count("\n") < 110
    assert "p149" in cache.read_text()


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    file = tmp_path / "program"
    file.write_text("one")
    assert look(file, []) == "one"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "absent", [])
