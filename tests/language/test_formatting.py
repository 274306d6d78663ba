"""The canonical form: hand-written, and the same meaning and comments for every job there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_pages import PAGES, REPOSITORY, blocks, name_of
from test_fuzz import mutation, seeds

from sweepwright.language.formatting import expanded, formatted, order_of_job, order_of_macro
from sweepwright.language.nodes import JobText
from sweepwright.language.text import load, loads
from sweepwright.language.validate import Patch, validate

JOBS = [*REPOSITORY.glob("examples/jobs/*.yaml"), *REPOSITORY.glob("tests/bad_jobs/*/job.yaml")]
COMMENT = re.compile(r"(?:^|\s)(#.*?)\s*$", re.MULTILINE)


def read(source: str) -> JobText:
    text, found = loads(source, "job.yaml")
    assert text is not None, found
    return text


def patch_of(source: str) -> Patch | None:
    return validate(read(source))[0]


def texts() -> list:
    """Every job of the examples, the docs and the tests that is one."""
    found = [(path.parent.name + "/" + path.name, load(path)[0]) for path in sorted(JOBS)]
    found += [
        (f"{name_of(page)}-{number}", loads(block.text, "docs.yaml")[0])
        for page in PAGES
        for number, block in enumerate(blocks(page))
        if block.language == "yaml"
    ]
    good = [(name, text) for name, text in found if text is not None and validate(text)[0]]
    return [pytest.param(text.source, id=name) for name, text in good]


def test_there_are_jobs() -> None:
    assert len(texts()) > 60


@pytest.mark.parametrize("source", texts())
def test_a_job_keeps_its_meaning_and_its_comments(source: str) -> None:
    result = formatted(read(source))
    before, after = patch_of(source), patch_of(result)
    assert before is not None
    assert after is not None
    assert after.job == before.job
    assert {path: at.edit for path, at in after.edits.items()} == {
        path: at.edit for path, at in before.edits.items()
    }
    assert sorted(COMMENT.findall(result)) == sorted(COMMENT.findall(source))
    assert formatted(read(result)) == result


@pytest.mark.parametrize("path", sorted(REPOSITORY.glob("macros/*.yaml")), ids=lambda p: p.stem)
def test_a_macro_keeps_its_meaning_and_its_comments(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    result = formatted(read(source), order_of_macro)
    assert read(result).root.data() == read(source).root.data()
    assert sorted(COMMENT.findall(result)) == sorted(COMMENT.findall(source))
    assert formatted(read(result), order_of_macro) == result


@pytest.mark.parametrize(
    ("source", "result"),
    [
        pytest.param(
            "sweeps:\n- range: 1-9\n  images: x_#.cbf\nsweepwright: 1\n",
            "sweepwright: 1\nsweeps:\n  - images: x_#.cbf\n    range: 1-9\n",
            id="keys stand in the order of the language",
        ),
        pytest.param(
            '{"sweepwright": 1, "sweeps": [{"images": "x_#.cbf", "name": "1"}]}',
            'sweepwright: 1\nsweeps: [{name: "1", images: x_#.cbf}]\n',
            id="JSON",
        ),
        pytest.param(
            "# a\n{name: x, # b\n title: y # c\n # d\n} # e\n# f\n",
            "# a\n# e\nname: x   # b\ntitle: y  # c\n# d\n# f\n",
            id="a file that is one mapping in braces",
        ),
        pytest.param(
            "title: 'a'\nname: 'no'\nproject: \"x: y\"\nlims: {source: 'don''t \"x\"'}\n",
            "name: \"no\"\ntitle: a\nproject: \"x: y\"\nlims: {source: 'don''t \"x\"'}\n",
            id="quotes where they must be",
        ),
        pytest.param(
            "title: 007\nproject: 1e5\nname: no\nexpect: [1_000, 2026-03-01, ~, 0x1F, .5]\n",
            "name: no\ntitle: 007\nproject: 1e5\nexpect: [1_000, 2026-03-01, ~, 0x1F, .5]\n",
            id="scalars keep their text",
        ),
        pytest.param(
            "# the file\n\n# the title\ntitle: x # it\n\n\n# end of it\nsweepwright: 1\n\n# bye\n",
            "# the file\n\n# the title\n\n# end of it\nsweepwright: 1\ntitle: x  # it\n\n# bye\n",
            id="comments: head, above, beside, foot",
        ),
        pytest.param(
            "sweeps:\n- images: x_#.cbf\n  # no more of A\n# between\n- images: y_#.cbf\n# all\n",
            "sweeps:\n  - images: x_#.cbf\n    # no more of A\n  # between\n  - images: y_#.cbf\n"
            "# all\n",
            id="comments at the foot of what they end",
        ),
        pytest.param(
            "run:   # machine\n    threads: 4      # of 8\n    nodes: 1\n",
            "run:   # machine\n  threads: 4        # of 8\n  nodes: 1\n",
            id="comments keep their column",
        ),
        pytest.param(
            "masks: [ # two\n  {circle: [1, 2, 3]}, # one\n  # other\n  {circle: [4, 5, 6]}\n  ]\n",
            "masks:   # two\n  - {circle: [1, 2, 3]}  # one\n  # other\n  - {circle: [4, 5, 6]}\n",
            id="a list that holds comments has a line for each item",
        ),
        pytest.param(
            "macros: [fast,\n   spots-sampled: {ranges: 4},\n  {anomalous: {}}]\n",
            "macros: [fast, spots-sampled: {ranges: 4}, {anomalous: {}}]\n",
            id="a list without comments is on one line",
        ),
        pytest.param(
            "run: {modules: [" + "m, " * 40 + "m]}\n",
            "run:\n  modules: [" + "m, " * 28 + "m,\n    " + "m, " * 11 + "m]\n",
            id="words that do not fit on a line are filled",
        ),
        pytest.param(
            "title: |-   # why\n    one\nproject: >-\n  two\n  words\n\nname:\n  x # c\n",
            "name: x  # c\ntitle: |-   # why\n  one\nproject: >-\n  two\n  words\n",
            id="blocks of text",
        ),
        pytest.param(
            "processing: &p {ice_rings: keep}\nsweeps:\n- {images: x, processing: *p} # s\n",
            "sweeps:\n  - {images: x, processing: &p {ice_rings: keep}}  # s\nprocessing: *p\n",
            id="an anchor stands at the first of its places",
        ),
        pytest.param(
            "%YAML 1.2\n--- # go\n? name\n: x\n'title': 7\n...\n",
            "# go\nname: x\ntitle: 7\n",
            id="what says nothing goes",
        ),
        pytest.param(
            "run: # a\r\n    nodes: 1\r\n", "run:  # a\r\n  nodes: 1\r\n", id="line ends of Windows"
        ),
        pytest.param('title: "a\\tb\\u2028\\n\\x07"\n', 'title: "a\\tb\\u2028\\n\\x07"\n', id="escapes"),
        pytest.param("title:\nproject: ''\n", 'title: ""\nproject: ""\n', id="empty text"),
        pytest.param(
            "processing: {ice_rings: default}\ntitle: 'default'\n",
            'title: "default"\nprocessing: {ice_rings: default}\n',
            id="a word of the language, and a text that looks like it",
        ),
        pytest.param(
            "-masks: []\nsweeps: [{-exclude: [17], images: x}]\nrun: {nodes: 1, +modules: [a]}\n",
            "sweeps: [{images: x, -exclude: [17]}]\n-masks: []\nrun: {nodes: 1, +modules: [a]}\n",
            id="edits of lists stand with their lists",
        ),
    ],
)  # fmt: skip
def test_the_canonical_form(source: str, result: str) -> None:
    assert formatted(read(source)) == result
    assert formatted(read(result)) == result


def test_keys_of_a_macro_have_their_order() -> None:
    source = "set: {'sweeps[*]': {range: 1-9, name: x}, run: {}, name: y}\ndoc: d\nmacro: m\n"
    result = 'macro: m\ndoc: d\nset: {name: y, "sweeps[*]": {name: x, range: 1-9}, run: {}}\n'
    assert formatted(read(source), order_of_macro) == result


def test_sweeps_are_written_out() -> None:
    source = (
        "sweepwright: 1\nsweeps:\n  # all of the grid\n"
        '  - {images: "g/x*/x_##.cbf", name: "{folder}", range: 1-9}   # forty\n'
        "  - C, $raw/scan3, test_####.cbf, 1, 900   # the last\n  - images: z_#.cbf\n"
    )
    text, patch = read(source), patch_of(source)
    assert patch is not None
    sweeps = {
        0: [{"name": n, "images": f"g/{n}/x_##.cbf", "dataset": n} for n in ("x1", "x2")],
        1: [{}],
    }
    result = formatted(text._replace(root=expanded(patch, text.root, sweeps)), order_of_job)
    assert result == (
        "sweepwright: 1\nsweeps:\n  # all of the grid\n"
        "  - {name: x1, images: g/x1/x_##.cbf, range: 1-9, dataset: x1}  # forty\n"
        "  - {name: x2, images: g/x2/x_##.cbf, range: 1-9, dataset: x2}\n"
        "  - name: C\n    images: $raw/scan3/test_####.cbf\n"
        "    range: 1-900                           # the last\n"
        "  - images: z_#.cbf\n"
    )


def test_whatever_can_be_read_can_be_formatted() -> None:
    sources, formatted_ones = seeds(), 0
    for number in range(2000):
        source = mutation(number, sources).decode("utf-8", errors="replace")
        text, _ = loads(source, "job.yaml")
        if text is not None:  # what would mean something else raises an error
            result = formatted(text)
            assert formatted(read(result)) == result, (number, source)
            formatted_ones += 1
    assert formatted_ones > 500
