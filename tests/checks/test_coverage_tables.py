"""The coverage tables have an entry for each leaf of the language, with reasons fit to be read."""

from __future__ import annotations

import json
import re

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from sweepwright.checks.coverage import coverage, spelled
from sweepwright.cli.main import application
from sweepwright.engines.registry import ENGINES
from sweepwright.language.leaves import schema_leaves
from sweepwright.model.choice_types import Jobs, SiteChoice
from sweepwright.model.diagnostic import ExitCode
from sweepwright.model.resolved import AtRun, Decision
from sweepwright.resources import macros_folder

KEYS = {
    re.sub(r"^(crystals|datasets|sweeps)(\.NAME|\[\])\.", "", leaf.key) for leaf in schema_leaves()
}


@pytest.mark.parametrize("engine", ENGINES)
def test_each_leaf_has_an_entry_and_each_entry_a_leaf(engine: str) -> None:
    assert set(coverage(engine)) == KEYS


@pytest.mark.parametrize("engine", ENGINES)
def test_entries_are_whole(engine: str) -> None:
    for key, entry in coverage(engine).items():
        assert entry.state in ("honoured", "approximated", "refused"), key
        assert entry.part in ("indexing", "integration", "end"), key
        assert entry.state == "honoured" or entry.reason, key
        assert entry.state != "honoured" or not entry.accepts, key


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reason_is_a_clause_for_the_end_of_a_message(engine: str) -> None:
    for key, entry in coverage(engine).items():
        if entry.reason:
            assert len(entry.reason.split()) >= 4, key
            assert not entry.reason.endswith("."), key
            assert not re.search(r"\b(TODO|None|null|leaf|resolve|issue)\b", entry.reason), key
            first = entry.reason.split()[0]
            assert first.islower() or first.isupper() or first in ("XDS.INP", "mmCIF"), key


def test_the_tables_list_keys_in_one_order() -> None:
    assert [list(coverage(engine)) for engine in ENGINES] == [list(coverage("xds"))] * len(ENGINES)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (True, "true"),
        (1, "1"),
        (0.0, "0"),
        (None, "auto"),
        (AtRun("threads"), "auto"),
        (Decision("resolution@x1", "d_min", "rule"), "auto"),
        ((), "[]"),
        (Jobs(1, 1), "1"),
        (Jobs(1, 4), "1 4"),
        (SiteChoice("auto"), "auto"),
        (SiteChoice("auto", "2026-03-01"), "auto 2026-03-01"),
        (("axis", "beam"), "axis beam"),
    ],
)  # fmt: skip
def test_values_are_spelled_as_people_write_them(value: object, word: str) -> None:
    assert spelled(value) == word


def test_each_shipped_macro_is_about_keys_of_the_tables() -> None:
    for path in macros_folder().glob("*.yaml"):
        for key in leaves_of(YAML(typ="safe").load(path)["set"]):
            assert key in KEYS, f"{path.name}: {key}"


def leaves_of(node: dict, above: str = "") -> list[str]:
    found = []
    for key, value in node.items():
        path = f"{above}{key}"
        inner = isinstance(value, dict) and path not in KEYS
        found += leaves_of(value, f"{path}.") if inner else [path]
    return found


# the command


def said(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(application(), ["coverage", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_shows_every_key() -> None:
    code, out, _ = said()
    assert code == ExitCode.GOOD
    assert {line.split()[0] for line in out.splitlines()[1:] if not line.startswith(" ")} == KEYS
    assert all(len(line) <= 100 for line in out.splitlines())


def test_the_beginning_of_a_key_shows_all_below() -> None:
    _, out, _ = said("processing.damage")
    assert [line.split()[0] for line in out.splitlines()[1:] if not line.startswith(" ")] == [
        "processing.damage.report", "processing.damage.zero_dose", "processing.damage.cut_back",
    ]  # fmt: skip
    assert said("processing.dam")[0] == ExitCode.WRONG_USE


def test_a_reason_stands_once_where_engines_agree_and_names_the_engine_where_not() -> None:
    _, both, _ = said("run.probe")
    assert both.count("steps run on one machine yet") == 1
    _, one, _ = said("run.jobs")
    assert "dials: DIALS is not spread over jobs" in one
    _, alone, _ = said("masks", "--engine", "dials")
    assert "polygons have four corners" not in alone
    assert alone.splitlines()[0].split() == ["key", "dials"]


def test_json_is_for_machines() -> None:
    _, out, _ = said("processing.indexing.max_cell", "--json")
    told = json.loads(out)["processing.indexing.max_cell"]
    assert told["dials"]["state"] == "honoured"
    assert told["xds"]["state"] == "refused"
    assert told["xds"]["accepts"] == ["auto"]
    assert list(told) == ["xds", "dials"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mask",), "Did you mean 'masks'?"),
        (("qwertzuiop",), "lists all keys"),
        (("--engine", "mosflm"), "xds"),
    ],
)
def test_wrong_use_says_what_to_write(arguments: tuple[str, ...], words: str) -> None:
    code, out, told = said(*arguments)
    assert code == ExitCode.WRONG_USE
    assert out == ""
    assert words in told
