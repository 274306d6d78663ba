"""The journal is a chain; keys depend on what matters alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from sweepwright.model.plan import FileRef, Filled, Hole, LineTable, Step
from sweepwright.records.ends import end_from_json, last_end, read_end
from sweepwright.records.journal import NO_LINE, JournalDamagedError, open_journal, read_journal
from sweepwright.records.keys import changed_parts, key_parts, step_key


def test_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for _ in range(2):
        journal, _, torn = open_journal(path)
        assert torn == ""
        journal.append("note", {"text": "äöü\n"}, sync=True)
        journal.append("note", {"seq": 77, "prev": "lies"})
        journal.close()
    chain = read_journal(path)
    assert [entry["seq"] for entry in chain.entries] == [1, 2, 3, 4]
    assert chain.entries[0]["prev"] == NO_LINE
    assert chain.entries[0]["text"] == "äöü\n"
    assert chain.head == journal.head
    assert chain.entries[0]["time"].endswith("+00:00")


def test_threads_do_not_mix_lines(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal, _, _ = open_journal(path)

    def write() -> None:
        for number in range(200):
            journal.append("note", {"number": number, "filling": "x" * 5000})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_journal(path).entries) == 800


@pytest.mark.parametrize("change", [b"seq", b'"number":1', b"0000000000"])
def test_changed_lines_are_found(tmp_path: Path, change: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    journal, _, _ = open_journal(path)
    for number in range(3):
        journal.append("note", {"number": number})
    content = path.read_bytes()
    path.write_bytes(content.replace(change, change[:-1] + b"7", 1))
    with pytest.raises(JournalDamagedError):
        read_journal(path)


def test_torn_lines_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for number in (1, 2):
        with path.open("ab") as file:
            file.write(b'{"half')
        assert read_journal(path).torn == b'{"half'
        journal, _, torn = open_journal(path)
        assert torn == f"journal.torn-{number}"
        journal.append("note", {})
        journal.close()
    assert len(read_journal(path).entries) == 2


def _step(**more: Any) -> Step:
    lines = (
        ("! comment",),
        ("cell ", Filled(text="1", leaf="c", origin="job c")),
        ("sg ", Hole(leaf="s", decision="d.sg", style="xds")),
        ("threads ", Hole(leaf="t", resource="threads")),
    )
    table = LineTable(name="XDS.INP", lines=more.pop("lines", lines), comment="!")
    return Step.model_validate(
        {"id": "s@A", "program": "xds", "folder": "s", "files": (table,),
         "argv": ("-v", FileRef(steps=("d",), name="a.txt")), **more}
    )  # fmt: skip


def _key(
    step: Step, digest: str = "1", decisions: Any = None, env: Any = None, tool: str = "t"
) -> str:
    values = {"d.sg": 19} if decisions is None else decisions
    return step_key(key_parts(step, [[digest]], values, env or {"LC_ALL": "C"}, {"sha256": tool}))


def test_keys_change_with_what_matters() -> None:
    keys = [
        _key(_step()),
        _key(_step(), digest="2"),
        _key(_step(), decisions={"d.sg": 4}),
        _key(_step(), env={"XDS": "1"}),
        _key(_step(), tool="u"),
        _key(_step(program="xds_par")),
        _key(_step(lines=(("cell 2",),))),
        _key(_step(argv=("-w", FileRef(steps=("d",), name="a.txt")))),
        _key(_step(argv=("-v", FileRef(steps=("d",), name="a.txt", link="b")))),
    ]
    assert len(set(keys)) == len(keys)


def test_keys_do_not_change_with_what_does_not() -> None:
    assert _key(_step()) == _key(_step(id="other@B", folder="else", title="t", threads="share"))
    lines = (
        ("!other comment",),
        ("!",),
        ("ce", "ll ", Filled(text="1", leaf="else", origin="macro")),
        ("sg ", "19"),
        ("threads ", Hole(leaf="n", resource="threads", origin="x")),
    )
    parts = key_parts(_step(), [["1"]], {"d.sg": 19}, {}, {})
    same = key_parts(_step(lines=lines), [["1"]], {}, {}, {})
    assert parts["files"] == same["files"]


def test_what_changed_is_named() -> None:
    before = key_parts(_step(), [["1"]], {"d.sg": 19}, {}, {"sha256": "t"})
    after = key_parts(_step(), [["2"]], {"d.sg": 4}, {}, {"sha256": "t"})
    assert changed_parts(before, after) == ("inputs: a.txt", "decisions: d.sg", "files: XDS.INP")


def test_no_end_is_no_end(tmp_path: Path) -> None:
    assert read_end(tmp_path) is None
    assert last_end(tmp_path / "missing") is None
    (tmp_path / "1").mkdir()
    (tmp_path / "1/end.json").write_text("{}")
    assert last_end(tmp_path) is None
    with pytest.raises(ValueError, match="version 9"):
        end_from_json({"end": 9})
