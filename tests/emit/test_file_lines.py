"""A template becomes a line table in which every value has its owner; parts stand in it with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from tiny_images import write_series

from sweepwright.api.build import plan_of
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit import templates
from sweepwright.emit.compile import given_leaves, given_templates
from sweepwright.emit.tables import fill, placeholder
from sweepwright.emit.templates import JSON, XDS, Renderer
from sweepwright.engines.base import Part
from sweepwright.model.plan import Filled, Hole, LineTable
from sweepwright.model.resolved import AtRun, Decision, Layer, Origin, Resolved

ORIGIN = Origin(Layer.JOB, "a.key")
WHOLE = """\
! first
A= {{ a }} B= {{ b }}
{{ common }}

{% if c.given %}
C= {{ c }}
{% endif %}
{% for item in listed %}
D= {{ item }}
{% endfor %}
"""
COMMON = "! common\n{% if e.given %}\nE= {{ e }}\n{% endif %}\nF= {{ f }}\n"


def leaf(name: str, value: Any) -> Resolved[Any]:
    return Resolved(name, value, ORIGIN)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates of this test in the place of the real ones."""
    loader = jinja2.DictLoader({"whole": WHOLE, "common": COMMON, "says": "{{ words }}"})
    monkeypatch.setattr(templates, "FileSystemLoader", lambda *_, **__: loader)
    templates.environment.cache_clear()
    monkeypatch.setattr(templates, "environment", templates.environment.__wrapped__)


def context(**more: Any) -> dict[str, Any]:
    part = Part("common", {"e": leaf("e", None), "f": leaf("f", (1.5, 2.0))})
    return {
        "a": leaf("a", 1), "b": leaf("b", True), "c": leaf("c", None), "listed": [], "common": part,
    } | more  # fmt: skip


def lines(table: LineTable) -> list[str]:
    return [line.split(" ! ")[0].rstrip() for line in fill(table, placeholder).splitlines()]


@pytest.mark.usefixtures("written")
def test_text_leaves_and_parts_stand_in_order() -> None:
    given = context(c=leaf("c", "x"), listed=[leaf("d0", 1), leaf("d1", 2)])
    table = Renderer().table("whole", "XDS.INP", XDS, given)
    assert lines(table) == [
        "! first", "A= 1 B= TRUE", "! common", "F= 1.5 2", "", "C= x", "D= 1", "D= 2",
    ]  # fmt: skip
    assert table.lines[1] == (
        "A= ", Filled("1", "a", "job a.key"), " B= ", Filled("TRUE", "b", "job a.key"),
    )  # fmt: skip


@pytest.mark.usefixtures("written")
def test_what_is_not_known_yet_is_given_and_becomes_a_hole() -> None:
    given = context(a=leaf("a", AtRun("threads")), c=leaf("c", Decision("cut@x", "high", "a rule")))
    table = Renderer().table("whole", "XDS.INP", XDS, given)
    assert table.lines[1][1] == Hole(leaf="a", resource="threads", style="xds", origin="job a.key")
    assert lines(table)[-1] == "C= <cut@x.high>"


@pytest.mark.usefixtures("written")
def test_a_part_of_several_files_is_made_once() -> None:
    renderer, given = Renderer(), context()
    one = renderer.table("whole", "XDS.INP", XDS, given)
    other = renderer.table("whole", "XDS.INP", XDS, given | {"a": leaf("a", 2)})
    assert one.lines[1] != other.lines[1]
    assert one.lines[2] is other.lines[2]
    as_json = renderer.table("whole", "x.json", JSON, given)
    assert as_json.lines[1][3] == Filled("true", "b", "")


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("words", ["a text", 1, None, ["a"], {"a": 1}])
def test_nothing_is_printed_that_has_no_owner(words: Any) -> None:
    with pytest.raises(TypeError, match="has no origin"):
        Renderer().table("says", "x", XDS, {"words": words})


@pytest.mark.usefixtures("written")
def test_a_name_that_is_not_given_is_no_empty_text() -> None:
    with pytest.raises(jinja2.UndefinedError, match="words"):
        Renderer().table("says", "x", XDS, {})


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("text", ["a\nJOB= ALL", "a\rb", "a\x00", "a\x7f"])
def test_a_value_cannot_begin_a_line_of_its_own(text: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        Renderer().table("says", "x", XDS, {"words": leaf("words", text)})


@pytest.mark.parametrize("processing", ["engine: xds", "engine: xds, integration: {cycles: 3}",
    "engine: xds, scaling: {program: aimless}", "engine: xds, ice_rings: exclude", "engine: dials"])  # fmt: skip
def test_a_name_of_a_leaf_is_of_one_value(processing: str, tmp_path: Path) -> None:
    """Else `explain` and origins.json would say of one what is true of another."""
    write_series(tmp_path, "data/a_####.cbf", "1-6")
    write_series(tmp_path, "data/b_####.cbf", "1-6", start=90.0)
    path = tmp_path / "job.yaml"
    path.write_text(
        f"sweepwright: 1\nprocessing: {{{processing}}}\n"
        "sweeps: [{images: data/a_####.cbf}, {images: data/b_####.cbf}]\n"
    )
    front = resolve_job(path, Options())
    assert front.job is not None, front.diagnostics
    draft, plan = plan_of(front.job)
    values: dict[str, Any] = {}
    for given in given_leaves(draft):
        assert values.setdefault(given.path, given.value) == given.value, given.path
    pieces = [
        piece.leaf
        for step in plan.steps
        for table in step.files
        for line in table.lines
        for piece in line
        if not isinstance(piece, str)
    ]
    assert set(pieces) <= set(values)
    named = given_templates(draft)
    assert ("xds/instrument.inp.j2" in named) == ("xds" in processing)
