"""No key is ignored: each leaf of the schema, set to something else, changes what is made or is told.

``perturbations.yaml`` holds the values; ``perturbed.py`` says what counts as made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from perturbed import (
    BASE,
    DEFAULT,
    ENGINES,
    KEYS,
    LEAVES,
    WHERE,
    Case,
    Seen,
    Value,
    both,
    changed,
    compiled,
    merged,
    nested,
    news,
    table,
    text_of,
    write_images,
)

from sweepwright.checks.coverage import coverage
from sweepwright.model.diagnostic import Severity

#: what a sweep of the job must have or may keep for itself
NAMED_BY_THE_JOB = ("name", "images", "crystal")
#: what a macro never sets
NOT_IN_MACROS = ("lims.", "matrix", "roots", "name", "title", "project", "sweepwright")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("coverage")
    write_images(place)
    return place


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """No program and no file of the user is found."""
    for variable in ("PATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(folder / "nowhere"))


def test_every_leaf_has_a_value() -> None:
    assert sorted(set(KEYS) - set(table())) == []
    assert sorted(set(table()) - set(KEYS)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_the_base_job_compiles(folder: Path, engine: str) -> None:
    base = merged(BASE, {"processing": {"engine": engine}})
    assert compiled(folder, text_of(base)).errors == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", KEYS)
def test_no_key_is_ignored(folder: Path, key: str, engine: str) -> None:
    ignored, wrong = [], []
    for scope in (scope for leaf, scope in LEAVES if leaf == key):
        for one in table()[key]:
            if engine not in one.engines:
                continue
            reference, seen = both(folder, engine, key, scope, one)
            told = news(reference, seen, key)
            other = changed(reference, seen)
            if {engine, f"{engine}@{scope}"} & {*one.same}:
                if other or told:
                    wrong.append((scope, one.value, [item.message for item in told]))
            elif not other and not told:
                ignored.append((scope, one.value, seen.errors))
    assert ignored == []
    assert wrong == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", KEYS)
def test_the_table_of_the_engine_says_what_is_done(folder: Path, key: str, engine: str) -> None:
    entry = coverage(engine)[key]
    cases = [
        c for c in table()[key] if engine in c.engines and engine not in c.same and not c.wrong
    ]
    for scope in (scope for leaf, scope in LEAVES if leaf == key):
        results = [(one, *both(folder, engine, key, scope, one)) for one in cases]
        codes = [{item.code for item in news(*seen, key)} for _, *seen in results]
        if entry.state == "honoured":
            assert not cases or any(changed(*seen) for _, *seen in results), scope
            assert not set().union(*codes) & {"SW-E010", "SW-E011"}
        elif entry.state == "approximated":
            assert any("SW-E011" in found for found in codes), scope
        else:
            assert all("SW-E010" in found for found in codes), scope
            assert all(seen.made is None for _, _, seen in results)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_table_accepts_is_what_is_done(folder: Path, engine: str) -> None:
    for key, entry in coverage(engine).items():
        scope = next(scope for leaf, scope in LEAVES if leaf == key)
        for word in entry.accepts:
            _, seen = both(folder, engine, key, scope, Case([] if word == "[]" else word))
            assert seen.errors == [], (key, word)
            assert {"SW-E010", "SW-E011"}.isdisjoint({item.code for item in seen.told}), (key, word)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_macro_asks_in_vain_is_a_warning(folder: Path, engine: str) -> None:
    base = merged(BASE, {"processing": {"engine": engine}})
    plain = compiled(folder, text_of(base))
    asked = [
        (key, one)
        for key, entry in coverage(engine).items()
        if entry.state == "refused" and (key, "job") in LEAVES and not key.startswith(NOT_IN_MACROS)
        for one in table()[key]
        if engine not in one.same
    ]
    assert len(asked) > 15
    for number, (key, one) in enumerate(asked):
        name = f"{engine}-{number}"
        said = text_of({"set": nested(tuple(key.split(".")), Value(one.value))})
        (folder / f"{name}.yaml").write_text(
            f"macro: {name}\ndoc: For a test.\n{said}", encoding="utf-8"
        )
        seen = compiled(folder, text_of(merged(base, {"macros": [f"./{name}.yaml"]})))
        told = [item for item in seen.told if item.code == "SW-E010" and f"'{key}'" in item.message]
        assert [item.severity for item in told] == ["warning"], (key, one.value, seen.errors)
        assert seen.made == plain.made, (key, one.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_at_a_place_finer_than_its_own_is_an_error(folder: Path, engine: str) -> None:
    for key in KEYS:
        scopes = {scope for leaf, scope in LEAVES if leaf == key}
        if not key.startswith("processing."):
            continue
        for scope in WHERE.keys() - scopes:
            _, seen = both(folder, engine, key, scope, table()[key][0])
            assert [item.code for item in seen.told if item.severity == "error"] == ["SW-L015"], (
                key,
                scope,
            )


BELOW: Mapping[str, str] = {
    "masks": "masks: [{rectangle: [1, 3, 1, 3]}]",
    "distance": "geometry: {distance: 250 mm}",
    "anomalous": "processing: {anomalous: false}",
    "threads": "run: {threads: 3}",
    "keywords": "keywords: {xds: {DELPHI: 6}}",
    "crystals": "crystals: {'*': {processing: {anomalous: false}}}",
    "datasets": "datasets: {peak: {processing: {resolution: {high: 3 A}}}}",
    "exclude": "sweeps[*]: {exclude: [3]}",
    "order": "sweeps[*]: {order: 2}",
    "range": "sweeps[*]: {range: 2-5}",
    "dataset": "sweeps[*]: {dataset: peak}",
}
#: the macro of `BELOW`, and what the job says over it; ``sweep:`` begins what sweep A says
EDITS = [
    ("masks", "+masks: [{rectangle: [4, 6, 1, 3]}]"),
    ("masks", "-masks: [{rectangle: [1, 3, 1, 3]}]"),
    ("masks", "masks: default"),
    ("masks", "sweep: -masks: [{rectangle: [1, 3, 1, 3]}]"),
    ("distance", "geometry: {distance: default}"),
    ("distance", "sweep: geometry: {distance: default}"),
    ("anomalous", "processing: {anomalous: default}"),
    ("threads", "run: {threads: default}"),
    ("keywords", "keywords: {xds: {DELPHI: 7}}"),
    ("crystals", "crystals: {x1: {processing: {anomalous: default}}}"),
    ("crystals", "crystals: {x1: {processing: {anomalous: true}}}"),
    ("datasets", "datasets: {peak: {processing: {resolution: {high: default}}}}"),
    ("exclude", "sweep: +exclude: [5]"),
    ("exclude", "sweep: -exclude: [3]"),
    ("exclude", "sweep: exclude: default"),
    ("order", "sweep: order: 3"),
    ("range", "sweep: range: default"),
    ("dataset", "sweep: dataset: default"),
]


@pytest.mark.parametrize(("below", "edit"), EDITS)
def test_an_edit_of_what_a_macro_says_has_an_effect(folder: Path, below: str, edit: str) -> None:
    name = f"below-{below}"
    (folder / f"{name}.yaml").write_text(
        f"macro: {name}\ndoc: For a test.\nset:\n  {BELOW[below]}\n"
    )
    dataset = "" if below == "dataset" else "dataset: peak, "
    own, top = (edit.removeprefix("sweep: "), "") if edit.startswith("sweep: ") else ("", edit)

    def job(sweep: str, line: str) -> Seen:
        text = (
            f"sweepwright: 1\nname: edits\nmacros: [./{name}.yaml]\nsweeps:\n"
            f"  - {{name: A, images: a/x_####.cbf, {dataset}{sweep}}}\n"
            f"  - {{name: B, images: b2/x_####.cbf, dataset: peak}}\n{line}\n"
        )
        return compiled(folder, text, "processing.engine=xds")

    plain, edited = job("", ""), job(own, top)
    assert plain.errors == []
    assert edited.errors == []
    assert changed(plain, edited)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_macro_and_a_setting_reach_what_they_name(folder: Path, engine: str) -> None:
    """What stands in a sweep of the job has the same effect from `sweeps[*]` and `sweeps[A]`."""
    ignored = []
    for key in sorted(
        key for key, scope in LEAVES if scope == "sweep" and key not in NAMED_BY_THE_JOB
    ):
        one = next(c for c in table()[key] if engine in c.engines and engine not in c.same)
        base = merged(merged(BASE, {"processing": {"engine": engine}}), one.beside)
        plain = compiled(folder, text_of(base))
        setting = compiled(folder, text_of(base), f"sweeps[A].{key}={json.dumps(one.value)}")
        if not changed(plain, setting) and not news(plain, setting, key):
            ignored.append(("set", key))
        name = f"all-{engine}-{key.replace('.', '-').replace('_', '-')}"
        said = text_of({"set": {"sweeps[*]": nested(tuple(key.split(".")), Value(one.value))}})
        (folder / f"{name}.yaml").write_text(f"macro: {name}\ndoc: For a test.\n{said}")
        macro = compiled(folder, text_of(merged(base, {"macros": [f"./{name}.yaml"]})))
        told = {item.message for item in macro.told} - {item.message for item in plain.told}
        if not changed(plain, macro) and not told:
            ignored.append(("macro", key))
    # the same order for all sweeps is no order
    assert ignored == [("macro", "order")]


@pytest.mark.parametrize("scope", WHERE)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_word_default_changes_nothing_where_nothing_was_said(
    folder: Path, engine: str, scope: str
) -> None:
    # without a default; of keywords each has its own
    given = ("sweepwright", "images", "crystal", "name", "roots", "processing.engine", "keywords")
    # the default, which is the engine's own, is not the header's
    headers = ("geometry.overload", "geometry.sensor.material", "geometry.sensor.thickness")
    job: dict[str, Any] = {}
    for key, place in LEAVES:
        if place == scope and key not in (*given, *headers):
            job = merged(job, nested((*WHERE[scope], *key.split(".")), Value(DEFAULT)))
    base = merged(BASE, {"processing": {"engine": engine}})
    if scope == "dataset":
        base = merged(base, {"datasets": {"peak": {}}, "sweeps": {"A": {"dataset": "peak"}}})
    plain, seen = compiled(folder, text_of(base)), compiled(folder, text_of(merged(base, job)))
    assert {item.message for item in seen.told} == {item.message for item in plain.told}
    assert seen.made == plain.made


PROPOSED: Mapping[str, dict[str, Any]] = {
    "anomalous": {"macros": ["anomalous"]},
    "not anomalous": {"processing": {"anomalous": False}},
    "cut on CC1/2": {"macros": ["cut-on-cc-half"]},
    "no cut": {"macros": ["no-high-resolution-cut"]},
    "poor diffraction": {"macros": ["low-resolution-or-tricky"]},
    "speed": {"macros": ["fast"]},
    "group": {"crystals": {"x1": {"space_group": "P 21", "cell": [40, 50, 45, 90, 90.3, 90]}}},
    "hint": {
        "crystals": {
            "x1": {"space_group": "P1211", "cell": [40, 50, 45, 90, 90, 90], "enforce": False}
        }
    },
    "sampled spots": {
        "macros": [{"spots-sampled": {"total": "1 deg", "ranges": 2, "within": "3 deg"}}]
    },
    "wavelengths": {"processing": {"wavelengths": {"significant_digits": 4}}},
    "subset": {"sweeps": {"A": {"range": "1-4"}}},
    "bad middle": {"sweeps": {"A": {"exclude": ["3-4"]}}},
    "every third": {"sweeps": {"A": {"exclude": [{"every": 3}]}}},
    "many crystals": {"processing": {"merging": {"group": "all"}}},
    "keyword": {"keywords": {"xds": {"MINIMUM_ZETA": 0.1}}},
}


@pytest.mark.parametrize("engine", ENGINES)
def test_any_two_of_the_proposed_runs_go_together(folder: Path, engine: str) -> None:
    """Or the error names what contradicts what."""
    base = merged(BASE, {"processing": {"engine": engine}})
    refused = {}
    for (one, first), (two, second) in combinations(PROPOSED.items(), 2):
        both_macros = [*first.get("macros", []), *second.get("macros", [])]
        job = merged(merged(base, first), second)
        seen = compiled(folder, text_of({**job, "macros": both_macros} if both_macros else job))
        if seen.errors:
            refused[one, two] = seen.errors
    alike = "crystals x1 and x2 are scaled together but differ in"
    assert set(refused) == {("group", "many crystals"), ("hint", "many crystals")}
    assert all(alike in error for errors in refused.values() for error in errors)


def test_what_is_set_for_two_sweeps_is_judged_for_both(folder: Path) -> None:
    base = text_of(merged(BASE, {"processing": {"engine": "dials"}}))
    cycles = "sweeps[{}].processing.integration.cycles={}"
    seen = compiled(folder, base, cycles.format("A", 1), cycles.format("B", 2))
    assert [item.code for item in seen.told if item.severity is Severity.ERROR] == ["SW-E010"]


def test_a_name_of_the_only_data_set_names_its_folder(folder: Path) -> None:
    job = {
        "sweeps": {
            "A": {"dataset": "peak"},
            "B": {"crystal": "x2", "dataset": "remote"},
            "C": {"dataset": "remote"},
        }
    }
    seen = compiled(folder, text_of(merged(merged(BASE, {"processing": {"engine": "xds"}}), job)))
    assert [result.path for result in seen.made["results"]] == [
        f"results/{group}/{name}.mtz"
        for group in ("x1/peak", "x2/remote")
        for name in ("merged", "unmerged")
    ]


def test_scaling_has_the_threads_of_the_run(folder: Path) -> None:
    job = merged(BASE, {"processing": {"engine": "xds"}, "run": {"threads": 3}})
    files = {
        name: lines
        for _, _, files in compiled(folder, text_of(job)).made["steps"]
        for name, lines in files.items()
    }
    assert "MAXIMUM_NUMBER_OF_PROCESSORS= 3" in files["XSCALE.INP"]
