"""The sentences on how two locks differ; locks are written out here by hand."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sweepwright.records.lock import read_lock
from sweepwright.records.lock_difference import Change, difference, file_difference

CC = "crystals[x1].processing.resolution.criteria.cc_half"
DISTANCE = "sweeps[A].geometry.distance"
START = "sweeps[A].scan.start"
LOCK: dict[str, Any] = {
    "lock": 1,
    "language": 1,
    "sweepwright": "0.1.0",
    "name": "lyso",
    "plan": "p" * 64,
    "values": {
        CC: {"value": 0.3, "layer": "default"},
        DISTANCE: {"value": 250.0, "layer": "macro", "name": "x"},
        START: {"value": 10.0, "layer": "computed", "name": "macro x geometry.distance",
                "of": [DISTANCE]},
        "title": {"value": "", "layer": "default"},
    },
    "inputs": {
        "tools": {
            "dials.import": {"version": "3.12", "digest": "a"},
            "dials.index": {"version": "3.12", "digest": "b"},
        },
        "macros": {"x": "c"},
        "templates": {"dials/index.phil.j2": "d"},
        "images": {
            "A": {"template": "$job/x_####.cbf", "numbers": "1-40", "bytes": 4000,
                  "policy": "at-run"},
        },
    },
}  # fmt: skip


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The lock with other things at places like ``values/title/value``; None takes away."""
    lock = copy.deepcopy(LOCK)
    for place, value in changes:
        *above, last = place.split("|")
        inner = lock
        for key in above:
            inner = inner[key]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return lock


def told(*changes: tuple[str, Any]) -> list[str]:
    return [str(change) for change in difference(LOCK, changed(*changes))]


def test_equal_locks_do_not_differ() -> None:
    assert difference(LOCK, copy.deepcopy(LOCK)) == ()


@pytest.mark.parametrize(
    ("place", "value", "kind", "sentence"),
    [
        (f"values|{CC}|value", 0.5, "default", f"{CC}: 0.3 -> 0.5 (default of the language moved)"),
        (f"values|{CC}", {"value": 0.5, "layer": "job"}, "value",
         f"{CC}: 0.3 -> 0.5 (set by the job, was the language)"),
        (f"values|{DISTANCE}", {"value": 251.0, "layer": "job"}, "value",
         f"{DISTANCE}: 250 -> 251 (set by the job, was macro x)"),
        (f"values|{DISTANCE}|value", 251.0, "value",
         f"{DISTANCE}: 250 -> 251 (set by macro x)"),
        (f"values|{DISTANCE}", {"value": 250.0, "layer": "sweep"}, "layer",
         f"{DISTANCE}: 250 (set by the sweep, was macro x)"),
        (f"values|{DISTANCE}|name", "y", "layer",
         f"{DISTANCE}: 250 (set by macro y, was macro x)"),
        ("values|title", {"value": "none of it", "layer": "set"}, "value",
         "title: empty -> none of it (set by --set, was the language)"),
        ("values|title", None, "value", "title: empty -> nothing (set by the language)"),
        ("values|project", {"value": "p1", "layer": "job"}, "value",
         "project: nothing -> p1 (set by the job)"),
        ("name", "other", "value", "name: lyso -> other"),
        ("sweepwright", "0.2.0", "version", "sweepwright 0.1.0 -> 0.2.0"),
        ("language", 2, "version", "language 1 -> 2"),
        ("inputs|templates|dials/index.phil.j2", "e", "template",
         "template dials/index.phil.j2 changed"),
        ("inputs|templates|dials/new.phil.j2", "e", "template",
         "template dials/new.phil.j2 is new"),
        ("inputs|macros|x", None, "macro", "macro x is no longer used"),
        ("inputs|tools|dials.index|version", "3.13", "tool", "dials.index 3.12 -> 3.13"),
        ("inputs|tools|dials.index|digest", "f", "tool",
         "dials.index 3.12 -> 3.12 (other files of the same version)"),
        ("inputs|images|A|numbers", "1-20, 22-39", "images",
         "sweep A: 40 images -> 38 images (numbers 1-40 -> 1-20, 22-39)"),
        ("inputs|images|A|bytes", 3999, "images",
         "sweep A: 40 images -> 40 images (bytes 4000 -> 3999)"),
        ("inputs|images|A|numbers", "all", "images",
         "sweep A: 40 images -> all (numbers 1-40 -> all)"),
        ("inputs|images|A", None, "images", "sweep A: 40 images -> nothing"),
        ("plan", "q" * 64, "plan",
         "plan.json differs: other steps, or other text in their files"),
    ],
)  # fmt: skip
def test_each_move_has_its_sentence(place: str, value: Any, kind: str, sentence: str) -> None:
    (change,) = difference(LOCK, changed((place, value)))
    assert (change.kind, str(change)) == (kind, sentence)


def test_inputs_that_move_without_effect_do_not_matter() -> None:
    moved = changed(
        ("sweepwright", "0.2.0"),
        ("inputs|templates|dials/index.phil.j2", "e"),
        ("inputs|tools|dials.index|version", "3.13"),
        ("inputs|macros|x", "f"),
        (f"values|{DISTANCE}", {"value": 250.0, "layer": "job"}),
    )
    changes = difference(LOCK, moved)
    assert [change.kind for change in changes] == ["layer", "version", "template", "macro", "tool"]
    assert not any(change.matters for change in changes)


def test_what_follows_comes_after_its_cause_and_effects_come_first() -> None:
    assert told(
        ("sweepwright", "0.2.0"),
        (f"values|{START}|value", 12.0),
        (f"values|{DISTANCE}|value", 251.0),
        ("plan", "q" * 64),
    ) == [
        f"{DISTANCE}: 250 -> 251 (set by macro x)",
        f"{START}: 10 -> 12 (follows from {DISTANCE})",
        "plan.json differs: other steps, or other text in their files",
        "sweepwright 0.1.0 -> 0.2.0",
    ]


def test_a_computed_value_without_a_moved_source_says_what_it_is_of() -> None:
    assert told((f"values|{START}|value", 12.0)) == [
        f"{START}: 10 -> 12 (set by computation from macro x geometry.distance)"
    ]


def test_a_whole_sweep_is_told_once() -> None:
    leaf = {"value": 1.0, "layer": "header"}
    new = changed(
        ("values|sweeps[B].geometry.distance", leaf), ("values|sweeps[B].geometry.wavelength", leaf)
    )
    assert [str(change) for change in difference(LOCK, new)] == ["sweeps[B]: nothing -> 2 values"]


def test_programs_that_move_together_are_told_together() -> None:
    assert told(
        ("inputs|tools|dials.index|version", "3.13"), ("inputs|tools|dials.import|version", "3.13")
    ) == ["dials.import, dials.index 3.12 -> 3.13"]


def test_a_value_that_reads_like_nothing_is_a_value() -> None:
    leaf = {"value": "nothing", "layer": "job"}
    (change,) = difference(LOCK, changed(("values|project", leaf)))
    assert (change.path, change.matters) == ("project", True)


def test_a_change_is_plain_data_for_machines() -> None:
    change = Change("value", "title", "", "new", "set by the job")
    assert json.loads(json.dumps(change.to_json())) == {
        "kind": "value", "path": "title", "old": "", "new": "new", "reason": "set by the job",
        "sentence": "title: empty -> new (set by the job)",
    }  # fmt: skip


def test_files_differ_as_a_unified_difference() -> None:
    old = {"a.phil": "one\ntwo\nthree\nfour\n", "gone.phil": "x\n", "same.phil": "x\n"}
    new = {"a.phil": "one\ntwo\nthree\n4\n", "new.phil": "y\n", "same.phil": "x\n"}
    assert file_difference(old, new).splitlines() == [
        "no longer there: gone.phil",
        "new: new.phil",
        "--- a.phil",
        "+++ a.phil",
        "@@ -3,2 +3,2 @@",
        " three",
        "-four",
        "+4",
    ]
    assert file_difference(old, old) == ""


def test_a_long_difference_is_cut() -> None:
    old = {"a": "".join(f"{n}\n" for n in range(500))}
    lines = file_difference(old, {"a": ""}).splitlines()
    assert len(lines) == 61
    assert lines[-1] == "... and 443 more lines"  # 2 heads, 1 place and 500 lines, less 60


def test_a_lock_reads_back() -> None:
    assert read_lock(json.dumps(LOCK).encode()) == LOCK


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 99999, "it is not JSON"),
        (b"[]", "dictionary"),
        (b'{"lock": 2}', "it is of version 2, this program reads 1"),
        (b'{"lock": "1"}', "lock: "),
        (b'{"lock": 1}', "language: Field required"),
        (b'{"lock": 1, "values": ' + b"[" * 50 + b"]" * 50 + b"}", "nested too deeply"),
        (json.dumps(changed(("plan", 3))).encode(), "plan: "),
        (json.dumps(changed(("values|title", 3))).encode(), "values > title: "),
        (json.dumps(changed(("inputs|images|A|bytes", "x"))).encode(),
         "inputs > images > A > bytes: "),
    ],
)  # fmt: skip
def test_a_broken_lock_says_what_is_wrong(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_lock(content)
