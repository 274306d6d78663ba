"""The JSON Schema for editors takes every good job, refuses what it can, and explains each key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from doc_pages import PAGES, blocks, name_of
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode

from sweepwright.language.leaves import SchemaLeaf, attribute_docs, schema_leaves
from sweepwright.language.schema import job_schema
from sweepwright.language.suggest import all_keys
from sweepwright.model.job import Job
from sweepwright.model.section import Scope
from sweepwright.simulate import Specification

EXAMPLES = sorted((Path(__file__).parents[2] / "examples/jobs").glob("*.yaml"))
SWEEPS = "sweeps: [{images: x_####.cbf}]\n"
SCHEMA = job_schema()
LEAVES = {leaf.key: leaf for leaf in schema_leaves()}


def as_editors_read(text: str) -> Any:
    """YAML by the core schema of YAML 1.2, section 10.3.2, as language servers read it."""
    return _plain(YAML(typ="safe").compose(text))


def _plain(node: Any) -> Any:
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if not isinstance(node, ScalarNode):
        return [_plain(item) for item in node.value]
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", text):
        return float(text)
    return text


def problems(text: str) -> list[str]:
    found = Draft7Validator(SCHEMA).iter_errors(as_editors_read(text))
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in found]


def whole_jobs() -> list:
    made = [pytest.param(path.read_text(encoding="utf-8"), id=path.name) for path in EXAMPLES]
    return made + [
        pytest.param(block.text, id=f"{name_of(page)}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page))
        if block.language == "yaml" and re.search(r"^sweepwright: 1$", block.text, re.MULTILINE)
        if "imgaes" not in block.text  # a page shows what is said of it
    ]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", whole_jobs())
def test_every_job_of_examples_and_docs_fits(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sweepwright: 1\nsweeps:\n  - C, $raw/scan3, test_####.cbf, 1, 900\n",
        "sweepwright: 1\nprocessing: {resolution: {high: off}}\n" + SWEEPS,
        "sweepwright: 1\nprocessing: {anomalous: default, free: {seed: default}}\n" + SWEEPS,
        "sweepwright: 1\n+masks: [{circle: [1, 2, 3]}]\nrun: {+modules: [xds]}\n" + SWEEPS,
        "sweepwright: 1\nmacros: [fast, spots-sampled: {ranges: 4}]\n" + SWEEPS,
        "sweepwright: 1\ngeometry: {distance: 300 mm, beam_center: [1 px, 2 px]}\n" + SWEEPS,
        'sweepwright: 1\ncrystals: {"*": {cell: [1, 2, 3, 90, 90, 90]}}\n' + SWEEPS,
        "sweepwright: 1\nsweeps: [{images: x_#.cbf, -exclude: [17], range: 1-9}]\n",
    ],
)
def test_good_jobs_fit(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sweeps: [{images: x_#.cbf}]\n", ""),
        ("sweepwright: 1\n", ""),
        ("sweepwright: 2\n" + SWEEPS, "sweepwright"),
        ("sweepwright: 1\nsweeps: []\n", "sweeps"),
        ("sweepwright: 1\nsweeps: [{imgaes: x_#.cbf}]\n", "sweeps.0"),
        ("sweepwright: 1\nsweeps: ['A, raw, x_#.cbf, 1']\n", "sweeps.0"),
        ("sweepwright: 1\nprocesing: {}\n" + SWEEPS, ""),
        ("sweepwright: 1\n+title: x\n" + SWEEPS, ""),
        ("sweepwright: 1\ntitle: null\n" + SWEEPS, "title"),
        ("sweepwright: 1\nprocessing: {engine: dails}\n" + SWEEPS, "processing.engine"),
        ("sweepwright: 1\nprocessing: {anomalous: maybe}\n" + SWEEPS, "processing.anomalous"),
        ("sweepwright: 1\ngeometry: {beam_center: [1 px]}\n" + SWEEPS, "geometry.beam_center"),
        ("sweepwright: 1\ngoniostat: {axes: [{name: phi}]}\n" + SWEEPS, "goniostat.axes"),
        ("sweepwright: 1\nprocessing: {free: default}\n" + SWEEPS, "processing.free"),
        ("sweepwright: 1\nrun: {nodes: 0}\n" + SWEEPS, "run.nodes"),
        ("sweepwright: 1\nsweeps: [{images: x_#.cbf, processing: {engine: xds}}]\n", "sweeps.0"),
        ("sweepwright: 1\ncrystals: {x: {geometry: {}}}\n" + SWEEPS, "crystals.x"),
        ("sweepwright: 1\ncrystals: {x: {processing: {free: {seed: 1}}}}\n" + SWEEPS, "crystals.x.processing"),
    ],
)  # fmt: skip
def test_bad_jobs_do_not_fit(text: str, place: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith(place)


def test_every_key_is_explained() -> None:
    assert [leaf.key for leaf in schema_leaves() if not leaf.doc] == []
    undocumented = [path for path, part in _properties(SCHEMA) if not part.get("description")]
    assert undocumented == []


def _properties(part: Any, path: str = "") -> Any:
    if isinstance(part, list):
        for item in part:
            yield from _properties(item, path)
    elif isinstance(part, dict):
        for key, inner in part.get("properties", {}).items():
            if "axes" not in path:  # name and vector of an axis are told with the axes
                yield f"{path}.{key}", inner
            yield from _properties(inner, f"{path}.{key}")
        for word in ("items", "anyOf", "additionalProperties"):
            yield from _properties(part.get(word), path)


def test_leaves_are_all_leaves_of_the_language_once() -> None:
    keys = [leaf.key for leaf in schema_leaves()]
    assert len(set(keys)) == len(keys)
    inherited = re.compile(
        r"(crystals\.NAME|datasets\.NAME|sweeps\[\])\.(processing|geometry|goniostat|masks|keywords)"
    )
    every = [key for key in all_keys() if not inherited.match(key)]
    sections = {key for key in every if any(other.startswith(key) for other in every if other[len(key):][:1] in (".", "["))}  # fmt: skip
    assert set(keys) == set(every) - sections - {"datasets"}


def test_a_leaf_tells_where_it_may_stand_and_what_it_is() -> None:
    assert LEAVES["processing.resolution.high"] == SchemaLeaf(
        "processing.resolution.high",
        "High-resolution limit; `auto`: by the criteria; `off`: no cut.",
        (Scope.JOB, Scope.CRYSTAL, Scope.DATASET, Scope.SWEEP),
        {"type": ["number", "string"]},
    )
    assert LEAVES["processing.free.seed"].scope is Scope.JOB
    assert LEAVES["processing.anomalous"].scope is Scope.CRYSTAL
    assert LEAVES["geometry.distance"].places == (Scope.JOB, Scope.SWEEP)
    assert LEAVES["sweeps[].range"].places == (Scope.SWEEP,)
    assert LEAVES["crystals.NAME.space_group"].scope is Scope.CRYSTAL
    assert LEAVES["goniostat.axes"].schema["items"]["required"] == ["name", "vector"]


def test_docs_are_read_from_any_model() -> None:
    assert attribute_docs(Job)["title"] == "One line for reports."
    assert set(attribute_docs(Specification)) <= set(Specification.model_fields)
