"""What holds for every job: of its text, of its layers, and of its sets of images."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from job_texts import flow, geometry, masks, of_sweeps, texts

from sweepwright.images.exclude import excluded_images
from sweepwright.language.compose import ComposedJob, compose
from sweepwright.language.formatting import formatted
from sweepwright.language.layers import Layers, LayerText
from sweepwright.language.naming import Entry
from sweepwright.language.nodes import JobText
from sweepwright.language.text import loads
from sweepwright.language.validate import Patch, validate, validate_patch
from sweepwright.model.facts import ImageTemplate
from sweepwright.model.image_types import exclusions
from sweepwright.model.ranges import ImageSet, parse_images
from sweepwright.model.resolved import Edit, Layer, Origin, Written, settle

many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def read(source: str) -> JobText:
    text, found = loads(source, "job.yaml")
    assert text is not None, (source, found)
    return text


def job(source: str) -> Patch:
    patch, found = validate(read(source))
    assert patch is not None, (source, found)
    return patch


# --- the text


@many
@given(texts())
def test_formatting_changes_nothing_of_what_is_said(made: tuple[str, list[str]]) -> None:
    source, comments = made
    result = formatted(read(source))
    before, after = job(source), job(result)
    assert after.job == before.job
    assert {path: at.edit for path, at in after.edits.items()} == {
        path: at.edit for path, at in before.edits.items()
    }
    assert formatted(read(result)) == result
    for comment in comments:
        assert result.count(comment) == 1


# --- layers

Patches = list[dict[str, Any]]
patches = st.fixed_dictionaries(
    {}, optional={"processing": of_sweeps, "geometry": geometry, "+masks": masks}
)


def over(low: Any, high: Any) -> Any:
    """Two patches as one: leaf by leaf the higher wins, what is appended adds up."""
    if not (isinstance(low, dict) and isinstance(high, dict)):
        return high
    made = dict(low)
    for key, value in high.items():
        if key.startswith("+"):
            made[key] = [*low.get(key, []), *value]
        elif key in _SECTIONS:
            made[key] = over(low.get(key, {}), value)
        else:
            made[key] = value
    return made


_SECTIONS = frozenset("processing geometry spots resolution indexing oscillation".split())


def composed(macros: Patches, base: str = "") -> ComposedJob:
    """A job with these macros, the first one lowest."""
    main = job(f"sweepwright: 1\n{base}sweeps:\n  - images: x_####.cbf\n")
    layers = [LayerText(Layer.JOB, main)]
    for patch in reversed(macros):
        text, found = validate_patch(read(flow(patch)))
        assert text is not None, (patch, found)
        layers.append(LayerText(Layer.MACRO, text))
    made, found = compose(Layers(tuple(layers)), [Entry(0, main.job.sweeps[0])])
    assert made is not None, found
    return made


def settled(made: ComposedJob) -> dict[str, Any]:
    """What everything comes to; a value that was taken back is one that was never said."""
    leaves = {key: settle(key, stack) for key, stack in made.sweeps[0].stacks.items()}
    return {key: leaf.value for key, leaf in leaves.items() if leaf.edit is not Edit.DEFAULT}


@many
@given(patches, patches, patches)
def test_layers_can_be_grouped_as_one_likes(
    a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]
) -> None:
    every = settled(composed([a, b, c]))
    assert settled(composed([over(a, b), c])) == every
    assert settled(composed([a, over(b, c)])) == every
    assert settled(composed([over(over(a, b), c)])) == every
    assert settled(composed([over(a, over(b, c))])) == every


words = st.lists(st.sampled_from("abcdef"), max_size=4).map(tuple)
levels = st.builds(
    lambda value, edit: Written(
        None if edit is Edit.DEFAULT else value, Origin(Layer.JOB, "k"), edit
    ),
    words,
    st.sampled_from(Edit),
)


@given(st.lists(levels, min_size=1), st.lists(levels), words)
def test_what_lies_below_counts_only_by_what_it_comes_to(
    high: list[Written], low: list[Written], default: tuple[str, ...]
) -> None:
    base = Written(default, Origin(Layer.DEFAULT, "k"))
    known = settle("k", [*low, base]).value
    together = Written(known, Origin(Layer.MACRO, "k"))
    assert settle("k", [*high, *low, base]).value == settle("k", [*high, together, base]).value


@given(st.lists(levels), words)
def test_edits_of_lists_do_what_they_say(stack: list[Written], default: tuple[str, ...]) -> None:
    expected = list(default)
    for written in reversed(stack):
        match written.edit:
            case Edit.SET:
                expected = list(written.value)
            case Edit.APPEND:
                expected += written.value
            case Edit.REMOVE:
                expected = [word for word in expected if word not in written.value]
            case Edit.DEFAULT:
                expected = list(default)
    base = Written(default, Origin(Layer.DEFAULT, "k"))
    assert settle("k", [*stack, base]).value == tuple(expected)


#: the language's order of layers, highest first, and where each says a limit of 1 to 8 A
SPEAKERS = {
    "set": "1 A", "sweep": "2 A", "dataset": "3 A", "crystal": "4 A", "job": "5 A",
    "second macro": "6 A", "first macro": "7 A", "user": "8 A",
}  # fmt: skip


@given(st.sets(st.sampled_from(list(SPEAKERS)), min_size=1))
def test_stacks_have_the_order_of_the_language(who: set[str]) -> None:
    def said(name: str) -> str:
        return f"processing: {{resolution: {{high: {SPEAKERS[name]}}}}}" if name in who else "{}"

    def whole(name: str) -> str:
        return f"{said(name)}\n" if name in who else ""

    def inside(name: str) -> str:
        return f"{{{said(name)}}}" if name in who else "{}"

    main = job(
        f"sweepwright: 1\n{whole('job')}"
        f"crystals: {{x1: {inside('crystal')}}}\ndatasets: {{peak: {inside('dataset')}}}\n"
        f"sweeps:\n  - images: x_####.cbf\n    dataset: peak\n"
        + (f"    {said('sweep')}\n" if "sweep" in who else "")
    )
    texts_ = [(Layer.SET, "set"), (Layer.JOB, ""), (Layer.MACRO, "second macro")]
    texts_ += [(Layer.MACRO, "first macro"), (Layer.USER, "user")]
    layers = [
        LayerText(layer, main if layer is Layer.JOB else _patch(whole(name) or "{}"))
        for layer, name in texts_
    ]
    made, found = compose(Layers(tuple(layers)), [Entry(0, main.job.sweeps[0])])
    assert made is not None, found
    stack = made.sweeps[0].stacks["processing.resolution.high"]
    wanted = [float(high.removesuffix(" A")) for name, high in SPEAKERS.items() if name in who]
    assert [written.value for written in stack] == wanted
    assert settle("high", stack).value == wanted[0]


def _patch(source: str) -> Patch:
    patch, found = validate_patch(read(source))
    assert patch is not None, found
    return patch


# --- sets of images

TEMPLATE = ImageTemplate("job", "", "x_", 4, ".cbf")
LAST = 1200
numbers = st.integers(1, LAST)
spans = st.tuples(numbers, numbers).map(sorted)


def as_text(parts: list[list[int]]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in parts)


def as_set(parts: list[list[int]]) -> set[int]:
    return {number for first, last in parts for number in range(first, last + 1)}


@given(st.lists(spans, min_size=1), st.lists(spans, min_size=1), numbers, numbers)
def test_ranges_as_written_are_sets_of_numbers(
    a: list[list[int]], b: list[list[int]], end: int, start: int
) -> None:
    left, right = parse_images(as_text(a)), parse_images(as_text(b))
    assert set(left) == as_set(a)
    assert set(left | right) == as_set(a) | as_set(b)
    assert set(left & right) == as_set(a) & as_set(b)
    assert set(left - right) == as_set(a) - as_set(b)
    assert (left - right) | (left & right) == left
    all_ = parse_images(f"1-{LAST}")
    assert set(all_ & parse_images(f"..{end}")) == set(range(1, end + 1))
    assert set(all_ & parse_images(f"{start}..")) == set(range(start, LAST + 1))


def excluded(written: list[Any], images: ImageSet) -> set[int]:
    return set(excluded_images(exclusions(written), TEMPLATE, images, 0.5))


@given(spans, st.lists(spans), st.lists(numbers), st.integers(2, 50), numbers)
def test_exclusions_are_a_union_of_sets(
    images: list[int], ranges: list[list[int]], single: list[int], every: int, first: int
) -> None:
    here = ImageSet.union([(images[0], images[1])])
    written = [*(f"{a}-{b}" for a, b in ranges), *map(str, single)]
    step = {"every": str(every), "from": str(first)}
    wanted = as_set(ranges) | set(single) | set(range(first, LAST + 1, every))
    assert excluded([*written, step], here) == wanted & as_set([images])
    assert excluded([step, *reversed(written)], here) == wanted & as_set([images])


@given(st.integers(0, 9), st.integers(0, 9), spans)
def test_a_pattern_of_names_excludes_what_its_range_does(
    low: int, high: int, images: list[int]
) -> None:
    low, high = sorted((low, high))
    here = ImageSet.union([(images[0], images[1])])
    hundreds = f"{100 * low}-{100 * high + 99}"
    assert excluded([f"x_0[{low}-{high}]*.cbf"], here) == excluded([hundreds], here)
    tens = [f"{n}-{n + 9}" for n in range(10 * low, 10_000, 100)]
    assert excluded([f"x_??{low}?.cbf"], here) == excluded(tens, here)


@pytest.mark.parametrize(
    ("text", "first", "last"), [("0..10", 1, 20), ("2..3", 5, 6), ("2.2..2.3", 5, 5)]
)
def test_angles_exclude_every_image_that_lies_within_them(text: str, first: int, last: int) -> None:
    here = ImageSet.union([(1, 100)])  # half a degree each
    assert excluded([{"degrees": text}], here) == set(range(first, last + 1))
