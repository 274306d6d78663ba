"""The job language says what is wrong, where, and what to write instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepwright.language.compose import ComposedJob, compose
from sweepwright.language.folders import MacroFolders
from sweepwright.language.layers import gather
from sweepwright.language.naming import Entry
from sweepwright.language.text import loads
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import Diagnostic

SMALLEST = "sweepwright: 1\nsweeps:\n  - images: data/x_####.cbf\n"


def problems(text: str, *settings_: str) -> list[Diagnostic]:
    loaded, found = loads(text, "job.yaml")
    if loaded is None:
        return found
    patch, found = validate(loaded)
    if patch is None:
        return found
    layers, found = gather(patch, settings_, MacroFolders())
    entries = [Entry(index, sweep) for index, sweep in enumerate(patch.job.sweeps or ())]
    return found or compose(layers, entries)[1]


def composed_of(text: str, *settings_: str) -> ComposedJob:
    loaded, _ = loads(text, "job.yaml")
    assert loaded is not None
    patch, _ = validate(loaded)
    assert patch is not None
    layers, found = gather(patch, settings_, MacroFolders())
    assert found == []
    entries = [Entry(index, sweep) for index, sweep in enumerate(patch.job.sweeps or ())]
    composed, found = compose(layers, entries)
    assert found == []
    assert composed is not None
    return composed


def only(text: str, *settings_: str) -> Diagnostic:
    found = problems(text, *settings_)
    assert len(found) == 1, found
    return found[0]


def test_the_smallest_job_has_nothing_to_complain_of() -> None:
    assert problems(SMALLEST) == []


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "words"),
    [
        ("", "SW-L004", 1, 1, "empty"),
        ("- a\n", "SW-L004", 1, 1, "mapping"),
        ("sweeps:\n  - images: x_##.cbf\n", "SW-L010", 1, 1, "version"),
        ("sweepwright: 1\n", "SW-L011", 1, 1, "no sweeps"),
        (SMALLEST + "procesing: {}\n", "SW-L008", 4, 1, "procesing"),
        (SMALLEST + "    imgaes: x\n", "SW-L008", 4, 5, "imgaes"),
        (SMALLEST + "    images: y_##.cbf\n", "SW-L007", 4, 5, "twice"),
        (SMALLEST + "    range: [1, 900]\n", "SW-L012", 4, 12, "1-900"),
        (SMALLEST + "    range: 9-1\n", "SW-L012", 4, 12, "1-9"),
        (SMALLEST + "processing: {engine: dails}\n", "SW-L013", 4, 22, "dails"),
        (SMALLEST + "geometry: {beam_center: [1, 2]}\n", "SW-L012", 4, 25, "[1 px, 2 px]"),
        (SMALLEST + "geometry: {distance: 3 deg}\n", "SW-L012", 4, 22, "length"),
        (SMALLEST + "geometry: {distance: }\n", "SW-L012", 4, 12, "no value"),
        (SMALLEST + "macros: [anomalos]\n", "SW-L038", 4, 10, "anomalos"),
        (SMALLEST + "    processing: {engine: xds}\n", "SW-L015", 4, 18, "whole job"),
        (SMALLEST + "  - A, b, x_##.cbf\n", "SW-L031", 4, 5, "five fields"),
        (SMALLEST + "+name: x\n", "SW-L030", 4, 1, "no list"),
        (SMALLEST + "masks: []\n+masks: []\n", "SW-L029", 5, 1, "twice"),
        (SMALLEST + "    -exclude: [7]\n", "SW-L033", 4, 15, "no lower layer"),
        (SMALLEST + "    exclude: [1-5, {images: 7, raeson: x}]\n", "SW-L012", 4, 14, "exclusion"),
        (SMALLEST + "keywords: default\n", "SW-L030", 4, 11, "all at once"),
        (SMALLEST + "run: {modules: [xds/2024, a b]}\n", "SW-L012", 4, 27, "module"),
        (SMALLEST + "name: ../x\n", "SW-L012", 4, 7, "name"),
        (SMALLEST + "    crystal: x2\n", "SW-L019", 4, 14, "x2"),
        ("sweepwright: 1\nsweeps:\n  - range: 1-9\n", "SW-L016", 3, 5, "where its images are"),
        ("sweepwright: 2\nsweeps:\n  - images: x_#.cbf\n", "SW-L063", 1, 14, "2"),
        ("a: *b\n", "SW-L003", 1, 4, "alias"),
        ("a: !!python/object:os.system x\n", "SW-L005", 1, 4, "tag"),
        ("a: [1, 2\nb: 3\n", "SW-L003", 1, 4, "not closed"),
        ("{raw}/x: 3\n", "SW-L003", 1, 6, "behind the value"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_place(
    text: str, code: str, line: int, column: int, words: str
) -> None:
    found = only(text)
    assert found.code == code
    assert found.span is not None
    assert (found.span.line, found.span.column) == (line, column)
    assert words in found.message


def test_a_spelling_mistake_has_a_safe_fix() -> None:
    fix = only(SMALLEST + "procesing: {}\n").fix
    assert fix is not None
    assert (fix.text, fix.safe) == ("processing", True)


def test_a_misplaced_key_is_told_where_it_stands() -> None:
    assert "processing.indexing" in str(only(SMALLEST + "indexing: {max_cell: 90}\n").help)


def test_many_errors_come_at_once() -> None:
    text = SMALLEST + "processing: {engine: x, anomalous: maybe}\nname: a b\nfoo: 1\n"
    assert len(problems(text)) == 4


def test_set_overrides_and_says_what_is_wrong() -> None:
    assert problems(SMALLEST, "processing.resolution.high=2.0", "sweeps[A].range=1-20") == []
    assert only(SMALLEST, "processing.engin=xds").code == "SW-L008"
    assert only(SMALLEST, "sweeps[Z].range=1-20").code == "SW-L018"
    assert only(SMALLEST, "nonsense").code == "SW-L014"


def test_layers_lie_in_their_order() -> None:
    text = (
        "sweepwright: 1\nprocessing: {resolution: {high: 3}}\ngeometry: {distance: 100}\n"
        "crystals: {x1: {processing: {resolution: {high: 2}}}}\n"
        "sweeps:\n  - {images: x_#.cbf, geometry: {distance: 200}}\n"
    )
    composed = composed_of(text, "geometry.distance=300")
    stack = composed.sweeps[0].stacks["geometry.distance"]
    assert [written.value for written in stack] == [300, 200, 100]
    high = composed.crystals["x1"]["processing.resolution.high"]
    assert [written.value for written in high] == [2, 3]
    assert [str(written.origin.span) for written in high] == ["job.yaml:4:49", "job.yaml:2:33"]


def test_scalars_are_what_they_look_like() -> None:
    loaded, _ = loads(SMALLEST + "title: 007\nproject: 1e5\nname: no\n", "job.yaml")
    assert loaded is not None
    patch, found = validate(loaded)
    assert found == []
    assert patch is not None
    assert (patch.job.title, patch.job.project, patch.job.name) == ("007", "1e5", "no")


def test_deep_and_bulky_yaml_is_refused() -> None:
    assert problems("a: " + "[" * 2000)[0].code == "SW-L002"
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [{'*a, ' * 9}*a]\n" for i in range(60))
    assert problems(bomb)[0].code == "SW-L002"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text("{}[]:-,'\"&*!|>%@#? \nab1", max_size=60))
def test_no_text_makes_a_traceback(text: str) -> None:
    problems(text)
    problems(SMALLEST + text)
